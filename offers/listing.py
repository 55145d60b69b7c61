"""What the page of the own listings shows: what asks for something first, then the quiet ones."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offers.models import Offer, OfferCapacity, OfferStatus
from offers.permissions import available_actions
from portal.access.actor import Actor
from portal.common import clock
from portal.common.templatetags import look


def own_listing(actor: Actor) -> dict[str, Any]:
    """One statement for all rows."""
    rows = (
        Offer.objects.visible_to(actor)
        .owned_by(actor)
        .select_related("organisation", "capacity")
        .order_by("title", "pk")
    )
    shown = [_row(offer, actor) for offer in rows]
    return {
        "asking": [row for row in shown if row["asks"]],
        "quiet": [row for row in shown if not row["asks"] and not row["put_away"]],
        "put_away": [row for row in shown if row["put_away"]],
        "total": len(shown),
        "room_choices": list(SHORT_ROOM.items()),
    }


SHORT_ROOM = {
    OfferCapacity.Status.OPEN: gettext_lazy("Åben"),
    OfferCapacity.Status.FEW_PLACES: gettext_lazy("Få pladser"),
    OfferCapacity.Status.WAITING_LIST: gettext_lazy("Venteliste"),
    OfferCapacity.Status.FULL: gettext_lazy("Fuldt"),
}


def _row(offer: Offer, actor: Actor) -> dict[str, Any]:
    actions = available_actions(offer, actor)
    freshness, words = freshness_of(offer)
    capacity: OfferCapacity | None = getattr(offer, "capacity", None)
    draft = offer.status in {OfferStatus.DRAFT, OfferStatus.IN_REVIEW}
    return {
        "offer": offer,
        "actions": actions,
        "freshness": freshness,
        "words": words,
        "room": capacity.status if capacity else "",
        "room_as_of": capacity.as_of if capacity else None,
        "draft": draft,
        "put_away": offer.status == OfferStatus.ARCHIVED,
        "asks": offer.status == OfferStatus.DRAFT
        or ("confirm" in actions and freshness != "fresh"),
    }


def freshness_of(offer: Offer) -> tuple[str, str]:
    """How fresh it is, as a state and as the sentence that gives the reason."""
    if offer.verified_at is None or offer.review_due_at is None:
        return "unconfirmed", _("Ikke bekræftet endnu")
    confirmed = look.when(clock.local(offer.verified_at).date())
    due = clock.local(offer.review_due_at).date()
    if offer.is_hidden_as_stale:
        return "hidden", _("Skjult i søgning. Sidst bekræftet %(day)s") % {"day": confirmed}
    if not offer.is_confirmed:
        words = _("Vises som ikke bekræftet. Sidst %(day)s") % {"day": confirmed}
        return "unconfirmed", words
    if (due - clock.today()).days <= 14:
        return "due", _("Bekræftet %(day)s. Er det stadig rigtigt?") % {"day": confirmed}
    return "fresh", _("Bekræftet %(day)s. Vi spørger igen %(due)s") % {
        "day": confirmed,
        "due": look.when(due),
    }
