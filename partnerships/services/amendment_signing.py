"""Signatures on an amendment's frozen text: of those that are in, leave or come in."""

import logging
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from partnerships.amended_parties import signers_of
from partnerships.models import Agreement, AgreementParty, Amendment, Document
from partnerships.services.amending import let_take_effect
from partnerships.services.joining import (
    keep_amendment,
    name_contact,
    own_signer,
    refuse_hindered,
)
from partnerships.services.mover import (
    lock_amendment,
    note,
    refuse_unless_amendable,
    require_comment,
)
from partnerships.services.signing import (
    Signing,
    add_signature,
    confirmed,
    on_paper,
    refuse_other_text,
    signed_parties,
    valid_signatures,
    void_signatures,
)
from portal.access.actor import Actor
from portal.common import clock
from portal.common.errors import NotFound, WrongState

log = logging.getLogger("partnerships")

St = Amendment.State


def text_to_sign(agreement: Agreement, row: Amendment) -> Document:
    """The frozen text while it is signed. Raises `WrongState`."""
    if row.state != St.AWAITING_SIGNATURE or row.document is None:
        raise WrongState()
    refuse_unless_amendable(agreement)
    return row.document


def sign_amendment_for(
    agreement: Agreement,
    row: Amendment,
    party: AgreementParty,
    signing: Signing,
    contact_id: int | None,
    actor: Actor,
) -> Amendment:
    """One party's yes, whichever way it was given. After the last one the amendment takes effect on
    its day, at once when that is here: a paper that comes late does not move the day. One that
    comes in has `contact_id` for its contact. The caller holds the locks and knows that the yes is
    this party's. Raises `InvalidInput`, `WrongState`."""
    text = text_to_sign(agreement, row)
    if party.left_on is not None:
        name_contact(party, contact_id)
    signers = signers_of(agreement, row)
    last = add_signature(agreement, text, party, signing, actor, row, signers)
    details = {
        "number": row.number,
        "party": party.organisation.slug,
        "method": signing.method,
    }
    note(agreement, "amendment_signature", actor, details=details)
    if last:
        _all_have_signed(agreement, row, actor)
    return row


def _all_have_signed(agreement: Agreement, row: Amendment, actor: Actor) -> None:
    """Nobody is missing any more. The caller holds the locks. Raises `WrongState`."""
    refuse_hindered(agreement, row)
    row.state = St.SIGNED
    keep_amendment(row, "state")
    note(agreement, "amendment_signed", actor, details={"number": row.number})
    if row.effective_on <= clock.today():
        let_take_effect(agreement, row, actor)


def missing_signers(agreement: Agreement, row: Amendment) -> list[AgreementParty]:
    """Those whose yes it waits for. Raises `WrongState` when it waits for none."""
    signed = signed_parties(agreement, text_to_sign(agreement, row))
    return [one for one in signers_of(agreement, row) if one.pk not in signed]


@transaction.atomic
def finish_signing(*, amendment_id: UUID, actor: Actor) -> Amendment:
    """An amendment that waits for nobody: the one that had not signed became one with a party that
    had. A job's door; raises `WrongState` while somebody is missing, and when run again."""
    found = Amendment.objects.filter(pk=amendment_id).first()
    if found is None or not actor.is_system:
        raise NotFound()
    agreement, row = lock_amendment(found.agreement_id, amendment_id, actor)
    if missing_signers(agreement, row):
        raise WrongState()
    try:
        _all_have_signed(agreement, row, actor)
    except WrongState:
        # Nobody sees a job's sentence; any party can take the amendment back.
        log.exception("amendment %s is signed by all and cannot go on", row.pk)
        raise
    return row


@transaction.atomic
def sign_amendment(
    *,
    agreement_id: UUID,
    amendment_id: UUID,
    sha256: str,
    title: str = "",
    contact_id: int | None = None,
    actor: Actor,
) -> Amendment:
    """Sign for the own party by confirming with a strong session. `sha256` is the fingerprint of
    the text that was read; one that comes in names its contact (`contact_id`).

    Raises `NotAllowed`, `WrongState`, `InvalidInput` (the contact)."""
    agreement, row = lock_amendment(agreement_id, amendment_id, actor)
    party = own_signer(agreement, row, actor)
    refuse_other_text(text_to_sign(agreement, row), sha256)
    return sign_amendment_for(agreement, row, party, confirmed(actor, title), contact_id, actor)


@transaction.atomic
def upload_amendment_signature(
    *,
    agreement_id: UUID,
    amendment_id: UUID,
    sha256: str,
    content: bytes,
    signed_on: date,
    name: str,
    title: str = "",
    contact_id: int | None = None,
    actor: Actor,
) -> Amendment:
    """The same with a signed paper, as `upload_signature` does for an agreement: its day lies
    between the day the text was frozen and today.

    Raises `NotAllowed`, `WrongState`, `InvalidInput` (the paper, its day, the name, the contact).
    """
    agreement, row = lock_amendment(agreement_id, amendment_id, actor)
    party = own_signer(agreement, row, actor)
    refuse_other_text(text_to_sign(agreement, row), sha256)
    signing = on_paper(
        agreement,
        # Not a new version of the agreement that the same party may have signed on paper.
        called=f"{party.organisation.name}: {row.title}",
        content=content,
        signed_on=signed_on,
        name=name,
        title=title,
        actor=actor,
    )
    return sign_amendment_for(agreement, row, party, signing, contact_id, actor)


@transaction.atomic
def refuse_amendment(
    *, agreement_id: UUID, amendment_id: UUID, comment: str, actor: Actor
) -> Amendment:
    """A party will not sign: back to draft, with a comment; signatures given count no more."""
    agreement, row = lock_amendment(agreement_id, amendment_id, actor)
    own_signer(agreement, row, actor)
    if row.state != St.AWAITING_SIGNATURE or row.document is None:
        raise WrongState()
    comment = require_comment(comment, _("Skriv, hvad der skal laves om, før I vil skrive under."))
    void_signatures(valid_signatures(row.document))
    row.state, row.document = St.DRAFT, None
    row.save(update_fields=["state", "document"])
    details = {"number": row.number, "asked": True}
    note(agreement, "amendment_refused", actor, comment=comment, details=details)
    return row
