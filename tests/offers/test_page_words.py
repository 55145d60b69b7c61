"""The words of the page and the editor for facts of every kind."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from offers.editing import conflict_rows, in_words
from offers.facts import LABELS, snapshot
from offers.forms.areas import areas_named, names_of
from offers.listing import freshness_of
from offers.models import Offer, OfferCoverage, OfferLocation, OfferSession
from offers.page import glance_of, load_page, next_times, room_of
from offers.page.joining import area_of, fits
from offers.page.standing import answer_time
from portal.access.actor import ANONYMOUS
from portal.common import clock
from portal.geography.models import Municipality
from portal.geography.places import resolve_place
from tests.factories.offers import OfferFactory
from tests.world import World

pytestmark = pytest.mark.django_db


def shown(**fields: Any) -> Offer:
    offer = load_page(OfferFactory(**fields).slug, ANONYMOUS)
    assert offer is not None
    return offer


def fact(offer: Offer, icon: str) -> tuple[str, str]:
    found = next(row for row in glance_of(offer, None) if row["icon"] == icon)
    return found["value"], found["note"].replace("\xa0", " ")


@pytest.mark.parametrize(
    ("fields", "value", "note"),
    [
        ({"price_ore": 0, "price_note": "Kaffe 10 kr."}, "Gratis", "Kaffe 10 kr."),
        ({"price_ore": 0, "price_note": "Gratis"}, "Gratis", ""),
        ({"price_ore": 15_000, "price_note": "med mad"}, "150 kr.", "med mad"),
        ({"price_ore": None, "price_note": "Pris efter indtægt"}, "Pris efter indtægt", ""),
        ({"price_ore": None}, "Ikke oplyst", ""),
    ],
)
def test_the_price_says_what_it_is(fields: dict[str, Any], value: str, note: str) -> None:
    found, more = fact(shown(**fields), "payments")

    assert (found.replace("\xa0", " "), more) == (value, note)


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"age_min": 18, "age_max": 30}, "18 til 30 år"),
        ({"age_min": 60}, "Fra 60 år"),
        ({"age_max": 25}, "Op til 25 år"),
        ({"gender": "men"}, "Kun mænd"),
        ({"subject_roles": ["patient", "relative"]}, "Pårørende er velkomne"),
    ],
)
def test_for_whom_names_what_binds(fields: dict[str, Any], note: str) -> None:
    assert fact(shown(**fields), "person")[1] == note


def test_an_offer_without_groups_is_for_all() -> None:
    assert fact(shown(target_groups=[]), "person")[0] == "Alle"


def test_the_nearest_place_comes_first_and_the_others_are_counted(world: World) -> None:
    offer = OfferFactory(place=world.odense)
    OfferLocation.objects.create(
        offer=offer,
        name="Godsbanen",
        town="Aarhus C",
        municipality=world.aarhus,
        latitude=56.15,
        longitude=10.2,
    )
    loaded = load_page(offer.slug, ANONYMOUS)
    assert loaded is not None

    where = glance_of(loaded, resolve_place("8000"))[0]

    assert where["value"] == "Godsbanen"
    assert where["note"].startswith("Aarhus C, ")
    assert "og 1 sted mere" in where["note"]


def test_what_nobody_travels_to_says_how_it_is_done() -> None:
    assert fact(shown(mode="telefon"), "location")[0] == "Telefon"


def test_a_profile_says_who_carries_an_offer_that_does_not_say(world: World) -> None:
    from organisations.models import OrganisationProfile

    OrganisationProfile.objects.create(
        organisation=world.receiver, workforce="both", volunteer_support="Kursus"
    )

    value, note = fact(shown(organisation=world.receiver, workforce="unknown"), "groups")

    assert value == "Frivillige og ansatte"
    assert "Oplært og støttet" in note


def test_the_next_times_of_two_days_come_in_order(world: World) -> None:
    offer = OfferFactory()
    for text, rule in (("Torsdag", "FREQ=WEEKLY;BYDAY=TH"), ("Tirsdag", "FREQ=WEEKLY;BYDAY=TU")):
        OfferSession.objects.create(
            offer=offer, text=text, rrule=rule, starts_on=clock.today() - timedelta(days=30)
        )
    loaded = load_page(offer.slug, ANONYMOUS)
    assert loaded is not None

    days = [row["day"].split()[0] for row in next_times(loaded)]

    assert len(days) == 3
    assert set(days) == {"Torsdag", "Tirsdag"}


def test_a_long_list_of_municipalities_is_cut_with_a_number(world: World) -> None:
    few = shown(covers=[world.aarhus, world.odense])
    many = shown(covers=list(Municipality.objects.all()[:12]))

    assert area_of(few) == "Aarhus, Odense"
    assert area_of(many).endswith("og 5 til")
    assert area_of(shown(covers=None, mode="digital")) == "Hele landet"


def test_whom_it_fits_is_said_in_lines() -> None:
    lines = fits(
        shown(
            subject_roles=["patient", "relative", "bereaved"],
            conditions=["blodprop", "sorg"],
            target_groups=["patienter", "hjerte"],
            participation=["gruppe", "gratis"],
        )
    )

    assert lines[0] == "Den, der selv er syg, pårørende og den, der har mistet"
    assert lines[1] == "Blodprop og sorg"
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("capacity", "weeks", "wait"),
    [
        ("open", None, "Ingen"),
        ("waiting_list", 6, "Ca. 6 uger"),
        ("waiting_list", None, "Ikke oplyst"),
        ("full", None, ""),
    ],
)
def test_the_wait_is_said_as_it_is_known(capacity: str, weeks: int | None, wait: str) -> None:
    offer = OfferFactory(capacity=capacity)
    offer.capacity.wait_weeks = weeks

    assert room_of(offer)["wait"] == wait


def test_an_offer_without_room_facts_says_nothing_of_room() -> None:
    assert room_of(OfferFactory(capacity=None))["label"] == ""


@pytest.mark.parametrize(("days", "words"), [(None, ""), (0, "Samme dag"), (1, "1 hverdag")])
def test_the_answer_time_is_a_word(days: int | None, words: str) -> None:
    assert answer_time(OfferFactory(answer_days=days)) == words


@pytest.mark.parametrize(
    ("days", "state"),
    [(1, "fresh"), (170, "due"), (190, "due"), (213, "unconfirmed"), (273, "hidden")],
)
def test_freshness_goes_through_its_states(days: int, state: str) -> None:
    offer = OfferFactory(verified_at=clock.now() - timedelta(days=days))

    assert freshness_of(offer)[0] == state


def test_what_nobody_has_confirmed_says_so() -> None:
    assert freshness_of(OfferFactory(verified_at=None)) == ("unconfirmed", "Ikke bekræftet endnu")


# --- both versions ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("title", "Café", "Café"),
        ("bring", "", "ikke udfyldt"),
        ("peer_led", True, "ja"),
        ("peer_led", False, "nej"),
        ("price_ore", 2500, "25 kr."),
        ("gender", "women", "Kvinder"),
        ("workforce", "both", "Frivillige og ansatte"),
        ("category", "raadgivning", "Rådgivning"),
        ("languages", ["da", "ar"], "Dansk, Arabisk"),
        ("conditions", ["sorg", "tab"], "sorg, tab"),
        ("age_min", 18, "18"),
        ("places", [{"name": "Huset", "address": "", "postal_code": "8000"}], "Huset, 8000"),
        ("sessions", [{"text": "Torsdag"}, {"text": "Fredag"}], "Torsdag; Fredag"),
        ("translations", [{"language": "en", "title": "Café"}], "Engelsk: Café"),
        ("coverage", [{"type": "national", "area": ""}], "hele landet"),
        (
            "coverage",
            [
                {"type": "municipality", "area": "0751"},
                {"type": "region", "area": "midtjylland"},
                {"type": "health_council", "area": "aarhus"},
            ],
            "Aarhus, Region Midtjylland, Sundhedsråd Aarhus",
        ),
    ],
)
def test_every_kind_of_fact_has_words(world: World, name: str, value: Any, words: str) -> None:
    assert in_words(name, value).replace("\xa0", " ") == words
    assert LABELS[name]


def test_a_conflict_names_only_what_differs(world: World) -> None:
    offer = OfferFactory(title="Deres")
    now = snapshot(offer)

    rows = conflict_rows(now, {"title": "Min", "summary": now["summary"]})

    assert rows == [{"label": "Navn", "theirs": "Deres", "mine": "Min"}]
    assert conflict_rows(now, {"title": ""}) == []


# --- areas as people write them -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "text", "codes"),
    [
        ("municipality", "Aarhus, odense;  århus", ["0751", "0461"]),
        ("region", "Midtjylland, Region Syddanmark", ["midtjylland", "syddanmark"]),
        ("health_council", "Aarhus\nSundhedsråd Fyn", ["aarhus", "fyn"]),
        ("national", "hvad som helst", []),
    ],
)
def test_areas_are_written_by_name(world: World, kind: str, text: str, codes: list[str]) -> None:
    assert areas_named(kind, text) == codes


@pytest.mark.parametrize(("kind", "text"), [("region", "Andeby"), ("municipality", " , ")])
def test_an_area_that_is_not_known_is_named(world: World, kind: str, text: str) -> None:
    with pytest.raises(ValidationError):
        areas_named(kind, text)


def test_stored_areas_are_shown_by_name(world: World) -> None:
    kinds = OfferCoverage.Type

    assert names_of(kinds.MUNICIPALITY, ["0751", "0461"]) == ["Odense", "Aarhus"]
    assert names_of(kinds.REGION, ["midtjylland"]) == ["Region Midtjylland"]
    assert names_of(kinds.HEALTH_COUNCIL, ["aarhus"]) == ["Sundhedsråd Aarhus"]
    assert names_of(kinds.NATIONAL, [""]) == []
