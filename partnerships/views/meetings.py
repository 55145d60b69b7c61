"""A forum's meeting: agenda before, minutes after, and what was agreed on."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnerships import services
from partnerships.forms.forum import ItemForm, MeetingForm, MinutesCommentForm, MinutesForm
from partnerships.minutes_paper import minutes_pdf
from partnerships.models import Forum, Meeting
from partnerships.services.forums import may_run
from partnerships.services.meetings import may_withdraw
from partnerships.services.minutes import may_approve, may_comment
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound


def _find(request: ActorRequest, pk: UUID, *, run: bool = False) -> Meeting:
    meeting = (
        Meeting.objects.visible_to(request.actor)
        .select_related("forum__organisation")
        .filter(pk=pk)
        .first()
    )
    if meeting is None:
        raise NotFound()
    if run and not may_run(request.actor, meeting.forum):
        raise NotAllowed()
    return meeting


def _to_meeting(meeting_id: UUID) -> HttpResponse:
    return redirect("partnerships:meeting-detail", pk=meeting_id)


@requires(Permission.FORUM_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_create(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A new meeting of the forum `pk`."""
    forum = (
        Forum.objects.visible_to(request.actor).select_related("organisation").filter(pk=pk).first()
    )
    if forum is None:
        raise NotFound()
    if not may_run(request.actor, forum):
        raise NotAllowed()
    form = MeetingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            meeting = services.plan_meeting(actor=request.actor, forum_id=pk, **form.values())
        except InvalidInput as error:
            form.take_errors(error.errors, {"ends_at": "ends", "begins_at": "begins"})
        else:
            messages.success(request, _("Mødet er i kalenderen. Skriv nu dagsordenen."))
            return _to_meeting(meeting.pk)
    return _meeting_form(request, form, forum, None)


def _meeting_form(
    request: ActorRequest, form: MeetingForm, forum: Forum, meeting: Meeting | None
) -> HttpResponse:
    context = {"form": form, "forum": forum, "meeting": meeting}
    status = 422 if form.is_bound else 200
    return render(request, "partnerships/meeting_edit.html", context, status=status)


@requires(Permission.FORUM_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    meeting = _find(request, pk, run=True)
    if request.method == "POST":
        form = MeetingForm(request.POST)
        if form.is_valid():
            try:
                services.edit_meeting(actor=request.actor, meeting_id=pk, **form.values())
            except InvalidInput as error:
                form.take_errors(error.errors, {"ends_at": "ends", "begins_at": "begins"})
            else:
                messages.success(request, _("Mødet er gemt."))
                return _to_meeting(pk)
    else:
        form = MeetingForm(initial=MeetingForm.initial_of(meeting))
    return _meeting_form(request, form, meeting.forum, meeting)


@requires(Permission.FORUM_TAKE_PART)
@require_safe
def meeting_detail(request: ActorRequest, pk: UUID) -> HttpResponse:
    meeting = _find(request, pk)
    return render(request, "partnerships/meeting_detail.html", _page(request, meeting))


def _page(
    request: ActorRequest, meeting: Meeting, form: MinutesCommentForm | None = None
) -> dict[str, Any]:
    runs = may_run(request.actor, meeting.forum)
    is_open = meeting.forum.closed_at is None
    planned = meeting.state == Meeting.State.PLANNED and is_open
    points = list(meeting.action_points.select_related("organisation", "owner"))
    for row in points:
        row.forum = meeting.forum
    return {
        "meeting": meeting,
        "forum": meeting.forum,
        "items": [
            {
                "row": item,
                "may_withdraw": planned and may_withdraw(request.actor, item, meeting.forum),
            }
            for item in meeting.agenda.select_related("proposed_by")
        ],
        "points": [
            {"row": row, "may_tick": services.may_tick(request.actor, row)} for row in points
        ],
        "planned": planned,
        "comments": list(meeting.comments.select_related("organisation")),
        "comment_form": (form or MinutesCommentForm())
        if may_comment(request.actor, meeting)
        else None,
        "may_run": runs,
        "may_approve": meeting.state == Meeting.State.HELD
        and meeting.minutes_sent_at is not None
        and may_approve(request.actor, meeting),
        "may_write": runs
        and meeting.state in (Meeting.State.PLANNED, Meeting.State.HELD)
        and clock.local(meeting.begins_at).date() <= clock.today(),
        "has_minutes": meeting.state in (Meeting.State.HELD, Meeting.State.APPROVED),
        "today": clock.today(),
    }


@requires(Permission.FORUM_RUN)
@require_POST
def meeting_call_off(request: ActorRequest, pk: UUID) -> HttpResponse:
    services.call_off_meeting(actor=request.actor, meeting_id=pk)
    messages.success(request, _("Mødet er aflyst. Medlemmerne får besked."))
    return _to_meeting(pk)


@requires(Permission.FORUM_RUN)
@require_POST
def agenda_send(request: ActorRequest, pk: UUID) -> HttpResponse:
    services.send_agenda(actor=request.actor, meeting_id=pk)
    messages.success(request, _("Dagsordenen er sendt til medlemmerne."))
    return _to_meeting(pk)


@requires(Permission.FORUM_TAKE_PART)
@require_http_methods(["GET", "HEAD", "POST"])
def item_propose(request: ActorRequest, pk: UUID) -> HttpResponse:
    meeting = _find(request, pk)
    form = ItemForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.propose_item(actor=request.actor, meeting_id=pk, **form.cleaned_data)
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            messages.success(request, _("Punktet er på dagsordenen."))
            return _to_meeting(pk)
    context = {"form": form, "meeting": meeting, "forum": meeting.forum}
    status = 422 if form.is_bound else 200
    return render(request, "partnerships/item_propose.html", context, status=status)


@requires(Permission.FORUM_RUN)
@require_POST
def item_up(request: ActorRequest, pk: UUID) -> HttpResponse:
    return _to_meeting(services.move_item_up(actor=request.actor, item_id=pk).pk)


@requires(Permission.FORUM_TAKE_PART)
@require_POST
def item_withdraw(request: ActorRequest, pk: UUID) -> HttpResponse:
    meeting = services.withdraw_item(actor=request.actor, item_id=pk)
    messages.success(request, _("Punktet er taget af dagsordenen."))
    return _to_meeting(meeting.pk)


# --- minutes ------------------------------------------------------------------------------------


@requires(Permission.FORUM_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def minutes_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    """All of the meeting's minutes on one page. Of two who write at once, the second sees the
    first's words beside the own ones, and nothing is lost."""
    meeting = _find(request, pk, run=True)
    items = list(meeting.agenda.all())
    data = request.POST if request.method == "POST" else None
    form = MinutesForm(data, meeting=meeting, items=items)
    clash: services.WrittenMeanwhile | None = None
    if request.method == "POST" and form.is_valid():
        try:
            services.save_minutes(
                actor=request.actor,
                meeting_id=pk,
                version=form.cleaned_data["version"],
                general=form.cleaned_data["general"],
                general_read=form.cleaned_data["read"],
                items=form.written(),
            )
        except services.WrittenMeanwhile as error:
            clash = error
            form = _read_again(data, meeting, clash)
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            messages.success(request, _("Referatet er gemt."))
            return _to_meeting(pk)
    context = {
        "form": form,
        "parts": form.parts(),
        "comments": list(meeting.comments.select_related("organisation")),
        "meeting": meeting,
        "forum": meeting.forum,
        "clash": clash,
        "clashing": [row.pk for row in clash.items] if clash else [],
    }
    status = 409 if clash else 422 if form.is_bound else 200
    return render(request, "partnerships/minutes_edit.html", context, status=status)


def _read_again(data: Any, meeting: Meeting, clash: services.WrittenMeanwhile) -> MinutesForm:
    """What was typed, on top of what stands now. Places that did not clash keep their version: what
    is written there next must still be compared with what was read."""
    meeting.refresh_from_db(fields=["minutes", "version"])
    form = MinutesForm(data, meeting=meeting, items=list(meeting.agenda.all()))
    form.read_again(meeting if clash.general else None, clash.items)
    return form


@requires(Permission.FORUM_RUN)
@require_POST
def minutes_send(request: ActorRequest, pk: UUID) -> HttpResponse:
    services.send_minutes(actor=request.actor, meeting_id=pk)
    messages.success(request, _("Referatet er sendt til medlemmerne."))
    return _to_meeting(pk)


@requires(Permission.FORUM_TAKE_PART)
@require_POST
def minutes_comment(request: ActorRequest, pk: UUID) -> HttpResponse:
    """What a member wants put right before the minutes are approved."""
    meeting = _find(request, pk)
    form = MinutesCommentForm(request.POST)
    if form.is_valid():
        try:
            services.comment_on_minutes(actor=request.actor, meeting_id=pk, **form.cleaned_data)
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            messages.success(request, _("Tak. Bemærkningen står nu ved referatet."))
            return redirect(reverse("partnerships:meeting-detail", args=[pk]) + "#bemaerkninger")
    page = _page(request, meeting, form)
    return render(request, "partnerships/meeting_detail.html", page, status=422)


@requires(Permission.FORUM_TAKE_PART)
@require_POST
def minutes_approve(request: ActorRequest, pk: UUID) -> HttpResponse:
    services.approve_minutes(actor=request.actor, meeting_id=pk)
    messages.success(request, _("Referatet er godkendt. Det kan ikke ændres længere."))
    return _to_meeting(pk)


@requires(Permission.FORUM_TAKE_PART)
@require_safe
def minutes_file(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The minutes as a PDF."""
    meeting = _find(request, pk)
    if meeting.state not in (Meeting.State.HELD, Meeting.State.APPROVED):
        raise NotFound()
    response = HttpResponse(minutes_pdf(meeting), content_type="application/pdf")
    day = f"{clock.local(meeting.begins_at):%Y-%m-%d}"
    response["Content-Disposition"] = f'inline; filename="referat-{day}.pdf"'
    return response
