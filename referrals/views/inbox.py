"""The association's inbox: an evening volunteer answers in two minutes."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from offers.models import Offer, OfferCapacity
from offers.permissions import may_do
from offers.vocabularies import CATEGORIES, TARGET_GROUPS
from portal.access.actor import Actor
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.errors import InvalidInput, WrongState
from portal.common.pagination import keyset_page
from referrals import selectors, services, worklists
from referrals.forms.answering import RedeemForm
from referrals.models import Kind, Referral, State

_PREVIEW = 5
# The address says which list: none is the front of the inbox.
_LISTS = {
    "fortael": (worklists.inbox_to_tell, gettext_lazy("Fortæl, hvordan det går")),
    "i-gang": (worklists.inbox_in_hand, gettext_lazy("I er i gang med")),
    "afsluttet": (worklists.inbox_ended, gettext_lazy("Afsluttede henvisninger")),
}


@requires(Permission.REFERRAL_RECEIVE)
@require_safe
def inbox(request: ActorRequest) -> HttpResponse:
    chosen = _LISTS.get(request.GET.get("vis", ""))
    if chosen is not None:
        return _one_list(request, *chosen)
    return _front(request, RedeemForm())


def _one_list(request: ActorRequest, rows: Any, title: Any) -> HttpResponse:
    actor = request.actor
    page = keyset_page(rows(actor), order=["-id"], params=request.GET)
    trail.record_read(actor, "referral.list", page.rows)
    context = {"page": page, "rows": [_line(row) for row in page.rows], "title": title}
    return render(request, "referrals/inbox_list.html", context)


def _front(request: ActorRequest, form: RedeemForm, *, status: int = 200) -> HttpResponse:
    actor = request.actor
    # The oldest first: it has waited longest.
    page = keyset_page(worklists.inbox_waiting(actor), order=["id"], params=request.GET)
    to_tell = list(worklists.inbox_to_tell(actor).order_by("id")[: _PREVIEW + 1])
    told = {row.pk for row in to_tell}
    in_hand = [
        row
        for row in worklists.inbox_in_hand(actor).order_by("-id")[: 2 * _PREVIEW + 2]
        if row.pk not in told
    ]
    shown = [*page.rows, *to_tell[:_PREVIEW], *in_hand[:_PREVIEW]]
    trail.record_read(actor, "referral.list", shown)
    counts = selectors.inbox_counts(actor)
    due = worklists.answer_by(page.rows)
    offers = worklists.own_offers(actor)
    context = {
        "greeting": _greeting(actor),
        "page": page,
        "waiting_count": counts.get(State.SENT, 0),
        "cards": [_card(row, due[row.pk]) for row in page.rows],
        "to_tell": [_line(row) for row in to_tell[:_PREVIEW]],
        "more_to_tell": len(to_tell) > _PREVIEW,
        "in_hand": [_line(row) for row in in_hand[:_PREVIEW]],
        "more_in_hand": len(in_hand) > _PREVIEW,
        "has_ended": any(counts.get(state) for state in worklists.ENDED),
        "codes_out": selectors.codes_out(actor),
        "form": form,
        "offers": [_offer(actor, offer) for offer in offers],
        "stale": [offer for offer in offers if _asks(actor, offer)],
        "year": worklists.own_year(actor),
        "capacity_choices": OfferCapacity.Status.choices,
    }
    return render(request, "referrals/inbox.html", context, status=status)


def _greeting(actor: Actor) -> str:
    hour = clock.local(clock.now()).hour
    words = _("Hej, %(name)s")
    if hour < 10:
        words = _("Godmorgen, %(name)s")
    elif hour >= 18:
        words = _("Godaften, %(name)s")
    return words % {"name": actor.name.split()[0] if actor.name else ""}


def _facts(row: Referral) -> list[str]:
    """What is coded: no name, no words of anybody."""
    facts = [*CATEGORIES.labels(row.needs), *TARGET_GROUPS.labels(row.target_groups)]
    if row.age_band:
        facts.append(str(row.get_age_band_display()))
    return [*facts, row.municipality.full_name]


def _card(row: Referral, due: worklists.AnswerBy) -> dict[str, Any]:
    return {"referral": row, "facts": _facts(row), "due": due, "is_self": row.kind == Kind.SELF}


def _line(row: Referral) -> dict[str, Any]:
    """One row of a list: what it is about, why it stands here, and the one way on."""
    verb, label = "", ""
    match row.status:
        case State.IN_PROGRESS:
            fact, verb, label = _("I gang siden"), "referrals:complete", _("Fortæl")
        case State.WAITLISTED:
            fact, label = _("På venteliste siden"), _("Se")
        case State.ACCEPTED:
            fact, label = _("Modtaget"), _("Se")
        case _:
            fact, label = str(row.get_status_display()), _("Se")
    return {
        "referral": row,
        "fact": fact,
        "since": row.status_changed_at,
        "verb": verb or "referrals:detail",
        "label": label,
        "facts": _facts(row),
    }


def _offer(actor: Actor, offer: Offer) -> dict[str, Any]:
    capacity = getattr(offer, "capacity", None)
    return {
        "offer": offer,
        "capacity": capacity,
        "may_set": may_do(actor, "set_capacity", offer),
    }


def _asks(actor: Actor, offer: Offer) -> bool:
    """Two weeks before the review day it may be confirmed with one click."""
    due = offer.review_due_at
    near = due is None or due <= clock.now() + worklists.TWO_WEEKS
    return near and may_do(actor, "confirm", offer)


@requires(Permission.REFERRAL_ANSWER)
@require_POST
def redeem(request: ActorRequest) -> HttpResponse:
    """The citizen came with a code: it opens once, for this organisation alone."""
    form = RedeemForm(request.POST)
    if form.is_valid():
        try:
            referral = services.redeem_code(actor=request.actor, typed=form.cleaned_data["code"])
        except InvalidInput as error:
            form.take_errors(error.errors)
        except WrongState as error:
            form.add_error("code", error.message)
        else:
            messages.success(request, _("Koden er brugt. Velkommen til borgeren."))
            return redirect("referrals:detail", referral.pk)
    return _front(request, form, status=422)
