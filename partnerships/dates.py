"""Days that follow from an agreement's own dates: notice, reminders, reports. Pure functions.

The work list, the calendar and the reminders ask the same ones, so they never disagree about a day.
The distances are those of `workflows.md` ("Reminders").
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import DateField, DurationField, F, Func

from partnerships.models.agreement import IN_FORCE, Agreement, AgreementState

# Days from the day itself: below zero is before it.
END: Final = (-180, -90, -60, -30, -15)
NOTICE: Final = (-30,)
REPORT: Final = (-30, 0, 14, 30)
MILESTONE: Final = (-14, 0, 7)

RENEWAL_DAYS: Final = 180
NOTICE_SOON_DAYS: Final = 30
REPORT_SOON_DAYS: Final = 30
DATA_PROTECTION_MONTHS: Final = 12

RUNNING: Final = (AgreementState.ACTIVE, AgreementState.SUSPENDED)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day where that is shorter."""
    year, month = divmod(day.month - 1 + months, 12)
    first_of_next = date(day.year + year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(day.year + year, month + 1, min(day.day, last))


def earliest_end(given_on: date, notice_months: int) -> date:
    """The first day on which an agreement can end when notice is given on `given_on`."""
    return add_months(given_on, notice_months)


def notice_deadline(ends_on: date, notice_months: int) -> date:
    """The last day to give notice for the agreement's own end."""
    return add_months(ends_on, -notice_months)


@dataclass(frozen=True, slots=True)
class Stage:
    """One reminder of one day: `remind_on` is `due_on` moved by `offset` days."""

    due_on: date
    offset: int

    @property
    def remind_on(self) -> date:
        return self.due_on + timedelta(days=self.offset)


def stages(due_on: date | None, offsets: Iterable[int]) -> Iterator[Stage]:
    """The reminders of a day, the earliest first; none without a day."""
    if due_on is not None:
        yield from (Stage(due_on, offset) for offset in sorted(offsets))


def latest_stage(due_on: date | None, offsets: Iterable[int], today: date) -> Stage | None:
    """The one reminder that is due now: after downtime one catch-up, not a heap."""
    passed = [stage for stage in stages(due_on, offsets) if stage.remind_on <= today]
    return passed[-1] if passed else None


def last_day_of_notice(agreement: Agreement) -> date | None:
    """The last day on which notice still ends it with its term. None where either is unknown, or
    where notice has been given."""
    if (
        agreement.ends_on is None
        or agreement.notice_months is None
        or agreement.terminates_on is not None
    ):
        return None
    return notice_deadline(agreement.ends_on, agreement.notice_months)


def notice_day() -> Func:
    """`last_day_of_notice` as PostgreSQL counts it, for rows where notice has not been given."""
    notice = Func(
        F("notice_months"),
        template="make_interval(months => %(expressions)s::int)",
        output_field=DurationField(),
    )
    return Func(
        F("ends_on"),
        notice,
        arg_joiner=" - ",
        template="(%(expressions)s)::date",
        output_field=DateField(),
    )


def is_up_for_renewal(agreement: Agreement, today: date) -> bool:
    """A flag, not a gap in validity: it runs, and its term ends within half a year."""
    return (
        agreement.status in RUNNING
        and agreement.ends_on is not None
        and (agreement.ends_on - today).days <= RENEWAL_DAYS
    )


def lacks_day_after(agreement: Agreement) -> bool:
    """Project money with an end date, and no plan for the day after (F153)."""
    return (
        agreement.time_limited is True
        and agreement.ends_on is not None
        and not agreement.after_end.strip()
    )


def data_protection_due(agreement: Agreement) -> date | None:
    """A year after somebody last looked at how personal data is protected, or after the start."""
    if not agreement.shares_personal_data or agreement.status not in IN_FORCE:
        return None
    since = agreement.data_protection_looked_at_on or agreement.starts_on
    return add_months(since, DATA_PROTECTION_MONTHS) if since else None
