"""The public register, open to all: list and map, one agreement, a feed. And each party's yes."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from offers.vocabularies import TARGET_GROUPS
from partnerships import areas, public_register, services
from partnerships.atom import NewestAgreements
from partnerships.forms.publishing import SummaryForm
from partnerships.models import Agreement
from partnerships.permissions import may
from partnerships.selectors import party_of
from portal.access.decorators import ActorRequest, public, requires
from portal.access.permissions import Permission
from portal.common.errors import InvalidInput, NotFound
from portal.common.pagination import NUMBER, numbered_pager
from portal.geography.models import Municipality

PER_PAGE: Final = 20


@public
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    places = list(Municipality.objects.in_danish_order())
    form = public_register.PublicForm(request.GET, places)
    found = public_register.find(form, places)
    total = len(found.keys)
    last = max(1, -(-total // PER_PAGE))
    wish = request.GET.get(NUMBER, "1")
    number = min(max(1, int(wish)) if wish.isascii() and wish.isdigit() else 1, last)
    keys = found.keys[(number - 1) * PER_PAGE : number * PER_PAGE]
    context = {
        "form": form,
        "total": total,
        "rows": [_row(row) for row in public_register.in_turn(keys)],
        "pager": numbered_pager(number, last, params=QueryDict(form.query())),
        "map": public_register.map_of(found.counts, places, form.value("kommune") or ""),
        "legend": public_register.legend(),
        "is_filtered": bool(form.in_use()),
    }
    return render(request, "partnerships/public_list.html", context)


def _row(agreement: Agreement) -> dict[str, Any]:
    return {"agreement": agreement, "area": areas.scope_name(agreement)}


@public
@require_safe
def agreement(request: HttpRequest, pk: UUID) -> HttpResponse:
    rows = public_register.with_public_data(Agreement.objects.public())
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return render(request, "partnerships/public_detail.html", _facts(found))


def _facts(found: Agreement) -> dict[str, Any]:
    return {
        "agreement": found,
        "area": areas.scope_name(found),
        "groups": TARGET_GROUPS.labels(found.target_groups),
        "offers": list(public_register.offers_of(found)),
        "reports": list(public_register.reports_of(found)),
        # Before it is in the register there is nothing to lead to.
        "is_public": Agreement.objects.public().filter(pk=found.pk).exists(),
    }


@public
@require_safe
def feed(request: HttpRequest) -> HttpResponseBase:
    return NewestAgreements()(request)


# --- each party's yes -------------------------------------------------------------------------
@requires(Permission.AGREEMENT_VIEW)
@require_safe
def publish(request: ActorRequest, pk: UUID) -> HttpResponse:
    """What would be shown, who has said yes, and the own answer."""
    return _publish_page(request, _load(request, pk))


def _load(request: ActorRequest, pk: UUID) -> Agreement:
    rows = public_register.with_public_data(Agreement.objects.visible_to(request.actor))
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def _publish_page(
    request: ActorRequest, found: Agreement, form: SummaryForm | None = None
) -> HttpResponse:
    own = party_of(found, request.actor)
    context = {
        **_facts(found),
        "form": form or SummaryForm(initial={"text": found.public_summary}),
        "own": own,
        "may_answer": may(request.actor, Permission.AGREEMENT_SIGN, found),
        "can_say_yes": found.signed_on is not None,
    }
    status = 422 if form is not None else 200
    return render(request, "partnerships/publish.html", context, status=status)


@requires(Permission.AGREEMENT_SIGN)
@require_POST
def public_yes(request: ActorRequest, pk: UUID) -> HttpResponse:
    services.set_public_consent(agreement_id=pk, consent=True, actor=request.actor)
    messages.success(request, _("I har sagt ja til at vise aftalen offentligt."))
    return redirect("partnerships:publish", pk=pk)


@requires(Permission.AGREEMENT_SIGN)
@require_POST
def public_no(request: ActorRequest, pk: UUID) -> HttpResponse:
    services.set_public_consent(agreement_id=pk, consent=False, actor=request.actor)
    messages.success(request, _("Aftalen vises ikke længere offentligt."))
    return redirect("partnerships:publish", pk=pk)


@requires(Permission.AGREEMENT_SIGN)
@require_POST
def public_summary(request: ActorRequest, pk: UUID) -> HttpResponse:
    form = SummaryForm(request.POST)
    if form.is_valid():
        try:
            services.write_public_summary(
                agreement_id=pk, text=form.cleaned_data["text"], actor=request.actor
            )
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            messages.success(request, _("Teksten er gemt. De andre parter bedes sige ja igen."))
            return redirect("partnerships:publish", pk=pk)
    return _publish_page(request, _load(request, pk), form)
