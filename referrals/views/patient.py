"""The patient's own page: what happens now, what happened, who has looked, what you can do."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from portal.access.actor import ActorKind
from portal.access.decorators import ActorRequest, linked, public
from portal.common import clock
from portal.common.errors import NotFound, WrongState
from portal.common.templatetags.look import long_date
from referrals import links, services
from referrals.models import Referral
from referrals.patients_view import copy_of_everything, look_ups, sentence_of, timeline
from referrals.permissions import available_actions
from referrals.selectors import open_patient, referral_for_page


@public
@require_GET
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    link = links.open_patient_link(token)
    if link is None:
        return render(request, "referrals/patient_expired.html", status=410)
    response = redirect("referrals:patient")
    links.remember_patient_link(request, response, link)
    return response


@linked(ActorKind.PATIENT_LINK)
@require_safe
def page(request: ActorRequest) -> HttpResponse:
    referral = _referral(request)
    context = {
        "referral": referral,
        "opened": open_patient(actor=request.actor, referral=referral),
        "sentence": sentence_of(referral),
        "steps": [
            {"title": step["label"], "when": long_date(step["at"]), "state": "done"}
            for step in timeline(referral)
        ],
        "look_ups": look_ups(referral),
        "can_withdraw": "withdraw" in available_actions(referral, request.actor),
        "confirming": "bekraeft" in request.GET,
    }
    return render(request, "referrals/patient.html", context)


@linked(ActorKind.PATIENT_LINK)
@require_POST
def withdraw(request: ActorRequest) -> HttpResponse:
    """One button, one confirmation, at once."""
    referral = _referral(request)
    try:
        services.withdraw(actor=request.actor, referral_id=referral.pk)
    except WrongState:
        messages.info(request, _("Den er allerede afsluttet. Der er ikke mere at stoppe."))
    else:
        sentence = _("Det er stoppet. Foreningen kan ikke se dine oplysninger mere.")
        messages.success(request, sentence)
    return redirect("referrals:patient")


@linked(ActorKind.PATIENT_LINK)
@require_safe
def copy(request: ActorRequest) -> HttpResponse:
    """Everything we hold about this referral, in a form a machine can read (GDPR 15, 20)."""
    referral = _referral(request)
    opened = open_patient(actor=request.actor, referral=referral)
    text = json.dumps(
        copy_of_everything(referral, opened), ensure_ascii=False, indent=2, default=str
    )
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    name = f"samspil-{referral.reference}-{clock.today():%Y%m%d}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _referral(request: ActorRequest) -> Referral:
    if request.actor.referral_id is None:
        raise NotFound()
    return referral_for_page(actor=request.actor, referral_id=request.actor.referral_id)
