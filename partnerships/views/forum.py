"""A health council's forum: its page, its seats, its calendar."""

from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnerships import services
from partnerships.forms.forum import ForumForm, MemberForm, SeatForm
from partnerships.forum_calendar import calendar_events
from partnerships.models import ActionPoint, Forum, ForumMember, Meeting
from partnerships.services.forums import coming_meetings, may_create, may_run
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound
from portal.documents.calendar_file import render_calendar

PAST_MEETINGS = 30


@requires(Permission.FORUM_TAKE_PART)
@require_safe
def forum_list(request: ActorRequest) -> HttpResponse:
    """The forums that one has a seat in, the next meetings, and what one has promised."""
    forums = Forum.objects.visible_to(request.actor).select_related("organisation")
    meetings = (
        Meeting.objects.visible_to(request.actor)
        .filter(state=Meeting.State.PLANNED, begins_at__gte=clock.now())
        .select_related("forum")
        .order_by("begins_at", "pk")
    )
    points = (
        ActionPoint.objects.visible_to(request.actor)
        .open()
        .filter(organisation_id=request.actor.organisation_id)
        .select_related("forum", "agreement", "owner")
        .order_by("due_on", "pk")
    )
    context = {
        "forums": forums.order_by(
            F("closed_at").asc(nulls_first=True), "organisation__name", "name"
        ),
        "meetings": meetings[:10],
        "points": points[:50],
        "may_create": may_create(request.actor),
        "today": clock.today(),
    }
    return render(request, "partnerships/forum_list.html", context)


@requires(Permission.FORUM_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def forum_create(request: ActorRequest) -> HttpResponse:
    if not may_create(request.actor):
        raise NotAllowed(_("Et forum hører til et sundhedsråd."))
    form = ForumForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            forum = services.create_forum(actor=request.actor, **form.cleaned_data)
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            messages.success(request, _("Forummet er klar. Giv nu medlemmerne en plads."))
            return redirect("partnerships:forum-members", pk=forum.pk)
    return _forum_form(request, form, None)


def _forum_form(request: ActorRequest, form: ForumForm, forum: Forum | None) -> HttpResponse:
    status = 422 if form.is_bound else 200
    context = {"form": form, "forum": forum}
    return render(request, "partnerships/forum_edit.html", context, status=status)


def _find(request: ActorRequest, pk: UUID) -> Forum:
    forum = (
        Forum.objects.visible_to(request.actor).select_related("organisation").filter(pk=pk).first()
    )
    if forum is None:
        raise NotFound()
    return forum


def _find_to_run(request: ActorRequest, pk: UUID) -> Forum:
    forum = _find(request, pk)
    if not may_run(request.actor, forum):
        raise NotAllowed()
    return forum


@requires(Permission.FORUM_TAKE_PART)
@require_safe
def forum_detail(request: ActorRequest, pk: UUID) -> HttpResponse:
    forum = _find(request, pk)
    now = clock.now()
    meetings = list(forum.meetings.order_by("-begins_at", "-pk")[: PAST_MEETINGS + 20])
    points = list(
        forum.action_points.open().select_related("organisation", "owner").order_by("due_on", "pk")
    )
    planned = Meeting.State.PLANNED
    context = {
        "forum": forum,
        "coming": [row for row in meetings if row.begins_at >= now and row.state == planned][::-1],
        "past": [row for row in meetings if row.begins_at < now or row.state != planned],
        "points": [
            {"row": row, "may_tick": services.may_tick(request.actor, row)}
            for row in _with_forum(points, forum)
        ],
        "done": forum.action_points.filter(done_on__isnull=False)
        .select_related("organisation")
        .order_by("-done_on", "pk")[:10],
        "members": _members(forum),
        "may_run": may_run(request.actor, forum),
        "today": clock.today(),
    }
    return render(request, "partnerships/forum_detail.html", context)


def _with_forum(points: list[ActionPoint], forum: Forum) -> list[ActionPoint]:
    for row in points:
        row.forum = forum
    return points


def _members(forum: Forum) -> list[ForumMember]:
    rows = forum.members.seated().select_related("organisation", "person")
    return list(rows.order_by("-is_chair", "organisation__name", "pk"))


@requires(Permission.FORUM_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def forum_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    forum = _find_to_run(request, pk)
    if request.method == "POST":
        form = ForumForm(request.POST)
        if form.is_valid():
            try:
                services.edit_forum(actor=request.actor, forum_id=pk, **form.cleaned_data)
            except InvalidInput as error:
                form.take_errors(error.errors)
            else:
                messages.success(request, _("Forummet er gemt."))
                return redirect("partnerships:forum-detail", pk=pk)
    else:
        form = ForumForm(initial=ForumForm.initial_of(forum))
    return _forum_form(request, form, forum)


@requires(Permission.FORUM_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def forum_close(request: ActorRequest, pk: UUID) -> HttpResponse:
    """What closing means, and the yes to it."""
    forum = _find_to_run(request, pk)
    if request.method == "POST":
        services.close_forum(actor=request.actor, forum_id=pk)
        messages.success(request, _("Forummet er lukket. Medlemmerne får besked."))
        return redirect("partnerships:forum-detail", pk=pk)
    if forum.closed_at is not None:
        return redirect("partnerships:forum-detail", pk=pk)
    context = {
        "forum": forum,
        "meetings": list(coming_meetings(forum)),
        "waiting": list(
            forum.meetings.filter(state=Meeting.State.HELD).order_by("begins_at", "pk")
        ),
        "points": forum.action_points.open().count(),
    }
    return render(request, "partnerships/forum_close.html", context)


@requires(Permission.FORUM_RUN)
@require_POST
def forum_reopen(request: ActorRequest, pk: UUID) -> HttpResponse:
    services.reopen_forum(actor=request.actor, forum_id=pk)
    messages.success(request, _("Forummet er åbent igen. Medlemmerne får besked."))
    return redirect("partnerships:forum-detail", pk=pk)


@requires(Permission.FORUM_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def forum_members(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Who has a seat. A new one is given here; who meets for it is chosen next."""
    forum = _find_to_run(request, pk)
    form = MemberForm(request.POST if request.method == "POST" else None, forum=forum)
    if request.method == "POST" and form.is_valid():
        member = services.add_forum_member(
            actor=request.actor, forum_id=pk, organisation=form.cleaned_data["organisation"]
        )
        return redirect("partnerships:member-edit", pk=member.pk)
    context = {"forum": forum, "form": form, "members": _members(forum)}
    status = 422 if form.is_bound else 200
    return render(request, "partnerships/forum_members.html", context, status=status)


@requires(Permission.FORUM_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def member_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    member = (
        ForumMember.objects.visible_to(request.actor)
        .seated()
        .select_related("organisation", "forum__organisation")
        .filter(pk=pk)
        .first()
    )
    if member is None:
        raise NotFound()
    if not may_run(request.actor, member.forum):
        raise NotAllowed()
    form = SeatForm(request.POST if request.method == "POST" else None, member=member)
    if request.method == "POST" and form.is_valid():
        services.edit_forum_member(
            actor=request.actor,
            member_id=pk,
            person_id=form.cleaned_data["person"],
            is_chair=form.cleaned_data["is_chair"],
        )
        messages.success(request, _("%(name)s har en plads.") % {"name": member.organisation.name})
        return redirect("partnerships:forum-members", pk=member.forum_id)
    context = {"member": member, "forum": member.forum, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "partnerships/member_edit.html", context, status=status)


@requires(Permission.FORUM_RUN)
@require_POST
def member_end(request: ActorRequest, pk: UUID) -> HttpResponse:
    member = services.end_forum_member(actor=request.actor, member_id=pk)
    messages.success(
        request, _("%(name)s har ikke længere en plads.") % {"name": member.organisation.name}
    )
    return redirect("partnerships:forum-members", pk=member.forum_id)


@requires(Permission.FORUM_TAKE_PART)
@require_safe
def forum_calendar(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The forum's dates as a file for one's own calendar."""
    forum = _find(request, pk)
    events = calendar_events(request.actor, forum=forum)
    if not events:
        messages.info(request, _("Der er ingen møder at lægge i kalenderen endnu."))
        return redirect("partnerships:forum-detail", pk=pk)
    response = HttpResponse(render_calendar(events), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="forum.ics"'
    return response
