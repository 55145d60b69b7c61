"""A council's forum: seats, meetings, minutes that two can write, and promises that are kept."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from organisations.models import Role
from partnerships import forum_clocks, services
from partnerships.forum_calendar import calendar_events
from partnerships.models import ActionPoint, AgendaItem, Forum, ForumMember, Meeting
from portal.audit.models import AuditEntry
from portal.common import clock
from portal.common.clock import COPENHAGEN
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.notifications.delivery import deliver_due
from portal.notifications.models import OutgoingMessage
from tests.factories.forums import make_forum, plan
from tests.factories.organisations import OrganisationFactory, add_member

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 2, 10, tzinfo=COPENHAGEN)
STRANGERS = ("outsider_manager", "other_coordinator", "coordinator", "practice_manager")


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with clock.at(MONDAY):
        yield


def run(world: Any) -> Any:
    return world.council_coordinator.actor()


def keys(row: Any, word: str = "meeting") -> list[str]:
    prefix = f"{word}:{row.pk}:"
    rows = OutgoingMessage.objects.filter(key__startswith=prefix).order_by("pk")
    return [one.key.removeprefix(prefix) for one in rows]


def addresses() -> list[str]:
    mail.outbox.clear()
    deliver_due()
    return sorted(one.to[0] for one in mail.outbox)


def propose(world: Any, meeting: Meeting, title: str = "Følgeskab", who: Any = None) -> AgendaItem:
    person = who or world.receiver_manager
    return services.propose_item(actor=person.actor(), meeting_id=meeting.pk, title=title)


def hold(world: Any, meeting: Meeting, **words: str) -> Meeting:
    """The minutes of every item on the day of the meeting."""
    clock.advance_to(max(clock.now(), meeting.begins_at))
    items = [
        services.ItemMinutes(
            item_id=row.pk,
            version=row.version,
            minutes=words.get("minutes", "Vi talte om det."),
            decision=words.get("decision", "Vi prøver."),
        )
        for row in meeting.agenda.all()
    ]
    meeting.refresh_from_db()
    return services.save_minutes(
        actor=run(world), meeting_id=meeting.pk, version=meeting.version, general="", items=items
    )


# --- seats ------------------------------------------------------------------------------------


def test_only_the_councils_coordinator_sets_a_forum_up(world):
    forum = make_forum(world)
    assert forum.organisation == world.health_council

    for who in ("coordinator", "municipal_coordinator", "receiver_manager", "lawyer"):
        with pytest.raises(NotAllowed):
            services.create_forum(actor=getattr(world, who).actor(), name="Et andet")


def test_a_forum_exists_for_those_with_a_seat_and_for_nobody_else(world):
    forum = make_forum(world)

    for who in ("receiver_manager", "municipal_coordinator", "council_coordinator"):
        assert Forum.objects.visible_to(getattr(world, who).actor()).get() == forum
    # A handler of a member has no right to take part; being family or the region gives none either.
    for who in (*STRANGERS, "receiver_handler", "parent_handler", "sibling_handler"):
        assert not Forum.objects.visible_to(getattr(world, who).actor()).exists(), who


def test_who_leaves_sees_nothing_from_that_day(world):
    forum = make_forum(world)
    plan(world, forum)
    seat = forum.members.get(organisation=world.receiver)

    services.end_forum_member(actor=run(world), member_id=seat.pk)
    services.end_forum_member(actor=run(world), member_id=seat.pk)

    actor = world.receiver_manager.actor()
    assert not Forum.objects.visible_to(actor).exists()
    assert not Meeting.objects.visible_to(actor).exists()
    assert (
        AuditEntry.objects.filter(
            action="forum.end_member", subject_ids__contains=[str(seat.pk)]
        ).count()
        == 1
    )


def test_a_seat_is_given_once_and_may_be_given_again_after_it_ended(world):
    forum = make_forum(world)
    seat = forum.members.get(organisation=world.receiver)
    add = {"actor": run(world), "forum_id": forum.pk, "organisation": world.receiver}
    assert services.add_forum_member(**add) == seat

    services.end_forum_member(actor=run(world), member_id=seat.pk)
    assert services.add_forum_member(**add) != seat

    with pytest.raises(IntegrityError), transaction.atomic():
        ForumMember.objects.create(forum=forum, organisation=world.receiver, since=clock.today())


def test_the_named_person_is_one_who_may_come_in(world):
    forum = make_forum(world)
    seat = forum.members.get(organisation=world.receiver)

    for stranger in (world.receiver_handler, world.outsider_manager):
        with pytest.raises(InvalidInput):
            services.edit_forum_member(
                actor=run(world), member_id=seat.pk, person_id=stranger.user.pk, is_chair=False
            )
    named = services.edit_forum_member(
        actor=run(world),
        member_id=seat.pk,
        person_id=world.receiver_manager.user.pk,
        is_chair=True,
    )
    assert named.person == world.receiver_manager.user


def test_a_forum_has_one_chair(world):
    forum = make_forum(world)
    for seat in forum.members.all():
        services.edit_forum_member(
            actor=run(world), member_id=seat.pk, person_id=None, is_chair=True
        )

    assert forum.members.filter(is_chair=True).count() == 1


def test_members_do_not_run_it_and_strangers_do_not_find_it(world):
    forum = make_forum(world)
    seat = forum.members.get(organisation=world.receiver)
    for who, error in (
        ("municipal_coordinator", NotAllowed),
        ("receiver_manager", NotAllowed),
        ("coordinator", NotFound),
        ("outsider_manager", NotFound),
    ):
        actor = getattr(world, who).actor()
        with pytest.raises(error):
            services.edit_forum(actor=actor, forum_id=forum.pk, name="Vores")
        with pytest.raises(error):
            services.plan_meeting(
                actor=actor, forum_id=forum.pk, title="Møde", begins_at=clock.now()
            )
        with pytest.raises(error):
            services.end_forum_member(actor=actor, member_id=seat.pk)


# --- meetings and agenda ----------------------------------------------------------------------


def test_any_member_puts_something_on_the_agenda_and_a_stranger_does_not(world):
    meeting = plan(world, make_forum(world))

    item = propose(world, meeting)

    assert item.proposed_by == world.receiver
    for who in STRANGERS:
        with pytest.raises(NotFound):
            propose(world, meeting, who=getattr(world, who))
    with pytest.raises(InvalidInput):
        propose(world, meeting, title="Om 010190-1234")


def test_items_are_moved_by_who_runs_it_and_withdrawn_by_who_proposed(world):
    meeting = plan(world, make_forum(world))
    first, second = propose(world, meeting, "Et"), propose(world, meeting, "To")

    services.move_item_up(actor=run(world), item_id=second.pk)
    services.move_item_up(actor=run(world), item_id=second.pk)
    assert [row.title for row in meeting.agenda.all()] == ["To", "Et"]

    with pytest.raises(NotAllowed):
        services.move_item_up(actor=world.receiver_manager.actor(), item_id=first.pk)
    with pytest.raises(NotAllowed):
        services.withdraw_item(actor=world.municipal_coordinator.actor(), item_id=first.pk)
    with pytest.raises(NotFound):
        services.withdraw_item(actor=world.outsider_manager.actor(), item_id=first.pk)
    services.withdraw_item(actor=world.receiver_manager.actor(), item_id=first.pk)
    services.withdraw_item(actor=run(world), item_id=second.pk)
    assert not meeting.agenda.exists()


def test_the_agenda_goes_once_to_each_member(world):
    forum = make_forum(world)
    seat = forum.members.get(organisation=world.receiver)
    services.edit_forum_member(
        actor=run(world),
        member_id=seat.pk,
        person_id=world.receiver_manager.user.pk,
        is_chair=False,
    )
    meeting = plan(world, forum)
    with pytest.raises(WrongState):
        services.send_agenda(actor=run(world), meeting_id=meeting.pk)
    propose(world, meeting)

    services.send_agenda(actor=run(world), meeting_id=meeting.pk)
    services.send_agenda(actor=run(world), meeting_id=meeting.pk)

    assert keys(meeting) == ["agenda"]
    assert addresses() == sorted(
        [world.receiver_manager.user.email, world.municipal_coordinator.user.email]
    )
    assert "Følgeskab" not in mail.outbox[0].body


def test_moving_it_is_told_to_those_who_had_the_agenda(world):
    meeting = plan(world, make_forum(world))
    later = {"title": "Forårsmøde", "begins_at": meeting.begins_at + timedelta(days=1)}
    services.edit_meeting(actor=run(world), meeting_id=meeting.pk, **later)
    assert keys(meeting) == []

    propose(world, meeting)
    services.send_agenda(actor=run(world), meeting_id=meeting.pk)
    services.edit_meeting(actor=run(world), meeting_id=meeting.pk, **later)
    assert keys(meeting) == ["agenda"]  # the same time again is no news

    later["begins_at"] += timedelta(hours=1)
    services.edit_meeting(actor=run(world), meeting_id=meeting.pk, **later)
    assert len(keys(meeting)) == 2


def test_a_meeting_is_called_off_once_and_then_left_alone(world):
    meeting = plan(world, make_forum(world))

    services.call_off_meeting(actor=run(world), meeting_id=meeting.pk)
    services.call_off_meeting(actor=run(world), meeting_id=meeting.pk)

    assert keys(meeting) == ["called-off"]
    with pytest.raises(WrongState):
        propose(world, meeting)
    with pytest.raises(WrongState):
        services.edit_meeting(
            actor=run(world), meeting_id=meeting.pk, title="Nyt", begins_at=clock.now()
        )


def test_an_error_half_way_leaves_the_agenda_unsent(world, monkeypatch):
    meeting = plan(world, make_forum(world))
    propose(world, meeting)

    def fail(_meeting: Meeting) -> None:
        raise RuntimeError

    monkeypatch.setattr("partnerships.forum_mails.queue_agenda", fail)
    with pytest.raises(RuntimeError):
        services.send_agenda(actor=run(world), meeting_id=meeting.pk)

    meeting.refresh_from_db()
    assert meeting.agenda_sent_at is None


# --- minutes ----------------------------------------------------------------------------------


def write(world: Any, meeting: Meeting, item: AgendaItem, version: int, words: str) -> None:
    services.save_minutes(
        actor=run(world),
        meeting_id=meeting.pk,
        version=Meeting.objects.get(pk=meeting.pk).version,
        general="",
        items=[services.ItemMinutes(item_id=item.pk, version=version, minutes=words, decision="")],
    )


def test_two_writers_of_different_items_both_keep_their_words(world):
    meeting = plan(world, make_forum(world), begins_at=clock.now())
    one, two = propose(world, meeting, "Et"), propose(world, meeting, "To")

    # Both have opened the page at once; each sends the whole page, with the other's item unchanged.
    services.save_minutes(
        actor=run(world), meeting_id=meeting.pk, version=0, general="",
        items=[
            services.ItemMinutes(item_id=one.pk, version=0, minutes="Karla skrev", decision=""),
            services.ItemMinutes(item_id=two.pk, version=0, minutes="", decision=""),
        ],
    )  # fmt: skip
    with pytest.raises(services.WrittenMeanwhile) as clash:
        services.save_minutes(
            actor=run(world), meeting_id=meeting.pk, version=0, general="",
            items=[
                services.ItemMinutes(item_id=one.pk, version=0, minutes="Bo skrev", decision=""),
                services.ItemMinutes(item_id=two.pk, version=0, minutes="Bo her", decision=""),
            ],
        )  # fmt: skip

    assert [row.pk for row in clash.value.items] == [one.pk]
    assert [row.minutes for row in meeting.agenda.all()] == ["Karla skrev", ""]
    write(world, meeting, two, 0, "Bo her")
    assert [row.minutes for row in meeting.agenda.all()] == ["Karla skrev", "Bo her"]


def test_a_place_left_as_it_was_opened_does_not_undo_the_others_words(world):
    meeting = plan(world, make_forum(world), begins_at=clock.now())
    one, two = propose(world, meeting, "Et"), propose(world, meeting, "To")
    write(world, meeting, one, 0, "Karla skrev")

    empty = services.fingerprint("", "")
    # Bo opened it before Karla saved, and wrote at the second item alone.
    services.save_minutes(
        actor=run(world), meeting_id=meeting.pk, version=0, general="",
        items=[
            services.ItemMinutes(
                item_id=one.pk, version=0, minutes="", decision="", read=empty
            ),
            services.ItemMinutes(item_id=two.pk, version=0, minutes="Bo skrev", decision=""),
        ],
    )  # fmt: skip

    assert [row.minutes for row in meeting.agenda.all()] == ["Karla skrev", "Bo skrev"]


def test_the_second_writer_sees_both_texts_on_the_page_and_saves_on_top(world, client_for):
    meeting = plan(world, make_forum(world), begins_at=clock.now())
    item = propose(world, meeting)
    client = client_for(world.council_coordinator)
    address = f"/forum/moede/{meeting.pk}/referat/"
    opened = {
        "version": "0",
        "general": "",
        f"version-{item.pk}": "0",
        f"read-{item.pk}": client.get(address).context["form"][f"read-{item.pk}"].value(),
        f"decision-{item.pk}": "",
    }
    write(world, meeting, item, 0, "Karla skrev")

    clashed = client.post(address, {**opened, f"minutes-{item.pk}": "Bo skrev"})

    text = clashed.content.decode()
    assert clashed.status_code == 409
    assert "Karla skrev" in text
    assert "Bo skrev" in text
    assert f'name="version-{item.pk}" value="1"' in text
    saved = client.post(
        address,
        {**opened, f"version-{item.pk}": "1", f"minutes-{item.pk}": "Karla skrev. Bo skrev"},
    )
    item.refresh_from_db()
    assert saved.status_code == 302
    assert item.minutes == "Karla skrev. Bo skrev"


def test_minutes_wait_for_the_day_of_the_meeting_and_make_it_held(world):
    meeting = plan(world, make_forum(world))
    propose(world, meeting)
    with pytest.raises(WrongState):
        services.save_minutes(
            actor=run(world), meeting_id=meeting.pk, version=0, general="For tidligt", items=[]
        )

    held = hold(world, meeting)

    assert (held.state, held.minutes_by_name) == ("held", "Carla Koordinator")
    with pytest.raises(WrongState):
        propose(world, meeting)


def test_minutes_are_sent_once_then_approved_and_then_left_alone(world):
    forum = make_forum(world)
    seat = forum.members.get(organisation=world.municipality)
    services.edit_forum_member(actor=run(world), member_id=seat.pk, person_id=None, is_chair=True)
    meeting = plan(world, forum)
    propose(world, meeting)
    with pytest.raises(WrongState):
        services.send_minutes(actor=run(world), meeting_id=meeting.pk)
    hold(world, meeting)
    with pytest.raises(WrongState):
        services.approve_minutes(actor=run(world), meeting_id=meeting.pk)
    services.send_minutes(actor=run(world), meeting_id=meeting.pk)
    services.send_minutes(actor=run(world), meeting_id=meeting.pk)
    assert keys(meeting) == ["minutes"]

    with pytest.raises(NotAllowed):
        services.approve_minutes(actor=world.receiver_manager.actor(), meeting_id=meeting.pk)
    with pytest.raises(NotFound):
        services.approve_minutes(actor=world.outsider_manager.actor(), meeting_id=meeting.pk)
    chair = world.municipal_coordinator.actor()
    services.approve_minutes(actor=chair, meeting_id=meeting.pk)
    approved = services.approve_minutes(actor=run(world), meeting_id=meeting.pk)

    assert approved.approved_by_name == "Kurt Koordinator"
    with pytest.raises(WrongState):
        hold(world, meeting, minutes="Noget andet")
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.update(approved_at=None)


def test_minutes_are_a_pdf_for_members_and_not_there_for_strangers(world, client_for):
    meeting = plan(world, make_forum(world))
    propose(world, meeting)
    address = f"/forum/moede/{meeting.pk}/referat.pdf"
    assert client_for(world.receiver_manager).get(address).status_code == 404
    hold(world, meeting)

    answer = client_for(world.receiver_manager).get(address)

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert client_for(world.outsider_manager).get(address).status_code == 404


# --- action points ----------------------------------------------------------------------------


def task(world: Any, meeting: Meeting, **fields: Any) -> ActionPoint:
    values = {
        "text": "Skriv et opslag",
        "organisation": world.receiver,
        "due_on": clock.today() + timedelta(days=30),
        **fields,
    }
    return services.create_action_point(actor=run(world), meeting_id=meeting.pk, **values)


def test_a_task_goes_to_a_member_and_to_one_of_its_people(world):
    meeting = plan(world, make_forum(world))

    for wrong in (
        {"organisation": world.outsider},
        {"owner_id": world.outsider_manager.user.pk},
        {"due_on": clock.today() - timedelta(days=1)},
        {"text": ""},
    ):
        with pytest.raises(InvalidInput):
            task(world, meeting, **wrong)
    assert task(world, meeting, owner_id=world.receiver_manager.user.pk).owner


def test_who_has_the_task_ticks_it_once_and_others_do_not(world):
    point = task(world, plan(world, make_forum(world)))
    for who, error in (
        ("municipal_coordinator", NotAllowed),
        ("outsider_manager", NotFound),
        ("coordinator", NotFound),
    ):
        with pytest.raises(error):
            services.finish_action_point(actor=getattr(world, who).actor(), point_id=point.pk)

    actor = world.receiver_manager.actor()
    services.finish_action_point(actor=actor, point_id=point.pk)
    done = services.finish_action_point(actor=actor, point_id=point.pk)

    assert done.done_on == clock.today()
    assert (
        AuditEntry.objects.filter(
            action="action.finish", subject_ids__contains=[str(point.pk)]
        ).count()
        == 1
    )
    services.reopen_action_point(actor=run(world), point_id=point.pk)
    assert ActionPoint.objects.open().get() == point


def test_reminders_a_week_before_on_the_day_and_a_week_after_each_once(world):
    point = task(world, plan(world, make_forum(world)))

    for day in range(45):
        clock.advance_to(MONDAY + timedelta(days=day))
        forum_clocks.remind_of_action_points()
        forum_clocks.remind_of_action_points()

    assert keys(point, "action") == [f"{offset}:{point.due_on}" for offset in ("-7", "+0", "+7")]


def test_after_a_pause_one_reminder_comes_and_not_three(world):
    point = task(world, plan(world, make_forum(world)))
    clock.advance_to(MONDAY + timedelta(days=60))

    assert forum_clocks.remind_of_action_points() == 1
    assert forum_clocks.remind_of_action_points() == 0
    assert keys(point, "action") == [f"+7:{point.due_on}"]


def test_the_owner_is_reminded_and_without_one_the_organisation(world):
    meeting = plan(world, make_forum(world))
    add_member(world.receiver, Role.MANAGER, name="Anden Leder", email="anden@x.example")
    task(world, meeting, owner_id=world.receiver_manager.user.pk)
    deliver_due()
    clock.advance_to(MONDAY + timedelta(days=23))

    forum_clocks.remind_of_action_points()
    assert addresses() == [world.receiver_manager.user.email]
    assert "Skriv et opslag" not in mail.outbox[0].body

    task(world, meeting, due_on=clock.today() + timedelta(days=7))
    forum_clocks.remind_of_action_points()
    assert addresses() == sorted(["anden@x.example", world.receiver_manager.user.email])


def test_what_is_done_is_not_reminded_of(world):
    point = task(world, plan(world, make_forum(world)))
    clock.advance_to(MONDAY + timedelta(days=23))
    forum_clocks.remind_of_action_points()
    services.finish_action_point(actor=run(world), point_id=point.pk)

    assert addresses() == []
    clock.advance_to(MONDAY + timedelta(days=30))
    assert forum_clocks.remind_of_action_points() == 0


# --- calendar ---------------------------------------------------------------------------------


def test_the_calendar_holds_own_meetings_and_own_tasks_alone(world):
    forum = make_forum(world)
    meeting = plan(world, forum)
    gone = plan(world, forum, title="Aflyst")
    services.call_off_meeting(actor=run(world), meeting_id=gone.pk)
    point = task(world, meeting)
    task(world, meeting, organisation=world.municipality)

    events = calendar_events(world.receiver_manager.actor())

    assert [event.uid for event in events] == [
        f"moede-{meeting.pk}@samspil",
        f"opgave-{point.pk}@samspil",
    ]
    assert calendar_events(world.outsider_manager.actor()) == []


def test_the_calendar_file_is_for_members(world, client_for):
    forum = make_forum(world)
    address = f"/forum/{forum.pk}/kalender.ics"
    client = client_for(world.receiver_manager)
    assert client.get(address).status_code == 302  # nothing to fetch yet

    plan(world, forum, place="Rådhuset")

    answer = client.get(address)
    assert b"SUMMARY:Forum for Aarhus: For\xc3\xa5rsm\xc3\xb8de" in answer.content
    assert client_for(world.outsider_manager).get(address).status_code == 404


# --- pages ------------------------------------------------------------------------------------


def test_pages_show_members_what_is_theirs_to_do(world, client_for):
    forum = make_forum(world)
    meeting = plan(world, forum)
    propose(world, meeting)
    task(world, meeting)

    own = client_for(world.receiver_manager)
    listed = own.get("/forum/").content.decode()
    page = own.get(f"/forum/moede/{meeting.pk}/").content.decode()

    assert "Skriv et opslag" in listed
    assert "Forårsmøde" in listed
    assert "Foreslå et punkt" in page
    assert "Tag af dagsordenen" in page
    assert "Send dagsordenen" not in page
    runs = client_for(world.council_coordinator).get(f"/forum/moede/{meeting.pk}/")
    assert "Send dagsordenen" in runs.content.decode()


def test_strangers_find_neither_forum_nor_meeting_nor_seat(world, client_for):
    forum = make_forum(world)
    meeting = plan(world, forum)
    seat = forum.members.first()
    for who in ("outsider_manager", "other_coordinator"):
        client = client_for(getattr(world, who))
        for address in (f"/forum/{forum.pk}/", f"/forum/moede/{meeting.pk}/"):
            assert client.get(address).status_code == 404
        assert forum.name not in client.get("/forum/").content.decode()
    client = client_for(world.other_coordinator)
    assert client.get(f"/forum/medlem/{seat.pk}/").status_code == 404


def test_the_whole_course_on_the_pages(world, client_for):
    client = client_for(world.council_coordinator)
    client.post("/forum/nyt/", {"name": "Forum for hjerter", "purpose": "At mødes"})
    forum = Forum.objects.get()
    added = client.post(f"/forum/{forum.pk}/medlemmer/", {"organisation": world.receiver.slug})
    client.post(
        added["Location"], {"person": f"{world.receiver_manager.user.pk}", "is_chair": "on"}
    )
    bad = client.post(
        f"/forum/{forum.pk}/moede/",
        {"title": "Møde", "on": "2026-11-02", "begins": "14:00", "ends": "13:00"},
    )
    assert bad.status_code == 422
    assert "slutter, før det begynder" in bad.content.decode()
    client.post(
        f"/forum/{forum.pk}/moede/",
        {"title": "Møde", "on": "2026-11-02", "begins": "14:00", "ends": "15:30"},
    )
    meeting = Meeting.objects.get()
    assert meeting.begins_at == MONDAY + timedelta(hours=4)
    member = client_for(world.receiver_manager)
    member.post(f"/forum/moede/{meeting.pk}/punkt/", {"title": "Frivillige på afdelingen"})
    item = meeting.agenda.get()
    client.post(f"/forum/moede/{meeting.pk}/dagsorden/")
    client.post(
        f"/forum/moede/{meeting.pk}/referat/",
        {
            "version": "0",
            "general": "Alle var der",
            f"version-{item.pk}": "0",
            f"read-{item.pk}": "",
            f"minutes-{item.pk}": "Vi talte længe",
            f"decision-{item.pk}": "Vi prøver i foråret",
        },
    )
    client.post(
        f"/forum/moede/{meeting.pk}/opgave/",
        {"text": "Find to frivillige", "organisation": world.receiver.slug, "due_on": "2026-12-01"},
    )
    client.post(f"/forum/moede/{meeting.pk}/referat/send/")
    member.post(f"/forum/moede/{meeting.pk}/referat/godkend/")
    member.post(f"/forum/opgave/{ActionPoint.objects.get().pk}/gjort/")

    text = member.get(f"/forum/moede/{meeting.pk}/").content.decode()
    for words in ("Vi prøver i foråret", "Find to frivillige", "Referat godkendt", "Alle var der"):
        assert words in text
    assert ActionPoint.objects.get().done_on == clock.today()


@pytest.mark.parametrize("address", ["/forum/", "/forum/{forum}/", "/forum/moede/{meeting}/"])
def test_pages_cost_the_same_with_1_and_with_20(
    world, client_for, address, django_assert_max_num_queries, django_assert_num_queries
):
    forum = make_forum(world)
    meeting = plan(world, forum)
    propose(world, meeting)
    task(world, meeting)
    client = client_for(world.municipal_coordinator)
    here = address.format(forum=forum.pk, meeting=meeting.pk)
    client.get(here)
    with django_assert_max_num_queries(30) as few:
        client.get(here)

    for number in range(19):
        one = OrganisationFactory(slug=f"medlem-{number}")
        services.add_forum_member(actor=run(world), forum_id=forum.pk, organisation=one)
        plan(world, forum, title=f"Møde {number}")
        propose(world, meeting, f"Punkt {number}")
        task(world, meeting, text=f"Opgave {number}")
    with django_assert_num_queries(len(few)):
        client.get(here)


# --- the end ------------------------------------------------------------------------------------


def close(world, forum):
    return services.close_forum(actor=run(world), forum_id=forum.pk)


def test_closing_tells_each_member_once_and_calls_off_what_was_coming(world):
    forum = make_forum(world)
    held, coming = plan(world, forum, begins_at=MONDAY - timedelta(days=7)), plan(world, forum)
    deliver_due()

    close(world, forum)
    close(world, forum)

    states = {row.pk: row.state for row in forum.meetings.all()}
    assert states == {held.pk: Meeting.State.PLANNED, coming.pk: Meeting.State.CALLED_OFF}
    assert [key.split(":")[0] for key in keys(forum, "forum")] == ["closed"]
    assert addresses() == sorted(
        [world.receiver_manager.user.email, world.municipal_coordinator.user.email]
    )
    assert "lukket" in mail.outbox[0].subject


def test_nothing_is_lost_when_it_closes(world, client_for):
    forum = make_forum(world)
    meeting = plan(world, forum, begins_at=MONDAY)
    item = propose(world, meeting)
    hold(world, meeting)
    services.send_minutes(actor=run(world), meeting_id=meeting.pk)
    point = services.create_action_point(
        actor=run(world),
        meeting_id=meeting.pk,
        text="Skriv et opslag",
        organisation=world.receiver,
        due_on=clock.today(),
    )
    close(world, forum)

    member = client_for(world.receiver_manager)
    page = member.get(f"/forum/{forum.pk}/").content.decode()
    assert "Forummet lukkede 2. november 2026" in page
    assert "Skriv et opslag" in page
    assert item.title in member.get(f"/forum/moede/{meeting.pk}/").content.decode()
    services.finish_action_point(actor=world.receiver_manager.actor(), point_id=point.pk)
    services.approve_minutes(actor=run(world), meeting_id=meeting.pk)
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.APPROVED


def test_nothing_new_comes_into_a_closed_forum(world):
    forum = make_forum(world)
    meeting = plan(world, forum, begins_at=MONDAY - timedelta(days=1))
    seat = forum.members.get(organisation=world.receiver)
    close(world, forum)
    at = {"actor": run(world)}

    for act in (
        lambda: plan(world, forum),
        lambda: propose(world, meeting),
        lambda: services.send_agenda(**at, meeting_id=meeting.pk),
        lambda: services.edit_forum(**at, forum_id=forum.pk, name="Nyt navn"),
        lambda: services.edit_meeting(
            **at, meeting_id=meeting.pk, title="Nyt", begins_at=MONDAY + timedelta(days=3)
        ),
        lambda: services.add_forum_member(
            **at, forum_id=forum.pk, organisation=OrganisationFactory()
        ),
        lambda: services.edit_forum_member(**at, member_id=seat.pk, person_id=None, is_chair=True),
    ):
        with pytest.raises(WrongState, match="lukket"):
            act()
    services.end_forum_member(**at, member_id=seat.pk)


def test_it_opens_again_with_its_seats_and_its_members_are_told(world):
    forum = make_forum(world)
    coming = plan(world, forum)
    close(world, forum)

    for _ in range(2):
        services.reopen_forum(actor=run(world), forum_id=forum.pk)

    coming.refresh_from_db()
    assert coming.state == Meeting.State.CALLED_OFF
    assert forum.members.seated().count() == 2
    plan(world, forum)
    kinds = [key.split(":")[0] for key in keys(forum, "forum")]
    assert kinds == ["closed", "reopened"]
    # The mail of what has been undone meanwhile says nothing.
    assert len(addresses()) == 2
    assert "åbent igen" in mail.outbox[0].subject


def test_only_who_runs_it_closes_it(world, client_for):
    forum = make_forum(world)

    for act in (services.close_forum, services.reopen_forum):
        with pytest.raises(NotAllowed):
            act(actor=world.receiver_manager.actor(), forum_id=forum.pk)
        with pytest.raises(NotFound):
            act(actor=world.other_coordinator.actor(), forum_id=forum.pk)
    assert "Luk forummet" not in (
        client_for(world.receiver_manager).get(f"/forum/{forum.pk}/").content.decode()
    )


def test_the_page_says_what_closing_means_before_it_does_it(world, client_for):
    forum = make_forum(world)
    plan(world, forum)
    client = client_for(world.council_coordinator)
    assert f"/forum/{forum.pk}/luk/" in client.get(f"/forum/{forum.pk}/").content.decode()

    page = client.get(f"/forum/{forum.pk}/luk/").content.decode()
    assert "Ét kommende møde bliver aflyst." in page
    forum.refresh_from_db()
    assert forum.closed_at is None

    after = client.post(f"/forum/{forum.pk}/luk/", follow=True).content.decode()
    assert "Åbn forummet igen" in after
    assert "Nyt møde" not in after
    again = client.post(f"/forum/{forum.pk}/genaabn/", follow=True).content.decode()
    assert "Nyt møde" in again


# --- comments on minutes ------------------------------------------------------------------------


def sent_minutes(world):
    meeting = plan(world, make_forum(world), begins_at=MONDAY)
    propose(world, meeting)
    hold(world, meeting)
    services.send_minutes(actor=run(world), meeting_id=meeting.pk)
    deliver_due()
    return meeting


def comment(world, meeting, text="Vi sagde nej til punkt 1.", who="receiver_manager"):
    return services.comment_on_minutes(
        actor=getattr(world, who).actor(), meeting_id=meeting.pk, text=text
    )


def test_members_say_what_is_wrong_and_who_writes_the_minutes_is_told(world, client_for):
    meeting = sent_minutes(world)

    page = client_for(world.receiver_manager).post(
        f"/forum/moede/{meeting.pk}/referat/bemaerkning/",
        {"text": "Vi sagde nej til punkt 1."},
        follow=True,
    )

    assert "Vi sagde nej til punkt 1." in page.content.decode()
    for who, path in (("municipal_coordinator", ""), ("council_coordinator", "referat/")):
        html = client_for(getattr(world, who)).get(f"/forum/moede/{meeting.pk}/{path}")
        assert "Vi sagde nej til punkt 1." in html.content.decode()
    assert addresses() == [world.council_coordinator.user.email]
    assert "sagde nej" not in mail.outbox[0].body


def test_comments_wait_for_the_minutes_and_end_when_they_are_approved(world, client_for):
    meeting = plan(world, make_forum(world), begins_at=MONDAY)
    propose(world, meeting)
    hold(world, meeting)
    with pytest.raises(WrongState):
        comment(world, meeting)

    services.send_minutes(actor=run(world), meeting_id=meeting.pk)
    comment(world, meeting)
    services.approve_minutes(actor=run(world), meeting_id=meeting.pk)

    with pytest.raises(WrongState):
        comment(world, meeting)
    page = client_for(world.receiver_manager).get(f"/forum/moede/{meeting.pk}/").content.decode()
    assert "Vi sagde nej til punkt 1." in page
    assert "Skriv bemærkningen" not in page


def test_a_stranger_comments_on_nothing_and_a_comment_names_nobody_by_number(world, client_for):
    meeting = sent_minutes(world)

    for who in ("outsider_manager", "coordinator"):
        with pytest.raises(NotFound):
            comment(world, meeting, who=who)
    client = client_for(world.receiver_manager)
    for text in ("", "Karen 010190-1234 var der"):
        page = client.post(f"/forum/moede/{meeting.pk}/referat/bemaerkning/", {"text": text})
        assert page.status_code == 422
    assert "Karen 010190-1234 var der" in page.content.decode()
    assert not meeting.comments.exists()


def test_who_runs_the_forum_is_not_told_of_the_own_comment(world):
    meeting = sent_minutes(world)

    comment(world, meeting, who="council_coordinator")

    assert addresses() == []
