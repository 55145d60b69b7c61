"""Referrals of every kind in every state with everything that hangs on them, by plain ORM.

The proofs of the walls must not lean on the services that the walls stand behind. Call these
outside scopes, as the owner."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from offers.models import Offer, OfferCapacity, OfferCoverage, OfferSession
from organisations.models import Organisation
from portal.common import clock
from portal.common.ids import hash_token, new_token
from referrals.models import (
    CodeSms,
    Concern,
    Consent,
    Kind,
    Message,
    Outcome,
    PatientLink,
    Referral,
    ReferralDraft,
    ReferralEvent,
    ReferralPatient,
    ReplyLink,
    State,
)
from tests.world import Person, World, build_world

# Words that may stand in sealed columns of patient tables and nowhere else at all.
CANARIES = {
    "name": "Kanarie Navnesen",
    "phone": "+4531415926",
    "email": "kanarie.postesen@borger.example",
    "call_times": "kanarie efter klokken fjorten",
    "message": "kanarie er trist siden hjerteanfaldet",
    "letter": "kanarie kom ikke til det aftalte",
    "concern": "kanarie blev talt grimt til",
    "oral_reason": "kanarie kunne ikke skrive under",
}

_REFERENCE = count(70_000)
_PERSON = (State.SENT, State.ACCEPTED, State.WAITLISTED, State.IN_PROGRESS)
_ANSWERED = (
    State.ACCEPTED,
    State.WAITLISTED,
    State.IN_PROGRESS,
    State.COMPLETED,
    State.NOT_COMPLETED,
)
_UNSENT = (State.DRAFT, State.AWAITING_MODERATION)
_WITH_REASON = {
    State.DECLINED: "no_capacity",
    State.NOT_COMPLETED: "not_reached",
    State.EXPIRED: "no_answer",
}


@dataclass
class Family:
    """One referral and everything that hangs on it."""

    referral: Referral
    patient: ReferralPatient | None = None
    consent: Consent | None = None
    event: ReferralEvent | None = None
    rows: list[Any] = field(default_factory=list)  # message, outcome, concern, sms
    reply_token: str = ""
    patient_token: str = ""
    reply_link: ReplyLink | None = None
    patient_link: PatientLink | None = None


def make_offer(organisation: Organisation, slug: str, **fields: Any) -> Offer:
    """A published offer that covers the whole country and has room."""
    now = clock.now()
    values: dict[str, Any] = {
        "title": f"Tilbud {slug}",
        "summary": "Et åbent fællesskab.",
        "category": "netvaerk",
        "mode": "fysisk",
        "status": "published",
        "published_at": now,
        "verified_at": now,
        "verified_by_id": 0,
        "verified_method": "page",
        "takes_navigator_referrals": True,
    }
    offer = Offer.objects.create(organisation=organisation, slug=slug, **values | fields)
    OfferCapacity.objects.create(offer=offer)
    OfferCoverage.objects.create(offer=offer, type=OfferCoverage.Type.NATIONAL)
    OfferSession.objects.create(
        offer=offer,
        text="Hver uge",
        rrule="FREQ=WEEKLY",
        starts_on=clock.today(),
        start_time=time(16),
        end_time=time(18),
    )
    return offer


def make_patient(owner: Organisation, said: dict[str, str] = CANARIES) -> ReferralPatient:
    words = {name: said[name] for name in ("name", "phone", "email", "call_times", "message")}
    return ReferralPatient.objects.create(owner=owner, **words)


def make_consent(
    patient: ReferralPatient, offer: Offer, *, taken_at: datetime | None = None, **fields: Any
) -> Consent:
    taken_at = taken_at or clock.now()
    values: dict[str, Any] = {
        "sender_id": patient.owner_id,
        "receiver_id": offer.organisation_id,
        "purpose": "contact_about_offer",
        "data_categories": ["name", "contact"],
        "form": "oral",
        "oral_reason": CANARIES["oral_reason"],
        "given_by": "self",
        "subject_role": "patient",
        "legal_basis": "sul_43",
        "text_version": "1",
        "text_shown": "Jeg siger ja.",
        "feedback": True,
        "follow_up": False,
        "expires_at": taken_at + timedelta(days=365),
    }
    return Consent.objects.create(
        patient=patient, offer=offer, taken_at=taken_at, **values | fields
    )


def make_family(
    world: World,
    offer: Offer,
    *,
    kind: str = Kind.IDENTIFIED,
    status: str = State.ACCEPTED,
    sender: Organisation | None = None,
    sent_by: Person | None = None,
    said: dict[str, str] = CANARIES,
    **fields: Any,
) -> Family:
    """One referral to `offer` with patient, consent, event, links and all the rest."""
    receiver = offer.organisation
    sender = receiver if kind == Kind.SELF else (sender or world.practice)
    sent_by = None if kind == Kind.SELF else (sent_by or world.gp)
    now = clock.now()
    patient = consent = None
    if kind != Kind.CODE:
        patient = make_patient(sender, said)
        consent = make_consent(patient, offer)
    values: dict[str, Any] = {
        "reference": f"26-{next(_REFERENCE)}",
        "receiver": receiver,
        "sender": sender,
        "sent_by": sent_by.user if sent_by else None,
        "municipality": world.aarhus,
        "sender_municipality_id": sender.municipality_id,
        "needs": ["netvaerk"],
        "patient": patient,
        "consent": consent,
        "patient_open": kind != Kind.CODE and status in _PERSON,
        "sent_at": None if status in _UNSENT else now,
        "reason": _WITH_REASON.get(status, ""),
        "waitlist_review_on": clock.today() if status == State.WAITLISTED else None,
        "code_hash": hash_token(new_token()) if kind == Kind.CODE else None,
        "expires_at": now + timedelta(days=90) if kind == Kind.CODE and status == "sent" else None,
        "redeemed_at": now if kind == Kind.CODE and status in _ANSWERED else None,
    }
    referral = Referral.objects.create(offer=offer, kind=kind, status=status, **values | fields)
    family = Family(referral=referral, patient=patient, consent=consent)
    parties = {"referral": referral, "sender": sender, "receiver": receiver}
    family.event = ReferralEvent.objects.create(
        **parties, at=now, verb="send", old="draft", new="sent", actor_kind="system"
    )
    if status == State.COMPLETED:
        family.rows.append(Outcome.objects.create(**parties, result="completed", reported_at=now))
    if kind != Kind.CODE:
        family.rows.append(
            Message.objects.create(**parties, from_receiver=True, body=said["letter"])
        )
    else:
        family.rows.append(
            CodeSms.objects.create(
                referral=referral, sender=sender, phone=CANARIES["phone"], code="AAAA", link="x"
            )
        )
    family.rows.append(
        Concern.objects.create(
            offer=offer,
            organisation=receiver,
            municipality=referral.municipality,
            referral=referral,
            text=said["concern"],
        )
    )
    family.reply_token, family.patient_token = new_token(), new_token()
    handler = receiver.named_handlers.first()
    if handler is not None:
        family.reply_link = ReplyLink.objects.create(
            referral=referral,
            handler=handler,
            token_hash=hash_token(family.reply_token),
            expires_at=now + timedelta(days=30),
        )
    family.patient_link = PatientLink.objects.create(
        referral=referral, token_hash=hash_token(family.patient_token)
    )
    return family


def make_draft(person: Person, offer: Offer) -> ReferralDraft:
    assert person.organisation is not None
    return ReferralDraft.objects.create(
        author=person.user,
        organisation=person.organisation,
        offer=offer,
        data={"name": CANARIES["name"]},
    )


@dataclass
class Rows:
    """What the proofs look at: everything of the receiver's and of the practice's, and a little of
    the outsider's so that its own scope is not simply empty."""

    world: World
    offer: Offer
    outsiders_offer: Offer
    families: dict[tuple[str, str], Family]
    draft: ReferralDraft
    own_of_outsider: Family

    @property
    def identified(self) -> Family:
        return self.families[Kind.IDENTIFIED, State.ACCEPTED]


def build_rows(world: World) -> Rows:
    """A referral of every kind in every state, from the practice to the receiver."""
    offer = make_offer(world.receiver, "hjertet-samtale")
    outsiders_offer = make_offer(world.outsider, "lungen-samtale")
    families = {
        (kind, state): make_family(world, offer, kind=kind, status=state)
        for kind in Kind.values
        for state in State.values
    }
    return Rows(
        world=world,
        offer=offer,
        outsiders_offer=outsiders_offer,
        families=families,
        draft=make_draft(world.gp, offer),
        own_of_outsider=make_family(
            world,
            outsiders_offer,
            sender=world.department,
            sent_by=world.nurse,
            # Its own words are no leak on its own pages.
            said=dict.fromkeys(CANARIES, "ord fra en anden"),
        ),
    )


@pytest.fixture(name="rows", scope="module")
def rows_fixture(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Rows]:
    """Built once a module; each test undoes its own changes (mark it `django_db`)."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_rows(build_world())
        transaction.set_rollback(True)
