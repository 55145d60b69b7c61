"""Signatures of all parties on one frozen text: the agreement's, and what every text shares."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from partnerships.documents import frozen_agreement
from partnerships.guards import missing_for_signature
from partnerships.models import (
    Agreement,
    AgreementParty,
    AgreementState,
    Amendment,
    Document,
    Signature,
)
from partnerships.permissions import require_may
from partnerships.selectors import party_of
from partnerships.services.mover import (
    NotReady,
    keep,
    lock_agreement,
    note,
    require_comment,
    turn,
)
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, WrongState
from portal.common.scanning import refuse_infected
from portal.common.text import clean_line


def store_document(
    agreement: Agreement,
    *,
    kind: str,
    title: str,
    content: bytes,
    content_type: str,
    actor: Actor,
) -> Document:
    """A new version of a file under an agreement, with its fingerprint. The caller has locked."""
    title = title[:200]
    newest = (
        agreement.documents.filter(kind=kind, title=title)
        .order_by("-version")
        .values_list("version", flat=True)
        .first()
    )
    return Document.objects.create(
        agreement=agreement,
        kind=Document.Kind(kind),
        title=title,
        version=(newest or 0) + 1,
        content_type=content_type,
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        at=clock.now(),
        by_name=actor.name,
        by_organisation_id=actor.organisation_id or None,
    )


@transaction.atomic
def send_to_signature(*, agreement_id: UUID, actor: Actor) -> Agreement:
    """negotiation→awaiting_signature: the text is frozen as a PDF, which the parties sign.

    Raises `NotReady` while a section waits for somebody's yes.
    """
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    event = turn(agreement, "send_to_signature", actor)
    missing = missing_for_signature(agreement)
    if missing:
        raise NotReady(missing)
    agreement.signing_round += 1
    agreement.frozen = store_document(
        agreement,
        kind=Document.Kind.AGREEMENT_TEXT,
        title=agreement.title,
        content=frozen_agreement(agreement),
        content_type="application/pdf",
        actor=actor,
    )
    keep(agreement, event, actor)
    return agreement


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """How one party says yes. `proof` is the uploaded document, `reference` that of an outside
    service."""

    method: str
    signed_on: date
    name: str
    title: str = ""
    proof: Document | None = None
    reference: str = ""


def confirmed(actor: Actor, title: str) -> Signing:
    """By the one who is signed in, today."""
    return Signing(
        method=Signature.Method.CONFIRMATION,
        signed_on=clock.today(),
        name=actor.name,
        title=clean_line(title),
    )


def on_paper(
    agreement: Agreement,
    *,
    called: str,
    content: bytes,
    signed_on: date,
    name: str,
    title: str,
    actor: Actor,
) -> Signing:
    """By a signed paper, which is kept with its fingerprint under what it is `called`. Raises
    `InvalidInput` for what is no PDF, and without a name."""
    name = clean_line(name)
    if not name:
        raise InvalidInput({"name": _("Skriv, hvem der har skrevet under.")})
    refuse_unless_pdf(content)
    proof = store_document(
        agreement,
        kind=Document.Kind.SIGNED_COPY,
        title=called,
        content=content,
        content_type="application/pdf",
        actor=actor,
    )
    return Signing(
        method=Signature.Method.UPLOAD,
        signed_on=signed_on,
        name=name,
        title=clean_line(title),
        proof=proof,
    )


def refuse_other_text(text: Document | None, sha256: str) -> None:
    """Another text than the one that was read cannot be signed by mistake. Raises `WrongState`."""
    if text is None or text.sha256 != sha256:
        raise WrongState(_("Teksten er en anden end den, du læste. Læs den igen."))


def signing_parties(agreement: Agreement) -> list[AgreementParty]:
    return [row for row in agreement.parties.all() if row.left_on is None]


def valid_signatures(text: Document) -> list[Signature]:
    return list(
        Signature.objects.filter(document=text, voided_at__isnull=True).select_related("party")
    )


def counting_signatures(agreement: Agreement, text: Document) -> dict[UUID, Signature]:
    """Party → the yes to `text` that binds it: its own, or the one of a party whose place it took
    over, once every such party has signed. The trigger `agreement_party_signed` says the same."""
    signed = {row.party_id: row for row in valid_signatures(text)}
    parties = list(agreement.parties.all())
    for party in sorted(parties, key=lambda row: row.joined_on or date.min):
        before = [
            row
            for row in parties
            if row.succeeded_by_id == party.pk
            and row.left_on == party.joined_on
            and row.has_been_in
        ]
        if before and all(row.pk in signed for row in before):
            signed.setdefault(party.pk, signed[before[0].pk])
    return signed


def signed_parties(agreement: Agreement, text: Document) -> set[UUID]:
    """Those that need not sign `text` any more."""
    return set(counting_signatures(agreement, text))


def add_signature(
    agreement: Agreement,
    text: Document,
    party: AgreementParty,
    signing: Signing,
    actor: Actor,
    amendment: Amendment | None = None,
    signers: Sequence[AgreementParty] | None = None,
) -> bool:
    """Store one party's yes to `text`; True when it was the last one of `signers`, by default the
    parties. The caller holds the lock.

    Raises `InvalidInput` for a day in the future, or before the text was frozen, and `WrongState`
    for a second signature of one party.
    """
    today = clock.today()
    if signing.signed_on > today:
        raise InvalidInput({"signed_on": _("Underskriften kan ikke ligge i fremtiden.")})
    if signing.signed_on < clock.local(text.at).date():
        raise InvalidInput(
            {"signed_on": _("Underskriften kan ikke være fra før, teksten blev låst.")}
        )
    if party.pk in signed_parties(agreement, text):
        raise WrongState(_("I har allerede skrevet under."))
    Signature.objects.create(
        agreement=agreement,
        amendment=amendment,
        party=party,
        document=text,
        sha256=text.sha256,
        method=Signature.Method(signing.method),
        proof=signing.proof,
        external_reference=signing.reference,
        signed_on=signing.signed_on,
        signer_name=signing.name[:120],
        signer_title=signing.title[:120],
        recorded_at=clock.now(),
        recorded_by_id=actor.user_id,
    )
    signed = signed_parties(agreement, text)
    return all(row.pk in signed for row in signers or signing_parties(agreement))


def own_party(agreement: Agreement, actor: Actor) -> AgreementParty:
    """The party that the actor may sign for. Raises `NotAllowed`: nobody signs for another."""
    require_may(actor, Permission.AGREEMENT_SIGN, agreement)
    party = party_of(agreement, actor)
    if party is None:
        raise NotAllowed()
    return party


def sign_for(
    agreement: Agreement, party: AgreementParty, signing: Signing, actor: Actor
) -> Agreement:
    """One party's yes, whichever way it was given; the last one moves the agreement to `signed`.
    The caller holds the lock and knows that the yes is this party's. Raises `WrongState`."""
    if agreement.status != AgreementState.AWAITING_SIGNATURE or agreement.frozen is None:
        raise WrongState()
    if agreement.starts_on is not None and agreement.starts_on < signing.signed_on:
        raise WrongState(
            _(
                "Aftalen begynder %(start)s. Den kan ikke underskrives efter den dag. "
                "Send den tilbage til forhandling, og flyt begyndelsen."
            )
            % {"start": f"{agreement.starts_on:%d.%m.%Y}"}
        )
    last = add_signature(agreement, agreement.frozen, party, signing, actor)
    details = {"party": party.organisation.slug, "method": signing.method}
    if not last:
        note(agreement, "signature", actor, details=details)
        return agreement
    agreement.signed_on = max(row.signed_on for row in valid_signatures(agreement.frozen))
    event = turn(agreement, "sign", actor, details=details)
    keep(agreement, event, actor)
    return agreement


@transaction.atomic
def sign_agreement(*, agreement_id: UUID, sha256: str, title: str = "", actor: Actor) -> Agreement:
    """Sign for the own party by confirming with a strong session. `sha256` is the fingerprint of
    the text that was read. Raises `NotAllowed`, `WrongState`."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    party = own_party(agreement, actor)
    refuse_other_text(agreement.frozen, sha256)
    return sign_for(agreement, party, confirmed(actor, title), actor)


@transaction.atomic
def upload_signature(
    *,
    agreement_id: UUID,
    sha256: str,
    content: bytes,
    signed_on: date,
    name: str,
    title: str = "",
    actor: Actor,
) -> Agreement:
    """Sign for the own party with a signed paper. `sha256` is the text that the page showed: a
    paper that was signed before a new round is no yes to the new text."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    party = own_party(agreement, actor)
    refuse_other_text(agreement.frozen, sha256)
    signing = on_paper(
        agreement,
        called=party.organisation.name,
        content=content,
        signed_on=signed_on,
        name=name,
        title=title,
        actor=actor,
    )
    return sign_for(agreement, party, signing, actor)


LARGEST_FILE = 10 * 1024 * 1024


def refuse_unless_pdf(content: bytes) -> None:
    """Raises `InvalidInput`: only a PDF of at most 10 MB, in which the scanner finds nothing."""
    if len(content) > LARGEST_FILE:
        raise InvalidInput({"file": _("Filen er over 10 MB. Gør den mindre, og prøv igen.")})
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-2048:]:
        raise InvalidInput({"file": _("Filen er ikke en PDF. Gem den som PDF, og prøv igen.")})
    refuse_infected(content)


def void_signatures(signatures: Iterable[Signature]) -> None:
    Signature.objects.filter(pk__in=[row.pk for row in signatures], voided_at__isnull=True).update(
        voided_at=clock.now()
    )


@transaction.atomic
def refuse_signature(*, agreement_id: UUID, comment: str, actor: Actor) -> Agreement:
    """awaiting_signature→negotiation, with a comment. Signatures given so far count no more."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    comment = require_comment(comment, _("Skriv, hvad der skal laves om, før I vil skrive under."))
    event = turn(agreement, "refuse_signature", actor, comment=comment)
    if agreement.frozen is not None:
        void_signatures(valid_signatures(agreement.frozen))
    agreement.frozen = None
    keep(agreement, event, actor)
    return agreement
