"""How the database answers. Counts and plans, never seconds; the planner's own settings hold.

The big sizes are in `tests/drill/test_search_plans.py`.
"""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from offers.filters import NO_FILTERS
from offers.search import vocabulary
from offers.search.finding import find
from offers.search.statement import MOST, search_statement
from offers.search.synonyms import forget_synonyms, stored_synonyms
from offers.search.understanding import understand
from portal.common import clock
from portal.geography.places import resolve_place
from tests.offers.many import make_many, plan_of, word

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_thousand(areas: None) -> None:
    make_many(3_000)
    forget_synonyms()
    stored_synonyms()  # read once a minute, so they are not counted here


@pytest.fixture
def areas(db: None) -> None:
    from tests.world import load_areas

    load_areas()


def statement(query: str, sted: str = "") -> tuple[str, list[Any]]:
    return search_statement(
        understand(query).concepts,
        place=resolve_place(sted) if sted else None,
        filters=NO_FILTERS,
        nearest_first=False,
        moment=clock.now(),
        today=clock.today(),
        offset=0,
        limit=10,
        with_facets=True,
    )


def test_words_are_found_by_their_index(three_thousand: None) -> None:
    plan = plan_of(*statement(f"{word(2000)} {word(1500)}", "8000"))

    assert "search_words" in plan or "search_covers_words" in plan
    assert "Seq Scan on offers_searchrow r" not in plan


def test_the_vocabulary_is_looked_up_by_its_index(three_thousand: None) -> None:
    with CaptureQueriesContext(connection) as captured:
        vocabulary.look_up([word(7)])
    sql = captured.captured_queries[0]["sql"]

    assert "Seq Scan" not in plan_of(sql)


def test_spelling_looks_at_the_vocabulary_and_nowhere_else(three_thousand: None) -> None:
    with CaptureQueriesContext(connection) as captured:
        vocabulary.spelt_like([word(1234) + "x"])
    (sql,) = [query["sql"] for query in captured.captured_queries]

    assert "offers_searchrow" not in sql
    assert "offers_offer" not in sql
    assert "offers_searchterm" in plan_of(sql)


def test_a_search_is_one_statement_and_the_vocabulary_another(three_thousand: None) -> None:
    place = resolve_place("8000")

    with CaptureQueriesContext(connection) as captured:
        find(f"{word(3)} {word(9)}", place=place)

    assert len(captured) == 2, captured.captured_queries


def test_a_slip_costs_two_more_statements_whatever_the_number_of_slips(
    three_thousand: None,
) -> None:
    place = resolve_place("8000")

    with CaptureQueriesContext(connection) as captured:
        results = find(" ".join(word(n) + "x" for n in (1990, 1991, 1992)), place=place)

    assert results.understood.corrections
    assert len(captured) == 4


def test_a_word_in_every_offer_is_counted_no_further_than_the_most(
    three_thousand: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from offers.search import statement as module

    monkeypatch.setattr(module, "MOST", 100)

    assert find(word(1)).total == 101
    assert MOST == 10_000
