"""Action points, of a forum's meeting or of an agreement: who does what by when."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partnerships import services
from partnerships.forms.forum import ActionForm
from partnerships.models import ActionPoint, Agreement, Meeting
from partnerships.permissions import require_may
from partnerships.services.actions import may_note
from partnerships.services.forums import may_run
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common.errors import InvalidInput, NotAllowed, NotFound


@requires(Permission.FORUM_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def action_create(request: ActorRequest, pk: UUID) -> HttpResponse:
    """What was agreed on at the meeting `pk`."""
    meeting = (
        Meeting.objects.visible_to(request.actor)
        .select_related("forum__organisation")
        .filter(pk=pk)
        .first()
    )
    if meeting is None:
        raise NotFound()
    if not may_run(request.actor, meeting.forum):
        raise NotAllowed()
    seats = meeting.forum.members.seated().values_list("organisation_id", flat=True)
    form = ActionForm(
        request.POST if request.method == "POST" else None,
        takers=[*seats, meeting.forum.organisation_id],
    )
    back = reverse("partnerships:meeting-detail", args=[pk])
    if request.method == "POST" and form.is_valid():
        try:
            services.create_action_point(actor=request.actor, meeting_id=pk, **form.values())
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            messages.success(request, _("Opgaven er skrevet op."))
            return redirect(back)
    return _page(request, form, back, meeting.title)


@requires(Permission.AGREEMENT_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def agreement_action_create(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Between the parties of the agreement `pk`."""
    agreement = (
        Agreement.objects.visible_to(request.actor)
        .prefetch_related("parties__organisation")
        .filter(pk=pk)
        .first()
    )
    if agreement is None:
        raise NotFound()
    require_may(request.actor, Permission.AGREEMENT_WRITE, agreement)
    if not may_note(request.actor, agreement):
        messages.info(request, _("Aftalen er slut. Der kan ikke skrives flere opgaver op."))
        return redirect("partnerships:detail", pk=pk)
    parties = [row.organisation_id for row in agreement.parties.all() if row.left_on is None]
    form = ActionForm(request.POST if request.method == "POST" else None, takers=parties)
    back = reverse("partnerships:detail", args=[pk]) + "#aftalte-opgaver"
    if request.method == "POST" and form.is_valid():
        try:
            services.create_agreement_action_point(
                actor=request.actor, agreement_id=pk, **form.values()
            )
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            messages.success(request, _("Opgaven er skrevet op."))
            return redirect(back)
    return _page(request, form, back, agreement.title)


def _page(request: ActorRequest, form: ActionForm, back: str, title: str) -> HttpResponse:
    context = {"form": form, "back": back, "title": title}
    status = 422 if form.is_bound else 200
    return render(request, "partnerships/action_create.html", context, status=status)


@requires(Permission.FORUM_TAKE_PART)
@require_POST
def action_finish(request: ActorRequest, pk: UUID) -> HttpResponse:
    point = services.finish_action_point(actor=request.actor, point_id=pk)
    messages.success(request, _("Godt. Opgaven er gjort."))
    return _back(point)


@requires(Permission.FORUM_TAKE_PART)
@require_POST
def action_reopen(request: ActorRequest, pk: UUID) -> HttpResponse:
    point = services.reopen_action_point(actor=request.actor, point_id=pk)
    messages.success(request, _("Opgaven er åben igen."))
    return _back(point)


def _back(point: ActionPoint) -> HttpResponse:
    if point.forum_id is not None:
        return redirect("partnerships:forum-detail", pk=point.forum_id)
    return redirect(reverse("partnerships:detail", args=[point.agreement_id]) + "#aftalte-opgaver")
