"""Random lives of agreements against a model of workflows.md, written again by hand.

The model knows nothing of `partnerships.workflow` or its guards. After each step the two must
agree: on whether the step was allowed, on the state, on who has signed, on the history. Small here;
many more at `make drill`.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any, ClassVar

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from partnerships import services
from partnerships.facts import read
from partnerships.models import (
    Agreement,
    AgreementEvent,
    AgreementParty,
    Amendment,
    Review,
    Risk,
    Signature,
)
from portal.access.actor import system_actor
from portal.audit.models import AuditEntry
from portal.common import clock
from portal.common.clock import COPENHAGEN
from portal.common.errors import DomainError, WrongState
from portal.notifications.models import OutgoingMessage
from tests.factories.partnerships import Pen, contact_facts, fresh, start, write_all
from tests.factories.reports import facts_of, with_statuses
from tests.factories.reports import sign as sign_report
from tests.lives import run_lives
from tests.sizes import DRILL
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.drill]

EXAMPLES, STEPS, SEEDS = (60, 80, 10) if DRILL else (10, 40, 1)

# --- workflows.md, written again. Nothing here is imported from the code under test.
BEFORE_SIGNED = {"idea", "draft", "internal_review", "negotiation", "awaiting_signature"}
RUNNING = {"active", "suspended"}
IN_FORCE = {"signed", *RUNNING}
# Which states a verb is for at all.
SOURCES: dict[str, set[str]] = {
    "draft": {"idea"},
    "write": {"idea", "draft", "negotiation"},
    "approve": {"idea", "draft", "negotiation"},
    "submit_for_review": {"draft"},
    "say_yes": {"internal_review", "negotiation"},
    "say_no": {"internal_review", "negotiation"},
    "send_back": {"internal_review"},
    "negotiate": {"internal_review"},
    "ask_lawyer": {"negotiation"},
    "send_to_signature": {"negotiation"},
    "sign": {"awaiting_signature"},
    "refuse_signature": {"awaiting_signature"},
    "cancel": BEFORE_SIGNED,
    "suspend": {"active"},
    "resume": {"suspended"},
    "give_notice": RUNNING,
    "evaluate": {*RUNNING, "expired", "terminated"},
    "report": {*RUNNING, "expired", "terminated"},
    "close": {"expired", "terminated"},
    "renew": {*RUNNING, "expired"},
    "amend": IN_FORCE,
    "amend_write": IN_FORCE,
    "amend_minors": IN_FORCE,
    "amend_ask": IN_FORCE,
    "amend_yes": IN_FORCE,
    "amend_no": IN_FORCE,
    "amend_take_in": IN_FORCE,
    "amend_let_go": IN_FORCE,
    "amend_send": IN_FORCE,
    "amend_sign": IN_FORCE,
    "amend_refuse": {*IN_FORCE, "expired", "terminated", "closed"},
    "amend_withdraw": {*IN_FORCE, "expired", "terminated", "closed"},
}
# What the public coordinator alone does, and what managers and coordinators of every party do.
STEERS = {
    "submit_for_review",
    "send_back",
    "negotiate",
    "ask_lawyer",
    "amend_ask",
    "suspend",
    "resume",
    "close",
}
# The way that most agreements go.
ONWARDS = [
    "draft",
    "approve",
    "submit_for_review",
    "say_yes",
    "negotiate",
    "send_to_signature",
    "sign",
    "amend",
    "amend_take_in",
    "amend_let_go",
    "amend_write",
    "amend_minors",
    "amend_ask",
    "amend_yes",
    "amend_send",
    "amend_sign",
    "evaluate",
    "report",
    "close",
]
PARTY_OF = {
    "coordinator": "region",
    "region_manager": "region",
    "receiver_manager": "receiver",
    "municipal_coordinator": "municipality",
}
COORDINATORS = {"coordinator", "municipal_coordinator"}
# The party that amendments take in and let go.
THIRD = "municipality"
NOBODY = "00000000-0000-7000-8000-000000000000"
WHO = [
    *PARTY_OF,
    "lawyer",
    "dpo",
    "outsider_manager",
    "parent_handler",
    "other_coordinator",
    "receiver_editor",
    "practice_manager",
]
HANDS = [*PARTY_OF, "lawyer"]
CHANCE = st.randoms(use_true_random=True)
LEVEL = Risk.Level.values[0]
_papers = count(1)
_texts = count(1)


def paper(*_args: object, **_named: object) -> bytes:
    """Each text is another one; setting it is the typesetter's business and has its own tests."""
    return b"%%PDF-1.7 text %d\n%%%%EOF\n" % next(_papers)


@dataclass
class Change:
    """The newest amendment, as the contract sees it."""

    pk: Any
    state: str
    effective: date
    kind: str = "content"
    written: bool = False
    minors: bool = False  # it lets the work concern minors, which a lawyer must see
    look: str = ""  # the lawyer's: pending, approved, sent_back
    saw_minors: bool = False
    coming: set[str] = field(default_factory=set)
    going: set[str] = field(default_factory=set)
    signed: set[str] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        return self.state in {"draft", "awaiting_signature", "signed"}


@dataclass
class Life:
    """One agreement as the contract sees it."""

    pk: Any
    parties: set[str]
    needs_lawyer: bool
    starts: date
    ends: date
    state: str = "idea"
    agreed: set[str] = field(default_factory=set)  # to the whole text
    agreed_governance: set[str] = field(default_factory=set)  # to the section that is rewritten
    reviews: dict[str, str] = field(default_factory=dict)
    signed: set[str] = field(default_factory=set)
    bound_by_text: set[str] = field(default_factory=set)  # who signed the agreement itself
    notice: date | None = None
    evaluated: bool = False
    # Last days of the reports that all have said yes to.
    reported: set[date] = field(default_factory=set)
    renewed: "Life | None" = None
    change: Change | None = None
    minors: bool = False
    history: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def last_day(self) -> date:
        return min(self.ends, self.notice or self.ends)

    def turn(self, verb: str, new: str) -> None:
        self.history.append((verb, self.state, new))
        self.state = new


class Agreements(RuleBasedStateMachine):
    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.clock = clock.at(datetime(2026, 11, 2, 9, tzinfo=COPENHAGEN))
        self.clock.__enter__()
        self.lives: list[Life] = []

    def teardown(self) -> None:
        try:
            self.everything_adds_up()
        finally:
            self.clock.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    # --- beginning ----------------------------------------------------------------------------
    @initialize(chance=CHANCE)
    def two_begin(self, chance: random.Random) -> None:
        """Each somewhere on its way, so that a short story also tells of what comes late."""
        self.begin(three=False, needs_lawyer=False)
        self.begin(three=True, needs_lawyer=True)
        for life in list(self.lives):
            self.walk(life, chance, chance.randrange(22))

    def begin(self, *, three: bool, needs_lawyer: bool) -> None:
        world, today = self.world, clock.today()
        agreement = start(world, *([world.municipality] if three else []))
        starts, ends = today + timedelta(days=60), today + timedelta(days=500)
        write_all(
            agreement,
            world.coordinator.actor(),
            world.receiver_manager.actor(),
            starts_on=starts,
            ends_on=ends,
            amount=1,
            frame={"home_visits": needs_lawyer},
        )
        if three:
            actor = world.municipal_coordinator.actor()
            assert actor.user_id
            people = {actor.organisation_id: actor.user_id}
            Pen(agreement, actor).write("parties", parties=contact_facts(agreement, people))
        parties = {"region", "receiver", *(["municipality"] if three else [])}
        self.lives.append(Life(agreement.pk, parties, needs_lawyer, starts, ends))

    # --- doing --------------------------------------------------------------------------------
    @rule(chance=CHANCE, steps=st.sampled_from([4, 8, 14]))
    def one_goes_on(self, chance: random.Random, steps: int) -> None:
        """People mostly want to get on: each step is the next on the way, by somebody who may."""
        self.walk(self.pick(chance), chance, steps)

    def walk(self, life: Life, chance: random.Random, steps: int) -> None:
        for _ in range(steps):
            pairs = [
                (verb, who)
                for verb in ONWARDS
                for who in HANDS
                if self.allowed(verb, who, life) and self.is_new(verb, who, life)
            ]
            if not pairs:
                day = self.next_day(life)
                if day is None:
                    return
                self.run_until(max(day, clock.today()))
                continue
            self.do(*chance.choice(pairs), life)

    def is_new(self, verb: str, who: str, life: Life) -> bool:
        """Whether it brings anybody further: nobody says yes twice, or writes what is written."""
        if verb == "approve":
            return not {PARTY_OF[who]} <= life.agreed & life.agreed_governance
        if verb == "amend_write":
            return life.change is not None and not life.change.written
        if verb == "amend_minors":
            return life.change is not None and not life.change.minors
        if verb == "amend_take_in":
            return life.change is not None and not life.change.coming
        if verb == "amend_let_go":
            return life.change is not None and not life.change.going
        if verb == "amend":
            return life.change is None
        return not (verb == "evaluate" and life.evaluated)

    @rule(chance=CHANCE)
    def some_do_what_is_allowed(self, chance: random.Random) -> None:
        for _ in range(5):
            life = self.pick(chance)
            pairs = [
                (verb, who) for verb in SOURCES for who in HANDS if self.allowed(verb, who, life)
            ]
            # Ending the story, and going back, are done no more often than the rest.
            onwards = [
                (verb, who)
                for verb, who in pairs
                if verb not in {"cancel", "say_no", "send_back", "refuse_signature", "write"}
                and self.is_new(verb, who, life)
            ]
            pairs = onwards if onwards and chance.random() < 0.9 else pairs
            if pairs:
                self.do(*chance.choice(pairs), life)

    @rule(chance=CHANCE)
    def some_who_are_near_try(self, chance: random.Random) -> None:
        for _ in range(4):
            life = self.pick(chance)
            verbs = [verb for verb, sources in SOURCES.items() if life.state in sources]
            if verbs:
                self.do(chance.choice(verbs), chance.choice(HANDS), life)

    @rule(chance=CHANCE)
    def anybody_tries_anything(self, chance: random.Random) -> None:
        for _ in range(2):
            self.do(chance.choice(list(SOURCES)), chance.choice(WHO), self.pick(chance))

    @rule(chance=CHANCE)
    def all_but_one_sign(self, chance: random.Random) -> None:
        """Half-signed, of two and of three: never a move, until the last."""
        for life in self.lives:
            waiting = sorted(life.parties - life.signed)
            if life.state == "awaiting_signature" and len(waiting) > 1:
                chance.shuffle(waiting)
                for name in waiting[:-1]:
                    who = next(one for one, party in PARTY_OF.items() if party == name)
                    self.do("sign", who, life)

    def pick(self, chance: random.Random) -> Life:
        going = [life for life in self.lives if life.state not in {"cancelled", "closed"}]
        return chance.choice(going if going and chance.random() < 0.85 else self.lives)

    def do(self, verb: str, who: str, life: Life) -> None:
        allowed = self.allowed(verb, who, life)
        try:
            result = getattr(self, f"act_{verb}")(life, getattr(self.world, who).actor())
            refused = None
        except DomainError as error:
            refused = error
        words = f"{who}, {verb} of one that is {life.state}, {life.change}: {refused!r} {refused}"
        assert (refused is None) == allowed, words
        if refused is None:
            self.follow(verb, who, life, result)

    # --- the contract -------------------------------------------------------------------------
    def allowed(self, verb: str, who: str, life: Life) -> bool:
        if life.state not in SOURCES[verb]:
            return False
        if verb in {"say_yes", "say_no"}:
            return self.reviewing(who, life) is not None
        if verb in {"amend_yes", "amend_no"}:
            change = life.change
            waits = change is not None and change.state == "draft" and change.look == "pending"
            return waits and who == "lawyer"
        party = PARTY_OF.get(who)
        if party not in life.parties and not self.is_asked(verb, party, life):
            return False
        if verb in STEERS and who not in COORDINATORS:
            return False
        return self.guard(verb, party, life)

    def is_asked(self, verb: str, party: str | None, life: Life) -> bool:
        """One that an amendment takes in says yes or no to it, and does nothing else."""
        change = life.change
        return (
            change is not None
            and change.state == "awaiting_signature"
            and party in change.coming
            and verb in {"amend_sign", "amend_refuse"}
            and life.state in IN_FORCE
        )

    def reviewing(self, who: str, life: Life) -> Review | None:
        """The waiting review that this one may answer; whom the row asks is taken as given."""
        for kind, decision in life.reviews.items():
            row = Review.objects.filter(agreement_id=life.pk, kind=kind).order_by("round").last()
            if decision != "pending" or row is None:
                continue
            asked = row.organisation_id
            if kind == "legal" and who == "lawyer" and asked == self.world.region.pk:
                return row
            if kind == "professional" and who in COORDINATORS:
                if getattr(self.world, PARTY_OF[who]).pk == asked:
                    return row
        return None

    def guard(self, verb: str, party: str, life: Life) -> bool:
        today, change = clock.today(), life.change
        reviewed = life.reviews and set(life.reviews.values()) == {"approved"}
        is_open = change is not None and change.is_open
        match verb:
            case "negotiate":
                return bool(reviewed)
            case "ask_lawyer":
                return life.reviews.get("legal") != "pending"
            case "send_to_signature":
                agreed = life.agreed >= life.parties and life.agreed_governance >= life.parties
                return bool(reviewed) and agreed and life.starts >= today
            case "sign":
                return party not in life.signed and today <= life.starts
            case "suspend" | "resume":
                return not is_open
            case "give_notice":
                first = three_months_after(today)
                return life.notice is None and not is_open and first <= life.ends
            case "close":
                told = any(day >= life.last_day for day in life.reported)
                return life.evaluated and told and not is_open
            case "report":
                # It may be begun two months before its last day.
                soon = life.last_day <= today + timedelta(days=60)
                return soon and life.last_day not in life.reported
            case "renew":
                again = life.renewed is None or life.renewed.state == "cancelled"
                return again and not is_open
            case "amend":
                return not is_open
            case "amend_write":
                return change is not None and change.state == "draft"
            case "amend_take_in" | "amend_let_go":
                about = change is not None and change.kind == "parties" and change.state == "draft"
                return about and (THIRD in life.parties) == (verb == "amend_let_go")
            case "amend_minors":
                # Whom the work concerns is the public side's to say.
                new = not life.minors and change is not None and not change.minors
                return new and change.state == "draft" and party != "receiver"
            case "amend_ask":
                return change is not None and change.state == "draft" and change.look != "pending"
            case "amend_send":
                if change is None or change.state != "draft":
                    return False
                changed = change.written or change.minors or change.coming or change.going
                seen = change.look in {"", "approved"} and (change.saw_minors or not change.minors)
                return bool(changed) and seen
            case "amend_sign":
                return (
                    change is not None
                    and change.state == "awaiting_signature"
                    and party not in change.signed
                )
            case "amend_refuse":
                return change is not None and change.state == "awaiting_signature"
            case "amend_withdraw":
                return change is not None and change.state in {"draft", "awaiting_signature"}
        return True

    def follow(self, verb: str, who: str, life: Life, result: Any) -> None:
        party, change = PARTY_OF.get(who, ""), life.change
        match verb:
            case "draft":
                life.turn(verb, "draft")
            case "write":
                life.agreed_governance = {party}
            case "approve":
                life.agreed.add(party)
                life.agreed_governance.add(party)
            case "submit_for_review":
                kinds = ["professional", *(["legal"] if life.needs_lawyer else [])]
                life.reviews = dict.fromkeys(kinds, "pending")
                life.turn(verb, "internal_review")
            case "say_yes":
                life.reviews[result] = "approved"
            case "say_no":
                life.reviews[result] = "sent_back"
                if life.state == "internal_review":
                    life.turn("send_back", "draft")
            case "send_back":
                life.turn(verb, "draft")
            case "negotiate":
                life.turn(verb, "negotiation")
            case "ask_lawyer":
                life.reviews["legal"] = "pending"
            case "send_to_signature":
                life.signed = set()
                life.turn(verb, "awaiting_signature")
            case "sign":
                life.signed.add(party)
                if life.signed == life.parties:
                    life.bound_by_text = set(life.parties)
                    life.turn(verb, "signed")
            case "refuse_signature":
                life.signed = set()
                life.turn(verb, "negotiation")
            case "cancel":
                life.turn(verb, "cancelled")
            case "suspend":
                life.turn(verb, "suspended")
            case "resume":
                life.turn(verb, "active")
            case "give_notice":
                life.notice = three_months_after(clock.today())
            case "evaluate":
                life.evaluated = True
            case "report":
                life.reported.add(life.last_day)
            case "close":
                life.turn(verb, "closed")
            case "renew":
                first = max(life.ends, clock.today()) + timedelta(days=1)
                # 441 days, which are never whole months: the renewal has as many days.
                new = Life(
                    result.pk,
                    set(life.parties),
                    life.needs_lawyer,
                    first,
                    first + (life.ends - life.starts),
                )
                new.turn("draft", "draft")
                new.minors = life.minors
                new.needs_lawyer = new.needs_lawyer or life.minors
                life.renewed = new
                self.lives.append(new)
            case "amend":
                life.change = Change(result.pk, "draft", result.effective_on, result.kind)
            case "amend_take_in" if change:
                change.coming = {THIRD}
            case "amend_let_go" if change:
                change.going = {THIRD}
            case "amend_write" if change:
                change.written = True
            case "amend_minors" if change:
                change.minors = True
            case "amend_ask" if change:
                change.look, change.saw_minors = "pending", False
            case "amend_yes" if change:
                change.look, change.saw_minors = "approved", change.minors
            case "amend_no" if change:
                change.look = "sent_back"
            case "amend_send" if change:
                change.state, change.signed = "awaiting_signature", set()
            case "amend_sign" if change:
                change.signed.add(party)
                if change.signed == life.parties | change.coming:
                    change.state = "signed"
                    self.take_effect(life)
            case "amend_refuse" if change:
                change.state, change.signed = "draft", set()
            case "amend_withdraw" if change:
                change.state, change.signed = "withdrawn", set()

    @staticmethod
    def take_effect(life: Life) -> None:
        change = life.change
        if change is not None and change.state == "signed" and change.effective <= clock.today():
            change.state = "in_force"
            life.minors = life.minors or change.minors
            life.parties = (life.parties | change.coming) - change.going

    # --- hands --------------------------------------------------------------------------------
    def _which(self, life: Life) -> dict[str, Any]:
        pk = life.change.pk if life.change else NOBODY
        return {"agreement_id": life.pk, "amendment_id": pk}

    def act_draft(self, life: Life, actor: Any) -> object:
        return services.begin_draft(agreement_id=life.pk, actor=actor)

    def act_write(self, life: Life, actor: Any) -> object:
        agreement = Agreement.objects.get(pk=life.pk)
        section = agreement.sections.get(key="governance")
        return services.save_section(
            agreement_id=life.pk,
            key="governance",
            facts={
                **read(agreement, "governance"),
                # Never said before: a renewal has its predecessor's words.
                "meeting_rhythm": f"Hver måned, udgave {next(_texts)}",
            },
            version=section.version,
            actor=actor,
        )

    def act_approve(self, life: Life, actor: Any) -> object:
        agreement = Agreement.objects.get(pk=life.pk)
        return services.approve_all_sections(
            agreement_id=life.pk,
            versions=dict(agreement.sections.values_list("key", "version")),
            actor=actor,
        )

    def act_submit_for_review(self, life: Life, actor: Any) -> object:
        return services.submit_for_review(agreement_id=life.pk, actor=actor)

    def _decide(self, life: Life, actor: Any, approve: bool) -> object:
        who = next(name for name in WHO if getattr(self.world, name).user.pk == actor.user_id)
        row = self.reviewing(who, life) or (
            Review.objects.filter(agreement_id=life.pk).order_by("round").last()
        )
        services.decide_review(
            agreement_id=life.pk,
            review_id=row.pk if row else life.pk,
            approve=approve,
            comment="Set igennem.",
            actor=actor,
        )
        return row.kind if row else ""

    def act_say_yes(self, life: Life, actor: Any) -> object:
        return self._decide(life, actor, True)

    def act_say_no(self, life: Life, actor: Any) -> object:
        return self._decide(life, actor, False)

    def act_send_back(self, life: Life, actor: Any) -> object:
        return services.send_back(agreement_id=life.pk, comment="Ret målet.", actor=actor)

    def act_negotiate(self, life: Life, actor: Any) -> object:
        return services.negotiate(agreement_id=life.pk, actor=actor)

    def act_ask_lawyer(self, life: Life, actor: Any) -> object:
        return services.ask_for_review(agreement_id=life.pk, kind="legal", actor=actor)

    def act_send_to_signature(self, life: Life, actor: Any) -> object:
        return services.send_to_signature(agreement_id=life.pk, actor=actor)

    def act_sign(self, life: Life, actor: Any) -> object:
        frozen = Agreement.objects.get(pk=life.pk).frozen
        sha256 = frozen.sha256 if frozen else "0" * 64
        return services.sign_agreement(agreement_id=life.pk, sha256=sha256, actor=actor)

    def act_refuse_signature(self, life: Life, actor: Any) -> object:
        return services.refuse_signature(agreement_id=life.pk, comment="Ret.", actor=actor)

    def act_cancel(self, life: Life, actor: Any) -> object:
        return services.cancel_agreement(agreement_id=life.pk, comment="Ikke nu.", actor=actor)

    def act_suspend(self, life: Life, actor: Any) -> object:
        return services.suspend_agreement(
            agreement_id=life.pk, comment="Ombygning.", document=paper(), actor=actor
        )

    def act_resume(self, life: Life, actor: Any) -> object:
        return services.resume_agreement(agreement_id=life.pk, actor=actor)

    def act_give_notice(self, life: Life, actor: Any) -> object:
        return services.give_notice(
            agreement_id=life.pk,
            ends_on=three_months_after(clock.today()),
            comment="Vi flytter.",
            document=paper(),
            actor=actor,
        )

    def act_evaluate(self, life: Life, actor: Any) -> object:
        return services.write_final_evaluation(
            agreement_id=life.pk, text="Det gik godt.", actor=actor
        )

    def act_report(self, life: Life, actor: Any) -> object:
        """One begins the report on all its days and writes it; then each party says yes."""
        report = services.begin_report(
            agreement_id=life.pk, actor=actor, first=life.starts, last=life.last_day
        )
        services.save_report(
            report_id=report.pk,
            facts=with_statuses(facts_of(report)),
            version=report.version,
            actor=actor,
        )
        for name in sorted(life.parties):
            who = next(one for one, party in PARTY_OF.items() if party == name)
            sign_report(report, getattr(self.world, who).actor())
        return report

    def act_close(self, life: Life, actor: Any) -> object:
        return services.close_agreement(agreement_id=life.pk, actor=actor)

    def act_renew(self, life: Life, actor: Any) -> object:
        return services.renew_agreement(agreement_id=life.pk, actor=actor)

    def act_amend(self, life: Life, actor: Any) -> object:
        # By lot, and the same lot when the story is told again: keys are never the same.
        lot = self.lives.index(life) + len(life.history)
        wanted = clock.today() + timedelta(days=20 if lot % 2 else 0)
        return services.begin_amendment(
            agreement_id=life.pk,
            # Where there are three: a change of words, or one who leaves.
            kind="content" if THIRD in life.parties and lot % 4 > 1 else "parties",
            title="Flere møder",
            reason="Vi vil mødes oftere.",
            effective_on=max(min(wanted, life.last_day), clock.today()),
            actor=actor,
        )

    def act_amend_take_in(self, life: Life, actor: Any) -> object:
        return services.ask_party_in(
            **self._which(life), organisation=self.world.municipality, actor=actor
        )

    def act_amend_let_go(self, life: Life, actor: Any) -> object:
        party = AgreementParty.objects.filter(
            agreement_id=life.pk, organisation=self.world.municipality
        ).first()
        return services.let_party_go(
            **self._which(life), party_id=party.pk if party else NOBODY, actor=actor
        )

    def act_amend_write(self, life: Life, actor: Any) -> object:
        agreement = Agreement.objects.get(pk=life.pk)
        facts = {**read(agreement, "risks")}
        facts["risks"] = [
            *facts["risks"],
            {
                "id": "",
                "text": f"Risiko {next(_papers)}",
                "likelihood": LEVEL,
                "consequence": LEVEL,
                "action": "",
                "owner": "",
            },
        ]
        row = Amendment.objects.filter(pk=self._which(life)["amendment_id"]).first()
        return services.save_amended_section(
            **self._which(life),
            key="risks",
            facts=facts,
            version=row.version_of("risks") if row else 0,
            actor=actor,
        )

    def act_amend_minors(self, life: Life, actor: Any) -> object:
        row = Amendment.objects.filter(pk=self._which(life)["amendment_id"]).first()
        facts = {**read(Agreement.objects.get(pk=life.pk), "frame"), "involves_minors": True}
        before = (row.versions if row else {}).get("frame", {}).get("number", 0)
        saved = services.save_amended_section(
            **self._which(life), key="frame", facts=facts, version=before, actor=actor
        )
        if saved.version_of("frame") == before:
            raise WrongState  # it says so already, and nothing was saved
        return saved

    def act_amend_ask(self, life: Life, actor: Any) -> object:
        chosen = {"legal": self.world.lawyer.user.pk}
        return services.ask_for_amendment_review(**self._which(life), chosen=chosen, actor=actor)

    def _look(self, life: Life, actor: Any, approve: bool) -> object:
        rows = Review.objects.filter(amendment_id=self._which(life)["amendment_id"])
        row = rows.order_by("round").last()
        return services.decide_review(
            agreement_id=life.pk,
            review_id=row.pk if row else life.pk,
            approve=approve,
            comment="Set igennem.",
            actor=actor,
        )

    def act_amend_yes(self, life: Life, actor: Any) -> object:
        return self._look(life, actor, True)

    def act_amend_no(self, life: Life, actor: Any) -> object:
        return self._look(life, actor, False)

    def act_amend_send(self, life: Life, actor: Any) -> object:
        return services.send_amendment_to_signature(**self._which(life), actor=actor)

    def act_amend_sign(self, life: Life, actor: Any) -> object:
        row = Amendment.objects.filter(pk=self._which(life)["amendment_id"]).first()
        sha256 = row.document.sha256 if row and row.document else "0" * 64
        return services.sign_amendment(
            **self._which(life), sha256=sha256, contact_id=actor.user_id, actor=actor
        )

    def act_amend_refuse(self, life: Life, actor: Any) -> object:
        return services.refuse_amendment(**self._which(life), comment="Ret.", actor=actor)

    def act_amend_withdraw(self, life: Life, actor: Any) -> object:
        return services.withdraw_amendment(**self._which(life), comment="Nej.", actor=actor)

    # --- time ---------------------------------------------------------------------------------
    @rule(days=st.sampled_from([0, 1, 7, 30, 61, 100, 200, 450]))
    def time_passes(self, days: int) -> None:
        self.run_until(clock.today() + timedelta(days=days))

    @rule(chance=CHANCE)
    def time_stops_at_the_edge(self, chance: random.Random) -> None:
        """The last day before something happens by itself, and the day itself."""
        day = self.next_day(self.pick(chance))
        if day is not None and day > clock.today() + timedelta(days=1):
            self.run_until(day - timedelta(days=1))
            self.states_agree()
            self.run_until(day)

    def next_day(self, life: Life) -> date | None:
        if life.state == "signed":
            return life.starts
        if life.change is not None and life.change.state == "signed":
            return life.change.effective
        if life.state in RUNNING:
            return life.notice or life.ends + timedelta(days=1)
        return None

    def run_until(self, day: date) -> None:
        moment = datetime.combine(day, time(9), tzinfo=COPENHAGEN)
        clock.advance_to(max(moment, clock.now()))
        for life in self.lives:
            self.by_itself(life)
        services.run_dates()
        queued = OutgoingMessage.objects.count()
        assert set(services.run_dates().values()) == {0}
        assert OutgoingMessage.objects.count() == queued

    def by_itself(self, life: Life) -> None:
        """What the days do, in their own order, however long nobody looked."""
        today = clock.today()
        if life.state == "signed" and life.starts <= today:
            life.turn("activate", "active")
        self.take_effect(life)
        if life.state in RUNNING and life.notice is not None and life.notice <= today:
            life.turn("terminate", "terminated")
        if life.state in RUNNING and life.ends < today:
            life.turn("expire", "expired")

    # --- agreeing -----------------------------------------------------------------------------
    @invariant()
    def states_agree(self) -> None:
        stored = dict(Agreement.objects.order_by().values_list("pk", "status"))
        assert stored == {life.pk: life.state for life in self.lives}

    @invariant()
    def signatures_agree(self) -> None:
        """Who has signed the text that counts; a signed agreement is signed by all."""
        slugs = {getattr(self.world, name).slug: name for name in set(PARTY_OF.values())}
        for life in self.lives:
            rows = Signature.objects.filter(
                agreement_id=life.pk, voided_at__isnull=True, document__kind="agreement_text"
            )
            found = {
                slugs[slug] for slug in rows.values_list("party__organisation__slug", flat=True)
            }
            if life.state in BEFORE_SIGNED:
                assert found == life.signed
            elif life.state != "cancelled":
                assert found == life.bound_by_text

    @invariant()
    def parties_agree(self) -> None:
        """Nobody is in before the amendment is in force, and everybody afterwards."""
        slugs = {getattr(self.world, name).slug: name for name in set(PARTY_OF.values())}
        for life in self.lives:
            rows = AgreementParty.objects.filter(agreement_id=life.pk, left_on__isnull=True)
            found = {slugs[slug] for slug in rows.values_list("organisation__slug", flat=True)}
            assert found == life.parties

    @invariant()
    def amendments_agree(self) -> None:
        newest = {
            row.agreement_id: (row.pk, row.state) for row in Amendment.objects.order_by("number")
        }
        assert newest == {
            life.pk: (life.change.pk, life.change.state) for life in self.lives if life.change
        }

    @precondition(lambda self: any(row.state == "awaiting_signature" for row in self.lives))
    @rule()
    def the_database_refuses_half_a_signature(self) -> None:
        for life in self.lives:
            if life.state == "awaiting_signature":
                with pytest.raises(DatabaseError), transaction.atomic():
                    _sql(
                        "UPDATE partnerships_agreement SET status = 'signed', signed_on = starts_on"
                        " WHERE id = %s",
                        life.pk,
                    )

    def everything_adds_up(self) -> None:
        """Moves equal the model's history; each has exactly one entry in the trail."""
        for life in self.lives:
            moves = [
                (row.verb, row.old, row.new)
                for row in AgreementEvent.objects.filter(agreement_id=life.pk).order_by("pk")
                if row.old != row.new
            ]
            # A lawyer's and a coordinator's way back have one name.
            assert moves == life.history
            verbs = Counter(verb for verb, _old, _new in moves)
            audited = Counter(
                AuditEntry.objects.filter(
                    subject_ids__contains=[str(life.pk)],
                    action__in=[f"agreement.{verb}" for verb in verbs],
                ).values_list("action", flat=True)
            )
            assert audited == Counter({f"agreement.{verb}": n for verb, n in verbs.items()})


def three_months_after(day: date) -> date:
    year, month = divmod(day.month - 1 + 3, 12)
    for last in range(day.day, 0, -1):
        try:
            return date(day.year + year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError


def _sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize("turn", range(SEEDS))
@pytest.mark.django_db(transaction=True)
def test_lives_of_agreements_agree_with_the_contract(world, turn, monkeypatch, record_property):
    """Whoever does whatever, states, signatures, parties, amendments and trail are the model's."""
    record_property("figure", f"{EXAMPLES} lives of up to {STEPS} steps each")
    monkeypatch.setattr("partnerships.services.signing.frozen_agreement", paper)
    monkeypatch.setattr("partnerships.services.amending.amendment_text", paper)
    monkeypatch.setattr("partnerships.services.reports.render_report_pdf", paper)
    Agreements.world = world
    run_lives(Agreements, turn=turn, examples=EXAMPLES, steps=STEPS)


def test_a_job_does_no_more_than_the_dates_let_it(world):
    """No job writes, approves, signs or ends anything for anybody."""
    agreement = start(world)
    job = system_actor("tests")

    for act in (
        lambda: services.submit_for_review(agreement_id=agreement.pk, actor=job),
        lambda: services.begin_draft(agreement_id=agreement.pk, actor=job),
        lambda: services.cancel_agreement(agreement_id=agreement.pk, comment="x", actor=job),
        lambda: services.sign_agreement(agreement_id=agreement.pk, sha256="", actor=job),
    ):
        with pytest.raises(DomainError):
            act()

    assert fresh(agreement).status == "idea"
