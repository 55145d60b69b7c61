"""One agreement, for the parties' own people."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from partnerships.models import Agreement
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common.errors import NotFound


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def agreement_detail(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement = Agreement.objects.visible_to(request.actor).with_list_data().filter(pk=pk).first()
    if agreement is None:
        raise NotFound()
    return render(request, "partnerships/detail.html", {"agreement": agreement})
