"""The library of clauses and appendices: the general ones, and each public body's own."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnerships.forms.clauses import ClauseForm
from partnerships.models import AgreementKind, Clause
from partnerships.services import clauses as services
from portal.access.decorators import ActorRequest, requires
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common.errors import InvalidInput, NotFound

_WAYS = ["GET", "HEAD", "POST"]


def _clause(request: ActorRequest, pk: UUID) -> Clause:
    rows = Clause.objects.visible_to(request.actor).select_related("owner")
    clause = rows.filter(pk=pk).first()
    if clause is None:
        raise NotFound()
    return clause


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def clause_list(request: ActorRequest) -> HttpResponse:
    rows = list(Clause.objects.visible_to(request.actor).in_use().select_related("owner"))
    own = request.actor.organisation_id
    groups = [
        (request.actor.organisation_name, [row for row in rows if row.owner_id == own]),
        (_("Fælles"), [row for row in rows if row.owner_id is None]),
    ]
    for row in rows:
        if row.owner is not None and row.owner_id != own:
            others = next((one for name, one in groups if name == row.owner.name), None)
            if others is None:
                groups.insert(1, (row.owner.name, [row]))
            else:
                others.append(row)
    context = {
        "groups": [(name, found) for name, found in groups if found],
        "may_edit": allows(request.actor, Permission.CLAUSE_EDIT),
    }
    return render(request, "partnerships/clause_list.html", context)


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def clause_detail(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The text with its earlier wordings."""
    clause = _clause(request, pk)
    versions = Clause.objects.visible_to(request.actor).filter(
        owner_id=clause.owner_id, key=clause.key
    )
    kinds = dict(AgreementKind.choices)
    context = {
        "clause": clause,
        "may_copy": allows(request.actor, Permission.CLAUSE_EDIT),
        "versions": versions.order_by("-version"),
        "kinds": ", ".join(str(kinds[code]).lower() for code in clause.kinds if code in kinds),
        "may_edit": (
            allows(request.actor, Permission.CLAUSE_EDIT)
            and clause.owner_id == request.actor.organisation_id
            and clause.retired_at is None
        ),
    }
    return render(request, "partnerships/clause_detail.html", context)


@requires(Permission.CLAUSE_EDIT)
@require_http_methods(_WAYS)
def clause_create(request: ActorRequest) -> HttpResponse:
    """`?fra=` begins with a text that may be read, such as a general one."""
    form = ClauseForm(request.POST if request.method == "POST" else None, initial=_from(request))
    if request.method == "POST" and form.is_valid():
        try:
            clause = services.create_clause(actor=request.actor, **form.cleaned_data)
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            messages.success(request, _("Teksten er lagt i biblioteket."))
            return redirect("partnerships:clause-detail", clause.pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "clause": None}
    return render(request, "partnerships/clause_edit.html", context, status=status)


def _from(request: ActorRequest) -> dict[str, object]:
    try:
        row = _clause(request, UUID(request.GET.get("fra", "")))
    except (ValueError, NotFound):
        return {}
    return {"kind": row.kind, "title": row.title, "text": row.text, "kinds": row.kinds}


@requires(Permission.CLAUSE_EDIT)
@require_http_methods(_WAYS)
def clause_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Saved as a new version; agreements keep the one they took."""
    clause = _clause(request, pk)
    initial = {name: getattr(clause, name) for name in ("kind", "title", "text", "kinds")}
    form = ClauseForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            newest = services.revise_clause(clause_id=pk, actor=request.actor, **form.cleaned_data)
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            messages.success(request, _("Gemt som udgave %(n)s.") % {"n": newest.version})
            return redirect("partnerships:clause-detail", newest.pk)
    status = 422 if form.is_bound else 200
    if not form.is_bound and clause.owner_id != request.actor.organisation_id:
        return redirect("partnerships:clause-detail", pk)
    context = {"form": form, "clause": clause}
    return render(request, "partnerships/clause_edit.html", context, status=status)


@requires(Permission.CLAUSE_EDIT)
@require_POST
def clause_retire(request: ActorRequest, pk: UUID) -> HttpResponse:
    services.retire_clause(clause_id=pk, actor=request.actor)
    messages.success(
        request, _("Teksten tilbydes ikke længere. Aftaler, der har den, beholder den.")
    )
    return redirect("partnerships:clause-list")
