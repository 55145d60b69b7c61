"""How a message is made when it is sent. Upper apps register it; the outbox knows only names.

    @message("referrals.new")
    def new(ids: Ids) -> Mail | None:
        with tenant(system_actor("referrals.mails")):
            ...
            return render_mail("referrals.new", {"link": …}, to=handler.email)

A builder runs in the worker, outside any transaction, and opens its own scope where it needs rows.
It answers None (or an empty list) when there is nothing to say any more, and a list when several
people are told the same; each of them gets it once. It may run more than once for one message (a
mail server that was down, a worker that died), so what it mints must be safe to mint again.
Put builders in `<app>/notifications.py` or `<app>/mails.py`: both are found at start-up.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from portal.notifications.messages import Mail, Sms
from portal.notifications.rendering import absolute, render_mail, render_sms

__all__ = ["Ids", "Mail", "Sms", "absolute", "message", "on_bounce", "render_mail", "render_sms"]

log = logging.getLogger("portal.notifications")

Ids = dict[str, Any]
Built = Mail | Sms | Sequence[Mail] | Sequence[Sms] | Sequence[Mail | Sms] | None
Builder = Callable[[Ids], Built]
BounceHook = Callable[[str], None]
B = TypeVar("B", bound=Builder)
H = TypeVar("H", bound=BounceHook)

_builders: dict[str, Builder] = {}
_bounce_hooks: list[BounceHook] = []


def message(template: str) -> Callable[[B], B]:
    """Register the builder of `template`. Two builders of one name are a mistake."""

    def register(builder: B) -> B:
        known = _builders.setdefault(template, builder)
        if known is not builder:
            raise ValueError(f"{template!r} has a builder already, in {known.__module__}.")
        return builder

    return register


def on_bounce(hook: H) -> H:
    """Register what shall happen when an address turns out not to exist. It gets the address,
    opens its own scope, and runs in the worker."""
    if hook not in _bounce_hooks:
        _bounce_hooks.append(hook)
    return hook


def is_registered(template: str) -> bool:
    return template in _builders


def registered() -> list[str]:
    return sorted(_builders)


def build(template: str, ids: Ids) -> list[Mail | Sms]:
    """What shall go out, empty when nothing shall. Raises LookupError when nobody knows the
    template, and whatever the builder raises."""
    try:
        builder = _builders[template]
    except KeyError:
        raise LookupError(f"Nobody registered a builder for {template!r}.") from None
    built = builder(ids)
    if built is None:
        return []
    return [built] if isinstance(built, Mail | Sms) else list(built)


def tell_bounce(address: str) -> None:
    """Run every hook. One that fails is logged and does not stop the others."""
    for hook in _bounce_hooks:
        try:
            hook(address)
        except Exception:
            log.exception("a bounce hook in %s failed", hook.__module__)
