"""The coordinator's pages: what waits, what stands still, how it goes. Offer, state and ages of
states only; never a person, never a way to one referral."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from offers.selectors import offers_to_review_in
from portal.access.actor import Actor
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.errors import InvalidInput, NotFound, WrongState
from portal.common.pagination import keyset_page
from referrals import services, worklists
from referrals.forms.answering import CloseConcernForm, RefuseForm
from referrals.models import Concern, Referral

# The sparkline's box; the newest month stands at its right edge.
_WIDTH, _HEIGHT, _EDGE = 200, 32, 4


@requires(Permission.REFERRAL_OVERSEE)
@require_safe
def oversight(request: ActorRequest) -> HttpResponse:
    actor = request.actor
    months = worklists.twelve_months(actor)
    stale, stale_count = worklists.stale_offers(actor)
    context = {
        "today": clock.today(),
        "turn": worklists.my_turn(actor),
        "reviews": list(offers_to_review_in(actor.area)[:10]),
        "ages": worklists.ages_of_states(actor),
        "months": months,
        "figures": _figures(months),
        "stale": stale,
        "stale_count": stale_count,
        "moderates": actor.organisation_kind == "region",
    }
    return render(request, "referrals/oversight.html", context)


def _figures(months: list[worklists.Month]) -> list[dict[str, Any]]:
    now = months[-1]
    in_time = [month.in_time for month in months]
    latest = next((value for value in reversed(in_time) if value is not None), None)
    return [
        {
            "value": now.sent,
            "label": _("henvisninger i denne måned"),
            "line": _line([month.sent for month in months]),
        },
        {
            "value": _("%(n)s %%") % {"n": latest} if latest is not None else "–",
            "label": _("fik svar inden for en uge"),
            "line": _line([value or 0 for value in in_time]),
        },
        {
            "value": now.no_room,
            "label": _("afvist, fordi der ikke var plads"),
            "line": _line([month.no_room for month in months]),
        },
        {
            "value": sum(month.started for month in months),
            "label": _("kom i gang på et år"),
            "line": _line([month.started for month in months]),
        },
    ]


def _line(values: list[int]) -> dict[str, Any]:
    """A trend as the path of a small drawing; the table below says the same in numbers."""
    top = max(values) or 1
    step = (_WIDTH - 2 * _EDGE) / max(1, len(values) - 1)
    points = [
        (_EDGE + place * step, _HEIGHT - _EDGE - value / top * (_HEIGHT - 2 * _EDGE))
        for place, value in enumerate(values)
    ]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return {"path": f"M{path}", "x": f"{points[-1][0]:.1f}", "y": f"{points[-1][1]:.1f}"}


# --- moderation -----------------------------------------------------------------------------


@requires(Permission.REFERRAL_MODERATE)
@require_safe
def moderation(request: ActorRequest) -> HttpResponse:
    actor = request.actor
    rows = Referral.objects.moderated_by(actor).with_list_data()
    page = keyset_page(rows, order=["id"], params=request.GET)
    trail.record_read(actor, "referral.list", page.rows)
    context = {"page": page, "moderates": actor.organisation_kind == "region"}
    return render(request, "referrals/moderation.html", context)


@requires(Permission.REFERRAL_MODERATE)
@require_POST
def approve(request: ActorRequest, pk: UUID) -> HttpResponse:
    try:
        referral = services.approve(actor=request.actor, referral_id=pk)
    except WrongState as error:
        messages.warning(request, error.message)
    else:
        sentence = _("Henvisningen fra %(sender)s er sendt til %(receiver)s.")
        parties = {"sender": referral.sender.name, "receiver": referral.receiver.name}
        messages.success(request, sentence % parties)
    return redirect("referrals:moderation")


@requires(Permission.REFERRAL_MODERATE)
@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: ActorRequest, pk: UUID) -> HttpResponse:
    actor = request.actor
    rows = Referral.objects.moderated_by(actor).with_list_data()
    referral = rows.filter(pk=pk).first()
    if referral is None:
        raise NotFound()
    trail.record_read(actor, "referral.list", [referral])
    form = RefuseForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            services.refuse(actor=actor, referral_id=pk, reason=form.cleaned_data["reason"])
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            sentence = _("Henvisningen er sendt tilbage til %(sender)s.")
            messages.success(request, sentence % {"sender": referral.sender.name})
            return redirect("referrals:moderation")
    context = {"referral": referral, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "referrals/moderation_refuse.html", context, status=status)


# --- concerns -------------------------------------------------------------------------------


@requires(Permission.CONCERN_HANDLE)
@require_safe
def concerns(request: ActorRequest) -> HttpResponse:
    """Open ones first; `?vis=afsluttet` shows those that have come to an end."""
    actor = request.actor
    closed = request.GET.get("vis") == "afsluttet"
    rows = _concerns(actor)
    ended = Concern.Status.CLOSED
    rows = rows.filter(status=ended) if closed else rows.exclude(status=ended)
    page = keyset_page(rows, order=["-id"], params=request.GET)
    trail.record_read(actor, "concern.list", page.rows)
    context = {"page": page, "closed": closed}
    return render(request, "referrals/concerns.html", context)


def _concerns(actor: Actor) -> Any:
    return Concern.objects.visible_to(actor).select_related("offer", "organisation", "municipality")


@requires(Permission.CONCERN_HANDLE)
@require_POST
def concern_take(request: ActorRequest, pk: UUID) -> HttpResponse:
    try:
        services.take_concern(actor=request.actor, concern_id=pk)
    except WrongState as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("Nu kan andre se, at nogen tager sig af bekymringen."))
    return redirect("referrals:concerns")


@requires(Permission.CONCERN_HANDLE)
@require_http_methods(["GET", "HEAD", "POST"])
def concern_close(request: ActorRequest, pk: UUID) -> HttpResponse:
    actor = request.actor
    concern = _concerns(actor).filter(pk=pk).first()
    if concern is None:
        raise NotFound()
    trail.record_read(actor, "concern.view", [concern])
    if concern.status == Concern.Status.CLOSED:
        messages.warning(request, _("Bekymringen er allerede afsluttet."))
        return redirect("referrals:concerns")
    form = CloseConcernForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        conclusion = form.cleaned_data["conclusion"]
        try:
            services.close_concern(actor=actor, concern_id=pk, conclusion=conclusion)
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            messages.success(request, _("Bekymringen er afsluttet."))
            return redirect("referrals:concerns")
    context = {"concern": concern, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "referrals/concerns_close.html", context, status=status)
