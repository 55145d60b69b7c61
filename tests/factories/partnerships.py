"""Agreements, carried through their life by the services: real life can reach every row here."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from organisations.models import Organisation
from partnerships import services
from partnerships.facts import read
from partnerships.models import (
    Agreement,
    AgreementKind,
    AgreementParty,
    Amendment,
    Question,
    Review,
    SectionKey,
)
from partnerships.services.reviewing import reviewers
from portal.access.actor import Actor
from portal.common import clock
from portal.common.ids import uuid7
from tests.world import Person, World
from tests.world_copy import AgreementCopier

# What a whole agreement says; tests change one thing and see what happens.
PURPOSE = {
    "purpose": "Ingen skal gå alene hjem efter en blodprop.",
    "target_group": "Voksne uden netværk",
    "target_groups": ["hjerte"],
    "notice_months": 3,
}


class Pen:
    """Writes sections for one actor, on top of what stands there."""

    def __init__(self, agreement: Agreement, actor: Actor) -> None:
        self.agreement, self.actor = agreement, actor

    def write(self, key: str, **facts: Any) -> None:
        section = self.agreement.sections.get(key=key)
        services.save_section(
            agreement_id=self.agreement.pk,
            key=key,
            facts={**read(fresh(self.agreement), key), **facts},
            version=section.version,
            actor=self.actor,
        )


def fresh(agreement: Agreement) -> Agreement:
    return Agreement.objects.get(pk=agreement.pk)


def start(world: World, *more: Organisation, title: str = "Brobygning", **fields: Any) -> Agreement:
    """An idea of the region and the association, and of `more`."""
    return services.start_idea(
        actor=world.coordinator.actor(),
        title=title,
        parties=[world.region, world.receiver, *more],
        kind=fields.pop("kind", AgreementKind.PARTNERSHIP),
        **fields,
    )


def answers_of(agreement: Agreement, questions: set[str], **changed: str) -> list[dict[str, str]]:
    """All answers of the section, with those of `questions` given."""
    rows = read(fresh(agreement), SectionKey.FRAME)["answers"]
    for row in rows:
        if row["question"] in questions:
            row["answer"] = changed.get(row["question"], "yes")
            row["reason"] = "Det står i bilaget."
    return list(rows)


def contact_facts(agreement: Agreement, people: Mapping[int, int]) -> list[dict[str, Any]]:
    """The parties section with contacts: organisation id → user id."""
    rows = read(fresh(agreement), SectionKey.PARTIES)["parties"]
    for row in rows:
        party = AgreementParty.objects.get(pk=row["id"])
        if party.organisation_id in people:
            row["contact"] = people[party.organisation_id]
    return list(rows)


def write_all(
    agreement: Agreement,
    public: Actor,
    association: Actor,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
    amount: int = 40_000,
    frame: Mapping[str, Any] | None = None,
) -> None:
    """Everything that the review asks for, each part by the side that it belongs to."""
    from partnerships.facts.shape import ASSOCIATIONS_QUESTIONS

    starts_on = starts_on or clock.today() + timedelta(days=30)
    ends_on = ends_on or starts_on + timedelta(days=730)
    region, society = Pen(agreement, public), Pen(agreement, association)
    region.write("purpose", **PURPOSE, starts_on=starts_on.isoformat(), ends_on=ends_on.isoformat())
    for pen, actor in ((region, public), (society, association)):
        assert actor.user_id
        pen.write(
            "parties",
            parties=contact_facts(agreement, {actor.organisation_id: actor.user_id}),
        )
    theirs = {str(question) for question in ASSOCIATIONS_QUESTIONS}
    region.write(
        "frame",
        **{
            "shares_personal_data": False,
            "involves_minors": False,
            "home_visits": False,
            "time_limited": False,
            **(frame or {}),
        },
        answers=answers_of(agreement, set(Question.values) - theirs),
    )
    society.write("frame", answers=answers_of(agreement, theirs))
    region.write(
        "goals",
        indicators=[
            {
                "id": "",
                "goal": "Flere får en samtale",
                "name": "Samtaler",
                "baseline": "10",
                "target": "40",
                "direction": "up",
                "source": "Tælling",
                "measure": "by_hand",
            }
        ],
    )
    society.write(
        "activities",
        activities=[
            {
                "id": "",
                "text": "Vært på afdelingen",
                "starts_on": starts_on.isoformat(),
                "ends_on": ends_on.isoformat(),
            }
        ],
        milestones=[
            {
                "id": "",
                "text": "De første ti værter",
                "due_on": (starts_on + timedelta(days=90)).isoformat(),
            }
        ],
    )
    region.write(
        "budget",
        lines=[
            {
                "id": "",
                "text": "Koordinator",
                "kind": "money",
                "paid_by": Organisation.objects.get(pk=public.organisation_id).slug,
                "amounts": {str(starts_on.year): amount * 100},
            }
        ],
    )
    society.write("volunteers", volunteers_statement="De lytter. De erstatter ingen ansatte.")


def approve_everything(agreement: Agreement, *actors: Actor) -> None:
    versions = dict(agreement.sections.values_list("key", "version"))
    for actor in actors:
        services.approve_all_sections(agreement_id=agreement.pk, versions=versions, actor=actor)


def pass_reviews(agreement: Agreement, world: World) -> None:
    """Every reviewer says yes."""
    people = {
        Review.Kind.PROFESSIONAL: world.coordinator,
        Review.Kind.LEGAL: world.lawyer,
        Review.Kind.DATA_PROTECTION: world.dpo,
    }
    for review in agreement.reviews.filter(decision="pending"):
        services.decide_review(
            agreement_id=agreement.pk,
            review_id=review.pk,
            approve=True,
            comment="Set igennem.",
            actor=people[Review.Kind(review.kind)].actor(),
        )


STEPS = ("idea", "draft", "internal_review", "negotiation", "awaiting_signature", "signed")


def _build(state: str, world: World, **fields: Any) -> Agreement:
    public, association = world.coordinator.actor(), world.receiver_manager.actor()
    agreement = start(world, **{k: fields.pop(k) for k in ("title", "kind") if k in fields})
    pk = agreement.pk
    if state == "idea":
        return fresh(agreement)
    services.begin_draft(agreement_id=pk, actor=public)
    if state == "draft" and not fields:
        return fresh(agreement)
    write_all(agreement, public, association, **fields)
    if state == "draft":
        return fresh(agreement)
    services.submit_for_review(agreement_id=pk, actor=public)
    if state == "internal_review":
        return fresh(agreement)
    pass_reviews(agreement, world)
    services.negotiate(agreement_id=pk, actor=public)
    if state == "negotiation":
        return fresh(agreement)
    approve_everything(agreement, public, association)
    services.send_to_signature(agreement_id=pk, actor=public)
    if state == "awaiting_signature":
        return fresh(agreement)
    sign(agreement, public)
    sign(agreement, association)
    assert state == "signed", f"no way to {state} here"
    return fresh(agreement)


_copies = AgreementCopier(_build)


def agreement_in(state: str, world: World, **fields: Any) -> Agreement:
    """An agreement of the region and the association that has come to `state`, step by step; the
    first one of a test may be a copy of one that has gone that way."""
    agreement: Agreement = _copies(state, world, **fields)
    return agreement


def sign(agreement: Agreement, actor: Actor) -> Agreement:
    frozen = fresh(agreement).frozen
    assert frozen is not None
    return services.sign_agreement(
        agreement_id=agreement.pk, sha256=frozen.sha256, title="Leder", actor=actor
    )


def amend_parties(
    agreement: Agreement, actor: Actor, *, effective_on: date | None = None
) -> Amendment:
    """A draft amendment about parties."""
    return services.begin_amendment(
        agreement_id=agreement.pk,
        kind="parties",
        title="Nye parter",
        reason="Vi bliver flere.",
        effective_on=effective_on or clock.today(),
        actor=actor,
    )


def amendment_to_sign(
    world: World, *, leaves: Organisation | None = None, **fields: Any
) -> Amendment:
    """One of a signed agreement that asks the outsider in and awaits signature."""
    agreement = agreement_in("signed", world)
    public = world.coordinator.actor()
    row = amend_parties(agreement, public, **fields)
    which = {"agreement_id": agreement.pk, "amendment_id": row.pk, "actor": public}
    services.ask_party_in(**which, organisation=world.outsider)
    if leaves is not None:
        services.let_party_go(**which, party_id=agreement.parties.get(organisation=leaves).pk)
    return services.send_amendment_to_signature(**which)


def sign_amendment(row: Amendment, *people: Person) -> Amendment:
    """Each signs; one that comes in names itself as contact."""
    row.refresh_from_db()
    assert row.document is not None
    for person in people:
        services.sign_amendment(
            agreement_id=row.agreement_id,
            amendment_id=row.pk,
            sha256=row.document.sha256,
            contact_id=person.user.pk,
            actor=person.actor(),
        )
    row.refresh_from_db()
    return row


def parts_of_agreement(agreement: Agreement, world: World) -> dict[str, UUID]:
    """Rows that hang on an agreement, each only there to be asked for: name of its argument → key.
    A milestone, an obligation and a payment share theirs."""
    row = uuid7()
    party = agreement.parties.get(organisation=world.receiver)
    agreement.milestones.create(pk=row, text="Første vært", due_on=clock.today())
    agreement.obligations.create(pk=row, party=party, text="Finde værter")
    line = agreement.budget.create(text="Lokale", kind="money")
    agreement.payments.create(pk=row, line=line, amount_ore=100, due_on=clock.today())
    amendment = agreement.amendments.create(
        number=1, kind="content", title="Flere møder", reason="Oftere", effective_on=clock.today()
    )
    review = agreement.reviews.create(
        round=1, kind=Review.Kind.LEGAL, organisation=world.region, asked_at=clock.now()
    )
    document = agreement.documents.create(
        kind="appendix",
        title="Bilag",
        content_type="application/pdf",
        content=b"%PDF-1.7",
        size=8,
        sha256="0" * 64,
        at=clock.now(),
    )
    assessment = services.start_assessment(actor=world.coordinator.actor(), title="Unge")
    parts = {"amendment": amendment, "review": review, "document": document}
    return {
        "row": row,
        "assessment": assessment.pk,
        **{name: part.pk for name, part in parts.items()},
    }


__all__ = [
    "agreement_in",
    "amend_parties",
    "amendment_to_sign",
    "parts_of_agreement",
    "reviewers",
    "sign",
    "sign_amendment",
    "start",
    "write_all",
]
