"""What the front page shows besides its words. Counts come from whoever owns them.

`offers` lies above `portal.views` only by way of `portal.urls`; the front page must also work where
search is down. So the owner of the offers registers a function for the counts, and the page shows
the situations without figures until somebody has.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

# key, label, search words, icon, colour. By situation, not by diagnosis alone; in the first person.
SITUATIONS: Final = (
    ("alone", gettext_noop("Jeg er meget alene"), "ensomhed fællesskab", "cup", "k1"),
    ("cancer", gettext_noop("Jeg har fået kræft"), "kræft", "heart", "k4"),
    ("relative", gettext_noop("Jeg er pårørende"), "pårørende", "pair", "k3"),
    ("mind", gettext_noop("Jeg har det svært psykisk"), "psykisk sårbar", "mind", "k6"),
    (
        "moving",
        gettext_noop("Jeg vil i gang med at bevæge mig"),
        "motion",
        "walk",
        "k2",
    ),
    ("grief", gettext_noop("Jeg har mistet en nær"), "sorg", "leaf", "k5"),
    (
        "home",
        gettext_noop("Jeg er lige udskrevet"),
        "udskrevet følgeskab",
        "house",
        "k3",
    ),
    ("young", gettext_noop("Jeg er ung og syg"), "ung", "young", "k1"),
)

# Searches in people's own words, under the search field.
EXAMPLES: Final = (
    gettext_noop("ensom efter hjerteinfarkt"),
    gettext_noop("pårørende til demens"),
    gettext_noop("motion med KOL"),
)

Counts = Callable[[Sequence[str]], Mapping[str, int]]
Figures = Callable[[], Sequence[Mapping[str, str]]]

_counts: Counts | None = None
_figures: Figures | None = None


def provide(*, counts: Counts | None = None, figures: Figures | None = None) -> None:
    """Called once, from the `ready()` of the app that owns the offers.

    `counts` takes the search words of all situations and gives the number of offers for each.
    `figures` gives up to four `{"value", "label"}` for the band at the foot of the page. Both are
    called at every view of the front page, so they must be cheap or cached.
    """
    global _counts, _figures
    _counts, _figures = counts or _counts, figures or _figures


def situations() -> list[dict[str, Any]]:
    """The eight entries: label, address of the search, icon, colour and count (None when unknown)."""
    counted = (
        _counts([query for _key, _label, query, *_rest in SITUATIONS])
        if _counts
        else {}
    )
    return [
        {
            "label": _(label),
            "query": query,
            "url": search_address(query),
            "icon": icon,
            "colour": colour,
            "count": counted.get(query),
        }
        for _key, label, query, icon, colour in SITUATIONS
    ]


def examples() -> list[dict[str, str]]:
    return [{"label": _(words), "url": search_address(words)} for words in EXAMPLES]


def figures() -> Sequence[Mapping[str, str]]:
    return _figures() if _figures else []


def search_address(query: str) -> str:
    return f"{reverse('offers:list')}?{urlencode({'q': query})}"
