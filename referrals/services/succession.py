"""What an organisation that ends leaves behind: referrals that are not finished yet.

Sender and receiver of a referral never change; the wall refuses it. So the people of an ended
organisation finish what is open in it, and a job closes it when nothing is.
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q

from portal.access.actor import Actor
from portal.audit import trail
from portal.common import clock
from portal.common.errors import NotAllowed
from referrals.models import Concern, Referral, ReferralDraft, State

_OPEN = (
    State.AWAITING_MODERATION,
    State.SENT,
    State.ACCEPTED,
    State.WAITLISTED,
    State.IN_PROGRESS,
)


def count_open_referrals(organisation_id: int) -> int:
    """Sent or received, not ended yet, or with an answer that can still be taken back."""
    own = Q(sender_id=organisation_id) | Q(receiver_id=organisation_id)
    unfinished = Q(status__in=_OPEN) | Q(undo_until__gt=clock.now())
    return Referral.objects.filter(own & unfinished).count()


def offers_with_referrals(organisation_id: int) -> set[int]:
    """The organisation's offers that a referral or a consent is tied to for ever."""
    rows = Referral.objects.filter(receiver_id=organisation_id)
    return set(rows.values_list("offer_id", flat=True).distinct())


@transaction.atomic
def hand_over_concerns(
    *, source_id: int, target_id: int, offers: Mapping[int, int], actor: Actor
) -> int:
    """Concerns are followed to their end by the target. What a clinician was writing and has not
    sent goes along to the new organisation and offer; it is never read."""
    if not actor.is_system:
        raise NotAllowed()
    concerns = list(Concern.objects.filter(organisation_id=source_id))
    for concern in concerns:
        concern.organisation_id = target_id
        concern.save(update_fields=["organisation"])
        trail.record(actor, "concern.transfer", concern, source=str(source_id))
    for old, new in offers.items():
        if old != new:
            ReferralDraft.objects.filter(offer_id=old).update(offer_id=new)
    written = ReferralDraft.objects.filter(organisation_id=source_id)
    there = ReferralDraft.objects.filter(organisation_id=target_id).values_list(
        "author_id", "offer_id"
    )
    taken = Q(pk__in=[])
    for author_id, offer_id in there:
        taken |= Q(author_id=author_id, offer_id=offer_id)
    written.exclude(taken).update(organisation_id=target_id)
    return len(concerns)
