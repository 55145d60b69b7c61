"""The register with 10,000 agreements: as many statements as with one, and no big table read from
end to end by somebody who sees a part of them."""

from typing import Any

import pytest

from tests.factories.register import make_many
from tests.partnerships.test_register import EVERYTHING, sequential_scans, statements
from tests.world import World, client_for

pytestmark = [pytest.mark.django_db, pytest.mark.drill("API-6")]

ASKED = ("", "side=7", EVERYTHING, "svar=1", "mindst=1", "dagen_efter=1", "region=midtjylland")


def test_the_register_stands_ten_thousand_agreements(world: World, record_property: Any) -> None:
    """As many statements for 100 agreements among 10,000 as for one, and no table read whole."""
    client = client_for(world.coordinator)
    make_many(1, world.region, world.receiver)
    statements(client, "")
    few = {query: len(statements(client, query)) for query in ASKED}

    make_many(9_900)
    make_many(99, world.region, world.receiver)

    asked = {query: statements(client, query) for query in ASKED}
    record_property("figure", f"at most {max(few.values())} statements")
    assert {query: len(found) for query, found in asked.items()} == few
    for found in asked.values():
        assert not sequential_scans(found)


def test_who_sees_all_ten_thousand_pays_no_statement_more(world: World) -> None:
    client = client_for(world.coordinator)
    make_many(1, world.region, world.receiver)
    statements(client, "")
    few = {query: len(statements(client, query)) for query in ASKED}

    make_many(9_999, world.region, world.receiver)

    assert {query: len(statements(client, query)) for query in ASKED} == few
