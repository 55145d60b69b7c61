"""The mails of a forum: agenda, minutes, changes, that it closes or opens again, and reminders of
what somebody has promised.

A mail names the meeting and links; what is said in the forum stays there.
"""

from datetime import date

from django.urls import reverse

from organisations.models import Role
from partnerships.entrance_mails import addresses_of
from partnerships.models import ActionPoint, Forum, ForumMember, Meeting, MinutesComment
from partnerships.workflow import OVER
from portal.common import clock
from portal.notifications.registry import Ids, Mail, absolute, message, render_mail
from portal.notifications.services import queue

# --- into the outbox --------------------------------------------------------------------------


def queue_agenda(meeting: Meeting) -> None:
    _queue(meeting, "agenda")


def queue_minutes(meeting: Meeting) -> None:
    _queue(meeting, "minutes")


def queue_called_off(meeting: Meeting) -> None:
    _queue(meeting, "called-off")


def queue_moved(meeting: Meeting) -> None:
    """Each new time is told of once, and again if it comes back to an old one later."""
    _queue(meeting, "moved", f":{clock.now():%Y%m%d%H%M%S}")


def _queue(meeting: Meeting, kind: str, which: str = "") -> None:
    queue(
        key=f"meeting:{meeting.pk}:{kind}{which}",
        template=f"partnerships.meeting-{kind}",
        ids={"meeting": meeting.pk},
        organisation_id=meeting.forum.organisation_id,
    )


def queue_minutes_comment(comment: MinutesComment) -> None:
    queue(
        key=f"minutes-comment:{comment.pk}",
        template="partnerships.minutes-comment",
        ids={"comment": comment.pk},
        organisation_id=comment.meeting.forum.organisation_id,
    )


def queue_closed(forum: Forum) -> None:
    _queue_of_forum(forum, "closed")


def queue_reopened(forum: Forum) -> None:
    _queue_of_forum(forum, "reopened")


def _queue_of_forum(forum: Forum, kind: str) -> None:
    """Each time it closes or opens is told of once."""
    queue(
        key=f"forum:{forum.pk}:{kind}:{clock.now():%Y%m%d%H%M%S%f}",
        template=f"partnerships.forum-{kind}",
        ids={"forum": forum.pk},
        organisation_id=forum.organisation_id,
    )


def reminder_key(point: ActionPoint, days: int) -> str:
    return f"action:{point.pk}:{days:+d}:{point.due_on}"


def queue_reminder(point: ActionPoint, days: int) -> bool:
    """`days` from the due day, ever. True when it was queued now."""
    sent = queue(
        key=reminder_key(point, days),
        template="partnerships.action-reminder",
        ids={"action": point.pk, "due": point.due_on},
        organisation_id=point.organisation_id,
    )
    return sent is not None


# --- out of it --------------------------------------------------------------------------------


def addresses_of_seat(member: ForumMember) -> list[str]:
    """The named person; where none is named, the organisation's coordinators, else its managers."""
    if member.person is not None and member.person.is_active:
        return [member.person.email]
    return _addresses(member.organisation_id)


def _addresses(organisation_id: int) -> list[str]:
    coordinators = addresses_of(organisation_id, Role.COORDINATOR)
    return coordinators or addresses_of(organisation_id, Role.MANAGER)


def _to_members(ids: Ids, name: str, *states: Meeting.State) -> list[Mail]:
    meetings = Meeting.objects.select_related("forum__organisation")
    meeting = meetings.filter(pk=ids["meeting"]).first()
    if meeting is None or meeting.state not in states:
        return []
    link = absolute(reverse("partnerships:meeting-detail", args=[meeting.pk]))
    context = {"meeting": meeting, "link": link}
    return [
        render_mail(f"partnerships/{name}", context, to=address)
        for address in _addresses_in(meeting.forum)
    ]


def _addresses_in(forum: Forum) -> list[str]:
    """Everybody with a seat, each address once."""
    found: dict[str, None] = {}
    for member in forum.members.seated().select_related("person"):
        found.update(dict.fromkeys(addresses_of_seat(member)))
    return list(found)


def _of_forum(ids: Ids, name: str, *, closed: bool) -> list[Mail]:
    """Not sent when it has been undone meanwhile."""
    forum = Forum.objects.select_related("organisation").filter(pk=ids["forum"]).first()
    if forum is None or (forum.closed_at is not None) != closed:
        return []
    context = {
        "forum": forum,
        "link": absolute(reverse("partnerships:forum-detail", args=[forum.pk])),
    }
    return [
        render_mail(f"partnerships/{name}", context, to=address) for address in _addresses_in(forum)
    ]


@message("partnerships.forum-closed")
def forum_closed(ids: Ids) -> list[Mail]:
    return _of_forum(ids, "forum_closed", closed=True)


@message("partnerships.forum-reopened")
def forum_reopened(ids: Ids) -> list[Mail]:
    return _of_forum(ids, "forum_reopened", closed=False)


@message("partnerships.meeting-agenda")
def agenda(ids: Ids) -> list[Mail]:
    return _to_members(ids, "meeting_agenda", Meeting.State.PLANNED)


@message("partnerships.meeting-moved")
def moved(ids: Ids) -> list[Mail]:
    return _to_members(ids, "meeting_moved", Meeting.State.PLANNED)


@message("partnerships.meeting-called-off")
def called_off(ids: Ids) -> list[Mail]:
    return _to_members(ids, "meeting_called_off", Meeting.State.CALLED_OFF)


@message("partnerships.meeting-minutes")
def minutes(ids: Ids) -> list[Mail]:
    return _to_members(ids, "meeting_minutes", Meeting.State.HELD, Meeting.State.APPROVED)


@message("partnerships.minutes-comment")
def minutes_comment(ids: Ids) -> list[Mail]:
    """To those who run the forum, as long as they can still correct the minutes."""
    comment = (
        MinutesComment.objects.select_related("meeting__forum", "organisation")
        .filter(pk=ids["comment"])
        .first()
    )
    if comment is None or comment.meeting.state != Meeting.State.HELD:
        return []
    link = reverse("partnerships:meeting-detail", args=[comment.meeting_id])
    context = {"comment": comment, "meeting": comment.meeting, "link": absolute(link)}
    return [
        render_mail("partnerships/minutes_comment", context, to=address)
        for address in _addresses(comment.meeting.forum.organisation_id)
    ]


@message("partnerships.action-reminder")
def action_reminder(ids: Ids) -> list[Mail]:
    """To its owner; without one, to the organisation that has promised it."""
    point = (
        ActionPoint.objects.select_related("owner", "forum", "agreement")
        .filter(pk=ids["action"])
        .first()
    )
    if point is None or point.done_on is not None:
        return []
    if point.agreement is not None and point.agreement.status in OVER:
        return []
    if point.due_on != date.fromisoformat(str(ids["due"])):
        return []
    if point.forum_id is not None:
        link = reverse("partnerships:forum-detail", args=[point.forum_id])
    else:
        link = reverse("partnerships:detail", args=[point.agreement_id])
    owner = point.owner
    if owner is not None and owner.is_active:
        addresses = [owner.email]
    else:
        addresses = _addresses(point.organisation_id)
    context = {"point": point, "link": absolute(link), "late": point.due_on < clock.today()}
    return [render_mail("partnerships/action_reminder", context, to=one) for one in addresses]
