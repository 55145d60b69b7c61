"""Which offers exist for whom."""

import pytest

from offers.models import Offer, OfferStatus
from portal.access.actor import ANONYMOUS, system_actor
from tests.factories.offers import OfferFactory
from tests.world import World

pytestmark = pytest.mark.django_db


def seen(actor) -> set[str]:
    return set(Offer.objects.visible_to(actor).values_list("status", flat=True))


@pytest.fixture(autouse=True)
def one_of_each(world: World) -> None:
    for status in OfferStatus.values:
        OfferFactory(organisation=world.receiver, status=status)


def test_everybody_sees_what_is_public(world: World) -> None:
    for actor in (ANONYMOUS, world.gp.actor(), world.outsider_manager.actor()):
        assert seen(actor) == {"published"}


def test_family_sees_no_more_than_a_stranger(world: World) -> None:
    assert seen(world.parent_handler.actor()) == {"published"}
    assert seen(world.sibling_handler.actor()) == {"published"}


def test_the_association_sees_all_of_its_own(world: World) -> None:
    assert seen(world.receiver_editor.actor()) == set(OfferStatus.values)


@pytest.mark.parametrize("who", ["coordinator", "municipal_coordinator", "council_coordinator"])
def test_the_coordinator_of_the_area_sees_what_may_wait_for_an_answer(
    world: World, who: str
) -> None:
    assert seen(getattr(world, who).actor()) == {"published", "in_review", "paused"}


@pytest.mark.parametrize("who", ["other_coordinator", "region_manager", "analyst", "operator"])
def test_nobody_else_of_a_public_body_sees_drafts(world: World, who: str) -> None:
    assert seen(getattr(world, who).actor()) == {"published"}


def test_a_job_sees_all() -> None:
    assert seen(system_actor("test")) == set(OfferStatus.values)


def test_a_closed_organisations_offers_are_not_public(world: World) -> None:
    world.receiver.status = "closed"
    world.receiver.save()

    assert not Offer.objects.public().exists()
    assert seen(ANONYMOUS) == set()


def test_drafts_open_their_page_for_their_owner_only(world: World) -> None:
    def opens(actor) -> set[str]:
        return set(Offer.objects.open_to(actor).values_list("status", flat=True))

    assert opens(ANONYMOUS) == {"published", "paused", "archived"}
    assert opens(world.outsider_manager.actor()) == {"published", "paused", "archived"}
    assert opens(world.receiver_editor.actor()) == set(OfferStatus.values)
