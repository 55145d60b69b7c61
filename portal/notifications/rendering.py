"""From a name and a context to a mail: `emails/<app>/<name>.subject.txt` and `.txt`."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template import Context, Engine
from django.utils import translation

from portal.notifications.messages import Mail, Sms


def absolute(path: str) -> str:
    """A full address of our own site, for a link in a mail."""
    return f"{settings.SITE_URL.rstrip('/')}/{path.lstrip('/')}"


def render_text(path: str, context: Mapping[str, Any]) -> str:
    """A text template, without HTML escaping, in the site's own language."""
    whole = {"site_url": settings.SITE_URL.rstrip("/"), **context}
    with translation.override(settings.LANGUAGE_CODE):
        template = Engine.get_default().get_template(path)
        return template.render(Context(whole, autoescape=False))


def render_mail(
    name: str,
    context: Mapping[str, Any],
    *,
    to: str,
    reply_to: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Mail:
    """`name` is `referrals.new` or `referrals/new`; its texts lie in `emails/referrals/new.*`."""
    path = f"emails/{name.replace('.', '/', 1)}"
    return Mail(
        to=to,
        subject=" ".join(render_text(f"{path}.subject.txt", context).split()),
        text=_tidy(render_text(f"{path}.txt", context)),
        reply_to=reply_to,
        headers=headers or {},
    )


def render_sms(name: str, context: Mapping[str, Any], *, to: str) -> Sms:
    """The text lies in `emails/<app>/<name>.sms.txt`."""
    text = render_text(f"emails/{name.replace('.', '/', 1)}.sms.txt", context)
    return Sms(to=to, text=" ".join(text.split()))


def _tidy(text: str) -> str:
    """Tags on lines of their own leave holes; a mail has at most one empty line in a row."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    kept = [line for i, line in enumerate(lines) if line or lines[i - 1]]
    return "\n".join(kept) + "\n"
