"""Amendments: begun, written section by section, sent to signature, or taken back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from partnerships import services
from partnerships.amended_parties import (
    coming,
    going,
    hindrances,
    left_undone,
    signer_of,
    signers_of,
    writers_of,
)
from partnerships.facts import SECTIONS
from partnerships.forms.moving import AmendmentForm
from partnerships.guards.reviews import as_read, newest_reviews, reviews_not_given
from partnerships.models import Agreement, Amendment, Document
from partnerships.permissions import may, may_sign_amendment, reads_inner_words, require_may
from partnerships.selectors import party_of
from partnerships.services.signing import counting_signatures, valid_signatures
from partnerships.views.steps import (
    Step,
    agreement_of,
    comment_form,
    pages,
    take,
    too_late,
)
from partnerships.workflow import AMENDABLE
from portal.access.actor import Actor
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common.errors import NotFound, WrongState

_CREATE = Step(
    title=_("Nyt tillæg"),
    lead=_("Et tillæg ændrer en aftale, der er skrevet under. Alle parter skriver under på det."),
    submit=_("Begynd tillægget"),
    done=_("Tillægget er begyndt. Ret nu de afsnit, der skal ændres."),
    happens=(
        _("Hver part retter sin egen del og det, der er fælles."),
        _("Aftalen gælder, som den er, til tillægget er skrevet under og dagen er kommet."),
        _("Imens kan aftalen ikke sættes på pause, siges op eller afsluttes."),
    ),
)


def to_amendment(pk: UUID, amendment: Amendment) -> HttpResponse:
    return redirect("partnerships:amendment", pk, amendment.pk)


@requires(Permission.AGREEMENT_WRITE)
@pages
def amendment_create(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement = agreement_of(request, pk)
    require_may(request.actor, Permission.AGREEMENT_WRITE, agreement)
    if agreement.status not in AMENDABLE:
        return too_late(request, agreement)
    wanted = Amendment.Kind.PARTIES if "parter" in request.GET else ""
    form = AmendmentForm(
        request.POST if request.method == "POST" else None, initial={"kind": wanted}
    )

    def act(data: dict[str, Any]) -> object:
        return services.begin_amendment(agreement_id=pk, actor=request.actor, **data)

    def to(row: Any) -> HttpResponse:
        if row.kind == Amendment.Kind.PARTIES:
            return redirect("partnerships:amendment-parties", pk, row.pk)
        return to_amendment(pk, row)

    return take(request, agreement, _CREATE, act, form=form, to=to)


def text_of(agreement: Agreement, row: Amendment) -> Document | None:
    """The frozen text, without its bytes."""
    if row.document_id is None:
        return None
    return agreement.documents.defer("content").get(pk=row.document_id)


def lines_for(agreement: Agreement, row: Amendment, text: Document) -> list[dict[str, Any]]:
    """Who signs it, and who has; for one that took over another's place, that one's yes. Once all
    have, those that did: the parties may be others today."""
    if row.state == Amendment.State.AWAITING_SIGNATURE:
        signed = counting_signatures(agreement, text)
        signers = signers_of(agreement, row)
    else:
        signed = {one.party_id: one for one in valid_signatures(text)}
        signers = [one for one in agreement.parties.all() if one.pk in signed]
    return [{"party": one, "signature": signed.get(one.pk)} for one in signers]


def load_amendment(request: ActorRequest, pk: UUID, amendment: UUID) -> tuple[Agreement, Amendment]:
    agreement = agreement_of(request, pk)
    row = agreement.amendments.filter(pk=amendment).first()
    if row is None:
        raise NotFound()
    return agreement, row


def _editor(agreement: Agreement, key: str, row: Amendment) -> str:
    """The section's own editor, which saves into the amendment."""
    editor = reverse("partnerships:section-edit", args=[agreement.pk, key])
    return f"{editor}?tillaeg={row.pk}"


def changes_of(row: Amendment) -> dict[str, Any]:
    """What it changes, for the list that shows before and after."""
    return {
        "coming": coming(row),
        "going": [{"party": one, "undone": left_undone(row, one)} for one in going(row)],
        "changed": [
            {
                "key": key,
                "label": SECTIONS[key].label,
                "changes": found,
                "writers": writers_of(row, key),
            }
            for key, found in services.amended(row)
        ],
    }


def _reviews_of(request: ActorRequest, agreement: Agreement, row: Amendment) -> dict[str, Any]:
    """Who looks at a draft, and what it lacks before it can be sent."""
    is_draft = row.state == Amendment.State.DRAFT
    trial = services.last_trial(row)
    read, reviews = as_read(agreement, row), newest_reviews(row)
    return {
        "reviews": reviews,
        # Given to words that have been changed since.
        "old_reviews": [one.pk for one in reviews if one.seen and one.seen.get("read") != read],
        "inner": reads_inner_words(request.actor, agreement),
        "waits_for_reviews": reviews_not_given(reviews) if is_draft else [],
        "broken": trial.broken if is_draft else [],
        "unseen": list(trial.unseen(agreement, row).values()) if is_draft else [],
        "may_ask": is_draft and may(request.actor, Permission.AGREEMENT_STEER, agreement),
    }


def _sections(agreement: Agreement, row: Amendment, actor: Actor) -> list[dict[str, Any]]:
    """With the way into each that the actor's party has a part in, else with who writes it."""
    party = party_of(agreement, actor)
    there = [one for one in agreement.parties.all() if one.left_on is None]
    shown = []
    for key, section in SECTIONS.items():
        theirs = section.owner is not None and party is not None and party.side != section.owner
        names = [one.organisation.name for one in there if one.side == section.owner]
        shown.append(
            {
                "url": "" if theirs else _editor(agreement, key, row),
                "label": section.label,
                "changed": key in row.after,
                "writer": ", ".join(names) if theirs else "",
            }
        )
    return shown


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def amendment(request: ActorRequest, pk: UUID, amendment: UUID) -> HttpResponse:
    agreement, row = load_amendment(request, pk, amendment)
    text = text_of(agreement, row)
    signer = signer_of(agreement, row, request.actor)
    is_draft = row.state == Amendment.State.DRAFT
    is_signed = row.state == Amendment.State.SIGNED
    context = {
        "agreement": agreement,
        "amendment": row,
        "picks_parties": is_draft and row.kind == Amendment.Kind.PARTIES,
        "hindrances": hindrances(agreement, row) if is_draft or is_signed else [],
        "sections": _sections(agreement, row, request.actor),
        "text": text,
        "lines": lines_for(agreement, row, text) if text else [],
        "may_write": may(request.actor, Permission.AGREEMENT_WRITE, agreement),
        "may_sign": signer is not None and may_sign_amendment(request.actor, signer),
        "is_asked": signer is not None and signer.left_on is not None,
        "said": agreement.events.filter(
            verb__in=["amendment_refused", "amendment_withdrawn"], details__number=row.number
        ).last(),
        **changes_of(row),
        **_reviews_of(request, agreement, row),
    }
    return render(request, "partnerships/amendment.html", context)


@requires(Permission.AGREEMENT_WRITE)
@require_POST
def amendment_send(request: ActorRequest, pk: UUID, amendment: UUID) -> HttpResponse:
    _agreement, row = load_amendment(request, pk, amendment)
    try:
        services.send_amendment_to_signature(
            agreement_id=pk, amendment_id=amendment, actor=request.actor
        )
    except WrongState as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("Tillægget er låst. Parterne får besked om at skrive under."))
    return to_amendment(pk, row)


_WITHDRAW = Step(
    title=_("Træk tillægget tilbage"),
    lead=_("Aftalen gælder, som den er."),
    submit=_("Træk tillægget tilbage"),
    done=_("Tillægget er trukket tilbage. De andre parter får besked."),
    happens=(_("Det kan ikke fortrydes. I kan altid begynde et nyt tillæg."),),
    warning=True,
)


def not_now(request: ActorRequest, agreement: Agreement, row: Amendment) -> HttpResponse:
    messages.warning(
        request,
        _("Det kan ikke gøres nu. Tillægget er »%(state)s«.") % {"state": row.get_state_display()},
    )
    return to_amendment(agreement.pk, row)


@requires(Permission.AGREEMENT_WRITE)
@pages
def amendment_withdraw(request: ActorRequest, pk: UUID, amendment: UUID) -> HttpResponse:
    agreement, row = load_amendment(request, pk, amendment)
    require_may(request.actor, Permission.AGREEMENT_WRITE, agreement)
    if not services.may_be_withdrawn(agreement, row):
        return not_now(request, agreement, row)
    form = comment_form(request, _("Hvorfor trækkes det tilbage?"))
    return take(
        request,
        agreement,
        _WITHDRAW,
        lambda data: services.withdraw_amendment(
            agreement_id=pk, amendment_id=amendment, actor=request.actor, **data
        ),
        form=form,
        to=lambda _row: to_amendment(pk, row),
        amendment=row,
    )
