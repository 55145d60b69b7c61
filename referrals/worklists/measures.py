"""What waiting is measured by: states, days and the closing periods that pause them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from organisations.models import ClosingPeriod
from portal.common import clock
from referrals.deadlines import DEFAULT, Days
from referrals.models import State

OPEN = (State.SENT, State.ACCEPTED, State.WAITLISTED, State.IN_PROGRESS)
ENDED = (
    State.COMPLETED,
    State.NOT_COMPLETED,
    State.DECLINED,
    State.WITHDRAWN,
    State.EXPIRED,
    State.ENTERED_IN_ERROR,
)
TWO_WEEKS = timedelta(days=14)
# Nothing is due in fewer calendar days than this for ten (twenty) working days.
TEN_WORKING_DAYS = timedelta(days=12)
TWENTY_WORKING_DAYS = timedelta(days=26)


def pauses_by_organisation(ids: Iterable[int]) -> dict[int, list[tuple[date, date]]]:
    """Closing periods of many organisations in one statement."""
    found: defaultdict[int, list[tuple[date, date]]] = defaultdict(list)
    recent = clock.today() - timedelta(days=370)
    rows = ClosingPeriod.objects.filter(organisation_id__in=set(ids), last_day__gte=recent)
    for row in rows:
        found[row.organisation_id].append(row.as_pause())
    return found


def days_of(municipality_id: int, days: Mapping[int, Days]) -> Days:
    return days.get(municipality_id, DEFAULT)
