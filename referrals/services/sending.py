"""Sending: from a search result to `sent` in one call and one transaction."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from offers.models import Offer
from organisations.models import Organisation
from organisations.selectors import has_accepted_terms
from portal.access.actor import Actor, ActorKind
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, WrongState
from portal.common.ids import hash_code
from referrals import consent_texts
from referrals.models import Kind, LegalBasis, Referral
from referrals.permissions import require_sending
from referrals.services.codes import (
    CODE_LIFE,
    SentCode,
    new_patient_link,
    queue_code_sms,
    read_code,
)
from referrals.services.drafts import discard_draft
from referrals.services.intake import CodedFacts, check_facts, refuse_closed_intake
from referrals.services.mover import keep, next_reference, turn
from referrals.services.people import ConsentGiven, PatientDetails, add_person


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
    check_facts(facts)
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
    """Who finishes the referrals of an organisation that has ended sends no new ones from it."""
    sender = Organisation.objects.select_related("succeeded_by").get(pk=actor.organisation_id)
    if not sender.is_active:
        name = sender.succeeded_by.name if sender.succeeded_by else ""
        raise WrongState(
            _("Jeres organisation er nedlagt. Skift til %(name)s, og henvis derfra.")
            % {"name": name}
        )
    return sender


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
    require_sending(actor, parent)
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
    token = new_patient_link(referral)
    if sms_to:
        queue_code_sms(referral, actor=actor, phone=sms_to, code=code, token=token)
    discard_draft(actor=actor, offer=offer, parent=parent)
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
    require_sending(actor, parent)
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
    add_person(
        referral,
        actor=actor,
        patient=patient,
        consent=consent,
        legal_basis=basis,
        text=consent_texts.consent_text(offer=offer, receiver=offer.organisation),
    )
    _out(referral, actor, sender)
    discard_draft(actor=actor, offer=offer, parent=parent)
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
    add_person(
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
    return referral, new_patient_link(referral)
