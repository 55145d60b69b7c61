"""A health council's collaboration forum, and who has a seat in it."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation, OrganisationKind
from partnerships import forum_mails as mails
from partnerships.models import Forum, ForumMember, Meeting
from partnerships.models.forum import MeetingQuerySet
from partnerships.selectors import people_of
from partnerships.services.texts import typed
from portal.access.actor import Actor
from portal.access.grants import allows, require
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState


def may_run(actor: Actor, forum: Forum) -> bool:
    """Coordinators of exactly that council."""
    return allows(actor, Permission.FORUM_RUN) and forum.organisation_id == actor.organisation_id


def may_create(actor: Actor) -> bool:
    return (
        allows(actor, Permission.FORUM_RUN)
        and actor.organisation_kind == OrganisationKind.HEALTH_COUNCIL
    )


def lock_forum(forum_id: UUID, actor: Actor) -> Forum:
    """The forum, locked, for those who run it. Raises `NotFound`, `NotAllowed`."""
    forum = (
        Forum.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("organisation")
        .filter(pk=forum_id)
        .first()
    )
    if forum is None:
        raise NotFound()
    if not may_run(actor, forum):
        raise NotAllowed()
    return forum


def require_open(forum: Forum) -> None:
    """Nothing new comes into a forum that is closed."""
    if forum.closed_at is not None:
        raise WrongState(_("Forummet er lukket. Åbn det igen, før I ændrer noget."))


def _named(name: str) -> str:
    return typed("name", name, 160, needed=_("Giv forummet et navn."), line=True)


@transaction.atomic
def create_forum(*, actor: Actor, name: str, purpose: str = "") -> Forum:
    """A forum of the actor's own health council. Raises `NotAllowed` for other public bodies, and
    `InvalidInput` for a name that is taken."""
    require(actor, Permission.FORUM_RUN)
    if not may_create(actor):
        raise NotAllowed(_("Et forum hører til et sundhedsråd."))
    council = Organisation.objects.run_by(actor).select_for_update(no_key=True).get()
    name = _named(name)
    _refuse_known(council.pk, name)
    forum = Forum.objects.create(
        organisation=council, name=name, purpose=typed("purpose", purpose, 2000)
    )
    trail.record(actor, "forum.create", forum)
    return forum


def _refuse_known(council_id: int, name: str, but: UUID | None = None) -> None:
    known = Forum.objects.filter(organisation_id=council_id, name=name)
    if (known.exclude(pk=but) if but else known).exists():
        raise InvalidInput({"name": _("Der er allerede et forum med det navn.")})


@transaction.atomic
def edit_forum(*, actor: Actor, forum_id: UUID, name: str, purpose: str = "") -> Forum:
    forum = lock_forum(forum_id, actor)
    require_open(forum)
    forum.name, forum.purpose = _named(name), typed("purpose", purpose, 2000)
    _refuse_known(forum.organisation_id, forum.name, but=forum.pk)
    forum.save(update_fields=["name", "purpose"])
    trail.record(actor, "forum.edit", forum)
    return forum


def coming_meetings(forum: Forum) -> MeetingQuerySet:
    """Those that are called off when the forum closes. One that has begun may still be written
    up."""
    return forum.meetings.filter(state=Meeting.State.PLANNED, begins_at__gt=clock.now())


@transaction.atomic
def close_forum(*, actor: Actor, forum_id: UUID) -> Forum:
    """The forum ends today and its members are told, in one mail. Coming meetings are called off;
    seats, minutes and tasks stay as they are, and minutes that wait can still be approved.

    A second click changes nothing. Raises `NotFound`, `NotAllowed`.
    """
    forum = lock_forum(forum_id, actor)
    if forum.closed_at is not None:
        return forum
    forum.closed_at = clock.now()
    forum.save(update_fields=["closed_at"])
    trail.record(actor, "forum.close", forum)
    for meeting in coming_meetings(forum).select_for_update(of=("self",)):
        meeting.state = Meeting.State.CALLED_OFF
        meeting.save(update_fields=["state"])
        trail.record(actor, "meeting.call_off", meeting)
    mails.queue_closed(forum)
    return forum


@transaction.atomic
def reopen_forum(*, actor: Actor, forum_id: UUID) -> Forum:
    """The same forum with the same seats goes on, and its members are told. Meetings that were
    called off stay so: their days may have gone."""
    forum = lock_forum(forum_id, actor)
    if forum.closed_at is None:
        return forum
    forum.closed_at = None
    forum.save(update_fields=["closed_at"])
    trail.record(actor, "forum.reopen", forum)
    mails.queue_reopened(forum)
    return forum


def _person(organisation_id: int, person_id: int | None) -> int | None:
    """One of the organisation's managers and coordinators: they alone have the right to come in."""
    if person_id is None or person_id in dict(people_of(organisation_id)):
        return person_id
    raise InvalidInput({"person": _("Vælg en leder eller koordinator fra organisationen.")})


@transaction.atomic
def add_forum_member(
    *,
    actor: Actor,
    forum_id: UUID,
    organisation: Organisation,
    person_id: int | None = None,
    is_chair: bool = False,
) -> ForumMember:
    """Give an organisation a seat. One that has a seat keeps it as it is."""
    forum = lock_forum(forum_id, actor)
    require_open(forum)
    seated = forum.members.seated().filter(organisation=organisation).first()
    if seated is not None:
        return seated
    member = ForumMember.objects.create(
        forum=forum,
        organisation=organisation,
        person_id=_person(organisation.pk, person_id),
        since=clock.today(),
    )
    trail.record(actor, "forum.add_member", member)
    return _set_chair(member) if is_chair else member


def _set_chair(member: ForumMember) -> ForumMember:
    """A forum has one chair."""
    member.forum.members.filter(is_chair=True).exclude(pk=member.pk).update(is_chair=False)
    member.is_chair = True
    member.save(update_fields=["is_chair"])
    return member


@transaction.atomic
def edit_forum_member(
    *, actor: Actor, member_id: UUID, person_id: int | None, is_chair: bool
) -> ForumMember:
    """Who speaks for the organisation, and whether it chairs."""
    member = _lock_member(member_id, actor)
    require_open(member.forum)
    if member.until is not None:
        raise WrongState(_("Organisationen har forladt forummet."))
    member.person_id = _person(member.organisation_id, person_id)
    member.is_chair = is_chair
    member.save(update_fields=["person", "is_chair"])
    trail.record(actor, "forum.edit_member", member)
    return _set_chair(member) if is_chair else member


@transaction.atomic
def end_forum_member(*, actor: Actor, member_id: UUID) -> ForumMember:
    """The seat ends today. From now on its people see nothing of the forum."""
    member = _lock_member(member_id, actor)
    if member.until is None:
        member.until, member.is_chair = clock.today(), False
        member.save(update_fields=["until", "is_chair"])
        trail.record(actor, "forum.end_member", member)
    return member


def _lock_member(member_id: UUID, actor: Actor) -> ForumMember:
    member = (
        ForumMember.objects.visible_to(actor)
        .select_related("organisation")
        .filter(pk=member_id)
        .first()
    )
    if member is None:
        raise NotFound()
    member.forum = lock_forum(member.forum_id, actor)
    return member
