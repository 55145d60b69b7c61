"""An amendment signed on paper: one party's yes like any other, held to the same rules."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from organisations.models import Organisation
from partnerships import services
from partnerships.models import Amendment, Document
from portal.access.actor import Actor, Assurance
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.notifications.models import OutgoingMessage
from tests.factories.partnerships import (
    agreement_in,
    amend_parties,
    amendment_to_sign,
    fresh,
    sign_amendment,
)
from tests.partnerships.test_moves_pages import text_of, url
from tests.world import World

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\nunderskrevet\n%%EOF\n"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def plain_paper(monkeypatch):
    """The typesetter has its own tests."""
    text = b"%PDF-1.7 teksten\n%%EOF\n"
    monkeypatch.setattr("partnerships.services.signing.frozen_agreement", lambda _row: text)
    monkeypatch.setattr("partnerships.services.amending.amendment_text", lambda _a, _r: text)


def which(row: Amendment) -> dict[str, Any]:
    return {"agreement_id": row.agreement_id, "amendment_id": row.pk}


def upload(row: Amendment, actor: Actor, **changed: Any) -> Amendment:
    assert row.document is not None
    said = {
        "sha256": row.document.sha256,
        "content": PDF,
        "signed_on": clock.today(),
        "name": "Marie Leder",
        "title": "Formand",
        **changed,
    }
    return services.upload_amendment_signature(**which(row), **said, actor=actor)


def copies(row: Amendment) -> list[Document]:
    return list(Document.objects.filter(agreement=row.agreement_id, kind="signed_copy"))


# --- one way among others -------------------------------------------------------------------------
def test_a_paper_is_a_partys_yes_and_the_last_one_puts_the_amendment_in_force(world):
    row = amendment_to_sign(world)
    outsider = world.outsider_manager
    sign_amendment(row, world.coordinator)
    upload(row, outsider.actor(), contact_id=outsider.user.pk)

    upload(row, world.receiver_manager.actor())

    row.refresh_from_db()
    assert row.state == "in_force"
    assert fresh(row.agreement).parties.filter(left_on__isnull=True).count() == 3
    ways = dict(row.signatures.values_list("party__organisation__slug", "method"))
    assert ways == {
        world.region.slug: "confirmation",
        world.receiver.slug: "upload",
        world.outsider.slug: "upload",
    }
    mine = row.signatures.get(party__organisation=world.receiver)
    assert (mine.signer_name, mine.signer_title) == ("Marie Leder", "Formand")
    assert (mine.document_id, mine.sha256) == (row.document_id, row.document.sha256)
    assert bytes(mine.proof.content) == PDF
    told = row.agreement.events.filter(verb="amendment_signature").last()
    assert told.details["method"] == "upload"


def test_the_party_that_leaves_signs_on_paper_too(world):
    row = amendment_to_sign(world, leaves=world.receiver)
    outsider = world.outsider_manager
    sign_amendment(row, world.coordinator, outsider)

    upload(row, world.receiver_manager.actor())

    row.refresh_from_db()
    assert row.state == "in_force"
    assert not row.agreement.parties.filter(
        organisation=world.receiver, left_on__isnull=True
    ).exists()


def test_a_paper_signed_in_time_and_laid_in_late_takes_effect_at_once(world):
    row = amendment_to_sign(world, effective_on=clock.today() + 2 * DAY)
    signed_on = clock.today()
    outsider = world.outsider_manager
    sign_amendment(row, world.coordinator, outsider)

    with clock.at(clock.now() + 5 * DAY):
        upload(row, world.receiver_manager.actor(), signed_on=signed_on)

    row.refresh_from_db()
    assert row.state == "in_force"
    party = row.agreement.parties.get(organisation=world.outsider)
    assert party.joined_on == row.effective_on


def test_before_its_day_the_last_paper_changes_nothing_yet(world):
    row = amendment_to_sign(world, effective_on=clock.today() + 2 * DAY)
    sign_amendment(row, world.coordinator, world.outsider_manager)

    upload(row, world.receiver_manager.actor())

    row.refresh_from_db()
    assert row.state == "signed"
    assert row.agreement.parties.get(organisation=world.outsider).left_on is not None
    with clock.at(clock.now() + 2 * DAY):
        services.run_dates()
    row.refresh_from_db()
    assert row.state == "in_force"


def test_the_copy_lies_beside_the_one_of_the_agreement(world):
    agreement = agreement_in("awaiting_signature", world)
    association = world.receiver_manager.actor()
    services.upload_signature(
        agreement_id=agreement.pk,
        sha256=agreement.frozen.sha256,
        content=PDF,
        signed_on=clock.today(),
        name="Marie Leder",
        actor=association,
    )
    public = world.coordinator.actor()
    services.sign_agreement(agreement_id=agreement.pk, sha256=agreement.frozen.sha256, actor=public)
    row = amend_parties(agreement, public)
    services.ask_party_in(**which(row), organisation=world.outsider, actor=public)
    row = services.send_amendment_to_signature(**which(row), actor=public)

    upload(row, association)

    assert {one.version for one in copies(row)} == {1}
    assert len({one.title for one in copies(row)}) == 2


def test_long_names_make_two_copies_and_no_error(world):
    """A title is cut to what it may be; the next version counts on from the cut one."""
    Organisation.objects.filter(pk=world.receiver.pk).update(name="H" * 160)
    row = amendment_to_sign(world)
    Amendment.objects.filter(pk=row.pk).update(title="T" * 200)
    upload(row, world.receiver_manager.actor())
    services.refuse_amendment(**which(row), comment="Ret.", actor=world.coordinator.actor())
    row = services.send_amendment_to_signature(**which(row), actor=world.coordinator.actor())

    upload(row, world.receiver_manager.actor())

    assert {one.version for one in copies(row)} == {1, 2}


# --- what is no yes -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"signed_on": clock.today() + DAY}, "signed_on"),
        ({"signed_on": clock.today() - DAY}, "signed_on"),
        ({"content": b"MZ\x90 not a pdf"}, "file"),
        ({"content": b"%PDF-1.7" + b" " * (10 * 1024 * 1024) + b"%%EOF"}, "file"),
        ({"name": " "}, "name"),
    ],
    ids=["tomorrow", "before it was frozen", "no pdf", "too large", "nobody"],
)
def test_what_is_no_signed_paper_leaves_no_trace(world, changed, field):
    row = amendment_to_sign(world)
    said = OutgoingMessage.objects.count(), row.agreement.events.count()

    with pytest.raises(InvalidInput) as refused:
        upload(row, world.receiver_manager.actor(), **changed)

    assert set(refused.value.errors) == {field}
    assert not row.signatures.exists()
    assert copies(row) == []
    assert (OutgoingMessage.objects.count(), row.agreement.events.count()) == said


def test_the_scanner_looks_into_the_paper(world, monkeypatch):
    row = amendment_to_sign(world)

    def found(_content: bytes) -> None:
        raise InvalidInput({"file": "Virus"})

    monkeypatch.setattr("partnerships.services.signing.refuse_infected", found)

    with pytest.raises(InvalidInput):
        upload(row, world.receiver_manager.actor())
    assert copies(row) == []


def test_a_paper_is_for_the_text_that_the_page_showed(world):
    row = amendment_to_sign(world)

    with pytest.raises(WrongState, match="Teksten er en anden"):
        upload(row, world.receiver_manager.actor(), sha256="0" * 64)

    assert not row.signatures.exists()


def test_a_second_paper_signs_nothing_more(world):
    row = amendment_to_sign(world)
    association = world.receiver_manager.actor()
    upload(row, association)

    with pytest.raises(WrongState, match="allerede"):
        upload(row, association)

    assert row.signatures.count() == 1
    assert len(copies(row)) == 1


def test_nobody_lays_a_paper_in_for_another_or_without_a_strong_session(world):
    row = amendment_to_sign(world)

    for actor, error in (
        (world.outsider_handler.actor(), NotFound),
        (world.other_coordinator.actor(), NotFound),
        (world.lawyer.actor(), NotAllowed),
        (world.outsider_manager.actor(Assurance.LOW), NotAllowed),
        (world.receiver_manager.actor(Assurance.LOW), NotAllowed),
    ):
        with pytest.raises(error):
            upload(row, actor, contact_id=world.outsider_manager.user.pk)

    assert not row.signatures.exists()
    assert copies(row) == []


def test_the_new_party_names_a_contact_among_its_own_with_the_paper(world):
    row = amendment_to_sign(world)
    outsider = world.outsider_manager

    for contact in (None, world.coordinator.user.pk, world.outsider_handler.user.pk):
        with pytest.raises(InvalidInput) as refused:
            upload(row, outsider.actor(), contact_id=contact)
        assert "contact" in refused.value.errors
    assert copies(row) == []
    upload(row, outsider.actor(), contact_id=outsider.user.pk)

    assert row.agreement.parties.get(organisation=world.outsider).contact == outsider.user


def test_a_paper_counts_while_it_is_signed_and_only_then(world):
    row = amendment_to_sign(world)
    association, public = world.receiver_manager.actor(), world.coordinator.actor()
    text = row.document
    services.refuse_amendment(**which(row), comment="Ret.", actor=public)

    row.document = text
    with pytest.raises(WrongState):
        upload(row, association)
    row = services.send_amendment_to_signature(**which(row), actor=public)
    services.withdraw_amendment(**which(row), comment="Nej.", actor=public)
    with pytest.raises(WrongState):
        upload(row, association)

    assert not row.signatures.exists()
    assert copies(row) == []


def test_an_agreement_that_has_ended_is_amended_no_more_on_paper_either(world):
    row = amendment_to_sign(world)
    with clock.at(clock.now() + timedelta(days=1000)):
        services.run_dates()

        with pytest.raises(WrongState, match="Træk tillægget tilbage"):
            upload(row, world.receiver_manager.actor())


def test_a_paper_after_which_the_amendment_cannot_take_effect_leaves_no_trace(world, monkeypatch):
    row = amendment_to_sign(world)
    sign_amendment(row, world.coordinator, world.outsider_manager)

    def no(*_args: object) -> None:
        raise WrongState("Nej")

    monkeypatch.setattr("partnerships.services.amendment_signing.let_take_effect", no)
    with pytest.raises(WrongState):
        upload(row, world.receiver_manager.actor())

    row.refresh_from_db()
    assert row.state == "awaiting_signature"
    assert row.signatures.count() == 2
    assert copies(row) == []


# --- the pages ------------------------------------------------------------------------------------
@pytest.fixture
def association(world: World, client_for) -> Client:
    return client_for(world.receiver_manager)


@pytest.fixture
def outsider(world: World, client_for) -> Client:
    return client_for(world.outsider_manager)


def posted(row: Amendment, **changed: Any) -> dict[str, Any]:
    assert row.document is not None
    return {
        "sha256": row.document.sha256,
        "file": SimpleUploadedFile("underskrevet.pdf", PDF, content_type="application/pdf"),
        "signed_on": clock.today().isoformat(),
        "name": "Marie Leder",
        "title": "Formand for det hele",
        **changed,
    }


def page_of(row: Amendment, name: str) -> str:
    return url(name, row.agreement, row.pk)


def test_the_page_that_signs_leads_to_the_paper_and_the_paper_back(world, association):
    row = amendment_to_sign(world)

    page = text_of(association.get(page_of(row, "amendment-sign")))
    paper = association.get(page_of(row, "amendment-sign-upload"))

    assert f'href="{page_of(row, "amendment-sign-upload")}"' in page
    assert url("sign-upload", row.agreement) not in page
    assert f'href="{page_of(row, "amendment-sign")}"' in text_of(paper)
    assert f"tillæg 1: {row.title}" in text_of(paper)
    assert "contact" not in paper.context["form"].fields


def test_a_paper_laid_in_on_the_page_is_a_signature(world, association):
    row = amendment_to_sign(world)
    form = association.get(page_of(row, "amendment-sign-upload")).context["form"]

    response = association.post(
        page_of(row, "amendment-sign-upload"), posted(row, sha256=form["sha256"].value())
    )

    assert response["Location"] == page_of(row, "amendment")
    mine = row.signatures.get()
    assert (mine.method, mine.signer_name) == ("upload", "Marie Leder")
    assert "Underskrevet af Marie Leder" in text_of(association.get(page_of(row, "amendment")))
    assert association.get(page_of(row, "amendment-sign")).status_code == 200
    again = association.post(page_of(row, "amendment-sign-upload"), posted(row), follow=True)
    assert "I har allerede skrevet under." in text_of(again)
    assert row.signatures.count() == 1


def test_the_new_party_chooses_its_contact_beside_the_paper(world, outsider):
    row = amendment_to_sign(world)
    address = page_of(row, "amendment-sign-upload")
    assert outsider.get(address).context["form"]["contact"].value() == str(
        world.outsider_manager.user.pk
    )
    assert outsider.post(address, posted(row)).status_code == 422

    outsider.post(address, posted(row, contact=str(world.outsider_manager.user.pk)))

    party = row.agreement.parties.get(organisation=world.outsider)
    assert (party.contact, row.signatures.get().party) == (world.outsider_manager.user, party)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"file": SimpleUploadedFile("a.pdf", b"GIF89a nej")}, "Filen er ikke en PDF."),
        ({"file": ""}, "Udfyld »Det underskrevne dokument«."),
        (
            {"signed_on": (clock.today() + DAY).isoformat()},
            "Underskriften kan ikke ligge i fremtiden.",
        ),
        (
            {"signed_on": (clock.today() - DAY).isoformat()},
            "Underskriften kan ikke være fra før, teksten blev låst.",
        ),
        ({"name": " "}, "Udfyld »Hvem har skrevet under?«."),
    ],
)
def test_what_is_no_signed_paper_is_refused_beside_its_field(world, association, changed, sentence):
    row = amendment_to_sign(world)

    response = association.post(page_of(row, "amendment-sign-upload"), posted(row, **changed))

    assert response.status_code == 422
    assert sentence in text_of(response)
    assert "Formand for det hele" in text_of(response)
    assert not row.signatures.exists()


def test_a_paper_at_the_wrong_time_leads_back_and_says_what_stands(world, association):
    row = amendment_to_sign(world)
    data = posted(row)
    services.withdraw_amendment(**which(row), comment="Nej.", actor=world.coordinator.actor())

    for response in (
        association.get(page_of(row, "amendment-sign-upload"), follow=True),
        association.post(page_of(row, "amendment-sign-upload"), data, follow=True),
    ):
        assert "Tillægget er »Trukket tilbage«." in text_of(response)
        assert response.redirect_chain[-1][0] == page_of(row, "amendment")


def test_only_where_there_is_a_service_is_it_told_of(world, association, outsider, settings):
    row = amendment_to_sign(world)
    pages = {}
    for name in ("", "partnerships.signing_service.FolderSigningService"):
        settings.SIGNING_SERVICE = name
        pages[bool(name)] = [
            text_of(client.get(page_of(row, "amendment-sign")))
            for client in (association, outsider)
        ]

    asked = f"Tjenesten spørger {world.outsider_manager.user.name}"
    for page in pages[False]:
        assert "underskriftstjeneste" not in page
        assert "Tjenesten spørger" not in page
    party, new = pages[True]
    assert "jeres underskriftstjeneste" in party
    assert "jeres underskriftstjeneste" in new
    assert "Tjenesten spørger" not in party  # it has a contact already
    assert asked in new
