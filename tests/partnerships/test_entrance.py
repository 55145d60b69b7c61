"""The entrance: kept by its own coordinators, read by all, and never a dead end."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from organisations.models import OrganisationKind
from partnerships import services
from partnerships.entrance_places import next_open
from partnerships.models import Entrance, EntrancePost
from portal.audit.models import AuditEntry
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from tests.factories.forums import hang_post, open_entrance
from tests.factories.organisations import OrganisationFactory

pytestmark = pytest.mark.django_db

CONTACT = {"contact_name": "Inga Indgang", "contact_email": "indgang@region.example"}


def page(slug: str, client: Client | None = None) -> str:
    response = (client or Client()).get(reverse("partnerships:entrance-detail", args=[slug]))
    assert response.status_code == 200
    return str(response.content.decode())


# --- keeping it -------------------------------------------------------------------------------


def test_an_entrance_is_edited_opened_and_closed_by_its_own_coordinator(world):
    actor = world.coordinator.actor()

    services.edit_entrance(
        actor=actor, organisation_id=world.region.pk, intro="Velkommen", **CONTACT
    )
    opened = services.open_entrance(actor=actor, organisation_id=world.region.pk)
    assert (opened.is_open, opened.intro) == (True, "Velkommen")

    assert not services.close_entrance(actor=actor, organisation_id=world.region.pk).is_open


@pytest.mark.parametrize(
    "who",
    ["municipal_coordinator", "other_coordinator", "receiver_manager", "region_manager", "lawyer"],
)
def test_nobody_else_touches_it(world, who):
    actor = getattr(world, who).actor()

    with pytest.raises(NotAllowed):
        services.edit_entrance(actor=actor, organisation_id=world.region.pk, **CONTACT)
    with pytest.raises(NotAllowed):
        services.open_entrance(actor=actor, organisation_id=world.region.pk)
    assert not Entrance.objects.exists()


def test_an_association_has_no_entrance(world):
    with pytest.raises(NotFound):
        services.edit_entrance(
            actor=world.coordinator.actor(), organisation_id=world.receiver.pk, **CONTACT
        )
    assert Client().get("/indgang/hjertet-aarhus/").status_code == 404


def test_an_open_entrance_names_somebody_to_write_to(world):
    actor = world.coordinator.actor()
    with pytest.raises(WrongState):
        services.open_entrance(actor=actor, organisation_id=world.region.pk)

    open_entrance(world.coordinator)
    with pytest.raises(InvalidInput) as refused:
        services.edit_entrance(
            actor=actor, organisation_id=world.region.pk, contact_name="", contact_email=""
        )

    assert set(refused.value.errors) == {"contact_name", "contact_email"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Entrance.objects.update(contact_name="")


def test_a_second_click_on_open_changes_nothing(world):
    open_entrance(world.coordinator)
    before = AuditEntry.objects.filter(action="entrance.open").count()

    services.open_entrance(actor=world.coordinator.actor(), organisation_id=world.region.pk)

    assert AuditEntry.objects.filter(action="entrance.open").count() == before


def test_a_cpr_number_is_refused_and_nothing_typed_is_lost(world, client_for):
    client = client_for(world.coordinator)
    address = reverse("partnerships:entrance-edit", args=[world.region.slug])

    response = client.post(address, {**CONTACT, "intro": "Ring om 010190-1234 i dag"})

    assert response.status_code == 422
    assert "Ring om 010190-1234 i dag" in response.content.decode()
    assert "CPR" in response.content.decode()
    assert not Entrance.objects.exists()


def test_the_coordinator_edits_and_opens_it_on_the_page(world, client_for):
    client = client_for(world.coordinator)

    saved = client.post(
        reverse("partnerships:entrance-edit", args=[world.region.slug]),
        {**CONTACT, "may": "Låne lokaler ud\nGive råd"},
    )
    opened = client.post(reverse("partnerships:entrance-open", args=[world.region.slug]))

    assert saved.status_code == opened.status_code == 302
    text = page(world.region.slug)
    for words in ("Inga Indgang", "indgang@region.example", "Låne lokaler ud", "Skriv til dem"):
        assert words in text


# --- where none is open -----------------------------------------------------------------------


def test_a_closed_entrance_points_to_the_owner_above(world):
    hospital = OrganisationFactory(
        kind=OrganisationKind.HOSPITAL, name="Sygehuset", slug="sygehuset",
        parent=world.region, municipality=world.aarhus,
    )  # fmt: skip
    open_entrance(world.coordinator)

    text = page(hospital.slug)

    assert "har ikke åbnet sin indgang" in text
    assert reverse("partnerships:entrance-detail", args=[world.region.slug]) in text
    assert 'action="/indgang/sygehuset/skriv/"' not in text


def test_a_municipality_points_to_its_council_and_then_to_its_region(world):
    assert next_open(world.municipality) is None
    assert "heller ikke en åben indgang" in page(world.municipality.slug)

    open_entrance(world.coordinator)
    assert next_open(world.municipality) == world.region

    open_entrance(world.council_coordinator)
    assert next_open(world.municipality) == world.health_council
    assert next_open(world.health_council) == world.region


def test_another_regions_entrance_is_no_way_in(world):
    open_entrance(world.other_coordinator)

    assert next_open(world.municipality) is None
    assert next_open(world.region) is None


# --- finding it -------------------------------------------------------------------------------


def test_the_list_of_a_place_shows_its_own_entrances_alone(world):
    open_entrance(world.coordinator)

    text = Client().get("/indgang/", {"sted": "8000"}).content.decode()

    for name in ("Aarhus Kommune", "Sundhedsrådet", "Region Midt"):
        assert name in text
    assert "Region Syd" not in text


def test_an_unknown_place_is_said_and_the_whole_list_is_shown(world):
    text = Client().get("/indgang/", {"sted": "Atlantis"}).content.decode()

    assert "Vi kender ikke stedet »Atlantis«" in text
    assert "Region Syd" in text


@pytest.mark.parametrize("query", [{}, {"sted": "Aarhus"}])
def test_the_list_costs_the_same_with_one_entrance_and_with_many(
    world, query, django_assert_max_num_queries, django_assert_num_queries
):
    open_entrance(world.coordinator)
    hang_post(world.coordinator)
    client = Client()
    client.get("/indgang/", query)
    with django_assert_max_num_queries(12) as few:
        client.get("/indgang/", query)

    for number in range(20):
        body = OrganisationFactory(
            kind=OrganisationKind.HOSPITAL, slug=f"hospital-{number}",
            parent=world.region, municipality=world.aarhus,
        )  # fmt: skip
        Entrance.objects.create(organisation=body, is_open=True, updated_at=clock.now(), **CONTACT)
        EntrancePost.objects.create(
            organisation=body, kind="room", title=f"Rum {number}", posted_at=clock.now()
        )
    with django_assert_num_queries(len(few)):
        client.get("/indgang/", query)


# --- posts ------------------------------------------------------------------------------------


def test_posts_are_shown_while_they_last(world):
    open_entrance(world.coordinator)
    today = clock.today()
    hang_post(world.coordinator, title="Mødelokale om aftenen", kind="room")
    short = hang_post(world.coordinator, title="Kursus i aften", kind="training", until_on=today)
    text = page(world.region.slug)
    assert "Mødelokale om aftenen" in text
    assert "Kursus i aften" in text

    with clock.at(clock.now() + timedelta(days=1)):
        text = page(world.region.slug)

    assert "Mødelokale om aftenen" in text
    assert "Kursus i aften" not in text
    assert short.closed_at is None


def test_a_post_that_was_taken_down_can_be_hung_up_again_and_twice_changes_nothing(world):
    open_entrance(world.coordinator)
    post = hang_post(world.coordinator)
    actor = world.coordinator.actor()

    services.close_post(actor=actor, post_id=post.pk)
    closed = services.close_post(actor=actor, post_id=post.pk)
    assert closed.title not in page(world.region.slug)
    assert (
        AuditEntry.objects.filter(action="post.close", subject_ids__contains=[str(post.pk)]).count()
        == 1
    )

    services.reopen_post(actor=actor, post_id=post.pk)
    assert post.title in page(world.region.slug)


def test_posts_of_a_closed_entrance_are_not_shown(world):
    post = hang_post(world.coordinator)

    assert post.title not in page(world.region.slug)
    assert not EntrancePost.objects.public().exists()


def test_another_coordinator_finds_no_post_to_change(world, client_for):
    post = hang_post(world.coordinator)
    client = client_for(world.municipal_coordinator)

    assert client.get(reverse("partnerships:post-edit", args=[post.pk])).status_code == 404
    assert client.post(reverse("partnerships:post-close", args=[post.pk])).status_code == 404
    post.refresh_from_db()
    assert post.closed_at is None


def test_a_post_whose_last_day_is_over_is_not_hung_up_again(world):
    post = hang_post(world.coordinator, until_on=clock.today())

    with clock.at(clock.now() + timedelta(days=2)), pytest.raises(WrongState):
        services.reopen_post(actor=world.coordinator.actor(), post_id=post.pk)


def test_a_post_with_its_days_the_wrong_way_round_keeps_what_was_typed(world, client_for):
    client = client_for(world.coordinator)
    today = clock.today()

    response = client.post(
        reverse("partnerships:post-create"),
        {
            "kind": "room",
            "title": "Lokale ved havnen",
            "from_on": f"{today + timedelta(days=9)}",
            "until_on": f"{today + timedelta(days=2)}",
        },
    )

    assert response.status_code == 422
    assert "Lokale ved havnen" in response.content.decode()
    assert "Sidste dag ligger før den første" in response.content.decode()
    assert not EntrancePost.objects.exists()
