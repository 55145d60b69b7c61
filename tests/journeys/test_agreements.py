"""Agreements in the browser: a year of one that ends in a renewal, and an end before its time."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core import mail

from partnerships import services
from partnerships.models import Agreement
from partnerships.reminders import run_reminders
from portal.common import clock
from portal.notifications.delivery import deliver_due
from tests.factories.partnerships import agreement_in, fresh
from tests.journeys.visitor import Visitor, Way
from tests.world import World

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]


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
    region = visit(Way.MOUSE, world.coordinator)
    region.go(f"{address}afslut/", "Afslut aftalen")
    region.press("Afslut aftalen")
    region.arrive(agreement.title)
    assert fresh(agreement).status == "closed"
