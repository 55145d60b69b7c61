"""The plan of the year before the first start: who referred whom to what, and what became of it.

Drawn with a fixed seed from the files and the first day alone, so that the plan is the same on
every machine and after every restart. How far it has been lived is `DemoWorld.lives_done`.
"""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from offers.coverage import ONLINE_MODES
from offers.models import Offer, OfferCapacity, OfferCoverage, OfferStatus
from organisations.models import OrganisationKind, Role
from portal.common import clock
from portal.common.workdays import is_working_day
from portal.demo.world.lives import Life, Stage, Step
from portal.demo.world.people import WITHOUT_TERMS
from portal.demo.world.register import UNVERIFIED
from portal.demo.world.words import MESSAGES, REPLIES
from portal.geography.models import AreaMembership
from referrals.models import Kind
from referrals.services import ConsentGiven

LIVES: Final = 700
_SEED: Final = 2026
_DAYS: Final = 362
_SENDERS: Final = {
    OrganisationKind.PRACTICE: 10,
    OrganisationKind.HOSPITAL_DEPARTMENT: 8,
    OrganisationKind.HOSPITAL: 4,
    OrganisationKind.MUNICIPALITY: 6,
}
_KINDS: Final = {Kind.CODE: 36, Kind.IDENTIFIED: 42, Kind.NAVIGATOR: 9, Kind.SELF: 13}
_AGES: Final = (
    ("0-14", 0, 14), ("15-29", 15, 29), ("30-49", 30, 49),
    ("50-64", 50, 64), ("65-79", 65, 79), ("80+", 80, 120),
)  # fmt: skip


def plan(stage: Stage, now: datetime) -> list[Life]:
    """All lives, in the order in which they begin."""
    return _Planner(stage, now).lives()


class _Planner:
    def __init__(self, stage: Stage, now: datetime) -> None:
        self.stage, self.now = stage, now
        self.today = clock.local(now).date()
        self.draw = random.Random(_SEED)  # noqa: S311 - a plan, not a secret
        self.offers = _offers_by_area(stage, self.today)
        self.senders = self._find_senders()
        self.navigating = [
            offer for offer in stage.offers.values() if offer.takes_navigator_referrals
        ]

    def lives(self) -> list[Life]:
        return [self._life(number, begins) for number, begins in enumerate(self._beginnings())]

    def _beginnings(self) -> list[datetime]:
        """Weekdays from 8 to 16, few in July and at Christmas, more as the site becomes known."""
        days = [self.today - timedelta(days=back) for back in range(_DAYS, 0, -1)]
        weights = [_busy(day) * (0.5 + 0.8 * place / _DAYS) for place, day in enumerate(days)]
        chosen = sorted(self.draw.choices(days, weights, k=LIVES))
        moments = [
            datetime(
                day.year, day.month, day.day,
                self.draw.choices(range(8, 16), (5, 9, 10, 8, 4, 8, 7, 4))[0],
                self.draw.randrange(60),
                tzinfo=clock.COPENHAGEN,
            )
            for day in chosen
        ]  # fmt: skip
        return sorted(moments)

    def _find_senders(self) -> tuple[list[str], list[float]]:
        known = [
            row
            for row in sorted(self.stage.organisations.values(), key=lambda row: row.slug)
            if row.kind in _SENDERS
            and row.municipality is not None
            and self.stage.cast.has(row.slug, Role.CLINICIAN)
        ]
        # Some units refer often and most now and then.
        weights = [
            _SENDERS[OrganisationKind(row.kind)]
            * random.Random(row.slug).choice((1, 1, 2, 5))  # noqa: S311
            # The file tells of those that know the site well; the other bodies refer rarely.
            * (1.0 if row.description else 0.1)
            for row in known
        ]
        return [row.slug for row in known], weights

    # --- one life -----------------------------------------------------------------------------

    def _life(self, number: int, begins: datetime) -> Life:
        draw = random.Random(f"{_SEED}:{number}")  # noqa: S311
        kind = draw.choices(list(_KINDS), list(_KINDS.values()))[0]
        sender = self.stage.organisations[draw.choices(*self.senders)[0]]
        assert sender.municipality is not None  # noqa: S101 - only such were chosen
        area = sender.municipality.code
        offer = self._offer(draw, kind, area)
        receiver = offer.organisation.slug
        if receiver in WITHOUT_TERMS:
            kind = Kind.CODE
        moderated = kind != Kind.SELF and sender.slug in UNVERIFIED
        steps = _steps(draw, kind, receiver, moderated=moderated)
        if kind == Kind.NAVIGATOR:
            steps = self._bridged(draw, steps, area)
        elif kind == Kind.IDENTIFIED and not moderated:
            steps = self._sent_on(draw, steps, number, area, sender.slug)
        by_link = kind != Kind.CODE and random.Random(f"link:{receiver}").random() < 0.4  # noqa: S311
        return Life(
            key=f"h{number}",
            kind=kind,
            offer=offer.slug,
            sender="" if kind == Kind.SELF else sender.slug,
            municipality=area,
            begins=begins,
            steps=tuple(steps),
            by_link=by_link,
            age_band=_age_band(draw, offer),
            message=draw.choice(MESSAGES),
            consent=_consent(draw, offer),
        )

    def _bridged(self, draw: random.Random, steps: list[Step], area: str) -> list[Step]:
        """Some of those who are followed are handed on to an offer near by."""
        begun = next((place for place, step in enumerate(steps) if step.verb == "start"), None)
        if begun is None or draw.random() < 0.5:
            return steps
        near = draw.choices(*self.offers[area])[0]
        child = Step(verb="send_child", days=3, hour=11, minute=20, with_={"offer": near.slug})
        return [*steps[: begun + 1], child, *steps[begun + 1 :]]

    def _sent_on(
        self, draw: random.Random, steps: list[Step], number: int, area: str, sender: str
    ) -> list[Step]:
        """After a no, some clinicians ask the citizen again and try another offer."""
        if not steps or steps[-1].verb != "decline" or draw.random() < 0.5:
            return steps
        other = self._offer(draw, Kind.IDENTIFIED, area)
        if other.organisation.slug in WITHOUT_TERMS:
            return steps
        onward = Life(
            key=f"h{number}-videre",
            kind=Kind.IDENTIFIED,
            offer=other.slug,
            sender=sender,
            municipality=area,
            begins=self.now,  # the moment is that of the step
            steps=tuple(_steps(draw, Kind.IDENTIFIED, other.organisation.slug, moderated=False)),
            age_band=_age_band(draw, other),
            message=draw.choice(MESSAGES),
            consent=_consent(draw, other),
        )
        return [*steps, Step(verb="refer_onward", days=2, hour=14, with_={"life": onward})]

    def _offer(self, draw: random.Random, kind: Kind, area: str) -> Offer:
        if kind == Kind.NAVIGATOR:
            covering = [row for row in self.navigating if row in self.offers[area][0]]
            return draw.choice(covering or self.navigating[:1])
        offers, weights = self.offers[area]
        return draw.choices(offers, weights)[0]


def _busy(day: date) -> float:
    if not is_working_day(day):
        return 0.0
    if (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 3):
        return 0.15
    if day.month == 7:
        return 0.3
    return (1.15, 1.2, 1.1, 1.0, 0.75)[day.weekday()]


def _offers_by_area(stage: Stage, today: date) -> dict[str, tuple[list[Offer], list[int]]]:
    """The offers that take referrals, by municipality; what is near is chosen more often."""
    regions: dict[int, set[int]] = {}
    councils: dict[int, set[int]] = {}
    for row in AreaMembership.objects.filter(valid__contains=today):
        areas, key = (
            (councils, row.health_council_id) if row.region_id is None else (regions, row.region_id)
        )
        areas.setdefault(key or 0, set()).add(row.municipality_id)
    coverage: dict[int, list[OfferCoverage]] = {}
    for covered in OfferCoverage.objects.order_by("pk"):
        coverage.setdefault(covered.offer_id, []).append(covered)
    found: dict[str, tuple[list[Offer], list[int]]] = {}
    open_offers = [row for slug, row in sorted(stage.offers.items()) if _takes_referrals(row)]
    for municipality in stage.municipalities.values():
        offers, weights = found.setdefault(municipality.code, ([], []))
        for offer in open_offers:
            rows = coverage.get(offer.pk, [])
            national = any(row.type == OfferCoverage.Type.NATIONAL for row in rows)
            near = any(
                row.municipality_id == municipality.pk
                or municipality.pk in regions.get(row.region_id or -1, ())
                or municipality.pk in councils.get(row.health_council_id or -1, ())
                for row in rows
            )
            if near or national or (not rows and offer.mode in ONLINE_MODES):
                offers.append(offer)
                weights.append(40 if near else 1 + random.Random(offer.slug).randrange(3) ** 2)  # noqa: S311
    return found


def _takes_referrals(offer: Offer) -> bool:
    return (
        offer.status == OfferStatus.PUBLISHED
        and offer.organisation.takes_referrals
        and not offer.is_hidden_as_stale
        and offer.capacity.status != OfferCapacity.Status.FULL
    )


# --- what becomes of it ------------------------------------------------------------------------


class _Habits:
    """How an association answers: some at once, some slowly, and a few often not at all."""

    def __init__(self, receiver: str) -> None:
        own = random.Random(f"vaner:{receiver}")  # noqa: S311
        self.days, self.silence, self.declines = own.choices(
            (((0, 1), 0.01, 0.08), ((1, 4), 0.06, 0.14), ((4, 11), 0.22, 0.22)), (45, 35, 20)
        )[0]
        self.reports = own.choices((0.95, 0.8, 0.45), (4, 4, 2))[0]
        self.hours: tuple[int, int] = own.choice(((9, 12), (10, 15), (13, 16)))

    def answers_in(self, draw: random.Random) -> int:
        return draw.randint(*self.days)

    def step(self, draw: random.Random, verb: str, days: int, /, **with_: Any) -> Step:
        return Step(
            verb=verb,
            days=days,
            hour=draw.randint(*self.hours),
            minute=draw.randint(5, 55),
            with_=with_,
        )


_DECLINES: Final = (
    ("no_capacity", 40), ("outside_target_group", 22), ("outside_area", 12),
    ("information_missing", 10), ("duplicate", 8), ("offer_ended", 4), ("other", 4),
)  # fmt: skip
_GIVE_UPS: Final = (
    ("not_reached", 40), ("did_not_come", 28), ("no_longer_wishes", 24), ("moved", 8),
)  # fmt: skip


def _pick(draw: random.Random, weighted: Sequence[tuple[str, int]]) -> str:
    return draw.choices([name for name, _weight in weighted], [w for _name, w in weighted])[0]


def _steps(draw: random.Random, kind: Kind, receiver: str, *, moderated: bool) -> list[Step]:
    habits = _Habits(receiver)
    steps: list[Step] = []
    if moderated:
        fate = draw.random()
        if fate < 0.15:
            return []  # nobody looks: back to a draft after five working days
        if fate < 0.3:
            return [habits.step(draw, "refuse", 1, reason="sender_unknown")]
        steps.append(habits.step(draw, "approve", draw.randint(0, 3)))
    chance = draw.random()
    if chance < 0.025:
        reason = draw.choice(("wrong_person", "wrong_offer", "sent_twice"))
        return [*steps, habits.step(draw, "mark_error", draw.randint(0, 1), reason=reason)]
    if kind == Kind.CODE:
        if draw.random() < 0.34:
            return steps  # a leaflet in a drawer
        steps.append(habits.step(draw, "redeem", draw.randint(1, 18)))
    else:
        if chance < 0.05:
            verb = "patient_withdraw" if kind == Kind.SELF or draw.random() < 0.4 else "withdraw"
            return [*steps, habits.step(draw, verb, draw.randint(1, 3))]
        if chance < 0.05 + habits.silence:
            return steps
        steps += _answer(draw, habits)
        if steps[-1].verb in {"decline", "waitlist", "keep_waiting"}:
            return steps
    started = bool(steps) and steps[-1].verb == "start"
    return steps + _afterwards(draw, habits, started=started, writes=kind != Kind.CODE)


def _answer(draw: random.Random, habits: _Habits) -> list[Step]:
    days = habits.answers_in(draw)
    fate = draw.random()
    if fate < habits.declines:
        reason = _pick(draw, _DECLINES)
        with_ = {"reason": reason}
        if reason == "other":
            with_["text"] = "Vi holder pause, mens vi finder et nyt lokale."
        no = habits.step(draw, "decline", days, **with_)
        if draw.random() < 0.15:
            # Said no by mistake, and took it back within the half hour.
            return [
                no,
                Step(verb="undo", minute=draw.randint(2, 25)),
                Step(verb="accept", minute=2),
            ]
        return [no]
    if fate < habits.declines + 0.1:
        waits = [habits.step(draw, "waitlist", days, review_in=28, expected_in=60)]
        waits += [
            habits.step(draw, "keep_waiting", 18, review_in=28) for _ in range(draw.randint(0, 3))
        ]
        if draw.random() < 0.3:
            return waits
        return [*waits, habits.step(draw, "start", 12)]
    return [habits.step(draw, "accept", days)]


def _afterwards(draw: random.Random, habits: _Habits, *, started: bool, writes: bool) -> list[Step]:
    """From accepted (or started) to an outcome, or to silence."""
    steps: list[Step] = []
    fate = draw.random()
    if draw.random() < 0.25:
        steps.append(habits.step(draw, "assign", 0))
    if fate < 0.12:
        reason = _pick(draw, _GIVE_UPS)
        return [*steps, habits.step(draw, "give_up", draw.randint(2, 15), reason=reason)]
    if not started:
        steps.append(habits.step(draw, "start", draw.randint(1, 8)))
    if writes and draw.random() < 0.1:
        steps.append(habits.step(draw, "write", 1, text=draw.choice(REPLIES)))
    if fate < 0.17:
        return [*steps, habits.step(draw, "give_up", draw.randint(5, 30), reason="did_not_come")]
    if draw.random() > habits.reports:
        return steps  # nobody says how it went
    answers = ("yes", "partly", "no", "unknown", "")
    done = habits.step(
        draw,
        "complete",
        draw.choice((15, 20, 30, 31, 32, 45, 62)),
        result=draw.choices(
            ("completed", "still_takes_part", "partly", "bridged_onward"), (46, 30, 16, 8)
        )[0],
        still_takes_part=draw.choices(answers, (50, 16, 18, 8, 8))[0],
        has_helped=draw.choices(answers, (56, 22, 5, 9, 8))[0],
    )
    return [*steps, done]


def _age_band(draw: random.Random, offer: Offer) -> str:
    if draw.random() < 0.15:
        return ""
    low, high = offer.age_min or 18, offer.age_max or 95
    fitting = [name for name, first, last in _AGES if first <= high and last >= low]
    return draw.choice(fitting)


def _consent(draw: random.Random, offer: Offer) -> ConsentGiven:
    oral = draw.random() < 0.3
    return ConsentGiven(
        form="oral" if oral else "written",
        oral_reason="Talte sammen i telefon." if oral else "",
        given_by=draw.choices(("self", "nearest_relative", "guardian"), (94, 5, 1))[0],
        subject_role=draw.choice(offer.subject_roles or ["patient"]),
        feedback=draw.random() < 0.8,
        follow_up=draw.random() < 0.4,
    )
