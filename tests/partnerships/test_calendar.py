"""The calendar of agreements: what stands on which day, and who may fetch it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from organisations.models import Membership, MembershipRole, Organisation
from partnerships import feeds, services, timetable
from partnerships.models import (
    BudgetLine,
    CalendarFeed,
    Forum,
    ForumMember,
    Meeting,
    Milestone,
    Obligation,
    Payment,
    StatusReport,
)
from portal.accounts.models import User
from portal.common import clock
from portal.common.errors import NotFound
from tests.factories.register import make_agreement
from tests.world import Person, World

Clients = Callable[..., Client]
pytestmark = pytest.mark.django_db


def days(number: int) -> Any:
    return clock.today() + timedelta(days=number)


def shown(person: Person, kind: str = "", first: int = 0, last: int = 400) -> list[str]:
    found = timetable.entries(person.actor(), days(first), days(last), kind)
    return [f"{(row.on - clock.today()).days} {row.title}" for row in found]


def full(world: World) -> Any:
    """An agreement with one day of every kind."""
    agreement = make_agreement(
        world.region,
        world.receiver,
        title="Brobygning",
        starts_on=days(2),
        signed_on=days(0),
        ends_on=days(300),
        notice_months=0,
    )
    party = agreement.parties.get(organisation=world.receiver)
    line = BudgetLine.objects.create(agreement=agreement, text="Løn", kind="money")
    Milestone.objects.create(agreement=agreement, text="Ti værter", due_on=days(10))
    Obligation.objects.create(agreement=agreement, party=party, text="Kaffe", due_on=days(11))
    Payment.objects.create(agreement=agreement, line=line, amount_ore=1_000_000, due_on=days(12))
    StatusReport.objects.create(
        agreement=agreement, period_from=days(0), period_to=days(13), due_on=days(14), title="År 1"
    )
    return agreement


def meet(world: World, *members: Organisation, begins_at: datetime | None = None) -> Meeting:
    forum = Forum.objects.create(organisation=world.health_council, name="Forum")
    for member in members:
        ForumMember.objects.create(forum=forum, organisation=member, since=days(-9))
    return Meeting.objects.create(
        forum=forum,
        title="Første møde",
        begins_at=begins_at or clock.now() + timedelta(days=20),
        place="Rådhuset",
    )


def test_every_kind_of_day_stands_in_order(world: World) -> None:
    full(world)

    assert shown(world.receiver_manager) == [
        "2 Aftale begynder",
        "10 Milepæl: Ti værter",
        "11 Hjertet Aarhus: Kaffe",
        "12 Betaling, 10.000\N{NO-BREAK SPACE}kr.: Løn",
        "14 Statusrapport skal være færdig",
        "300 Aftale slutter",
    ]


@pytest.mark.parametrize(
    ("kind", "count"),
    [("aftaler", 2), ("opgaver", 2), ("penge", 1), ("rapporter", 1), ("moeder", 0), ("", 6)],
)
def test_a_kind_can_be_shown_alone(world: World, kind: str, count: int) -> None:
    full(world)

    assert len(shown(world.coordinator, kind)) == count


def test_the_last_day_of_notice_stands_until_notice_is_given(world: World) -> None:
    make_agreement(world.region, world.receiver, ends_on=days(200), notice_months=3)

    [(entry)] = timetable.entries(world.coordinator.actor(), days(0), days(150))

    assert entry.title == "Sidste dag for at opsige"
    assert entry.kind == "varsler"


def test_days_outside_the_span_are_left_out(world: World) -> None:
    full(world)

    assert shown(world.coordinator, first=11, last=12) == [
        "11 Hjertet Aarhus: Kaffe",
        "12 Betaling, 10.000\N{NO-BREAK SPACE}kr.: Løn",
    ]


def test_strangers_and_owners_above_have_none_of_it(world: World) -> None:
    full(world)
    meet(world, world.receiver)

    assert shown(world.outsider_manager) == []
    assert shown(world.other_coordinator) == []
    assert shown(world.parent_handler) == []


def test_meetings_are_those_of_the_forums_one_has_a_seat_in(world: World) -> None:
    meeting = meet(world, world.receiver)
    title = "20 Første møde"

    assert shown(world.receiver_manager) == [title]
    assert shown(world.outsider_manager) == []

    Meeting.objects.filter(pk=meeting.pk).update(state="called_off")
    assert shown(world.receiver_manager) == []
    Meeting.objects.filter(pk=meeting.pk).update(state="planned")
    ForumMember.objects.update(until=days(-1))
    assert shown(world.receiver_manager) == []


# --- the page ---------------------------------------------------------------------------------
def test_the_page_has_a_list_for_each_month(world: World, client_for: Clients) -> None:
    full(world)
    client = client_for(world.coordinator)

    page = client.get(reverse("partnerships:calendar"))

    months = page.context["months"]
    assert [month.day for month, _rows in months] == [1] * len(months)
    assert sum(len(rows) for _month, rows in months) >= 5
    assert "Milepæl: Ti værter" in page.content.decode()


@pytest.mark.parametrize("query", ["fra=2026-13", "fra=x", "fra=99999-1", "fra=-1", "slags=ukendt"])
def test_an_odd_address_gives_the_coming_months(
    world: World, client_for: Clients, query: str
) -> None:
    response = client_for(world.coordinator).get(reverse("partnerships:calendar") + f"?{query}")

    assert response.context["first"] == clock.today().replace(day=1)


def test_the_page_costs_the_same_with_one_row_and_with_twenty(
    world: World, client_for: Clients
) -> None:
    client = client_for(world.coordinator)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("partnerships:calendar")).status_code == 200
        return len(captured)

    full(world)
    statements()
    one = statements()
    for _number in range(19):
        full(world)

    assert statements() == one
    assert one <= 28


# --- the file ---------------------------------------------------------------------------------
def events(content: bytes) -> dict[str, Any]:
    calendar = Calendar.from_ical(content.decode())
    return {str(event["uid"]): event for event in calendar.walk("VEVENT")}


def test_the_file_has_whole_days_with_names_that_stay(world: World, client_for: Clients) -> None:
    agreement = full(world)
    client = client_for(world.receiver_manager)

    first = events(client.get(reverse("partnerships:calendar-file")).content)
    second = events(client.get(reverse("partnerships:calendar-file")).content)

    end = first[f"agreement-{agreement.pk}-end@samspil"]
    assert end.decoded("dtstart") == days(300)
    assert str(end["summary"]) == "Aftale slutter: Brobygning"
    assert str(end["url"]).endswith(f"/aftaler/{agreement.pk}/")
    assert first.keys() == second.keys()
    assert len(first) == 6


def test_what_is_done_leaves_the_file_and_stays_on_the_page(world: World) -> None:
    agreement = full(world)
    agreement.milestones.update(done_on=days(0))

    events = timetable.coming_events(world.coordinator.actor())

    assert not [event for event in events if event.title.startswith("Milepæl")]
    assert "10 Milepæl: Ti værter" in shown(world.coordinator)


# --- the feed ---------------------------------------------------------------------------------
def feed(token: str) -> Any:
    return Client().get(f"/kalender/{token}.ics")


def test_the_feed_gives_what_the_person_may_see_today_and_is_kept_by_nobody(world: World) -> None:
    full(world)
    make_agreement(world.municipality, world.outsider, title="Fremmed", ends_on=days(50))
    token = services.open_feed(actor=world.receiver_manager.actor())

    response = feed(token)

    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/calendar")
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    assert "Brobygning" in response.content.decode()
    assert "Fremmed" not in response.content.decode()


def test_the_token_is_stored_as_a_hash_only(world: World) -> None:
    token = services.open_feed(actor=world.receiver_manager.actor())

    assert token not in str(CalendarFeed.objects.values().get())


def test_a_new_address_makes_the_old_one_void_and_closing_ends_it(world: World) -> None:
    actor = world.receiver_manager.actor()
    old = services.open_feed(actor=actor)
    new = services.open_feed(actor=actor)

    assert feed(old).status_code == 404
    assert feed(new).status_code == 200

    services.close_feed(actor=actor)
    services.close_feed(actor=actor)
    assert feed(new).status_code == 404
    assert feed("findes-ikke").status_code == 404


def _ends_membership(person: Person) -> None:
    Membership.objects.filter(user=person.user).delete()


def _changes_to_a_role_without_the_right(person: Person) -> None:
    MembershipRole.objects.filter(membership__user=person.user).update(role="editor")


def _is_disabled(person: Person) -> None:
    User.objects.filter(pk=person.user.pk).update(is_active=False)


def _closes_the_organisation(person: Person) -> None:
    assert person.organisation
    Organisation.objects.filter(pk=person.organisation.pk).update(status="closed")


@pytest.mark.parametrize(
    "change",
    [
        _ends_membership,
        _changes_to_a_role_without_the_right,
        _is_disabled,
        _closes_the_organisation,
    ],
)
def test_when_the_right_is_gone_the_address_is_gone(
    world: World, change: Callable[[Person], None]
) -> None:
    token = services.open_feed(actor=world.receiver_manager.actor())

    change(world.receiver_manager)

    assert feed(token).status_code == 404
    with pytest.raises(NotFound):
        feeds.actor_behind(token)


def test_another_membership_does_not_keep_the_address_alive(world: World) -> None:
    """The person also works for the outsider: that is another calendar."""
    from tests.factories.organisations import add_member

    person = world.receiver_manager
    add_member(world.outsider, "manager", user=person.user)
    token = services.open_feed(actor=person.actor())

    Membership.objects.filter(user=person.user, organisation=world.receiver).delete()

    assert feed(token).status_code == 404


def test_the_address_is_shown_once_and_closed_on_the_page(
    world: World, client_for: Clients
) -> None:
    client = client_for(world.receiver_manager)

    made = client.post(reverse("partnerships:feed-open"))

    address = made.context["feed_url"]
    assert address in made.content.decode()
    assert Client().get(address.split("/", 3)[3].join(["/", ""])).status_code == 200
    later = client.get(reverse("partnerships:calendar")).content.decode()
    assert address not in later
    assert "Luk adressen" in later

    client.post(reverse("partnerships:feed-close"))
    assert not CalendarFeed.objects.exists()


def test_the_token_is_masked_in_logs() -> None:
    from portal.common.logging import mask

    assert mask("GET /kalender/abcdefghijklmnopqrstuv.ics") == "GET /kalender/***"
