"""Read only, for the parties' own people: the list of agreements and one agreement."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from partnerships.models import Agreement, AgreementState
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common.errors import NotFound
from portal.common.pagination import numbered_page

PER_PAGE = 25


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def agreement_list(request: ActorRequest) -> HttpResponse:
    status = request.GET.get("tilstand", "")
    rows = Agreement.objects.visible_to(request.actor).with_list_data().order_by("ends_on", "pk")
    if status in AgreementState.values:
        rows = rows.filter(status=status)
    context = {
        "page": numbered_page(rows, params=request.GET, size=PER_PAGE),
        "states": AgreementState.choices,
        "status": status,
    }
    return render(request, "partnerships/list.html", context)


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def agreement_detail(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement = Agreement.objects.visible_to(request.actor).with_list_data().filter(pk=pk).first()
    if agreement is None:
        raise NotFound()
    return render(request, "partnerships/detail.html", {"agreement": agreement})
