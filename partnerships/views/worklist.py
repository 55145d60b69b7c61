"""What needs me: the work list, and the reviewers' own queue. Only links; the act itself is done
where the button leads."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from partnerships import worklist
from partnerships.worklist import Item
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def waiting_list(request: ActorRequest) -> HttpResponse:
    items = worklist.waiting(request.actor)
    return render(request, "partnerships/worklist.html", {"rows": [_row(row) for row in items]})


@requires(
    Permission.AGREEMENT_REVIEW_PROFESSIONAL,
    Permission.AGREEMENT_REVIEW_LEGAL,
    Permission.AGREEMENT_REVIEW_DATA,
)
@require_safe
def review_list(request: ActorRequest) -> HttpResponse:
    items = worklist.queue(request.actor)
    return render(request, "partnerships/reviews.html", {"rows": [_row(row) for row in items]})


def _row(item: Item) -> dict[str, Any]:
    return {"item": item, "url": _address(item)}


def _address(item: Item) -> str:
    """The page on which it is done."""
    match item.kind:
        case "enquiry":
            return reverse("partnerships:enquiry-detail", args=[item.target])
        case "report":
            return reverse("partnerships:report-detail", args=[item.target])
        case "section":
            return reverse("partnerships:section", args=[item.agreement.pk, item.target])
        case "review" | "amendment" as name:
            return reverse(f"partnerships:{name}", args=[item.agreement.pk, item.target])
        case "signature":
            return reverse("partnerships:sign", args=[item.agreement.pk])
        case _:
            page = reverse("partnerships:detail", args=[item.agreement.pk])
            return f"{page}#{item.target}" if item.target else page
