"""The editor saves itself: what is typed is kept for its author, and nothing else changes."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from offers import services
from offers.facts import snapshot
from offers.models import Offer, OfferDraft, OfferEvent
from portal.access.actor import system_actor
from portal.common import clock
from tests.factories.offers import OfferFactory
from tests.offers.test_mine import filled
from tests.world import World

pytestmark = pytest.mark.django_db

ClientFor = Callable[..., Client]
NEW = "/vores-tilbud/ny/"


@pytest.fixture
def offer(world: World) -> Offer:
    made: Offer = OfferFactory(
        organisation=world.receiver,
        title="Hjertecafé",
        place=world.aarhus,
        covers=[world.aarhus],
        languages=["da", "en"],
        title_reveals_condition=True,
    )
    return made


def editor_of(offer: Offer) -> str:
    return reverse("offers:edit", args=[offer.slug])


def typed(client: Client, address: str, **changes: Any):
    """What the page's script does two seconds after the last key."""
    page = client.get(address).content.decode()
    found = re.search(r'data-autosave="([^"]+)"', page)
    assert found
    return client.post(found[1], filled(client, address, **changes))


def test_what_is_typed_comes_back_and_the_offer_stands_as_it_was(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    client, address = client_for(world.receiver_editor), editor_of(offer)
    before, events = snapshot(offer), OfferEvent.objects.count()

    answer = typed(client, address, title="Ny hjertecafé", price="20")
    again = client.get(address)

    assert re.fullmatch(r"Kladden er gemt kl\. \d\d\.\d\d\.", answer.content.decode())
    assert again.context["form"]["title"].value() == "Ny hjertecafé"
    assert again.context["form"]["price"].value() == "20"
    assert "Kladde gemt i dag kl." in again.content.decode()
    offer = Offer.objects.get(pk=offer.pk)
    assert snapshot(offer) == before
    assert OfferEvent.objects.count() == events
    assert "Ny hjertecafé" not in Client().get(f"/tilbud/{offer.slug}/").content.decode()


def test_an_unticked_box_and_every_line_come_back_as_they_were_left(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    client, address = client_for(world.receiver_editor), editor_of(offer)
    data = filled(client, address)
    del data["title_reveals_condition"]
    data |= {"languages": ["so"], "sted-0-name": "", "sted-1-name": "Biblioteket"}
    data |= {"sprog-0-language": "ar", "sprog-0-title": "مقهى القلب"}

    client.post(reverse("offers:save-draft", args=[offer.slug]), data)
    again = client.get(address).context

    assert not again["form"]["title_reveals_condition"].value()
    assert again["form"]["languages"].value() == ["so"]
    assert [form["name"].value() or "" for form in again["places"]] == ["", "Biblioteket", ""]
    assert again["translations"][0]["title"].value() == "مقهى القلب"


def test_saving_from_a_draft_saves_what_was_typed_and_ends_it(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    client, address = client_for(world.receiver_editor), editor_of(offer)
    typed(client, address, title="Ny hjertecafé", **{"sted-1-name": "Biblioteket"})
    place = filled(client, address)

    saved = client.post(address, place | {"sted-1-postal_code": "8000"})

    assert saved.status_code == 302, saved.context["form"].errors
    offer = Offer.objects.get(pk=offer.pk)
    assert offer.title == "Ny hjertecafé"
    assert [row.name for row in offer.locations.order_by("pk")][-1] == "Biblioteket"
    assert not OfferDraft.objects.exists()
    assert "Kladde gemt" not in client.get(address).content.decode()


def test_a_refused_save_keeps_the_draft(client_for: ClientFor, world: World, offer: Offer) -> None:
    client, address = client_for(world.receiver_editor), editor_of(offer)
    typed(client, address, title="Ny hjertecafé")

    refused = client.post(address, filled(client, address, title=""))

    assert refused.status_code == 422
    assert client.get(address).context["form"]["title"].value() == "Ny hjertecafé"


def test_a_draft_of_an_older_version_overwrites_nothing_unseen(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    client, address = client_for(world.receiver_editor), editor_of(offer)
    typed(client, address, title="Min")
    offer = Offer.objects.get(pk=offer.pk)
    services.edit_offer(
        actor=world.receiver_manager.actor(),
        offer_id=offer.pk,
        facts={**snapshot(offer), "title": "Den andens"},
        version=services.version_of(offer),
    )

    answer = client.post(address, filled(client, address))

    assert answer.status_code == 409
    assert Offer.objects.get(pk=offer.pk).title == "Den andens"


def test_a_draft_is_its_authors_alone(client_for: ClientFor, world: World, offer: Offer) -> None:
    typed(client_for(world.receiver_editor), editor_of(offer), title="Kun min")

    colleague = client_for(world.receiver_manager).get(editor_of(offer))
    foreign = client_for(world.outsider_manager).post(
        reverse("offers:save-draft", args=[offer.slug]), {"title": "x"}
    )

    assert "Kun min" not in colleague.content.decode()
    assert foreign.status_code == 404
    assert OfferDraft.objects.count() == 1


def test_a_draft_is_thrown_away_with_one_button(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    client, address = client_for(world.receiver_editor), editor_of(offer)
    typed(client, address, title="Fortrudt")
    button = re.search(r'action="([^"]+slet-kladde/)"', client.get(address).content.decode())
    assert button

    answer = client.post(button[1])

    assert answer.headers["Location"] == address
    assert client.get(address).context["form"]["title"].value() == "Hjertecafé"


def test_a_new_offer_is_kept_before_it_has_a_name(client_for: ClientFor, world: World) -> None:
    client = client_for(world.receiver_editor)
    offers = Offer.objects.count()

    typed(client, NEW, summary="Vi går en tur.")
    again = client.get(NEW)
    elsewhere = client_for(world.outsider_manager).get(NEW)

    assert Offer.objects.count() == offers
    assert again.context["form"]["summary"].value() == "Vi går en tur."
    assert "Vi går en tur." not in elsewhere.content.decode()
    created = client.post(
        NEW, filled(client, NEW, title="Gåtur", area_names="Aarhus", category="netvaerk")
    )
    assert created.status_code == 302, created.context["form"].errors
    assert Offer.objects.get(title="Gåtur").summary == "Vi går en tur."
    assert not OfferDraft.objects.exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("Ring til Karen, 010190-1234", "Fjern cpr-nummeret"), ("x" * 10_001, "er for lang")],
)
def test_what_may_not_be_kept_is_said_and_the_last_draft_stands(
    client_for: ClientFor, world: World, offer: Offer, text: str, sentence: str
) -> None:
    client, address = client_for(world.receiver_editor), editor_of(offer)
    typed(client, address, description="Før.")

    answer = typed(client, address, description=text)

    assert sentence in answer.content.decode()
    assert "»Beskrivelse«" in answer.content.decode()
    assert OfferDraft.objects.get().data["description"] == ["Før."]


def test_saving_again_and_again_keeps_one(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    client = client_for(world.receiver_editor)
    for title in ("A", "AB"):
        typed(client, editor_of(offer), title=title)
        typed(client, NEW, title=title)

    assert [row.data["title"] for row in OfferDraft.objects.all()] == [["AB"], ["AB"]]


def test_after_seven_days_it_is_gone(client_for: ClientFor, world: World, offer: Offer) -> None:
    client, address = client_for(world.receiver_editor), editor_of(offer)
    with clock.at(clock.now() - timedelta(days=7, minutes=1)):
        services.save_draft(
            actor=world.receiver_editor.actor(), offer=offer, data={"title": ["Gammel"]}
        )
    services.save_draft(actor=world.receiver_editor.actor(), offer=None, data={"title": ["Frisk"]})

    assert client.get(address).context["form"]["title"].value() == "Hjertecafé"
    call_command("forget_offer_drafts", verbosity=0)
    assert [row.data["title"] for row in OfferDraft.objects.all()] == [["Frisk"]]


def test_a_job_has_no_drafts(offer: Offer) -> None:
    assert not OfferDraft.objects.visible_to(system_actor("tests")).exists()
