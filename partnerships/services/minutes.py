"""Minutes: several write without losing a word; then they are sent, approved and left alone."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from partnerships import forum_mails as mails
from partnerships.models import AgendaItem, Meeting, MinutesComment
from partnerships.services.forums import may_run
from partnerships.services.meetings import lock_meeting
from partnerships.services.texts import typed
from portal.access.actor import Actor
from portal.access.grants import allows, require
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.errors import NotAllowed, WrongState


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMinutes:
    """What one writer wants to stand at one item, and the version it was written on top of. `read`
    is the fingerprint of what was read; sent back as it was, the place was left alone."""

    item_id: UUID
    version: int
    minutes: str
    decision: str
    read: str = ""


def fingerprint(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


class WrittenMeanwhile(WrongState):
    """Somebody else has written in the same places. `items` are those; `general` says whether the
    common text is one of them. Nothing was saved, and nothing of theirs was overwritten."""

    def __init__(self, items: Sequence[AgendaItem], *, general: bool) -> None:
        super().__init__(
            _("En anden har skrevet i mellemtiden. Se de to tekster, og gem den rigtige.")
        )
        self.items = list(items)
        self.general = general


@transaction.atomic
def save_minutes(
    *,
    actor: Actor,
    meeting_id: UUID,
    version: int,
    general: str,
    items: Sequence[ItemMinutes],
    general_read: str = "",
) -> Meeting:
    """Write what has changed. A place that another has changed since it was read, and that would be
    changed again, is refused as a whole with `WrittenMeanwhile`; a place left as it stood is not.

    The first words make the meeting a held one. Approved minutes are left alone.
    """
    meeting = lock_meeting(meeting_id, actor)
    if meeting.state in (Meeting.State.APPROVED, Meeting.State.CALLED_OFF):
        raise WrongState(_("Referatet er godkendt, eller mødet er aflyst. Det kan ikke ændres."))
    if clock.local(meeting.begins_at).date() > clock.today():
        raise WrongState(_("Mødet er ikke holdt endnu."))
    general = typed("general", general, 20_000)
    rows = {row.pk: row for row in meeting.agenda.all()}
    clashes: list[AgendaItem] = []
    changed: list[AgendaItem] = []
    for written in items:
        row = rows.get(written.item_id)
        if row is None:
            continue
        minutes = typed(f"minutes-{row.pk}", written.minutes, 8000)
        decision = typed(f"decision-{row.pk}", written.decision, 2000)
        untouched = written.read == fingerprint(minutes, decision)
        if untouched or (minutes, decision) == (row.minutes, row.decision):
            continue
        if written.version != row.version:
            clashes.append(row)
            continue
        row.minutes, row.decision, row.version = minutes, decision, row.version + 1
        changed.append(row)
    differs = general != meeting.minutes and general_read != fingerprint(general)
    general_clashes = differs and version != meeting.version
    if clashes or general_clashes:
        raise WrittenMeanwhile(clashes, general=general_clashes)
    if not changed and not differs and meeting.state == Meeting.State.HELD:
        return meeting
    AgendaItem.objects.bulk_update(changed, ["minutes", "decision", "version"])
    if differs:
        meeting.minutes, meeting.version = general, meeting.version + 1
    meeting.state = Meeting.State.HELD
    meeting.minutes_by_name = actor.name[:120]
    meeting.save(update_fields=["minutes", "version", "state", "minutes_by_name"])
    trail.record(actor, "minutes.save", meeting)
    return meeting


@transaction.atomic
def send_minutes(*, actor: Actor, meeting_id: UUID) -> Meeting:
    """To all members, once, so that they can say if something is wrong before it is approved."""
    meeting = lock_meeting(meeting_id, actor)
    if meeting.minutes_sent_at is not None:
        return meeting
    if meeting.state != Meeting.State.HELD:
        raise WrongState(_("Skriv referatet først."))
    meeting.minutes_sent_at = clock.now()
    meeting.save(update_fields=["minutes_sent_at"])
    trail.record(actor, "minutes.send", meeting)
    mails.queue_minutes(meeting)
    return meeting


def may_comment(actor: Actor, meeting: Meeting) -> bool:
    """Everybody in the forum, from the day the minutes are sent until they are approved."""
    return (
        allows(actor, Permission.FORUM_TAKE_PART)
        and meeting.state == Meeting.State.HELD
        and meeting.minutes_sent_at is not None
    )


@transaction.atomic
def comment_on_minutes(*, actor: Actor, meeting_id: UUID, text: str) -> MinutesComment:
    """What is wrong or missing in the minutes, before they are approved. Those who run the forum
    are told; the words themselves stay in the forum, and change nothing in the minutes by
    themselves.

    Raises `NotFound`, `WrongState`, `InvalidInput` (empty, too long, or with a CPR number).
    """
    require(actor, Permission.FORUM_TAKE_PART)
    meeting = lock_meeting(meeting_id, actor, run=False)
    if not may_comment(actor, meeting):
        raise WrongState(
            _("I kan skrive bemærkninger, fra referatet er sendt, til det er godkendt.")
        )
    text = typed("text", text, 2000, needed=_("Skriv, hvad der skal rettes."))
    comment = MinutesComment.objects.create(
        meeting=meeting,
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        user_name=actor.name[:120],
        text=text,
        at=clock.now(),
    )
    trail.record(actor, "minutes.comment", meeting)
    if not may_run(actor, meeting.forum):
        mails.queue_minutes_comment(comment)
    return comment


def may_approve(actor: Actor, meeting: Meeting) -> bool:
    """Who runs the forum, and the organisation that chairs it."""
    return (
        may_run(actor, meeting.forum)
        or meeting.forum.members.seated()
        .filter(organisation_id=actor.organisation_id, is_chair=True)
        .exists()
    )


@transaction.atomic
def approve_minutes(*, actor: Actor, meeting_id: UUID) -> Meeting:
    """The forum has said yes to them. From now on nobody changes a word."""
    meeting = lock_meeting(meeting_id, actor, run=False)
    if not may_approve(actor, meeting):
        raise NotAllowed()
    if meeting.state == Meeting.State.APPROVED:
        return meeting
    if meeting.state != Meeting.State.HELD or meeting.minutes_sent_at is None:
        raise WrongState(_("Send referatet til medlemmerne, før I godkender det."))
    meeting.state, meeting.approved_at = Meeting.State.APPROVED, clock.now()
    meeting.approved_by_name = actor.name[:120]
    meeting.save(update_fields=["state", "approved_at", "approved_by_name"])
    trail.record(actor, "minutes.approve", meeting)
    return meeting
