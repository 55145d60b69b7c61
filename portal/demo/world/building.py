"""The order in which the world comes to be.

Each part is one transaction, or one for each of its rows, and leaves a note of what it was built
from, so that a second start passes over it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from portal.common import clock
from portal.common.errors import DomainError
from portal.demo.models import DemoWorld
from portal.demo.world import (
    agreements,
    around,
    entrances,
    forums,
    listings,
    openness,
    people,
    progress,
    scenes,
    succession,
)
from portal.demo.world.lives import Life, Stage, live
from portal.demo.world.plan import LIVES, plan
from portal.demo.world.register import Register
from portal.demo.world.sources import fingerprint
from portal.notifications.services import muted
from referrals import clocks, figures

# The oldest organisation joined this long before the first start.
FIRST_DAY: Final = timedelta(days=400)
_EVERYTHING: Final = ("organisations.jsonl", "offers.jsonl", "personas.jsonl", "hospitaler.csv")
_BATCH: Final = 25

Say = Callable[[str], None]


def refuse_outside_demo() -> None:
    """Raises `ImproperlyConfigured` where real people's data may be."""
    if not settings.DEMO:
        raise ImproperlyConfigured(
            "The demo world is built in the demo only: settings.DEMO is false here."
        )


def the_world() -> DemoWorld:
    return DemoWorld.objects.get_or_create(pk=1, defaults={"started_at": clock.now()})[0]


def build_world(say: Say = lambda _line: None, *, hands: int = 1) -> DemoWorld:
    """All that a visitor meets at once, by one or two processes. Safe to repeat: the second time
    changes nothing."""
    refuse_outside_demo()
    world = the_world()
    began = world.started_at

    stage = _Later()

    def part(
        name: str, sources: str, action: Callable[[], object], *, row_by_row: bool = False
    ) -> None:
        """Whole or not at all; `row_by_row` it commits as it goes, and what is there when it
        begins again is left alone."""
        if world.parts.get(name) == sources:
            return
        with nullcontext() if row_by_row else transaction.atomic():
            made = action()
            world.parts[name] = sources
            world.save(update_fields=["parts"])
        say(f"{name}: {made}")

    with muted():
        with clock.at(began - FIRST_DAY), _whole_or_not_at_all():
            sources = fingerprint(*_EVERYTHING)
            part("organisations", sources, lambda: len(Register().fill()))
            part("people", sources, lambda: people.fill(hands), row_by_row=True)
        with clock.at(began), _whole_or_not_at_all():
            sources = fingerprint("offers.jsonl")
            part("offers", sources, lambda: listings.fill(hands), row_by_row=True)
            sources = fingerprint("collaborations.jsonl")
            part("agreements", sources, lambda: agreements.fill(hands), row_by_row=True)
            part("openness", "1", openness.fill)
            part("entrances", "1", entrances.fill)
            part("forums", "1", forums.fill)
            part("closings", "1", lambda: around.announce_closings(stage.now, began))
        part("scenes", "1", lambda: _live_all(scenes.scenes(began), stage.now, began))
        with clock.at(began):
            part("concerns", "1", lambda: around.report_concerns(stage.now, began))
        part("figures", "1", lambda: _settle(began))
    # The only mails that really go out: they were sent as the visitor came.
    part("asked", "1", listings.ask_personas)
    with muted():
        part("reminders", "1", listings.pass_over_other_reminders)
    with clock.at(began):
        part("succession", "1", succession.fill)
    part("fresh", "1", lambda: _live_all(scenes.fresh(clock.now()), stage.now, clock.now()))
    if world.filled_at is None:
        progress.tell(world.lives_done, LIVES)
    return world


@contextmanager
def _whole_or_not_at_all() -> Iterator[None]:
    """No savepoints inside: a part that fails is undone whole, and each of its thousands of service
    calls would set one. They are a third of all statements."""
    before = connection.features.uses_savepoints
    connection.features.uses_savepoints = False
    try:
        yield
    finally:
        connection.features.uses_savepoints = before


class _Later:
    """The stage, set when the first part needs it: a second start needs none."""

    @cached_property
    def now(self) -> Stage:
        return Stage()


def _live_all(lives: Sequence[Life], stage: Stage, until: datetime) -> int:
    for life in lives:
        live(life, stage, until=until)
    return len(lives)


def _settle(now: datetime) -> int:
    """What jobs of the past nights would have left. The digest of yesterday says that everything
    older has been told, so that nobody gets a mail about a whole year."""
    with clock.at(now - timedelta(days=1)):
        clocks.queue_digests()
    with clock.at(now):
        return figures.refresh_answer_figures()


# --- the year ----------------------------------------------------------------------------------


def fill_history(say: Say = lambda _line: None, *, most: int | None = None) -> DemoWorld:
    """Live the rest of the plan, one life a transaction; stopped at any moment, it goes on there.

    `most` ends it after so many lives. Safe to repeat: nothing is lived twice.
    """
    refuse_outside_demo()
    with _alone() as alone:
        if not alone:
            say("Historikken bliver allerede fyldt.")
            return the_world()
        return _fill(say, most)


def _fill(say: Say, most: int | None) -> DemoWorld:
    world = the_world()
    if world.filled_at is not None:
        return world
    now = world.started_at
    with muted(), clock.at(now - FIRST_DAY), _whole_or_not_at_all():
        Register().fill_the_rest()
        people.fill_the_rest()
        entrances.open_the_rest()
    with muted(), clock.at(now):
        openness.report()
    stage = Stage()
    with clock.at(now):
        lives = plan(stage, now)
    DemoWorld.objects.filter(pk=1).update(lives_total=len(lives))
    refused = 0
    for number in range(world.lives_done, len(lives)):
        if most is not None and number - world.lives_done >= most:
            return the_world()
        with transaction.atomic(), muted():
            # Up to this moment, not to the first start: a filler that comes back after weeks must
            # not leave the reminders of those weeks to the real clocks.
            refused += not _try(lives[number], stage, max(now, clock.now()))
            DemoWorld.objects.filter(pk=1).update(lives_done=number + 1)
        if number % _BATCH == 0:
            progress.tell(number, len(lives))
            say(f"Historik: {number} af {len(lives)} henvisninger.")
    with transaction.atomic(), muted():
        with clock.at(now):
            around.count_signposts(stage, now)
            around.count_searches(now)
        _settle(now)
        listings.sharpen_search()
        DemoWorld.objects.filter(pk=1).update(filled_at=clock.now())
    progress.tell_done()
    say(f"Historik: færdig. {refused} henvisninger ville tilbuddet ikke have taget.")
    return the_world()


def _try(life: Life, stage: Stage, until: datetime) -> bool:
    """Some offers would not have taken it at the time; then it was never sent."""
    try:
        with transaction.atomic():
            live(life, stage, until=until)
    except DomainError:
        return False
    return True


@contextmanager
def _alone() -> Iterator[bool]:
    """One filler at a time: a lock of the session, gone with the process that held it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('demo.history'))")
        (held,) = cursor.fetchone()
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('demo.history'))")
