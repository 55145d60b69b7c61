"""When the next time is."""

from datetime import UTC, date, datetime, time

import pytest

from offers.calendar import is_usable_rule, next_date, next_dates
from offers.models import OfferSession


def session(rule: str = "FREQ=WEEKLY;BYDAY=TH", starts: date = date(2026, 1, 1)) -> OfferSession:
    return OfferSession(text="x", rrule=rule, starts_on=starts, start_time=time(14, 0))


def test_the_next_thursday_is_at_14_in_copenhagen_in_winter_and_in_summer() -> None:
    winter = next_date(session(), datetime(2026, 11, 23, 12, tzinfo=UTC))
    summer = next_date(session(), datetime(2026, 6, 1, 12, tzinfo=UTC))

    assert winter is not None
    assert summer is not None
    assert winter.isoformat() == "2026-11-26T14:00:00+01:00"
    assert summer.isoformat() == "2026-06-04T14:00:00+02:00"


def test_one_that_has_begun_today_is_not_the_next() -> None:
    begun = datetime(2026, 11, 26, 13, 0, tzinfo=UTC)

    found = next_date(session(), begun)

    assert found is not None
    assert found.date() == date(2026, 12, 3)


def test_three_dates_follow_the_rule() -> None:
    found = next_dates(
        session("FREQ=MONTHLY;BYDAY=2TH"), datetime(2026, 11, 23, tzinfo=UTC), count=3
    )

    assert [day.date().isoformat() for day in found] == ["2026-12-10", "2027-01-14", "2027-02-11"]


def test_what_does_not_repeat_comes_once() -> None:
    once = session(rule="", starts=date(2026, 12, 1))

    assert next_date(once, datetime(2026, 11, 23, tzinfo=UTC)) is not None
    assert next_date(once, datetime(2026, 12, 2, tzinfo=UTC)) is None


def test_a_sentence_without_dates_has_no_next_date() -> None:
    only_words = OfferSession(text="Efter aftale")

    assert next_dates(only_words, datetime(2026, 11, 23, tzinfo=UTC)) == []


def test_a_rule_that_has_ended_has_no_next_date() -> None:
    ended = session("FREQ=WEEKLY;BYDAY=TH;UNTIL=20260301")

    assert next_date(ended, datetime(2026, 11, 23, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MONTHLY;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;UNTIL=20269999",
        "FREQ=WEEKLY;BYDAY=TH;UNTIL=20200101",
        "hver torsdag",
    ],
)
def test_a_rule_that_could_count_for_ever_or_never_is_refused(rule: str) -> None:
    assert not is_usable_rule(rule, date(2026, 1, 1))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=WEEKLY;BYDAY=MO",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE",
        "FREQ=MONTHLY;BYDAY=1TU",
        "FREQ=MONTHLY;BYDAY=-1TH",
        "FREQ=MONTHLY;INTERVAL=3;BYDAY=1TU",
    ],
)
def test_what_associations_meet_by_is_usable(rule: str) -> None:
    assert is_usable_rule(rule, date(2026, 1, 1))
