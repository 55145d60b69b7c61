"""The public register: only what every party has said yes to, and only public facts."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from offers.models import Offer
from partnerships import public_register, services
from partnerships.models import Agreement, AgreementOffer, AgreementParty, AgreementState
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.geography.outlines import drawing
from tests.factories.offers import OfferFactory
from tests.factories.organisations import OrganisationFactory
from tests.factories.register import make_agreement, past_the_guards
from tests.world import World

Clients = Callable[..., Client]
pytestmark = pytest.mark.django_db
LIST = "/samarbejder/"


def shown(query: str = "") -> list[str]:
    response = Client().get(f"{LIST}?{query}")
    assert response.status_code == 200
    return sorted(row["agreement"].title for row in response.context["rows"])


# --- who has said yes -------------------------------------------------------------------------
def test_it_is_shown_when_every_party_has_said_yes_and_gone_on_the_next_request(
    world: World,
) -> None:
    agreement = make_agreement(world.region, world.receiver, title="Brobygning")
    page = reverse("partnerships:public-detail", args=[agreement.pk])

    def answer(person: Any, consent: bool) -> None:
        services.set_public_consent(
            agreement_id=agreement.pk, consent=consent, actor=person.actor()
        )

    def seen() -> tuple[list[str], int, bool]:
        feed = Client().get(reverse("partnerships:public-feed")).content.decode()
        return shown(), Client().get(page).status_code, "Brobygning" in feed

    assert seen() == ([], 404, False)
    answer(world.coordinator, True)
    assert seen() == ([], 404, False)
    answer(world.receiver_manager, True)
    assert seen() == (["Brobygning"], 200, True)
    answer(world.receiver_manager, False)
    assert seen() == ([], 404, False)


def test_a_party_that_joins_is_asked_too_and_one_that_has_left_is_not(world: World) -> None:
    agreement = make_agreement(world.region, world.receiver, public=True)
    with past_the_guards():
        joined = AgreementParty.objects.create(
            agreement=agreement, organisation=world.outsider, side="association"
        )
    assert shown() == []

    joined.left_on = clock.today()
    with past_the_guards():
        joined.save()
    assert shown() == [agreement.title]


@pytest.mark.parametrize("state", AgreementState.values)
def test_only_what_runs_or_has_run_is_shown(world: World, state: str) -> None:
    if state in {"awaiting_signature", "signed", "terminated"}:
        pytest.skip("needs a document; the rule is the same list")
    make_agreement(world.region, world.receiver, state=state, public=True)

    assert bool(shown()) is (state in {"active", "suspended", "expired", "closed"})


def test_an_agreement_without_parties_is_never_public(world: World) -> None:
    make_agreement(title="Ingen")

    assert shown() == []


# --- the service ------------------------------------------------------------------------------
def test_a_yes_is_a_managers_or_a_coordinators_of_a_party(world: World) -> None:
    agreement = make_agreement(world.region, world.receiver)

    def say(person: Any) -> None:
        services.set_public_consent(agreement_id=agreement.pk, consent=True, actor=person.actor())

    for person in (world.lawyer, world.dpo):
        with pytest.raises(NotAllowed):
            say(person)
    for person in (world.outsider_manager, world.other_coordinator, world.receiver_handler):
        with pytest.raises(NotFound):
            say(person)
    say(world.region_manager)
    assert agreement.parties.filter(public_consent_at__isnull=False).count() == 1


def test_the_owner_above_does_not_answer_for_a_party(world: World) -> None:
    hospital = OrganisationFactory(kind="hospital", parent=world.region)
    agreement = make_agreement(hospital, world.receiver)

    with pytest.raises(NotAllowed):
        services.set_public_consent(
            agreement_id=agreement.pk, consent=True, actor=world.coordinator.actor()
        )


def test_a_yes_before_the_signatures_is_refused(world: World) -> None:
    agreement = make_agreement(world.region, world.receiver, state="negotiation")

    with pytest.raises(WrongState):
        services.set_public_consent(
            agreement_id=agreement.pk, consent=True, actor=world.coordinator.actor()
        )


def test_a_second_click_changes_nothing_and_each_answer_is_history(world: World) -> None:
    agreement = make_agreement(world.region, world.receiver)
    actor = world.coordinator.actor()

    for consent in (True, True, False, False):
        services.set_public_consent(agreement_id=agreement.pk, consent=consent, actor=actor)

    assert list(agreement.events.values_list("verb", flat=True)) == ["public_yes", "public_no"]


def test_a_new_text_asks_the_others_again(world: World) -> None:
    agreement = make_agreement(world.region, world.receiver, public=True)

    services.write_public_summary(
        agreement_id=agreement.pk, text=" Vi følger folk hjem. ", actor=world.coordinator.actor()
    )

    yes = agreement.parties.filter(public_consent_at__isnull=False)
    assert [row.organisation for row in yes] == [world.region]
    assert Agreement.objects.get().public_summary == "Vi følger folk hjem."
    assert shown() == []


@pytest.mark.parametrize("text", ["x" * 1001, "Skriv til 010190-1234"])
def test_a_text_that_cannot_be_shown_is_refused(world: World, text: str) -> None:
    agreement = make_agreement(world.region, world.receiver, public=True)

    with pytest.raises(InvalidInput):
        services.write_public_summary(
            agreement_id=agreement.pk, text=text, actor=world.coordinator.actor()
        )
    assert shown() == [agreement.title]


# --- the parties' page ------------------------------------------------------------------------
def test_the_page_shows_what_would_be_public_and_takes_the_answer(
    world: World, client_for: Clients
) -> None:
    agreement = make_agreement(world.region, world.receiver, title="Brobygning")
    address = reverse("partnerships:publish", args=[agreement.pk])
    client = client_for(world.receiver_manager)

    page = client.get(address).content.decode()
    assert "Ja, vis aftalen" in page
    assert page.count("Ikke svaret") == 2

    client.post(reverse("partnerships:public-yes", args=[agreement.pk]))
    page = client.get(address).content.decode()
    assert "Vis ikke aftalen" in page
    assert page.count("Ikke svaret") == 1
    assert "Ja, vis aftalen" not in client_for(world.lawyer).get(address).content.decode()
    assert client_for(world.outsider_manager).get(address).status_code == 404


def test_a_refused_text_stays_in_the_form(world: World, client_for: Clients) -> None:
    agreement = make_agreement(world.region, world.receiver)
    address = reverse("partnerships:public-summary", args=[agreement.pk])

    response = client_for(world.coordinator).post(address, {"text": "Ring til 010190-1234"})

    assert response.status_code == 422
    assert "Ring til 010190-1234" in response.content.decode()


# --- what is told -----------------------------------------------------------------------------
def test_the_page_tells_public_facts_and_nothing_else(world: World) -> None:
    offer = OfferFactory(organisation=world.receiver, status="published", title="Hjertecafé")
    draft = OfferFactory(organisation=world.receiver, status="draft", title="En kladde")
    agreement = make_agreement(
        world.region,
        world.receiver,
        public=True,
        title="Brobygning",
        public_summary="Vi følger folk hjem.",
        target_group="Voksne uden netværk",
        background="Hemmelig baggrund",
        archive_reference="24/1234",
        kroner=123_456,
    )
    AgreementParty.objects.update(
        contact=world.receiver_manager.user, contact_title="Forkvinde", voice="Hemmelig stemme"
    )
    for row in (offer, draft):
        AgreementOffer.objects.create(agreement=agreement, offer=row)

    page = Client().get(reverse("partnerships:public-detail", args=[agreement.pk])).content.decode()

    for told in ("Brobygning", "Vi følger folk hjem.", "Voksne uden netværk", "Region Midt"):
        assert told in page
    assert "Hjertecafé" in page
    for kept in (
        "En kladde",
        "Hemmelig",
        "24/1234",
        "123.456",
        agreement.number,
        "Marie",
        "Forkvinde",
    ):
        assert kept not in page


def test_a_closed_offer_is_not_told_of(world: World) -> None:
    agreement = make_agreement(world.region, world.receiver, public=True)
    offer = OfferFactory(organisation=world.receiver, status="published")
    AgreementOffer.objects.create(agreement=agreement, offer=offer)
    assert list(public_register.offers_of(agreement)) == [offer]

    Offer.objects.update(status="archived")

    assert list(public_register.offers_of(agreement)) == []


# --- filters ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "yes", "no"),
    [
        ("q=broby", {"title": "Brobygning"}, {"title": "Motion"}),
        ("q=hjem", {"public_summary": "Vi går med hjem"}, {"purpose": "At bevæge sig"}),
        ("slags=project", {"kind": "project"}, {"kind": "frame"}),
        ("maalgruppe=kraeft", {"target_groups": ["kraeft"]}, {"target_groups": ["hjerte"]}),
        ("nu=1", {}, {"state": "expired"}),
    ],
)
def test_a_filter_keeps_what_matches_and_leaves_out_what_does_not(
    world: World, query: str, yes: dict[str, Any], no: dict[str, Any]
) -> None:
    first, second = (
        make_agreement(world.region, world.receiver, public=True, **{"purpose": "Andet", **given})
        for given in (yes, no)
    )

    assert shown(query) == [first.title]
    assert set(shown()) == {first.title, second.title}


def test_a_place_finds_what_reaches_it_and_the_map_counts_the_same(world: World) -> None:
    region = world.region.region
    make_agreement(world.region, world.receiver, public=True, title="Region")
    make_agreement(world.municipality, world.receiver, public=True, title="Kommune")
    make_agreement(
        world.region,
        public=True,
        title="Odense",
        scope_level="municipality",
        scope_municipality=world.odense,
    )
    make_agreement(
        world.municipality,
        public=True,
        title="Råd",
        scope_level="health_council",
        scope_council=world.health_council.health_council,
    )

    assert shown(f"kommune={world.aarhus.slug}") == ["Kommune", "Region", "Råd"]
    assert shown(f"kommune={world.odense.slug}") == ["Odense"]
    assert shown(f"region={region.slug}") == ["Kommune", "Region", "Råd"]
    assert shown("region=syddanmark") == ["Odense"]
    places = {place.slug: place.count for place in Client().get(LIST).context["map"].places}
    assert places[world.aarhus.slug] == 3
    assert places[world.odense.slug] == 1
    for slug, count in places.items():
        if slug in {"viborg", "randers", "esbjerg", world.aarhus.slug}:
            assert len(shown(f"kommune={slug}")) == count


def test_map_and_table_tell_the_same_of_all_municipalities(world: World) -> None:
    make_agreement(world.municipality, world.receiver, public=True)

    page = Client().get(LIST).content.decode()

    drawn = dict(re.findall(r"<title>([^<:]+): (\d+)</title>", page))
    table = dict(
        re.findall(
            r'<tr><th scope="row">(?:<a [^>]*>)?([^<]+)(?:</a>)?</th><td class="r">(\d+)</td>', page
        )
    )
    assert len(table) == len(drawing().outlines)
    assert drawn == table
    assert table["Aarhus"] == "1"


def test_the_legend_covers_every_number_once() -> None:
    words = dict(public_register.legend())

    assert list(words.values()) == ["0", "1", "2–3", "4–7", "8 eller flere"]
    assert [public_register._shade(n) for n in (0, 1, 2, 3, 4, 7, 8, 99)] == [
        0,
        1,
        2,
        2,
        3,
        3,
        4,
        4,
    ]


def test_odd_addresses_break_nothing(world: World) -> None:
    make_agreement(world.region, world.receiver, public=True, title="Brobygning")

    assert shown("kommune=x&slags=y&side=99&nu=nej'--&region=") == ["Brobygning"]


# --- the feed ---------------------------------------------------------------------------------
def test_the_feed_is_atom_with_the_newest_first(world: World) -> None:
    for title, age in (("Ældst", 3), ("Nyest", 1)):
        agreement = make_agreement(
            world.region, world.receiver, public=True, title=title, public_summary="Kort."
        )
        agreement.parties.update(public_consent_at=clock.now() - timedelta(days=age))

    response = Client().get(reverse("partnerships:public-feed"))

    assert response["Content-Type"].startswith("application/atom+xml")
    space = {"a": "http://www.w3.org/2005/Atom"}
    entries = ElementTree.fromstring(response.content).findall("a:entry", space)
    assert [entry.findtext("a:title", "", space) for entry in entries] == ["Nyest", "Ældst"]
    link = entries[0].find("a:link", space)
    assert link is not None
    assert re.search(r"/samarbejder/[0-9a-f-]{36}/$", link.get("href", ""))


# --- what it costs ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "query", ["", "q=aftale&kommune=aarhus&region=midtjylland&slags=partnership"]
)
def test_the_list_costs_the_same_with_one_row_and_with_twenty(world: World, query: str) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert Client().get(f"{LIST}?{query}").status_code == 200
        return len(captured)

    make_agreement(world.region, world.receiver, public=True)
    statements()
    one = statements()
    for _number in range(19):
        make_agreement(world.municipality, world.receiver, public=True)

    assert statements() == one
    assert one <= 14
