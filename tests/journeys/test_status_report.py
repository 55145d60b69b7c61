"""A report in the browser: filled in, written by one side, signed in the document by both."""

from collections.abc import Callable

import pytest

from partnerships.models import ReportRow, StatusReport
from tests.factories.reports import simple_report
from tests.journeys.visitor import Visitor, Way
from tests.world import World

pytestmark = pytest.mark.journey
Visit = Callable[..., Visitor]


@pytest.mark.parametrize("way", list(Way), ids=lambda way: way.name)
def test_two_sides_write_and_sign_one_report(way: Way, world: World, visit: Visit) -> None:
    report = simple_report(world)
    ReportRow.objects.filter(report=report).update(status="")
    address = f"/aftaler/rapporter/{report.pk}/"
    title = report.title

    region = visit(way, world.coordinator)
    region.go(address, title)
    region.sees("Vælg en status for: Indsats 0.")
    region.follow("Skriv det, der mangler")
    region.arrive("Skriv i rapporten")
    region.select("Status", "Følger tidsplanen")
    region.write("Status med egne ord", "Det går, som vi aftalte")
    region.write("Fortælling", "Vi nåede 40 samtaler.")
    region.press("Gem")
    region.arrive(title)
    region.sees("Det går, som vi aftalte")
    region.press("Godkend rapporten")
    region.arrive(title)
    region.sees("Region Midt har godkendt. Hjertet Aarhus mangler.")

    association = visit(way, world.receiver_manager)
    association.go(address, title)
    association.sees("Vi nåede 40 samtaler.")
    association.press("Godkend rapporten")
    association.arrive(title)
    association.sees("Rapporten kan ikke ændres.")

    stranger = visit(way, world.outsider_manager)
    assert stranger.status_of(address) == 404
    report.refresh_from_db()
    assert report.state == StatusReport.State.PUBLISHED


def test_on_a_phone_the_long_parts_are_folded_and_open_with_a_touch(
    world: World, visit: Visit
) -> None:
    report = simple_report(world, rows=3)
    visitor = visit(Way.MOUSE, world.coordinator)
    page = visitor.page
    page.set_viewport_size({"width": 375, "height": 800})

    visitor.go(f"/aftaler/rapporter/{report.pk}/", report.title)
    assert not page.get_by_text("Indsats 1").is_visible()
    page.get_by_role("heading", name="Indsatserne").click()

    assert page.get_by_text("Indsats 1").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 375
