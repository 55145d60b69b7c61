"""Addresses of what can be done on the page; an empty one leaves its button out."""

from urllib.parse import urlencode

from django.utils.translation import gettext as _

from offers.addresses import refer_url, url_or_nothing
from offers.models import (
    Offer,
    OfferCapacity,
    OfferStatus,
)
from offers.page.standing import Standing
from organisations.models import Organisation
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.geography.places import Place


def actions_of(
    offer: Offer, actor: Actor, standing: Standing, place: Place | None, parent: str
) -> dict[str, str]:
    """Addresses of what can be done here; an empty one leaves its button out."""
    capacity: OfferCapacity | None = getattr(offer, "capacity", None)
    full = capacity is not None and capacity.status == OfferCapacity.Status.FULL
    intake = standing.takes_people and not full and offer.organisation.takes_referrals
    public = offer.status == OfferStatus.PUBLISHED
    return {
        "refer": refer_url(offer, actor, place=place, parent=parent) if intake else "",
        "closed": _("Holdet er fuldt lige nu.") if full and standing.takes_people else "",
        "print": url_or_nothing("offers:leaflet", offer.slug) if public else "",
        "write": url_or_nothing("referrals:self", offer.slug) if intake else "",
        "concern": url_or_nothing("referrals:concern", offer.slug) if public else "",
        "save": url_or_nothing("offers:star", offer.slug) if public else "",
    }


def signpost_of(offer: Offer, actor: Actor, place: Place | None) -> dict[str, str] | None:
    """One click for "I told the citizen about it": for clinicians, counted in the municipality that
    was searched, else in their own. One statement where no place was searched."""
    address = url_or_nothing("referrals:signpost")
    if not address or offer.status != OfferStatus.PUBLISHED:
        return None
    if not allows(actor, Permission.SIGNPOST_COUNT):
        return None
    code = place.municipality_code if place is not None else ""
    if not code:
        own = Organisation.objects.run_by(actor).values_list("municipality__code", flat=True)
        code = own.first() or ""
    if not code:
        return None
    return {"url": f"{address}?{urlencode({'tilbud': offer.slug})}", "municipality": code}
