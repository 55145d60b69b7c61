"""An amendment goes around no rule that the agreement itself had to keep, and no frame agreement is
cut away from what lies under it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from partnerships import services
from partnerships.facts import read
from partnerships.facts.shape import ASSOCIATIONS_QUESTIONS
from partnerships.models import Agreement, Amendment
from partnerships.services.clocks import run_dates
from portal.access.actor import system_actor
from portal.common import clock
from portal.common.errors import InvalidInput, WrongState
from tests.factories.partnerships import agreement_in, fresh
from tests.factories.register import past_the_guards

pytestmark = pytest.mark.django_db

YEAR = timedelta(days=365)


@pytest.fixture(autouse=True)
def plain_paper(monkeypatch):
    text = b"%PDF-1.7 teksten\n%%EOF\n"
    monkeypatch.setattr("partnerships.services.signing.frozen_agreement", lambda _row: text)
    monkeypatch.setattr("partnerships.services.amending.amendment_text", lambda _a, _r: text)


def amend(agreement, world, key, day=None, **facts):
    """Written by the side that the section belongs to."""
    person = world.receiver_manager if key == "volunteers" else world.coordinator
    actor = person.actor()
    row = services.begin_amendment(
        agreement_id=agreement.pk,
        kind="content",
        title="Tillæg",
        reason="Vi vil noget andet.",
        effective_on=day or clock.today(),
        actor=actor,
    )
    return services.save_amended_section(
        agreement_id=agreement.pk,
        amendment_id=row.pk,
        key=key,
        facts={**read(agreement, key), **facts},
        version=0,
        actor=actor,
    )


def send(agreement, row, world):
    return services.send_amendment_to_signature(
        agreement_id=agreement.pk, amendment_id=row.pk, actor=world.coordinator.actor()
    )


def sign(agreement, row, *people):
    row.refresh_from_db()
    for person in people:
        services.sign_amendment(
            agreement_id=agreement.pk,
            amendment_id=row.pk,
            sha256=row.document.sha256,
            actor=person.actor(),
        )
    row.refresh_from_db()


def family(world):
    frame = agreement_in("signed", world, kind="frame")
    child = agreement_in("signed", world, starts_on=frame.starts_on, ends_on=frame.ends_on)
    Agreement.objects.filter(pk=child.pk).update(parent=frame)
    return fresh(frame), fresh(child)


# --- mandatory rules --------------------------------------------------------------------------
def no_to_all(agreement):
    """All that are the public side's to give."""
    answers = read(agreement, "frame")["answers"]
    return {
        "answers": [
            one if one["question"] in ASSOCIATIONS_QUESTIONS else {**one, "answer": "no"}
            for one in answers
        ]
    }


@pytest.mark.parametrize(
    ("key", "facts", "sentence"),
    [
        ("purpose", {"purpose": ""}, "Skriv, hvad formålet er"),
        ("goals", {"indicators": []}, "mindst ét mål"),
        ("activities", {"activities": [], "milestones": []}, "mindst én aktivitet"),
        ("volunteers", {"volunteers_statement": ""}, "frivilliges rolle"),
        ("frame", no_to_all, "Frivillige må ikke erstatte ansatte"),
        ("frame", {"involves_minors": True}, "En jurist skal se tillægget"),
        ("frame", {"home_visits": True}, "En jurist skal se tillægget"),
        (
            "frame",
            {"shares_personal_data": True, "data_protection": "Se bilaget."},
            "der deles personoplysninger",
        ),
    ],
)
def test_an_amendment_goes_around_no_mandatory_rule(world, key, facts, sentence):
    agreement = agreement_in("signed", world)
    row = amend(agreement, world, key, **(facts(agreement) if callable(facts) else facts))

    with pytest.raises(WrongState) as refused:
        send(agreement, row, world)

    assert sentence in refused.value.message
    row.refresh_from_db()
    assert row.state == Amendment.State.DRAFT
    assert read(agreement, key) == row.before[key], "it was only tried"


def test_what_breaks_no_rule_is_sent(world):
    agreement = agreement_in("signed", world)
    row = amend(agreement, world, "governance", meeting_rhythm="Hver uge")

    assert send(agreement, row, world).state == Amendment.State.AWAITING_SIGNATURE


# --- within a frame agreement -----------------------------------------------------------------
@pytest.mark.parametrize("days", [0, 1])
def test_a_child_does_not_outlive_its_frame(world, days):
    frame, child = family(world)
    row = amend(
        child,
        world,
        "purpose",
        day=clock.today() + timedelta(days=days),
        ends_on=(frame.ends_on + YEAR).isoformat(),
    )

    with pytest.raises(WrongState, match="slutter efter sin rammeaftale"):
        send(child, row, world)


def test_a_frame_keeps_its_children_within_its_dates_and_stays_a_frame(world):
    frame, child = family(world)
    shorter = {"ends_on": (frame.ends_on - timedelta(days=10)).isoformat()}
    for facts, sentence in (
        (shorter, f"Aftale {child.number} hører under denne og ligger uden for"),
        ({"kind": "partnership"}, "blive ved at være en ramme"),
    ):
        row = amend(frame, world, "purpose", **facts)
        with pytest.raises(WrongState, match=sentence):
            send(frame, row, world)
        services.withdraw_amendment(
            agreement_id=frame.pk,
            amendment_id=row.pk,
            comment="Nej.",
            actor=world.coordinator.actor(),
        )


def test_notice_of_a_frame_waits_for_what_lies_under_it(world):
    frame, child = family(world)
    with clock.at(clock.now() + (frame.starts_on - clock.today())):
        run_dates()
        with pytest.raises(WrongState, match=f"Aftale {child.number} hører under denne"):
            services.give_notice(
                agreement_id=frame.pk,
                ends_on=clock.today() + timedelta(days=200),
                comment="Vi flytter.",
                actor=world.coordinator.actor(),
            )


@pytest.mark.parametrize(
    "change",
    [
        {"ends_on": clock.today},
        {"terminates_on": clock.today},
        {"kind": lambda: "partnership"},
    ],
)
def test_the_database_holds_a_frame_to_its_children(world, change):
    frame, _child = family(world)

    with pytest.raises(DatabaseError, match="agreement_guard"), transaction.atomic():
        Agreement.objects.filter(pk=frame.pk).update(
            **{name: value() for name, value in change.items()}
        )


def test_a_project_does_not_become_a_second_frame_of_the_same_two(world):
    agreement_in("signed", world, kind="frame")
    project = agreement_in("signed", world)
    row = amend(project, world, "purpose", kind="frame")

    with pytest.raises(WrongState, match="har allerede en rammeaftale"):
        send(project, row, world)


# --- what changed meanwhile -------------------------------------------------------------------
def signed_and_then_outside(world):
    """Signed by all for tomorrow; meanwhile the frame has become shorter."""
    frame, child = family(world)
    later = frame.ends_on - timedelta(days=5)
    row = amend(
        child,
        world,
        "purpose",
        day=clock.today() + timedelta(days=1),
        target_group="En større gruppe",
    )
    send(child, row, world)
    sign(child, row, world.coordinator, world.receiver_manager)
    assert row.state == Amendment.State.SIGNED
    with past_the_guards():
        Agreement.objects.filter(pk=frame.pk).update(ends_on=later)
    return child, row


def test_a_job_that_cannot_put_it_in_force_says_why_and_the_parties_take_it_back(world, client_for):
    child, row = signed_and_then_outside(world)
    with clock.at(clock.now() + timedelta(days=2)):
        with pytest.raises(WrongState, match="slutter efter sin rammeaftale"):
            services.put_in_force(amendment_id=row.pk, actor=system_actor("tests"))

        page = client_for(world.coordinator).get(
            reverse("partnerships:amendment", args=[child.pk, row.pk])
        )
        assert "Derfor kan tillægget ikke gælde" in page.content.decode()
        address = reverse("partnerships:amendment-withdraw", args=[child.pk, row.pk])
        assert address in page.content.decode()
        client_for(world.receiver_manager).post(address, {"comment": "Rammen er blevet kortere."})

    row.refresh_from_db()
    assert row.state == Amendment.State.WITHDRAWN


def test_one_that_can_take_effect_is_not_taken_back(world):
    agreement = agreement_in("signed", world)
    row = amend(
        agreement,
        world,
        "governance",
        day=clock.today() + timedelta(days=1),
        meeting_rhythm="Hver uge",
    )
    send(agreement, row, world)
    sign(agreement, row, world.coordinator, world.receiver_manager)

    with pytest.raises(WrongState):
        services.withdraw_amendment(
            agreement_id=agreement.pk,
            amendment_id=row.pk,
            comment="Nej.",
            actor=world.coordinator.actor(),
        )


def test_the_last_signer_of_what_became_impossible_reads_a_sentence(world, client_for):
    frame, child = family(world)
    row = amend(child, world, "purpose", target_group="En større gruppe")
    send(child, row, world)
    sign(child, row, world.coordinator)
    with past_the_guards():
        Agreement.objects.filter(pk=frame.pk).update(ends_on=frame.ends_on - timedelta(days=5))
    client = client_for(world.receiver_manager)

    answer = client.post(
        reverse("partnerships:amendment-sign", args=[child.pk, row.pk]),
        {"sha256": row.document.sha256, "title": "Formand", "confirm": "on"},
    )

    assert answer.status_code < 500
    row.refresh_from_db()
    assert row.state == Amendment.State.AWAITING_SIGNATURE


# --- the agreement's first day ------------------------------------------------------------------
def later(agreement, days=60):
    return (agreement.starts_on + timedelta(days=days)).isoformat()


def with_days(agreement, row, world):
    """Its activities begin with the agreement."""
    facts = read(agreement, "activities")
    for one in facts["activities"]:
        one["starts_on"] = row.after["purpose"]["starts_on"]
    for one in facts["milestones"]:
        one["due_on"] = later(agreement, 150)
    services.save_amended_section(
        agreement_id=agreement.pk,
        amendment_id=row.pk,
        key="activities",
        facts=facts,
        version=0,
        actor=world.receiver_manager.actor(),
    )
    row.refresh_from_db()


@pytest.mark.parametrize("days", [0, 10])
def test_the_first_day_cannot_move_when_the_agreement_has_begun_by_then(world, days):
    agreement = agreement_in("signed", world)
    day = agreement.starts_on + timedelta(days=days)

    with pytest.raises(InvalidInput) as refused:
        amend(agreement, world, "purpose", day=day, starts_on=later(agreement))

    assert "er begyndt, når tillægget gælder" in refused.value.errors["starts_on"]


def test_the_first_day_stays_when_the_agreement_began_while_it_was_signed(world):
    agreement = agreement_in("signed", world)
    row = amend(agreement, world, "purpose", starts_on=later(agreement))
    with_days(agreement, row, world)
    send(agreement, row, world)
    sign(agreement, row, world.coordinator)

    with clock.at(clock.now() + (agreement.starts_on - clock.today())):
        run_dates()
        assert fresh(agreement).status == "active"
        with pytest.raises(WrongState, match="Aftalen er begyndt"):
            sign(agreement, row, world.receiver_manager)

    row.refresh_from_db()
    assert row.state == "awaiting_signature"
    assert fresh(agreement).starts_on == agreement.starts_on


def test_after_a_pause_of_the_job_the_first_day_moves_before_the_agreement_begins(world):
    agreement = agreement_in("signed", world)
    day = agreement.starts_on - timedelta(days=1)
    row = amend(agreement, world, "purpose", day=day, starts_on=later(agreement))
    with_days(agreement, row, world)
    send(agreement, row, world)
    sign(agreement, row, world.coordinator, world.receiver_manager)

    with clock.at(clock.now() + (agreement.starts_on - clock.today()) + timedelta(days=1)):
        done = run_dates()

    row.refresh_from_db()
    assert (row.state, done["amend"]) == ("in_force", 1)
    assert fresh(agreement).status == "signed"
    assert fresh(agreement).starts_on.isoformat() == later(agreement)
