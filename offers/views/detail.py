"""The public page of one offer, its leaflet, and the reader's list to print."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from offers import shortlist
from offers.addresses import PARENT, parent_in
from offers.leaflets import leaflet_of
from offers.models import Offer, OfferStatus
from offers.page import calendar_events, load_page, page_of
from portal.access.decorators import ActorRequest, public
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common.errors import NotFound
from portal.documents.calendar_file import render_calendar
from portal.documents.leaflet import LeafletListData, render_leaflet, render_leaflet_list
from portal.geography.places import resolve_place


def _find(request: HttpRequest, slug: str) -> Offer:
    offer = load_page(slug, cast(ActorRequest, request).actor)
    if offer is None:
        raise NotFound()
    return offer


@public
@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of one offer. `?sted=` is where the reader searched from, for distance and area;
    `?forloeb=` goes along to the sending page."""
    offer = _find(request, slug)
    asked = request.GET.get("sted", "")
    place = resolve_place(asked) if asked else None
    actor = cast(ActorRequest, request).actor
    context = page_of(
        offer,
        actor,
        place=place,
        saved=slug in shortlist.read(request),
        parent=parent_in(request.GET),
    )
    kept = {"sted": asked if place is not None else "", PARENT: parent_in(request.GET)}
    context["search_query"] = urlencode({name: value for name, value in kept.items() if value})
    context["here"] = request.get_full_path()
    return render(request, "offers/detail.html", context)


@public
@require_safe
def leaflet(request: HttpRequest, slug: str) -> HttpResponse:
    """One offer on one sheet, without a code."""
    offer = _find(request, slug)
    if offer.status != OfferStatus.PUBLISHED:
        raise NotFound()
    return _pdf(render_leaflet(leaflet_of(offer, sender=_sender(request))), f"{slug}.pdf")


@public
@require_safe
def calendar_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The coming dates for the reader's own calendar."""
    offer = _find(request, slug)
    events = calendar_events(offer) if offer.status == OfferStatus.PUBLISHED else []
    if not events:
        raise NotFound()
    response = HttpResponse(render_calendar(events), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}.ics"'
    return response


@public
@require_safe
def leaflet_list(request: HttpRequest) -> HttpResponse:
    """The offers of `?o=…&o=…`, else of the reader's own list, on as few sheets as it takes."""
    slugs = request.GET.getlist("o") or list(shortlist.read(request))
    actor = cast(ActorRequest, request).actor
    found = [
        offer
        for slug in dict.fromkeys(slugs[: shortlist.MOST])
        if (offer := load_page(slug, actor)) and offer.status == OfferStatus.PUBLISHED
    ]
    if not found:
        messages.info(request, _("Din liste er tom. Gem et tilbud med stjernen, og print så."))
        return redirect("offers:list")
    sheet = LeafletListData(
        offers=tuple(leaflet_of(offer) for offer in found), sender=_sender(request)
    )
    return _pdf(render_leaflet_list(sheet), "liste.pdf")


def _sender(request: HttpRequest) -> str:
    """A clinician's unit stands on what it hands out; nobody else's name does."""
    actor = cast(ActorRequest, request).actor
    return actor.organisation_name if allows(actor, Permission.REFERRAL_SEND) else ""


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@public
@require_POST
def star(request: HttpRequest, slug: str) -> HttpResponse:
    """Put the offer on the reader's list to print, or take it off, and go back."""
    if not Offer.objects.public().filter(slug=slug).exists():
        raise NotFound()
    slugs = shortlist.toggled(shortlist.read(request), slug)
    address = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        address = ""
    response = redirect(address) if address else redirect("offers:detail", slug=slug)
    shortlist.remember(response, slugs)
    return response
