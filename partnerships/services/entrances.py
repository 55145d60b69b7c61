"""The one clear way in: what a public body says at its entrance, and what it posts there."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation
from partnerships.models import ENTRANCE_KINDS, Entrance, EntrancePost
from partnerships.services.texts import typed
from portal.access.actor import Actor
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState


def _lock_own(organisation_id: int, actor: Actor) -> Organisation:
    """The organisation, locked against another writer of the same entrance. The entrance is public,
    so another's is seen and refused. Raises `NotFound`, `NotAllowed`."""
    organisation = (
        Organisation.objects.visible_to(actor)
        .select_for_update(no_key=True, of=("self",))
        .filter(pk=organisation_id, kind__in=ENTRANCE_KINDS)
        .first()
    )
    if organisation is None:
        raise NotFound()
    require(actor, Permission.ENTRANCE_EDIT)
    if organisation.pk != actor.organisation_id:
        raise NotAllowed()
    return organisation


def _entrance_of(organisation: Organisation) -> Entrance:
    """The entrance as it is, or a new one that is not saved yet."""
    return Entrance.objects.filter(organisation=organisation).first() or Entrance(
        organisation=organisation
    )


@transaction.atomic
def edit_entrance(
    *,
    actor: Actor,
    organisation_id: int,
    contact_name: str,
    contact_email: str,
    contact_title: str = "",
    contact_phone: str = "",
    intro: str = "",
    may: str = "",
    may_not: str = "",
    requirements: str = "",
) -> Entrance:
    """What stands at the entrance. An open one always names somebody to write to."""
    organisation = _lock_own(organisation_id, actor)
    entrance = _entrance_of(organisation)
    if entrance.is_open:
        _require_contact(contact_name, contact_email)
    entrance.contact_name = typed("contact_name", contact_name, 120, line=True)
    entrance.contact_title = typed("contact_title", contact_title, 120, line=True)
    entrance.contact_email, entrance.contact_phone = contact_email, contact_phone
    entrance.intro = typed("intro", intro, 1000)
    entrance.may, entrance.may_not = typed("may", may, 2000), typed("may_not", may_not, 2000)
    entrance.requirements = typed("requirements", requirements, 2000)
    entrance.updated_at = clock.now()
    entrance.save()
    trail.record(actor, "entrance.edit", entrance)
    return entrance


def _require_contact(name: str, email: str) -> None:
    errors = {}
    if not name:
        errors["contact_name"] = _("En åben indgang nævner en person. Skriv et navn.")
    if not email:
        errors["contact_email"] = _("En åben indgang har en adresse. Skriv en e-mail.")
    if errors:
        raise InvalidInput(errors)


@transaction.atomic
def open_entrance(*, actor: Actor, organisation_id: int) -> Entrance:
    """From now on anybody can write. A second click changes nothing."""
    entrance = _entrance_of(_lock_own(organisation_id, actor))
    if entrance.is_open:
        return entrance
    if not entrance.contact_name or not entrance.contact_email:
        raise WrongState(_("Skriv først, hvem foreninger skal tale med. Så kan I åbne."))
    return _set_open(entrance, True, actor)


@transaction.atomic
def close_entrance(*, actor: Actor, organisation_id: int) -> Entrance:
    """Nobody can write any more; what came in before is answered all the same."""
    entrance = _entrance_of(_lock_own(organisation_id, actor))
    return _set_open(entrance, False, actor) if entrance.is_open else entrance


def _set_open(entrance: Entrance, is_open: bool, actor: Actor) -> Entrance:
    entrance.is_open, entrance.updated_at = is_open, clock.now()
    entrance.save()
    trail.record(actor, "entrance.open" if is_open else "entrance.close", entrance)
    return entrance


# --- posts ------------------------------------------------------------------------------------


def _check_days(from_on: date | None, until_on: date | None) -> None:
    if from_on and until_on and until_on < from_on:
        raise InvalidInput({"until_on": _("Sidste dag ligger før den første.")})
    if until_on and until_on < clock.today():
        raise InvalidInput({"until_on": _("Den dag er gået. Vælg en senere dag.")})


def _title(title: str) -> str:
    return typed("title", title, 160, needed=_("Giv opslaget en titel."), line=True)


@transaction.atomic
def create_post(
    *,
    actor: Actor,
    kind: str,
    title: str,
    text: str = "",
    from_on: date | None = None,
    until_on: date | None = None,
) -> EntrancePost:
    """A need, a room or a training place, at the actor's own entrance."""
    organisation = _lock_own(actor.organisation_id, actor)
    _check_days(from_on, until_on)
    post = EntrancePost.objects.create(
        organisation=organisation,
        kind=EntrancePost.Kind(kind),
        title=_title(title),
        text=typed("text", text, 2000),
        from_on=from_on,
        until_on=until_on,
        posted_at=clock.now(),
    )
    trail.record(actor, "post.create", post, kind=post.kind)
    return post


def _lock_post(post_id: UUID, actor: Actor) -> EntrancePost:
    require(actor, Permission.ENTRANCE_EDIT)
    post = EntrancePost.objects.run_by(actor).select_for_update().filter(pk=post_id).first()
    if post is None:
        raise NotFound()
    return post


@transaction.atomic
def edit_post(
    *,
    actor: Actor,
    post_id: UUID,
    kind: str,
    title: str,
    text: str = "",
    from_on: date | None = None,
    until_on: date | None = None,
) -> EntrancePost:
    post = _lock_post(post_id, actor)
    _check_days(from_on, until_on)
    post.kind, post.title = EntrancePost.Kind(kind), _title(title)
    post.text = typed("text", text, 2000)
    post.from_on, post.until_on = from_on, until_on
    post.save()
    trail.record(actor, "post.edit", post)
    return post


@transaction.atomic
def close_post(*, actor: Actor, post_id: UUID) -> EntrancePost:
    """Taken, or not wanted any more. A second click changes nothing."""
    post = _lock_post(post_id, actor)
    if post.closed_at is None:
        post.closed_at = clock.now()
        post.save(update_fields=["closed_at"])
        trail.record(actor, "post.close", post)
    return post


@transaction.atomic
def reopen_post(*, actor: Actor, post_id: UUID) -> EntrancePost:
    """Shown again. Raises `WrongState` where its last day is over: then that is changed first."""
    post = _lock_post(post_id, actor)
    if post.until_on is not None and post.until_on < clock.today():
        raise WrongState(_("Opslagets sidste dag er gået. Ret den først."))
    if post.closed_at is not None:
        post.closed_at = None
        post.save(update_fields=["closed_at"])
        trail.record(actor, "post.reopen", post)
    return post
