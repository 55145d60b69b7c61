"""May this actor do this to that agreement? The row is visible already; this says what for."""

from partnerships.models import Agreement, AgreementParty, Review, Side
from partnerships.selectors import is_owner_above, party_of
from partnerships.workflow import TRANSITIONS
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common.errors import NotAllowed

REVIEW_PERMISSION = {
    Review.Kind.PROFESSIONAL: Permission.AGREEMENT_REVIEW_PROFESSIONAL,
    Review.Kind.LEGAL: Permission.AGREEMENT_REVIEW_LEGAL,
    Review.Kind.DATA_PROTECTION: Permission.AGREEMENT_REVIEW_DATA,
}


def may(actor: Actor, permission: Permission, agreement: Agreement) -> bool:
    """Whether the actor holds `permission` in an organisation that takes part in the agreement.

    Steering (review, suspension, close) is the public side's: of a public party, or of the owner
    above it, since a hospital's department has no coordinator of its own. Everything else is for
    the parties alone.
    """
    if not allows(actor, permission) or not actor.is_strong:
        return False
    party = party_of(agreement, actor)
    if permission is Permission.AGREEMENT_STEER:
        return (party is not None and party.side == Side.PUBLIC) or is_owner_above(agreement, actor)
    return party is not None


def may_sign_amendment(actor: Actor, party: AgreementParty) -> bool:
    """Whether the actor may sign for `party`, which may be one that an amendment asks in."""
    return (
        actor.is_strong
        and party.organisation_id == actor.organisation_id
        and allows(actor, Permission.AGREEMENT_SIGN)
    )


def may_move(actor: Actor, verb: str, agreement: Agreement) -> bool:
    """Whether this actor may ever do `verb` to this agreement, whatever its state."""
    step = TRANSITIONS[verb]
    if actor.is_system:
        return step.by_system
    return step.permission is not None and may(actor, step.permission, agreement)


def require_may(actor: Actor, permission: Permission, agreement: Agreement) -> None:
    if not may(actor, permission, agreement):
        raise NotAllowed()


def require_move(actor: Actor, verb: str, agreement: Agreement) -> None:
    if not may_move(actor, verb, agreement):
        raise NotAllowed()


def may_review(actor: Actor, review: Review) -> bool:
    """A lawyer, data protection officer or coordinator of the organisation that was asked."""
    return (
        actor.is_strong
        and review.organisation_id == actor.organisation_id
        and allows(actor, REVIEW_PERMISSION[Review.Kind(review.kind)])
    )


def reads_inner_words(actor: Actor, agreement: Agreement) -> bool:
    """Whether what a reviewer said with a yes is for the actor: of the public side, of the owner
    above it, or asked to look. Words with a no are for all parties, who shall mend it."""
    party = party_of(agreement, actor)
    if party is not None:
        return party.side == Side.PUBLIC
    if is_owner_above(agreement, actor):
        return True
    if agreement.parties.filter(organisation_id=actor.organisation_id).exists():
        return False  # it has left, or is only asked in
    return agreement.reviews.filter(organisation_id=actor.organisation_id).exists()


def may_look_at_data(actor: Actor, agreement: Agreement) -> bool:
    """The public side's coordinator or data protection officer, also of the owner above."""
    if may(actor, Permission.AGREEMENT_STEER, agreement):
        return True
    party = party_of(agreement, actor)
    public = party is not None and party.side == Side.PUBLIC
    return (
        actor.is_strong
        and allows(actor, Permission.AGREEMENT_REVIEW_DATA)
        and (public or is_owner_above(agreement, actor))
    )


def available_moves(agreement: Agreement, actor: Actor) -> list[str]:
    """The moves that this actor may make now, in the table's order. Buttons ask this."""
    return [
        verb
        for verb, step in TRANSITIONS.items()
        if agreement.status in step.sources and may_move(actor, verb, agreement)
    ]
