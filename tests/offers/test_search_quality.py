"""The judged set: 160 queries in people's own words, with the offers that should be found."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from offers.search import indexing
from offers.search.synonyms import forget_synonyms, load_synonyms
from tests.offers import corpus

sys.path.append(str(Path(__file__).resolve().parents[2]))
from bench.search_quality import Report, judge, our_search, read_judged  # noqa: E402

FLOOR = 0.95
GROUP_FLOOR = 0.85

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(corpus.folder() is None, reason="the demo's files are not here"),
]


@pytest.fixture(scope="module")
def report(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Report]:
    """One corpus for all figures; undone afterwards."""
    from django.db import transaction

    with django_db_blocker.unblock():
        with transaction.atomic():
            corpus.build_corpus()
            load_synonyms()
            indexing.rebuild_index()
            folder = corpus.folder()
            assert folder is not None
            yield judge(read_judged(folder / "judged_queries.tsv"), our_search)
            transaction.set_rollback(True)
        forget_synonyms()


def test_nearly_every_query_finds_a_relevant_offer_among_the_first_ten(report: Report) -> None:
    assert report.overall.queries == 160
    assert report.overall.hits >= FLOOR * report.overall.queries, str(report)


def test_no_kind_of_query_is_left_behind(report: Report) -> None:
    weak = {
        name: str(figures)
        for name, figures in report.groups.items()
        if figures.hits < GROUP_FLOOR * figures.queries
    }

    assert weak == {}
