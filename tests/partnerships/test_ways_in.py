"""Every place is found by links by those who use it."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from partnerships import services
from tests.factories.forums import open_entrance
from tests.factories.register import make_agreement
from tests.world import World, client_for

pytestmark = pytest.mark.django_db

READERS = ("/aftaler/", "/aftaler/arbejdsliste/", "/aftaler/kalender/", "/aftaler/vilkaar/")
WRITERS = (*READERS, "/aftaler/guide/", "/henvendelser/", "/forum/")
OUTWARD = ("/indgang/", "/samarbejder/")


def links(html: str) -> set[str]:
    return {href.split("?")[0].split("#")[0] for href in re.findall(r'href="(/[^"]*)"', html)}


def menu(html: str) -> set[str]:
    start = html.index('<nav class="nav"')
    return links(html[start : html.index("</nav>", start)])


def two_clicks_away(client: Client) -> set[str]:
    """What the menu leads to, and what those pages lead to."""
    first = client.get(reverse("organisations:start"), follow=True).content.decode()
    level = menu(first)
    # The pages beside the one that is open, such as the strip of ways, count as one click.
    pages = [client.get(path, follow=True).content.decode() for path in sorted(level)]
    beside = set().union(*map(links, pages))
    near = [client.get(path) for path in sorted(beside & set(WRITERS))]
    return level | beside | set().union(*(links(page.content.decode()) for page in near))


@pytest.mark.parametrize(
    ("who", "places"),
    [
        ("coordinator", (*WRITERS, *OUTWARD, "/sammenlaegning/")),
        ("region_manager", (*WRITERS, *OUTWARD, "/sammenlaegning/")),
        ("receiver_manager", (*WRITERS, *OUTWARD, "/sammenlaegning/")),
        ("lawyer", (*READERS, "/samarbejder/", "/aftaler/gennemsyn/")),
        ("dpo", (*READERS, "/samarbejder/", "/aftaler/gennemsyn/")),
    ],
)
def test_each_finds_what_is_theirs_by_links(
    world: World, who: str, places: tuple[str, ...]
) -> None:
    found = two_clicks_away(client_for(getattr(world, who)))

    assert set(places) - found == set()


def test_everybody_finds_the_entrances_and_the_public_register_in_the_menu() -> None:
    assert set(OUTWARD) <= menu(Client().get("/").content.decode())


def test_the_organisations_public_page_leads_to_its_entrance_while_it_is_open(
    world: World,
) -> None:
    page = reverse("organisations:detail", args=[world.region.slug])
    entrance = reverse("partnerships:entrance-detail", args=[world.region.slug])
    assert entrance not in links(Client().get(page).content.decode())

    open_entrance(world.coordinator)
    html = Client().get(page).content.decode()
    assert entrance in links(html)
    assert "Inga Indgang" in html

    services.close_entrance(actor=world.coordinator.actor(), organisation_id=world.region.pk)
    assert entrance not in links(Client().get(page).content.decode())


def test_the_agreements_page_leads_to_its_public_settings_once_it_is_signed(
    world: World,
) -> None:
    signed = make_agreement(world.region, world.receiver)
    early = make_agreement(world.region, world.receiver, state="negotiation")

    for person in (world.coordinator, world.receiver_manager):
        client = client_for(person)
        for agreement, shown in ((signed, True), (early, False)):
            html = client.get(reverse("partnerships:detail", args=[agreement.pk])).content.decode()
            assert (reverse("partnerships:publish", args=[agreement.pk]) in links(html)) is shown
