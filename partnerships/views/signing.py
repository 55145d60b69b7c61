"""To signature, signing, refusing, and an agreement that comes to nothing."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from partnerships import services
from partnerships.forms.moving import SignForm, UploadForm
from partnerships.guards import missing_for_signature
from partnerships.models import Agreement, AgreementParty, AgreementState, Document
from partnerships.permissions import require_may
from partnerships.selectors import party_of
from partnerships.services.signing import signing_parties, valid_signatures
from partnerships.views.steps import (
    Step,
    agreement_of,
    comment_form,
    for_move,
    pages,
    show,
    take,
    too_late,
)
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.accounts.confirming import confirm_first

_SEND = Step(
    title=_("Send til underskrift"),
    lead=_("Teksten låses som en PDF, og alle parter skriver under på den samme tekst."),
    submit=_("Lås teksten, og bed om underskrifter"),
    done=_("Teksten er låst. Parterne får besked om at skrive under."),
    happens=(
        _("Ingen kan ændre teksten, mens den venter på underskrifter."),
        _("Vil en part have noget lavet om, går aftalen tilbage til forhandling."),
        _("Underskrifter, der allerede er givet, gælder så ikke længere."),
    ),
)


@requires(Permission.AGREEMENT_WRITE)
@pages
def send_to_signature(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement, answer = for_move(request, pk, "send_to_signature")
    if answer:
        return answer
    return take(
        request,
        agreement,
        _SEND,
        lambda _data: services.send_to_signature(agreement_id=pk, actor=request.actor),
        missing=missing_for_signature(agreement),
    )


# --- signing ------------------------------------------------------------------------------------
_SIGN = Step(
    title=_("Skriv under"),
    lead=_("Læs teksten. Skriv så under for jeres organisation."),
    submit=_("Skriv under"),
    done=_("Tak. I har skrevet under."),
    template="partnerships/sign.html",
)
# An amendment is signed on paper in the same words.
UPLOAD = Step(
    title=_("Læg et underskrevet dokument ind"),
    lead=_("Brug det, når I har skrevet under på papir eller hos en anden tjeneste."),
    submit=_("Gem underskriften"),
    done=_("Tak. Jeres underskrift er gemt sammen med dokumentet."),
    template="partnerships/sign_upload.html",
)
ALREADY = _("I har allerede skrevet under.")


def lines_of(agreement: Agreement, text: Document) -> list[dict[str, Any]]:
    """Every party, with its signature on this text or None."""
    signed = {row.party_id: row for row in valid_signatures(text)}
    return [{"party": row, "signature": signed.get(row.pk)} for row in signing_parties(agreement)]


def _open(request: ActorRequest, pk: UUID) -> tuple[Agreement, AgreementParty, HttpResponse | None]:
    agreement = agreement_of(request, pk)
    require_may(request.actor, Permission.AGREEMENT_SIGN, agreement)
    party = party_of(agreement, request.actor)
    assert party is not None  # noqa: S101 - `require_may` found it
    if agreement.status != AgreementState.AWAITING_SIGNATURE:
        return agreement, party, too_late(request, agreement)
    return agreement, party, None


def _context(agreement: Agreement, party: AgreementParty) -> dict[str, Any]:
    assert agreement.frozen_id is not None  # noqa: S101 - agreement_awaiting_has_frozen_text
    text = agreement.documents.defer("content").get(pk=agreement.frozen_id)
    lines = lines_of(agreement, text)
    own = next((row["signature"] for row in lines if row["party"].pk == party.pk), None)
    return {
        "text": text,
        "lines": lines,
        "own": own,
        "party": party,
        "outside": bool(settings.SIGNING_SERVICE),
    }


@requires(Permission.AGREEMENT_SIGN)
@pages
def sign(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement, party, answer = _open(request, pk)
    if answer:
        return answer
    context = _context(agreement, party)
    form = SignForm(
        request.POST if request.method == "POST" else None,
        initial={"sha256": context["text"].sha256},
        organisation=party.organisation.name,
    )
    if context["own"] is not None and request.method != "POST":
        return show(request, agreement, _SIGN, form, **context)
    answer = confirm_first(request)
    if answer:
        return answer

    def act(data: dict[str, Any]) -> object:
        return services.sign_agreement(
            agreement_id=pk, sha256=data["sha256"], title=data["title"], actor=request.actor
        )

    return take(request, agreement, _SIGN, act, form=form, **context)


@requires(Permission.AGREEMENT_SIGN)
@pages
def sign_upload(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement, party, answer = _open(request, pk)
    if answer:
        return answer
    context = _context(agreement, party)
    if context["own"] is not None:
        return too_late(request, agreement, str(ALREADY))
    answer = confirm_first(request)
    if answer:
        return answer
    posted = request.method == "POST"
    form = UploadForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        initial={"sha256": context["text"].sha256},
    )

    def act(data: dict[str, Any]) -> object:
        return services.upload_signature(
            agreement_id=pk,
            sha256=data["sha256"],
            content=data["file"],
            signed_on=data["signed_on"],
            name=data["name"],
            title=data["title"],
            actor=request.actor,
        )

    return take(request, agreement, UPLOAD, act, form=form, **context)


_REFUSE = Step(
    title=_("Skriv ikke under"),
    lead=_("Aftalen går tilbage til forhandling, så teksten kan laves om."),
    submit=_("Send tilbage til forhandling"),
    done=_("Aftalen er tilbage i forhandling. De andre parter får besked."),
    happens=(_("Underskrifter, der allerede er givet, gælder ikke længere."),),
    warning=True,
)


@requires(Permission.AGREEMENT_SIGN)
@pages
def refuse(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement, answer = for_move(request, pk, "refuse_signature")
    if answer:
        return answer
    form = comment_form(request, _("Hvad skal laves om, før I vil skrive under?"))
    return take(
        request,
        agreement,
        _REFUSE,
        lambda data: services.refuse_signature(agreement_id=pk, actor=request.actor, **data),
        form=form,
    )


_CANCEL = Step(
    title=_("Annullér aftalen"),
    lead=_("Brug det, når aftalen ikke bliver til noget. Den kan stadig læses bagefter."),
    submit=_("Annullér aftalen"),
    done=_("Aftalen er annulleret. De andre parter får besked."),
    happens=(_("Det kan ikke fortrydes. I kan altid begynde på en ny."),),
    warning=True,
)


@requires(Permission.AGREEMENT_WRITE)
@pages
def cancel(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement, answer = for_move(request, pk, "cancel")
    if answer:
        return answer
    form = comment_form(request, _("Hvorfor bliver den ikke til noget?"))
    return take(
        request,
        agreement,
        _CANCEL,
        lambda data: services.cancel_agreement(agreement_id=pk, actor=request.actor, **data),
        form=form,
    )
