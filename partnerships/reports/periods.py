"""Which report an agreement owes, and when: pure functions of the agreement's dates.

A report is due on each anniversary of the first day, and a last one when the agreement ends.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from partnerships.dates import add_months
from partnerships.models import Agreement

# A report is made so long before it is due, and the parties write in it from then on.
WRITING: Final = timedelta(days=60)
ONE_DAY: Final = timedelta(days=1)
# People count in whole months and years: 1 January is near enough to 27 December.
NEAR_ENOUGH: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Period:
    """What one report tells of, both days included, and when it shall be in."""

    first: date
    last: date
    due_on: date


def year_of(start: date, day: date) -> tuple[date, date]:
    """The agreement's year that `day` lies in: its first and last day."""
    years = max(0, day.year - start.year)
    if years and add_months(start, 12 * years) > day:
        years -= 1
    return add_months(start, 12 * years), add_months(start, 12 * (years + 1)) - ONE_DAY


def last_day(agreement: Agreement) -> date | None:
    """The day it really ends: a notice that was given may come before the agreed end."""
    days = [day for day in (agreement.ends_on, agreement.terminates_on) if day is not None]
    return min(days, default=None)


def periods(start: date, end: date) -> Iterator[Period]:
    """All reports from `start` to `end`, in order. An anniversary nearer to the end than the time
    for writing is passed over: the last report tells of it too, or two would be written at once."""
    first, years = start, 1
    while (due := add_months(start, 12 * years)) + WRITING <= end:
        yield Period(first, due - ONE_DAY, due)
        first, years = due, years + 1
    yield Period(first, end, end)


def newest_due(agreement: Agreement, today: date) -> Period | None:
    """The newest report that should be under way today. Earlier ones are not made up for: an
    agreement that comes here in its fifth year owes one report and not five."""
    end = last_day(agreement)
    if agreement.starts_on is None or end is None or end < agreement.starts_on:
        return None
    begun = [row for row in periods(agreement.starts_on, end) if row.due_on - WRITING <= today]
    return begun[-1] if begun else None


def days_not_told(due: Period, told: Iterable[tuple[date, date]]) -> tuple[date, date] | None:
    """The first days of `due` that no report tells of, given each report's first and last day. A
    report may begin a little late, but the last one reaches the last day."""
    reached, until = due.first - ONE_DAY, due.last
    for first, last in sorted(told):
        if first - reached > ONE_DAY + NEAR_ENOUGH:
            until = min(until, first - ONE_DAY)
            break
        reached = max(reached, last)
    return (reached + ONE_DAY, until) if reached < due.last else None
