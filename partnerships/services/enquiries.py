"""Somebody knocks: an idea begins, and the public body has days to answer in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation
from organisations.selectors import pauses_of
from partnerships import entrance_mails as mails
from partnerships.models import Enquiry, Entrance, EntrancePost
from partnerships.services.mover import note
from partnerships.services.starting import add_party, cancel_agreement, start_idea
from partnerships.services.texts import typed
from portal.access.actor import ANONYMOUS, Actor, system_actor
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.accounts.models import User
from portal.audit import trail
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.common.workdays import Pauses, add_working_days

ACKNOWLEDGE_DAYS = 2
ANSWER_DAYS = 15

# Somebody without an account, or without the right to write for the own organisation.
NOBODY = ANONYMOUS
# Who starts the idea of somebody without an account.
DOOR = system_actor("partnerships.entrance")


def deadlines(received_at: datetime, pauses: Pauses) -> tuple[datetime, datetime]:
    """Acknowledged by, answered by. Announced closing periods do not count."""
    return (
        add_working_days(received_at, ACKNOWLEDGE_DAYS, pauses),
        add_working_days(received_at, ANSWER_DAYS, pauses),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who writes, in their own words. `organisation` is empty for somebody who is signed in."""

    name: str
    email: str
    organisation: str = ""
    phone: str = ""


def writer_of(actor: Actor) -> Writer:
    """A signed-in person is known: the mails go to the own address."""
    user = User.objects.get(pk=actor.user_id or 0)
    return Writer(name=user.name, email=user.email)


@transaction.atomic
def send_enquiry(
    *,
    actor: Actor,
    organisation_id: int,
    writer: Writer,
    title: str,
    text: str,
    form_key: UUID,
    post_id: UUID | None = None,
) -> Enquiry:
    """An enquiry, the idea that comes of it, and a receipt at once.

    A manager or coordinator writes for the own organisation, which is a party at once; for anybody
    else the idea has the public party alone until the coordinator says which association it is.
    The same form sent twice is one enquiry. Raises `NotFound`, `WrongState` where the entrance is
    not open, `InvalidInput`.
    """
    entrance = (
        Entrance.objects.select_related("organisation")
        .filter(organisation_id=organisation_id)
        .select_for_update(of=("self",))
        .first()
    )
    if entrance is None:
        raise NotFound()
    known = Enquiry.objects.filter(form_key=form_key).first()
    if known is not None:
        return known
    if not Entrance.objects.public().filter(pk=entrance.pk).exists():
        raise WrongState(_("Indgangen er ikke åben lige nu. Skriv til en anden indgang."))
    sender = _sender(actor)
    if sender is not None and sender.pk == organisation_id:
        raise InvalidInput({"text": _("Det er jeres egen indgang. Vælg en anden.")})
    title = typed("title", title, 200, needed=_("Giv idéen en titel."), line=True)
    text = typed("text", text, 4000, needed=_("Skriv kort, hvad I tænker på."))
    body = entrance.organisation
    agreement = start_idea(
        actor=actor if sender is not None else DOOR,
        title=title,
        parties=[body, sender] if sender is not None else [body],
        purpose=text,
        told=False,  # the enquiry's own mail says it
    )
    received_at = clock.now()
    acknowledge_by, answer_by = deadlines(received_at, pauses_of(body.pk))
    enquiry = Enquiry.objects.create(
        agreement=agreement,
        organisation=body,
        post=_post(post_id, body),
        sender=sender,
        sender_name=(
            sender.name
            if sender is not None
            else typed("organisation", writer.organisation, 160, line=True)
        ),
        contact_name=typed("name", writer.name, 120, needed=_("Skriv dit navn."), line=True),
        contact_email=writer.email,
        contact_phone=typed("phone", writer.phone, 20, line=True),
        text=text,
        has_account=sender is not None,
        form_key=form_key,
        received_at=received_at,
        acknowledge_by=acknowledge_by,
        answer_by=answer_by,
    )
    trail.record(actor, "enquiry.send", enquiry)
    mails.queue_receipt(enquiry)
    mails.queue_new(enquiry)
    return enquiry


def _sender(actor: Actor) -> Organisation | None:
    """The organisation that a signed-in person writes for; None for everybody else."""
    if not actor.is_user:
        return None
    require(actor, Permission.AGREEMENT_WRITE)
    return Organisation.objects.run_by(actor).get()


def _post(post_id: UUID | None, body: Organisation) -> EntrancePost | None:
    """The post that made them write. One that has closed meanwhile is remembered all the same."""
    return EntrancePost.objects.filter(pk=post_id, organisation=body).first() if post_id else None


def _lock(enquiry_id: UUID, actor: Actor) -> Enquiry:
    """The enquiry, locked. Only the public body's coordinators act on it: the other end sees it and
    is refused. Raises `NotFound`, `NotAllowed`."""
    enquiry = (
        Enquiry.objects.visible_to(actor)
        .with_list_data()
        .select_for_update(of=("self",))
        .filter(pk=enquiry_id)
        .first()
    )
    if enquiry is None:
        raise NotFound()
    require(actor, Permission.ENTRANCE_EDIT)
    if enquiry.organisation_id != actor.organisation_id:
        raise NotAllowed()
    return enquiry


@transaction.atomic
def acknowledge_enquiry(*, actor: Actor, enquiry_id: UUID) -> Enquiry:
    """A person has read it. A second click changes nothing and sends nothing."""
    enquiry = _lock(enquiry_id, actor)
    if enquiry.acknowledged_at is not None:
        return enquiry
    _acknowledge(enquiry, actor)
    enquiry.save()
    trail.record(actor, "enquiry.acknowledge", enquiry)
    note(enquiry.agreement, "enquiry_acknowledged", actor)
    mails.queue_acknowledged(enquiry)
    return enquiry


def _acknowledge(enquiry: Enquiry, actor: Actor) -> None:
    if enquiry.acknowledged_at is None:
        enquiry.acknowledged_at = clock.now()
        enquiry.acknowledged_by_name = actor.name[:120]


@transaction.atomic
def answer_enquiry(*, actor: Actor, enquiry_id: UUID, answer: str, outcome: str) -> Enquiry:
    """The one answer. *Onward* leaves the idea to its parties; a no cancels it, with the answer as
    the reason. Raises `WrongState` where it was answered before: the first answer stands."""
    enquiry = _lock(enquiry_id, actor)
    if enquiry.answered_at is not None:
        raise WrongState(_("Der er allerede svaret. Det første svar gælder."))
    answer = typed("answer", answer, 4000, needed=_("Skriv et svar."))
    if outcome not in Enquiry.Outcome.values:
        raise InvalidInput({"outcome": _("Vælg, om I vil videre.")})
    _acknowledge(enquiry, actor)
    enquiry.answered_at, enquiry.answered_by_name = clock.now(), actor.name[:120]
    enquiry.answer, enquiry.outcome = answer, Enquiry.Outcome(outcome)
    enquiry.save()
    trail.record(actor, "enquiry.answer", enquiry, outcome=enquiry.outcome)
    note(enquiry.agreement, "enquiry_answered", actor, details={"outcome": enquiry.outcome})
    agreement = enquiry.agreement
    if enquiry.outcome == Enquiry.Outcome.DECLINED and agreement.is_before_signature:
        cancel_agreement(agreement_id=agreement.pk, comment=answer, actor=actor)
    mails.queue_answered(enquiry)
    return enquiry


@transaction.atomic
def link_enquiry_sender(*, actor: Actor, enquiry_id: UUID, association: Organisation) -> Enquiry:
    """Say which registered organisation wrote. It becomes a party, its managers are told, and from
    now on they see the idea. Raises `WrongState` where another was named before."""
    enquiry = _lock(enquiry_id, actor)
    if enquiry.sender_id == association.pk:
        return enquiry
    if enquiry.sender_id is not None:
        raise WrongState(_("Henvendelsen hører allerede til en forening."))
    if association.pk == enquiry.organisation_id or not association.is_association:
        raise InvalidInput({"association": _("Vælg en forening.")})
    # The party first: an idea that has ended takes none.
    add_party(agreement_id=enquiry.agreement_id, organisation=association, actor=actor)
    enquiry.sender = association
    enquiry.save(update_fields=["sender"])
    trail.record(actor, "enquiry.link", enquiry)
    mails.queue_linked(enquiry)
    return enquiry
