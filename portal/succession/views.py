"""Plans of mergers, splits and take-overs, for those whom they concern and for the operator."""

import csv
import io
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.models import Organisation
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common.errors import InvalidInput, NotAllowed, NotFound
from portal.documents.succession import render_report
from portal.succession import services
from portal.succession.forms import CancelForm, PlanForm, initial_of
from portal.succession.models import Succession, SuccessionState
from portal.succession.permissions import may_plan
from portal.succession.presentation import page_of, rows_of_file, title_of

_CONCERNED = (Permission.SUCCESSION_PREPARE, Permission.SUCCESSION_APPROVE)
# Suggestions while writing a name: kinds that merge; others are written in full.
_SUGGESTED = ("region", "municipality", "hospital", "health_council", "other_public", "umbrella")


def _find(request: ActorRequest, pk: UUID) -> Succession:
    row = (
        Succession.objects.visible_to(request.actor)
        .prefetch_related(
            "parts__source", "parts__target", "parts__municipalities", "approvals__organisation"
        )
        .filter(pk=pk)
        .first()
    )
    if row is None:
        raise NotFound()
    return row


@requires(*_CONCERNED)
@require_safe
def succession_list(request: ActorRequest) -> HttpResponse:
    rows = Succession.objects.visible_to(request.actor).with_list_data()
    context = {
        "plans": [{"row": row, "title": title_of(row)} for row in rows],
    }
    return render(request, "succession/list.html", context)


@requires(*_CONCERNED)
@require_safe
def detail(request: ActorRequest, pk: UUID) -> HttpResponse:
    succession = _find(request, pk)
    return render(request, "succession/detail.html", page_of(succession, request.actor))


def _form_page(
    request: ActorRequest, form: PlanForm, succession: Succession | None
) -> HttpResponse:
    names = (
        Organisation.objects.visible_to(request.actor)
        .filter(kind__in=_SUGGESTED)
        .in_danish_order()
        .values_list("name", flat=True)
    )
    context = {"form": form, "succession": succession, "names": list(names)}
    return render(request, "succession/edit.html", context, status=422 if form.errors else 200)


def _refuse(form: PlanForm, error: InvalidInput) -> None:
    for name, sentence in error.errors.items():
        form.add_error(name if name in form.fields else "source_1", sentence)


@requires(Permission.SUCCESSION_PREPARE)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: ActorRequest) -> HttpResponse:
    form = PlanForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.prepare(actor=request.actor, **_plan(form))
        except InvalidInput as error:
            _refuse(form, error)
        else:
            messages.success(request, _("Planen er gemt. Prøvekørslen er klar om et minut."))
            return redirect("succession:detail", pk=row.pk)
    return _form_page(request, form, None)


@requires(Permission.SUCCESSION_PREPARE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    succession = _find(request, pk)
    if not may_plan(request.actor, succession):
        raise NotAllowed()
    form = PlanForm(request.POST or None, actor=request.actor, initial=initial_of(succession))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_plan(succession_id=pk, actor=request.actor, **_plan(form))
        except InvalidInput as error:
            _refuse(form, error)
        else:
            messages.success(request, _("Planen er rettet. Er den ny, skal alle godkende igen."))
            return redirect("succession:detail", pk=pk)
    return _form_page(request, form, succession)


def _plan(form: PlanForm) -> dict[str, Any]:
    data = form.cleaned_data
    return {name: data[name] for name in ("effective_on", "reason", "arrows")}


@requires(Permission.SUCCESSION_PREPARE)
@require_POST
def choose(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Which frame agreements go on: one field a clash."""
    succession = _find(request, pk)
    chosen = {
        str(value) for name, value in request.POST.items() if name.startswith("ramme-") and value
    }
    try:
        lasting = {UUID(value) for value in chosen}
    except ValueError as error:
        raise NotFound() from error
    services.choose_frames(succession_id=succession.pk, lasting=lasting, actor=request.actor)
    messages.success(request, _("Valget er gemt. Prøvekørslen laves igen om et minut."))
    return redirect("succession:detail", pk=pk)


@requires(Permission.SUCCESSION_PREPARE)
@require_POST
def ask_for_report(request: ActorRequest, pk: UUID) -> HttpResponse:
    services.ask_for_report(succession_id=pk, actor=request.actor)
    messages.info(request, _("Prøvekørslen laves igen. Den er klar om et minut."))
    return redirect("succession:detail", pk=pk)


@requires(Permission.SUCCESSION_APPROVE)
@require_POST
def approve(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = services.approve(succession_id=pk, plan=request.POST.get("plan", ""), actor=request.actor)
    if row.state == SuccessionState.APPROVED:
        messages.success(request, _("Alle har godkendt. Planen gennemføres på dagen."))
    else:
        messages.success(request, _("I har godkendt planen. Nu venter vi på de andre."))
    return redirect("succession:detail", pk=pk)


@requires(Permission.SUCCESSION_PREPARE)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: ActorRequest, pk: UUID) -> HttpResponse:
    succession = _find(request, pk)
    if not may_plan(request.actor, succession):
        raise NotAllowed()
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.cancel(succession_id=pk, reason=form.cleaned_data["reason"], actor=request.actor)
        messages.success(request, _("Planen er annulleret. Intet er flyttet."))
        return redirect("succession:detail", pk=pk)
    context = {"form": form, "succession": succession, "title": title_of(succession)}
    return render(request, "succession/cancel.html", context, status=422 if form.errors else 200)


@requires(*_CONCERNED)
@require_safe
def report_csv(request: ActorRequest, pk: UUID) -> HttpResponse:
    succession = _find(request, pk)
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";")
    for row in rows_of_file(succession, request.actor):
        # A cell that begins like a formula is text, also in a spreadsheet.
        writer.writerow([f"'{cell}" if cell[:1] in "=+-@\t\r" else cell for cell in row])
    response = HttpResponse("﻿" + file.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="proevekoersel.csv"'
    return response


@requires(*_CONCERNED)
@require_safe
def report_pdf(request: ActorRequest, pk: UUID) -> HttpResponse:
    succession = _find(request, pk)
    page = page_of(succession, request.actor)
    content = render_report(
        title=page["title"],
        effective_on=succession.effective_on,
        state=succession.get_state_display(),
        made_at=succession.reported_at,
        reason=succession.reason,
        sections=page["sections"],
        stays=page["stays"],
        remarks=page["remarks"],
        approvals=[
            (row["organisation"].name, row["approval"].user_name if row["approval"] else "")
            for row in page["approvals"]
        ],
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="proevekoersel.pdf"'
    return response
