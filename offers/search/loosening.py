"""When nothing fits: each way to ask for a little less, with what it gives, and a person to ask."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from offers.filters import NO_FILTERS, Filters, groups
from offers.search.finding import Results, find
from offers.search.markers import MARKS_OF_PLACE, marks_parameters
from portal.common import clock
from portal.geography.places import Place

MOST: Final = 4
# Each way costs a search, so only so many are tried.
_MOST_TRIED: Final = 6


@dataclass(frozen=True, slots=True)
class Way:
    """One demand less."""

    title: str
    reason: str
    count: int
    filters: Filters | None  # None: as they were
    without: tuple[str, ...] = ()  # names in the address that go


def loosened(query: str, results: Results, filters: Filters) -> list[Way]:
    """The ways that give something, each dropping one demand; at last all filters, or all words."""
    found: list[Way] = []
    for tried, way in enumerate(_ways(query, results, filters)):
        if tried >= _MOST_TRIED or len(found) >= MOST:
            break
        text, title, reason, kept, without = way
        count = find(
            text,
            place=None if results.place_from_words else results.place,
            filters=kept,
            size=1,
            with_facets=False,
        ).total
        if count:
            found.append(Way(title, reason, count, kept, without))
    return found


def _ways(
    query: str, results: Results, filters: Filters
) -> Iterator[tuple[str, str, str, Filters, tuple[str, ...]]]:
    labels = {(g.name, value): str(label) for g in groups() for value, label in g.options}
    asked = query or _("Alle tilbud")
    for name, value in filters:
        kept = filters.without(name, value)
        title = ", ".join([asked, *(labels[one] for one in kept)])
        reason = _("Uden kravet »%(demand)s«") % {"demand": labels[name, value]}
        yield query, title, reason, kept, ()
    if len(filters) > 1:
        yield query, asked, _("Uden at afgrænse"), NO_FILTERS, ()
    if query:
        near = results.place.label if results.place else _("hele landet")
        title = _("Alle tilbud, %(place)s") % {"place": near}
        if filters:
            yield "", title, _("Uden søgeordene"), filters, ("q", "ordret")
        yield "", title, _("Uden søgeordene"), NO_FILTERS, ("q", "ordret")


def navigator_near(place: Place | None) -> int | None:
    """An offer whose people find the offer together with the citizen; the most local one."""
    moment, today = clock.now(), clock.today()
    codes = place.municipality_codes if place else ()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT r.offer_id FROM offers_searchrow r JOIN offers_offer o ON o.id = r.offer_id
            WHERE o.takes_navigator_referrals AND r.hidden_from > %s
              AND r.covers && ({MARKS_OF_PLACE})
            ORDER BY r.capacity = 'full', '*' = ANY(r.covers), r.capacity <> 'open', r.offer_id
            LIMIT 1
            """,  # noqa: S608 - a constant of ours
            [moment, *marks_parameters(codes, today)],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None
