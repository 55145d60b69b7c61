"""Days that follow from an agreement's own dates: notice, reminders, reports. Pure functions."""

from datetime import date, timedelta


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
