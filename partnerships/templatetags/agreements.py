"""The strip of ways between what parties share: `{% agreement_ways "list" %}`, with the name of the
address that one stands at."""

from typing import Any, Final

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from portal.access.actor import ANONYMOUS, Actor
from portal.access.grants import permissions_of
from portal.access.permissions import Permission as P

register = template.Library()

_REVIEWERS: Final = frozenset(
    {P.AGREEMENT_REVIEW_PROFESSIONAL, P.AGREEMENT_REVIEW_LEGAL, P.AGREEMENT_REVIEW_DATA}
)
# Address name (of another app with its namespace), words, and who goes there: holders of one of
# these.
_WAYS: Final[tuple[tuple[str, str, frozenset[P]], ...]] = (
    ("worklist", gettext_noop("Venter på dig"), frozenset({P.AGREEMENT_VIEW})),
    ("list", gettext_noop("Register"), frozenset({P.AGREEMENT_VIEW})),
    ("reviews", gettext_noop("Gennemsyn"), _REVIEWERS),
    ("calendar", gettext_noop("Kalender"), frozenset({P.AGREEMENT_VIEW})),
    ("clause-list", gettext_noop("Vilkår"), frozenset({P.AGREEMENT_VIEW})),
    ("guide-list", gettext_noop("Guide"), frozenset({P.AGREEMENT_WRITE})),
    ("enquiry-list", gettext_noop("Henvendelser"), frozenset({P.AGREEMENT_WRITE})),
    ("forum-list", gettext_noop("Forum"), frozenset({P.FORUM_TAKE_PART})),
    ("succession:list", gettext_noop("Sammenlægning"), frozenset({P.SUCCESSION_PREPARE})),
)


@register.inclusion_tag("partnerships/partials/_ways.html", takes_context=True)
def agreement_ways(context: Context, here: str) -> dict[str, Any]:
    actor: Actor = context.get("actor") or ANONYMOUS
    held = permissions_of(actor)
    return {
        "ways": [
            {
                "label": gettext(label),
                "url": reverse(name if ":" in name else f"partnerships:{name}"),
                "current": name == here,
            }
            for name, label, needed in _WAYS
            if held & needed
        ]
    }
