"""A number that a party writes by hand: who, when, and what it was."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partnerships.models import Goal, Indicator, IndicatorValue
from partnerships.services.figures import set_indicator_value
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from tests.factories.partnerships import start
from tests.factories.reports import TODAY, noon, running
from tests.world import World, client_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def indicator(world: World) -> Indicator:
    return running(world).indicators.get()


def write(
    indicator: Indicator, world: World, who: str = "receiver_manager", **changes: object
) -> IndicatorValue:
    with clock.at(noon(TODAY)):
        return set_indicator_value(
            indicator_id=indicator.pk,
            actor=world.people[who].actor(),
            **{"on": TODAY, "value": Decimal("31"), **changes},  # type: ignore[arg-type]
        )


def test_a_number_says_who_wrote_it_and_when(world: World, indicator: Indicator) -> None:
    write(indicator, world, note_text="Talt i kalenderen")

    value = indicator.values.get()
    assert (value.value, value.on, value.by_name) == (Decimal(31), TODAY, "Marie Leder")
    assert (value.at, value.note, value.live) == (noon(TODAY), "Talt i kalenderen", False)
    assert indicator.agreement.events.filter(verb="indicator_value").count() == 1


def test_again_on_the_same_day_replaces_the_number(world: World, indicator: Indicator) -> None:
    write(indicator, world)

    write(indicator, world, "coordinator", value=Decimal("32.5"))

    value = indicator.values.get()
    assert (value.value, value.by_name) == (Decimal("32.50"), "Karen Koordinator")


def test_a_stranger_finds_no_indicator_and_a_reader_may_not_write(
    world: World, indicator: Indicator
) -> None:
    with pytest.raises(NotFound):
        write(indicator, world, "outsider_manager")
    with pytest.raises(NotAllowed):
        write(indicator, world, "lawyer")
    assert not indicator.values.exists()


def test_a_counted_number_is_not_written_by_hand(world: World, indicator: Indicator) -> None:
    Indicator.objects.update(measure="received")

    with pytest.raises(WrongState):
        write(indicator, world)


def test_an_idea_is_not_measured(world: World) -> None:
    agreement = start(world)
    goal = Goal.objects.create(agreement=agreement, text="Mål")
    row = Indicator.objects.create(agreement=agreement, goal=goal, name="Tal")

    with pytest.raises(WrongState):
        write(row, world)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("on", {"on": TODAY + timedelta(days=1)}),
        ("value", {"value": Decimal("1.234")}),
        ("value", {"value": Decimal("1E+12")}),
        ("note", {"note_text": "Karen 010190-1234"}),
        ("note", {"note_text": "x" * 301}),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field(
    world: World, indicator: Indicator, field: str, changes: dict[str, object]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        write(indicator, world, **changes)

    assert set(refused.value.errors) == {field}


# --- the page -------------------------------------------------------------------------------------
def test_a_number_is_written_as_danes_write_it_and_stands_in_the_list(
    world: World, indicator: Indicator
) -> None:
    client = client_for(world.coordinator)

    with clock.at(noon(TODAY)):
        response = client.post(
            f"/aftaler/tal/{indicator.pk}/", {"value": "1.250,5", "on": "2026-01-02", "note": ""}
        )
        page = client.get(f"/aftaler/{indicator.agreement_id}/tal/").content.decode()
        own = client.get(f"/aftaler/tal/{indicator.pk}/").content.decode()

    assert response.status_code == 302
    assert "1.250,5" in page
    assert "2. jan. 2026" in page
    assert "Skrevet af Karen Koordinator" in own


@pytest.mark.parametrize(
    "typed",
    [
        {"value": "mange", "on": "2026-01-02"},
        {"value": "5", "on": "2026-01-03"},
        {"value": "5", "on": ""},
        {"value": "5", "on": "2026-01-02", "note": "Karen 010190-1234"},
    ],
)
def test_a_refused_number_keeps_what_was_typed(
    world: World, indicator: Indicator, typed: dict[str, str]
) -> None:
    with clock.at(noon(TODAY)):
        response = client_for(world.coordinator).post(f"/aftaler/tal/{indicator.pk}/", typed)

    assert response.status_code == 422
    assert f'value="{typed["value"]}"' in response.content.decode()
    assert not indicator.values.exists()


def test_a_counted_number_has_no_form(world: World, indicator: Indicator) -> None:
    Indicator.objects.update(measure="received")
    client = client_for(world.coordinator)

    page = client.get(f"/aftaler/tal/{indicator.pk}/").content.decode()
    response = client.post(f"/aftaler/tal/{indicator.pk}/", {"value": "5", "on": "2026-01-02"})

    assert "tæller Samspil selv" in page
    assert 'name="value"' not in page
    assert response.headers["Location"] == f"/aftaler/{indicator.agreement_id}/tal/"


def test_the_list_costs_the_same_with_one_indicator_and_with_twenty(world: World) -> None:
    client = client_for(world.coordinator)

    def listed(count: int) -> int:
        agreement = start(world, title=f"Med {count}")
        for place in range(count):
            goal = Goal.objects.create(agreement=agreement, text=f"Mål {place}")
            row = Indicator.objects.create(agreement=agreement, goal=goal, name=f"Tal {place}")
            row.values.create(on=TODAY, value=place, at=clock.now())
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/aftaler/{agreement.pk}/tal/").status_code == 200
        return len(queries)

    listed(1)
    assert listed(1) == listed(20)
