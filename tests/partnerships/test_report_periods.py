"""Which report an agreement owes, and when; and amounts, to the øre."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerships.models import Agreement
from partnerships.reports import money
from partnerships.reports.periods import (
    ONE_DAY,
    WRITING,
    Period,
    days_not_told,
    newest_due,
    periods,
    year_of,
)
from partnerships.reports.reminders import stage_on

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


def test_a_report_is_due_on_each_anniversary_and_a_last_one_at_the_end() -> None:
    found = [
        (row.first, row.last, row.due_on) for row in periods(date(2025, 3, 1), date(2027, 8, 31))
    ]

    assert found == [
        (date(2025, 3, 1), date(2026, 2, 28), date(2026, 3, 1)),
        (date(2026, 3, 1), date(2027, 2, 28), date(2027, 3, 1)),
        (date(2027, 3, 1), date(2027, 8, 31), date(2027, 8, 31)),
    ]


def test_an_anniversary_just_before_the_end_is_told_of_in_the_last_report() -> None:
    two_years = list(periods(date(2025, 3, 1), date(2027, 3, 15)))

    assert [row.due_on for row in two_years] == [date(2026, 3, 1), date(2027, 3, 15)]


@given(start=DAYS, length=st.integers(0, 4000))
def test_the_reports_cover_every_day_once(start: date, length: int) -> None:
    end = start + timedelta(days=length)

    found = list(periods(start, end))

    assert found[0].first == start
    assert found[-1].last == found[-1].due_on == end
    for one, two in zip(found, found[1:], strict=False):
        assert two.first == one.last + ONE_DAY == one.due_on
        assert two.due_on - one.due_on >= WRITING


@given(start=DAYS, days=st.integers(0, 4000))
def test_a_day_lies_in_the_agreements_year_that_holds_it(start: date, days: int) -> None:
    day = start + timedelta(days=days)

    first, last = year_of(start, day)

    assert first <= day <= last
    assert 364 <= (last - first).days <= 365


def test_the_newest_report_that_should_be_under_way() -> None:
    agreement = Agreement(starts_on=date(2025, 3, 1), ends_on=date(2028, 2, 29))

    assert newest_due(agreement, date(2025, 12, 30)) is None
    first = newest_due(agreement, date(2025, 12, 31))
    assert first is not None
    assert first.due_on == date(2026, 3, 1)
    later = newest_due(agreement, date(2027, 6, 1))
    assert later is not None
    assert later.due_on == date(2027, 3, 1)


def test_a_notice_moves_the_last_report_forward() -> None:
    agreement = Agreement(
        starts_on=date(2025, 3, 1), ends_on=date(2028, 2, 29), terminates_on=date(2026, 9, 30)
    )

    last = newest_due(agreement, date(2026, 9, 1))

    assert last is not None
    assert (last.first, last.last) == (date(2026, 3, 1), date(2026, 9, 30))


def test_an_agreement_without_dates_owes_nothing() -> None:
    assert newest_due(Agreement(), date(2026, 1, 1)) is None


def day(month: int, number: int, year: int = 2026) -> date:
    return date(year, month, number)


@pytest.mark.parametrize(
    ("told", "left"),
    [
        # Nothing, or what ends before the period.
        ([], (day(1, 1), day(12, 31))),
        ([(day(1, 1, 2025), day(12, 31, 2025))], (day(1, 1), day(12, 31))),
        # The whole of it, and two halves in any order.
        ([(day(1, 1), day(12, 31))], None),
        ([(day(7, 1), day(12, 31)), (day(1, 1), day(6, 30))], None),
        ([(day(6, 1, 2025), day(6, 1, 2027))], None),
        # A few days late is near enough, a day more is not.
        ([(day(2, 1), day(12, 31))], None),
        ([(day(2, 2), day(12, 31))], (day(1, 1), day(2, 1))),
        # The last day is told of.
        ([(day(1, 1), day(12, 30))], (day(12, 31), day(12, 31))),
        # A few weeks across the anniversary are no year.
        ([(day(12, 1), day(1, 10, 2027))], (day(1, 1), day(11, 30))),
        # A hole between two, and only the first hole of more.
        ([(day(1, 1), day(3, 31)), (day(9, 1), day(12, 31))], (day(4, 1), day(8, 31))),
        ([(day(4, 1), day(4, 30))], (day(1, 1), day(3, 31))),
        # What comes after the period tells nothing of it.
        ([(day(6, 1, 2027), day(12, 31, 2027))], (day(1, 1), day(12, 31))),
        ([(day(1, 1), day(12, 31)), (day(6, 1, 2027), day(12, 31, 2027))], None),
    ],
)
def test_a_period_is_told_of_when_the_reports_reach_from_its_first_day_to_its_last(
    told: list[tuple[date, date]], left: tuple[date, date] | None
) -> None:
    due = Period(day(1, 1), day(12, 31), day(1, 1, 2027))

    assert days_not_told(due, told) == left


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        (-31, None),
        (-30, "before"),
        (-1, "before"),
        (0, "due"),
        (13, "due"),
        (14, "after"),
        (29, "after"),
        (30, "late"),
        (400, "late"),
    ],
)
def test_the_stage_of_a_day_is_the_newest_one(days: int, stage: str | None) -> None:
    due = date(2026, 3, 1)

    assert stage_on(due + timedelta(days=days), due) == stage


# --- amounts --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("0,6", "mio", 60_000_000),
        ("115,1", "mio", 11_510_000_000),
        ("500", "mio", 50_000_000_000),
        ("1.250", "kr", 125_000),
        ("1250,50", "kr", 125_050),
        ("1 250", "kr", 125_000),
        ("0", "mio", 0),
        ("-", "mio", None),
        ("–", "kr", None),
        ("", "kr", None),
    ],
)
def test_an_amount_is_read_as_danes_write_it(text: str, unit: str, amount: int | None) -> None:
    assert money.parse(text, unit) == amount


@pytest.mark.parametrize("text", ["12.50", "1,2,3", "ca. 5", "-5", "0,001", "9" * 20, "١٢"])
def test_what_is_no_amount_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(money.BadAmount, match=r"\.$"):
        money.parse(text, "kr")


def test_hours_are_whole() -> None:
    assert money.parse("400", "kr", in_hours=True) == 400
    with pytest.raises(money.BadAmount, match="hele timer"):
        money.parse("1,5", "kr", in_hours=True)


@given(amount=st.integers(0, 10**14), unit=st.sampled_from(["kr", "mio"]))
def test_what_is_written_reads_as_the_same_amount(amount: int, unit: str) -> None:
    assert money.parse(money.written(amount, unit), unit) == amount


def test_no_unit_rounds() -> None:
    assert money.in_unit(60_000_001, "mio") == Decimal("0.60000001")
    assert f"{money.in_unit(1_000_000_000, 'mio')}" == "10"
