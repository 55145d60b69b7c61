"""Signing an amendment, here or on paper, and refusing to."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from partnerships import services
from partnerships.amended_parties import signer_of
from partnerships.forms.moving import SignForm, UploadForm
from partnerships.models import Agreement, AgreementParty, Amendment
from partnerships.permissions import may_sign_amendment
from partnerships.recipients import asked_outside
from partnerships.selectors import people_of
from partnerships.views.amending import (
    lines_for,
    load_amendment,
    not_now,
    text_of,
    to_amendment,
)
from partnerships.views.signing import ALREADY, UPLOAD
from partnerships.views.steps import Step, comment_form, pages, show, take
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.accounts.confirming import confirm_first
from portal.common.errors import NotAllowed

_SIGN = Step(
    title=_("Skriv under på tillægget"),
    lead=_("Læs tillægget. Skriv så under for jeres organisation."),
    submit=_("Skriv under"),
    done=_("Tak. I har skrevet under på tillægget."),
    template="partnerships/sign.html",
)
_SIGN_IN = replace(
    _SIGN,
    title=_("Bliv part i aftalen"),
    lead=_("Læs aftalen og tillægget. Skriv så under for jeres organisation."),
    done=_("Tak. I har skrevet under. I er part, fra tillægget gælder."),
)
_REFUSE = Step(
    title=_("Skriv ikke under på tillægget"),
    lead=_("Tillægget bliver et udkast igen, så det kan laves om."),
    submit=_("Send tilbage"),
    done=_("Tillægget er et udkast igen. De andre parter får besked."),
    happens=(_("Underskrifter, der allerede er givet, gælder ikke længere."),),
    warning=True,
)


def _signer(request: ActorRequest, agreement: Agreement, row: Amendment) -> AgreementParty:
    """Raises `NotAllowed`: nobody signs for another."""
    party = signer_of(agreement, row, request.actor)
    if party is None or not may_sign_amendment(request.actor, party):
        raise NotAllowed()
    return party


def _open(
    request: ActorRequest, pk: UUID, amendment: UUID
) -> tuple[Agreement, Amendment, dict[str, Any], HttpResponse | None]:
    """What both ways of signing show, and an answer when it is not the time."""
    agreement, row = load_amendment(request, pk, amendment)
    party = _signer(request, agreement, row)
    text = text_of(agreement, row)
    if row.state != Amendment.State.AWAITING_SIGNATURE or text is None:
        return agreement, row, {}, not_now(request, agreement, row)
    is_new, outside = party.left_on is not None, bool(settings.SIGNING_SERVICE)
    # One that comes in names its contact here; out there it is the one who is asked.
    asked = asked_outside(party) if is_new and outside else None
    lines = lines_for(agreement, row, text)
    context = {
        "text": text,
        "lines": lines,
        "own": next((one["signature"] for one in lines if one["party"].pk == party.pk), None),
        "party": party,
        "amendment": row,
        "is_new": is_new,
        "outside": outside,
        "outside_contact": asked.name if asked else "",
    }
    return agreement, row, context, None


def _begins_with(request: ActorRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the forms of both ways begin with: the text, and for a new party its people."""
    people = people_of(context["party"].organisation_id) if context["is_new"] else ()
    initial = {"sha256": context["text"].sha256, "contact": str(request.actor.user_id)}
    return {"initial": initial, "people": people}


@requires(Permission.AGREEMENT_SIGN)
@pages
def amendment_sign(request: ActorRequest, pk: UUID, amendment: UUID) -> HttpResponse:
    agreement, row, context, answer = _open(request, pk, amendment)
    if answer:
        return answer
    step = _SIGN_IN if context["is_new"] else _SIGN
    form = SignForm(
        request.POST if request.method == "POST" else None,
        organisation=context["party"].organisation.name,
        **_begins_with(request, context),
    )
    if context["own"] is not None and request.method != "POST":
        return show(request, agreement, step, form, **context)
    answer = confirm_first(request)
    if answer:
        return answer

    def act(data: dict[str, Any]) -> object:
        return services.sign_amendment(
            agreement_id=pk,
            amendment_id=amendment,
            sha256=data["sha256"],
            title=data["title"],
            contact_id=data.get("contact"),
            actor=request.actor,
        )

    return take(
        request, agreement, step, act, form=form, to=lambda _row: to_amendment(pk, row), **context
    )


@requires(Permission.AGREEMENT_SIGN)
@pages
def amendment_sign_upload(request: ActorRequest, pk: UUID, amendment: UUID) -> HttpResponse:
    agreement, row, context, answer = _open(request, pk, amendment)
    if answer:
        return answer
    if context["own"] is not None:
        messages.warning(request, ALREADY)
        return to_amendment(pk, row)
    answer = confirm_first(request)
    if answer:
        return answer
    posted = request.method == "POST"
    form = UploadForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        **_begins_with(request, context),
    )

    def act(data: dict[str, Any]) -> object:
        return services.upload_amendment_signature(
            agreement_id=pk,
            amendment_id=amendment,
            sha256=data["sha256"],
            content=data["file"],
            signed_on=data["signed_on"],
            name=data["name"],
            title=data["title"],
            contact_id=data.get("contact"),
            actor=request.actor,
        )

    return take(
        request, agreement, UPLOAD, act, form=form, to=lambda _row: to_amendment(pk, row), **context
    )


@requires(Permission.AGREEMENT_SIGN)
@pages
def amendment_refuse(request: ActorRequest, pk: UUID, amendment: UUID) -> HttpResponse:
    agreement, row = load_amendment(request, pk, amendment)
    party = _signer(request, agreement, row)
    if row.state != Amendment.State.AWAITING_SIGNATURE:
        return not_now(request, agreement, row)
    form = comment_form(request, _("Hvad skal laves om, før I vil skrive under?"))
    return take(
        request,
        agreement,
        _REFUSE,
        lambda data: services.refuse_amendment(
            agreement_id=pk, amendment_id=amendment, actor=request.actor, **data
        ),
        form=form,
        # One that is asked in sees the agreement no more once it has said no.
        to=lambda _row: redirect("partnerships:list") if party.left_on else to_amendment(pk, row),
        amendment=row,
    )
