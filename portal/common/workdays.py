"""Working days in Denmark, for every clock of the field.

Besides Saturdays, Sundays and public holidays we count Grundlovsdag (5 June), Christmas Eve and New
Year's Eve as free: the law does not close the country on them, but municipalities, practices and
most associations are closed, and nobody should be told that they did not answer on a day when they
could not. 1 May is a working day: many work on it.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

# The one country by its module: the package's registry would cost the first request a second.
from holidays.countries.denmark import Denmark

from portal.common.clock import COPENHAGEN, local

Pauses = Sequence[tuple[date, date]]  # first and last day, both paused

_DAY = timedelta(days=1)
# A pause of years is a mistake in somebody's dates and must not make a job walk to the year 9999.
_LONGEST_WAIT = timedelta(days=5 * 366)


@lru_cache(maxsize=32)
def _free_days(year: int) -> frozenset[date]:
    usual = {date(year, 6, 5), date(year, 12, 24), date(year, 12, 31)}
    # `holidays` knows that Store Bededag was abolished from 2024.
    known = Denmark(years=year)  # type: ignore[no-untyped-call]
    return frozenset(known) | usual


def is_working_day(day: date) -> bool:
    """Whether people are expected at work in Denmark on that day."""
    return day.weekday() < 5 and day not in _free_days(day.year)


def add_working_days(start: datetime, days: int, pauses: Pauses = ()) -> datetime:
    """The moment `days` working days after `start`, at the same time on the Copenhagen clock, in
    UTC.

    The day of `start` is day 0 whether it is a working day or not, and 0 days give `start` itself.
    Days inside a pause do not count. Raises ValueError when the pauses leave no end within five
    years.
    """
    if days < 0:
        raise ValueError("Working days are counted forward.")
    if days == 0:
        return start.astimezone(UTC)
    first = day = local(start).date()
    left = days
    while left:
        day += _DAY
        if day - first > _LONGEST_WAIT + timedelta(days=days * 3):
            raise ValueError("The pauses leave no working days.")
        if _counts(day, pauses):
            left -= 1
    return _same_time(start, day)


def add_days(start: datetime, days: int) -> datetime:
    """Calendar days later, at the same time on the Copenhagen clock, in UTC.

    02:30 on the night the clocks go forward does not exist and becomes 03:30; the hour that comes
    twice in autumn means its first turn.
    """
    return _same_time(start, local(start).date() + timedelta(days=days))


def working_days_between(start: datetime | date, end: datetime | date, pauses: Pauses = ()) -> int:
    """Working days after the day of `start`, up to and including the day of `end`; 0 if that is
    earlier.

    It is the inverse of `add_working_days`.
    """
    day, last = _day(start), _day(end)
    count = 0
    while day < last:
        day += _DAY
        count += _counts(day, pauses)
    return count


def _counts(day: date, pauses: Pauses) -> bool:
    return is_working_day(day) and not any(first <= day <= last for first, last in pauses)


def _day(moment: datetime | date) -> date:
    return local(moment).date() if isinstance(moment, datetime) else moment


def _same_time(start: datetime, day: date) -> datetime:
    time = local(start).time().replace(fold=0)
    return datetime.combine(day, time, tzinfo=COPENHAGEN).astimezone(UTC)
