"""What a clinician has typed and not sent: for its author alone, sealed, gone after 7 days."""

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction

from offers.models import Offer
from portal.access.actor import Actor
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from referrals.models import ReferralDraft

DRAFT_LIFE = timedelta(days=7)


@transaction.atomic
def save_draft(*, actor: Actor, offer: Offer, data: Mapping[str, object]) -> ReferralDraft:
    """Keep what stands in the form now. One draft an author and offer."""
    require(actor, Permission.REFERRAL_SEND)
    assert actor.user_id is not None  # noqa: S101 - only a person holds the permission
    draft = ReferralDraft.objects.visible_to(actor).filter(offer=offer).first()
    if draft is None:
        draft = ReferralDraft(
            author_id=actor.user_id, organisation_id=actor.organisation_id, offer=offer
        )
    draft.data = dict(data)
    draft.saved_at = clock.now()
    draft.save()
    trail.record(actor, "referral_draft.save", draft)
    return draft


def load_draft(*, actor: Actor, offer: Offer) -> ReferralDraft | None:
    """The author's own draft for this offer, while it lasts. The read is logged."""
    draft = (
        ReferralDraft.objects.visible_to(actor)
        .filter(offer=offer, saved_at__gt=clock.now() - DRAFT_LIFE)
        .first()
    )
    if draft is not None:
        trail.record_read(actor, "referral_draft.read", [draft])
    return draft


@transaction.atomic
def discard_draft(*, actor: Actor, offer: Offer) -> None:
    ReferralDraft.objects.visible_to(actor).filter(offer=offer).delete()


def delete_old_drafts() -> int:
    """A job's work: drafts that nobody has touched for 7 days."""
    old = ReferralDraft.objects.filter(saved_at__lte=clock.now() - DRAFT_LIFE)
    deleted, _by_model = old.delete()
    return deleted
