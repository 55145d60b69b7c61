"""May this actor do this to that offer? The row is visible already; these rules say what for.

Independence: an association edits its own offers, and nobody else does. A public body's coordinator
answers a first listing and may propose; neither a parent nor an authority writes in the text.
"""

from offers.models import Offer, OfferStatus
from offers.workflow import FACT_VERBS, TRANSITIONS
from portal.access.actor import Actor, ActorKind
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common.errors import NotAllowed

# What the link in a reminder opens for: the two answers that take one click.
_BY_LINK = frozenset({"confirm", "set_capacity"})


def may_edit(actor: Actor, offer: Offer) -> bool:
    """An editor or manager of exactly the organisation that runs the offer."""
    return allows(actor, Permission.OFFER_EDIT) and offer.organisation_id == actor.organisation_id


def may_moderate(actor: Actor, offer: Offer) -> bool:
    """A coordinator of the area in which the organisation lies, for an offer of somebody else."""
    return (
        allows(actor, Permission.OFFER_MODERATE)
        and offer.organisation_id != actor.organisation_id
        and offer.organisation.municipality_id in actor.area
    )


def may_do(actor: Actor, verb: str, offer: Offer) -> bool:
    """Whether this actor may ever do `verb` to this offer, whatever its state."""
    step = TRANSITIONS.get(verb)
    if actor.is_system:
        return step is None or step.by_system
    if actor.kind is ActorKind.REPLY_LINK:
        return verb in _BY_LINK and offer.organisation_id == actor.organisation_id
    if step is not None and step.permission is Permission.OFFER_MODERATE:
        return may_moderate(actor, offer)
    return may_edit(actor, offer)


def require_may(actor: Actor, verb: str, offer: Offer) -> None:
    if not may_do(actor, verb, offer):
        raise NotAllowed()


def available_actions(offer: Offer, actor: Actor) -> list[str]:
    """The verbs that this actor may do now. Buttons ask this; templates never repeat the rule.

    A verified organisation sees `publish` on its draft, everybody else `submit`.
    """
    verbs = [
        verb
        for verb, step in TRANSITIONS.items()
        if offer.status in step.sources and may_do(actor, verb, offer)
    ]
    verified = offer.organisation.is_verified
    if offer.status == OfferStatus.DRAFT and verified and "submit" in verbs:
        verbs[verbs.index("submit")] = "publish"
    elif not verified and "publish" in verbs:
        verbs.remove("publish")
    facts = [
        verb
        for verb, states in FACT_VERBS.items()
        if offer.status in states and may_do(actor, verb, offer)
    ]
    return verbs + facts
