"""What a clinician has typed and not sent: for its author alone, sealed, gone after 7 days."""

from django.db import transaction

from offers.models import Offer
from portal.access.actor import Actor
from portal.audit import trail
from portal.common import clock
from portal.common.drafts import LIFE, Typed
from referrals.models import Referral, ReferralDraft
from referrals.models.draft import ReferralDraftQuerySet
from referrals.permissions import require_sending


@transaction.atomic
def save_draft(
    *, actor: Actor, offer: Offer, data: Typed, parent: Referral | None = None
) -> ReferralDraft:
    """Keep what stands in the form now. One draft an author and offer, and for a navigator one a
    citizen: what was typed of one is never shown while sending for another."""
    require_sending(actor, parent)
    assert actor.user_id is not None  # noqa: S101 - only a person holds the permission
    draft = _own(actor, offer, parent).first()
    if draft is None:
        draft = ReferralDraft(
            author_id=actor.user_id,
            organisation_id=actor.organisation_id,
            offer=offer,
            parent=parent,
        )
    draft.data = data
    draft.saved_at = clock.now()
    draft.save()
    trail.record(actor, "referral_draft.save", draft)
    return draft


def load_draft(
    *, actor: Actor, offer: Offer, parent: Referral | None = None
) -> ReferralDraft | None:
    """The author's own draft for this offer, while it lasts. The read is logged."""
    draft = _own(actor, offer, parent).filter(saved_at__gt=clock.now() - LIFE).first()
    if draft is not None:
        trail.record_read(actor, "referral_draft.read", [draft])
    return draft


@transaction.atomic
def discard_draft(*, actor: Actor, offer: Offer, parent: Referral | None = None) -> None:
    _own(actor, offer, parent).delete()


def _own(actor: Actor, offer: Offer, parent: Referral | None) -> ReferralDraftQuerySet:
    return ReferralDraft.objects.visible_to(actor).filter(offer=offer, parent=parent)


def delete_old_drafts() -> int:
    """A job's work: drafts that nobody has touched for 7 days."""
    old = ReferralDraft.objects.filter(saved_at__lte=clock.now() - LIFE)
    deleted, _by_model = old.delete()
    return deleted
