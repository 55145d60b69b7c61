"""Reminders come on their day, once, and after a pause as one and not as a heap."""

from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest

from organisations.models import Membership
from organisations.services.members import end_membership
from partnerships import services
from partnerships.models import Agreement, Reminder
from partnerships.reminders import run_reminders, stages_of
from portal.common import clock
from portal.notifications.models import OutgoingMessage
from portal.notifications.registry import build
from tests.factories.organisations import add_member
from tests.factories.partnerships import agreement_in, fresh, sign
from tests.world import World

pytestmark = pytest.mark.django_db

START = datetime(2027, 1, 4, 9, tzinfo=clock.COPENHAGEN)
SHARES = {"shares_personal_data": True, "data_protection": "Fælles ansvar."}


def morning(day: date) -> datetime:
    return datetime.combine(day, time(7, 10), tzinfo=clock.COPENHAGEN)


def made(world: World, **fields) -> Agreement:
    """Signed on 4 January 2027; begins on 1 February and ends on 31 January 2028."""
    with clock.at(START):
        return agreement_in(
            "signed",
            world,
            starts_on=date(2027, 2, 1),
            ends_on=date(2028, 1, 31),
            **fields,
        )


def live(first: date, last: date, *, pause: range = range(0)) -> None:
    """Each morning the jobs run; on the days of `pause` the machine stands still."""
    for number in range((last - first).days + 1):
        if number in pause:
            continue
        with clock.at(morning(first + timedelta(days=number))):
            services.run_dates()
            run_reminders()


def mails() -> list[tuple[str, str]]:
    """(day, kind with stage) of each reminder that was queued."""
    rows = Reminder.objects.filter(sent=True).order_by("at", "pk")
    queued = OutgoingMessage.objects.filter(template="partnerships.reminder").count()
    assert queued == len(rows)
    return [(f"{clock.local(row.at):%Y-%m-%d}", f"{row.kind}{row.offset:+d}") for row in rows]


EXPECTED = [
    ("2027-04-18", "milestone-14"),
    ("2027-05-02", "milestone+0"),
    ("2027-05-09", "milestone+7"),
    ("2027-08-04", "end-180"),
    ("2027-10-01", "notice-30"),
    ("2027-11-02", "end-90"),
    ("2027-12-02", "end-60"),
    ("2028-01-01", "end-30"),
    ("2028-01-16", "end-15"),
]


def test_a_year_goes_by_and_each_reminder_comes_once_on_its_day(world):
    made(world)

    live(date(2027, 1, 5), date(2028, 2, 10))

    assert mails() == EXPECTED


def test_run_twice_a_day_it_sends_once(world):
    made(world)
    for day in (date(2027, 2, 1), date(2027, 4, 18), date(2027, 5, 9), date(2027, 8, 4)):
        live(day, day)
        live(day, day)

    assert mails() == [EXPECTED[0], EXPECTED[2], EXPECTED[3]]


def test_after_two_weeks_of_standing_still_there_is_one_and_not_a_heap(world):
    made(world)
    first = date(2027, 4, 1)
    # Still from 17 April to 10 May: milestone −14, 0 and +7 all fall into it.
    live(date(2027, 2, 1), date(2027, 2, 1))
    live(first, date(2027, 5, 20), pause=range(16, 40))

    assert mails() == [("2027-05-11", "milestone+7")]
    passed = Reminder.objects.filter(sent=False).values_list("offset", flat=True)
    assert sorted(passed) == [-14, 0]


def test_a_machine_that_slept_for_half_a_year_sends_the_newest_of_each_kind(world):
    made(world)
    live(date(2027, 2, 1), date(2027, 2, 1))
    live(date(2027, 12, 20), date(2027, 12, 20))

    # The notice deadline (31 October) is over, so nobody is told of it any more.
    assert sorted(kind for _day, kind in mails()) == ["end-60", "milestone+7"]


def test_stages_of_before_the_signature_are_passed_over(world):
    """A project of three months is not told on its first day that it ends within half a year."""
    with clock.at(START):
        agreement_in(
            "signed", world, starts_on=date(2027, 1, 5), ends_on=date(2027, 4, 3), amount=1
        )

    live(date(2027, 1, 5), date(2027, 2, 10))

    assert [kind for _day, kind in mails()] == ["end-60"]


def test_a_day_that_is_moved_is_a_new_day(world):
    agreement = made(world)
    live(date(2027, 2, 1), date(2027, 4, 18))
    agreement.milestones.update(due_on=date(2027, 6, 1))

    live(date(2027, 4, 19), date(2027, 6, 1))

    assert [kind for _day, kind in mails()] == ["milestone-14", "milestone-14", "milestone+0"]


def test_a_milestone_that_is_reached_is_not_asked_for(world):
    agreement = made(world)
    live(date(2027, 2, 1), date(2027, 4, 18))
    (message,) = OutgoingMessage.objects.filter(template="partnerships.reminder")
    assert "De første ti værter" in build(message.template, message.ids)[0].text
    with clock.at(morning(date(2027, 4, 19))):
        services.reach_milestone(
            agreement_id=agreement.pk,
            milestone_id=agreement.milestones.get().pk,
            actor=world.receiver_manager.actor(),
        )

    live(date(2027, 4, 20), date(2027, 5, 20))

    assert len(mails()) == 1
    assert build(message.template, message.ids) == []  # and the one that waited is not sent


def test_an_agreement_with_notice_given_is_not_asked_to_go_on(world):
    agreement = made(world)
    live(date(2027, 2, 1), date(2027, 2, 1))
    with clock.at(morning(date(2027, 2, 2))):
        services.give_notice(
            agreement_id=agreement.pk,
            ends_on=date(2027, 12, 31),
            comment="Vi flytter.",
            actor=world.coordinator.actor(),
        )

    live(date(2027, 8, 1), date(2027, 12, 1))

    assert [kind for _day, kind in mails()] == ["milestone+7"]


def test_data_protection_is_looked_at_each_year(world):
    with clock.at(START):
        agreement = agreement_in(
            "signed",
            world,
            frame=SHARES,
            starts_on=date(2027, 2, 1),
            ends_on=date(2031, 1, 31),
        )
    agreement.milestones.all().delete()
    live(date(2027, 2, 1), date(2027, 2, 1))
    live(date(2028, 1, 31), date(2028, 2, 2))
    message = OutgoingMessage.objects.get(template="partnerships.reminder")
    assert [row.to for row in build(message.template, message.ids)] == [
        world.coordinator.user.email
    ]
    with clock.at(morning(date(2028, 3, 1))):
        services.look_at_data_protection(agreement_id=agreement.pk, actor=world.dpo.actor())

    live(date(2029, 1, 31), date(2029, 3, 2))
    live(date(2030, 3, 1), date(2030, 3, 1))

    assert mails() == [
        ("2028-02-01", "data_protection+0"),
        ("2029-03-01", "data_protection+0"),
        ("2030-03-01", "data_protection+0"),
    ]


def test_a_text_that_nobody_signs_is_remembered_after_two_weeks(world):
    with clock.at(START):
        agreement = agreement_in("awaiting_signature", world, starts_on=date(2027, 6, 1))
        sign(agreement, world.coordinator.actor())

    live(date(2027, 1, 5), date(2027, 3, 1))

    assert mails() == [("2027-01-18", "unsigned+0")]
    message = OutgoingMessage.objects.get(template="partnerships.reminder")
    (told,) = build(message.template, message.ids)
    assert told.to == world.receiver_manager.user.email
    assert "siden 4. januar 2027" in told.text


def test_a_contact_who_leaves_is_told_of_to_both_sides_once(world):
    agreement = made(world)
    manager = add_member(world.receiver, "manager", name="Mona Leder", email="mona@samspil.example")
    agreement.parties.filter(organisation=world.receiver).update(contact=manager)
    live(date(2027, 2, 1), date(2027, 2, 3))
    assert mails() == []
    end_membership(
        membership_id=Membership.objects.get(user=manager).pk, actor=world.receiver_manager.actor()
    )

    live(date(2027, 2, 4), date(2027, 2, 20))

    assert mails() == [("2027-02-04", "contact_gone+0")]
    message = OutgoingMessage.objects.get(template="partnerships.reminder")
    assert {row.to for row in build(message.template, message.ids)} == {
        world.receiver_manager.user.email,
        world.coordinator.user.email,
    }


def test_a_contact_whose_account_is_closed_counts_as_gone(world):
    agreement = made(world)
    live(date(2027, 2, 1), date(2027, 2, 1))
    world.coordinator.user.is_active = False
    world.coordinator.user.save()

    live(date(2027, 2, 2), date(2027, 2, 10))

    assert mails() == [("2027-02-02", "contact_gone+0")]
    agreement.parties.filter(organisation=world.region).update(contact=world.region_manager.user)
    message = OutgoingMessage.objects.get(template="partnerships.reminder")
    assert build(message.template, message.ids) == []  # a new one was chosen


def test_an_agreement_that_is_over_reminds_of_nothing(world):
    agreement = made(world)
    live(date(2027, 2, 1), date(2027, 2, 1))
    with clock.at(morning(date(2028, 3, 1))):
        services.run_dates()
        run_reminders()

    assert fresh(agreement).status == "expired"
    assert mails() == []


def test_what_is_due_is_said_in_days(world):
    made(world)
    live(date(2027, 2, 1), date(2027, 2, 1))
    live(date(2028, 1, 1), date(2028, 1, 1))
    message = OutgoingMessage.objects.get(key__contains=":end-30:")

    with clock.at(morning(date(2028, 1, 1))):
        rows = build(message.template, message.ids)

    assert len(rows) == 2
    assert "Aftalen slutter 31. januar 2028. Det er om 30 dage." in rows[0].text


def test_the_statements_do_not_grow_with_the_agreements_that_want_nothing(
    world, django_assert_max_num_queries
):
    for number in range(20):
        services.start_idea(
            actor=world.coordinator.actor(),
            title=f"Idé {number}",
            parties=[world.region, world.receiver],
        )

    with django_assert_max_num_queries(8):
        run_reminders()


def test_stages_follow_the_contract(world):
    agreement = made(world, frame=SHARES)
    with clock.at(morning(date(2027, 2, 1))):
        services.run_dates()
    found = Counter(
        (stage.kind, stage.offset)
        for group in stages_of(fresh(agreement), date(2027, 3, 1))
        for stage in group
    )

    assert set(found) == {
        *(("end", days) for days in (-180, -90, -60, -30, -15)),
        ("notice", -30),
        *(("milestone", days) for days in (-14, 0, 7)),
    }
