"""A report that everybody reads, a task of an agreement, and the end of a forum; every page is
looked at by axe on arrival."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from partnerships import services
from portal.common import clock
from tests.factories.forums import make_forum, open_entrance, plan
from tests.factories.register import make_agreement
from tests.factories.reports import begun, published
from tests.journeys.test_register import look
from tests.journeys.visitor import Visitor, Way
from tests.world import World

pytestmark = pytest.mark.journey


def test_a_report_and_a_task_of_an_agreement(world: World, visit: Callable[..., Visitor]) -> None:
    agreement = make_agreement(
        world.region, world.receiver, title="Følgeskab efter blodprop", public=True, kroner=80_000
    )
    report = published(world, agreement)
    open_entrance(world.coordinator)

    stranger = visit(Way.MOUSE)
    stranger.go(f"/samarbejder/{agreement.pk}/", "Følgeskab efter blodprop")
    look(stranger, "public-detail-report")
    stranger.follow(report.title)
    stranger.sees("Godkendt af")
    stranger.does_not_see("Karen Koordinator")
    look(stranger, "public-report")
    stranger.go(f"/organisationer/{world.region.slug}/", world.region.name)
    look(stranger, "organisation")
    stranger.go("/")
    look(stranger, "home")

    visitor = visit(Way.MOUSE, world.coordinator)
    visitor.go(f"/aftaler/{agreement.pk}/offentlig/", "Vis aftalen offentligt")
    look(visitor, "publish-report")
    visitor.go(f"/aftaler/{agreement.pk}/", "Følgeskab efter blodprop")
    visitor.follow("Ny opgave")
    look(visitor, "task-create")
    visitor.write("Hvad skal gøres?", "Find et lokale til julemødet")
    visitor.select("Hvem gør det?", world.region.name)
    visitor.write("Senest", f"{clock.today() + timedelta(days=20)}")
    visitor.press("Skriv op")
    visitor.sees("Find et lokale til julemødet")
    look(visitor, "agreement-task")
    visitor.go("/aftaler/arbejdsliste/", "Hvad venter på dig")
    look(visitor, "worklist-ways")
    visitor.go("/henvendelser/", "Henvendelser")
    look(visitor, "enquiries-ways")

    writing = begun(make_agreement(world.region, world.receiver, title="Motion for alle"))
    visitor.go(f"/aftaler/rapporter/{writing.pk}/ret/", "Skriv i rapporten")
    visitor.page.get_by_label("Fortælling").press_sequentially("Vi kom godt i gang.")
    visitor.page.get_by_text("Kladden er gemt kl.").wait_for()
    visitor.go(f"/aftaler/rapporter/{writing.pk}/ret/", "Skriv i rapporten")
    visitor.sees("Din kladde er gemt")
    look(visitor, "report-draft")


def test_minutes_are_commented_on_and_a_forum_closes(
    world: World, visit: Callable[..., Visitor]
) -> None:
    forum = make_forum(world, name="Forum til slut")
    runs = world.council_coordinator.actor()
    meeting = plan(world, forum, title="Vintermøde", begins_at=clock.now() - timedelta(hours=1))
    plan(world, forum)
    services.save_minutes(
        actor=runs, meeting_id=meeting.pk, version=0, general="Vi mødtes.", items=[]
    )
    services.send_minutes(actor=runs, meeting_id=meeting.pk)

    member = visit(Way.MOUSE, world.receiver_manager)
    member.go(f"/forum/moede/{meeting.pk}/", "Vintermøde")
    member.write("Skal noget rettes i referatet?", "Vi var der også.")
    member.press("Skriv bemærkningen")
    member.sees("Vi var der også.")
    look(member, "minutes-comment")

    visitor = visit(Way.MOUSE, world.council_coordinator)
    visitor.go(f"/forum/moede/{meeting.pk}/referat/", "Referat")
    visitor.sees("Vi var der også.")
    look(visitor, "minutes-edit-comment")
    visitor.go(f"/forum/{forum.pk}/", "Forum til slut")
    look(visitor, "forum-open")
    visitor.follow("Luk forummet")
    look(visitor, "forum-close")
    visitor.press("Luk forummet")
    visitor.sees("Forummet lukkede")
    look(visitor, "forum-closed")
    visitor.go(f"/forum/{forum.pk}/medlemmer/", "Medlemmer")
    look(visitor, "forum-closed-members")
    visitor.go("/forum/", "Samarbejdsforum")
    look(visitor, "forum-list")
