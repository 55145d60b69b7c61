"""Clocks of the field count Danish working days and keep Copenhagen's time of day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.common.clock import COPENHAGEN, local
from portal.common.workdays import (
    add_days,
    add_working_days,
    is_working_day,
    working_days_between,
)

moments = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001
    max_value=datetime(2034, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
counts = st.integers(min_value=1, max_value=120)
starts = st.dates(min_value=date(2024, 1, 1), max_value=date(2034, 12, 31))
pauses = st.lists(
    st.tuples(starts, st.integers(min_value=0, max_value=40)).map(
        lambda pair: (pair[0], pair[0] + timedelta(days=pair[1]))
    ),
    max_size=4,
)


def copenhagen(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=COPENHAGEN)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),
        date(2026, 4, 2),  # Maundy Thursday
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 14),  # Ascension Day
        date(2026, 5, 25),  # Whit Monday
        date(2026, 6, 5),  # Grundlovsdag
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2026, 12, 31),
        date(2023, 5, 5),  # Store Bededag, the last one
        date(2026, 11, 21),  # a Saturday
        date(2026, 11, 22),
    ],
)
def test_nobody_is_expected_at_work(day: date) -> None:
    assert not is_working_day(day)


@pytest.mark.parametrize(
    "day",
    [
        date(2024, 4, 26),  # Store Bededag was abolished
        date(2026, 5, 1),
        date(2026, 5, 15),  # the day after Ascension Day
        date(2026, 11, 23),
        date(2026, 12, 30),
    ],
)
def test_an_ordinary_day_is_a_working_day(day: date) -> None:
    assert is_working_day(day)


def test_ten_working_days_over_christmas() -> None:
    end = add_working_days(copenhagen(2026, 12, 18, 15, 30), 10)

    # 21, 22, 23, 28, 29, 30 December; 4, 5, 6, 7 January.
    assert end == copenhagen(2027, 1, 7, 15, 30)


def test_a_closing_period_does_not_count_on_its_first_or_last_day() -> None:
    start = copenhagen(2026, 11, 20, 9, 0)  # a Friday

    free = add_working_days(start, 3)
    paused = add_working_days(start, 3, [(date(2026, 11, 24), date(2026, 11, 25))])

    assert free == copenhagen(2026, 11, 25, 9, 0)
    assert paused == copenhagen(2026, 11, 27, 9, 0)


def test_a_clock_started_on_a_sunday_counts_monday_as_day_one() -> None:
    assert add_working_days(copenhagen(2026, 11, 22, 20, 0), 1) == copenhagen(2026, 11, 23, 20, 0)


def test_late_evening_belongs_to_the_danish_day() -> None:
    # 23:30 UTC on Thursday is Friday in Denmark.
    end = add_working_days(datetime(2026, 11, 19, 23, 30, tzinfo=UTC), 1)

    assert local(end) == copenhagen(2026, 11, 23, 0, 30)


def test_the_time_of_day_is_kept_when_the_clocks_change() -> None:
    assert local(add_working_days(copenhagen(2026, 3, 27, 9, 0), 1)).hour == 9
    assert local(add_working_days(copenhagen(2026, 10, 23, 9, 0), 1)).hour == 9


def test_calendar_days_into_the_missing_hour_land_after_it() -> None:
    end = add_days(copenhagen(2026, 3, 22, 2, 30), 7)

    assert end == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert local(end).hour == 3


def test_calendar_days_into_the_double_hour_mean_its_first_turn() -> None:
    assert add_days(copenhagen(2026, 10, 18, 2, 30), 7) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_no_days_change_nothing() -> None:
    start = copenhagen(2026, 11, 22, 20, 0)

    assert add_working_days(start, 0) == start


def test_counting_backwards_is_refused() -> None:
    with pytest.raises(ValueError, match="forward"):
        add_working_days(copenhagen(2026, 1, 1), -1)


def test_a_pause_without_end_is_refused_instead_of_walked() -> None:
    with pytest.raises(ValueError, match="no working days"):
        add_working_days(copenhagen(2026, 1, 1), 3, [(date(2026, 1, 1), date(9999, 12, 31))])


@given(moments, counts, pauses)
def test_counting_back_gives_the_number_that_was_added(
    start: datetime, days: int, closed: list[tuple[date, date]]
) -> None:
    end = add_working_days(start, days, closed)

    assert working_days_between(start, end, closed) == days


@given(moments, counts, pauses)
def test_the_end_is_a_working_day_outside_every_pause_at_the_same_time(
    start: datetime, days: int, closed: list[tuple[date, date]]
) -> None:
    end = local(add_working_days(start, days, closed))

    assert is_working_day(end.date())
    assert not any(first <= end.date() <= last for first, last in closed)
    assert end.time() == local(start).time()


@given(moments, counts, counts)
def test_adding_twice_is_adding_the_sum(start: datetime, one: int, two: int) -> None:
    assert add_working_days(add_working_days(start, one), two) == add_working_days(start, one + two)


@given(moments, counts, pauses)
def test_a_pause_never_brings_the_end_forward(
    start: datetime, days: int, closed: list[tuple[date, date]]
) -> None:
    assert add_working_days(start, days, closed) >= add_working_days(start, days)


def test_every_minute_of_ten_years_change_days_has_one_defined_due_time() -> None:
    for year in range(2026, 2036):
        for month in (3, 10):
            days = (date(year, month, day) for day in range(25, 32))
            change = next(day for day in days if day.weekday() == 6)
            before = datetime(year, month, change.day - 7, tzinfo=COPENHAGEN)
            due = [add_days(before + timedelta(minutes=minute), 7) for minute in range(24 * 60)]

            assert all(local(moment).date() == change for moment in due)
            for minute, moment in enumerate(due):
                shown = local(moment).hour * 60 + local(moment).minute
                in_gap = month == 3 and 120 <= minute < 180
                assert shown == minute + (60 if in_gap else 0)
                assert local(moment).fold == 0
