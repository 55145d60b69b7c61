"""One referral's life, lived through the services at the moments when it happened.

Between two steps the field's own clocks run, as the job of every five minutes would have: reminders
are queued and silence ends a referral because `run_clocks` says so, never because the demo does.
"""

import contextlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from offers.models import Offer
from organisations.models import NamedHandler, Organisation, Role
from organisations.selectors import pauses_of
from portal.access.actor import ANONYMOUS, Actor, ActorKind
from portal.audit.scope import tenant
from portal.common import clock
from portal.common.errors import DomainError
from portal.common.workdays import add_working_days, is_working_day
from portal.demo.world.cast import BUILDER, Cast, by_link
from portal.demo.world.listings import offers_by_slug
from portal.demo.world.names import invented_name, invented_phone
from portal.geography.models import Municipality
from referrals import clocks, deadlines, services
from referrals.links import mint_patient_link, mint_reply_link
from referrals.models import Kind, Referral, State
from referrals.workflow import FINAL

MODERATORS: Final = "region-midtjylland"
_AFTER_DUE: Final = timedelta(minutes=4)
_BY_SENDER: Final = frozenset({"withdraw", "mark_error", "refer_onward"})
_BY_COORDINATOR: Final = frozenset({"approve", "refuse"})
# These are done signed in; the rest can be done from the mail.
_SIGNED_IN: Final = frozenset({"redeem", "assign", "send_child"})
# What may still follow an end: taking an answer back, saying it was a mistake, trying elsewhere.
_AFTER_THE_END: Final = frozenset({"undo", "mark_error", "refer_onward"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What somebody does: `days` working days after the step before, at that time of day; on the
    same day `minute` minutes later."""

    verb: str
    days: int = 0
    hour: int = 10
    minute: int = 0
    with_: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    key: str
    kind: Kind
    offer: str
    sender: str  # empty for a self-referral
    municipality: str
    begins: datetime
    steps: tuple[Step, ...] = ()
    by_link: bool = False
    age_band: str = ""
    outside_area_reason: str = ""
    message: str = ""
    replaces: Referral | None = None
    consent: services.ConsentGiven = services.ConsentGiven(
        form="written", given_by="self", subject_role="patient", feedback=True
    )


def next_working_moment(after: datetime, step: Step) -> datetime:
    if step.days == 0:
        return after + timedelta(minutes=max(step.minute, 1))
    day = clock.local(add_working_days(after, step.days))
    return day.replace(hour=step.hour, minute=step.minute)


def working_days_ago(until: datetime, days: int, hour: int = 10, minute: int = 0) -> datetime:
    """That many working days before `until`, at a time of day."""
    moment = clock.local(until)
    while days:
        moment -= timedelta(days=1)
        days -= is_working_day(moment.date())
    return min(moment.replace(hour=hour, minute=minute, second=0, microsecond=0), until)


class Stage:
    """What every life needs to know, looked up once."""

    def __init__(self) -> None:
        self.cast = Cast()
        self.offers: dict[str, Offer] = offers_by_slug()
        self.municipalities = {row.code: row for row in Municipality.objects.all()}
        self.organisations = {row.slug: row for row in Organisation.objects.all()}
        self.handlers: dict[int, NamedHandler] = {}
        for handler in NamedHandler.objects.current().order_by("is_deputy", "pk"):
            self.handlers.setdefault(handler.organisation_id, handler)


def live(life: Life, stage: Stage, *, until: datetime) -> Referral:
    """From sending to `until`. Raises `DomainError` when the offer would not have taken it then."""
    return _Living(life, stage, until).run()


class _Living:
    def __init__(self, life: Life, stage: Stage, until: datetime) -> None:
        self.life, self.stage, self.until = life, stage, until
        self.now = life.begins
        self.code = ""
        self.link: Actor | None = None
        self.offer = stage.offers[life.offer]

    def run(self) -> Referral:
        with clock.at(self.now):
            self.row = self._send()
        for step in self.life.steps:
            when = next_working_moment(self.now, step)
            if when > self.until:
                break
            self._let_time_pass(when)
            if self.row.status in FINAL and step.verb not in _AFTER_THE_END:
                return self.row
            with clock.at(when):
                self._do(step)
            self.now = when
        self._let_time_pass(self.until)
        return self.row

    # --- sending ------------------------------------------------------------------------------

    def _send(self) -> Referral:
        life = self.life
        facts = services.CodedFacts(
            municipality=self.stage.municipalities[life.municipality],
            needs=[self.offer.category],
            target_groups=self.offer.target_groups[:2],
            age_band=life.age_band,
            outside_area_reason=life.outside_area_reason,
        )
        if life.kind == Kind.SELF:
            actor = ANONYMOUS.for_organisation(self.offer.organisation_id)
            with tenant(actor):
                return services.send_self(
                    actor=actor, offer=self.offer, facts=facts, patient=self._person()
                )[0]
        actor = self.stage.cast.get(life.sender, Role.CLINICIAN)
        if life.kind == Kind.CODE:
            signed = services.draw_code()[1]
            with tenant(actor):
                sent = services.send_code(
                    actor=actor, offer=self.offer, facts=facts, signed_code=signed
                )
            self.code = sent.code
            return sent.referral
        with tenant(actor):
            return services.send_identified(
                actor=actor,
                offer=self.offer,
                facts=facts,
                patient=self._person(),
                consent=life.consent,
                kind=life.kind,
                replaces=life.replaces,
            )

    def _person(self) -> services.PatientDetails:
        key = f"borger:{self.life.key}"
        return services.PatientDetails(
            name=invented_name(key),
            phone=invented_phone(key),
            email=f"borger-{self.life.key}@borger.example",
            message=self.life.message,
        )

    # --- what people do -----------------------------------------------------------------------

    def _do(self, step: Step) -> None:
        if step.verb == "refer_onward":
            self._refer_onward(step.with_["life"])
            return
        actor = self._actor(step.verb)
        with tenant(actor):
            match step.verb:
                case "redeem":
                    self.row = services.redeem_code(actor=actor, typed=self.code)
                case "waitlist" | "keep_waiting":
                    self.row = self._wait(step, actor)
                case "assign":
                    handler = self.stage.handlers[self.offer.organisation_id]
                    self.row = services.assign_handler(
                        actor=actor, referral_id=self.row.pk, handler_id=handler.pk
                    )
                case "send_child":
                    self._send_child(step, actor)
                case "patient_withdraw":
                    self.row = services.withdraw(actor=actor, referral_id=self.row.pk)
                case "write":
                    services.write_message(actor=actor, referral_id=self.row.pk, **step.with_)
                case verb:
                    self.row = getattr(services, verb)(
                        actor=actor, referral_id=self.row.pk, **step.with_
                    )

    def _refer_onward(self, onward: Life) -> None:
        """A no is not the end: the same citizen, another offer, a consent of its own. Where that
        offer would not have taken it either, the no stands alone."""
        later = replace(onward, begins=clock.now(), replaces=self.row)
        with contextlib.suppress(DomainError), transaction.atomic():
            live(later, self.stage, until=self.until)

    def _send_child(self, step: Step, actor: Actor) -> None:
        """Whoever bridges has found the offer, and hands the citizen a code for it."""
        offer = self.stage.offers[step.with_["offer"]]
        services.send_code(
            actor=actor,
            offer=offer,
            facts=services.CodedFacts(
                municipality=self.stage.municipalities[self.life.municipality],
                needs=[offer.category],
                age_band=self.life.age_band,
            ),
            signed_code=services.draw_code()[1],
            parent=self.row,
        )

    def _wait(self, step: Step, actor: Actor) -> Referral:
        today = clock.today()
        review = today + timedelta(days=step.with_.get("review_in", 28))
        if step.verb == "keep_waiting":
            return services.keep_waiting(actor=actor, referral_id=self.row.pk, review_on=review)
        expected = today + timedelta(days=step.with_.get("expected_in", 42))
        return services.waitlist(
            actor=actor, referral_id=self.row.pk, expected_on=expected, review_on=review
        )

    def _actor(self, verb: str) -> Actor:
        if verb == "patient_withdraw":
            return self._patient()
        if verb in _BY_COORDINATOR:
            return self.stage.cast.get(MODERATORS, Role.COORDINATOR)
        if verb in _BY_SENDER and self.life.kind != Kind.SELF:
            return self.stage.cast.get(self.life.sender, Role.CLINICIAN)
        if self.life.by_link and verb not in _SIGNED_IN and verb not in _BY_SENDER:
            return self._by_link()
        return self.stage.cast.get(self.offer.organisation.slug, Role.HANDLER)

    def _patient(self) -> Actor:
        """The citizen, by the link that came with the leaflet or the receipt."""
        with tenant(BUILDER):
            mint_patient_link(self.row)
            link_id = self.row.patient_links.order_by("-pk").values_list("pk", flat=True)[0]
        return Actor(kind=ActorKind.PATIENT_LINK, link_id=link_id, referral_id=self.row.pk)

    def _by_link(self) -> Actor:
        if self.link is None:
            handler = self.stage.handlers[self.offer.organisation_id]
            pauses = pauses_of(self.offer.organisation_id)
            with tenant(BUILDER):
                mint_reply_link(
                    self.row,
                    handler_id=handler.pk,
                    deadline=deadlines.next_deadline(self.row, pauses),
                )
                link_id = self.row.reply_links.order_by("-pk").values_list("pk", flat=True)[0]
            self.link = by_link(handler, link_id=link_id, referral_id=self.row.pk)
        return self.link

    # --- what time does -----------------------------------------------------------------------

    def _let_time_pass(self, until: datetime) -> None:
        """Run the clocks whenever something falls due before `until`."""
        consent_ends = None
        if self.life.kind != Kind.CODE:
            days = services.people.CONSENT_LIFE_DAYS
            consent_ends = self.life.begins + timedelta(days=days)
        while self.row.status not in FINAL and self.row.status != State.DRAFT:
            with clock.at(until):
                pauses = pauses_of(self.row.receiver_id)
            due = deadlines.moments(self.row, pauses=pauses, consent_expires_at=consent_ends)
            coming = [
                moment for moment in due if self.now - _AFTER_DUE < moment < until - _AFTER_DUE
            ]
            if not coming:
                return
            self.now = coming[0] + _AFTER_DUE
            with clock.at(self.now):
                if clocks.run_clocks(only=[self.row.pk]):
                    self.row = _fresh(self.row.pk)


def _fresh(referral_id: UUID) -> Referral:
    with tenant(BUILDER, readonly=True):
        return Referral.objects.get(pk=referral_id)
