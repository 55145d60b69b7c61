"""Random lives of referrals against a model of workflows.md, written again by hand.

The model knows nothing of `referrals.workflow`. After each step the two must agree: on whether the
step was allowed, on the state, on the history. Small here; 10,000 steps on each of 20 seeds at
`make drill`.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from portal.access.actor import ANONYMOUS, Actor, ActorKind, system_actor
from portal.audit.models import AuditEntry
from portal.audit.scope import tenant
from portal.common import clock
from portal.common.clock import COPENHAGEN
from portal.common.errors import DomainError
from portal.common.workdays import add_days, add_working_days
from portal.notifications.models import OutgoingMessage
from referrals import clocks, services
from referrals.models import PatientLink, Referral, ReferralEvent, ReplyLink
from tests.factories.referrals import (
    act,
    consent,
    facts,
    form_actor,
    make_offer,
    person,
)
from tests.lives import run_lives
from tests.sizes import DRILL
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.drill]

EXAMPLES, STEPS, SEEDS = (100, 100, 20) if DRILL else (12, 50, 1)

# --- workflows.md, "Moves": verb → (from, to). Nothing here is imported from the code under test.
MOVES = {
    "approve": (["awaiting_moderation"], "sent"),
    "refuse": (["awaiting_moderation"], "draft"),
    "accept": (["sent"], "accepted"),
    "decline": (["sent"], "declined"),
    "waitlist": (["sent", "accepted", "in_progress"], "waitlisted"),
    "start": (["accepted", "waitlisted"], "in_progress"),
    "complete": (["accepted", "in_progress"], "completed"),
    "give_up": (["accepted", "waitlisted", "in_progress"], "not_completed"),
    "withdraw": (
        ["awaiting_moderation", "sent", "accepted", "waitlisted", "in_progress"],
        "withdrawn",
    ),
    "undo": (["declined", "completed", "not_completed"], None),
    "mark_error": (
        "draft awaiting_moderation sent accepted waitlisted in_progress completed not_completed "
        "declined withdrawn expired".split(),
        "entered_in_error",
    ),
}
ANSWERS = {"accept", "decline", "waitlist", "start", "complete", "give_up", "undo"}
ENDED = {
    "completed",
    "not_completed",
    "declined",
    "withdrawn",
    "expired",
    "entered_in_error",
}
# Drawn by Hypothesis as a seed, so that a failure can be shown again; even, unlike its integers.
CHANCE = st.randoms(use_true_random=True)
HALF_AN_HOUR = timedelta(minutes=30)

WHO = [
    "gp",
    "new_gp",
    "receiver_handler",
    "reply_link",
    "patient_link",
    "coordinator",
    "other_coordinator",
    "municipal_coordinator",
    "receiver_manager",
    "receiver_editor",
    "outsider_handler",
    "sibling_handler",
    "parent_handler",
    "nurse",
    "operator",
    "anonymous",
]
# Those who have anything to do with a referral; the others are only ever turned away.
HANDS = ["receiver_handler", "reply_link", "gp", "new_gp", "patient_link", "coordinator"]


@dataclass
class Life:
    """One referral as the contract sees it."""

    pk: Any
    kind: str
    clinician: str  # "gp", "new_gp", or "" for the citizen's own
    state: str
    since: datetime
    last: datetime
    sent: datetime | None = None
    code: str = ""
    redeemed: bool = False
    consent_ends: datetime | None = None
    review: datetime | None = None
    before: str = ""
    undo_until: datetime | None = None
    answered_by: str = ""
    history: list[tuple[str, str, str]] = field(default_factory=list)

    def turn(self, verb: str, new: str, now: datetime) -> None:
        self.history.append((verb, self.state, new))
        self.state, self.since, self.last = new, now, now


class Lives(RuleBasedStateMachine):
    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.clock = clock.at(datetime(2026, 11, 2, 9, tzinfo=COPENHAGEN))
        self.clock.__enter__()
        cache.clear()
        self.lives: list[Life] = []
        self.links: dict[tuple[str, Any], Actor] = {}
        self.count = 0

    def teardown(self) -> None:
        try:
            self.everything_adds_up()
        finally:
            self.clock.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    # --- doing ------------------------------------------------------------------------------

    @initialize()
    def offer_something(self) -> None:
        self.offer = make_offer(self.world.receiver, takes_navigator_referrals=True)
        for kind, who in (("code", "gp"), ("identified", "gp"), ("navigator", "new_gp")):
            self.send_one(kind, who)

    def somebody(self) -> Any:
        self.count += 1
        return person(phone="", email=f"borger{self.count}@samspil.example")

    def keep_alive(self) -> None:
        """Offers are confirmed again and again, as associations do."""
        self.offer.verified_at = clock.now()
        self.offer.save(update_fields=["verified_at"])

    @rule(
        kind=st.sampled_from(["code", "identified", "navigator"]),
        who=st.sampled_from(["gp", "gp", "new_gp"]),
    )
    def send(self, kind: str, who: str) -> None:
        self.send_one(kind, who)

    def send_one(self, kind: str, who: str) -> None:
        self.keep_alive()
        actor, now, code = getattr(self.world, who).actor(), clock.now(), ""
        with tenant(actor):
            if kind == "code":
                code, signed = services.draw_code()
                referral = services.send_code(
                    actor=actor, offer=self.offer, facts=facts(self.world), signed_code=signed
                ).referral
            else:
                referral = services.send_identified(
                    actor=actor,
                    offer=self.offer,
                    facts=facts(self.world),
                    patient=self.somebody(),
                    consent=consent(),
                    kind=kind,
                )
        verified = who == "gp"
        life = Life(
            pk=referral.pk,
            kind=kind,
            clinician=who,
            state="draft",
            since=now,
            last=now,
            sent=now if verified else None,
            code=code,
            consent_ends=None if kind == "code" else now + timedelta(days=365),
        )
        if verified:
            life.turn("send", "sent", now)
        else:
            life.turn("submit_for_moderation", "awaiting_moderation", now)
        self.lives.append(life)

    @rule()
    def citizen_writes(self) -> None:
        self.keep_alive()
        actor, now = form_actor(self.offer), clock.now()
        with tenant(actor):
            referral, _token = services.send_self(
                actor=actor, offer=self.offer, facts=facts(self.world), patient=self.somebody()
            )
        life = Life(
            pk=referral.pk,
            kind="self",
            clinician="",
            state="draft",
            since=now,
            last=now,
            sent=now,
            consent_ends=now + timedelta(days=365),
        )
        life.turn("send", "sent", now)
        self.lives.append(life)

    @rule(form=st.sampled_from(["", "implied"]))
    def without_consent_nothing_is_sent(self, form: str) -> None:
        self.keep_alive()
        actor = self.world.gp.actor()
        before = Referral.objects.count()
        with pytest.raises(DomainError), tenant(actor):
            services.send_identified(
                actor=actor,
                offer=self.offer,
                facts=facts(self.world),
                patient=self.somebody(),
                consent=consent(form=form),
            )
        assert Referral.objects.count() == before

    @precondition(lambda self: self.lives)
    @rule(chance=CHANCE)
    def some_do_what_is_allowed(self, chance: random.Random) -> None:
        for _ in range(4):
            life = self.pick(chance)
            pairs = [
                (verb, who) for verb in MOVES for who in HANDS if self.allowed(verb, who, life)
            ]
            # A withdrawal or a mistake ends the story, so neither is done more often than the rest.
            going_on = [pair for pair in pairs if pair[0] not in {"mark_error", "withdraw"}]
            pairs = going_on if going_on and chance.random() < 0.9 else pairs
            if pairs:
                self.move(*chance.choice(pairs), life)

    @precondition(lambda self: self.lives)
    @rule(chance=CHANCE)
    def some_who_are_near_try(self, chance: random.Random) -> None:
        """Whatever the state lets happen, by each of those who have anything to do with it."""
        for _ in range(4):
            life = self.pick(chance)
            verbs = [verb for verb, (sources, _to) in MOVES.items() if life.state in sources]
            if verbs:
                self.move(chance.choice(verbs), chance.choice(HANDS), life)

    @precondition(lambda self: self.lives)
    @rule(chance=CHANCE)
    def anybody_tries_anything(self, chance: random.Random) -> None:
        self.move(chance.choice(list(MOVES)), chance.choice(WHO), self.pick(chance))

    def pick(self, chance: random.Random) -> Life:
        """Mostly one that still lives."""
        going = [life for life in self.lives if life.state not in ENDED]
        return chance.choice(going if going and chance.random() < 0.7 else self.lives)

    def move(self, verb: str, who: str, life: Life) -> None:
        allowed = self.allowed(verb, who, life)
        now = clock.now()
        try:
            act(verb, self.actor(who, life), _Ref(life.pk), **self.arguments(verb))
            refused = None
        except DomainError as error:
            refused = error
        words = f"{who}, {verb} of a {life.kind} that is {life.state}: {refused}"
        assert (refused is None) == allowed, words
        if refused:
            return
        old = life.state
        target = MOVES[verb][1] or life.before
        life.turn(verb, target, now)
        if verb == "approve":
            life.sent = now
        if verb == "waitlist":
            day = clock.today() + timedelta(days=10)
            life.review = datetime.combine(day, time(), tzinfo=COPENHAGEN)
        undoable = verb in {"decline", "complete", "give_up"}
        life.before = old if undoable else ""
        life.undo_until = now + HALF_AN_HOUR if undoable else None
        life.answered_by = who if undoable else ""

    def allowed(self, verb: str, who: str, life: Life) -> bool:
        now = clock.now()
        if life.state not in MOVES[verb][0]:
            return False
        if verb in ANSWERS:
            if who not in {"receiver_handler", "reply_link"}:
                return False
            if life.kind == "code" and not life.redeemed:
                return False
            if verb != "undo":
                return True
            ended = life.consent_ends is not None and life.consent_ends <= now
            return (
                life.undo_until is not None
                and now < life.undo_until
                and who == life.answered_by
                and not (ended and life.before in {"sent", "accepted"})
            )
        if verb in {"approve", "refuse"}:
            return who == "coordinator"
        if verb == "mark_error" and life.kind == "self":
            return who == "receiver_handler"
        return (life.clinician != "" and who == life.clinician) or (
            verb == "withdraw" and who == "patient_link"
        )

    @precondition(lambda self: any(life.code for life in self.lives))
    @rule(
        who=st.sampled_from(
            ["receiver_handler"] * 3 + ["outsider_handler", "sibling_handler", "gp"]
        ),
        place=st.integers(0, 10_000),
    )
    def redeem(self, who: str, place: int) -> None:
        codes = [life for life in self.lives if life.code]
        life = codes[place % len(codes)]
        actor, now = getattr(self.world, who).actor(), clock.now()
        cache.clear()
        allowed = who == "receiver_handler" and life.state == "sent" and not life.redeemed
        try:
            with tenant(actor):
                services.redeem_code(actor=actor, typed=life.code)
            refused = None
        except DomainError as error:
            refused = error
        assert (refused is None) == allowed, f"{who}, code that is {life.state}: {refused}"
        if refused:
            return
        life.redeemed = True
        life.turn("accept", "accepted", now)

    # --- time -------------------------------------------------------------------------------

    @rule(
        pause=st.sampled_from(
            [
                timedelta(minutes=10),
                timedelta(minutes=31),
                timedelta(days=1),
                timedelta(days=3),
                timedelta(days=8),
                timedelta(days=30),
                timedelta(days=100),
            ]
        )
    )
    def time_passes(self, pause: timedelta) -> None:
        self.run_until(clock.now() + pause)

    @precondition(lambda self: self.lives)
    @rule(chance=CHANCE)
    def time_stops_at_the_edge(self, chance: random.Random) -> None:
        """The last moment before something ends, and the moment itself."""
        end = self.end_of(self.pick(chance))
        if end is not None and end > clock.now() + timedelta(seconds=1):
            self.run_until(end - timedelta(seconds=1))
            self.states_agree()
            self.run_until(end)

    @precondition(lambda self: any(life.undo_until for life in self.lives))
    @rule(late=st.booleans())
    def somebody_undoes_at_the_edge(self, late: bool) -> None:
        now = clock.now()
        for life in self.lives:
            if life.undo_until and life.undo_until > now and life.state in MOVES["undo"][0]:
                self.run_until(life.undo_until - timedelta(seconds=0 if late else 1))
                self.move("undo", life.answered_by, life)
                return

    def run_until(self, moment: datetime) -> None:
        clock.advance_to(moment)
        now = clock.now()
        for life in self.lives:
            end = self.due_end(life, now)
            if end is not None:
                life.turn(*end, now)
                life.before, life.undo_until = "", None
        clocks.run_clocks()
        queued = OutgoingMessage.objects.count()
        assert clocks.run_clocks() == 0
        assert OutgoingMessage.objects.count() == queued

    def due_end(self, life: Life, now: datetime) -> tuple[str, str] | None:
        end = self.end_of(life)
        if end is None or end > now:
            return None
        return {
            "awaiting_moderation": ("refuse", "draft"),
            "sent": ("expire", "expired"),
        }.get(life.state, ("give_up", "not_completed"))

    def end_of(self, life: Life) -> datetime | None:
        """When a job ends it, if nobody does anything."""
        if life.state == "awaiting_moderation":
            return add_working_days(life.since, 5)
        if life.state == "sent" and life.sent:
            code = life.kind == "code"
            return life.sent + timedelta(days=90) if code else add_working_days(life.sent, 14)
        if life.state not in {"accepted", "waitlisted", "in_progress"}:
            return None
        ends = [life.consent_ends] if life.consent_ends else []
        if life.state != "waitlisted":
            ends.append(add_days(life.last, 180))
        elif life.kind == "code" and life.review:
            # Time on the list is no silence; only a code, which has no consent, ends there too.
            ends.append(add_days(max(life.last, life.review), 180))
        return min(ends)

    # --- agreeing ---------------------------------------------------------------------------

    @invariant()
    def states_agree(self) -> None:
        stored = dict(Referral.objects.order_by().values_list("pk", "status"))
        assert stored == {life.pk: life.state for life in self.lives}

    @invariant()
    def nobody_is_sent_without_consent(self) -> None:
        beyond = Referral.objects.exclude(kind="code").exclude(status="draft")
        assert not beyond.filter(consent__isnull=True).exists()

    @precondition(lambda self: any(life.consent_ends for life in self.lives))
    @rule(place=st.integers(0, 10_000))
    def database_refuses_to_lose_a_consent(self, place: int) -> None:
        rows = [life for life in self.lives if life.consent_ends and life.state != "draft"]
        if rows:
            with pytest.raises(IntegrityError), transaction.atomic():
                _sql(
                    "UPDATE referrals_referral SET consent_id = NULL WHERE id = %s",
                    rows[place % len(rows)].pk,
                )

    @precondition(lambda self: any(life.state == "withdrawn" for life in self.lives))
    @rule(state=st.sampled_from(["sent", "accepted"]))
    def database_refuses_to_send_on_a_withdrawn_consent(self, state: str) -> None:
        for life in self.lives:
            if life.state == "withdrawn" and life.consent_ends:
                with pytest.raises(IntegrityError), transaction.atomic():
                    _sql(
                        "UPDATE referrals_referral SET status = %s, sent_at = created_at "
                        "WHERE id = %s",
                        state,
                        life.pk,
                    )

    def everything_adds_up(self) -> None:
        """Events equal the model's history; each event has exactly one audit entry."""
        for life in self.lives:
            events = list(
                ReferralEvent.objects.filter(referral_id=life.pk)
                .order_by("pk")
                .values_list("verb", "old", "new")
            )
            assert events == life.history
            audited = Counter(
                AuditEntry.objects.filter(
                    subject_ids__contains=[str(life.pk)],
                    action__in=[f"referral.{verb}" for verb, _old, _new in events],
                ).values_list("action", flat=True)
            )
            assert audited == Counter(f"referral.{verb}" for verb, _old, _new in events)

    # --- hands ------------------------------------------------------------------------------

    def actor(self, who: str, life: Life) -> Actor:
        if who == "anonymous":
            return ANONYMOUS.for_organisation(self.world.receiver.pk)
        if who not in {"reply_link", "patient_link"}:
            return getattr(self.world, who).actor()
        if (who, life.pk) not in self.links:
            self.links[who, life.pk] = self.link(who, life)
        return self.links[who, life.pk]

    def link(self, who: str, life: Life) -> Actor:
        self.count += 1
        token = f"{who}{self.count}".encode()
        if who == "patient_link":
            row = PatientLink.objects.create(referral_id=life.pk, token_hash=token)
            return Actor(kind=ActorKind.PATIENT_LINK, link_id=row.pk, referral_id=life.pk)
        reply = ReplyLink.objects.create(
            referral_id=life.pk,
            handler=self.world.named_handler,
            token_hash=token,
            expires_at=datetime(2099, 1, 1, tzinfo=UTC),
        )
        return Actor(
            kind=ActorKind.REPLY_LINK,
            organisation_id=self.world.receiver.pk,
            link_id=reply.pk,
            referral_id=life.pk,
        )

    def arguments(self, verb: str) -> dict[str, Any]:
        today = clock.today()
        return {
            "decline": {"reason": "no_capacity"},
            "waitlist": {
                "expected_on": today + timedelta(days=20),
                "review_on": today + timedelta(days=10),
            },
            "complete": {"result": "completed"},
            "give_up": {"reason": "not_reached"},
            "mark_error": {"reason": "wrong_person"},
            "refuse": {"reason": "sender_unknown"},
        }.get(verb, {})


@dataclass
class _Ref:
    pk: Any


def _sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize("turn", range(SEEDS))
@pytest.mark.django_db(transaction=True)
def test_lives_of_referrals_agree_with_the_contract(world, turn, record_property):
    """CON-1: whoever does whatever, states, guards, consents, mails and trail are the model's."""
    record_property("figure", f"{EXAMPLES} lives of up to {STEPS} steps each")
    Lives.world = world
    run_lives(Lives, turn=turn, examples=EXAMPLES, steps=STEPS)


def test_a_job_does_no_more_than_the_contract_lets_it(world):
    """The system may refuse, give up and expire; no job accepts, withdraws or sends for anybody."""
    from tests.factories.referrals import again, sent_identified

    referral = sent_identified(world, make_offer(world.receiver))
    job = system_actor("tests")

    for verb in ("accept", "decline", "waitlist", "withdraw", "mark_error", "approve"):
        with pytest.raises(DomainError):
            act(verb, job, referral, **Lives.arguments(Lives, verb))

    assert again(referral).status == "sent"
