"""The days of an enquiry: reminders, each once, and what is forgotten in the end.

All is computed from rows. After a pause of the machine one mail goes out, not a heap: of several
stages only the latest is reminded of.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from organisations.models import ClosingPeriod
from partnerships import entrance_mails as mails
from partnerships.models import Enquiry, EnquiryLink
from partnerships.services.enquiries import ANSWER_DAYS, deadlines
from portal.access.actor import system_actor
from portal.audit import trail
from portal.common import clock
from portal.common.workdays import Pauses, add_working_days
from portal.notifications.models import OutgoingMessage

ACTOR = system_actor("partnerships.entrance")
FORGOTTEN_AFTER = timedelta(days=365)


def stages(enquiry: Enquiry, pauses: Pauses) -> list[tuple[date, str]]:
    """Every day on which somebody is reminded, in order, with what of."""

    def day(working_days: int) -> date:
        return clock.local(add_working_days(enquiry.received_at, working_days, pauses)).date()

    found = [
        (day(ANSWER_DAYS - 5), "answer-5"),
        (day(ANSWER_DAYS), "answer-0"),
        (day(ANSWER_DAYS + 1), "overdue"),
    ]
    if enquiry.acknowledged_at is None:
        found.insert(0, (day(1), "acknowledge"))
    return found


def due_stage(enquiry: Enquiry, pauses: Pauses) -> tuple[date, str] | None:
    today = clock.today()
    return max((row for row in stages(enquiry, pauses) if row[0] <= today), default=None)


def run_entrance_clocks() -> int:
    """Remind of all that is due now; returns how many were reminded of. Safe to run twice."""
    _forget()
    rows = list(Enquiry.objects.unanswered().order_by("pk"))
    pauses = _pauses(rows)
    return sum(_of_batch(batch, pauses) for batch in _batches(rows))


def _batches(rows: Sequence[Enquiry]) -> Iterator[Sequence[Enquiry]]:
    for start in range(0, len(rows), 500):
        yield rows[start : start + 500]


def _of_batch(rows: Sequence[Enquiry], pauses: "defaultdict[int, list[tuple[date, date]]]") -> int:
    due: list[tuple[Enquiry, str, date]] = []
    for row in rows:
        own = pauses[row.organisation_id]
        moved = deadlines(row.received_at, own)
        if moved != (row.acknowledge_by, row.answer_by):
            _move_deadlines(row.pk, moved)
        stage = due_stage(row, own)
        if stage is not None:
            due.append((row, stage[1], stage[0]))
    keys = {mails.reminder_key(*one) for one in due}
    queued = set(OutgoingMessage.objects.filter(key__in=keys).values_list("key", flat=True))
    return sum(_remind(*one) for one in due if mails.reminder_key(*one) not in queued)


def _pauses(rows: Sequence[Enquiry]) -> "defaultdict[int, list[tuple[date, date]]]":
    found: defaultdict[int, list[tuple[date, date]]] = defaultdict(list)
    if not rows:
        return found
    first = clock.local(min(row.received_at for row in rows)).date()
    periods = ClosingPeriod.objects.filter(
        organisation_id__in={row.organisation_id for row in rows}, last_day__gte=first
    )
    for period in periods:
        found[period.organisation_id].append(period.as_pause())
    return found


@transaction.atomic
def _move_deadlines(enquiry_id: UUID, moved: tuple[datetime, datetime]) -> None:
    """Closing days were announced, or taken back, after it came."""
    acknowledge_by, answer_by = moved
    Enquiry.objects.unanswered().filter(pk=enquiry_id).update(
        acknowledge_by=acknowledge_by, answer_by=answer_by
    )


@transaction.atomic
def _remind(seen: Enquiry, stage: str, due: date) -> bool:
    """One enquiry, one transaction, after a second look: a person may have been quicker."""
    enquiry = Enquiry.objects.unanswered().select_for_update().filter(pk=seen.pk).first()
    if enquiry is None or (stage == "acknowledge" and enquiry.acknowledged_at is not None):
        return False
    return mails.queue_reminder(enquiry, stage, due)


@transaction.atomic
def _forget() -> None:
    """Links that have run out, and who wrote what came to nothing a year ago."""
    now = clock.now()
    EnquiryLink.objects.filter(expires_at__lte=now).delete()
    rows = (
        Enquiry.objects.select_for_update()
        .filter(outcome=Enquiry.Outcome.DECLINED, answered_at__lte=now - FORGOTTEN_AFTER)
        .exclude(contact_email="")
    )
    for row in rows:
        row.contact_name = row.contact_email = row.contact_phone = ""
        row.save(update_fields=["contact_name", "contact_email", "contact_phone"])
        row.links.all().delete()
        trail.record(ACTOR, "enquiry.forget", row)
