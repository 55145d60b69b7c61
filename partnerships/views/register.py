"""The register: find agreements, keep the question, take the answer along."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partnerships import exporting, register, services
from partnerships.filters import GROUP_LABELS, RegisterForm
from partnerships.forms.saving import SaveViewForm
from partnerships.models import Agreement, AgreementState, SavedView
from portal.access.decorators import ActorRequest, requires
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.errors import InvalidInput
from portal.common.pagination import NUMBER, numbered_pager

PER_PAGE: Final = 25
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def agreement_list(request: ActorRequest) -> HttpResponse:
    form = _filters(request, request.GET)
    context = _page(request, form, SaveViewForm(initial={"query": form.query()}))
    return render(request, "partnerships/list.html", context)


def _filters(request: ActorRequest, params: QueryDict) -> RegisterForm:
    return RegisterForm(params, request.actor)


def _page(request: ActorRequest, form: RegisterForm, save: SaveViewForm) -> dict[str, Any]:
    seen = Agreement.objects.visible_to(request.actor)
    counts = register.count(form.narrowed(seen))
    total = counts.total(form.states, form.kind)
    last = max(1, -(-total // PER_PAGE))
    number = min(_number(form.data.get(NUMBER, "1")), last)
    begin = (number - 1) * PER_PAGE
    rows = register.with_list_data(form.applied(seen))[begin : begin + PER_PAGE]
    return {
        "form": form,
        "save": save,
        "total": total,
        "rows": register.table(rows),
        "pager": numbered_pager(number, last, params=_address(form)),
        "facets": _facets(form, counts),
        "views": list(SavedView.objects.visible_to(request.actor)),
        "query": form.query(),
        "is_filtered": bool(form.in_use()),
        "may_start": allows(request.actor, Permission.AGREEMENT_WRITE),
    }


def _number(wish: str) -> int:
    return max(1, int(wish)) if wish.isascii() and wish.isdigit() and len(wish) < 6 else 1


def _address(form: RegisterForm) -> QueryDict:
    return QueryDict(form.query())


def _facets(form: RegisterForm, counts: register.Counts) -> list[dict[str, Any]]:
    """Groups of states, zero too and always in one order; a single state stands last when it is
    chosen."""
    chosen = form.value("tilstand") or ""
    shown: list[tuple[str, Any, tuple[str, ...]]] = [("", _("Alle"), ())]
    shown += [(name, label, register.GROUPS[name]) for name, label in GROUP_LABELS.items()]
    if chosen in AgreementState.values:
        shown.append((chosen, AgreementState(chosen).label, (chosen,)))
    return [
        {
            "label": label,
            "count": counts.total(states, form.kind),
            "url": "?" + _with(form, "tilstand", name),
            "current": name == chosen,
        }
        for name, label, states in shown
    ]


def _with(form: RegisterForm, name: str, value: str) -> str:
    params = QueryDict(form.query(), mutable=True)
    params.pop(name, None)
    if value:
        params[name] = value
    return params.urlencode()


# --- take it along ----------------------------------------------------------------------------
@requires(Permission.AGREEMENT_VIEW)
@require_safe
def export_csv(request: ActorRequest) -> HttpResponse:
    """Exactly the agreements that the same filters show, on all pages."""
    form = _filters(request, request.GET)
    rows = form.applied(Agreement.objects.visible_to(request.actor))
    return _file(exporting.as_csv(rows), "text/csv; charset=utf-8", "csv")


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def export_xlsx(request: ActorRequest) -> HttpResponse:
    form = _filters(request, request.GET)
    rows = form.applied(Agreement.objects.visible_to(request.actor))
    return _file(exporting.as_xlsx(rows), _XLSX, "xlsx")


def _file(content: bytes, kind: str, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    name = f"aftaler-{clock.today():%Y-%m-%d}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# --- keep the question ------------------------------------------------------------------------
@requires(Permission.AGREEMENT_VIEW)
@require_POST
def save_view(request: ActorRequest) -> HttpResponse:
    save = SaveViewForm(request.POST)
    form = _filters(request, QueryDict(request.POST.get("query", "")[:1000]))
    if save.is_valid():
        try:
            row = services.save_view(
                name=save.cleaned_data["name"], query=form.query(), actor=request.actor
            )
        except InvalidInput as error:
            save.take_errors(error.errors)
        else:
            messages.success(request, _("Visningen »%(name)s« er gemt.") % {"name": row.name})
            return redirect(f"{reverse('partnerships:list')}?{row.query}")
    return render(request, "partnerships/list.html", _page(request, form, save), status=422)


@requires(Permission.AGREEMENT_VIEW)
@require_POST
def delete_view(request: ActorRequest, pk: UUID) -> HttpResponse:
    services.delete_view(view_id=pk, actor=request.actor)
    messages.success(request, _("Visningen er slettet."))
    return redirect("partnerships:list")
