"""What waits for the coordinator of the area: first listings, edits of new ones, stale offers."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from offers import services
from offers.editing import in_words
from offers.facts import LABELS
from offers.forms import SendBackForm
from offers.models import Offer
from offers.selectors import edits_to_review_in, offers_to_review_in, stale_offers_in
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common.errors import InvalidInput, NotFound

_MOST = 100


@requires(Permission.OFFER_MODERATE)
@require_safe
def review(request: ActorRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: ActorRequest, *, status: int = 200, form: SendBackForm | None = None, slug: str = ""
) -> HttpResponse:
    area = request.actor.area
    context = {
        "first": [
            {"offer": offer, "form": form if form and offer.slug == slug else _empty_form(offer)}
            for offer in offers_to_review_in(area)[:_MOST]
        ],
        "edits": [_edit(event) for event in edits_to_review_in(area)[:_MOST]],
        "stale": stale_offers_in(area)[:_MOST],
    }
    return render(request, "offers/review.html", context, status=status)


def _empty_form(offer: Offer) -> SendBackForm:
    return SendBackForm(auto_id=f"id_{offer.slug}_%s")


def _edit(event: Any) -> dict[str, Any]:
    return {
        "offer": event.offer,
        "at": event.at,
        "rows": [
            {
                "label": LABELS[name],
                "before": in_words(name, old),
                "after": in_words(name, new),
            }
            for name, (old, new) in event.details["changed"].items()
        ],
    }


def _find(request: ActorRequest, slug: str) -> Offer:
    offer = Offer.objects.visible_to(request.actor).filter(slug=slug).first()
    if offer is None:
        raise NotFound()
    return offer


@requires(Permission.OFFER_MODERATE)
@require_POST
def approve(request: ActorRequest, slug: str) -> HttpResponse:
    offer = services.approve_offer(actor=request.actor, offer_id=_find(request, slug).pk)
    messages.success(request, _("Alle kan nu se »%(title)s«.") % {"title": offer.title})
    return redirect("offers:review")


@requires(Permission.OFFER_MODERATE)
@require_POST
def send_back(request: ActorRequest, slug: str) -> HttpResponse:
    offer = _find(request, slug)
    form = SendBackForm(request.POST, auto_id=f"id_{slug}_%s")
    form.is_valid()
    try:
        services.send_back_offer(
            actor=request.actor, offer_id=offer.pk, reason=form.cleaned_data["reason"]
        )
    except InvalidInput as error:
        form.add_error("reason", error.errors["reason"])
        return _page(request, status=422, form=form, slug=slug)
    messages.success(request, _("Foreningen får en mail med det, du skrev."))
    return redirect("offers:review")


@requires(Permission.OFFER_MODERATE)
@require_POST
def approve_edit(request: ActorRequest, slug: str) -> HttpResponse:
    services.approve_edit(actor=request.actor, offer_id=_find(request, slug).pk)
    messages.success(request, _("Alle kan nu se ændringen."))
    return redirect("offers:review")


@requires(Permission.OFFER_MODERATE)
@require_POST
def refuse_edit(request: ActorRequest, slug: str) -> HttpResponse:
    services.refuse_edit(actor=request.actor, offer_id=_find(request, slug).pk)
    messages.success(request, _("Ændringen er ikke vist. Foreningen får en mail."))
    return redirect("offers:review")
