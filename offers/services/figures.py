"""What upper apps have counted about an offer; pages of offers read it as stored."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q

from offers.models import Offer
from offers.search.indexing import index_offers
from portal.access.actor import Actor
from portal.common.errors import NotAllowed

NOTHING_COUNTED: tuple[int | None, int] = (None, 0)


@transaction.atomic
def store_answer_figures(*, actor: Actor, figures: Mapping[int, tuple[int | None, int]]) -> int:
    """Store `offer id → (typical working days to an answer, answers counted)` for all offers.

    The whole truth of one night: an offer that is not named has no figure any more. For jobs only.
    They are counted from rows that have a history of their own, so this writes neither event nor
    audit. A constant number of statements for each 500. Returns how many offers changed.
    """
    if not actor.is_system:
        raise NotAllowed()
    changed = []
    rows = (
        Offer.objects.select_for_update(of=("self",))
        .filter(Q(pk__in=figures) | Q(answers_counted__gt=0))
        .order_by("pk")
    )
    for offer in rows:
        new = figures.get(offer.pk, NOTHING_COUNTED)
        if (offer.answer_days, offer.answers_counted) != new:
            offer.answer_days, offer.answers_counted = new
            changed.append(offer)
    Offer.objects.bulk_update(changed, ["answer_days", "answers_counted"], batch_size=500)
    index_offers(changed)
    return len(changed)
