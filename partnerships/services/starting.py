"""An idea, and who is in it."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from offers.models import Offer
from organisations.models import Organisation
from partnerships.leaving import reasons_to_stay
from partnerships.models import (
    Agreement,
    AgreementKind,
    AgreementOffer,
    AgreementParty,
    AgreementSection,
    AgreementState,
    SectionKey,
    Side,
)
from partnerships.permissions import require_may
from partnerships.services.mover import (
    keep,
    lock_agreement,
    note,
    require_comment,
    turn,
)
from partnerships.workflow import WRITABLE
from portal.access.actor import Actor
from portal.access.grants import ASSOCIATIONS, require
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.errors import InvalidInput, NotFound, WrongState


def side_of(organisation: Organisation) -> Side:
    """Associations of every kind on one side, everybody else on the public one."""
    return Side.ASSOCIATION if organisation.kind in ASSOCIATIONS else Side.PUBLIC


def next_number() -> str:
    """A number to speak of an agreement by, such as `2026-014`. It opens nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('agreement_number')")
        (number,) = cursor.fetchone()
    return f"{clock.today():%Y}-{number:03d}"


@transaction.atomic
def start_idea(
    *,
    actor: Actor,
    title: str,
    parties: Sequence[Organisation],
    kind: str = AgreementKind.PARTNERSHIP,
    purpose: str = "",
    external_id: str = "",
    told: bool = True,
) -> Agreement:
    """An agreement in state `idea`, visible to all its parties. The first party is the lead.
    The others get a mail unless something else tells them (`told`).

    A person starts it for the own organisation, which is a party; a job may start any. Raises
    `NotAllowed`, and `InvalidInput` for a missing title or for parties of one side only where both
    are known.
    """
    if not actor.is_system:
        require(actor, Permission.AGREEMENT_WRITE)
        if actor.organisation_id not in {row.pk for row in parties}:
            raise InvalidInput({"parties": _("Jeres egen organisation skal være en af parterne.")})
    title = title.strip()
    if not title:
        raise InvalidInput({"title": _("Giv idéen en titel.")})
    agreement = Agreement.objects.create(
        number=next_number(),
        kind=AgreementKind(kind),
        title=title,
        purpose=purpose,
        external_id=external_id,
    )
    AgreementParty.objects.bulk_create(
        AgreementParty(
            agreement=agreement,
            organisation=organisation,
            side=side_of(organisation),
            role=AgreementParty.Role.PARTNER if position else AgreementParty.Role.LEAD,
            position=position,
        )
        for position, organisation in enumerate(parties)
    )
    AgreementSection.objects.bulk_create(
        AgreementSection(agreement=agreement, key=key) for key in SectionKey.values
    )
    note(agreement, "start", actor, told=told)
    return agreement


@transaction.atomic
def begin_draft(*, agreement_id: UUID, actor: Actor) -> Agreement:
    """idea→draft: the parties begin to write."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    event = turn(agreement, "draft", actor)
    keep(agreement, event, actor)
    return agreement


@transaction.atomic
def cancel_agreement(*, agreement_id: UUID, comment: str, actor: Actor) -> Agreement:
    """Anything before `signed` → cancelled, by any party, with a justification."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    comment = require_comment(comment, _("Skriv, hvorfor aftalen ikke bliver til noget."))
    event = turn(agreement, "cancel", actor, comment=comment)
    agreement.frozen = None
    keep(agreement, event, actor)
    return agreement


def _lock_writable(agreement_id: UUID, actor: Actor) -> Agreement:
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    if not actor.is_system:
        require_may(actor, Permission.AGREEMENT_WRITE, agreement)
    if agreement.status not in WRITABLE:
        raise WrongState()
    return agreement


def _parties_changed(agreement: Agreement) -> None:
    """Who takes part is part of the text: earlier approvals of it count no more."""
    AgreementSection.objects.filter(agreement=agreement, key=SectionKey.PARTIES).update(
        version=F("version") + 1
    )


@transaction.atomic
def add_party(*, agreement_id: UUID, organisation: Organisation, actor: Actor) -> AgreementParty:
    """Another organisation joins while the text is written. Raises `WrongState` when it is in."""
    agreement = _lock_writable(agreement_id, actor)
    party = agreement.parties.filter(organisation=organisation).first()
    if party is None:
        party = AgreementParty.objects.create(
            agreement=agreement,
            organisation=organisation,
            side=side_of(organisation),
            position=agreement.parties.count(),
        )
    elif party.left_on is None:
        raise WrongState(_("%(name)s er allerede part.") % {"name": organisation.name})
    else:
        party.left_on = None
        party.save(update_fields=["left_on"])
    _parties_changed(agreement)
    note(agreement, "party_added", actor, details={"party": organisation.slug})
    return party


@transaction.atomic
def remove_party(*, agreement_id: UUID, party_id: UUID, actor: Actor) -> None:
    """Take a party out of the text again: the own one, or another that has neither written nor
    approved anything. The last of a side stays. One that has signed an earlier text is marked as
    gone, so that its signature, which counts no more, keeps its name. Raises `WrongState`."""
    agreement = _lock_writable(agreement_id, actor)
    there = agreement.parties.filter(left_on__isnull=True)
    party = there.select_related("organisation").filter(pk=party_id).first()
    if party is None:
        raise NotFound()
    reason = reasons_to_stay(agreement, actor)[party.pk]
    if reason:
        raise WrongState(reason)
    # By name too: its row may be gone when the history is read.
    details = {"party": party.organisation.slug, "name": party.organisation.name}
    if party.signatures.exists():
        party.obligations.all().delete()
        party.left_on = clock.today()
        party.save(update_fields=["left_on"])
    else:
        party.delete()
    _parties_changed(agreement)
    note(agreement, "party_removed", actor, details=details)


@transaction.atomic
def link_offers(*, agreement_id: UUID, offers: Sequence[Offer], actor: Actor) -> None:
    """Which offers run under the agreement; of its associations alone. Any party, any time before
    it has ended."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    if not actor.is_system:
        require_may(actor, Permission.AGREEMENT_WRITE, agreement)
    if agreement.status in (
        AgreementState.CLOSED,
        AgreementState.CANCELLED,
        AgreementState.TERMINATED,
        AgreementState.EXPIRED,
    ):
        raise WrongState()
    owners = set(
        agreement.parties.filter(left_on__isnull=True).values_list("organisation_id", flat=True)
    )
    foreign = [offer.title for offer in offers if offer.organisation_id not in owners]
    if foreign:
        raise InvalidInput(
            {
                "offers": _("Kun parternes egne tilbud kan hedde under aftalen: %(titles)s.")
                % {"titles": ", ".join(foreign)}
            }
        )
    wanted = {offer.pk for offer in offers}
    there = set(agreement.linked_offers.values_list("offer_id", flat=True))
    agreement.linked_offers.exclude(offer_id__in=wanted).delete()
    AgreementOffer.objects.bulk_create(
        AgreementOffer(agreement=agreement, offer_id=pk) for pk in sorted(wanted - there)
    )
    if wanted != there:
        note(agreement, "offers_linked", actor, details={"offers": sorted(wanted)})


@transaction.atomic
def set_frame_agreement(*, agreement_id: UUID, parent_id: UUID | None, actor: Actor) -> Agreement:
    """Lay the agreement under a frame agreement that is in force, or take it out. The dates and
    parties are held to it when it goes to review, and by the database."""
    agreement = _lock_writable(agreement_id, actor)
    parent = None
    if parent_id is not None:
        rows = Agreement.objects.all() if actor.is_system else Agreement.objects.visible_to(actor)
        parent = rows.filter(pk=parent_id, kind=AgreementKind.FRAME).first()
        if parent is None or not parent.is_in_force or parent.pk == agreement.pk:
            raise InvalidInput({"parent": _("Vælg en rammeaftale, der gælder.")})
    agreement.parent = parent
    agreement.updated_at = clock.now()
    agreement.save(update_fields=["parent", "updated_at"])
    note(agreement, "frame_set", actor, details={"parent": parent.number if parent else ""})
    return agreement
