"""From the first words at an entrance to a forum that has agreed on something, through the web."""

from collections.abc import Callable

import pytest
from django.core import mail

from partnerships.models import Enquiry, Entrance
from portal.notifications.delivery import deliver_due
from tests.factories.forums import hang_post, make_forum, open_entrance, plan
from tests.journeys.visitor import Visitor, Way
from tests.world import World

pytestmark = [pytest.mark.journey]

Visit = Callable[..., Visitor]
ways = pytest.mark.parametrize("way", list(Way), ids=lambda way: way.value)


def link_mailed_to(address: str) -> str:
    """The link of the newest mail to somebody, sent by the worker's own code."""
    mail.outbox.clear()
    deliver_due()
    letter = next(one for one in reversed(mail.outbox) if address in one.to)
    return next(word for word in letter.body.split() if "/henvendelse/" in word)


@ways
def test_somebody_without_an_account_knocks_and_reads_the_answer(
    visit: Visit, world: World, way: Way
) -> None:
    open_entrance(world.coordinator)
    post = hang_post(world.coordinator, title=f"Følgeskab hjem {way.value}")
    address = f"frida.{way.name.lower()}@borger.example"

    frida = visit(way)
    frida.go("/indgang/?sted=8000", "Indgang til det offentlige")
    frida.follow(post.title)
    frida.arrive("Skriv til Region Midt")
    frida.write("Fortæl lidt mere", "Vi er otte frivillige.")
    frida.write("Din forening", "Venner af Hjertet")
    frida.write("Dit navn", "Frida Fremmed")
    frida.write("Din e-mail", address)
    frida.press("Send henvendelsen")
    frida.arrive("Jeres idé er sendt")
    link = link_mailed_to(address)
    frida.go(link, post.title)
    frida.sees("Bliver læst")

    karen = visit(way, world.coordinator)
    karen.go("/henvendelser/", "Henvendelser")
    karen.follow(post.title)
    karen.arrive(post.title)
    karen.press("Jeg har læst den")
    karen.arrive(post.title)
    karen.follow("Svar")
    karen.arrive("Svar til Venner af Hjertet")
    karen.press("Send svaret")
    karen.sees("Udfyld »Jeres svar«.")
    karen.pick("Ja, vi vil gerne videre")
    karen.write("Jeres svar", "Kom og drik kaffe på torsdag.")
    karen.press("Send svaret")
    karen.arrive(post.title)

    frida.go(link, post.title)
    frida.sees("Kom og drik kaffe på torsdag.")
    assert Enquiry.objects.get(contact_email=address).post == post


@ways
def test_a_coordinator_sets_up_the_entrance_and_opens_it(
    visit: Visit, world: World, way: Way
) -> None:
    Entrance.objects.filter(organisation=world.municipality).delete()
    kurt = visit(way, world.municipal_coordinator)
    kurt.go("/indgang/aarhus-kommune/", "Aarhus Kommune")
    kurt.follow("Ret indgangen")
    kurt.arrive("Jeres indgang")
    kurt.write("Kontaktens navn", "Kurt Koordinator")
    kurt.write("E-mail", "kurt@kommune.example")
    kurt.write("Det kan vi", "Låne lokaler ud")
    kurt.press("Gem")
    kurt.arrive("Aarhus Kommune")
    kurt.press("Åbn indgangen")
    kurt.arrive("Aarhus Kommune")
    kurt.sees("Jeres indgang er åben.")
    kurt.go("/indgang/opslag/nyt/", "Nyt opslag")
    kurt.pick("Lokale")
    kurt.write("Titel", "Mødelokale ved havnen")
    kurt.press("Gem")
    kurt.arrive("Jeres indgang")

    anybody = visit(way)
    anybody.go("/indgang/aarhus-kommune/", "Aarhus Kommune")
    anybody.sees("Mødelokale ved havnen")


@ways
def test_a_member_proposes_and_the_forum_agrees(visit: Visit, world: World, way: Way) -> None:
    forum = make_forum(world, name=f"Forum {way.value}")
    meeting = plan(world, forum, title=f"Møde {way.value}")

    marie = visit(way, world.receiver_manager)
    marie.go(f"/forum/{forum.pk}/", forum.name)
    marie.follow(meeting.title)
    marie.arrive(meeting.title)
    marie.follow("Foreslå et punkt")
    marie.arrive("Foreslå et punkt")
    marie.write("Hvad handler punktet om?", "Frivillige på afdelingen")
    marie.press("Sæt på dagsordenen")
    marie.arrive(meeting.title)

    carla = visit(way, world.council_coordinator)
    carla.go(f"/forum/moede/{meeting.pk}/", meeting.title)
    carla.press("Send dagsordenen")
    carla.arrive(meeting.title)
    carla.sees("Dagsorden sendt")
    type(meeting).objects.filter(pk=meeting.pk).update(begins_at=forum.created_at, ends_at=None)
    carla.go(f"/forum/moede/{meeting.pk}/", meeting.title)
    carla.follow("Skriv referat")
    carla.arrive("Referat")
    carla.write("Beslutning", "Vi prøver i foråret.")
    carla.press("Gem referatet")
    carla.arrive(meeting.title)
    carla.press("Send referatet")
    carla.arrive(meeting.title)
    carla.press("Godkend referatet")
    carla.arrive(meeting.title)

    marie.go(f"/forum/moede/{meeting.pk}/", meeting.title)
    marie.sees("Vi prøver i foråret.")
    marie.sees("Referat godkendt")
    stranger = visit(way, world.outsider_manager)
    assert stranger.status_of(f"/forum/moede/{meeting.pk}/") == 404
