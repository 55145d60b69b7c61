"""The next dates of what repeats, computed from its iCalendar rule and never stored.

A rule counts in Copenhagen's own days and hours: a café at 14 is at 14 in summer and in winter.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

from dateutil.rrule import rrulestr

from offers.models import OfferSession
from portal.common.clock import COPENHAGEN, local

# Weeks and months are what associations meet by. The rest of the standard would let a rule without
# a single date count to the year 9999.
_USABLE = re.compile(
    r"FREQ=(WEEKLY|MONTHLY)"
    r"(;INTERVAL=([1-9]|1[0-2]))?"
    r"(;BYDAY=([1-4]|-1)?(MO|TU|WE|TH|FR|SA|SU)(,([1-4]|-1)?(MO|TU|WE|TH|FR|SA|SU))*"
    r"|;BYMONTHDAY=([1-9]|1[0-9]|2[0-8]|-1))?"
    r"(;UNTIL=[0-9]{8})?"
)
# Far enough for something that meets once a year, near enough to end.
_HORIZON = timedelta(days=400)


def is_usable_rule(rule: str, starts_on: date) -> bool:
    """Whether we can count by it, and it has a date within a year of its beginning."""
    if not _USABLE.fullmatch(rule):
        return False
    begin = datetime.combine(starts_on, time())
    try:
        return next(_naive_dates(rule, begin, begin - timedelta(seconds=1)), None) is not None
    except ValueError:
        return False


def next_dates(session: OfferSession, after: datetime, count: int = 3) -> list[datetime]:
    """The first `count` beginnings later than `after`. Empty for what has no rule or has ended."""
    if session.starts_on is None:
        return []
    begin = datetime.combine(session.starts_on, session.start_time or time())
    naive_after = local(after).replace(tzinfo=None)
    if session.rrule:
        found = list(islice(_naive_dates(session.rrule, begin, naive_after), count))
    else:
        found = [begin] if begin > naive_after else []
    return [moment.replace(tzinfo=COPENHAGEN) for moment in found]


def next_date(session: OfferSession, after: datetime) -> datetime | None:
    """The next beginning later than `after`, in Copenhagen's time."""
    found = next_dates(session, after, count=1)
    return found[0] if found else None


def _naive_dates(rule: str, begin: datetime, after: datetime) -> Iterator[datetime]:
    last = max(begin, after) + _HORIZON
    for moment in rrulestr(rule, dtstart=begin):
        if moment > last:
            return
        if moment > after:
            yield moment
