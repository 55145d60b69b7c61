"""A forum's dates for somebody's own calendar: meetings, and what is to be done by when."""

from collections.abc import Iterable
from datetime import datetime, time

from django.urls import reverse
from django.utils.translation import gettext as _

from partnerships.models import ActionPoint, Forum, Meeting
from portal.access.actor import Actor
from portal.common import clock
from portal.documents.calendar_file import CalendarEvent
from portal.notifications.rendering import absolute

# People are reminded of a task in the morning of its last day.
_MORNING = time(8, 0)


def calendar_events(actor: Actor, *, forum: Forum | None = None) -> list[CalendarEvent]:
    """Coming and past meetings of the actor's forums, or of one, and the actor's organisation's
    open tasks there. Meetings that are called off are left out, so they leave the calendar."""
    forums = Forum.objects.visible_to(actor)
    if forum is not None:
        forums = forums.filter(pk=forum.pk)
    meetings = (
        Meeting.objects.filter(forum__in=forums)
        .exclude(state=Meeting.State.CALLED_OFF)
        .select_related("forum")
        .order_by("begins_at", "pk")
    )
    points = (
        ActionPoint.objects.open()
        .filter(forum__in=forums, organisation_id=actor.organisation_id)
        .order_by("due_on", "pk")
    )
    return [*_of_meetings(meetings), *_of_points(points)]


def _of_meetings(meetings: Iterable[Meeting]) -> list[CalendarEvent]:
    return [
        CalendarEvent(
            uid=f"moede-{row.pk}@samspil",
            title=f"{row.forum.name}: {row.title}",
            begins_at=row.begins_at,
            ends_at=row.ends_at,
            place=row.place,
            url=absolute(reverse("partnerships:meeting-detail", args=[row.pk])),
        )
        for row in meetings
    ]


def _of_points(points: Iterable[ActionPoint]) -> list[CalendarEvent]:
    return [
        CalendarEvent(
            uid=f"opgave-{row.pk}@samspil",
            title=_("Senest i dag: %(text)s") % {"text": row.text},
            begins_at=datetime.combine(row.due_on, _MORNING, tzinfo=clock.COPENHAGEN),
            url=absolute(reverse("partnerships:forum-detail", args=[row.forum_id])),
        )
        for row in points
    ]
