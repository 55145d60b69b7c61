"""Asking for the yearly report: a month before, on the day, and twice after."""

from datetime import date, timedelta
from typing import Final

from django.db import transaction

from partnerships.models import AgreementState, StatusReport
from partnerships.reports.notices import queue_reminder, reminder_key
from portal.access.actor import Actor
from portal.common import clock
from portal.common.errors import NotAllowed
from portal.notifications.models import OutgoingMessage

# The stage and the first day, counted from the day it is due, on which it is the newest one.
# Whom each goes to stands in `mails.py`.
STAGES: Final = (("before", -30), ("due", 0), ("after", 14), ("late", 30))
_BATCH: Final = 500
_S = AgreementState
# A programme that is loaded as an idea, or an agreement that is closed, is not asked for anything.
ASKED = (_S.ACTIVE, _S.SUSPENDED, _S.EXPIRED, _S.TERMINATED)


def stage_on(today: date, due: date) -> str | None:
    """The one stage to send today. Earlier ones that nobody sent are passed over: after downtime
    there comes one reminder, not a heap."""
    late = (today - due).days
    return next((stage for stage, first in reversed(STAGES) if late >= first), None)


def remind_of_reports(*, actor: Actor) -> int:
    """Queue today's reminders; each stage of a report once, however often it runs. For jobs."""
    if not actor.is_system:
        raise NotAllowed()
    today = clock.today()
    rows = (
        StatusReport.objects.exclude(state=StatusReport.State.PUBLISHED)
        .filter(due_on__lte=today + timedelta(days=30), agreement__status__in=ASKED)
        .order_by("pk")
    )
    wanted: dict[str, tuple[StatusReport, str]] = {}
    for report in rows.iterator(chunk_size=_BATCH):
        stage = stage_on(today, report.due_on)
        if stage is not None:
            key = reminder_key(report.agreement_id, stage, report.due_on)
            wanted[key] = report, stage
    # Most were sent on an earlier day; one question finds them, so that a run costs what is new.
    known = set(OutgoingMessage.objects.filter(key__in=wanted).values_list("key", flat=True))
    queued = 0
    with transaction.atomic():
        for key in wanted.keys() - known:
            report, stage = wanted[key]
            queued += queue_reminder(report=report, stage=stage)
    return queued
