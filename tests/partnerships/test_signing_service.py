"""Signing outside: handed over once, recorded once, and never for another text."""

import json
import logging
from datetime import timedelta
from pathlib import Path

import pytest

from partnerships import services
from partnerships.models import SigningOrder
from partnerships.signing_service import FolderSigningService, run_signing
from portal.common import clock
from tests.factories.partnerships import (
    Pen,
    agreement_in,
    approve_everything,
    fresh,
    sign,
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


def test_the_folder_service_keeps_to_its_protocol(tmp_path):
    there = FolderSigningService(str(tmp_path))

    assert list(there.collect()) == []
