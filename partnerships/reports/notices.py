"""Which mails a report sends. Keys make each unique, so running a job twice queues once. How they
are put together, and to whom, stands in `mails.py`."""

from datetime import date
from uuid import UUID

from partnerships.models import StatusReport
from portal.notifications.services import queue

TEMPLATE = "partnerships.report"


def reminder_key(agreement_id: UUID, stage: str, due: date) -> str:
    return f"agreement:{agreement_id}:report_{stage}:{due.isoformat()}"


def queue_reminder(*, report: StatusReport, stage: str) -> bool:
    """One reminder for one stage of one report, ever. True when it was queued now."""
    message = queue(
        key=reminder_key(report.agreement_id, stage, report.due_on),
        template=TEMPLATE,
        ids={"report": report.pk, "stage": stage},
    )
    return message is not None


def queue_notice(report: StatusReport, stage: str) -> None:
    """`waits`: somebody has signed, the others have not. `changed`: what was signed counts no more.
    `published`: all have signed."""
    signed = report.signatures.count()
    queue(
        key=f"report:{report.pk}:{stage}:{report.version}:{signed}",
        template=TEMPLATE,
        ids={"report": report.pk, "stage": stage, "version": report.version},
    )
