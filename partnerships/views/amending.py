"""Amendments: begun, written section by section, signed by all, or taken back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from partnerships import services
from partnerships.facts import SECTIONS
from partnerships.forms.moving import AmendmentForm, CommentForm, SignForm
from partnerships.models import Agreement, Amendment, Document
from partnerships.permissions import may, require_may
from partnerships.selectors import party_of
from partnerships.views.signing import lines_of
from partnerships.views.steps import (
    Step,
    agreement_of,
    pages,
    show,
    take,
    too_late,
)
from partnerships.workflow import AMENDABLE
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common.errors import NotFound, WrongState

_CREATE = Step(
    title=_("Nyt tillæg"),
    lead=_("Et tillæg ændrer en aftale, der er skrevet under. Alle parter skriver under på det."),
    submit=_("Begynd tillægget"),
    done=_("Tillægget er begyndt. Ret nu de afsnit, der skal ændres."),
    happens=(
        _("Aftalen gælder, som den er, til tillægget er skrevet under og dagen er kommet."),
        _("Imens kan aftalen ikke sættes på pause, siges op eller afsluttes."),
    ),
)


def _to_amendment(pk: UUID, amendment: Amendment) -> HttpResponse:
    return redirect("partnerships:amendment", pk, amendment.pk)


@requires(Permission.AGREEMENT_WRITE)
@pages
def amendment_create(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement = agreement_of(request, pk)
    require_may(request.actor, Permission.AGREEMENT_WRITE, agreement)
    if agreement.status not in AMENDABLE:
        return too_late(request, agreement)
    form = AmendmentForm(request.POST if request.method == "POST" else None)

    def act(data: dict[str, Any]) -> object:
        return services.begin_amendment(agreement_id=pk, actor=request.actor, **data)

    def to(row: Any) -> HttpResponse:
        return _to_amendment(pk, row)

    return take(request, agreement, _CREATE, act, form=form, to=to)


def text_of(agreement: Agreement, row: Amendment) -> Document | None:
    """The frozen text, without its bytes."""
    if row.document_id is None:
        return None
    return agreement.documents.defer("content").get(pk=row.document_id)


def _load(request: ActorRequest, pk: UUID, amendment: UUID) -> tuple[Agreement, Amendment]:
    agreement = agreement_of(request, pk)
    row = agreement.amendments.filter(pk=amendment).first()
    if row is None:
        raise NotFound()
    return agreement, row


def _editor(agreement: Agreement, key: str, row: Amendment) -> str:
    """The section's own editor, which saves into the amendment."""
    editor = reverse("partnerships:section-edit", args=[agreement.pk, key])
    return f"{editor}?tillaeg={row.pk}"


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def amendment(request: ActorRequest, pk: UUID, amendment: UUID) -> HttpResponse:
    agreement, row = _load(request, pk, amendment)
    text = text_of(agreement, row)
    changed = services.amended(row)
    context = {
        "agreement": agreement,
        "amendment": row,
        "changed": [
            {"key": key, "label": SECTIONS[key].label, "changes": found} for key, found in changed
        ],
        "sections": [
            {
                "url": _editor(agreement, key, row),
                "label": section.label,
                "changed": key in row.after,
            }
            for key, section in SECTIONS.items()
        ],
        "text": text,
        "lines": lines_of(agreement, text) if text else [],
        "may_write": may(request.actor, Permission.AGREEMENT_WRITE, agreement),
        "may_sign": may(request.actor, Permission.AGREEMENT_SIGN, agreement),
        "said": agreement.events.filter(
            verb__in=["amendment_refused", "amendment_withdrawn"], details__number=row.number
        ).last(),
    }
    return render(request, "partnerships/amendment.html", context)


@requires(Permission.AGREEMENT_WRITE)
@require_POST
def amendment_send(request: ActorRequest, pk: UUID, amendment: UUID) -> HttpResponse:
    _agreement, row = _load(request, pk, amendment)
    try:
        services.send_amendment_to_signature(
            agreement_id=pk, amendment_id=amendment, actor=request.actor
        )
    except WrongState as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("Tillægget er låst. Parterne får besked om at skrive under."))
    return _to_amendment(pk, row)


_SIGN = Step(
    title=_("Skriv under på tillægget"),
    lead=_("Læs tillægget. Skriv så under for jeres organisation."),
    submit=_("Skriv under"),
    done=_("Tak. I har skrevet under på tillægget."),
    template="partnerships/sign.html",
)
_REFUSE = Step(
    title=_("Skriv ikke under på tillægget"),
    lead=_("Tillægget bliver et udkast igen, så det kan laves om."),
    submit=_("Send tilbage"),
    done=_("Tillægget er et udkast igen. De andre parter får besked."),
    happens=(_("Underskrifter, der allerede er givet, gælder ikke længere."),),
    warning=True,
)
_WITHDRAW = Step(
    title=_("Træk tillægget tilbage"),
    lead=_("Aftalen gælder, som den er."),
    submit=_("Træk tillægget tilbage"),
    done=_("Tillægget er trukket tilbage. De andre parter får besked."),
    happens=(_("Det kan ikke fortrydes. I kan altid begynde et nyt tillæg."),),
    warning=True,
)


def _not_now(request: ActorRequest, agreement: Agreement, row: Amendment) -> HttpResponse:
    messages.warning(
        request,
        _("Det kan ikke gøres nu. Tillægget er »%(state)s«.") % {"state": row.get_state_display()},
    )
    return _to_amendment(agreement.pk, row)


@requires(Permission.AGREEMENT_SIGN)
@pages
def amendment_sign(request: ActorRequest, pk: UUID, amendment: UUID) -> HttpResponse:
    agreement, row = _load(request, pk, amendment)
    require_may(request.actor, Permission.AGREEMENT_SIGN, agreement)
    party = party_of(agreement, request.actor)
    text = text_of(agreement, row)
    if row.state != Amendment.State.AWAITING_SIGNATURE or text is None or party is None:
        return _not_now(request, agreement, row)
    lines = lines_of(agreement, text)
    own = next((one["signature"] for one in lines if one["party"].pk == party.pk), None)
    context: dict[str, Any] = {
        "text": text,
        "lines": lines,
        "own": own,
        "party": party,
        "amendment": row,
    }
    form = SignForm(
        request.POST if request.method == "POST" else None,
        initial={"sha256": text.sha256},
        organisation=party.organisation.name,
    )
    if own is not None and request.method != "POST":
        return show(request, agreement, _SIGN, form, outside=False, **context)

    def act(data: dict[str, Any]) -> object:
        return services.sign_amendment(
            agreement_id=pk,
            amendment_id=amendment,
            sha256=data["sha256"],
            title=data["title"],
            actor=request.actor,
        )

    def to(_row: object) -> HttpResponse:
        return _to_amendment(pk, row)

    return take(request, agreement, _SIGN, act, form=form, to=to, outside=False, **context)


@requires(Permission.AGREEMENT_SIGN)
@pages
def amendment_refuse(request: ActorRequest, pk: UUID, amendment: UUID) -> HttpResponse:
    agreement, row = _load(request, pk, amendment)
    require_may(request.actor, Permission.AGREEMENT_SIGN, agreement)
    if row.state != Amendment.State.AWAITING_SIGNATURE:
        return _not_now(request, agreement, row)
    form = CommentForm(
        request.POST if request.method == "POST" else None,
        label=_("Hvad skal laves om, før I vil skrive under?"),
        hint=_("Alle parter læser det."),
    )
    return take(
        request,
        agreement,
        _REFUSE,
        lambda data: services.refuse_amendment(
            agreement_id=pk, amendment_id=amendment, actor=request.actor, **data
        ),
        form=form,
        to=lambda _row: _to_amendment(pk, row),
        amendment=row,
    )


@requires(Permission.AGREEMENT_WRITE)
@pages
def amendment_withdraw(request: ActorRequest, pk: UUID, amendment: UUID) -> HttpResponse:
    agreement, row = _load(request, pk, amendment)
    require_may(request.actor, Permission.AGREEMENT_WRITE, agreement)
    if row.state not in (Amendment.State.DRAFT, Amendment.State.AWAITING_SIGNATURE):
        return _not_now(request, agreement, row)
    form = CommentForm(
        request.POST if request.method == "POST" else None,
        label=_("Hvorfor trækkes det tilbage?"),
        hint=_("Alle parter læser det."),
    )
    return take(
        request,
        agreement,
        _WITHDRAW,
        lambda data: services.withdraw_amendment(
            agreement_id=pk, amendment_id=amendment, actor=request.actor, **data
        ),
        form=form,
        to=lambda _row: _to_amendment(pk, row),
        amendment=row,
    )
