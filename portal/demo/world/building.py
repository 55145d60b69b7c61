"""The order in which the world comes to be. Each part is one transaction and leaves a note of what it
was built from, so that a second start passes over it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from portal.common import clock
from portal.demo.models import DemoWorld
from portal.demo.world import agreements, listings, people
from portal.demo.world.register import Register
from portal.demo.world.sources import fingerprint
from portal.notifications.services import muted

# The oldest organisation joined this long before the first start.
FIRST_DAY: Final = timedelta(days=400)
_EVERYTHING: Final = ("organisations.jsonl", "offers.jsonl", "personas.jsonl", "hospitaler.csv")

Say = Callable[[str], None]


def refuse_outside_demo() -> None:
    """Raises `ImproperlyConfigured` where real people's data may be."""
    if not settings.DEMO:
        raise ImproperlyConfigured(
            "The demo world is built in the demo only: settings.DEMO is false here."
        )


def the_world() -> DemoWorld:
    return DemoWorld.objects.get_or_create(pk=1, defaults={"started_at": clock.now()})[0]


def build_world(say: Say = lambda _line: None) -> DemoWorld:
    """All that a visitor meets at once. Safe to repeat: the second time changes nothing."""
    refuse_outside_demo()
    world = the_world()
    began = world.started_at

    def part(name: str, sources: str, action: Callable[[], object]) -> None:
        if world.parts.get(name) == sources:
            return
        with transaction.atomic():
            made = action()
            world.parts[name] = sources
            world.save(update_fields=["parts"])
        say(f"{name}: {made}")

    with muted():
        with clock.at(began - FIRST_DAY):
            sources = fingerprint(*_EVERYTHING)
            part("organisations", sources, lambda: len(Register().fill()))
            part("people", sources, people.fill)
        with clock.at(began):
            part("offers", fingerprint("offers.jsonl"), listings.fill)
            part("reminders", "1", listings.pass_over_old_reminders)
            part("agreements", fingerprint("collaborations.jsonl"), agreements.fill)
    return world
