"""Two facts with a date of their own: that it is still right, and whether there is room."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from offers.models import Offer, OfferCapacity, Verification
from offers.services.mover import check_verb, keep, lock_offer, new_event, show_in_search
from portal.access.actor import Actor, ActorKind
from portal.common import clock
from portal.common.errors import InvalidInput

MOST_PLACES = 9999
MOST_WEEKS = 104


def verify(offer: Offer, actor: Actor, method: str) -> None:
    """Write that somebody says the offer is right, on a locked row. Never touches `updated_at`."""
    offer.verified_at = clock.now()
    offer.verified_by_id = actor.user_id
    offer.verified_method = method
    offer.save(update_fields=["verified_at", "verified_by_id", "verified_method"])
    Verification.objects.create(
        offer=offer, at=offer.verified_at, method=method, user_id=actor.user_id
    )


@transaction.atomic
def confirm_offer(*, actor: Actor, offer_id: int) -> Offer:
    """ "Still correct." A second click on the same day changes nothing. Raises `NotFound`,
    `NotAllowed`, `WrongState`."""
    offer = lock_offer(offer_id=offer_id, actor=actor)
    check_verb(offer, "confirm", actor)
    if offer.verified_at is not None and _is_today(offer.verified_at):
        return offer
    method = _method_of(actor)
    verify(offer, actor, method)
    keep(offer, new_event(offer, "confirm", actor, details={"method": method}), actor)
    show_in_search(offer)
    return offer


def _method_of(actor: Actor) -> str:
    if actor.is_system:
        return Verification.Method.IMPORT
    if actor.kind is ActorKind.REPLY_LINK:
        return Verification.Method.LINK
    return Verification.Method.PAGE


def _is_today(moment: datetime) -> bool:
    return clock.local(moment).date() == clock.today()


@transaction.atomic
def set_capacity(
    *,
    actor: Actor,
    offer_id: int,
    status: str,
    places: int | None = None,
    wait_weeks: int | None = None,
) -> Offer:
    """Say how much room there is now, with today's date. The same answer again on the same day
    changes nothing. Places belong to an open door and weeks to a waiting list; the other is
    dropped."""
    offer = lock_offer(offer_id=offer_id, actor=actor)
    check_verb(offer, "set_capacity", actor)
    places, wait_weeks = _check(status, places, wait_weeks)
    before = OfferCapacity.objects.filter(offer=offer).first()
    new = {"status": status, "places": places, "wait_weeks": wait_weeks}
    if before is not None and _is_today(before.as_of) and _as_dict(before) == new:
        return offer
    OfferCapacity.objects.update_or_create(offer=offer, defaults={**new, "as_of": clock.now()})
    details = {"changed": {"capacity": [_as_dict(before) if before else None, new]}}
    keep(offer, new_event(offer, "set_capacity", actor, details=details), actor)
    show_in_search(offer)
    return offer


def _as_dict(capacity: OfferCapacity) -> dict[str, object]:
    return {
        "status": capacity.status,
        "places": capacity.places,
        "wait_weeks": capacity.wait_weeks,
    }


def _check(
    status: str, places: int | None, wait_weeks: int | None
) -> tuple[int | None, int | None]:
    kinds = OfferCapacity.Status
    errors: dict[str, str] = {}
    if status not in kinds.values:
        errors["status"] = _("Vælg, om I har plads.")
    if places is not None and not 0 <= places <= MOST_PLACES:
        errors["places"] = _("Skriv et tal mellem 0 og %(most)s.") % {"most": MOST_PLACES}
    if wait_weeks is not None and not 0 <= wait_weeks <= MOST_WEEKS:
        errors["wait_weeks"] = _("Skriv et tal mellem 0 og %(most)s.") % {"most": MOST_WEEKS}
    if errors:
        raise InvalidInput(errors)
    has_room = status in {kinds.OPEN, kinds.FEW_PLACES}
    return places if has_room else None, wait_weeks if status == kinds.WAITING_LIST else None
