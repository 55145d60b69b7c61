"""The one door for what an outside signing service answers, whatever text was signed there."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from partnerships.amended_parties import signers_of
from partnerships.models import Agreement, AgreementParty, Amendment, Signature
from partnerships.recipients import asked_outside
from partnerships.services.amendment_signing import sign_amendment_for
from partnerships.services.mover import lock_agreement, lock_amendment
from partnerships.services.signing import Signing, sign_for, signing_parties
from portal.access.actor import Actor
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.common.text import clean_line


@transaction.atomic
def record_external_signature(
    *,
    agreement_id: UUID,
    document_id: UUID,
    party_id: UUID,
    signed_on: date,
    name: str,
    reference: str,
    actor: Actor,
) -> Agreement:
    """One party has signed the frozen text `document_id`, the agreement's or an amendment's. A
    job's door only; telling it twice changes nothing. The text is named by its key, not by its
    words: a yes from before a refusal is none to the same words when they are sent again.

    Raises `NotAllowed`, `NotFound` (no such party to sign it), `InvalidInput`, `WrongState`."""
    if not actor.is_system:
        raise NotAllowed()
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    if agreement.signatures.filter(external_reference=reference, party_id=party_id).exists():
        return agreement
    name = clean_line(name)
    if not name:
        raise InvalidInput({"name": _("Skriv, hvem der har skrevet under.")})
    signing = Signing(
        method=Signature.Method.EXTERNAL, signed_on=signed_on, name=name, reference=reference
    )
    if agreement.frozen_id == document_id:
        sign_for(agreement, _one_of(signing_parties(agreement), party_id), signing, actor)
        return agreement
    row = _amendment_of(agreement, document_id, actor)
    party = _one_of(signers_of(agreement, row), party_id)
    sign_amendment_for(agreement, row, party, signing, _contact_of(party), actor)
    return agreement


def _amendment_of(agreement: Agreement, document_id: UUID, actor: Actor) -> Amendment:
    found = agreement.amendments.filter(document=document_id).first()
    if found is None:
        raise WrongState(_("Det er en tidligere tekst, der er skrevet under."))
    return lock_amendment(agreement.pk, found.pk, actor)[1]


def _one_of(parties: list[AgreementParty], party_id: UUID) -> AgreementParty:
    party = next((one for one in parties if one.pk == party_id), None)
    if party is None:
        raise NotFound()
    return party


def _contact_of(party: AgreementParty) -> int | None:
    """One that comes in names its contact on our page; there it has no page to do it on. Then it is
    the one whom it let the service ask."""
    user = asked_outside(party)
    return user.pk if user else None
