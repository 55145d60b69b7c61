"""The way to an external signing service: a protocol, and one that works through a folder.

The setting `SIGNING_SERVICE` names the class; empty means that nobody signs outside. Talking to it
is a job's work (`run_signing`), never a page's: what it answers is recorded by the same service
that guards every other signature. A text that is refused or taken back is not called back out
there; its answers are laid aside.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from partnerships.amended_parties import signers_of
from partnerships.models import (
    Agreement,
    AgreementParty,
    AgreementState,
    Amendment,
    Document,
    SigningOrder,
)
from partnerships.recipients import asked_outside
from partnerships.services import record_external_signature
from partnerships.services.signing import signed_parties, signing_parties
from partnerships.workflow import AMENDABLE
from portal.access.actor import system_actor
from portal.common import clock
from portal.common.errors import DomainError

log = logging.getLogger("partnerships")

JOB = system_actor("partnerships.signing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who is asked to sign for a party (`asked_outside`); empty when there is nobody to ask."""

    party: str
    organisation: str
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One frozen text. `document` is its id here: the same order told twice is the same order.
    `amendment` is the number of the amendment whose text it is, None for the agreement's own."""

    document: UUID
    agreement: str
    amendment: int | None = None
    title: str
    sha256: str
    content: bytes
    signers: tuple[Signer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One party has signed. `source` is the service's own, to settle it by."""

    reference: str
    party: UUID
    signed_on: date
    name: str
    source: str = ""


class SigningService(Protocol):
    def begin(self, order: Order) -> str:
        """Hand over a text; the service's reference for it. Safe to call again."""

    def collect(self) -> Iterable[Answer]:
        """The answers that are not settled yet."""

    def settle(self, answer: Answer, *, recorded: bool) -> None:
        """It was recorded, or it can never be. `collect` gives it no more."""


class FolderSigningService:
    """Writes PDF and JSON into a folder and reads answers back from it. Files appear whole: they
    are written under another name and then renamed."""

    def __init__(self, folder: str = "") -> None:
        self.folder = Path(folder or settings.SIGNING_FOLDER)
        for name in ("out", "in", "done", "refused"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def begin(self, order: Order) -> str:
        reference = str(order.document)
        facts = {
            "reference": reference,
            "agreement": order.agreement,
            "amendment": order.amendment,
            "title": order.title,
            "sha256": order.sha256,
            "signers": [asdict(row) for row in order.signers],
        }
        self._write(f"{reference}.pdf", order.content)
        # Last, so that who finds it finds the text too.
        self._write(f"{reference}.json", json.dumps(facts, ensure_ascii=False, indent=1).encode())
        return reference

    def _write(self, name: str, content: bytes) -> None:
        half = self.folder / "out" / f".{name}.half"
        half.write_bytes(content)
        half.rename(self.folder / "out" / name)

    def collect(self) -> Iterable[Answer]:
        for path in sorted((self.folder / "in").glob("*.json")):
            try:
                found = json.loads(path.read_text(encoding="utf-8"))
                yield Answer(
                    reference=str(found["reference"]),
                    party=UUID(str(found["party"])),
                    signed_on=date.fromisoformat(str(found["signed_on"])),
                    name=str(found["name"]).strip()[:120],
                    source=path.name,
                )
            except (ValueError, KeyError, TypeError):
                log.exception("signing: %s cannot be read", path.name)
                path.rename(self.folder / "refused" / path.name)

    def settle(self, answer: Answer, *, recorded: bool) -> None:
        place = "done" if recorded else "refused"
        (self.folder / "in" / answer.source).rename(self.folder / place / answer.source)


def service() -> SigningService | None:
    """The configured service, None where agreements are signed here alone."""
    if not settings.SIGNING_SERVICE:
        return None
    made: SigningService = import_string(settings.SIGNING_SERVICE)()
    return made


def run_signing() -> dict[str, int]:
    """Hand over what awaits signature and record the answers; how many of each."""
    there = service()
    if there is None:
        return {"begun": 0, "recorded": 0}
    return {"begun": _hand_over(there), "recorded": _record(there)}


def _hand_over(there: SigningService) -> int:
    begun = 0
    for order in _orders():
        # Outside any transaction: should we die between these two, it is handed over again.
        reference = there.begin(order)
        SigningOrder.objects.get_or_create(
            document_id=order.document,
            defaults={"reference": reference[:120], "begun_at": clock.now()},
        )
        begun += 1
    return begun


_PARTIES = ("parties__organisation", "parties__contact", "parties__deputy")


def _orders() -> Iterator[Order]:
    """The frozen texts that await signature and are not handed over yet."""
    agreements = Agreement.objects.filter(
        status=AgreementState.AWAITING_SIGNATURE, frozen__signing_order__isnull=True
    )
    for agreement in agreements.select_related("frozen").prefetch_related(*_PARTIES):
        if agreement.frozen is not None:
            yield _order(agreement, agreement.frozen, signing_parties(agreement))
    amendments = Amendment.objects.filter(
        state=Amendment.State.AWAITING_SIGNATURE,
        document__signing_order__isnull=True,
        # Over one that has ended it can only be taken back.
        agreement__status__in=AMENDABLE,
    )
    parties = [f"agreement__{name}" for name in _PARTIES]
    for row in amendments.select_related("agreement", "document").prefetch_related(*parties):
        if row.document is not None:
            yield _order(row.agreement, row.document, signers_of(row.agreement, row), row)


def _order(
    agreement: Agreement,
    text: Document,
    signers: Sequence[AgreementParty],
    amendment: Amendment | None = None,
) -> Order:
    signed = signed_parties(agreement, text)
    return Order(
        document=text.pk,
        agreement=agreement.number,
        amendment=amendment.number if amendment else None,
        title=text.title,
        sha256=text.sha256,
        content=bytes(text.content),
        signers=tuple(_signer(row) for row in signers if row.pk not in signed),
    )


def _signer(party: AgreementParty) -> Signer:
    user = asked_outside(party)
    return Signer(
        party=str(party.pk),
        organisation=party.organisation.name,
        name=user.name if user else "",
        email=user.email if user else "",
    )


def _record(there: SigningService) -> int:
    recorded = 0
    for answer in there.collect():
        taken = _take(answer)
        there.settle(answer, recorded=taken)
        recorded += taken
    return recorded


def _take(answer: Answer) -> bool:
    order = (
        SigningOrder.objects.select_related("document")
        .defer("document__content")
        .filter(reference=answer.reference)
        .first()
    )
    if order is None:
        log.error("signing: nobody asked for %s", answer.reference[:60])
        return False
    try:
        with transaction.atomic():
            record_external_signature(
                agreement_id=order.document.agreement_id,
                document_id=order.document_id,
                party_id=answer.party,
                signed_on=answer.signed_on,
                name=answer.name,
                reference=answer.reference,
                actor=JOB,
            )
    except DomainError as error:
        log.warning("signing: %s was not recorded: %s", answer.reference, type(error).__name__)
        return False
    return True
