"""Signing outside: handed over once, recorded once, and never for another text."""

import json
import logging
from datetime import timedelta
from pathlib import Path

import pytest

from partnerships import services
from partnerships.models import Amendment, SigningOrder
from partnerships.services.succession import transfer_agreements
from partnerships.signing_service import JOB, FolderSigningService, run_signing
from portal.common import clock
from portal.common.errors import NotAllowed
from tests.factories.partnerships import (
    Pen,
    agreement_in,
    amendment_to_sign,
    approve_everything,
    fresh,
    sign,
    sign_amendment,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    settings.SIGNING_SERVICE = "partnerships.signing_service.FolderSigningService"
    settings.SIGNING_FOLDER = str(tmp_path)
    return tmp_path


def orders(folder: Path) -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted((folder / "out").glob("*.json"))]


def answer(folder: Path, reference: str, party: str, file: str = "svar", **changed: object) -> None:
    said = {
        "reference": reference,
        "party": party,
        "signed_on": clock.today().isoformat(),
        "name": "Marie Leder",
        **changed,
    }
    (folder / "in" / f"{file}.json").write_text(json.dumps(said))


def files(folder: Path, name: str) -> list[str]:
    return sorted(path.name for path in (folder / name).iterdir())


def test_without_a_service_nothing_leaves_the_house(world, settings):
    settings.SIGNING_SERVICE = ""
    agreement_in("awaiting_signature", world)

    assert run_signing() == {"begun": 0, "recorded": 0}
    assert not SigningOrder.objects.exists()


def test_a_frozen_text_is_handed_over_once_with_those_who_have_not_signed(world, folder):
    agreement = agreement_in("awaiting_signature", world)
    sign(agreement, world.coordinator.actor())

    assert run_signing()["begun"] == 1
    assert run_signing()["begun"] == 0

    (order,) = orders(folder)
    assert order["sha256"] == agreement.frozen.sha256
    assert [row["email"] for row in order["signers"]] == [world.receiver_manager.user.email]
    text = folder / "out" / f"{order['reference']}.pdf"
    assert text.read_bytes() == bytes(agreement.frozen.content)
    assert not list((folder / "out").glob(".*"))


def test_the_answers_of_all_parties_sign_the_agreement(world, folder):
    agreement = agreement_in("awaiting_signature", world)
    run_signing()
    (order,) = orders(folder)
    for number, signer in enumerate(order["signers"]):
        answer(folder, order["reference"], signer["party"], f"{number}", name=signer["name"])

    assert run_signing()["recorded"] == 2
    assert run_signing()["recorded"] == 0

    assert fresh(agreement).status == "signed"
    assert {row.method for row in agreement.signatures.all()} == {"external"}
    assert files(folder, "in") == []
    assert files(folder, "done") == ["0.json", "1.json"]


def test_an_answer_told_twice_counts_once(world, folder):
    agreement = agreement_in("awaiting_signature", world)
    run_signing()
    (order,) = orders(folder)
    for name in ("a", "b"):
        answer(folder, order["reference"], order["signers"][0]["party"], name)

    run_signing()

    assert agreement.signatures.count() == 1


def test_a_yes_to_an_earlier_text_is_none_to_the_next(world, folder, caplog):
    agreement = agreement_in("awaiting_signature", world)
    public, association = world.coordinator.actor(), world.receiver_manager.actor()
    run_signing()
    (old,) = orders(folder)
    services.refuse_signature(agreement_id=agreement.pk, comment="Ret formålet.", actor=public)
    Pen(agreement, public).write("purpose", purpose="Ingen skal gå alene hjem om aftenen.")
    approve_everything(agreement, public, association)
    services.send_to_signature(agreement_id=agreement.pk, actor=public)
    answer(folder, old["reference"], old["signers"][0]["party"])

    with caplog.at_level(logging.WARNING):
        assert run_signing() == {"begun": 1, "recorded": 0}

    assert not agreement.signatures.exists()
    assert files(folder, "refused") == ["svar.json"]
    assert len(orders(folder)) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"reference": "findes-ikke"},
        {"party": "01a21aae-2bf7-74fa-9e03-bbb78ca4e320"},
        {"signed_on": (clock.today() + timedelta(days=400)).isoformat()},
        {"signed_on": "i går"},
        {"name": " "},
    ],
)
def test_what_cannot_be_a_signature_is_laid_aside(world, folder, changed, caplog):
    agreement = agreement_in("awaiting_signature", world)
    run_signing()
    (order,) = orders(folder)
    answer(
        folder,
        **{"reference": order["reference"], "party": order["signers"][0]["party"], **changed},
    )

    with caplog.at_level(logging.WARNING):
        assert run_signing()["recorded"] == 0

    assert not agreement.signatures.exists()
    assert files(folder, "refused") == ["svar.json"]


def test_handing_over_again_after_a_crash_is_the_same_order(world, folder):
    agreement_in("awaiting_signature", world)
    run_signing()
    SigningOrder.objects.all().delete()

    run_signing()

    assert len(orders(folder)) == 1
    assert SigningOrder.objects.count() == 1


def test_the_same_words_sent_again_are_another_text_to_sign(world, folder, monkeypatch, caplog):
    agreement = agreement_in("awaiting_signature", world)
    words = bytes(agreement.frozen.content)
    monkeypatch.setattr("partnerships.services.signing.frozen_agreement", lambda _row: words)
    public, association = world.coordinator.actor(), world.receiver_manager.actor()
    run_signing()
    (old,) = orders(folder)
    services.refuse_signature(agreement_id=agreement.pk, comment="Vent lidt.", actor=public)
    approve_everything(agreement, public, association)
    services.send_to_signature(agreement_id=agreement.pk, actor=public)
    answer(folder, old["reference"], old["signers"][0]["party"])

    with caplog.at_level(logging.WARNING):
        assert run_signing() == {"begun": 1, "recorded": 0}

    assert {order["sha256"] for order in orders(folder)} == {old["sha256"]}
    assert not agreement.signatures.exists()


def test_the_one_who_is_asked_is_the_one_who_would_be_written_to(world, folder):
    agreement = agreement_in("awaiting_signature", world)
    gone = agreement.parties.get(organisation=world.receiver)
    gone.contact.is_active = False
    gone.contact.save(update_fields=["is_active"])

    run_signing()

    (order,) = orders(folder)
    asked = {row["party"]: row["email"] for row in order["signers"]}
    assert asked[str(gone.pk)] != gone.contact.email


# --- amendments -----------------------------------------------------------------------------------
PAPER = b"%PDF-1.7 teksten\n%%EOF\n"


def which(row: Amendment) -> dict:
    return {"agreement_id": row.agreement_id, "amendment_id": row.pk}


def answer_all(folder: Path, order: dict) -> None:
    for number, signer in enumerate(order["signers"]):
        answer(folder, order["reference"], signer["party"], f"{number}", name=signer["name"])


def test_an_amendment_is_handed_over_once_with_all_who_sign_it(world, folder):
    row = amendment_to_sign(world, leaves=world.receiver)
    sign_amendment(row, world.coordinator)

    assert run_signing()["begun"] == 1
    assert run_signing()["begun"] == 0

    (order,) = orders(folder)
    assert (order["agreement"], order["amendment"]) == (row.agreement.number, row.number)
    assert (order["title"], order["sha256"]) == (row.title, row.document.sha256)
    # The one that leaves signs, and the one that comes in.
    assert {one["email"] for one in order["signers"]} == {
        world.receiver_manager.user.email,
        world.outsider_manager.user.email,
    }
    text = folder / "out" / f"{order['reference']}.pdf"
    assert text.read_bytes() == bytes(row.document.content)


def test_an_agreements_own_text_is_no_amendment_to_sign(world, folder):
    agreement_in("awaiting_signature", world)

    run_signing()

    assert orders(folder)[0]["amendment"] is None


def test_the_answers_of_all_put_the_amendment_in_force(world, folder):
    row = amendment_to_sign(world, leaves=world.receiver)
    run_signing()
    answer_all(folder, orders(folder)[0])

    assert run_signing()["recorded"] == 3
    assert run_signing()["recorded"] == 0

    row.refresh_from_db()
    assert row.state == "in_force"
    parties = fresh(row.agreement).parties.filter(left_on__isnull=True)
    assert set(parties.values_list("organisation", flat=True)) == {
        world.region.pk,
        world.outsider.pk,
    }
    assert {one.method for one in row.signatures.all()} == {"external"}
    assert {one.external_reference for one in row.signatures.all()} == {str(row.document_id)}
    # Who was asked out there is whom the others talk to.
    assert parties.get(organisation=world.outsider).contact == world.outsider_manager.user


def test_signed_outside_before_its_day_the_amendment_waits_for_it(world, folder):
    row = amendment_to_sign(world, effective_on=clock.today() + timedelta(days=2))
    run_signing()
    answer_all(folder, orders(folder)[0])

    run_signing()

    row.refresh_from_db()
    assert row.state == "signed"
    with clock.at(clock.now() + timedelta(days=2)):
        services.run_dates()
    row.refresh_from_db()
    assert row.state == "in_force"


def test_the_three_ways_lead_to_one_end(world, folder):
    row = amendment_to_sign(world)
    run_signing()
    sign_amendment(row, world.coordinator)
    services.upload_amendment_signature(
        **which(row),
        sha256=row.document.sha256,
        content=PAPER,
        signed_on=clock.today(),
        name="Marie Leder",
        actor=world.receiver_manager.actor(),
    )
    new = row.agreement.parties.get(organisation=world.outsider)
    answer(folder, orders(folder)[0]["reference"], str(new.pk))

    run_signing()

    row.refresh_from_db()
    assert row.state == "in_force"


def test_an_answer_for_an_amendment_told_twice_counts_once(world, folder):
    row = amendment_to_sign(world)
    run_signing()
    (order,) = orders(folder)
    for name in ("a", "b"):
        answer(folder, order["reference"], order["signers"][0]["party"], name)

    assert run_signing()["recorded"] == 2

    assert row.signatures.count() == 1
    assert files(folder, "refused") == []


def test_a_yes_to_an_amendment_that_was_sent_back_is_none_to_the_next(
    world, folder, monkeypatch, caplog
):
    monkeypatch.setattr("partnerships.services.amending.amendment_text", lambda _a, _r: PAPER)
    row = amendment_to_sign(world)
    run_signing()
    (old,) = orders(folder)
    public = world.coordinator.actor()
    services.refuse_amendment(**which(row), comment="Vent lidt.", actor=public)
    answer(folder, old["reference"], old["signers"][0]["party"], "imens")
    with caplog.at_level(logging.WARNING):
        assert run_signing() == {"begun": 0, "recorded": 0}
    services.send_amendment_to_signature(**which(row), actor=public)
    answer(folder, old["reference"], old["signers"][1]["party"], "bagefter")

    with caplog.at_level(logging.WARNING):
        assert run_signing() == {"begun": 1, "recorded": 0}

    assert not row.signatures.exists()
    assert files(folder, "refused") == ["bagefter.json", "imens.json"]


def test_an_amendment_that_was_taken_back_is_neither_handed_over_nor_signed(world, folder, caplog):
    row = amendment_to_sign(world)
    run_signing()
    (order,) = orders(folder)
    services.withdraw_amendment(**which(row), comment="Nej.", actor=world.coordinator.actor())
    answer(folder, order["reference"], order["signers"][0]["party"])

    with caplog.at_level(logging.WARNING):
        assert run_signing() == {"begun": 0, "recorded": 0}

    assert not row.signatures.exists()
    assert files(folder, "refused") == ["svar.json"]


def test_an_amendment_of_an_agreement_that_has_ended_is_not_handed_over(world, folder):
    amendment_to_sign(world)

    with clock.at(clock.now() + timedelta(days=1000)):
        services.run_dates()
        assert run_signing()["begun"] == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"party": "01a21aae-2bf7-74fa-9e03-bbb78ca4e320"},
        {"signed_on": (clock.today() + timedelta(days=400)).isoformat()},
        {"signed_on": (clock.today() - timedelta(days=1)).isoformat()},
        {"name": " "},
    ],
    ids=["nobody's", "in the future", "before it was frozen", "no name"],
)
def test_what_cannot_sign_an_amendment_is_laid_aside(world, folder, changed, caplog):
    row = amendment_to_sign(world)
    run_signing()
    (order,) = orders(folder)
    said = {"reference": order["reference"], "party": order["signers"][0]["party"], **changed}
    answer(folder, **said)

    with caplog.at_level(logging.WARNING):
        assert run_signing()["recorded"] == 0

    assert not row.signatures.exists()
    assert files(folder, "refused") == ["svar.json"]


def test_a_new_party_where_nobody_is_left_to_talk_to_does_not_sign(world, folder, caplog):
    row = amendment_to_sign(world)
    run_signing()
    new = row.agreement.parties.get(organisation=world.outsider)
    world.outsider_manager.user.is_active = False
    world.outsider_manager.user.save(update_fields=["is_active"])
    answer(folder, orders(folder)[0]["reference"], str(new.pk))

    with caplog.at_level(logging.WARNING):
        assert run_signing()["recorded"] == 0

    assert not row.signatures.exists()


@pytest.mark.parametrize("signs", ["receiver", "outsider"])
def test_who_took_over_from_one_that_had_signed_is_not_asked_again(world, folder, signs):
    """Of a party, and of one that is asked in."""
    row = amendment_to_sign(world)
    sign_amendment(row, getattr(world, f"{signs}_manager"))
    before = getattr(world, signs)
    transfer_agreements(
        moves={(row.agreement_id, before.pk): world.parent.pk}, on=clock.today(), actor=JOB
    )

    run_signing()

    (order,) = orders(folder)
    waits = {world.region, world.receiver, world.outsider} - {before}
    assert {one["organisation"] for one in order["signers"]} == {one.name for one in waits}


def test_only_a_job_records_what_was_signed_outside(world):
    row = amendment_to_sign(world)
    party = row.agreement.parties.get(organisation=world.receiver)

    with pytest.raises(NotAllowed):
        services.record_external_signature(
            agreement_id=row.agreement_id,
            document_id=row.document_id,
            party_id=party.pk,
            signed_on=clock.today(),
            name="Marie Leder",
            reference="x",
            actor=world.receiver_manager.actor(),
        )

    assert not row.signatures.exists()


def test_the_folder_service_keeps_to_its_protocol(tmp_path):
    there = FolderSigningService(str(tmp_path))

    assert list(there.collect()) == []
