"""Figures that cross apps: referrals of linked offers, counted, hidden where small, and stored."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import combinations

import pytest
from django.core.management import call_command
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from offers.models import Offer
from partnerships.models import (
    Agreement,
    AgreementOffer,
    Goal,
    Indicator,
    IndicatorValue,
    OfferFigures,
)
from partnerships.services.figures import OfferCount, store_live_value, store_offer_figures
from portal.access.actor import system_actor
from portal.audit.scope import tenant, unguarded
from portal.celery import JOBS
from portal.common import clock
from portal.common.errors import NotAllowed
from portal.reporting.linked_offers import (
    ACTOR,
    Year,
    count_referrals,
    figures_of,
    refresh_linked_offers,
    share,
    value_of,
    years_to_count,
)
from portal.reporting.small_counts import is_large, shown_levels
from referrals.models import Kind, Referral, State
from tests.factories.reports import STARTS, TODAY, noon, running
from tests.rows import make_family, make_offer
from tests.world import World, client_for

pytestmark = pytest.mark.django_db

YEAR = Year(STARTS, TODAY - timedelta(days=1))
Measure = Indicator.Measure


@pytest.fixture
def agreement(world: World) -> Agreement:
    """Running since 1 March 2025, with an indicator for each thing that is counted."""
    row = running(world)
    goal = Goal.objects.create(agreement=row, text="Flere får hjælp")
    for measure in Measure:
        if measure != Measure.BY_HAND:
            Indicator.objects.create(agreement=row, goal=goal, name=measure.label, measure=measure)
    return row


def linked(world: World, agreement: Agreement, slug: str) -> Offer:
    offer = make_offer(world.receiver, slug)
    AgreementOffer.objects.create(agreement=agreement, offer=offer)
    return offer


def came(world: World, offer: Offer, *states: State, on: date = date(2025, 6, 1)) -> None:
    """One referral in each of `states`, that came on a day."""
    for state in states:
        make_family(world, offer, status=state)
    moment = noon(on)
    rows = Referral.objects.filter(offer=offer, sent_at__gt=noon(date(2026, 3, 1)))
    rows.update(sent_at=moment)


def values(agreement: Agreement) -> dict[str, tuple[Decimal | None, bool]]:
    rows = IndicatorValue.objects.filter(indicator__agreement=agreement, live=True)
    return {row.indicator.measure: (row.value, row.hidden) for row in rows}


def refresh() -> int:
    with clock.at(noon(TODAY)):
        return refresh_linked_offers()


# --- counting -------------------------------------------------------------------------------------
def recount(offer: Offer, year: Year) -> tuple[int, int, int]:
    """The same in plain Python, row by row."""

    def day_of(moment: datetime | None) -> date | None:
        return clock.local(moment).date() if moment else None

    received = accepted = completed = 0
    with unguarded():
        for row in Referral.objects.filter(offer=offer):
            day = day_of(row.redeemed_at if row.kind == Kind.CODE else row.sent_at)
            if day is None or not year.since <= day <= year.until:
                continue
            if row.status in {"draft", "awaiting_moderation", "entered_in_error"}:
                continue
            received += 1
            taken_on = {"accepted", "waitlisted", "in_progress", "completed", "not_completed"}
            withdrawn_later = row.status == "withdrawn" and row.answered_at is not None
            accepted += row.status in taken_on or withdrawn_later
            completed += row.status == "completed"
    return received, accepted, completed


def counted(offer: Offer, year: Year = YEAR) -> tuple[int, int, int]:
    with tenant(ACTOR):
        return count_referrals([offer.pk], year).get(offer.pk, (0, 0, 0))


def test_a_count_equals_a_live_recount_over_every_kind_and_state(
    world: World, agreement: Agreement
) -> None:
    offer = linked(world, agreement, "alle")
    for kind in (Kind.IDENTIFIED, Kind.CODE, Kind.NAVIGATOR, Kind.SELF):
        for state in State:
            if kind in {Kind.CODE, Kind.SELF} and state == State.AWAITING_MODERATION:
                continue
            make_family(world, offer, kind=kind, status=state)
    year = Year(clock.today() - timedelta(days=300), clock.today())

    received, accepted, completed = counted(offer, year)

    assert (received, accepted, completed) == recount(offer, year)
    assert received > accepted > completed > 0


def test_only_referrals_of_the_year_count_and_midnight_is_copenhagens(
    world: World, agreement: Agreement
) -> None:
    offer = linked(world, agreement, "graense")
    make_family(world, offer, status=State.SENT)

    def counted_at(moment: datetime) -> int:
        Referral.objects.filter(offer=offer).update(sent_at=moment)
        return counted(offer)[0]

    first = datetime(2025, 3, 1, 0, 0, tzinfo=clock.COPENHAGEN)
    after = datetime(2026, 1, 2, 0, 0, tzinfo=clock.COPENHAGEN)
    second = timedelta(seconds=1)
    assert [counted_at(moment) for moment in (first - second, first, after - second, after)] == [
        *(0, 1, 1, 0)
    ]


def test_the_years_that_are_counted(agreement: Agreement) -> None:
    def years(today: date) -> list[tuple[date, date]]:
        return [(row.since, row.until) for row in years_to_count(agreement, today)]

    first, second = date(2025, 3, 1), date(2026, 3, 1)
    assert years(first) == []
    assert years(date(2025, 3, 2)) == [(first, first)]
    assert years(TODAY) == [(first, date(2026, 1, 1))]
    # The first year goes on to be counted while its referrals are still being answered.
    assert years(date(2026, 3, 5)) == [(second, date(2026, 3, 4)), (first, date(2026, 2, 28))]
    assert years(date(2026, 7, 1)) == [(second, date(2026, 6, 30))]
    assert years(date(2028, 4, 1))[0] == (date(2027, 3, 1), date(2028, 2, 29))
    assert years(date(2028, 8, 1)) == []


# --- what is stored -------------------------------------------------------------------------------
def test_the_stored_figures_equal_the_live_count(world: World, agreement: Agreement) -> None:
    offer = linked(world, agreement, "stor")
    done = [State.COMPLETED] * 6
    came(world, offer, *done, *[State.IN_PROGRESS] * 5, *[State.DECLINED] * 7)

    assert refresh() == 1

    figures = OfferFigures.objects.get()
    assert (figures.received, figures.accepted, figures.completed) == counted(offer) == (18, 11, 6)
    assert (figures.since, figures.until) == (YEAR.since, YEAR.until)
    assert values(agreement) == {
        "received": (Decimal(18), False),
        "accepted": (Decimal(11), False),
        "accepted_share": (Decimal("61.1"), False),
        "completed": (Decimal(6), False),
        "completed_share": (Decimal("54.5"), False),
    }


def test_running_twice_changes_nothing_and_a_new_night_replaces_the_old(
    world: World, agreement: Agreement
) -> None:
    offer = linked(world, agreement, "stor")
    came(world, offer, *[State.SENT] * 6)
    refresh()
    before = list(IndicatorValue.objects.values_list("indicator", "on", "value", "hidden"))

    refresh()
    again = list(IndicatorValue.objects.values_list("indicator", "on", "value", "hidden"))
    came(world, offer, State.SENT, on=date(2026, 1, 2))
    with clock.at(noon(TODAY + timedelta(days=1))):
        refresh_linked_offers()

    assert again == before
    received = IndicatorValue.objects.get(indicator__measure="received")
    assert (received.on, received.value) == (TODAY, Decimal(7))
    assert OfferFigures.objects.get().received == 7


def test_fewer_than_five_persons_are_hidden_on_the_agreement(
    world: World, agreement: Agreement
) -> None:
    offer = linked(world, agreement, "lille")
    came(world, offer, *[State.COMPLETED] * 4)

    refresh()

    figures = OfferFigures.objects.get()
    assert (figures.received, figures.accepted, figures.completed) == (None, None, None)
    assert set(values(agreement).values()) == {(None, True)}
    page = client_for(world.coordinator).get(f"/aftaler/{agreement.pk}/tal/").content.decode()
    assert page.count("Skjult") == 5 + 3


def test_a_number_that_tells_of_a_few_turned_away_is_hidden_with_its_share(
    world: World, agreement: Agreement
) -> None:
    offer = linked(world, agreement, "naesten")
    came(world, offer, *[State.IN_PROGRESS] * 10, *[State.DECLINED] * 2)

    refresh()

    found = values(agreement)
    assert found["received"] == (Decimal(12), False)
    # 12 less 10 would be two persons, and so would 83 per cent of 12.
    assert found["accepted"] == (None, True)
    assert found["accepted_share"] == (None, True)
    assert found["completed"] == (Decimal(0), False)
    assert found["completed_share"] == (None, True)


def test_a_small_offer_is_not_found_by_taking_the_shown_ones_from_the_total(
    world: World, agreement: Agreement
) -> None:
    offers = [linked(world, agreement, slug) for slug in ("a", "b", "c")]
    for offer, count in zip(offers, (20, 10, 3), strict=True):
        came(world, offer, *[State.SENT] * count)

    refresh()

    shown = {row.offer_id: row.received for row in OfferFigures.objects.all()}
    assert shown == {offers[0].pk: 20, offers[1].pk: None, offers[2].pk: None}
    assert values(agreement)["received"] == (Decimal(33), False)


def test_a_share_of_nobody_is_no_value(world: World, agreement: Agreement) -> None:
    linked(world, agreement, "tom")

    refresh()

    found = values(agreement)
    assert found["received"] == (Decimal(0), False)
    assert "accepted_share" not in found


@override_settings(FEWEST_PERSONS_SHOWN=10)
def test_the_threshold_is_a_setting(world: World, agreement: Agreement) -> None:
    came(world, linked(world, agreement, "ni"), *[State.SENT] * 9)

    refresh()

    assert values(agreement)["received"] == (None, True)


def test_a_number_written_by_hand_is_left_alone(world: World, agreement: Agreement) -> None:
    linked(world, agreement, "tom")
    by_hand = agreement.indicators.get(measure="by_hand")
    IndicatorValue.objects.create(indicator=by_hand, on=TODAY, value=7, at=clock.now())

    refresh()

    assert by_hand.values.get().value == 7


def test_an_offer_that_is_no_longer_linked_is_forgotten(world: World, agreement: Agreement) -> None:
    linked(world, agreement, "bliver")
    gone = linked(world, agreement, "gaar")
    refresh()
    AgreementOffer.objects.filter(offer=gone).delete()

    refresh()

    assert OfferFigures.objects.count() == 1


def test_agreements_without_offers_or_not_in_force_are_not_counted(
    world: World, agreement: Agreement
) -> None:
    assert refresh() == 0


def test_the_job_is_in_the_schedule_and_runs_as_a_command(
    world: World, agreement: Agreement, capsys: pytest.CaptureFixture[str]
) -> None:
    linked(world, agreement, "tom")
    assert JOBS["reporting.linked_offers"].command == "refresh_live_figures"

    with clock.at(noon(TODAY)):
        call_command("refresh_live_figures")

    assert capsys.readouterr().out.strip() == "1"


def test_only_jobs_store_what_was_counted(world: World, agreement: Agreement) -> None:
    actor = world.coordinator.actor()

    with pytest.raises(NotAllowed):
        store_offer_figures(
            agreement=agreement,
            since=STARTS,
            until=TODAY,
            counts=[OfferCount(1, 9, 9, 9)],
            actor=actor,
        )
    with pytest.raises(NotAllowed):
        store_live_value(
            indicator_id=agreement.indicators.all()[0].pk,
            since=STARTS,
            on=TODAY,
            value=Decimal(1),
            hidden=False,
            actor=actor,
        )


def test_a_hidden_value_is_never_stored_even_if_it_is_handed_over(agreement: Agreement) -> None:
    indicator = agreement.indicators.get(measure="received")

    store_live_value(
        indicator_id=indicator.pk,
        since=STARTS,
        on=TODAY,
        value=Decimal(3),
        hidden=True,
        actor=system_actor("reporting.test"),
    )

    assert indicator.values.get().value is None


# --- hiding ---------------------------------------------------------------------------------------
LEVELS = st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30)).map(
    lambda row: tuple(sorted(row, reverse=True))
)


@given(levels=LEVELS)
def test_no_difference_of_two_shown_levels_is_small(levels: tuple[int, int, int]) -> None:
    shown = [levels[place] for place in shown_levels(levels, 5)]

    assert all(is_large(count, 5) for count in shown)
    assert all(is_large(one - two, 5) for one, two in combinations(shown, 2))


@given(rows=st.lists(LEVELS, min_size=1, max_size=6))
def test_nothing_small_can_be_worked_out_from_what_is_shown(
    rows: list[tuple[int, int, int]],
) -> None:
    """An attacker takes every set of shown offers from each other and from the total."""
    figures = figures_of(dict(enumerate(rows)), 5)
    shown = [row for row in figures.offers.values() if any(count is not None for count in row)]
    levels = [place for place, count in enumerate(figures.total) if count is not None]

    for size in range(len(shown) + 1):
        for chosen in combinations(shown, size):
            sums = [sum(row[place] or 0 for row in chosen) for place in levels]
            rest = [
                (figures.total[place] or 0) - total
                for place, total in zip(levels, sums, strict=True)
            ]
            for counts in (sums, rest):
                assert all(is_large(count, 5) for count in counts)
                assert all(is_large(one - two, 5) for one, two in combinations(counts, 2))
    # What is shown is true, and where the total shows a level each shown offer does too.
    for place, row in figures.offers.items():
        assert all(count in (None, exact) for count, exact in zip(row, rows[place], strict=True))


def test_one_offer_alone_is_shown_as_the_total_is() -> None:
    figures = figures_of({1: (20, 12, 6)}, 5)

    assert figures.total == figures.offers[1] == (20, 12, 6)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (1, 3, "33.3"),
        (2, 3, "66.7"),
        (1, 8, "12.5"),
        (1, 16, "6.3"),
        (5, 5, "100.0"),
        (0, 5, "0.0"),
    ],
)
def test_a_share_is_rounded_half_up_in_decimals(part: int, whole: int, expected: str) -> None:
    assert str(share(part, whole)) == expected


def test_a_share_with_one_hidden_number_is_hidden() -> None:
    hidden_part: Callable[[str], object] = lambda measure: value_of(  # noqa: E731
        measure, figures_of({1: (12, 10, 0)}, 5)
    )

    assert hidden_part("accepted_share") == (None, True)
    assert hidden_part("received") == (Decimal(12), False)
