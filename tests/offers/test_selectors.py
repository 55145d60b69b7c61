"""What else a citizen could be referred to, and what a coordinator must look at."""

from datetime import timedelta

import pytest

from offers.models import OfferCoverage
from offers.selectors import alternatives_to, offers_of, stale_offers_in
from portal.common import clock
from portal.geography.models import Municipality, Region
from tests.factories.offers import OfferFactory
from tests.world import World

pytestmark = pytest.mark.django_db


def names(offers) -> list[str]:
    return [offer.slug for offer in offers]


def test_an_alternative_covers_the_municipality_has_room_and_is_fresh(world: World) -> None:
    offer = OfferFactory(organisation=world.receiver)
    fits = OfferFactory(slug="passer", covers=[world.aarhus])
    OfferFactory(slug="dækker-ikke", covers=[world.odense])
    OfferFactory(slug="fuldt", capacity="full")
    OfferFactory(slug="venteliste", capacity="waiting_list")
    OfferFactory(slug="gammel", verified_at=clock.now() - timedelta(days=182 + 91))
    OfferFactory(slug="aldrig-bekræftet", verified_at=None)
    OfferFactory(slug="kladde", status="draft")
    OfferFactory(slug="tager-ikke", organisation__takes_referrals=False)
    OfferFactory(slug="andet", category="bisidder", target_groups=["boern"])

    assert names(alternatives_to(offer, world.aarhus)) == [fits.slug]


def test_an_offer_is_no_alternative_to_itself(world: World) -> None:
    offer = OfferFactory(organisation=world.receiver)

    assert alternatives_to(offer, world.aarhus) == []


def test_the_most_alike_come_first_and_then_the_nearest(world: World) -> None:
    offer = OfferFactory(organisation=world.receiver)
    viborg = Municipality.objects.get(name="Viborg")
    OfferFactory(slug="fjern", place=world.odense)
    OfferFactory(slug="naer", place=world.aarhus)
    OfferFactory(slug="mellem", place=viborg)
    OfferFactory(slug="telefon", mode="telefon")
    OfferFactory(slug="andet-slags", place=world.aarhus, category="bevaegelse")

    found = alternatives_to(offer, world.aarhus, limit=10)

    assert names(found) == ["naer", "mellem", "fjern", "telefon", "andet-slags"]
    assert found[0].distance_m == pytest.approx(0, abs=1)
    assert found[1].distance_m == pytest.approx(60_000, rel=0.2)
    assert found[3].distance_m is None


def test_alternatives_take_at_most_two_statements(world: World, django_assert_num_queries) -> None:
    offer = OfferFactory(organisation=world.receiver)
    OfferFactory.create_batch(5, place=world.aarhus)

    with django_assert_num_queries(1):
        found = alternatives_to(offer, world.aarhus)
        shown = [(row.title, row.organisation.name, row.capacity.status) for row in found]

    assert len(shown) == 3


def test_an_online_offer_without_an_area_covers_everywhere_but_a_meeting_does_not(
    world: World,
) -> None:
    offer = OfferFactory(organisation=world.receiver)
    OfferFactory(slug="paa-nettet", mode="digital", covers=None)
    OfferFactory(slug="et-sted", mode="fysisk", covers=None)

    assert names(alternatives_to(offer, world.aarhus)) == ["paa-nettet"]


@pytest.mark.parametrize("day", ["2026-06-01T10:00:00+02:00", "2027-06-01T10:00:00+02:00"])
def test_an_area_that_ended_still_means_its_last_municipalities(world: World, day: str) -> None:
    from datetime import datetime

    slagelse = Municipality.objects.get(name="Slagelse")
    zealand = Region.objects.get(slug="sjaelland")
    with clock.at(datetime.fromisoformat(day)):
        offer = OfferFactory(organisation=world.receiver)
        other = OfferFactory(covers=None, slug="paa-sjaelland")
        OfferCoverage.objects.create(offer=other, type="region", region=zealand)

        assert names(alternatives_to(offer, slagelse)) == ["paa-sjaelland"]
        assert alternatives_to(offer, world.aarhus) == []


def test_an_organisation_shows_its_public_offers_only(world: World) -> None:
    shown = OfferFactory(organisation=world.receiver)
    OfferFactory(organisation=world.receiver, status="draft")
    OfferFactory(organisation=world.receiver, verified_at=clock.now() - timedelta(days=300))
    OfferFactory(organisation=world.outsider)

    assert names(offers_of(world.receiver)) == [shown.slug]


def test_the_coordinator_sees_stale_offers_of_the_own_area_only(world: World) -> None:
    long_ago = clock.now() - timedelta(days=182 + 31)
    here = OfferFactory(organisation=world.receiver, verified_at=long_ago)
    OfferFactory(organisation=world.receiver)
    OfferFactory(place=world.odense, verified_at=long_ago)
    OfferFactory(verified_at=long_ago)
    older = OfferFactory(place=world.aarhus, verified_at=long_ago - timedelta(days=50))

    found = stale_offers_in(world.coordinator.actor().area)

    assert names(found) == [older.slug, here.slug]
