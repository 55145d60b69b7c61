"""Search at ten times Denmark: the plans hold without any help from settings."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from offers.search import vocabulary
from offers.search.finding import find
from tests.offers.many import make_many, plan_of, word
from tests.offers.test_search_plans import statement
from tests.world import load_areas

pytestmark = [pytest.mark.django_db, pytest.mark.drill]


@pytest.fixture
def fifty_thousand(db: None) -> None:
    load_areas()
    make_many(50_000)


@pytest.mark.parametrize("numbers", [[2000], [2000, 1500], [40, 900, 77]])
def test_no_search_reads_the_whole_table(fifty_thousand: None, numbers: list[int]) -> None:
    plan = plan_of(*statement(" ".join(map(word, numbers)), "8000"))

    assert "search_words" in plan or "search_covers_words" in plan
    assert "Seq Scan on offers_searchrow r" not in plan


def test_common_words_are_bounded(fifty_thousand: None) -> None:
    results = find(f"{word(1)} {word(2)}", size=10)

    assert results.is_capped
    assert len(results.hits) == 10


def test_spelling_uses_the_trigrams_of_a_large_vocabulary(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO offers_searchterm (term, folded, occurrences) "
            "SELECT md5(n::text), md5(n::text), 1 FROM generate_series(1, 100000) AS n"
        )
        cursor.execute("ANALYZE offers_searchterm")

    with CaptureQueriesContext(connection) as captured:
        vocabulary.spelt_like(["hjerteinfakt"])

    assert "search_term_trigrams" in plan_of(captured.captured_queries[0]["sql"])
