"""Draft to public and back. A first listing of a new organisation is read by a coordinator."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from offers.coverage import ONLINE_MODES
from offers.facts import check_text
from offers.models import Offer, OfferStatus, Verification
from offers.permissions import require_may
from offers.services.freshness import verify
from offers.services.mover import keep, lock_offer, move, show_in_search, turn
from portal.access.actor import Actor
from portal.common.errors import InvalidInput, NotAllowed
from portal.common.text import clean_text


@transaction.atomic
def submit_for_review(*, actor: Actor, offer_id: int) -> Offer:
    """Ask the coordinator of the area to read a first listing. Whoever submits says that it is
    right, so it counts as confirmed from now. Raises `InvalidInput` while something is missing."""
    offer = lock_offer(offer_id=offer_id, actor=actor)
    _submit(offer, actor)
    return offer


def _submit(offer: Offer, actor: Actor) -> None:
    event = turn(offer, "submit", actor)
    refuse_unfinished(offer)
    if actor.is_user:
        verify(offer, actor, Verification.Method.PAGE)
    offer.save(update_fields=["status"])
    keep(offer, event, actor)


def refuse_unfinished(offer: Offer) -> None:
    """Raise `InvalidInput` with what a reader would miss before it can be shown to anybody."""
    errors: dict[str, str] = {}
    if not offer.shown_summary:
        errors["summary"] = _("Skriv kort, hvad det er. Det er det første, folk læser.")
    if not offer.how_to_join_citizen and not offer.how_to_join_professional:
        errors["how_to_join_citizen"] = _("Skriv, hvordan man kommer med.")
    if offer.mode not in ONLINE_MODES and not offer.coverage.exists():
        errors["coverage"] = _("Skriv, hvilke kommuner I tager imod fra.")
    if errors:
        raise InvalidInput(errors)


@transaction.atomic
def publish(*, actor: Actor, offer_id: int) -> Offer:
    """Show an offer of a verified organisation to everybody, with nobody else's leave.

    From a draft it passes through `in_review` in the same breath. Raises `NotAllowed` for an
    organisation that nobody has verified yet: its first listing is submitted.
    """
    offer = lock_offer(offer_id=offer_id, actor=actor)
    require_may(actor, "publish", offer)
    if not (offer.organisation.is_verified or actor.is_system):
        raise NotAllowed(_("I er nye her. Send tilbuddet til gennemsyn, så læser vi det først."))
    if offer.status == OfferStatus.DRAFT:
        _submit(offer, actor)
    event = turn(offer, "publish", actor)
    offer.save(update_fields=["status", "published_at"])
    keep(offer, event, actor)
    show_in_search(offer)
    return offer


def approve_offer(*, actor: Actor, offer_id: int) -> Offer:
    """The coordinator of the area lets a first listing be shown."""
    return move(offer_id=offer_id, verb="approve", actor=actor)


def send_back_offer(*, actor: Actor, offer_id: int, reason: str) -> Offer:
    """The coordinator asks for more, with a reason that the association reads. It stays a draft
    that the association alone changes."""
    reason = clean_text(reason)
    if not reason:
        raise InvalidInput({"reason": _("Skriv, hvad der mangler, så de kan komme videre.")})
    try:
        check_text(reason, 1000)
    except ValidationError as error:
        raise InvalidInput({"reason": " ".join(error.messages)}) from error
    return move(offer_id=offer_id, verb="send_back", actor=actor, details={"reason": reason})


def pause(*, actor: Actor, offer_id: int) -> Offer:
    """Take it out of search for a while; the page still opens and says so."""
    return move(offer_id=offer_id, verb="pause", actor=actor)


def resume(*, actor: Actor, offer_id: int) -> Offer:
    return move(offer_id=offer_id, verb="resume", actor=actor)


def archive(*, actor: Actor, offer_id: int) -> Offer:
    """It is over. The row and its history stay; the page says that it has ended."""
    return move(offer_id=offer_id, verb="archive", actor=actor)


def reopen(*, actor: Actor, offer_id: int) -> Offer:
    """Back to draft, to be shown again the ordinary way."""
    return move(offer_id=offer_id, verb="reopen", actor=actor)
