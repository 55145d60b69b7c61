"""What all the steps of an agreement share: load in scope, may I, form, service, redirect.

A step that cannot be taken any more says so on the agreement's page; a step that something is
missing for says what, with links to the sections.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partnerships.forms.checked import CheckedForm
from partnerships.forms.moving import CommentForm
from partnerships.guards import Missing
from partnerships.models import Agreement
from partnerships.permissions import available_moves, require_move
from partnerships.services import NotReady
from portal.access.decorators import ActorRequest
from portal.common.errors import InvalidInput, NotFound, WrongState

Text = str | Promise
pages = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step's own words. `happens` says what follows, before anybody presses."""

    title: Text
    lead: Text
    submit: Text
    done: Text
    happens: Sequence[Text] = ()
    warning: bool = False
    template: str = "partnerships/step.html"


def agreement_of(request: ActorRequest, pk: UUID) -> Agreement:
    """Raises `NotFound` for somebody else's."""
    rows = Agreement.objects.visible_to(request.actor).with_list_data()
    agreement = rows.prefetch_related("parties__organisation__parent").filter(pk=pk).first()
    if agreement is None:
        raise NotFound()
    return agreement


def to_agreement(pk: UUID, part: str = "") -> HttpResponse:
    answer = redirect("partnerships:detail", pk)
    if part:
        answer["Location"] += f"#{part}"
    return answer


def too_late(request: ActorRequest, agreement: Agreement, sentence: str = "") -> HttpResponse:
    """Somebody was quicker, or it was never the time: say what stands."""
    stands = _("Det kan ikke gøres nu. Aftalen er »%(state)s«.") % {
        "state": agreement.get_status_display()
    }
    messages.warning(request, sentence or stands)
    return to_agreement(agreement.pk)


def for_move(request: ActorRequest, pk: UUID, verb: str) -> tuple[Agreement, HttpResponse | None]:
    """The agreement, and an answer when the move is not open. Raises `NotAllowed`."""
    agreement = agreement_of(request, pk)
    require_move(request.actor, verb, agreement)
    if verb not in available_moves(agreement, request.actor):
        return agreement, too_late(request, agreement)
    return agreement, None


def comment_form(request: ActorRequest, label: Text, *, required: bool = True) -> CommentForm:
    """One text to go with a step. What must be written is said to reach everybody."""
    return CommentForm(
        request.POST if request.method == "POST" else None,
        label=label,
        hint=_("Alle parter læser det.") if required else "",
        required=required,
    )


def show(
    request: ActorRequest,
    agreement: Agreement,
    step: Step,
    form: forms.Form,
    *,
    missing: Sequence[Missing] = (),
    refused: bool = False,
    **context: Any,
) -> HttpResponse:
    context = {
        "agreement": agreement,
        "step": step,
        "form": form,
        "missing": missing,
        "amendment": None,
        "is_new": False,
        "outside_contact": "",
        "facts": (),
        "reasons": (),
        "why": (),
        "unseen": {},
        **context,
    }
    return render(request, step.template, context, status=422 if refused else 200)


def take(
    request: ActorRequest,
    agreement: Agreement,
    step: Step,
    act: Callable[[dict[str, Any]], object],
    *,
    form: CheckedForm | None = None,
    missing: Sequence[Missing] = (),
    names: dict[str, str] | None = None,
    to: Callable[[object], HttpResponse] | None = None,
    **context: Any,
) -> HttpResponse:
    """Show the page, or do it. `act` gets what was written; `to` says where it leads."""
    form = form or CheckedForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return show(request, agreement, step, form, missing=missing, **context)
    if form.is_valid():
        try:
            result = act(form.cleaned_data)
        except NotReady as error:
            missing = error.missing
        except WrongState as error:
            return too_late(request, agreement, error.message)
        except InvalidInput as error:
            form.take_errors(error.errors, names)
            if not error.errors:
                form.add_error(None, error.message)
        else:
            messages.success(request, str(step.done))
            return to(result) if to else to_agreement(agreement.pk)
    return show(request, agreement, step, form, missing=missing, refused=True, **context)
