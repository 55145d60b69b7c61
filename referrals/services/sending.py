"""Sending: from a search result to `sent` in one call and one transaction."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from offers.coverage import covers
from offers.models import Offer, OfferCapacity, OfferStatus
from offers.vocabularies import CATEGORIES, TARGET_GROUPS
from organisations.models import Organisation
from organisations.selectors import has_accepted_terms
from portal.access.actor import Actor, ActorKind
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.cpr import refuse_cpr
from portal.common.crypto import blind_index
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.common.ids import hash_code, hash_token, new_code, new_token
from portal.common.phones import normalise_phone
from portal.geography.models import Municipality
from referrals import consent_texts, notifications
from referrals.models import (
    AgeBand,
    CodeSms,
    Consent,
    Kind,
    LegalBasis,
    PatientLink,
    Referral,
    ReferralDraft,
    ReferralPatient,
    State,
)
from referrals.permissions import works_on
from referrals.reasons import OutsideAreaReason
from referrals.services.mover import keep, lock_referral, next_reference, turn

CODE_LIFE = timedelta(days=90)
CONSENT_LIFE_DAYS = 365
# A code drawn by GET lives in a signed field of the form; the POST stores its hash.
_CODE_SALT = "referral-code"
_CODE_FIELD_AGE = timedelta(hours=12)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedFacts:
    """Facts that make coverage visible without a person."""

    municipality: Municipality
    needs: list[str] = field(default_factory=list)
    target_groups: list[str] = field(default_factory=list)
    age_band: str = ""
    outside_area_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCode:
    """A code on its one way out: leaflet, QR or SMS. Neither is stored in the clear."""

    referral: Referral
    code: str
    link_token: str


# --- the code of a form ---------------------------------------------------------------------


def draw_code() -> tuple[str, str]:
    """A fresh code and its signed form value. Nothing is stored before the POST."""
    code = new_code()
    return code, signing.dumps(code, salt=_CODE_SALT)


def read_code(signed: str) -> str:
    """The code of a form field. Raises `InvalidInput` when it is not ours or too old."""
    try:
        code: str = signing.loads(signed, salt=_CODE_SALT, max_age=_CODE_FIELD_AGE)
    except signing.BadSignature as error:
        raise InvalidInput(
            {"code": _("Koden på siden er for gammel. Genindlæs siden for at få en ny.")}
        ) from error
    return code


# --- intake ---------------------------------------------------------------------------------


def refuse_closed_intake(offer: Offer, facts: CodedFacts) -> None:
    """Raise `InvalidInput` with the one reason why this offer takes no referral now."""
    sentence = _why_closed(offer)
    if sentence:
        raise InvalidInput({"offer": sentence})
    if facts.outside_area_reason:
        if facts.outside_area_reason not in OutsideAreaReason.values:
            raise InvalidInput({"outside_area_reason": _("Vælg en af grundene på listen.")})
    elif not covers(offer, facts.municipality):
        raise InvalidInput(
            {
                "outside_area_reason": _(
                    "Tilbuddet dækker ikke %(place)s. Vælg, hvorfor du henviser alligevel."
                )
                % {"place": facts.municipality.full_name}
            }
        )


def _why_closed(offer: Offer) -> str:
    capacity = getattr(offer, "capacity", None)
    if offer.status != OfferStatus.PUBLISHED:
        return _("Tilbuddet er ikke offentligt lige nu. Vælg et andet tilbud.")
    if offer.organisation.status != Organisation.Status.ACTIVE:
        return _("Foreningen er nedlagt. Vælg et andet tilbud.")
    if not offer.organisation.takes_referrals:
        return _("Foreningen modtager ikke henvisninger her. Se, hvordan man selv kommer med.")
    if offer.is_hidden_as_stale:
        return _("Tilbuddet er ikke bekræftet længe, så vi sender ikke dertil. Vælg et andet.")
    if capacity is not None and capacity.status == OfferCapacity.Status.FULL:
        return _("Holdet er fuldt. Vælg et andet tilbud, eller prøv igen senere.")
    if _month_is_full(offer):
        return _("Foreningen har nået månedens antal henvisninger. Prøv igen næste måned.")
    return ""


def _month_is_full(offer: Offer) -> bool:
    if offer.max_referrals_per_month is None:
        return False
    # The offer's row is locked, so that two senders cannot both take the month's last place.
    Offer.objects.select_for_update(of=("self",)).only("pk").get(pk=offer.pk)
    first = clock.local(clock.now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    sent = Referral.objects.filter(offer=offer, sent_at__gte=first).exclude(
        status__in=[State.ENTERED_IN_ERROR, State.WITHDRAWN]
    )
    return sent.count() >= offer.max_referrals_per_month


def _check_facts(facts: CodedFacts) -> None:
    errors: dict[str, str] = {}
    if not facts.needs or not set(facts.needs) <= set(CATEGORIES):
        errors["needs"] = _("Vælg mindst ét behov på listen.")
    if not set(facts.target_groups) <= set(TARGET_GROUPS):
        errors["target_groups"] = _("Vælg målgrupper på listen.")
    if facts.age_band and facts.age_band not in AgeBand.values:
        errors["age_band"] = _("Vælg en aldersgruppe på listen.")
    if errors:
        raise InvalidInput(errors)


def load_offer_for_sending(slug: str) -> Offer:
    """The offer with what the guards read, in one statement. Raises `NotFound`."""
    offer = (
        Offer.objects.public()
        .select_related("organisation", "organisation__municipality", "capacity", "template")
        .filter(slug=slug)
        .first()
    )
    if offer is None:
        raise NotFound()
    return offer


# --- building a row -------------------------------------------------------------------------


def _may_send(actor: Actor, parent: Referral | None) -> None:
    if not works_on(actor, parent):
        require(actor, Permission.REFERRAL_SEND)


def _new_row(
    *,
    actor: Actor,
    kind: Kind,
    offer: Offer,
    facts: CodedFacts,
    sender: Organisation,
    replaces: Referral | None = None,
    parent: Referral | None = None,
) -> Referral:
    _check_facts(facts)
    refuse_closed_intake(offer, facts)
    return Referral(
        kind=kind,
        reference=next_reference(),
        offer=offer,
        receiver=offer.organisation,
        sender=sender,
        sent_by_id=actor.user_id,
        municipality=facts.municipality,
        sender_municipality_id=sender.municipality_id,
        needs=facts.needs,
        target_groups=facts.target_groups,
        age_band=facts.age_band,
        outside_area_reason=facts.outside_area_reason,
        replaces=replaces,
        parent=parent,
    )


def _out(referral: Referral, actor: Actor, sender: Organisation) -> None:
    """The move out of the house: straight to `sent`, or to the coordinator first (F65)."""
    now = clock.now()
    if sender.is_verified or referral.kind == Kind.SELF:
        verb = "send"
        referral.sent_at = now
        if referral.kind == Kind.CODE:
            referral.expires_at = now + CODE_LIFE
    else:
        verb = "submit_for_moderation"
    event = turn(referral, verb, actor)
    covers_rows = [row for row in (referral.patient, referral.consent) if row is not None]
    keep(referral, event, actor, covers=covers_rows)


def _sender_of(actor: Actor) -> Organisation:
    return Organisation.objects.select_related("municipality").get(pk=actor.organisation_id)


# --- the verbs ------------------------------------------------------------------------------


def send_code(
    *,
    actor: Actor,
    offer: Offer,
    facts: CodedFacts,
    signed_code: str,
    replaces: Referral | None = None,
    parent: Referral | None = None,
    sms_to: str = "",
) -> SentCode:
    """*Henvisning med kode*: no personal data. Returns the code and the patient's own link, which
    are shown once. A double click with the same signed code sends once: the second raises
    `WrongState`. Raises `InvalidInput`, `NotAllowed`.
    """
    code = read_code(signed_code)
    try:
        return _send_code(
            actor=actor,
            offer=offer,
            facts=facts,
            code=code,
            replaces=replaces,
            parent=parent,
            sms_to=sms_to,
        )
    except IntegrityError as error:
        if "code_hash" not in str(error):
            raise
        sentence = _("Henvisningen er allerede sendt. Du finder den på din liste.")
        raise WrongState(sentence) from error


@transaction.atomic
def _send_code(
    *,
    actor: Actor,
    offer: Offer,
    facts: CodedFacts,
    code: str,
    replaces: Referral | None,
    parent: Referral | None,
    sms_to: str,
) -> SentCode:
    _may_send(actor, parent)
    sender = _sender_of(actor)
    referral = _new_row(
        actor=actor,
        kind=Kind.CODE,
        offer=offer,
        facts=facts,
        sender=sender,
        replaces=replaces,
        parent=parent,
    )
    referral.code_hash = hash_code(code)
    _out(referral, actor, sender)
    token = _new_patient_link(referral)
    if sms_to:
        _send_code_by_sms(referral, actor=actor, phone=sms_to, code=code, token=token)
    _drop_draft(actor, offer)
    return SentCode(referral=referral, code=code, link_token=token)


@transaction.atomic
def send_identified(
    *,
    actor: Actor,
    offer: Offer,
    facts: CodedFacts,
    patient: PatientDetails,
    consent: ConsentGiven,
    kind: Kind = Kind.IDENTIFIED,
    replaces: Referral | None = None,
    parent: Referral | None = None,
) -> Referral:
    """*Henvisning med oplysninger* (or *brobygning*): needs consent and the receiver's terms.

    An open referral of the same person to the same offer is refused, found by blind index without
    opening any row (INP-4). Raises `InvalidInput`, `NotAllowed`.
    """
    _may_send(actor, parent)
    if kind == Kind.NAVIGATOR and not offer.takes_navigator_referrals:
        raise InvalidInput({"kind": _("Tilbuddet tager ikke imod brobygning.")})
    if not has_accepted_terms(offer.organisation):
        raise InvalidInput(
            {"kind": _("Foreningen kan ikke modtage oplysninger endnu. Brug en kode i stedet.")}
        )
    sender = _sender_of(actor)
    referral = _new_row(
        actor=actor,
        kind=kind,
        offer=offer,
        facts=facts,
        sender=sender,
        replaces=replaces,
        parent=parent,
    )
    basis = LegalBasis.GDPR_9_2_A if sender.kind == "municipality" else LegalBasis.SUL_43
    _add_person(
        referral,
        actor=actor,
        patient=patient,
        consent=consent,
        legal_basis=basis,
        text=consent_texts.consent_text(offer=offer, receiver=offer.organisation),
    )
    _out(referral, actor, sender)
    _drop_draft(actor, offer)
    return referral


@transaction.atomic
def send_self(
    *, actor: Actor, offer: Offer, facts: CodedFacts, patient: PatientDetails
) -> tuple[Referral, str]:
    """*Selvhenvendelse* from the public page: the citizen's own words, and a link to follow them.

    `actor` is anonymous with the receiver as organisation: the scope that the form's signed token
    opened. The tick is the consent. Raises `InvalidInput`.
    """
    if actor.kind is not ActorKind.ANONYMOUS or actor.organisation_id != offer.organisation_id:
        raise NotAllowed()
    if not has_accepted_terms(offer.organisation):
        raise InvalidInput(
            {"offer": _("Foreningen tager ikke imod beskeder her. Ring eller skriv til den selv.")}
        )
    referral = _new_row(
        actor=actor, kind=Kind.SELF, offer=offer, facts=facts, sender=offer.organisation
    )
    _add_person(
        referral,
        actor=actor,
        patient=patient,
        consent=ConsentGiven(
            form="written", given_by="self", subject_role="patient", feedback=False
        ),
        legal_basis=LegalBasis.GDPR_9_2_A,
        text=consent_texts.self_consent_text(offer=offer, receiver=offer.organisation),
    )
    _out(referral, actor, offer.organisation)
    return referral, _new_patient_link(referral)


def _add_person(
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
    phone = _phone(patient.phone, "phone") if patient.phone.strip() else ""
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


def _phone(text: str, name: str) -> str:
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


def _new_patient_link(referral: Referral) -> str:
    token = new_token()
    PatientLink.objects.create(referral=referral, token_hash=hash_token(token))
    return token


def _send_code_by_sms(
    referral: Referral, *, actor: Actor, phone: str, code: str, token: str
) -> None:
    sms = CodeSms(
        referral=referral,
        sender_id=actor.organisation_id,
        phone=_phone(phone, "sms_to"),
        code=code,
        link=token,
    )
    sms.save(force_insert=True)
    notifications.queue_code_sms(sms_id=str(sms.pk))


def _drop_draft(actor: Actor, offer: Offer) -> None:
    ReferralDraft.objects.visible_to(actor).filter(offer=offer).delete()


@transaction.atomic
def reissue_code(*, actor: Actor, referral_id: UUID) -> SentCode:
    """A lost code: a new one, and the old one and its printed link are void. Before redemption
    only. Raises `WrongState`, `NotAllowed`."""
    referral = lock_referral(referral_id=referral_id, actor=actor)
    require(actor, Permission.REFERRAL_SEND)
    if referral.sender_id != actor.organisation_id:
        raise NotAllowed()
    if referral.kind != Kind.CODE or referral.status != State.SENT:
        raise WrongState(_("Koden er allerede brugt eller udløbet. Lav en ny henvisning."))
    code = new_code()
    referral.code_hash = hash_code(code)
    referral.updated_at = clock.now()
    referral.save(update_fields=["code_hash", "updated_at"])
    PatientLink.objects.filter(referral=referral, revoked_at__isnull=True).update(
        revoked_at=clock.now()
    )
    trail.record(actor, "referral.reissue_code", referral)
    return SentCode(referral=referral, code=code, link_token=_new_patient_link(referral))
