"""Every move: allowed, wrong state, wrong actor, outsider, a second click, the right mail."""

from datetime import timedelta

import pytest

from portal.access.actor import Actor, ActorKind, system_actor
from portal.audit.models import AuditEntry
from portal.audit.scope import tenant, unguarded
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.notifications.models import OutgoingMessage
from referrals import mails, services
from referrals.models import Consent, Outcome, Referral, ReferralEvent, State
from referrals.permissions import available_actions
from referrals.workflow import FHIR_STATUS, FINAL, TRANSITIONS
from tests.factories.referrals import (
    act,
    again,
    consent,
    make_offer,
    sent_code,
    sent_identified,
    sent_self,
)

pytestmark = pytest.mark.django_db

SYSTEM = system_actor("tests")

# The contract (workflows.md), written again by hand: verb → (from, to).
CONTRACT = {
    "send": ("draft", "sent"),
    "submit_for_moderation": ("draft", "awaiting_moderation"),
    "approve": ("awaiting_moderation", "sent"),
    "refuse": ("awaiting_moderation", "draft"),
    "accept": ("sent", "accepted"),
    "decline": ("sent", "declined"),
    "waitlist": ("sent accepted in_progress", "waitlisted"),
    "start": ("accepted waitlisted", "in_progress"),
    "complete": ("accepted in_progress", "completed"),
    "give_up": ("accepted waitlisted in_progress", "not_completed"),
    "withdraw": ("awaiting_moderation sent accepted waitlisted in_progress", "withdrawn"),
    "expire": ("sent", "expired"),
    "undo": ("declined completed not_completed", None),
    "mark_error": (" ".join(State.values), "entered_in_error"),
}


def test_table_equals_the_contract():
    table = {
        verb: (set(step.sources), step.target and str(step.target))
        for verb, step in TRANSITIONS.items()
    }

    assert table == {
        verb: (set(sources.split()), target) for verb, (sources, target) in CONTRACT.items()
    }
    assert FINAL == {
        "completed",
        "not_completed",
        "declined",
        "withdrawn",
        "expired",
        "entered_in_error",
    }
    assert FHIR_STATUS["waitlisted"] == "on-hold"
    assert set(FHIR_STATUS) == set(State)


# How a referral gets to each state, and the arguments of each verb.
DAYS = timedelta(days=10)


def arguments(verb: str) -> dict[str, object]:
    today = clock.today()
    return {
        "decline": {"reason": "no_capacity"},
        "waitlist": {"expected_on": today + 3 * DAYS, "review_on": today + DAYS},
        "complete": {"result": "completed", "has_helped": "yes"},
        "give_up": {"reason": "not_reached"},
        "mark_error": {"reason": "wrong_person"},
        "refuse": {"reason": "sender_unknown"},
    }.get(verb, {})


PATHS = {
    State.SENT: [],
    State.ACCEPTED: ["accept"],
    State.WAITLISTED: ["waitlist"],
    State.IN_PROGRESS: ["accept", "start"],
    State.COMPLETED: ["accept", "complete"],
    State.NOT_COMPLETED: ["accept", "give_up"],
    State.DECLINED: ["decline"],
    State.WITHDRAWN: ["withdraw"],
    State.EXPIRED: ["expire"],
    State.ENTERED_IN_ERROR: ["mark_error"],
}
WHO = {"withdraw": "gp", "mark_error": "gp", "approve": "coordinator", "refuse": "coordinator"}


def actor_of(world, verb: str) -> Actor:
    if verb == "expire":
        return SYSTEM
    return getattr(world, WHO.get(verb, "receiver_handler")).actor()


def do(world, verb: str, referral: Referral) -> Referral:
    return act(verb, actor_of(world, verb), referral, **arguments(verb))


def referral_in(world, state: State) -> Referral:
    offer = make_offer(world.receiver)
    if state in {State.AWAITING_MODERATION, State.DRAFT}:
        referral = sent_identified(world, offer, actor=world.new_gp.actor())
        if state == State.DRAFT:
            do(world, "refuse", referral)
        return again(referral)
    referral = sent_identified(world, offer)
    for verb in PATHS[state]:
        do(world, verb, referral)
    return again(referral)


VERBS = [verb for verb in CONTRACT if verb not in {"send", "submit_for_moderation", "undo"}]


@pytest.mark.parametrize("state", list(State))
def test_each_verb_is_done_from_its_states_and_refused_from_all_others(world, state):
    for verb in VERBS:
        referral = referral_in(world, state)
        sources, target = CONTRACT[verb]
        events = ReferralEvent.objects.filter(referral=referral).count()
        if WHO.get(verb) == "gp" and state in {State.AWAITING_MODERATION, State.DRAFT}:
            actor = world.new_gp.actor()
        else:
            actor = actor_of(world, verb)

        if state.value in sources.split() and not (
            verb == "mark_error" and state == State.ENTERED_IN_ERROR
        ):
            act(verb, actor, referral, **arguments(verb))
            assert again(referral).status == target, verb
            assert ReferralEvent.objects.filter(referral=referral).count() == events + 1
        else:
            # A referral that is not sent yet does not exist for its receiver.
            with pytest.raises((WrongState, NotFound)):
                act(verb, actor, referral, **arguments(verb))
            assert again(referral).status == state, verb
            assert ReferralEvent.objects.filter(referral=referral).count() == events


@pytest.mark.parametrize("verb", ["accept", "decline", "waitlist", "withdraw", "mark_error"])
@pytest.mark.parametrize(
    "who",
    [
        "outsider_handler",
        "sibling_handler",
        "parent_handler",
        "receiver_manager",
        "receiver_editor",
        "coordinator",
        "municipal_coordinator",
        "lawyer",
        "dpo",
        "operator",
        "nurse",
    ],
)
def test_for_everybody_else_the_referral_does_not_exist(world, verb, who):
    referral = sent_identified(world, make_offer(world.receiver))

    with pytest.raises(NotFound):
        act(verb, getattr(world, who).actor(), referral, **arguments(verb))

    assert again(referral).status == State.SENT


def test_sender_cannot_answer_and_receiver_cannot_withdraw(world):
    referral = sent_identified(world, make_offer(world.receiver))

    with pytest.raises(NotAllowed):
        act("accept", world.gp.actor(), referral)
    with pytest.raises(NotAllowed):
        act("withdraw", world.receiver_handler.actor(), referral)


def test_handler_with_one_factor_cannot_answer(world):
    referral = sent_identified(world, make_offer(world.receiver))

    with pytest.raises(NotAllowed):
        act("accept", world.receiver_handler.actor(assurance="low"), referral)


def test_second_answer_never_overwrites_the_first(world):
    referral = sent_identified(world, make_offer(world.receiver))
    do(world, "accept", referral)

    with pytest.raises(WrongState):
        do(world, "decline", referral)

    assert again(referral).status == State.ACCEPTED


def test_decline_tells_the_clinician_when_the_half_hour_is_over(world):
    referral = sent_identified(world, make_offer(world.receiver))

    do(world, "decline", referral)

    message = OutgoingMessage.objects.get(template="referrals.declined")
    assert message.due_at == again(referral).undo_until
    assert not again(referral).patient_open


def test_undo_returns_to_the_state_before_and_its_mail_is_not_sent(world):
    from referrals import mails

    referral = sent_identified(world, make_offer(world.receiver))
    do(world, "decline", referral)

    act("undo", world.receiver_handler.actor(), referral)

    row = again(referral)
    assert (row.status, row.reason, row.answered_at) == (State.SENT, "", None)
    assert row.patient_open
    assert mails.declined({"referral": str(referral.pk)}) is None


def test_undo_of_an_outcome_takes_the_outcome_back(world):
    referral = referral_in(world, State.IN_PROGRESS)
    do(world, "complete", referral)

    act("undo", world.receiver_handler.actor(), referral)

    assert again(referral).status == State.IN_PROGRESS
    assert not Outcome.objects.exists()


def test_undo_ends_after_thirty_minutes(world):
    referral = sent_identified(world, make_offer(world.receiver))
    do(world, "decline", referral)

    with clock.at(clock.now() + timedelta(minutes=30)), pytest.raises(WrongState):
        act("undo", world.receiver_handler.actor(), referral)


def test_undo_is_for_the_one_who_answered(world):
    from tests.factories.organisations import add_member
    from tests.world import Person

    referral = sent_identified(world, make_offer(world.receiver))
    do(world, "decline", referral)
    colleague = Person(add_member(world.receiver, "handler", name="Kim Kollega"), world.receiver)

    with pytest.raises(NotAllowed):
        act("undo", colleague.actor(), referral)


def test_decline_needs_a_reason_from_the_list_and_words_for_other(world):
    referral = sent_identified(world, make_offer(world.receiver))
    handler = world.receiver_handler.actor()

    with pytest.raises(InvalidInput):
        act("decline", handler, referral, reason="weather")
    with pytest.raises(InvalidInput):
        act("decline", handler, referral, reason="other")
    with pytest.raises(InvalidInput, match="cpr|CPR"):
        act("decline", handler, referral, reason="other", text="Cpr 010190-1234 passer ikke")

    assert again(referral).status == State.SENT


def test_waitlist_is_reviewed_within_thirty_days(world):
    referral = sent_identified(world, make_offer(world.receiver))
    today = clock.today()

    with pytest.raises(InvalidInput):
        act(
            "waitlist",
            world.receiver_handler.actor(),
            referral,
            expected_on=today,
            review_on=today + timedelta(days=31),
        )


def test_withdrawal_ends_the_consent_closes_the_patient_and_asks_the_receiver_to_delete(world):
    referral = referral_in(world, State.ACCEPTED)

    act("withdraw", world.gp.actor(), referral)

    with unguarded():
        assert Consent.objects.get(pk=referral.consent_id).withdrawn_at is not None
    assert not again(referral).patient_open
    assert OutgoingMessage.objects.filter(template="referrals.withdrawn").count() == 1


@pytest.mark.parametrize(
    ("kind", "told"), [("identified", 1), ("redeemed", 1), ("code", 0), ("self", 0)]
)
def test_an_error_asks_whoever_may_have_a_copy_to_delete_it(world, kind, told):
    offer = make_offer(world.receiver)
    who = world.gp
    if kind == "self":
        referral, who = sent_self(world, offer)[0], world.receiver_handler
    elif kind == "identified":
        referral = sent_identified(world, offer)
    else:
        sent = sent_code(world, offer)
        referral = sent.referral
        if kind == "redeemed":
            handler = world.receiver_handler.actor()
            with tenant(handler):
                services.redeem_code(actor=handler, typed=sent.code)

    act("mark_error", who.actor(), referral, reason="wrong_person")

    queued = OutgoingMessage.objects.filter(template="referrals.made-in-error")
    assert queued.count() == told
    if told:
        assert "lavet ved en fejl" in mails.made_in_error(queued.get().ids).text


def test_patient_withdraws_by_own_link_in_one_step(world):
    from referrals.links import open_patient_link

    referral, token = sent_self(world, make_offer(world.receiver))
    link = open_patient_link(token)
    patient = Actor(kind=ActorKind.PATIENT_LINK, link_id=link.pk, referral_id=referral.pk)

    act("withdraw", patient, referral)

    assert again(referral).status == State.WITHDRAWN
    with unguarded():
        assert Consent.objects.get().withdrawn_by_kind == "patient_link"


def test_patient_link_can_do_nothing_else(world):
    from referrals.links import open_patient_link

    referral, token = sent_self(world, make_offer(world.receiver))
    link = open_patient_link(token)
    patient = Actor(kind=ActorKind.PATIENT_LINK, link_id=link.pk, referral_id=referral.pk)

    for verb in ("accept", "decline", "start", "complete", "mark_error"):
        with pytest.raises((NotAllowed, WrongState)):
            act(verb, patient, referral, **arguments(verb))


# --- codes ----------------------------------------------------------------------------------


def test_code_is_redeemed_once_by_a_handler_of_the_receiver(world):
    sent = sent_code(world, make_offer(world.receiver))
    handler = world.receiver_handler.actor()
    typed = sent.code.lower().replace("-", " ").replace("1", "l").replace("0", "o")

    with tenant(handler):
        services.redeem_code(actor=handler, typed=typed)

    row = again(sent.referral)
    assert (row.status, row.redeemed_at is not None) == (State.ACCEPTED, True)
    with pytest.raises(WrongState, match="allerede brugt"), tenant(handler):
        services.redeem_code(actor=handler, typed=sent.code)


def test_code_opens_for_nobody_else(world):
    sent = sent_code(world, make_offer(world.receiver))

    for who in ("outsider_handler", "sibling_handler", "parent_handler"):
        handler = getattr(world, who).actor()
        with pytest.raises(InvalidInput), tenant(handler):
            services.redeem_code(actor=handler, typed=sent.code)
    for who in ("receiver_manager", "receiver_editor", "gp"):
        other = getattr(world, who).actor()
        with pytest.raises(NotAllowed), tenant(other):
            services.redeem_code(actor=other, typed=sent.code)

    assert again(sent.referral).status == State.SENT


def test_guessing_codes_is_throttled_per_organisation(world):
    from portal.common.errors import Throttled
    from referrals.throttle import TRIES, forget_guessing

    handler = world.receiver_handler.actor()
    forget_guessing(world.receiver.pk)
    for _ in range(TRIES):
        with pytest.raises(InvalidInput), tenant(handler):
            services.redeem_code(actor=handler, typed="AAAA-AAAA")

    with pytest.raises(Throttled), tenant(handler):
        services.redeem_code(actor=handler, typed="AAAA-AAAA")
    forget_guessing(world.receiver.pk)


def test_unredeemed_code_is_unknown_to_the_receiver(world):
    sent = sent_code(world, make_offer(world.receiver))
    handler = world.receiver_handler.actor()

    with pytest.raises(NotFound):
        act("decline", handler, sent.referral, reason="no_capacity")
    with tenant(handler, readonly=True):
        assert not Referral.objects.visible_to(handler).exists()


# --- moderation -----------------------------------------------------------------------------


def test_region_of_the_sender_approves_and_then_the_receiver_is_told(world):
    referral = referral_in(world, State.AWAITING_MODERATION)

    with pytest.raises(NotFound):
        act("approve", world.other_coordinator.actor(), referral)
    act("approve", world.coordinator.actor(), referral)

    row = again(referral)
    assert (row.status, row.sent_at is not None, row.patient_open) == (State.SENT, True, True)
    assert OutgoingMessage.objects.filter(template="referrals.new").count() == 1


def test_refusal_tells_the_sender_and_counts_as_no_answer(world):
    referral = referral_in(world, State.AWAITING_MODERATION)

    act("refuse", world.coordinator.actor(), referral, reason="sender_unknown")

    row = again(referral)
    assert (row.status, row.answered_at) == (State.DRAFT, None)
    assert OutgoingMessage.objects.filter(template="referrals.refused").count() == 1


# --- the whole ------------------------------------------------------------------------------


def test_state_history_audit_and_mail_stand_or_fall_together(world, monkeypatch):
    from referrals import notifications

    referral = sent_identified(world, make_offer(world.receiver))
    before = AuditEntry.objects.count(), ReferralEvent.objects.count()

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the outbox is full")

    monkeypatch.setattr(notifications, "queue", broken)
    with pytest.raises(RuntimeError):
        do(world, "decline", referral)

    assert again(referral).status == State.SENT
    assert (AuditEntry.objects.count(), ReferralEvent.objects.count()) == before


def test_buttons_ask_the_same_table(world):
    referral = referral_in(world, State.ACCEPTED)

    assert available_actions(referral, world.receiver_handler.actor()) == [
        "waitlist",
        "start",
        "complete",
        "give_up",
    ]
    assert available_actions(referral, world.gp.actor()) == ["withdraw", "mark_error"]
    assert available_actions(referral, world.outsider_handler.actor()) == []


def test_without_consent_to_feedback_the_clinician_learns_only_that_it_ended(world):
    from referrals.selectors import feedback_hidden

    referral = sent_identified(world, make_offer(world.receiver), consent=consent(feedback=False))

    actor = world.gp.actor()
    with tenant(actor, readonly=True):
        assert feedback_hidden(actor=actor, referral=referral)


def test_only_sender_and_patient_take_consent_to_feedback_back(world):
    referral = sent_identified(world, make_offer(world.receiver))

    with pytest.raises(NotAllowed):
        act("withdraw_feedback", world.receiver_handler.actor(), referral)
    act("withdraw_feedback", world.gp.actor(), referral)

    with unguarded():
        assert not Consent.objects.get().feedback


def test_without_consent_to_feedback_the_receiver_writes_nothing_after_the_end(world):
    referral = sent_identified(world, make_offer(world.receiver), consent=consent(feedback=False))
    handler = world.receiver_handler.actor()
    act("write_message", handler, referral, text="Hvornår kan vi ringe?")
    do(world, "decline", referral)

    with pytest.raises(InvalidInput, match="ikke sagt ja"):
        act("write_message", handler, referral, text="Det gik sådan her.")
