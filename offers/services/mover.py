"""Lock, check, change, keep: the steps that every change of an offer shares."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction

from offers import notifications
from offers.models import Offer, OfferEvent, OfferStatus
from offers.permissions import require_may
from offers.search.indexing import index_offers
from offers.workflow import FACT_VERBS, TRANSITIONS
from portal.access.actor import Actor
from portal.audit import trail
from portal.common import clock
from portal.common.errors import NotFound, WrongState


def lock_offer(*, offer_id: int, actor: Actor) -> Offer:
    """The row, locked before anything is asked of its state. Raises `NotFound`."""
    offer = (
        Offer.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("organisation", "template")
        .filter(pk=offer_id)
        .first()
    )
    if offer is None:
        raise NotFound()
    return offer


def check_verb(offer: Offer, verb: str, actor: Actor) -> None:
    """For what changes facts and not the state. Raises `NotAllowed`, `WrongState`."""
    require_may(actor, verb, offer)
    if offer.status not in FACT_VERBS[verb]:
        raise WrongState()


def turn(
    offer: Offer, verb: str, actor: Actor, details: Mapping[str, Any] | None = None
) -> OfferEvent:
    """Check and make the move on a locked row. Raises `NotAllowed`, `WrongState`."""
    step = TRANSITIONS[verb]
    require_may(actor, verb, offer)
    if offer.status not in step.sources:
        raise WrongState()
    old = OfferStatus(offer.status)
    offer.status = step.target
    if step.target == OfferStatus.PUBLISHED and offer.published_at is None:
        offer.published_at = clock.now()
    return new_event(offer, verb, actor, old=old, details=details)


def new_event(
    offer: Offer,
    verb: str,
    actor: Actor,
    *,
    old: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> OfferEvent:
    return OfferEvent(
        offer=offer,
        at=clock.now(),
        verb=verb,
        old=offer.status if old is None else old,
        new=offer.status,
        details=dict(details or {}),
        **actor.as_columns(),
    )


def keep(offer: Offer, event: OfferEvent, actor: Actor) -> None:
    """The event, the audit line and the mails of one change. The row has been saved."""
    event.save(force_insert=True)
    fields = ",".join(sorted(event.details.get("changed", {})))
    trail.record(actor, f"offer.{event.verb}", offer, new=event.new, fields=fields)
    notifications.queue_for(event, offer)


_collected: ContextVar[dict[int, Offer] | None] = ContextVar("offers_to_index", default=None)


def show_in_search(offer: Offer) -> None:
    """Bring search up to date, for the offer and for the copies that inherit from it."""
    collected = _collected.get()
    if collected is not None:
        collected[offer.pk] = offer
        return
    index_offers([offer, *Offer.objects.filter(template=offer).only("pk")])


@contextmanager
def indexed_once() -> Iterator[None]:
    """Everything changed inside is brought into search together, at the end."""
    if _collected.get() is not None:
        yield
        return
    token = _collected.set({})
    try:
        yield
        changed = _collected.get() or {}
    finally:
        _collected.reset(token)
    copies = Offer.objects.filter(template__in=changed).only("pk")
    index_offers([*changed.values(), *copies])


@transaction.atomic
def move(
    *, offer_id: int, verb: str, actor: Actor, details: Mapping[str, Any] | None = None
) -> Offer:
    """What most verbs are. Raises `NotFound`, `NotAllowed`, `WrongState`."""
    offer = lock_offer(offer_id=offer_id, actor=actor)
    event = turn(offer, verb, actor, details)
    offer.save(update_fields=["status", "published_at"])
    keep(offer, event, actor)
    show_in_search(offer)
    return offer
