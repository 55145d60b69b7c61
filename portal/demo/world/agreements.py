"""The 25 partnership agreements, lived through the services: written by both sides, reviewed,
signed on their days, begun, suspended, terminated and closed by the same doors as in real life.
Dates count from the first start."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction

from offers.models import Offer
from organisations.models import Organisation, Role
from partnerships import services
from partnerships.facts import read
from partnerships.facts.cleaning import number_of
from partnerships.facts.shape import ASSOCIATIONS_QUESTIONS, PUBLIC_QUESTIONS
from partnerships.models import Agreement, Question, ReportRow, Review, Side
from partnerships.reports.facts import ReportFacts
from partnerships.reports.periods import newest_due
from portal.access.actor import Actor
from portal.common import clock
from portal.demo.world.cast import BUILDER, Cast
from portal.demo.world.hands import share
from portal.demo.world.reports import at, write_report
from portal.demo.world.sources import Record, records

# What the file does not say of each, and what the law and the contract ask.
HOME_VISITS: Final = frozenset({"aft-tryg-hjem-fyn", "aft-foelgeskab-ah"})
MINORS: Final = frozenset({"aft-klovne", "aft-sorg-region-nord"})
SHARES_DATA: Final = {
    "aft-foelgeskab-ah": "Navn og telefon gives med samtykke i Samspil. Se bilaget om oplysninger.",
    "aft-soc-henvisning-midt": "Koder deles uden navn. Navne deles kun med samtykke i Samspil.",
}
# Where the file's own words leave something open, the agreement is not past its draft.
_UNWRITTEN: Final = frozenset({"Skal afklares.", "Ikke skrevet endnu.", "Ikke begyndt."})
_REACHES: Final = {
    "idea": 0,
    "draft": 1,
    "internal_review": 2,
    "negotiation": 3,
    "awaiting_signature": 4,
}
_PDF_DAYS: Final = timedelta(days=2)


def fill(hands: int) -> int:
    rows = records("collaborations.jsonl")
    share(rows, _live, hands=hands)
    return len(rows)


def _live(rows: Sequence[Record]) -> None:
    """Each in a transaction of its own."""
    cast = Cast()
    organisations = {row.slug: row for row in Organisation.objects.select_related("parent")}
    offers = {row.slug: row for row in Offer.objects.all()}
    today = clock.today()
    for row in rows:
        if not Agreement.objects.filter(external_id=row["id"]).exists():
            with transaction.atomic():
                _Replay(row, cast, organisations, offers, today).live()


class _Replay:
    """One agreement's life, day by day, as its parties' people."""

    def __init__(
        self,
        row: Record,
        cast: Cast,
        organisations: dict[str, Organisation],
        offers: dict[str, Offer],
        today: date,
    ) -> None:
        self.row, self.cast, self.today = row, cast, today
        self.offers = [offers[slug] for slug in row["linked_offers"] or []]
        self.parties = [organisations[party["organisation"]] for party in row["parties"]]
        sides = {party["organisation"]: party["side"] for party in row["parties"]}
        public = [one for one in self.parties if sides[one.slug] == Side.PUBLIC]
        society = [one for one in self.parties if sides[one.slug] == Side.ASSOCIATION]
        self.writers = {
            Side.PUBLIC: [cast.signer(one.slug) for one in public],
            Side.ASSOCIATION: [cast.signer(one.slug) for one in society],
        }
        self.steers = self._steering(public)
        ended = row["status"] == "terminated"
        self.starts_on = self._day(row["start_in_days"])
        self.last_day = self._day(row["end_in_days"])
        # A terminated agreement was written to run on; its notice cut it short.
        self.ends_on = self.last_day + timedelta(days=300) if ended else self.last_day

    def _day(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def _steering(self, public: Iterable[Organisation]) -> Actor:
        """The coordinator of a public party, or of the owner above it."""
        for organisation in public:
            above: Organisation | None = organisation
            while above is not None:
                if self.cast.has(above.slug, Role.COORDINATOR):
                    return self.cast.get(above.slug, Role.COORDINATOR)
                above = above.parent
        raise KeyError(self.row["id"])

    # --- the way ------------------------------------------------------------------------------
    def live(self) -> None:
        signed = self._signature_days()
        first = min(signed.values()) if signed else self.today
        begun = first - timedelta(days=60)
        with clock.at(at(begun)):
            self.agreement = services.start_idea(
                actor=self.writers[Side.PUBLIC][0],
                title=self.row["title"],
                parties=self.parties,
                purpose=self.row["purpose"] or "",
                external_id=self.row["id"],
            )
            services.link_offers(
                agreement_id=self.agreement.pk, offers=self._own_offers(), actor=BUILDER
            )
        steps = _REACHES.get(self.row["status"], 5)
        if steps >= 1:
            with clock.at(at(begun + timedelta(days=20))):
                services.begin_draft(
                    agreement_id=self.agreement.pk, actor=self.writers[Side.ASSOCIATION][0]
                )
                self._write()
        if steps >= 2:
            with clock.at(at(first - timedelta(days=14))):
                services.submit_for_review(agreement_id=self.agreement.pk, actor=self.steers)
        if steps >= 3:
            self._review(first - timedelta(days=7))
        if steps >= 4:
            self._to_signature(first - _PDF_DAYS)
        if steps >= 5:
            self._sign(signed)
            self._run()

    def _own_offers(self) -> list[Offer]:
        owners = {one.pk for one in self.parties}
        return [offer for offer in self.offers if offer.organisation_id in owners]

    def _signature_days(self) -> dict[str, date]:
        days = {}
        for side in Side.values:
            ago = self.row.get(f"signed_{side}_days_ago")
            if ago is not None:
                days[side] = self._day(-ago)
        return days

    # --- writing ------------------------------------------------------------------------------
    def _save(self, key: str, actor: Actor, **facts: Any) -> None:
        section = self.agreement.sections.get(key=key)
        services.save_section(
            agreement_id=self.agreement.pk,
            key=key,
            facts={**read(Agreement.objects.get(pk=self.agreement.pk), key), **facts},
            version=section.version,
            actor=actor,
        )

    def _write(self) -> None:
        row, public = self.row, self.writers[Side.PUBLIC][0]
        society = self.writers[Side.ASSOCIATION][0]
        self._save(
            "purpose",
            public,
            target_group=row["target_group"] or "",
            target_groups=row["target_groups"] or [],
            starts_on=self.starts_on.isoformat(),
            ends_on=self.ends_on.isoformat(),
            notice_months=row["notice_months"],
            degree="joint",
            place=self.parties[0].name,
        )
        self._write_parties()
        self._write_frame(public, society)
        self._save("goals", public, indicators=self._indicators())
        self._save(
            "activities",
            society,
            activities=[
                {
                    "id": f"activity-{number}",
                    "text": goal["goal"],
                    "starts_on": self.starts_on.isoformat(),
                    "ends_on": self.ends_on.isoformat(),
                }
                for number, goal in enumerate(row["goals"] or [])
            ],
            milestones=self._milestones(),
        )
        self._write_budget()
        self._save("volunteers", society, **self._volunteers())
        self._save(
            "governance",
            public,
            steering_group="En fra hver part. Kontaktpersonerne aftaler dagsordenen sammen.",
            meeting_rhythm="Fire gange om året",
            evaluation_plan="Parterne ser på målene hvert år og skriver statusrapporten sammen.",
        )
        self._save("risks", society, risks=_RISKS)

    def _volunteers(self) -> dict[str, str]:
        return {
            "volunteers_statement": self.row["volunteers_statement"] or "",
            "volunteer_training": "Foreningens eget kursus før første dag.",
            "volunteer_supervision": "En fast person, som de frivillige kan ringe til.",
        }

    def _write_parties(self) -> None:
        for side, actors in self.writers.items():
            for actor in actors:
                facts = read(Agreement.objects.get(pk=self.agreement.pk), "parties")
                slug = next(one.slug for one in self.parties if one.pk == actor.organisation_id)
                for party in facts["parties"]:
                    if party["organisation"] == slug:
                        party["contact"] = actor.user_id
                        if actor is actors[0]:
                            party["voice"] = self.row[f"voice_{side}"] or ""
                if actor is actors[0]:
                    facts["obligations"] += [
                        {"id": "", "party": slug, "text": text}
                        for text in self.row[f"obligations_{side}"] or []
                    ]
                self._save("parties", actor, **facts)

    def _write_frame(self, public: Actor, society: Actor) -> None:
        row, key = self.row, self.row["id"]
        answers = row["frame_answers"] or {}
        said = {
            **{name: answers.get(name) for name in ("core_task", "finance_not_support")},
            **{name: answers.get(name) for name in ("lawyer_assessed", "pay_terms", "last_day")},
            **(answers.get("volunteers") or {}),
            "time_limited": "Pengene er givet for aftalens periode."
            if answers.get("time_limited")
            else "Pengene er sat af hvert år.",
            "no_replacement": row["volunteers_statement"],
            "not_saving_only": row["purpose"],
            "support_named": "Foreningen har ansvar for oplæring og supervision.",
        }
        facts = read(Agreement.objects.get(pk=self.agreement.pk), "frame")
        mine = {Side.PUBLIC: PUBLIC_QUESTIONS, Side.ASSOCIATION: ASSOCIATIONS_QUESTIONS}
        for side, actor in ((Side.PUBLIC, public), (Side.ASSOCIATION, society)):
            for line in facts["answers"]:
                question = Question(line["question"])
                shared = question not in mine[Side.PUBLIC] | mine[Side.ASSOCIATION]
                if question in mine[side] or (shared and side == Side.PUBLIC):
                    line["answer"], line["reason"] = _answer(
                        question, said.get(question.value), bool(answers.get("time_limited"))
                    )
            if side == Side.PUBLIC:
                facts |= {
                    "shares_personal_data": key in SHARES_DATA,
                    "involves_minors": key in MINORS,
                    "home_visits": key in HOME_VISITS,
                    "data_protection": SHARES_DATA.get(key, ""),
                    "time_limited": bool(answers.get("time_limited")),
                    "after_end": answers.get("last_day") or "",
                }
            self._save("frame", actor, **facts)
            facts = read(Agreement.objects.get(pk=self.agreement.pk), "frame")

    def _indicators(self) -> list[dict[str, Any]]:
        rows = []
        for goal in self.row["goals"] or []:
            before, after = number_of(goal["baseline"]), number_of(goal["target"])
            from_portal = "Samspil" in (goal["source"] or "")
            share = "%" in goal["target"]
            rows.append(
                {
                    "id": "",
                    "goal": goal["goal"],
                    "name": goal["indicator"],
                    "unit": "%" if share else "",
                    "baseline": str(before),
                    "target": str(after),
                    "direction": "up" if after >= before else "down",
                    "source": goal["source"] or "",
                    "measure": ("accepted_share" if share else "accepted")
                    if from_portal and self.offers
                    else "by_hand",
                }
            )
        return rows

    def _milestones(self) -> list[dict[str, Any]]:
        """With one thing to do, half-way is half-way with that; with more it is of them all."""
        half = self.starts_on + (self.ends_on - self.starts_on) / 2
        alone = "activity-0" if len(self.row["goals"] or []) == 1 else ""
        return [
            {
                "id": "",
                "text": "Første fælles møde med alle, der er med",
                "due_on": (self.starts_on + timedelta(days=60)).isoformat(),
            },
            {
                "id": "",
                "text": "Status ved halvdelen",
                "due_on": half.isoformat(),
                "activity": alone,
            },
        ]

    def _write_budget(self) -> None:
        """Each party writes its own lines; what others pay is named as a source."""
        slugs = {one.slug: one for one in self.parties}
        years = range(self.starts_on.year, self.ends_on.year + 1)
        by_writer: dict[int, list[dict[str, Any]]] = {}
        actors = {one.organisation_id: one for side in self.writers.values() for one in side}
        for line in self.row["budget"] or []:
            hours = line["kind"] == "volunteer_hours"
            amount = line.get("hours_per_year") if hours else line.get("amount_dkk_per_year")
            payer = slugs.get(line.get("paid_by") or "")
            writer = payer.pk if payer else next(iter(actors))
            by_writer.setdefault(writer, []).append(
                {
                    "id": "",
                    "text": line["line"],
                    "kind": line["kind"],
                    "paid_by": payer.slug if payer else "",
                    "source": "" if payer else self._name(line.get("paid_by") or ""),
                    "amounts": {str(year): (amount or 0) * (1 if hours else 100) for year in years},
                }
            )
        for organisation_id, lines in by_writer.items():
            facts = read(Agreement.objects.get(pk=self.agreement.pk), "budget")
            self._save("budget", actors[organisation_id], lines=facts["lines"] + lines)

    def _name(self, slug: str) -> str:
        found = Organisation.objects.filter(slug=slug).values_list("name", flat=True).first()
        return found or slug

    # --- reviews and signatures -----------------------------------------------------------------
    def _review(self, day: date) -> None:
        with clock.at(at(day)):
            for review in self.agreement.reviews.filter(decision="pending"):
                role = _ROLES[Review.Kind(review.kind)]
                services.decide_review(
                    agreement_id=self.agreement.pk,
                    review_id=review.pk,
                    approve=True,
                    comment=self._comment(review.kind),
                    actor=self.cast.get(review.organisation.slug, role),
                )
            services.negotiate(agreement_id=self.agreement.pk, actor=self.steers)

    def _comment(self, kind: str) -> str:
        if kind == Review.Kind.LEGAL:
            return (self.row["frame_answers"] or {}).get("lawyer_assessed") or "Vurderet."
        return "Formål, mål og opgaver hænger sammen."

    def _to_signature(self, day: date) -> None:
        with clock.at(at(min(day, self.today))):
            versions = dict(self.agreement.sections.values_list("key", "version"))
            for actors in self.writers.values():
                for actor in actors:
                    services.approve_all_sections(
                        agreement_id=self.agreement.pk, versions=versions, actor=actor
                    )
            services.send_to_signature(
                agreement_id=self.agreement.pk, actor=self.writers[Side.PUBLIC][0]
            )

    def _sign(self, days: dict[str, date]) -> None:
        frozen = Agreement.objects.select_related("frozen").get(pk=self.agreement.pk).frozen
        assert frozen is not None  # noqa: S101 - it has just been sent to signature
        for side, day in sorted(days.items(), key=lambda one: one[1]):
            with clock.at(at(day)):
                for actor in self.writers[Side(side)]:
                    services.sign_agreement(
                        agreement_id=self.agreement.pk,
                        sha256=frozen.sha256,
                        title="Leder",
                        actor=actor,
                    )

    # --- in force and after ---------------------------------------------------------------------
    def _run(self) -> None:
        status, pk = self.row["status"], self.agreement.pk
        if self.starts_on <= self.today:
            with clock.at(at(self.starts_on, 1)):
                services.run_dates()
            self._reach_milestones()
        if status == "suspended":
            with clock.at(at(self._day(-24))):
                services.suspend_agreement(
                    agreement_id=pk,
                    comment="Vejlederen er på orlov. Parterne mødes igen næste måned.",
                    actor=self.steers,
                )
        if status == "terminated":
            with clock.at(at(self.last_day - timedelta(days=120))):
                services.give_notice(
                    agreement_id=pk,
                    ends_on=self.last_day,
                    comment=(self.row["frame_answers"] or {}).get("last_day") or "Opsagt.",
                    actor=self.writers[Side.ASSOCIATION][0],
                )
        if status in ("expired", "terminated", "closed"):
            with clock.at(at(self.last_day + timedelta(days=1), 1)):
                services.run_dates()
        if status == "closed":
            self._report_last()
            with clock.at(at(self.last_day + timedelta(days=30))):
                services.write_final_evaluation(
                    agreement_id=pk,
                    text="Målet er nået. Rapporten er delt med alle regioner.",
                    actor=self.writers[Side.ASSOCIATION][0],
                )
                services.close_agreement(agreement_id=pk, actor=self.steers)

    def _report_last(self) -> None:
        """The report on the last days, written by one and signed off by all: nothing is closed
        without it."""
        signers = [actor for side in self.writers.values() for actor in side]
        agreement = Agreement.objects.get(pk=self.agreement.pk)
        due = newest_due(agreement, self.last_day)
        assert due is not None  # noqa: S101 - it has been in force
        on = self.last_day + timedelta(days=21)
        write_report(agreement, due, signers, on=on, words=_last_words)

    def _reach_milestones(self) -> None:
        """Every second one is reached in time; one is left open here and there."""
        actor = self.writers[Side.PUBLIC][0]
        due = self.agreement.milestones.filter(due_on__lte=min(self.today, self.last_day))
        for milestone in due:
            if milestone.position == 0 or self.row["status"] != "active":
                with clock.at(at(milestone.due_on - timedelta(days=3))):
                    services.reach_milestone(
                        agreement_id=self.agreement.pk, milestone_id=milestone.pk, actor=actor
                    )


_ROLES: Final = {
    Review.Kind.PROFESSIONAL: Role.COORDINATOR,
    Review.Kind.LEGAL: Role.LAWYER,
    Review.Kind.DATA_PROTECTION: Role.DPO,
}


def _last_words(now: ReportFacts) -> ReportFacts:
    rows = tuple(replace(row, status=ReportRow.Status.COMPLETED) for row in now.rows)
    return replace(now, rows=rows, narrative=_LAST_WORDS)


_LAST_WORDS: Final = (
    "Det sidste år gik med at samle op. Parterne har skrevet ned, hvad der virkede, og givet det "
    "videre til dem, der fortsætter arbejdet."
)
_RISKS: Final = [
    {
        "id": "",
        "text": "For få frivillige i ferier",
        "likelihood": 2,
        "consequence": 2,
        "action": "Vi siger til en måned før og flytter vagter.",
        "owner": "Foreningen",
    },
    {
        "id": "",
        "text": "Afdelingen glemmer at fortælle om tilbuddet",
        "likelihood": 2,
        "consequence": 3,
        "action": "Det står på det faste morgenmøde.",
        "owner": "Kontaktpersonen",
    },
]


def _answer(question: Question, words: str | None, time_limited: bool) -> tuple[str, str]:
    """The file's words as an answer with its reason; left open where they leave it open."""
    if words in _UNWRITTEN:
        return "", words or ""
    if question == Question.TIME_LIMITED:
        return ("yes" if time_limited else "no"), words or ""
    if words is None or words.startswith("Ingen frivillige"):
        return "not_relevant", words or "Ingen frivillige i aftalen."
    partly = ("Under afklaring", "Ja, men", "Ikke færdig", "Er hos", "Udkast", "Jurist har bedt")
    return ("partly" if words.startswith(partly) else "yes"), words
