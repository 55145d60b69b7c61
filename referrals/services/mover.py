"""The one place that writes a referral's status.

Row lock, then state check, then row, event, audit and outbox in one transaction. Without the lock
before the check two clicks become two mails.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction
from django.utils.translation import gettext as _

from portal.access.actor import Actor
from portal.audit import trail
from portal.common import clock
from portal.common.errors import NotFound, WrongState
from referrals import notifications
from referrals.models import Kind, Referral, ReferralEvent, State
from referrals.permissions import require_move
from referrals.services.rights import hold_rights
from referrals.workflow import TRANSITIONS

UNDO_TIME = timedelta(minutes=30)
_UNDOABLE = frozenset({"decline", "complete", "give_up"})
_OPENS_PATIENT = frozenset({State.SENT, State.ACCEPTED, State.WAITLISTED, State.IN_PROGRESS})
_CLOSES_PATIENT = frozenset(
    {State.DRAFT, State.DECLINED, State.WITHDRAWN, State.EXPIRED, State.ENTERED_IN_ERROR}
)
# A code that was never redeemed is in nobody's answer figures.
_FIRST_ANSWERS = frozenset({"accept", "decline", "waitlist"})


def lock_referral(*, referral_id: UUID, actor: Actor) -> Referral:
    """The row, locked until the transaction ends. Raises `NotFound` for what is not the actor's."""
    rows = Referral.objects.visible_to(actor) | Referral.objects.moderated_by(actor)
    return locked(rows, referral_id)


def locked(rows: "models.QuerySet[Referral]", referral_id: UUID) -> Referral:
    referral = (
        rows.filter(pk=referral_id)
        .select_related("offer", "receiver", "sender")
        .select_for_update(of=("self",))
        .first()
    )
    if referral is None:
        raise NotFound()
    return referral


def next_reference() -> str:
    """A number to speak of a referral by, such as `26-1184`. It opens nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('referral_reference_number')")
        (number,) = cursor.fetchone()
    return f"{clock.today():%y}-{number}"


def _check_state(referral: Referral, verb: str) -> None:
    step = TRANSITIONS[verb]
    unredeemed = referral.kind == Kind.CODE and referral.redeemed_at is None
    answers_code = unredeemed and verb in {"accept", "decline", "waitlist"}
    if referral.status not in step.sources or answers_code:
        raise WrongState()


def turn(
    referral: Referral, verb: str, actor: Actor, *, reason: str = "", target: State | None = None
) -> ReferralEvent:
    """Check the move and put it on the unsaved row; returns the event, unsaved too.

    Raises `NotAllowed` and `WrongState`. Called with the row locked, or not yet inserted.
    """
    require_move(actor, verb, referral)
    _check_state(referral, verb)
    new = TRANSITIONS[verb].target or target
    assert new is not None  # noqa: S101 - only `undo` has no target of its own, and it passes one
    now = clock.now()
    old, referral.status = referral.status, new
    referral.status_changed_at = referral.last_event_at = referral.updated_at = now
    referral.reason = reason
    if verb in _FIRST_ANSWERS and referral.answered_at is None:
        referral.answered_at = now
    _open_or_close_patient(referral, new)
    _remember_undo(referral, verb, old, actor)
    return ReferralEvent(
        referral=referral,
        sender_id=referral.sender_id,
        receiver_id=referral.receiver_id,
        at=now,
        verb=verb,
        old=old,
        new=new,
        reason=reason,
        **actor.as_columns(),
    )


def _open_or_close_patient(referral: Referral, new: State) -> None:
    if referral.kind == Kind.CODE:
        return
    if new in _OPENS_PATIENT:
        referral.patient_open = True
    elif new in _CLOSES_PATIENT or referral.reason == "consent_ended":
        referral.patient_open = False


def _remember_undo(referral: Referral, verb: str, old: str, actor: Actor) -> None:
    if verb in _UNDOABLE and not actor.is_system:
        referral.undo_state, referral.undo_until = old, clock.now() + UNDO_TIME
    else:
        referral.undo_state, referral.undo_until = "", None


def keep(
    referral: Referral,
    event: ReferralEvent,
    actor: Actor,
    *,
    covers: Iterable[models.Model] = (),
) -> None:
    """Row, event, audit and outgoing mail, together, by somebody who still may. Raises
    `NotAllowed`."""
    hold_rights(actor)
    if referral._state.adding:
        referral.save(force_insert=True)
    else:
        _update(referral)
    event.save(force_insert=True)
    trail.record(actor, f"referral.{event.verb}", referral, covers=covers, new=event.new)
    notifications.queue_for(event, referral)


def _update(referral: Referral) -> None:
    try:
        referral.save(update_fields=_CHANGED)
    except IntegrityError as error:
        if "no valid consent" not in str(error):
            raise
        # The database is the last guard: an answer taken back after the consent has lapsed.
        raise WrongState(_("Samtykket er ophørt. Spørg borgeren igen.")) from error


_CHANGED = [
    "status",
    "status_changed_at",
    "last_event_at",
    "updated_at",
    "reason",
    "answered_at",
    "patient_open",
    "undo_state",
    "undo_until",
    "sent_at",
    "redeemed_at",
    "expires_at",
    "handler",
    "waitlist_expected_on",
    "waitlist_review_on",
]


@transaction.atomic
def move(
    *,
    referral_id: UUID,
    verb: str,
    actor: Actor,
    reason: str = "",
    target: State | None = None,
) -> Referral:
    """Lock, check, turn, keep: what most verbs are. Raises `NotFound`, `NotAllowed`,
    `WrongState`."""
    referral = lock_referral(referral_id=referral_id, actor=actor)
    event = turn(referral, verb, actor, reason=reason, target=target)
    keep(referral, event, actor)
    return referral
