"""May this actor do this to that referral? The row is visible already; these rules say what for.

One table (`workflow.TRANSITIONS`) serves the mover and the buttons, so a page never repeats a rule.
"""

from portal.access.actor import Actor, ActorKind
from portal.access.grants import allows, require
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.errors import NotAllowed
from referrals.models import Kind, Referral, State
from referrals.workflow import TRANSITIONS, Transition

_ANSWERS = frozenset({"accept", "decline", "waitlist", "start", "complete", "give_up", "undo"})


def _is_receiver(actor: Actor, referral: Referral) -> bool:
    return (
        allows(actor, Permission.REFERRAL_ANSWER)
        and actor.is_strong
        and referral.receiver_id == actor.organisation_id
    )


def is_sender(actor: Actor, referral: Referral) -> bool:
    """A clinician of exactly the sending unit. A self-referral has none."""
    return (
        allows(actor, Permission.REFERRAL_FOLLOW)
        and referral.sender_id == actor.organisation_id
        and referral.kind != Kind.SELF
    )


def works_on(actor: Actor, parent: Referral | None) -> bool:
    """A navigator (brobygger) sends children of the referral that it works on."""
    return (
        parent is not None
        and parent.kind == Kind.NAVIGATOR
        and _is_receiver(actor, parent)
        and parent.status in {State.ACCEPTED, State.IN_PROGRESS}
    )


def require_sending(actor: Actor, parent: Referral | None) -> None:
    """A clinician sends; a navigator only within its own work. Raises `NotAllowed`."""
    if not works_on(actor, parent):
        require(actor, Permission.REFERRAL_SEND)


def may_moderate(actor: Actor, referral: Referral) -> bool:
    """The coordinators of the sender's region; they see no patient data."""
    return (
        allows(actor, Permission.REFERRAL_MODERATE)
        and actor.organisation_kind == "region"
        and referral.sender_municipality_id in actor.area
    )


def _holds_role(actor: Actor, step: Transition, referral: Referral) -> bool:
    match step.permission:
        case Permission.REFERRAL_ANSWER:
            return _is_receiver(actor, referral)
        case Permission.REFERRAL_MODERATE:
            return may_moderate(actor, referral)
        case Permission.REFERRAL_SEND | Permission.REFERRAL_WITHDRAW:
            if referral.sender_id == actor.organisation_id and works_on(actor, referral.parent):
                return True
            return allows(actor, step.permission) and actor.is_strong and is_sender(actor, referral)
    return False


def may_move(actor: Actor, verb: str, referral: Referral) -> bool:
    """Whether this actor may ever do `verb` to this referral, whatever its state."""
    step = TRANSITIONS[verb]
    if actor.is_system:
        return step.by_system
    if actor.kind is ActorKind.REPLY_LINK:
        return step.by_reply_link and referral.pk == actor.referral_id
    if actor.kind is ActorKind.PATIENT_LINK:
        return verb == "withdraw" and referral.pk == actor.referral_id
    if actor.kind is ActorKind.ANONYMOUS:
        return (
            verb == "send"
            and referral.kind == Kind.SELF
            and referral.receiver_id == actor.organisation_id
        )
    if verb == "mark_error" and referral.kind == Kind.SELF:
        return _is_receiver(actor, referral)  # a self-referral has no sending clinician
    return _holds_role(actor, step, referral)


def require_move(actor: Actor, verb: str, referral: Referral) -> None:
    if not may_move(actor, verb, referral):
        raise NotAllowed()


def available_actions(referral: Referral, actor: Actor) -> list[str]:
    """The verbs that this actor may do now, in the table's order. Buttons ask this."""
    return [
        verb
        for verb, step in TRANSITIONS.items()
        if referral.status in step.sources
        and may_move(actor, verb, referral)
        and _fits_kind(verb, referral)
        and (verb != "undo" or can_undo(referral))
        and (verb != "mark_error" or referral.status != State.ENTERED_IN_ERROR)
        and verb not in {"send", "submit_for_moderation"}
    ]


def _fits_kind(verb: str, referral: Referral) -> bool:
    """A code is answered by redeeming it; before that there is nothing to say no to."""
    unredeemed = referral.kind == Kind.CODE and referral.redeemed_at is None
    return not (unredeemed and verb in _ANSWERS)


def can_undo(referral: Referral) -> bool:
    return bool(referral.undo_state) and (
        referral.undo_until is not None and clock.now() < referral.undo_until
    )
