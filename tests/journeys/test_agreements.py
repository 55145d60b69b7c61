"""Agreements in the browser: from a need to a signed agreement that both sides wrote, a year that
ends in a renewal, and an end before its time. With mouse, by keys alone and without scripts."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core import mail

from partnerships import services
from partnerships.models import Agreement, AnchoringAssessment
from partnerships.reminders import run_reminders
from portal.common import clock
from portal.notifications.delivery import deliver_due
from tests.factories.partnerships import agreement_in, fresh
from tests.factories.reports import told_to_the_end
from tests.journeys.agreement_story import (
    Writer,
    the_associations_part,
    the_publics_part,
    walk_the_guide,
)
from tests.journeys.visitor import Visitor, Way
from tests.sizes import DRILL
from tests.world import World

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]
# A story of two minutes: by keys always, in the other ways at `make drill`.
in_full = [
    pytest.mark.drill,
    pytest.mark.skipif(not DRILL, reason="make drill"),
]
long_ways = pytest.mark.parametrize(
    "way",
    [way if way is Way.KEYS else pytest.param(way, marks=in_full) for way in Way],
    ids=lambda way: way.value,
)


@pytest.fixture
def calendar() -> Iterator[Callable[[int], None]]:
    """`calendar(30)` is a month later for the whole site; the jobs of the dates have run."""
    gone = timedelta()

    def later(days: int) -> None:
        nonlocal gone
        gone += timedelta(days=days)
        clock.set_offset(gone)
        services.run_dates()

    yield later
    clock.set_offset(timedelta())


def letters() -> list[str]:
    mail.outbox.clear()
    deliver_due()
    return [f"{letter.to} {letter.subject}" for letter in mail.outbox]


@long_ways
def test_a_need_becomes_a_signed_agreement_that_both_sides_wrote(
    visit: Visit, world: World, way: Way, calendar: Callable[[int], None]
) -> None:
    title = f"Følgeskab hjem, {way.value}"
    first = clock.today() + timedelta(days=30)
    region, association = visit(way, world.coordinator), visit(way, world.receiver_manager)
    walk_the_guide(region, title)
    region.follow("Begynd en aftale ud fra den")
    region.arrive("Begynd en aftale")
    region.select("Hvem vil I spørge?", world.receiver.name)
    region.press("Begynd idéen")
    region.arrive(title)
    agreement = Agreement.objects.get(title=title)
    assert AnchoringAssessment.objects.get(title=title).agreement_id == agreement.pk

    address = f"/aftaler/{agreement.pk}/"
    association.go(address, title)
    association.press("Begynd at skrive")
    association.arrive(title)
    ours, theirs = Writer(region, address, title), Writer(association, address, title)
    the_publics_part(ours, first, first + timedelta(days=364))
    ours.contact(world.region.name, world.coordinator.user.name)
    the_associations_part(theirs, first)
    theirs.contact(world.receiver.name, world.receiver_manager.user.name)
    # The other side's part can be read and talked about, not written.
    region.go(f"{address}afsnit/frivillige/ret/", "Foreslå en ændring")

    region.go(address, title)
    region.follow("Send til høring")
    region.arrive("Send til intern høring")
    region.select("Gennemgang: faglig", f"{world.coordinator.user.name}, {world.region.name}")
    region.press("Send til høring")
    region.arrive(title)
    region.follow("Gennemgå")
    region.arrive("Gennemgå aftalen")
    region.pick("Jeg siger god for den")
    region.write("Kommentar", "Mål og opgaver hænger sammen.")
    region.press("Send dit svar")
    region.arrive(title)
    region.follow("Gå videre til forhandling")
    region.arrive("Åbn forhandlingen")
    region.press("Åbn forhandlingen")
    region.arrive(title)

    for side in (region, association):
        side.go(address, title)
        side.press("Godkend hele teksten")
        side.arrive(title)
    association.follow("Send til underskrift")
    association.arrive("Send til underskrift")
    association.press("Lås teksten, og bed om underskrifter")
    association.arrive(title)
    for side, role in ((association, "Formand"), (region, "Koordinator")):
        side.go(address, title)
        side.follow("Læs og skriv under")
        side.arrive("Skriv under")
        side.write("Din titel", role)
        side.tick("Jeg har læst")
        side.press("Skriv under")
        side.arrive(title)

    assert fresh(agreement).status == "signed"
    calendar(30)
    assert fresh(agreement).status == "active"
    region = visit(way, world.coordinator)
    region.go(address, title)
    region.sees("Aktiv")
    assert visit(way, world.outsider_manager).status_of(address) == 404


def test_a_year_passes_with_reminders_and_ends_in_a_renewal(
    visit: Visit, world: World, calendar: Callable[[int], None]
) -> None:
    first = clock.today() + timedelta(days=5)
    agreement = agreement_in(
        "signed",
        world,
        title="Et år med hinanden",
        starts_on=first,
        ends_on=first + timedelta(days=364),
    )
    address = f"/aftaler/{agreement.pk}/"
    told: list[str] = []
    for _week in range(50):
        calendar(7)
        run_reminders()
        told += letters()

    assert fresh(agreement).status == "active"
    assert len(told) > 6, told
    region = visit(Way.MOUSE, world.coordinator)
    region.go(address, agreement.title)
    region.go(f"{address}forny/", "Forny aftalen")
    region.press("Lav udkastet")
    renewal = Agreement.objects.get(renews=agreement)
    region.arrive(renewal.title)
    assert renewal.status == "draft"
    assert renewal.starts_on == agreement.ends_on + timedelta(days=1)
    calendar(30)
    assert fresh(agreement).status == "expired"


def test_a_party_gives_notice_and_the_agreement_ends_on_its_day(
    visit: Visit, world: World, calendar: Callable[[int], None]
) -> None:
    agreement = agreement_in("signed", world, title="Slut før tid")
    address = f"/aftaler/{agreement.pk}/"
    calendar(31)
    association = visit(Way.MOUSE, world.receiver_manager)
    association.go(f"{address}opsig/", "Sig aftalen op")
    association.write("Hvorfor", "Vi har for få frivillige.")
    association.press("Sig aftalen op")
    association.arrive(agreement.title)
    found = fresh(agreement)
    assert found.terminates_on is not None
    assert found.status == "active"

    calendar((found.terminates_on - clock.today()).days)
    assert fresh(agreement).status == "terminated"
    association = visit(Way.MOUSE, world.receiver_manager)
    association.go(f"{address}evaluering/", "Skriv den afsluttende evaluering")
    association.write("evaluering", "Vi nåede halvdelen af målet.")
    association.press("Gem evalueringen")
    told_to_the_end(found, world.coordinator.actor(), world.receiver_manager.actor())
    region = visit(Way.MOUSE, world.coordinator)
    region.go(f"{address}afslut/", "Afslut aftalen")
    region.press("Afslut aftalen")
    region.arrive(agreement.title)
    assert fresh(agreement).status == "closed"
