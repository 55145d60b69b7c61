"""Reminders of action points: a week before, on the day, and a week after; each once."""

from datetime import timedelta

from django.db import transaction

from partnerships import forum_mails as mails
from partnerships.models import ActionPoint
from portal.common import clock
from portal.notifications.models import OutgoingMessage

DAYS = (-7, 0, 7)


def due_reminder(point: ActionPoint) -> int | None:
    """The latest one whose day has come: after a pause of the machine there is one, not three."""
    late = (clock.today() - point.due_on).days
    return max((days for days in DAYS if days <= late), default=None)


def remind_of_action_points() -> int:
    """Queue all that is due; returns how many. Of forums and of agreements. Safe to run twice."""
    soon = clock.today() - timedelta(days=min(DAYS))
    rows = ActionPoint.objects.open().filter(due_on__lte=soon).order_by("pk")
    due = [(row, days) for row in rows if (days := due_reminder(row)) is not None]
    keys = {mails.reminder_key(row, days) for row, days in due}
    queued = set(OutgoingMessage.objects.filter(key__in=keys).values_list("key", flat=True))
    return sum(
        _remind(row, days) for row, days in due if mails.reminder_key(row, days) not in queued
    )


@transaction.atomic
def _remind(seen: ActionPoint, days: int) -> bool:
    point = ActionPoint.objects.open().select_for_update().filter(pk=seen.pk).first()
    return point is not None and mails.queue_reminder(point, days)
