"""The demo's year, lived after 2027-01-01, when two regions have become one."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from organisations.models import Organisation, Role
from partnerships.models import Agreement, StatusReport
from portal.common import clock
from portal.common.workdays import is_working_day
from portal.demo.models import DemoWorld
from portal.demo.world import building, openness, progress
from portal.demo.world.building import fill_history
from portal.demo.world.cast import Cast
from portal.demo.world.lives import Stage, live
from portal.demo.world.plan import LIVES, plan
from portal.notifications.models import OutgoingMessage
from portal.succession.models import Succession, SuccessionState
from referrals.models import Kind, ReferralEvent, State
from tests.portal.built_world import built_at, referrals, rows_of_everything

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
SPRING = datetime(2027, 3, 15, 9, 0, tzinfo=clock.COPENHAGEN)


@pytest.fixture(scope="module", autouse=True)
def built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[DemoWorld]:
    with django_db_blocker.unblock(), built_at(SPRING) as world:
        fill_history(most=0)  # the other public bodies join first; that is done once
        yield world


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_the_plan_is_the_same_every_time_and_long_enough(stage):
    first, again = plan(stage, SPRING), plan(Stage(), SPRING)

    assert first == again
    assert len(first) == LIVES >= 600
    assert [life.begins for life in first] == sorted(life.begins for life in first)
    assert len({life.key for life in first}) == LIVES


def test_people_refer_on_working_days_and_less_in_july_and_at_christmas(stage):
    begins = [clock.local(life.begins) for life in plan(stage, SPRING)]

    assert all(is_working_day(moment.date()) and 8 <= moment.hour < 16 for moment in begins)
    assert all(SPRING - timedelta(days=365) < moment < SPRING for moment in begins)
    months = Counter(moment.month for moment in begins)
    assert months[7] * 2 < months[9]
    assert not [moment for moment in begins if (moment.month, moment.day) == (12, 24)]


def test_the_plan_has_every_kind_every_verb_and_many_reasons(stage):
    lives = plan(stage, SPRING)
    steps = [step for life in lives for step in life.steps]

    assert {life.kind for life in lives} == set(Kind)
    assert {step.verb for step in steps} >= {
        "accept", "approve", "assign", "complete", "decline", "give_up", "keep_waiting",
        "mark_error", "patient_withdraw", "redeem", "refer_onward", "refuse", "send_child", "start",
        "undo", "waitlist", "withdraw", "write",
    }  # fmt: skip
    reasons = Counter(step.with_["reason"] for step in steps if step.verb == "decline")
    assert len(reasons) >= 6
    assert any(not life.steps and life.kind != Kind.CODE for life in lives)
    assert any(life.by_link for life in lives)


def test_a_stopped_filler_goes_on_and_doubles_nothing():
    roots = {"parent": None, "replaces": None}
    before = len(referrals(**roots))

    fill_history(most=4)
    some = len(referrals(**roots))
    fill_history(most=4)

    world = DemoWorld.objects.get()
    assert world.lives_done == 8
    assert before < some <= before + 4
    assert some < len(referrals(**roots)) <= before + 8
    references = [row.reference for row in referrals()]
    assert len(references) == len(set(references))


def test_a_life_that_breaks_off_leaves_no_trace_and_is_lived_next_time(monkeypatch):
    fill_history(most=2)
    done = rows_of_everything()

    def killed(life, stage, *, until):
        live(life, stage, until=until)
        raise KeyboardInterrupt

    monkeypatch.setattr(building, "live", killed)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        fill_history(most=2)
    assert rows_of_everything() == done
    monkeypatch.undo()

    fill_history(most=2)

    assert DemoWorld.objects.get().lives_done == 4


def test_the_year_goes_out_to_nobody():
    waiting = OutgoingMessage.objects.exclude(status=OutgoingMessage.Status.SUPPRESSED)
    before = waiting.count()

    fill_history(most=12)

    assert waiting.count() == before
    assert OutgoingMessage.objects.filter(created_at__lt=SPRING - timedelta(days=300)).exists()


def test_everything_happened_in_its_own_time_through_the_table_of_moves():
    fill_history(most=12)

    oldest = min(referrals(), key=lambda row: row.created_at)
    assert oldest.created_at < SPRING - timedelta(days=330)
    assert oldest.reference.startswith("26-")
    events = list(ReferralEvent.objects.filter(referral=oldest).order_by("pk"))
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert all(event.at <= SPRING for event in ReferralEvent.objects.all())


def test_silence_is_ended_by_the_clocks_and_nobody_else(stage):
    life = next(
        life
        for life in plan(stage, SPRING)
        if not life.steps and life.kind == Kind.IDENTIFIED and life.begins < SPRING - 60 * DAY
    )

    referral = live(life, stage, until=SPRING)

    assert referral.status == State.EXPIRED
    last = ReferralEvent.objects.filter(referral=referral).order_by("-pk")[0]
    assert (last.actor_kind, last.verb, last.reason) == ("system", "expire", "no_answer")
    keys = OutgoingMessage.objects.filter(key__startswith=f"referral:{referral.pk}:reminder")
    assert keys.count() == 3  # the first, the second, and the deputy's


def test_an_answer_that_was_taken_back_stands_in_the_history(stage):
    life = next(
        life
        for life in plan(stage, SPRING)
        if any(step.verb == "undo" for step in life.steps) and life.begins < SPRING - 30 * DAY
    )

    referral = live(life, stage, until=SPRING)

    verbs = [event.verb for event in ReferralEvent.objects.filter(referral=referral).order_by("pk")]
    place = verbs.index("undo")
    assert verbs[place - 1 : place + 2] == ["decline", "undo", "accept"]


def test_a_no_leads_on_to_another_offer_with_a_consent_of_its_own(stage):
    lives = [
        life
        for life in plan(stage, SPRING)
        if life.steps and life.steps[-1].verb == "refer_onward" and life.begins < SPRING - 60 * DAY
    ]

    refused = [live(life, stage, until=SPRING) for life in lives]

    onward = referrals(replaces__isnull=False)
    assert onward
    assert {row.replaces_id for row in onward} <= {row.pk for row in refused}
    assert all(row.status == State.DECLINED for row in refused)
    assert len({row.consent_id for row in onward + refused}) == len(onward + refused)


def test_the_two_old_regions_have_become_the_new_one_with_people_and_agreements():
    cast = Cast()
    new = cast.get("region-oestdanmark", Role.COORDINATOR)

    assert len(new.area) == 46
    assert Succession.objects.get().state == SuccessionState.CARRIED_OUT
    assert Agreement.objects.visible_to(new).count() > 3
    for slug in ("region-hovedstaden", "region-sjaelland"):
        assert not cast.has(slug, Role.COORDINATOR)
        ended = Organisation.objects.get(slug=slug)
        assert ended.succeeded_by_id == new.organisation_id
        assert not Organisation.objects.public().filter(parent=ended).exists()


def test_last_years_reports_are_written_also_where_a_party_has_become_another():
    # And the one that is closed has its last.
    assert StatusReport.objects.public().count() == len(openness.YEARS) + 1


def test_the_page_says_that_the_year_is_still_being_filled():
    progress.tell(120, 700)
    filling = Client().get("/").content.decode()
    progress.tell_done()
    ready = Client().get("/").content.decode()

    assert "120 af 700" in filling
    assert "af 700" not in ready


def test_two_fillers_do_not_run_at_once(monkeypatch):
    @contextmanager
    def taken():
        yield False

    monkeypatch.setattr(building, "_alone", taken)
    before = rows_of_everything()

    fill_history(most=3)

    assert rows_of_everything() == before
