"""Meetings of a forum: when, about what, and that the members hear of it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from partnerships import forum_mails as mails
from partnerships.models import AgendaItem, Forum, Meeting
from partnerships.services.forums import lock_forum, may_run, require_open
from partnerships.services.texts import typed
from portal.access.actor import Actor
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState


def lock_meeting(meeting_id: UUID, actor: Actor, *, run: bool = True) -> Meeting:
    """The meeting, locked. `run`: for those who run the forum; else for everybody with a seat.
    Raises `NotFound`, `NotAllowed`."""
    meeting = (
        Meeting.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("forum__organisation")
        .filter(pk=meeting_id)
        .first()
    )
    if meeting is None:
        raise NotFound()
    if run and not may_run(actor, meeting.forum):
        raise NotAllowed()
    return meeting


def _checked(begins_at: datetime, ends_at: datetime | None) -> None:
    if ends_at is not None and ends_at <= begins_at:
        raise InvalidInput({"ends_at": _("Mødet slutter, før det begynder.")})


def _titled(title: str) -> str:
    return typed("title", title, 160, needed=_("Giv mødet en titel."), line=True)


@transaction.atomic
def plan_meeting(
    *,
    actor: Actor,
    forum_id: UUID,
    title: str,
    begins_at: datetime,
    ends_at: datetime | None = None,
    place: str = "",
) -> Meeting:
    forum = lock_forum(forum_id, actor)
    require_open(forum)
    _checked(begins_at, ends_at)
    meeting = Meeting.objects.create(
        forum=forum,
        title=_titled(title),
        begins_at=begins_at,
        ends_at=ends_at,
        place=typed("place", place, 200, line=True),
    )
    trail.record(actor, "meeting.plan", meeting)
    return meeting


@transaction.atomic
def edit_meeting(
    *,
    actor: Actor,
    meeting_id: UUID,
    title: str,
    begins_at: datetime,
    ends_at: datetime | None = None,
    place: str = "",
) -> Meeting:
    """Another time or place. Members who had the agenda already are told of it at once."""
    meeting = lock_meeting(meeting_id, actor)
    require_open(meeting.forum)
    _require_planned(meeting)
    _checked(begins_at, ends_at)
    place = typed("place", place, 200, line=True)
    moved = (meeting.begins_at, meeting.place) != (begins_at, place)
    meeting.title, meeting.begins_at, meeting.ends_at = _titled(title), begins_at, ends_at
    meeting.place = place
    meeting.save(update_fields=["title", "begins_at", "ends_at", "place"])
    trail.record(actor, "meeting.edit", meeting)
    if moved and meeting.agenda_sent_at is not None:
        mails.queue_moved(meeting)
    return meeting


def _require_planned(meeting: Meeting) -> None:
    if meeting.state != Meeting.State.PLANNED:
        raise WrongState(_("Mødet er holdt eller aflyst. Det kan ikke ændres længere."))


@transaction.atomic
def call_off_meeting(*, actor: Actor, meeting_id: UUID) -> Meeting:
    """It does not take place; every member is told once."""
    meeting = lock_meeting(meeting_id, actor)
    if meeting.state == Meeting.State.CALLED_OFF:
        return meeting
    _require_planned(meeting)
    meeting.state = Meeting.State.CALLED_OFF
    meeting.save(update_fields=["state"])
    trail.record(actor, "meeting.call_off", meeting)
    mails.queue_called_off(meeting)
    return meeting


@transaction.atomic
def send_agenda(*, actor: Actor, meeting_id: UUID) -> Meeting:
    """To all members, once. What is proposed afterwards stands on the meeting's page."""
    meeting = lock_meeting(meeting_id, actor)
    if meeting.agenda_sent_at is not None:
        return meeting
    require_open(meeting.forum)
    _require_planned(meeting)
    if not meeting.agenda.exists():
        raise WrongState(_("Dagsordenen er tom. Skriv mindst ét punkt først."))
    meeting.agenda_sent_at = clock.now()
    meeting.save(update_fields=["agenda_sent_at"])
    trail.record(actor, "meeting.send_agenda", meeting)
    mails.queue_agenda(meeting)
    return meeting


# --- the agenda ---------------------------------------------------------------------------------


@transaction.atomic
def propose_item(*, actor: Actor, meeting_id: UUID, title: str, text: str = "") -> AgendaItem:
    """Any member may put something on the agenda, until the meeting is held."""
    require(actor, Permission.FORUM_TAKE_PART)
    meeting = lock_meeting(meeting_id, actor, run=False)
    require_open(meeting.forum)
    _require_planned(meeting)
    last = meeting.agenda.aggregate(last=Max("position"))["last"]
    item = AgendaItem.objects.create(
        meeting=meeting,
        position=0 if last is None else last + 1,
        title=typed("title", title, 200, needed=_("Skriv, hvad punktet handler om."), line=True),
        text=typed("text", text, 4000),
        proposed_by_id=actor.organisation_id,
    )
    trail.record(actor, "agenda.propose", item)
    return item


def may_withdraw(actor: Actor, item: AgendaItem, forum: Forum) -> bool:
    """Who proposed it, and who runs the forum."""
    return may_run(actor, forum) or item.proposed_by_id == actor.organisation_id


def _lock_item(item_id: UUID, actor: Actor, *, run: bool) -> AgendaItem:
    """The meeting's lock guards its items: their order is one thing."""
    found = AgendaItem.objects.visible_to(actor).filter(pk=item_id).first()
    if found is None:
        raise NotFound()
    meeting = lock_meeting(found.meeting_id, actor, run=run)
    _require_planned(meeting)
    item = meeting.agenda.filter(pk=item_id).first()
    if item is None:
        raise NotFound()
    item.meeting = meeting
    return item


@transaction.atomic
def withdraw_item(*, actor: Actor, item_id: UUID) -> Meeting:
    item = _lock_item(item_id, actor, run=False)
    meeting = item.meeting
    if not may_withdraw(actor, item, meeting.forum):
        raise NotAllowed()
    trail.record(actor, "agenda.withdraw", item)
    item.delete()
    return meeting


@transaction.atomic
def move_item_up(*, actor: Actor, item_id: UUID) -> Meeting:
    """One place up; the first stays first. All positions are written anew."""
    item = _lock_item(item_id, actor, run=True)
    items = list(item.meeting.agenda.all())
    place = next(number for number, row in enumerate(items) if row.pk == item.pk)
    if place > 0:
        items[place - 1], items[place] = items[place], items[place - 1]
        for position, row in enumerate(items):
            row.position = position
        AgendaItem.objects.bulk_update(items, ["position"])
        trail.record(actor, "agenda.order", item.meeting)
    return item.meeting
