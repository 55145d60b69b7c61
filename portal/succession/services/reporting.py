"""Making the dry run. A job does it: counting open referrals takes more than a page may see."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from portal.access.actor import Actor
from portal.audit import trail
from portal.common import clock
from portal.common.errors import NotAllowed
from portal.succession.models import OPEN, Succession
from portal.succession.services.planning import lock_plan
from portal.succession.survey import make_report

STALE_AFTER: Final = timedelta(hours=20)


@transaction.atomic
def write_report(*, succession_id: UUID, actor: Actor) -> Succession:
    """Count and name everything as it stands now, and store it with the plan it was made of."""
    if not actor.is_system:
        raise NotAllowed()
    row = lock_plan(succession_id=succession_id, actor=actor)
    if not row.is_open:
        return row
    row.report = make_report(row)
    row.reported_at, row.reported_plan = clock.now(), row.fingerprint
    row.save(update_fields=["report", "reported_at", "reported_plan"])
    trail.record(actor, "succession.report", row)
    return row


def report_what_is_wanted(actor: Actor) -> list[UUID]:
    """Open plans whose report is missing, of another plan, or older than a day."""
    old = clock.now() - STALE_AFTER
    return [
        row.pk
        for row in Succession.objects.visible_to(actor)
        .filter(state__in=OPEN)
        .prefetch_related("parts__municipalities")
        if row.reported_at is None or not row.is_reported or row.reported_at <= old
    ]
