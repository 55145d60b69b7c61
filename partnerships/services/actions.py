"""Action points: who does what, by when. Of a forum, or of an agreement (F96)."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation
from partnerships.models import ActionPoint, Agreement, Forum, Meeting
from partnerships.permissions import may, require_may
from partnerships.selectors import people_of
from partnerships.services.forums import lock_forum, may_run
from partnerships.services.meetings import lock_meeting
from partnerships.services.mover import lock_agreement
from partnerships.services.texts import typed
from partnerships.workflow import OVER
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState


@transaction.atomic
def create_action_point(
    *,
    actor: Actor,
    text: str,
    organisation: Organisation,
    due_on: date,
    owner_id: int | None = None,
    meeting_id: UUID | None = None,
    forum_id: UUID | None = None,
) -> ActionPoint:
    """Something that one member shall do, agreed on at a meeting or between two."""
    meeting: Meeting | None = None
    forum: Forum
    if meeting_id is not None:
        meeting = lock_meeting(meeting_id, actor)
        forum = meeting.forum
    elif forum_id is not None:
        forum = lock_forum(forum_id, actor)
    else:
        raise NotFound()
    seats = {forum.organisation_id, *_seats(forum)}
    return _create(actor, text, organisation, due_on, owner_id, seats, forum=forum, meeting=meeting)


def _seats(forum: Forum) -> set[int]:
    return set(forum.members.seated().values_list("organisation_id", flat=True))


@transaction.atomic
def create_agreement_action_point(
    *,
    actor: Actor,
    agreement_id: UUID,
    text: str,
    organisation: Organisation,
    due_on: date,
    owner_id: int | None = None,
) -> ActionPoint:
    """The same of an agreement that is not over: any party notes it, for any party. Raises
    `NotFound`, `NotAllowed`, `WrongState`, `InvalidInput`."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    require_may(actor, Permission.AGREEMENT_WRITE, agreement)
    if agreement.status in OVER:
        raise WrongState(_("Aftalen er slut. Der kan ikke skrives flere opgaver op."))
    parties = set(
        agreement.parties.filter(left_on__isnull=True).values_list("organisation_id", flat=True)
    )
    return _create(actor, text, organisation, due_on, owner_id, parties, agreement=agreement)


def _create(
    actor: Actor,
    text: str,
    organisation: Organisation,
    due_on: date,
    owner_id: int | None,
    takers: set[int],
    *,
    forum: Forum | None = None,
    meeting: Meeting | None = None,
    agreement: Agreement | None = None,
) -> ActionPoint:
    if organisation.pk not in takers:
        raise InvalidInput({"organisation": _("Vælg en, der er med.")})
    if owner_id is not None and owner_id not in dict(people_of(organisation.pk)):
        raise InvalidInput({"owner": _("Vælg en person fra den organisation, der har opgaven.")})
    if due_on < clock.today():
        raise InvalidInput({"due_on": _("Den dag er gået. Vælg en senere dag.")})
    point = ActionPoint.objects.create(
        forum=forum,
        meeting=meeting,
        agreement=agreement,
        text=typed("text", text, 400, needed=_("Skriv, hvad der skal gøres."), line=True),
        organisation=organisation,
        owner_id=owner_id,
        due_on=due_on,
    )
    trail.record(actor, "action.create", point)
    return point


def may_note(actor: Actor, agreement: Agreement) -> bool:
    """Whether this actor may note a task of the agreement now. Links ask this."""
    return agreement.status not in OVER and may(actor, Permission.AGREEMENT_WRITE, agreement)


def may_tick(actor: Actor, point: ActionPoint) -> bool:
    """The organisation that has the task; and who runs the forum."""
    if point.organisation_id == actor.organisation_id:
        return True
    return point.forum is not None and may_run(actor, point.forum)


def _lock(point_id: UUID, actor: Actor) -> ActionPoint:
    point = (
        ActionPoint.objects.visible_to(actor)
        .select_related("forum")
        .select_for_update(of=("self",))
        .filter(pk=point_id)
        .first()
    )
    if point is None:
        raise NotFound()
    if not may_tick(actor, point):
        raise NotAllowed()
    return point


@transaction.atomic
def finish_action_point(*, actor: Actor, point_id: UUID) -> ActionPoint:
    """Done today. A second click changes nothing."""
    point = _lock(point_id, actor)
    if point.done_on is None:
        point.done_on = clock.today()
        point.save(update_fields=["done_on"])
        trail.record(actor, "action.finish", point)
    return point


@transaction.atomic
def reopen_action_point(*, actor: Actor, point_id: UUID) -> ActionPoint:
    point = _lock(point_id, actor)
    if point.done_on is not None:
        point.done_on = None
        point.save(update_fields=["done_on"])
        trail.record(actor, "action.reopen", point)
    return point
