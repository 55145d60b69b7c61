"""The register, the work list, the calendar and the public register, by mouse, keys and without
scripts; every page is looked at by axe on arrival."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from partnerships.models import Milestone, SavedView
from portal.common import clock
from tests.factories.register import make_agreement
from tests.journeys.visitor import Visitor, Way
from tests.world import World

pytestmark = pytest.mark.journey
PICTURES = os.environ.get("PICTURES")


def look(visitor: Visitor, name: str) -> None:
    """Pictures for a person to look at, where somebody asks for them."""
    if PICTURES:
        for width in (1280, 375):
            visitor.page.set_viewport_size({"width": width, "height": 900})
            wide = visitor.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (name, width, wide)
            visitor.page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
        visitor.page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize("way", list(Way))
def test_a_coordinator_finds_keeps_and_follows_and_everybody_reads(
    world: World, visit: Callable[..., Visitor], way: Way
) -> None:
    # The button that deletes an earlier way's view begins with the same letters as the filter's.
    SavedView.objects.all().delete()
    today = clock.today()
    title = f"Brobygning efter udskrivning {way.name.lower()}"
    agreement = make_agreement(
        world.region,
        world.receiver,
        title=title,
        ends_on=today + timedelta(days=40),
        kroner=250_000,
        time_limited=True,
        public=True,
        public_summary="Frivillige følger borgere hjem fra hospitalet.",
        target_group="Voksne uden netværk",
    )
    make_agreement(world.region, world.outsider, title="Motion for alle", state="draft")
    Milestone.objects.create(
        agreement=agreement, text="De første ti værter", due_on=today + timedelta(days=9)
    )
    visitor = visit(way, world.coordinator)

    visitor.go("/aftaler/", "Register over aftaler")
    look(visitor, "register")
    visitor.write("Søg", title)
    visitor.press("Vis")
    visitor.sees("1 aftale")
    visitor.sees(title)
    visitor.does_not_see("Motion for alle")
    visitor.write("Navn", f"Mine {way.name}")
    visitor.press("Gem visningen")
    visitor.sees(f"Visningen »Mine {way.name}« er gemt.")
    assert SavedView.objects.filter(name=f"Mine {way.name}").exists()

    visitor.go("/aftaler/arbejdsliste/", "Hvad venter på dig")
    visitor.sees("Ingen har besluttet, hvad der så skal ske")
    look(visitor, "worklist")
    visitor.go("/aftaler/gennemsyn/", "Aftaler til gennemsyn")
    visitor.go("/aftaler/kalender/", "Kalender")
    visitor.sees("Milepæl: De første ti værter")
    look(visitor, "calendar")
    visitor.go(f"/aftaler/{agreement.pk}/offentlig/", "Vis aftalen offentligt")
    look(visitor, "publish")

    stranger = visit(way)
    stranger.go("/samarbejder/", "Samarbejder mellem det offentlige og foreninger")
    stranger.sees(title)
    stranger.does_not_see("Motion for alle")
    look(stranger, "public")
    stranger.follow(title)
    stranger.sees("Frivillige følger borgere hjem fra hospitalet.")
    look(stranger, "public-detail")
