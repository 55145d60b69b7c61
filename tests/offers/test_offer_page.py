"""The page of one offer: what it says, to whom it opens, and what can be done there."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from offers.models import Offer, OfferSession, OfferTranslation
from offers.page import load_page, steps_for_citizen, steps_for_professional
from organisations.models import OrganisationProfile
from portal.access.actor import ANONYMOUS
from portal.common import clock
from tests.factories.offers import OfferFactory, add_weekly_session
from tests.world import World

pytestmark = pytest.mark.django_db


def page(client: Client, offer: Offer, query: str = "") -> str:
    response = client.get(reverse("offers:detail", args=[offer.slug]) + query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def offer(world: World) -> Offer:
    OrganisationProfile.objects.create(
        organisation=world.receiver, volunteer_support="Kursus og en vejleder."
    )
    made: Offer = OfferFactory(
        organisation=world.receiver,
        slug="hjertecafe",
        title="Hjertecafé i Aarhus",
        place=world.aarhus,
        description="Vi mødes om kaffen.",
        how_to_join_citizen="Mød op en torsdag. Spørg efter Birthe.",
        how_to_join_professional="Ring gerne først.",
        not_for="Akut krise",
        bring="Godt humør",
        needs_from_public="Et lokale",
        accessibility=["niveaufri"],
        languages=["da", "ar"],
        answer_days=2,
        peer_led=True,
        subject_roles=["patient", "relative"],
    )
    add_weekly_session(made)
    OfferTranslation.objects.create(
        offer=made, language="ar", title="مقهى القلب", summary="قهوة وحديث"
    )
    return made


def test_the_page_says_what_it_is_and_how_to_join(client: Client, offer: Offer) -> None:
    shown = page(client, offer)

    for words in (
        "Hjertecafé i Aarhus",
        "Hjertet Aarhus",
        "Kaffe og snak for dig",
        "Folkestedet",
        "Torsdag kl. 14.00-16.00, hver uge",
        "Gratis",
        "Frivillige",
        "Ledet af nogen, der selv har prøvet det",
        "Mød op en torsdag.",
        "Spørg efter Birthe.",
        "Ring gerne først.",
        "kl. 14–16",
        "Passer ikke til",
        "Akut krise",
        "Kursus og en vejleder.",
        "Et lokale",
        "Vi mødes om kaffen.",
        "2 hverdage",
        "Bekræftet",
        "Åben for nye",
        "opdateret",
        "Pårørende er velkomne",
        'dir="rtl"',
        "مقهى القلب",
        'data-offer="hjertecafe"',
    ):
        assert words in shown, words


def test_joining_is_told_twice_in_three_steps_each(world: World) -> None:
    offer = OfferFactory(
        organisation=world.receiver,
        how_to_join_citizen="Ring først.\nMød op. Sid ned. Bliv til kaffen.",
        how_to_join_professional="",
    )

    citizen = steps_for_citizen(offer)
    professional = steps_for_professional(offer, takes_people=True)

    assert citizen == ["Ring først.", "Mød op.", "Sid ned. Bliv til kaffen."]
    assert len(professional) == 3


def test_a_number_that_the_association_wrote_is_not_told_twice(world: World) -> None:
    offer = OfferFactory(
        organisation=world.receiver, how_to_join_citizen="Ring 00 00 00 10, og sig hej."
    )

    assert sum("00 00 00 10" in step.replace("\xa0", " ") for step in steps_for_citizen(offer)) == 1


def test_the_page_is_one_statement_however_much_it_shows(
    world: World, offer: Offer, django_assert_num_queries
) -> None:
    for number in range(20):
        OfferSession.objects.create(offer=offer, text=f"Gang {number}")

    with django_assert_num_queries(1):
        load_page("hjertecafe", ANONYMOUS)


def test_a_visitor_costs_one_statement(
    client: Client, offer: Offer, django_assert_num_queries
) -> None:
    with django_assert_num_queries(1):
        client.get(reverse("offers:detail", args=["hjertecafe"]))


def test_a_copy_shows_its_templates_words_where_it_has_none(client: Client, world: World) -> None:
    template = OfferFactory(
        organisation=world.parent,
        summary="Fra hele landet.",
        description="Landets beskrivelse.",
        how_to_join_citizen="Ring til landets nummer.",
    )
    copy = OfferFactory(
        organisation=world.receiver, template=template, summary="", how_to_join_citizen=""
    )

    shown = page(client, copy)

    assert "Fra hele landet." in shown
    assert "Landets beskrivelse." in shown
    assert "Ring til landets nummer." in shown


# --- who may open it ---------------------------------------------------------------------------
@pytest.mark.parametrize("status", ["published", "paused", "archived"])
def test_what_has_been_public_keeps_its_page(client: Client, world: World, status: str) -> None:
    page(client, OfferFactory(organisation=world.receiver, status=status))


@pytest.mark.parametrize("status", ["draft", "in_review"])
def test_a_draft_is_not_found_by_others(
    client: Client, client_for, world: World, status: str
) -> None:
    offer = OfferFactory(organisation=world.receiver, status=status)
    address = reverse("offers:detail", args=[offer.slug])

    assert client.get(address).status_code == 404
    assert client_for(world.outsider_manager).get(address).status_code == 404
    assert client_for(world.gp).get(address).status_code == 404
    assert client_for(world.other_coordinator).get(address).status_code == 404
    assert client_for(world.receiver_editor).get(address).status_code == 200


def test_the_coordinator_of_the_area_reads_what_waits(client_for, world: World) -> None:
    offer = OfferFactory(organisation=world.receiver, status="in_review")

    response = client_for(world.coordinator).get(reverse("offers:detail", args=[offer.slug]))

    assert response.status_code == 200


# --- what can be done there --------------------------------------------------------------------
def refer_link(offer: Offer) -> str:
    return f"{reverse('referrals:create')}?tilbud={offer.slug}"


def test_a_clinician_refers_from_the_page_and_takes_the_municipality_along(
    client_for, world: World, offer: Offer
) -> None:
    shown = page(client_for(world.gp), offer, "?sted=8000")

    assert f"{refer_link(offer)}&amp;kommune=0751" in shown


def test_others_do_not_refer(client: Client, client_for, world: World, offer: Offer) -> None:
    assert refer_link(offer) not in page(client, offer)
    assert refer_link(offer) not in page(client_for(world.receiver_editor), offer)


@pytest.mark.parametrize(
    ("fields", "notice"),
    [
        ({"status": "paused"}, "Tilbuddet holder pause"),
        ({"status": "archived"}, "Tilbuddet er slut"),
        ({"verified_at": clock.now() - timedelta(days=273)}, "Ikke bekræftet længe"),
        ({"verified_at": None}, "Ikke bekræftet længe"),
        ({"capacity": "full"}, "Holdet er fuldt lige nu."),
        ({"organisation__status": "closed"}, "Foreningen findes ikke mere"),
        ({"organisation__takes_referrals": False}, "modtager ikke henvisninger her"),
    ],
)
def test_nobody_is_sent_where_nobody_is_received(
    client_for, world: World, fields: dict[str, Any], notice: str
) -> None:
    offer = OfferFactory(**fields)

    shown = page(client_for(world.gp), offer)

    assert notice in shown
    assert refer_link(offer) not in shown
    assert reverse("referrals:self", args=[offer.slug]) not in shown


def test_an_offer_not_confirmed_says_so_and_can_still_be_used(client_for, world: World) -> None:
    offer = OfferFactory(verified_at=clock.now() - timedelta(days=182 + 31))

    shown = page(client_for(world.gp), offer)

    assert "Ikke bekræftet for nylig" in shown
    assert refer_link(offer) in shown


def test_everybody_may_write_print_and_report(client: Client, offer: Offer) -> None:
    shown = page(client, offer)

    assert reverse("referrals:self", args=["hjertecafe"]) in shown
    assert reverse("referrals:concern", args=["hjertecafe"]) in shown
    assert reverse("offers:leaflet", args=["hjertecafe"]) in shown


def test_only_the_association_gets_the_way_to_its_editor(
    client: Client, client_for, world: World, offer: Offer
) -> None:
    address = reverse("offers:edit", args=["hjertecafe"])

    assert address in page(client_for(world.receiver_editor), offer)
    assert address not in page(client, offer)
    assert address not in page(client_for(world.coordinator), offer)


# --- paper -------------------------------------------------------------------------------------
def test_anybody_prints_a_leaflet_without_a_code(client: Client, offer: Offer) -> None:
    response = client.get(reverse("offers:leaflet", args=["hjertecafe"]))

    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF")


@pytest.mark.parametrize("status", ["draft", "paused", "archived"])
def test_what_is_not_open_has_no_leaflet(client_for, world: World, status: str) -> None:
    offer = OfferFactory(organisation=world.receiver, status=status)

    address = reverse("offers:leaflet", args=[offer.slug])

    assert client_for(world.receiver_editor).get(address).status_code == 404


def test_the_star_keeps_a_list_without_script_or_account(client: Client, offer: Offer) -> None:
    address = reverse("offers:star", args=["hjertecafe"])

    response = client.post(address)
    assert response.headers["Location"] == reverse("offers:detail", args=["hjertecafe"])
    assert "På din liste" in page(client, offer)
    assert client.get(reverse("offers:leaflet-list")).content.startswith(b"%PDF")

    client.post(address)
    assert "Gem på liste" in page(client, offer)


def test_the_star_does_not_send_a_reader_away(client: Client, offer: Offer) -> None:
    address = reverse("offers:star", args=["hjertecafe"])

    response = client.post(address, {"next": "https://evil.example/"})

    assert response.headers["Location"] == reverse("offers:detail", args=["hjertecafe"])
    assert client.post(address, {"next": "/tilbud/?q=x"}).headers["Location"] == "/tilbud/?q=x"


def test_a_cookie_that_somebody_made_is_ignored(client: Client, offer: Offer) -> None:
    client.cookies["min-liste"] = "hjertecafe:falsk"

    assert "Gem på liste" in page(client, offer)


def test_a_list_is_printed_by_its_address_and_hides_what_is_not_public(
    client: Client, world: World, offer: Offer
) -> None:
    OfferFactory(organisation=world.receiver, slug="kladde", status="draft")
    address = reverse("offers:leaflet-list")

    assert client.get(f"{address}?o=hjertecafe&o=kladde").content.startswith(b"%PDF")
    assert client.get(f"{address}?o=kladde").status_code == 302
    assert client.get(address).status_code == 302


def test_a_star_on_what_is_not_there_is_not_found(client: Client, world: World) -> None:
    OfferFactory(organisation=world.receiver, slug="kladde", status="draft")

    assert client.post(reverse("offers:star", args=["kladde"])).status_code == 404


def test_the_coming_dates_go_into_the_readers_calendar(client: Client, offer: Offer) -> None:
    address = reverse("offers:calendar", args=["hjertecafe"])
    assert address in page(client, offer)

    response = client.get(address)

    text = response.content.decode()
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert text.count("BEGIN:VEVENT") == 26
    assert "SUMMARY:Hjertecafé i Aarhus" in text
    assert "LOCATION:Folkestedet\\, Aarhus" in text


def test_what_has_no_dates_has_no_calendar(client: Client, world: World) -> None:
    offer = OfferFactory(organisation=world.receiver)
    address = reverse("offers:calendar", args=[offer.slug])

    assert client.get(address).status_code == 404
    assert address not in page(client, offer)


# --- on the organisation's page ------------------------------------------------------------------
def test_an_organisations_page_lists_what_it_offers_and_nobody_elses(
    client: Client, world: World, offer: Offer
) -> None:
    OfferFactory(organisation=world.outsider, title="De andres")
    OfferFactory(organisation=world.receiver, title="Kun en kladde", status="draft")

    response = client.get(reverse("organisations:detail", args=[world.receiver.slug]))

    shown = response.content.decode()
    assert "Hjertecafé i Aarhus" in shown
    assert "De andres" not in shown
    assert "Kun en kladde" not in shown
