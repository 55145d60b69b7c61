"""Action points of an agreement: what the parties promise each other, and are reminded of."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from organisations.models import Role
from partnerships import forum_clocks, services
from partnerships.models import ActionPoint, Agreement
from portal.common import clock
from portal.common.clock import COPENHAGEN
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.notifications.delivery import deliver_due
from tests.factories.organisations import add_member
from tests.factories.register import make_agreement
from tests.world import World, client_for

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 2, 10, tzinfo=COPENHAGEN)


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with clock.at(MONDAY):
        yield


def note(world: World, agreement: Agreement, who: Any = None, **fields: Any) -> ActionPoint:
    values = {
        "text": "Find et lokale",
        "organisation": world.region,
        "due_on": clock.today() + timedelta(days=14),
        **fields,
    }
    return services.create_agreement_action_point(
        actor=(who or world.receiver_manager).actor(), agreement_id=agreement.pk, **values
    )


def create_url(agreement: Agreement) -> str:
    return reverse("partnerships:agreement-action-create", args=[agreement.pk])


def page(person: Any, agreement: Agreement) -> str:
    response = client_for(person).get(reverse("partnerships:detail", args=[agreement.pk]))
    return response.content.decode()


def test_either_party_notes_a_task_for_either_from_the_agreements_page(world: World) -> None:
    agreement = make_agreement(world.region, world.receiver)

    for person, taker in (
        (world.receiver_manager, world.region),
        (world.coordinator, world.receiver),
    ):
        assert create_url(agreement) in page(person, agreement)
        response = client_for(person).post(
            create_url(agreement),
            {
                "text": f"Opgave til {taker.name}",
                "organisation": taker.slug,
                "owner": "",
                "due_on": "2026-11-20",
            },
            follow=True,
        )
        assert f"Opgave til {taker.name}" in response.content.decode()

    assert agreement.action_points.count() == 2


def test_what_cannot_be_keeps_what_was_typed(world: World) -> None:
    agreement = make_agreement(world.region, world.receiver)
    # A colleague of the association cannot be the one who does what the region has promised.
    typed = {
        "text": "Find et lokale",
        "organisation": world.region.slug,
        "owner": str(world.receiver_manager.user.pk),
        "due_on": "2026-11-20",
    }
    client = client_for(world.coordinator)

    for wrong in (typed, {**typed, "owner": "", "due_on": "2026-11-01"}):
        response = client.post(create_url(agreement), wrong)

        assert response.status_code == 422
        assert 'value="Find et lokale"' in response.content.decode()
    assert not agreement.action_points.exists()


def test_who_is_no_party_and_who_only_reads_note_nothing(world: World) -> None:
    agreement = make_agreement(world.region, world.receiver)

    with pytest.raises(NotFound):
        note(world, agreement, world.outsider_manager)
    with pytest.raises(NotAllowed):
        note(world, agreement, world.lawyer)
    with pytest.raises(InvalidInput):
        note(world, agreement, organisation=world.municipality)
    assert create_url(agreement) not in page(world.lawyer, agreement)


def test_an_agreement_that_is_over_gets_no_more_tasks(world: World) -> None:
    agreement = make_agreement(world.region, world.receiver, state="closed")

    with pytest.raises(WrongState):
        note(world, agreement)
    response = client_for(world.coordinator).get(create_url(agreement))

    assert response.status_code == 302
    assert create_url(agreement) not in page(world.coordinator, agreement)


def test_only_the_organisation_that_has_the_task_ticks_it_and_opens_it_again(
    world: World,
) -> None:
    agreement = make_agreement(world.region, world.receiver)
    point = note(world, agreement)
    finish = reverse("partnerships:action-finish", args=[point.pk])
    reopen = reverse("partnerships:action-reopen", args=[point.pk])

    assert finish not in page(world.receiver_manager, agreement)
    assert client_for(world.receiver_manager).post(finish).status_code == 403
    assert client_for(world.outsider_manager).post(finish).status_code == 404
    assert finish in page(world.coordinator, agreement)
    response = client_for(world.coordinator).post(finish)

    assert response.headers["Location"].endswith(f"{agreement.pk}/#aftalte-opgaver")
    assert reopen in page(world.coordinator, agreement)
    client_for(world.coordinator).post(reopen)
    point.refresh_from_db()
    assert point.done_on is None


def test_reminders_come_as_for_a_forums_tasks_and_link_to_the_agreement(world: World) -> None:
    agreement = make_agreement(world.region, world.receiver)
    add_member(world.region, Role.MANAGER, name="Anden Leder", email="anden@x.example")
    point = note(world, agreement, owner_id=world.coordinator.user.pk)
    told = []

    for day in range(30):
        clock.advance_to(MONDAY + timedelta(days=day))
        forum_clocks.remind_of_action_points()
        mail.outbox.clear()
        deliver_due()
        told += [(day, one.to[0]) for one in mail.outbox]
        if mail.outbox:
            assert str(point.agreement_id) in mail.outbox[0].body
            assert "Find et lokale" not in mail.outbox[0].body

    assert told == [(day, world.coordinator.user.email) for day in (7, 14, 21)]


def test_nobody_is_reminded_under_an_agreement_that_is_over(world: World) -> None:
    with clock.at(MONDAY - timedelta(days=30)):
        agreement = make_agreement(world.region, world.receiver, state="closed")
        ActionPoint.objects.create(
            agreement=agreement,
            text="Find et lokale",
            organisation=world.region,
            due_on=clock.today(),
        )

    forum_clocks.remind_of_action_points()
    mail.outbox.clear()
    deliver_due()

    assert not mail.outbox


def test_a_late_task_stands_in_the_work_list_and_leads_to_its_place_on_the_page(
    world: World,
) -> None:
    agreement = make_agreement(world.region, world.receiver)
    note(world, agreement)
    clock.advance_to(MONDAY + timedelta(days=20))

    response = client_for(world.coordinator).get(reverse("partnerships:worklist"))

    assert "Find et lokale" in response.content.decode()
    assert f"{agreement.pk}/#aftalte-opgaver" in response.content.decode()
    assert 'id="aftalte-opgaver"' in page(world.coordinator, agreement)
