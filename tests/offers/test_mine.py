"""The own listings, the editor, the link from a mail, and the coordinator's review."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from offers import services
from offers.links import LIFE, mint_confirmation
from offers.models import Offer, OfferEvent, OfferLocation, OfferSession, Verification
from portal.common import clock
from tests.factories.offers import OfferFactory, add_weekly_session
from tests.world import World

pytestmark = pytest.mark.django_db

ClientFor = Callable[..., Client]


@pytest.fixture
def offer(world: World) -> Offer:
    made: Offer = OfferFactory(
        organisation=world.receiver,
        slug="hjertecafe",
        title="Hjertecafé",
        how_to_join_citizen="Mød op.",
        covers=[world.aarhus],
        verified_at=clock.now() - timedelta(days=175),
    )
    return made


def url(name: str, *args: object) -> str:
    return reverse(f"offers:{name}", args=args)


def verbs(offer: Offer) -> list[str]:
    return list(
        OfferEvent.objects.filter(offer=offer).order_by("pk").values_list("verb", flat=True)
    )


def filled(client: Client, address: str, **changes: Any) -> dict[str, Any]:
    """What a browser would post: every field as the page shows it, then the changes."""
    context = client.get(address).context
    data: dict[str, Any] = {}
    forms = [context["form"], *context["places"], *context["translations"]]
    for form in forms:
        for bound in form:
            value = bound.value()
            shown = bound.field.prepare_value(value) if value is not None else None
            if shown is not None and shown is not False:
                data[bound.html_name] = shown
    for formset in (context["places"], context["translations"]):
        for bound in formset.management_form:
            data[bound.html_name] = bound.value()
    return {**data, **changes}


# --- the list ----------------------------------------------------------------------------------
def test_the_list_says_which_ask_for_an_answer(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    OfferFactory(organisation=world.receiver, title="Frisk og rolig")
    OfferFactory(organisation=world.outsider, title="De andres")

    page = client_for(world.receiver_editor).get(url("mine")).content.decode()

    assert "Én beder om et svar." in page
    assert "Er det stadig rigtigt?" in page
    assert "Frisk og rolig" in page
    assert "De andres" not in page


def test_an_empty_list_offers_the_first_step(client_for: ClientFor, world: World) -> None:
    page = client_for(world.receiver_editor).get(url("mine")).content.decode()

    assert "Skriv det første tilbud" in page
    assert url("create") in page


def test_the_list_costs_the_same_for_one_and_for_twenty(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_for(world.receiver_editor)

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get(url("mine"))
        return len(seen)

    cost()
    one = cost()
    OfferFactory.create_batch(19, organisation=world.receiver)

    assert cost() == one


def test_an_editor_with_one_factor_keeps_listings(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    client = client_for(world.receiver_editor, "low")

    assert client.get(url("mine")).status_code == 200
    assert client.post(url("confirm", "hjertecafe")).status_code == 302


@pytest.mark.parametrize("who", ["receiver_handler", "gp", "coordinator"])
def test_the_list_is_for_editors_and_managers(
    client_for: ClientFor, world: World, who: str
) -> None:
    assert client_for(getattr(world, who)).get(url("mine")).status_code == 403


# --- one click ---------------------------------------------------------------------------------
def test_one_click_confirms(client_for: ClientFor, world: World, offer: Offer) -> None:
    client_for(world.receiver_editor).post(url("confirm", "hjertecafe"))

    offer.refresh_from_db()
    assert offer.verified_at is not None
    assert clock.now() - offer.verified_at < timedelta(minutes=1)


def test_looking_changes_nothing(client_for: ClientFor, world: World, offer: Offer) -> None:
    client = client_for(world.receiver_editor)
    for name in ("confirm", "set-capacity", "publish", "pause", "resume", "archive", "reopen"):
        assert client.get(url(name, "hjertecafe")).status_code == 405

    assert verbs(offer) == []


@pytest.mark.parametrize("status", ["open", "few_places", "waiting_list", "full"])
def test_one_click_says_how_much_room(
    client_for: ClientFor, world: World, offer: Offer, status: str
) -> None:
    client_for(world.receiver_editor).post(url("set-capacity", "hjertecafe"), {"status": status})

    offer.capacity.refresh_from_db()
    assert offer.capacity.status == status


def test_room_that_does_not_exist_is_refused(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    response = client_for(world.receiver_editor).post(
        url("set-capacity", "hjertecafe"), {"status": "maaske"}
    )

    assert response.status_code == 422
    assert verbs(offer) == []


def test_a_listing_goes_round_its_states_by_its_buttons(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    client = client_for(world.receiver_editor)
    seen = []
    for name in ("pause", "resume", "archive", "reopen", "publish"):
        client.post(url(name, "hjertecafe"))
        offer.refresh_from_db()
        seen.append(offer.status)

    assert seen == ["paused", "published", "archived", "draft", "published"]


def test_a_new_association_sends_its_first_listing_to_review(
    client_for: ClientFor, world: World
) -> None:
    world.receiver.verified_at = world.receiver.verified_by_id = None
    world.receiver.save()
    offer = OfferFactory(organisation=world.receiver, status="draft", how_to_join_citizen="Kom.")

    client_for(world.receiver_editor).post(url("publish", offer.slug))

    offer.refresh_from_db()
    assert offer.status == "in_review"


def test_what_is_missing_is_said_in_the_editor(client_for: ClientFor, world: World) -> None:
    offer = OfferFactory(organisation=world.receiver, status="draft", summary="")

    response = client_for(world.receiver_editor).post(url("publish", offer.slug), follow=True)

    assert response.redirect_chain == [(url("edit", offer.slug), 302)]
    assert "Skriv kort, hvad det er." in response.content.decode()


@pytest.mark.parametrize(
    "name", ["confirm", "set-capacity", "publish", "pause", "resume", "archive", "reopen", "edit"]
)
@pytest.mark.parametrize("who", ["outsider_manager", "parent_handler", "sibling_handler"])
def test_a_foreign_listing_is_not_found(
    client_for: ClientFor, world: World, offer: Offer, name: str, who: str
) -> None:
    response = client_for(getattr(world, who)).post(url(name, "hjertecafe"), {"status": "full"})

    assert response.status_code == 404
    assert verbs(offer) == []


# --- the editor --------------------------------------------------------------------------------
def test_saving_the_editor_unchanged_changes_nothing(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    add_weekly_session(offer)
    client = client_for(world.receiver_editor)
    address = url("edit", "hjertecafe")

    response = client.post(address, filled(client, address))

    assert response.status_code == 302, response.context["form"].errors
    assert verbs(offer) == []


def test_the_editor_saves_what_was_written(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    client = client_for(world.receiver_editor)
    address = url("edit", "hjertecafe")
    changes = {
        "title": "Nyt navn",
        "status": "waiting_list",
        "wait_weeks": "4",
        "when": "Tirsdag kl. 10",
        "repeats": "month1",
        "weekday": "TU",
        "start_time": "10:00",
        "price": "25",
        "area": "municipality",
        "area_names": "Odense, aarhus",
        "carried_by": ["volunteers", "employees", "peer"],
        "conditions": "blodprop, sorg",
        "sted-0-name": "Folkestedet",
        "sted-0-postal_code": "8000",
        "sprog-0-language": "en",
        "sprog-0-title": "Heart café",
    }

    response = client.post(address, filled(client, address, **changes))

    assert response.status_code == 302, response.context["form"].errors
    offer.refresh_from_db()
    offer.capacity.refresh_from_db()
    assert (offer.title, offer.price_ore, offer.workforce) == ("Nyt navn", 2500, "both")
    assert offer.peer_led
    assert offer.conditions == ["blodprop", "sorg"]
    assert (offer.capacity.status, offer.capacity.wait_weeks) == ("waiting_list", 4)
    session = offer.sessions.get()
    assert (session.text, session.rrule) == ("Tirsdag kl. 10", "FREQ=MONTHLY;BYDAY=1TU")
    assert {row.municipality for row in offer.coverage.all()} == {world.aarhus, world.odense}
    assert offer.locations.get().municipality == world.aarhus
    assert offer.translations.get().title == "Heart café"
    assert verbs(offer) == ["edit", "set_capacity"]


def test_every_second_week_stays_in_step_when_something_else_is_edited(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    session = add_weekly_session(offer)
    OfferSession.objects.filter(pk=session.pk).update(rrule="FREQ=WEEKLY;INTERVAL=2;BYDAY=TH")
    client = client_for(world.receiver_editor)
    address = url("edit", "hjertecafe")

    data = filled(client, address, title="Nyt navn", starts_on="")
    client.post(address, data)

    assert offer.sessions.get().starts_on == session.starts_on


def test_a_place_keeps_its_municipality_until_its_postal_code_is_another(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    OfferLocation.objects.create(offer=offer, name="Huset", municipality=world.odense)
    client = client_for(world.receiver_editor)
    address = url("edit", "hjertecafe")

    client.post(address, filled(client, address, title="Nyt navn"))
    assert offer.locations.get().municipality == world.odense

    client.post(address, filled(client, address, **{"sted-0-postal_code": "8000"}))
    assert offer.locations.get().municipality == world.aarhus


def test_a_rule_that_the_form_cannot_show_is_kept(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    session = add_weekly_session(offer)
    rule = "FREQ=WEEKLY;BYDAY=MO,TH"
    OfferSession.objects.filter(pk=session.pk).update(rrule=rule)
    client = client_for(world.receiver_editor)
    address = url("edit", "hjertecafe")

    client.post(address, filled(client, address, title="Nyt navn"))

    assert offer.sessions.get().rrule == rule


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"summary": ""}, "summary"),
        ({"title": "x" * 161}, "title"),
        ({"description": "Ring 010203-1234"}, "description"),
        ({"area": "municipality", "area_names": "Andeby"}, "area_names"),
        ({"area": "municipality", "area_names": ""}, "area_names"),
        ({"age_min": "70", "age_max": "20"}, "age_max"),
        ({"price": "mange"}, "price"),
        ({"status": "maaske"}, "status"),
        ({"starts_on": "i morgen"}, "starts_on"),
        ({"status": "open", "places_left": "100000"}, "places_left"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_is_saved(
    client_for: ClientFor, world: World, offer: Offer, changes: dict[str, str], field: str
) -> None:
    client = client_for(world.receiver_editor)
    address = url("edit", "hjertecafe")

    response = client.post(address, filled(client, address, **changes))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert verbs(offer) == []


def test_a_text_of_145000_characters_gets_a_clear_answer_and_is_not_lost(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    client = client_for(world.receiver_editor)
    address = url("edit", "hjertecafe")
    text = "Kaffe og snak. " * 9667  # 145,005

    response = client.post(address, filled(client, address, description=text))

    page = response.content.decode()
    assert response.status_code == 422
    assert "Teksten er på 145.004 tegn. Der er plads til 8.000." in page
    assert text.strip() in page


def test_a_place_without_a_known_postal_code_is_said_and_kept(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    client = client_for(world.receiver_editor)
    address = url("edit", "hjertecafe")

    response = client.post(
        address, filled(client, address, **{"sted-0-name": "Huset", "sted-0-postal_code": "1"})
    )

    assert response.status_code == 422
    assert "Skriv stedets postnummer" in response.content.decode()
    assert not offer.locations.exists()


def test_two_who_write_at_once_see_both_versions(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    client = client_for(world.receiver_editor)
    address = url("edit", "hjertecafe")
    mine = filled(client, address, title="Min udgave")
    services.edit_offer(
        actor=world.receiver_manager.actor(), offer_id=offer.pk, facts={"title": "Deres udgave"}
    )

    response = client.post(address, mine)

    page = response.content.decode()
    assert response.status_code == 409
    assert "Deres udgave" in page
    assert "Min udgave" in page
    offer.refresh_from_db()
    assert offer.title == "Deres udgave"

    again = {**mine, "version": response.context["form"]["version"].value()}
    assert client.post(address, again).status_code == 302
    offer.refresh_from_db()
    assert offer.title == "Min udgave"


def test_room_set_meanwhile_is_not_taken_back_by_an_open_form(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    client = client_for(world.receiver_editor)
    address = url("edit", "hjertecafe")
    mine = filled(client, address, title="Min udgave")
    services.set_capacity(actor=world.receiver_manager.actor(), offer_id=offer.pk, status="full")

    assert client.post(address, mine).status_code == 409
    offer.capacity.refresh_from_db()
    assert offer.capacity.status == "full"


def test_the_card_beside_the_form_follows_what_is_typed_and_keeps_nothing(
    client_for: ClientFor, world: World, offer: Offer
) -> None:
    typed = {
        "title": "Skrevet nu",
        "summary": "Lige nu.",
        "price": "25",
        "category": "bevaegelse",
        "mode": "digital",
        "when": "Fredag",
        "sted-0-name": "Parken",
        "status": "full",
    }

    card = client_for(world.receiver_editor).post(url("preview", "hjertecafe"), typed)

    shown = card.content.decode().replace("\xa0", " ")
    for words in ("Skrevet nu", "Lige nu.", "25 kr.", "Fredag", "Parken", "Fuldt hold"):
        assert words in shown
    offer.refresh_from_db()
    assert offer.title == "Hjertecafé"


@pytest.mark.parametrize("typed", [{}, {"price": "9" * 50, "category": "x", "status": "x"}])
def test_the_card_stands_half_written_words(
    client_for: ClientFor, world: World, offer: Offer, typed: dict[str, str]
) -> None:
    response = client_for(world.receiver_editor).post(url("preview", "hjertecafe"), typed)

    assert response.status_code == 200
    assert "Hjertecafé" in response.content.decode()


def test_a_new_listing_starts_as_a_draft(client_for: ClientFor, world: World) -> None:
    client = client_for(world.receiver_editor)
    data = filled(
        client,
        url("create"),
        title="Gåtur",
        summary="Vi går i skoven.",
        category="bevaegelse",
        area_names="Aarhus",
        status="few_places",
        places_left="3",
    )

    response = client.post(url("create"), data)

    assert response.status_code == 302, response.context["form"].errors
    offer = Offer.objects.get(slug="gaatur")
    assert (offer.status, offer.organisation) == ("draft", world.receiver)
    assert (offer.capacity.status, offer.capacity.places) == ("few_places", 3)


def test_what_is_put_away_is_not_edited(client_for: ClientFor, world: World) -> None:
    offer = OfferFactory(organisation=world.receiver, status="archived")

    response = client_for(world.receiver_editor).get(url("edit", offer.slug))

    assert response.headers["Location"] == url("mine")


# --- from a mail -------------------------------------------------------------------------------
@pytest.fixture
def link(offer: Offer) -> str:
    assert offer.review_due_at is not None
    due = clock.local(offer.review_due_at).date()
    return url("confirm-by-link", mint_confirmation(offer_id=offer.pk, due=due))


def test_the_link_shows_one_button_and_changes_nothing(
    client: Client, offer: Offer, link: str
) -> None:
    response = client.get(link)

    assert response.status_code == 200
    assert "Ja, det passer" in response.content.decode()
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response.headers["Cache-Control"]
    assert verbs(offer) == []


def test_the_button_confirms_without_an_account(client: Client, offer: Offer, link: str) -> None:
    response = client.post(link)

    assert "Tak, det er bekræftet" in response.content.decode()
    assert Verification.objects.get(offer=offer).method == "link"
    event = OfferEvent.objects.get(offer=offer)
    assert (event.actor_kind, event.actor_organisation_id) == ("reply_link", offer.organisation_id)
    client.post(link)
    assert verbs(offer) == ["confirm"]


def test_the_link_also_says_how_much_room(client: Client, offer: Offer, link: str) -> None:
    client.post(link, {"status": "full"})

    offer.capacity.refresh_from_db()
    assert offer.capacity.status == "full"
    assert verbs(offer) == ["set_capacity"]


def test_the_link_opens_nothing_else(client: Client, offer: Offer, link: str) -> None:
    client.post(link)

    assert client.get(url("edit", "hjertecafe")).status_code == 302
    assert client.post(url("pause", "hjertecafe")).status_code == 302
    offer.refresh_from_db()
    assert offer.status == "published"


@pytest.mark.parametrize("how", ["changed", "nonsense", "another-salt"])
def test_a_link_that_is_not_ours_is_not_found(
    client: Client, offer: Offer, link: str, how: str
) -> None:
    from django.core.signing import Signer

    token = {
        "changed": mint_confirmation(offer_id=offer.pk + 1, due=clock.today()).split(":")[0]
        + ":"
        + link.strip("/").split(":")[-1],
        "nonsense": "x",
        "another-salt": Signer(salt="andet").sign_object([offer.pk, "2026-11-23"]),
    }[how]

    assert client.get(url("confirm-by-link", token)).status_code == 404
    assert client.post(url("confirm-by-link", token)).status_code == 404


def test_a_link_ends_by_itself(client: Client, offer: Offer, link: str) -> None:
    assert offer.review_due_at is not None
    with clock.at(offer.review_due_at + LIFE + timedelta(days=1)):
        assert client.get(link).status_code == 404


def test_a_link_to_what_is_put_away_is_not_found(client: Client, offer: Offer, link: str) -> None:
    Offer.objects.filter(pk=offer.pk).update(status="archived")

    assert client.post(link).status_code == 404


# --- the coordinator ---------------------------------------------------------------------------
def test_the_coordinator_lets_a_first_listing_be_shown(client_for: ClientFor, world: World) -> None:
    offer = OfferFactory(organisation=world.receiver, status="in_review", title="Helt ny")
    client = client_for(world.coordinator)
    assert "Helt ny" in client.get(url("review")).content.decode()

    client.post(url("approve", offer.slug))

    offer.refresh_from_db()
    assert offer.status == "published"


def test_the_coordinator_asks_for_more(client_for: ClientFor, world: World) -> None:
    offer = OfferFactory(organisation=world.receiver, status="in_review")
    client = client_for(world.coordinator)

    assert client.post(url("send-back", offer.slug), {"reason": ""}).status_code == 422
    client.post(url("send-back", offer.slug), {"reason": "Skriv tiden."})

    offer.refresh_from_db()
    assert offer.status == "draft"


@pytest.mark.parametrize(
    ("answer", "title"), [("approve-edit", "Ny titel"), ("refuse-edit", "Gammel")]
)
def test_the_coordinator_answers_an_edit(
    client_for: ClientFor, world: World, answer: str, title: str
) -> None:
    world.receiver.verified_at = world.receiver.verified_by_id = None
    world.receiver.save()
    offer = OfferFactory(organisation=world.receiver, title="Gammel")
    services.edit_offer(
        actor=world.receiver_editor.actor(), offer_id=offer.pk, facts={"title": "Ny titel"}
    )
    client = client_for(world.coordinator)
    page = client.get(url("review")).content.decode()
    assert "Gammel" in page
    assert "Ny titel" in page

    client.post(url(answer, offer.slug))

    offer.refresh_from_db()
    assert offer.title == title
    assert "Ændringer" not in client.get(url("review")).content.decode()


def test_the_coordinator_sees_what_goes_stale(client_for: ClientFor, world: World) -> None:
    OfferFactory(
        organisation=world.receiver,
        title="Glemt café",
        verified_at=clock.now() - timedelta(days=250),
    )

    assert "Glemt café" in client_for(world.coordinator).get(url("review")).content.decode()
    other = client_for(world.other_coordinator).get(url("review")).content.decode()
    assert "Glemt café" not in other


@pytest.mark.parametrize("name", ["approve", "send-back", "approve-edit", "refuse-edit"])
def test_the_review_is_for_coordinators(client_for: ClientFor, world: World, name: str) -> None:
    offer = OfferFactory(organisation=world.receiver, status="in_review")

    for who in ("receiver_manager", "gp", "outsider_manager"):
        response = client_for(getattr(world, who)).post(url(name, offer.slug), {"reason": "x"})
        assert response.status_code == 403
    elsewhere = client_for(world.other_coordinator).post(url(name, offer.slug), {"reason": "x"})
    assert elsewhere.status_code == 404
