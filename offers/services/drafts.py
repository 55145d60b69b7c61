"""What an editor has typed and not saved: for its author alone, gone after 7 days.

No event and no line in the trail: nothing that anybody else can see has changed.
"""

from offers.models import Offer, OfferDraft
from offers.models.draft import OfferDraftQuerySet
from offers.permissions import require_may
from portal.access.actor import Actor
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.drafts import LIFE, Typed


def save_draft(*, actor: Actor, offer: Offer | None, data: Typed) -> OfferDraft:
    """Keep what stands in the editor now, of this offer or of a new one. Raises `NotAllowed`."""
    require(actor, Permission.OFFER_EDIT)
    if offer is not None:
        require_may(actor, "edit", offer)
    draft, _created = OfferDraft.objects.visible_to(actor).update_or_create(
        author_id=actor.user_id,
        organisation_id=actor.organisation_id,
        offer=offer,
        defaults={"data": data, "saved_at": clock.now()},
    )
    return draft


def load_draft(*, actor: Actor, offer: Offer | None) -> OfferDraft | None:
    return _own(actor, offer).filter(saved_at__gt=clock.now() - LIFE).first()


def discard_draft(*, actor: Actor, offer: Offer | None) -> None:
    _own(actor, offer).delete()


def _own(actor: Actor, offer: Offer | None) -> OfferDraftQuerySet:
    return OfferDraft.objects.visible_to(actor).filter(offer=offer)


def forget_old_drafts() -> int:
    """A job's work: drafts that nobody has touched for 7 days."""
    old = OfferDraft.objects.filter(saved_at__lte=clock.now() - LIFE)
    deleted, _by_model = old.delete()
    return deleted
