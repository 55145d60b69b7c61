"""A person and their consent: the sealed rows of a referral that carries details."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from portal.access.actor import Actor
from portal.common import clock
from portal.common.cpr import refuse_cpr
from portal.common.crypto import blind_index
from portal.common.errors import InvalidInput
from portal.common.phones import normalise_phone
from referrals import consent_texts
from referrals.models import Consent, LegalBasis, Referral, ReferralPatient, State

CONSENT_LIFE_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientDetails:
    """What the association must know to make contact. One contact way is enough."""

    name: str
    phone: str = ""
    email: str = ""
    call_times: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    form: str
    given_by: str
    subject_role: str
    oral_reason: str = ""
    feedback: bool = False
    follow_up: bool = False


def add_person(
    referral: Referral,
    *,
    actor: Actor,
    patient: PatientDetails,
    consent: ConsentGiven,
    legal_basis: LegalBasis,
    text: str,
) -> None:
    """Patient and consent rows, sealed. Both belong to the sender until the receiver accepts."""
    _check_person(patient, consent)
    now = clock.now()
    phone = checked_phone(patient.phone, "phone") if patient.phone.strip() else ""
    email = patient.email.strip()
    row = ReferralPatient(
        owner_id=referral.sender_id,
        name=patient.name.strip(),
        phone=phone,
        email=email,
        call_times=patient.call_times,
        message=patient.message.strip(),
        phone_index=blind_index(phone, "patient.phone") if phone else None,
        email_index=blind_index(email.lower(), "patient.email") if email else None,
        created_at=now,
    )
    _refuse_second_open(referral, row)
    row.save(force_insert=True)
    given = Consent(
        sender_id=referral.sender_id,
        receiver_id=referral.receiver_id,
        offer_id=referral.offer_id,
        patient=row,
        purpose="contact_about_offer",
        data_categories=list(consent_texts.CATEGORIES),
        form=consent.form,
        oral_reason=consent.oral_reason.strip(),
        given_by=consent.given_by,
        subject_role=consent.subject_role,
        legal_basis=legal_basis,
        text_version=consent_texts.VERSION,
        text_shown=text,
        feedback=consent.feedback,
        follow_up=consent.follow_up,
        taken_by_id=actor.user_id,
        taken_at=now,
        expires_at=one_year_after(now),
    )
    given.save(force_insert=True)
    referral.patient, referral.consent = row, given


def one_year_after(moment: datetime) -> datetime:
    """Sundhedsloven § 44(2). Of 29 February the day before in the next year, never the day after:
    365 days are at most one year."""
    return moment + timedelta(days=CONSENT_LIFE_DAYS)


def _check_person(patient: PatientDetails, consent: ConsentGiven) -> None:
    errors: dict[str, str] = {}
    if not patient.name.strip():
        errors["name"] = _("Skriv borgerens navn, eller hvad borgeren vil kaldes.")
    if not patient.phone.strip() and not patient.email.strip():
        errors["phone"] = _("Skriv et telefonnummer eller en e-mail.")
    if consent.form not in {"written", "oral"}:
        errors["consent_form"] = _("Vælg, om samtykket er mundtligt eller skriftligt.")
    if consent.form == "oral" and not consent.oral_reason.strip():
        errors["oral_reason"] = _("Skriv kort, hvorfor samtykket er mundtligt.")
    texts = {
        "name": patient.name,
        "message": patient.message,
        "call_times": patient.call_times,
        "oral_reason": consent.oral_reason,
    }
    for name, text in texts.items():
        try:
            refuse_cpr(text)
        except ValidationError as error:
            errors[name] = error.messages[0]
    if errors:
        raise InvalidInput(errors)


def checked_phone(text: str, name: str) -> str:
    try:
        return normalise_phone(text)
    except ValidationError as error:
        raise InvalidInput({name: error.messages[0]}) from error


def _refuse_second_open(referral: Referral, person: ReferralPatient) -> None:
    """One open referral a person and offer, seen from the sender's own rows."""
    same = ReferralPatient.objects.filter(owner_id=person.owner_id)
    if person.phone_index:
        same = same.filter(phone_index=person.phone_index)
    else:
        same = same.filter(email_index=person.email_index)
    is_open = Referral.objects.filter(
        sender_id=referral.sender_id,
        offer_id=referral.offer_id,
        patient__in=same.values("pk"),
        status__in=[
            State.AWAITING_MODERATION,
            State.SENT,
            State.ACCEPTED,
            State.WAITLISTED,
            State.IN_PROGRESS,
        ],
    )
    # Two senders at once (a double click) wait for each other here.
    _lock_person(person, referral.offer_id)
    if is_open.exists():
        raise InvalidInput(
            {"phone": _("Der er allerede en åben henvisning til tilbuddet for denne borger.")}
        )


def _lock_person(person: ReferralPatient, offer_id: int) -> None:
    index = bytes(person.phone_index or person.email_index or b"")[:7]
    number = int.from_bytes(index, "big") ^ offer_id
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
