"""When is civil society the right place? One calm question a page; what was answered is kept."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organisations.models import Organisation
from partnerships import guide, services
from partnerships.forms.guide import AnswerForm, FromGuideForm, NeedForm
from partnerships.models import AgreementKind, AnchoringAssessment, Side
from partnerships.services.guiding import is_locked
from partnerships.services.starting import side_of
from partnerships.views.steps import pages
from portal.access.decorators import ActorRequest, requires
from portal.access.grants import ASSOCIATIONS
from portal.access.permissions import Permission
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.common.pagination import numbered_page

PER_PAGE = 20


def _load(request: ActorRequest, pk: UUID) -> AnchoringAssessment:
    rows = AnchoringAssessment.objects.visible_to(request.actor)
    row = rows.select_related("agreement", "organisation").filter(pk=pk).first()
    if row is None:
        raise NotFound()
    return row


def _own(request: ActorRequest, pk: UUID) -> AnchoringAssessment:
    row = _load(request, pk)
    if row.organisation_id != request.actor.organisation_id:
        raise NotAllowed()
    return row


@requires(Permission.AGREEMENT_WRITE)
@pages
def guide_list(request: ActorRequest) -> HttpResponse:
    """What the guide is, a need to begin with, and those that were begun before."""
    form = NeedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.start_assessment(actor=request.actor, **form.cleaned_data)
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            return _to_question(row, guide.questions()[0])
    rows = AnchoringAssessment.objects.visible_to(request.actor).select_related("agreement")
    context = {
        "form": form,
        "page": numbered_page(
            rows.order_by("-created_at", "pk"), params=request.GET, size=PER_PAGE
        ),
        "questions": guide.questions(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "partnerships/guide_list.html", context, status=status)


@requires(Permission.AGREEMENT_WRITE)
@pages
def guide_question(request: ActorRequest, pk: UUID, slug: str) -> HttpResponse:
    row = _own(request, pk)
    asked = next((one for one in guide.questions() if one.address == slug), None)
    if asked is None:
        raise NotFound()
    if is_locked(row):
        return redirect("partnerships:guide-detail", pk)
    kept = row.answers.get(asked.key, {})
    form = AnswerForm(
        request.POST if request.method == "POST" else None, question=asked.question, initial=kept
    )
    if request.method == "POST" and form.is_valid():
        try:
            row = services.answer_question(
                assessment_id=pk, key=asked.key, actor=request.actor, **form.cleaned_data
            )
        except InvalidInput as error:
            form.take_errors(error.errors)
        except WrongState as error:
            messages.warning(request, error.message)
            return redirect("partnerships:guide-detail", pk)
        else:
            return _onwards(row, asked, later="later" in request.POST)
    context = {
        "assessment": row,
        "asked": asked,
        "form": form,
        "count": len(guide.questions()),
        "before": _neighbour(asked, -1),
    }
    status = 422 if form.is_bound else 200
    return render(request, "partnerships/guide_question.html", context, status=status)


def _to_question(row: AnchoringAssessment, asked: guide.Asked) -> HttpResponse:
    return redirect("partnerships:guide-question", row.pk, asked.address)


def _neighbour(asked: guide.Asked, step: int) -> guide.Asked | None:
    number = asked.number + step
    return next((one for one in guide.questions() if one.number == number), None)


def _onwards(row: AnchoringAssessment, asked: guide.Asked, *, later: bool) -> HttpResponse:
    """The next question; after the last, the first that was passed over, or the recommendation."""
    if later:
        return redirect("partnerships:guide-list")
    onwards = _neighbour(asked, 1) or guide.next_unanswered(row.answers)
    if onwards is not None:
        return _to_question(row, onwards)
    return redirect("partnerships:guide-detail", row.pk)


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def guide_detail(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The answers and the recommendation as it was given; also as a sheet of paper."""
    row = _load(request, pk)
    unanswered = guide.next_unanswered(row.answers)
    context = {
        "assessment": row,
        "recommendation": row.recommendation.splitlines(),
        "answers": guide.shown(row.answers),
        "unanswered": unanswered,
        "own": row.organisation_id == request.actor.organisation_id,
        "locked": is_locked(row),
    }
    return render(request, "partnerships/guide_detail.html", context)


@requires(Permission.AGREEMENT_WRITE)
@pages
def guide_agreement(request: ActorRequest, pk: UUID) -> HttpResponse:
    row = _own(request, pk)
    if row.finished_at is None or row.agreement_id is not None:
        return redirect("partnerships:guide-detail", pk)
    own = Organisation.objects.run_by(request.actor).get()
    form = FromGuideForm(
        request.POST if request.method == "POST" else None,
        partners=_others(own),
        initial={"title": row.title, "kind": AgreementKind.PARTNERSHIP},
    )
    if request.method == "POST" and form.is_valid():
        try:
            agreement = services.start_agreement_from(
                assessment_id=pk,
                title=form.cleaned_data["title"],
                kind=form.cleaned_data["kind"],
                partners=[form.cleaned_data["partner"]],
                actor=request.actor,
            )
        except InvalidInput as error:
            form.take_errors(error.errors)
        except WrongState as error:
            messages.warning(request, error.message)
            return redirect("partnerships:guide-detail", pk)
        else:
            messages.success(request, _("Idéen er begyndt. Den anden part får besked."))
            return redirect("partnerships:detail", agreement.pk)
    status = 422 if form.is_bound else 200
    context = {"assessment": row, "form": form}
    return render(request, "partnerships/guide_agreement.html", context, status=status)


def _others(own: Organisation) -> "QuerySet[Organisation]":
    """Those of the other side: an association asks a public body, and the other way round."""
    rows = Organisation.objects.public().exclude(pk=own.pk).in_danish_order()
    if side_of(own) == Side.PUBLIC:
        return rows.filter(kind__in=ASSOCIATIONS)
    return rows.exclude(kind__in=[*ASSOCIATIONS, "operator", "practice"])
