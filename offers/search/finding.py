"""One function that finds offers; the same for page, API, saved search and shortlist."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from offers.filters import NO_FILTERS, Filters
from offers.search.folding import clean_query
from offers.search.nearby import place_among
from offers.search.statement import MOST, search_statement
from offers.search.understanding import Understood, understand
from portal.common import clock
from portal.geography.places import Place

PAGE_SIZE: Final = 10
NEAREST: Final = "naermest"


@dataclass(frozen=True, slots=True)
class Hit:
    offer_id: int
    covered: bool  # the offer takes people from the place; without a place always true
    complete: bool  # everything that was asked for is there
    km: float | None


@dataclass(frozen=True, slots=True)
class Results:
    """One page of hits with everything the page says about them."""

    hits: list[Hit]
    total: int
    covering: int  # how many of them take people from the place
    exact: int  # how many of those have everything that was asked for
    facets: Mapping[str, Mapping[str, int]]
    understood: Understood
    place: Place | None
    # The place was named among the words ("gåtur i Sønderborg") and not in its own field.
    place_from_words: bool = False
    page: int = 1
    pages: int = 1

    @property
    def is_capped(self) -> bool:
        return self.total > MOST

    def count(self, group: str, value: str) -> int:
        return self.facets.get(group, {}).get(value, 0)


def find(
    query: str = "",
    *,
    place: Place | None = None,
    filters: Filters = NO_FILTERS,
    page: int = 1,
    size: int = PAGE_SIZE,
    order: str = "",
    literal: bool = False,
    with_facets: bool = True,
) -> Results:
    """Public offers for a need in own words, near a place.

    Offers that do not cover the place come last and are never removed; those not confirmed for long
    are hidden. `literal` takes the words as they are spelt. A page beyond the last gives the last.
    """
    text = clean_query(query)
    found_place, place_words = (place, frozenset[str]()) if place else place_among(text)
    understood = understand(text, literal=literal, place_words=place_words)
    if understood.asks_in_vain:
        return Results(
            [], 0, 0, 0, {}, understood, found_place, place is None and found_place is not None
        )
    concepts = understood.concepts
    run = _Run(understood, found_place, filters, order == NEAREST, with_facets, size)
    wanted = max(1, page)
    hits, total, covering, exact, facets = run.at(wanted)
    pages = max(1, -(-min(total, MOST) // size))
    if wanted > pages:
        wanted = pages
        hits, total, covering, exact, facets = run.at(wanted)
    return Results(
        hits=hits,
        total=total,
        covering=covering,
        exact=exact if concepts else covering,
        facets=facets,
        understood=understood,
        place=found_place,
        place_from_words=place is None and found_place is not None,
        page=wanted,
        pages=pages,
    )


@dataclass(frozen=True, slots=True)
class _Run:
    understood: Understood
    place: Place | None
    filters: Filters
    nearest_first: bool
    with_facets: bool
    size: int

    def at(self, page: int) -> tuple[list[Hit], int, int, int, dict[str, dict[str, int]]]:
        statement, values = search_statement(
            self.understood.concepts,
            place=self.place,
            filters=self.filters,
            nearest_first=self.nearest_first and self.place is not None,
            moment=clock.now(),
            today=clock.today(),
            # Beyond the most that are counted there is nothing to show.
            offset=min((page - 1) * self.size, MOST),
            limit=self.size,
            with_facets=self.with_facets,
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            rows, total, covering, exact, counts = cursor.fetchone()
        facets: dict[str, dict[str, int]] = {}
        for count in _json(counts):
            facets.setdefault(count["name"], {})[count["value"]] = count["n"]
        hits = [
            Hit(row["offer_id"], row["covered"], row["complete"], row["km"]) for row in _json(rows)
        ]
        return hits, total, covering, exact, facets


def _json(value: Any) -> list[dict[str, Any]]:
    """Django leaves jsonb of a raw cursor as text."""
    loaded = json.loads(value) if isinstance(value, str) else value
    return loaded or []
