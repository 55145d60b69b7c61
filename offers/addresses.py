"""Where the pages of offers lead: to the offer, and for those who refer, on to the sending page.

A navigator (brobygger) searches for the citizen of a running referral. That one, the parent of the
one to be sent, goes along as `?forloeb=`. Here it is an address and no more: the sending page finds
it, or does not, and says whether the reader works on it.
"""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import NoReverseMatch, reverse

from offers.models import Offer
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.geography.places import Place

PARENT: Final = "forloeb"


def parent_in(params: QueryDict) -> str:
    try:
        return str(UUID(params.get(PARENT, "")))
    except ValueError:
        return ""


def url_or_nothing(name: str, *args: Any) -> str:
    """The address, or "" while nobody serves it: a page then leaves its button out."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def page_url(offer: Offer, *, place: Place | None, parent: str) -> str:
    """The offer's page, which says how far it is from where the reader searched."""
    query = {}
    if place is not None:
        query["sted"] = place.postal_code or place.municipality_code
    return _with(reverse("offers:detail", args=[offer.slug]), query, parent)


def refer_url(offer: Offer, actor: Actor, *, place: Place | None, parent: str) -> str:
    """The sending page, for a clinician and for a navigator within a referral; else nothing."""
    navigates = bool(parent) and allows(actor, Permission.REFERRAL_ANSWER)
    address = url_or_nothing("referrals:create")
    if not address or not (navigates or allows(actor, Permission.REFERRAL_SEND)):
        return ""
    query = {"tilbud": offer.slug}
    if place is not None:
        query["kommune"] = place.municipality_code
    return _with(address, query, parent)


def _with(address: str, query: dict[str, str], parent: str) -> str:
    if parent:
        query[PARENT] = parent
    return f"{address}?{urlencode(query)}" if query else address
