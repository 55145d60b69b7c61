"""Parties that an amendment takes into an agreement in force, or lets go."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation
from partnerships.amended_parties import (
    coming,
    going,
    hindrances,
    nobody_to_sign,
    signer_of,
)
from partnerships.models import (
    Agreement,
    AgreementChange,
    AgreementParty,
    AgreementSection,
    Amendment,
    PartyChange,
    SectionApproval,
    SectionKey,
)
from partnerships.permissions import may_sign_amendment, require_may
from partnerships.selectors import people_of
from partnerships.services.amended_facts import give_back
from partnerships.services.mover import (
    lock_amendment,
    note,
    refuse_unless_amendable,
    sentence_of,
)
from partnerships.services.starting import side_of
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState

Way = PartyChange.Way


def _lock_draft(
    agreement_id: UUID, amendment_id: UUID, actor: Actor
) -> tuple[Agreement, Amendment]:
    agreement, row = lock_amendment(agreement_id, amendment_id, actor)
    require_may(actor, Permission.AGREEMENT_WRITE, agreement)
    if row.state != Amendment.State.DRAFT:
        raise WrongState(_("Tillægget er sendt til underskrift og kan ikke rettes."))
    refuse_unless_amendable(agreement)
    if row.kind != Amendment.Kind.PARTIES:
        raise WrongState(_("Lav et tillæg om parter. Det her handler om noget andet."))
    return agreement, row


def refuse_hindered(agreement: Agreement, row: Amendment) -> None:
    """Raises `WrongState` with everything that keeps the changed parties from taking effect."""
    found = hindrances(agreement, row)
    if found:
        raise WrongState(" ".join(found))


# --- while it is a draft --------------------------------------------------------------------------
@transaction.atomic
def ask_party_in(
    *, agreement_id: UUID, amendment_id: UUID, organisation: Organisation, actor: Actor
) -> PartyChange:
    """Propose that an organisation comes in. It hears and sees nothing before the amendment is sent
    to signature. A second click changes nothing. Raises `NotAllowed`, `WrongState`,
    `InvalidInput` (nobody there who can sign)."""
    agreement, row = _lock_draft(agreement_id, amendment_id, actor)
    party = agreement.parties.filter(organisation=organisation).first()
    if party is not None and party.left_on is None:
        raise WrongState(_("%(name)s er allerede part.") % {"name": organisation.name})
    if not people_of(organisation.pk):
        raise InvalidInput({"organisation": nobody_to_sign(organisation)})
    if party is None:
        party = AgreementParty.objects.create(
            agreement=agreement,
            organisation=organisation,
            side=side_of(organisation),
            position=agreement.parties.count(),
            left_on=clock.today(),
            has_been_in=False,
        )
    change, created = PartyChange.objects.get_or_create(
        amendment=row, party=party, defaults={"way": Way.JOINS}
    )
    if created:
        note(agreement, "amendment_party_in", actor, details=_told(row, organisation))
    return change


@transaction.atomic
def let_party_go(
    *, agreement_id: UUID, amendment_id: UUID, party_id: UUID, actor: Actor
) -> PartyChange:
    """Propose that a party leaves; it signs as well. At least one stays on each side. A second
    click changes nothing. Raises `NotFound`, `NotAllowed`, `WrongState`."""
    agreement, row = _lock_draft(agreement_id, amendment_id, actor)
    party = next(
        (one for one in agreement.parties.all() if one.pk == party_id and one.left_on is None), None
    )
    if party is None:
        raise NotFound()
    change, created = PartyChange.objects.get_or_create(
        amendment=row, party=party, defaults={"way": Way.LEAVES}
    )
    if created:
        note(agreement, "amendment_party_out", actor, details=_told(row, party.organisation))
    return change


@transaction.atomic
def drop_party_change(
    *, agreement_id: UUID, amendment_id: UUID, party_id: UUID, actor: Actor
) -> None:
    """Take a proposal out of the draft again. What one that stays after all shall do and pay is as
    it was. A second click changes nothing."""
    agreement, row = _lock_draft(agreement_id, amendment_id, actor)
    change = row.party_changes.select_related("party__organisation").filter(party=party_id).first()
    if change is None:
        return
    party = change.party
    change.delete()
    if change.way == Way.LEAVES:
        give_back(agreement, row, party.organisation.slug, actor)
    # A yes that counts no more keeps its name; one that was never asked leaves nothing behind.
    if not (party.has_been_in or party.signatures.exists() or party.changes.exists()):
        party.delete()
    note(agreement, "amendment_party_dropped", actor, details=_told(row, party.organisation))


def _told(row: Amendment, organisation: Organisation) -> dict[str, Any]:
    # The name, since one that is dropped again leaves no row to find it by.
    return {"number": row.number, "party": organisation.slug, "name": organisation.name}


# --- signing --------------------------------------------------------------------------------------
def own_signer(agreement: Agreement, row: Amendment, actor: Actor) -> AgreementParty:
    """The party that the actor signs this amendment for. Raises `NotAllowed`."""
    party = signer_of(agreement, row, actor)
    if party is None or not may_sign_amendment(actor, party):
        raise NotAllowed()
    return party


def name_contact(party: AgreementParty, contact_id: int | None) -> None:
    """Who comes in says whom to talk to: nobody else may choose among its people."""
    if contact_id not in {user_id for user_id, _name in people_of(party.organisation_id)}:
        raise InvalidInput({"contact": _("Vælg, hvem de andre parter skal tale med hos jer.")})
    party.contact_id = contact_id
    party.save(update_fields=["contact"])


def keep_amendment(row: Amendment, *fields: str) -> None:
    """The database's own no becomes a sentence."""
    try:
        with transaction.atomic():
            row.save(update_fields=fields)
    except DatabaseError as error:
        raise refused(error) from error


def refused(error: DatabaseError) -> Exception:
    sentence = sentence_of(error)
    return error if sentence is None else WrongState(sentence)


# --- taking effect --------------------------------------------------------------------------------
def _first_day(row: Amendment) -> date:
    """The amendment's day, or that of the last signature when it came later."""
    signed = row.signatures.filter(voided_at__isnull=True).values_list("signed_on", flat=True)
    return max(row.effective_on, *signed)


def let_in(agreement: Agreement, row: Amendment) -> None:
    """A party like the others from today: what it signed is the whole agreement as it stands."""
    new = [one for one in coming(row) if one.left_on is not None]
    for party in new:
        party.left_on, party.joined_on, party.has_been_in = None, _first_day(row), True
        _keep_party(party)
    now = clock.now()
    SectionApproval.objects.bulk_create(
        (
            SectionApproval(
                section=section,
                party=party,
                version=section.version,
                at=now,
                user_name=party.contact.name if party.contact else "",
            )
            for section in agreement.sections.all()
            for party in new
        ),
        update_conflicts=True,
        unique_fields=["section", "party"],
        update_fields=["version", "at", "user_name"],
    )


def let_out(agreement: Agreement, row: Amendment) -> None:
    """What a party has not done falls away when it leaves, unless the amendment hands it to another
    one; what it did, said and signed stays. Its offers run under the agreement no more."""
    for party in going(row):
        if party.left_on is not None:
            continue  # another organisation took over its place meanwhile, and stays
        party.obligations.filter(done_on__isnull=True).delete()
        agreement.linked_offers.filter(offer__organisation=party.organisation_id).delete()
        party.left_on = _first_day(row)
        _keep_party(party)


def _keep_party(party: AgreementParty) -> None:
    try:
        with transaction.atomic():
            party.save(update_fields=["left_on", "joined_on", "has_been_in"])
    except DatabaseError as error:
        raise refused(error) from error


def log_party_changes(agreement: Agreement, row: Amendment, actor: Actor) -> None:
    """Who takes part is part of the text: it stands in the log like every other fact."""
    rows = [("", one.organisation.name) for one in coming(row)]
    rows += [(one.organisation.name, "") for one in going(row)]
    if not rows:
        return
    section = AgreementSection.objects.select_for_update().get(
        agreement=agreement, key=SectionKey.PARTIES
    )
    section.version += 1
    section.save(update_fields=["version"])
    section.approvals.update(version=section.version)
    now = clock.now()
    AgreementChange.objects.bulk_create(
        AgreementChange(
            agreement=agreement,
            section=section.key,
            version=section.version,
            label=_("Part"),
            old=old,
            new=new,
            at=now,
            user_id=actor.user_id,
            user_name=actor.name,
            organisation_name=actor.organisation_name,
        )
        for old, new in rows
    )
