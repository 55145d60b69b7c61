"""Appendices and data processing agreements that the parties lay in beside the text."""

import hashlib
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from partnerships import services
from partnerships.documents import document_of
from partnerships.models import Agreement, AgreementChange, Document
from portal.access.actor import Actor
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from tests.factories.partnerships import agreement_in, approve_everything, fresh, start
from tests.world import World

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\nbilag\n%%EOF"
OTHER = b"%PDF-1.7\nnyt bilag\n%%EOF"


def file(agreement: Agreement, actor: Actor, **changed: Any) -> Document:
    given = {"kind": "appendix", "title": "Tavshedserklæring", "content": PDF}
    return services.file_document(agreement_id=agreement.pk, actor=actor, **{**given, **changed})


def test_the_same_title_is_a_new_version_and_the_old_one_stays(world: World) -> None:
    agreement, actor = start(world), world.receiver_manager.actor()

    first, second = file(agreement, actor), file(agreement, actor, content=OTHER)
    other_kind = file(agreement, actor, kind="data_protection")

    assert (first.version, second.version, other_kind.version) == (1, 2, 1)
    first.refresh_from_db()
    assert bytes(first.content) == PDF
    assert second.sha256 == hashlib.sha256(OTHER).hexdigest()


def test_the_same_file_twice_is_one(world: World) -> None:
    agreement, actor = start(world), world.receiver_manager.actor()

    assert file(agreement, actor) == file(agreement, actor)
    assert agreement.events.filter(verb="document_filed").count() == 1


def test_one_side_lays_no_new_version_over_the_others_file(world: World) -> None:
    agreement = start(world)
    file(agreement, world.receiver_manager.actor())

    with pytest.raises(InvalidInput) as refused:
        file(agreement, world.coordinator.actor(), content=OTHER)

    assert "titel" in refused.value.errors["title"]
    assert agreement.documents.count() == 1


def test_whoever_took_the_organisation_over_goes_on_with_its_files(world: World) -> None:
    agreement = start(world)
    row = file(agreement, world.receiver_manager.actor())
    world.receiver.status, world.receiver.succeeded_by = "ceded", world.outsider
    world.receiver.save(update_fields=["status", "succeeded_by"])
    row.refresh_from_db()

    assert row.belongs_to(world.outsider.pk)
    assert not row.belongs_to(world.region.pk)
    assert not row.belongs_to(None)


def test_before_the_signature_it_is_part_of_the_text(world: World) -> None:
    agreement, actor = agreement_in("negotiation", world), world.receiver_manager.actor()
    approve_everything(agreement, world.coordinator.actor(), actor)
    section = agreement.sections.get(key="clauses")

    row = file(agreement, actor)

    section.refresh_from_db()
    # Who laid it in has said yes to it; the other has to look again.
    given = set(
        section.approvals.filter(version=section.version).values_list(
            "party__organisation__slug", flat=True
        )
    )
    assert given == {world.receiver.slug}
    assert AgreementChange.objects.filter(agreement=agreement, new__contains=row.sha256).exists()
    with pytest.raises(services.NotReady):
        services.send_to_signature(agreement_id=agreement.pk, actor=actor)
    (appendix,) = document_of(fresh(agreement)).appendices
    assert appendix.title == "Tavshedserklæring"
    assert row.sha256 in appendix.text


def test_in_force_it_lies_beside_the_text_that_was_signed(world: World) -> None:
    agreement = agreement_in("signed", world)
    before = agreement.sections.get(key="clauses").version

    file(agreement, world.coordinator.actor())

    assert agreement.sections.get(key="clauses").version == before
    assert agreement.documents.filter(kind="appendix").count() == 1


@pytest.mark.parametrize("state", ["internal_review", "awaiting_signature"])
def test_nothing_comes_in_while_just_this_text_is_read_or_signed(world: World, state: str) -> None:
    agreement = agreement_in(state, world)

    with pytest.raises(WrongState):
        file(agreement, world.coordinator.actor())


def test_nothing_comes_in_when_it_is_over(world: World) -> None:
    agreement = start(world)
    services.cancel_agreement(
        agreement_id=agreement.pk, comment="Nej tak.", actor=world.coordinator.actor()
    )

    with pytest.raises(WrongState):
        file(agreement, world.coordinator.actor())


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"content": b"MZ..."}, "file"),
        ({"content": b""}, "file"),
        ({"title": "  "}, "title"),
        ({"title": "Brev om 010190-1234"}, "title"),
        ({"kind": "agreement_text"}, "kind"),
        ({"kind": "x"}, "kind"),
    ],
)
def test_what_is_no_appendix_is_refused(world: World, changed: dict[str, Any], field: str) -> None:
    agreement = start(world)

    with pytest.raises(InvalidInput) as refused:
        file(agreement, world.coordinator.actor(), **changed)

    assert set(refused.value.errors) == {field}
    assert not agreement.documents.exists()


def test_only_the_parties_writers_lay_in(world: World) -> None:
    agreement = start(world)

    with pytest.raises(NotFound):
        file(agreement, world.outsider_manager.actor())
    with pytest.raises((NotAllowed, NotFound)):
        file(agreement, world.lawyer.actor())


# --- the page -------------------------------------------------------------------------------------
def address(agreement: Agreement) -> str:
    return reverse("partnerships:document-create", args=[agreement.pk])


def posted(**changed: Any) -> dict[str, Any]:
    upload = SimpleUploadedFile("bilag.pdf", changed.pop("content", PDF), "application/pdf")
    return {"kind": "appendix", "title": "Tavshedserklæring", "file": upload, **changed}


def test_it_is_laid_in_found_read_and_renewed_from_the_agreements_page(world, client_for) -> None:
    agreement = start(world)
    mine, theirs = client_for(world.receiver_manager), client_for(world.coordinator)
    page = reverse("partnerships:detail", args=[agreement.pk])
    assert address(agreement) in mine.get(page).content.decode()

    response = mine.post(address(agreement), posted())

    assert response["Location"] == f"{page}#dokumenter"
    row = agreement.documents.get()
    own, others = (client.get(page).content.decode() for client in (mine, theirs))
    renew = f"{address(agreement)}?udgave={row.pk}"
    assert "Tavshedserklæring" in others
    assert renew in own
    assert renew not in others
    form = mine.get(renew).context["form"]
    assert (form["kind"].value(), form["title"].value()) == ("appendix", row.title)
    read = theirs.get(reverse("partnerships:document", args=[agreement.pk, row.pk]))
    assert read.content == PDF


def test_a_refused_file_keeps_what_was_typed(world, client_for) -> None:
    agreement = start(world)

    response = client_for(world.coordinator).post(address(agreement), posted(content=b"x"))

    assert response.status_code == 422
    assert "Filen er ikke en PDF. Gem den som PDF, og prøv igen." in response.content.decode()
    assert response.context["form"]["title"].value() == "Tavshedserklæring"


@pytest.mark.parametrize("wanted", ["x", str(UUID(int=1)), ""])
def test_an_unknown_document_to_renew_is_an_empty_form(world, client_for, wanted: str) -> None:
    agreement = start(world)

    response = client_for(world.coordinator).get(f"{address(agreement)}?udgave={wanted}")

    assert response.status_code == 200
    assert not response.context["form"]["title"].value()


def test_the_others_hear_of_it_once(world, client_for) -> None:
    from portal.notifications.models import OutgoingMessage

    agreement = start(world)
    file(agreement, world.receiver_manager.actor())

    keys = OutgoingMessage.objects.filter(key__contains=":document_filed:")
    assert keys.count() == 1
