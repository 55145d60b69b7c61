"""Reads that span apps or return something other than rows of one list."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from organisations.models import Membership, Role
from portal.access.actor import Actor, ActorKind
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.errors import NotFound
from portal.geography.models import AreaMembership
from referrals.models import Concern, Consent, Kind, Referral, ReferralPatient, State
from referrals.permissions import is_sender

# --- people to tell -------------------------------------------------------------------------


def coordinators_of_senders_region(referral: Referral) -> Iterator[int]:
    """Users who moderate for the region that the sending unit lies in today."""
    regions = AreaMembership.objects.filter(
        municipality_id__in=[referral.sender_municipality_id],
        valid__contains=clock.today(),
        region__isnull=False,
    ).values("region")
    members = Membership.objects.with_role(Role.COORDINATOR).filter(
        organisation__kind="region", organisation__region__in=regions, user__is_active=True
    )
    return members.values_list("user_id", flat=True).iterator()


def people_to_tell(concern: Concern) -> Iterator[int]:
    """Managers of the association, and coordinators of the municipality it is about."""
    managers = Q(organisation_id=concern.organisation_id, roles__role=Role.MANAGER)
    coordinators = Q(
        organisation__kind="municipality",
        organisation__municipality_id=concern.municipality_id,
        roles__role=Role.COORDINATOR,
    )
    members = Membership.objects.filter(managers | coordinators, user__is_active=True)
    return members.values_list("user_id", flat=True).iterator()


# --- one referral ---------------------------------------------------------------------------


def referral_for_page(*, actor: Actor, referral_id: UUID) -> Referral:
    """One referral with what its page shows, or `NotFound`. The read is logged."""
    referral = Referral.objects.visible_to(actor).with_page_data().filter(pk=referral_id).first()
    if referral is None:
        raise NotFound()
    trail.record_read(actor, "referral.view", [referral])
    return referral


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPatient:
    patient: ReferralPatient
    consent: Consent | None


def open_patient(*, actor: Actor, referral: Referral) -> OpenedPatient | None:
    """The person behind a referral, for those whose task needs it; None otherwise. Logged.

    A receiver loses sight of it the moment the consent ends, before any job has run (CON-2).
    """
    if referral.patient_id is None:
        return None
    strong = actor.is_strong or actor.kind in {ActorKind.REPLY_LINK, ActorKind.PATIENT_LINK}
    if not strong:
        return None
    patient = (
        ReferralPatient.objects.visible_to(actor)
        .filter(pk=referral.patient_id, erased_at__isnull=True)
        .first()
    )
    if patient is None:
        return None
    consent = Consent.objects.visible_to(actor).filter(referrals=referral).first()
    rows = [row for row in (patient, consent) if row is not None]
    trail.record_read(actor, "referral.view_patient", [referral], covers=rows)
    receiving = not is_sender(actor, referral) and actor.kind is not ActorKind.PATIENT_LINK
    if receiving and (consent is None or not consent.is_valid):
        return None
    return OpenedPatient(patient=patient, consent=consent)


def feedback_hidden(*, actor: Actor, referral: Referral) -> bool:
    """Without consent (2) the clinician sees only *afsluttet, ingen tilbagemelding*."""
    if referral.kind == Kind.CODE or not is_sender(actor, referral):
        return False
    return not (
        Consent.objects.visible_to(actor).filter(referrals=referral, feedback=True).exists()
    )


# --- lists ----------------------------------------------------------------------------------


def codes_out(actor: Actor) -> int:
    """How many codes of this organisation are out and not yet redeemed: all that the receiver is
    told before redemption."""
    if not allows(actor, Permission.REFERRAL_RECEIVE):
        return 0
    return Referral.objects.filter(
        receiver_id=actor.organisation_id,
        kind=Kind.CODE,
        status=State.SENT,
        redeemed_at__isnull=True,
    ).count()


def inbox_counts(actor: Actor) -> dict[str, int]:
    """How many wait, and how many are in each state, for the inbox's head. One statement."""
    rows = (
        Referral.objects.received_by(actor).order_by().values_list("status").annotate(Count("pk"))
    )
    return dict(rows)


# --- texts ----------------------------------------------------------------------------------


def record_text(referral: Referral) -> str:
    """A ready text for the patient record, for every kind (sundhedsloven § 44(1), CON-4): it
    answers "which patient is this code?". It carries no name; the record it is put into is the
    patient's."""
    facts = {
        "reference": referral.reference,
        "offer": referral.offer.title,
        "receiver": referral.receiver.name,
        "day": f"{clock.local(referral.created_at):%d.%m.%Y}",
    }
    if referral.kind == Kind.CODE:
        return (
            _(
                "Henvist til »%(offer)s« hos %(receiver)s den %(day)s med kode, nr. %(reference)s. "
                "Ingen personoplysninger er givet videre. Patienten tager selv kontakt."
            )
            % facts
        )
    return (
        _(
            "Henvist til »%(offer)s« hos %(receiver)s den %(day)s, nr. %(reference)s. Patienten "
            "har givet samtykke til, at navn, kontaktmåde og de nødvendige oplysninger videregives "
            "til denne modtager. Samtykket gælder højst et år og kan trækkes tilbage."
        )
        % facts
    )
