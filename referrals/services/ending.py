"""Ends that are not an answer: withdrawal, moderation's refusal, expiry, error; and consent."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import Membership, Role
from portal.access.actor import Actor, ActorKind
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, WrongState
from referrals.models import Consent, Kind, Referral, State
from referrals.permissions import is_sender
from referrals.reasons import ErrorReason, ExpiryReason, RefuseReason
from referrals.services.codes import CODE_LIFE
from referrals.services.mover import keep, lock_referral, move, turn
from referrals.workflow import FINAL


@transaction.atomic
def withdraw(*, actor: Actor, referral_id: UUID) -> Referral:
    """*Trukket tilbage*, by clinician or patient: in one step, at once. The consent ends with it
    and the receiver is asked to delete (GDPR 7(3))."""
    referral = lock_referral(referral_id=referral_id, actor=actor)
    event = turn(referral, "withdraw", actor)
    covers = _end_consent(referral, actor)
    keep(referral, event, actor, covers=covers)
    return referral


def _end_consent(referral: Referral, actor: Actor) -> list[Consent]:
    if referral.consent_id is None:
        return []
    Consent.objects.filter(pk=referral.consent_id, withdrawn_at__isnull=True).update(
        withdrawn_at=clock.now(), withdrawn_by_kind=actor.kind.value
    )
    return []


@transaction.atomic
def withdraw_feedback(*, actor: Actor, referral_id: UUID) -> Referral:
    """Consent (2) taken back, by clinician or patient: the clinician sees no more than *afsluttet,
    ingen tilbagemelding*."""
    referral = lock_referral(referral_id=referral_id, actor=actor)
    if actor.kind is not ActorKind.PATIENT_LINK and not is_sender(actor, referral):
        raise NotAllowed()
    if referral.consent_id is None:
        raise WrongState()
    Consent.objects.filter(pk=referral.consent_id).update(feedback=False)
    trail.record(actor, "referral.withdraw_feedback", referral)
    return referral


@transaction.atomic
def approve(*, actor: Actor, referral_id: UUID) -> Referral:
    """A coordinator of the sender's region lets an unverified sender's referral go. No patient data
    is seen."""
    referral = lock_referral(referral_id=referral_id, actor=actor)
    event = turn(referral, "approve", actor)
    referral.sent_at = clock.now()
    if referral.kind == Kind.CODE:
        referral.expires_at = referral.sent_at + CODE_LIFE
    keep(referral, event, actor)
    return referral


def refuse(*, actor: Actor, referral_id: UUID, reason: str) -> Referral:
    """Back to the sender as a draft, with a reason. Counts in nobody's answer figures."""
    if reason not in RefuseReason.values:
        raise InvalidInput({"reason": _("Vælg en grund.")})
    if reason == RefuseReason.NOT_MODERATED and not actor.is_system:
        raise InvalidInput({"reason": _("Vælg en grund.")})
    return move(referral_id=referral_id, verb="refuse", actor=actor, reason=reason)


def expire(*, actor: Actor, referral_id: UUID) -> Referral:
    """Nobody answered in 14 working days, or a code was not used in 90 days. A job's move."""
    kind = (
        Referral.objects.visible_to(actor).filter(pk=referral_id).values_list("kind", flat=True)
    ).first()
    reason = ExpiryReason.CODE_NOT_USED if kind == Kind.CODE else ExpiryReason.NO_ANSWER
    return move(referral_id=referral_id, verb="expire", actor=actor, reason=reason)


@transaction.atomic
def mark_error(*, actor: Actor, referral_id: UUID, reason: str) -> Referral:
    """*Fejloprettet*: it should never have been. The consent ends; the receiver may see nothing."""
    if reason not in ErrorReason.values:
        raise InvalidInput({"reason": _("Vælg, hvad der var forkert.")})
    referral = lock_referral(referral_id=referral_id, actor=actor)
    if referral.status == State.ENTERED_IN_ERROR:
        raise WrongState()
    event = turn(referral, "mark_error", actor, reason=reason)
    covers = _end_consent(referral, actor)
    keep(referral, event, actor, covers=covers)
    return referral


@transaction.atomic
def reassign_sender(*, actor: Actor, referral_id: UUID, user_id: int) -> Referral:
    """Give a sent referral to a colleague of the same unit, who follows it from now on."""
    require(actor, Permission.REFERRAL_SEND)
    referral = lock_referral(referral_id=referral_id, actor=actor)
    if not is_sender(actor, referral):
        raise NotAllowed()
    if referral.status in FINAL:
        raise WrongState()
    colleague = (
        Membership.objects.visible_to(actor).with_role(Role.CLINICIAN).filter(user_id=user_id)
    )
    if not colleague.exists():
        raise InvalidInput({"user": _("Vælg en kollega fra listen.")})
    referral.sent_by_id = user_id
    referral.updated_at = clock.now()
    referral.save(update_fields=["sent_by", "updated_at"])
    trail.record(actor, "referral.reassign", referral)
    return referral
