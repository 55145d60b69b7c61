"""What the front page shows besides its words: eight situations with their counts, and the site in
figures.

Counting means eight searches, so a worker remembers the numbers for `FRONT_PAGE_SECONDS`; a new
offer may be missing from a number for that long, never from the search itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from offers.models import Offer
from offers.search.finding import find
from portal.common import clock
from portal.common.templatetags.look import number, percent

# Label, search words, icon, colour. By situation, not by diagnosis alone; in the first person.
SITUATIONS: Final = (
    (gettext_noop("Jeg er meget alene"), "ensom", "cup", "k1"),
    (gettext_noop("Jeg har fået kræft"), "kræft", "heart", "k4"),
    (gettext_noop("Jeg er pårørende"), "pårørende", "pair", "k3"),
    (gettext_noop("Jeg har det svært psykisk"), "psykisk sårbar", "mind", "k6"),
    (gettext_noop("Jeg vil i gang med at bevæge mig"), "motion", "walk", "k2"),
    (gettext_noop("Jeg har mistet en nær"), "sorg", "leaf", "k5"),
    (gettext_noop("Jeg er lige udskrevet"), "udskrevet", "house", "k3"),
    (gettext_noop("Jeg er ung og syg"), "ung med sygdom", "young", "k1"),
)
# Searches in people's own words, under the search field.
EXAMPLES: Final = (
    gettext_noop("ensom efter hjerteinfarkt"),
    gettext_noop("pårørende til demens"),
    gettext_noop("motion med KOL"),
)
HALF_A_YEAR: Final = timedelta(days=183)
TOO_FEW_TO_SAY: Final = 20


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was counted, and when."""

    at: datetime
    offers: int
    organisations: int
    confirmed: int
    per_query: dict[str, int]


_remembered: Numbers | None = None


def numbers() -> Numbers:
    """The remembered numbers, counted anew when they are too old or the clock has gone back."""
    global _remembered
    now = clock.now()
    age = (now - _remembered.at).total_seconds() if _remembered else -1
    if _remembered is None or not 0 <= age < settings.FRONT_PAGE_SECONDS:
        _remembered = _count(now)
    return _remembered


def _count(now: datetime) -> Numbers:
    counted = Offer.objects.public().aggregate(
        offers=Count("pk"),
        organisations=Count("organisation", distinct=True),
        confirmed=Count("pk", filter=Q(verified_at__gte=now - HALF_A_YEAR)),
    )
    per_query = {
        query: find(query, size=1, with_facets=False).total for _label, query, *_rest in SITUATIONS
    }
    return Numbers(at=now, per_query=per_query, **counted)


def situations() -> list[dict[str, Any]]:
    """The eight entries, each leading to a search with as many offers as it says."""
    counted = numbers().per_query
    return [
        {
            "label": _(label),
            "url": search_address(query),
            "icon": icon,
            "colour": colour,
            "count": counted[query],
        }
        for label, query, icon, colour in SITUATIONS
    ]


def examples() -> list[dict[str, str]]:
    return [{"label": _(words), "url": search_address(words)} for words in EXAMPLES]


def figures() -> list[dict[str, str]]:
    """The site in figures; nothing while there are too few offers to boast of."""
    now = numbers()
    if now.offers < TOO_FEW_TO_SAY:
        return []
    share = 100 * now.confirmed / now.offers
    organisations = _("tilbud fra %(n)s foreninger") % {"n": number(now.organisations)}
    return [
        {"value": number(now.offers), "label": organisations},
        {
            "value": percent(share),
            "label": _("er bekræftet af foreningen det seneste halve år"),
        },
        {"value": _("Ingen"), "label": _("personoplysninger i en henvisning med kode")},
    ]


def search_address(query: str) -> str:
    return f"{reverse('offers:list')}?{urlencode({'q': query})}"
