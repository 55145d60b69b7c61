"""What jobs call. Each is also a management command and safe to run twice."""

from partnerships.reports.reminders import remind_of_reports
from partnerships.services.reports import begin_due_reports
from portal.access.actor import system_actor


def begin_reports() -> int:
    """Begin the yearly reports that are due in two months; how many were begun."""
    return begin_due_reports(actor=system_actor("partnerships.reports"))


def report_reminders() -> int:
    """Ask for reports that are near, due or late; how many mails were queued."""
    return remind_of_reports(actor=system_actor("partnerships.report_reminders"))
