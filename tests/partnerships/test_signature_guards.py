"""What the database asks of a signature, whichever way it was given and whatever code writes it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from partnerships import services
from partnerships.models import Agreement, Amendment, Document, Signature
from portal.common import clock
from tests.factories.partnerships import agreement_in, amendment_to_sign

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\nunderskrevet\n%%EOF\n"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def plain_paper(monkeypatch):
    """Both texts have the same words and so the same fingerprint: the key tells them apart."""
    text = b"%PDF-1.7 teksten\n%%EOF\n"
    monkeypatch.setattr("partnerships.services.signing.frozen_agreement", lambda _row: text)
    monkeypatch.setattr("partnerships.services.amending.amendment_text", lambda _a, _r: text)


def signature(row: Amendment, **changed: Any) -> None:
    """The association's yes to the amendment, past every service."""
    text = changed.pop("text", row.document)
    said = {
        "agreement_id": row.agreement_id,
        "amendment": row,
        "party": row.agreement.parties.get(side="association", left_on__isnull=True),
        "document": text,
        "sha256": text.sha256,
        "method": "confirmation",
        "signed_on": clock.today(),
        "signer_name": "Marie Leder",
        "recorded_at": clock.now(),
        **changed,
    }
    with transaction.atomic():
        Signature.objects.create(**said)


def appendix(agreement: Agreement, kind: str = "appendix") -> Document:
    return agreement.documents.create(
        kind=kind,
        title="Bilag",
        content_type="application/pdf",
        content=PDF,
        size=len(PDF),
        sha256="0" * 64,
        at=clock.now(),
    )


def test_the_database_takes_a_signature_of_the_text_that_is_being_signed(world):
    row = amendment_to_sign(world)
    agreement = row.agreement
    other = agreement_in("negotiation", world, title="En anden")

    for changed in (
        {"amendment": None},  # the amendment's text as the agreement's own
        {"amendment": None, "text": agreement.frozen},  # the agreement's, which is signed already
        {"text": agreement.frozen},  # the agreement's text as the amendment's
        {"text": appendix(agreement)},
        {"signed_on": clock.today() - DAY},  # before it was frozen
        {"signed_on": clock.today() + DAY},
        {"method": "upload"},
        {"method": "upload", "proof": agreement.documents.get(kind="appendix")},
        {"method": "upload", "proof": appendix(other, "signed_copy")},
        {"method": "external"},
    ):
        with pytest.raises(DatabaseError):
            signature(row, **changed)

    assert not row.signatures.exists()
    signature(row, method="upload", proof=appendix(agreement, "signed_copy"))
    assert row.signatures.count() == 1


@pytest.mark.parametrize("verb", ["refuse_amendment", "withdraw_amendment"])
def test_the_database_takes_no_signature_of_a_text_that_is_not_to_sign(world, verb):
    row = amendment_to_sign(world)
    text = row.document
    getattr(services, verb)(
        agreement_id=row.agreement_id,
        amendment_id=row.pk,
        comment="Nej.",
        actor=world.coordinator.actor(),
    )
    row.refresh_from_db()

    with pytest.raises(DatabaseError):
        signature(row, text=text)
