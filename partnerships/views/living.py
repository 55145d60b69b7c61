"""What people do with an agreement that is in force, and how it ends."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from partnerships import services
from partnerships.dates import earliest_end
from partnerships.forms.moving import (
    EvaluationForm,
    NoticeForm,
    PaymentForm,
    SuspendForm,
)
from partnerships.guards import missing_for_close
from partnerships.models import AgreementState
from partnerships.permissions import may_look_at_data, require_may
from partnerships.views.steps import (
    Step,
    agreement_of,
    comment_form,
    for_move,
    pages,
    take,
    to_agreement,
    too_late,
)
from partnerships.workflow import RUNNING
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.errors import NotAllowed, NotFound, WrongState
from portal.common.templatetags.look import kroner, long_date

_ENDED = (AgreementState.EXPIRED, AgreementState.TERMINATED)

# --- pause --------------------------------------------------------------------------------------
_SUSPEND = Step(
    title=_("Sæt aftalen på pause"),
    lead=_("Aftalen gælder ikke, før I sætter den i gang igen. Den slutter stadig på sin dag."),
    submit=_("Sæt på pause"),
    done=_("Aftalen er sat på pause. De andre parter får besked."),
    warning=True,
)
_RESUME = Step(
    title=_("Sæt aftalen i gang igen"),
    lead=_("Aftalen gælder igen med det samme."),
    submit=_("Sæt i gang igen"),
    done=_("Aftalen er i gang igen. De andre parter får besked."),
)


@requires(Permission.AGREEMENT_STEER)
@pages
def suspend(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement, answer = for_move(request, pk, "suspend")
    if answer:
        return answer
    posted = request.method == "POST"
    form = SuspendForm(request.POST if posted else None, request.FILES if posted else None)

    def act(data: dict[str, Any]) -> object:
        return services.suspend_agreement(
            agreement_id=pk, comment=data["comment"], document=data["file"], actor=request.actor
        )

    return take(request, agreement, _SUSPEND, act, form=form)


@requires(Permission.AGREEMENT_STEER)
@pages
def resume(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement, answer = for_move(request, pk, "resume")
    if answer:
        return answer
    form = comment_form(request, _("Vil I skrive lidt til de andre?"), required=False)
    return take(
        request,
        agreement,
        _RESUME,
        lambda data: services.resume_agreement(agreement_id=pk, actor=request.actor, **data),
        form=form,
    )


# --- notice and end -----------------------------------------------------------------------------
_NOTICE = Step(
    title=_("Sig aftalen op"),
    lead=_("Aftalen gælder, til varslet er gået. Den slutter så af sig selv."),
    submit=_("Sig aftalen op"),
    done=_("Aftalen er sagt op. De andre parter får besked."),
    happens=(
        _("En opsigelse kan ikke trækkes tilbage her. I kan lave en ny aftale."),
        _("Bagefter skriver I en kort evaluering sammen."),
    ),
    warning=True,
)


@requires(Permission.AGREEMENT_WRITE)
@pages
def notice(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement = agreement_of(request, pk)
    require_may(request.actor, Permission.AGREEMENT_WRITE, agreement)
    if agreement.status not in RUNNING or agreement.terminates_on is not None:
        return too_late(
            request,
            agreement,
            str(_("Aftalen er allerede sagt op.")) if agreement.terminates_on else "",
        )
    first = earliest_end(clock.today(), agreement.notice_months or 0)
    if agreement.ends_on is not None and first > agreement.ends_on:
        return too_late(
            request,
            agreement,
            str(
                _("Aftalen slutter af sig selv %(day)s. Varslet når ikke at gå før.")
                % {"day": long_date(agreement.ends_on)}
            ),
        )
    posted = request.method == "POST"
    form = NoticeForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        first=long_date(first),
        initial={"ends_on": first},
    )

    def act(data: dict[str, Any]) -> object:
        return services.give_notice(
            agreement_id=pk,
            ends_on=data["ends_on"],
            comment=data["comment"],
            document=data["file"],
            actor=request.actor,
        )

    facts = [
        {"label": _("Varsel"), "value": _("%(n)s måneder") % {"n": agreement.notice_months or 0}},
        {"label": _("Kan slutte tidligst"), "value": long_date(first)},
        {"label": _("Slutter af sig selv"), "value": long_date(agreement.ends_on)},
    ]
    return take(request, agreement, _NOTICE, act, form=form, facts=facts)


_EVALUATE = Step(
    title=_("Skriv den afsluttende evaluering"),
    lead=_("Alle parter kan skrive i den, til aftalen er afsluttet."),
    submit=_("Gem evalueringen"),
    done=_("Evalueringen er gemt."),
)
_CLOSE = Step(
    title=_("Afslut aftalen"),
    lead=_("Aftalen er slut, og alt er samlet op. Nu lukkes den."),
    submit=_("Afslut aftalen"),
    done=_("Aftalen er afsluttet. Den kan stadig læses."),
    happens=(_("Ingen kan skrive i den bagefter."),),
)
_RENEW = Step(
    title=_("Forny aftalen"),
    lead=_("Samspil laver et udkast til en ny aftale med det, der varer ved."),
    submit=_("Lav udkastet"),
    done=_("Her er udkastet til den nye aftale. Den gamle gælder, til den slutter."),
    happens=(
        _("Parter, kontakter, mål, rammesvar og tilbud kommer med."),
        _("Aktiviteter, opgaver og beløb flyttes til den nye periode."),
        _("Milepæle og betalinger, der er overstået, kommer ikke med."),
        _("Alle parter læser teksten igennem og siger god for den igen."),
    ),
)


@requires(Permission.AGREEMENT_WRITE)
@pages
def evaluate(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement = agreement_of(request, pk)
    require_may(request.actor, Permission.AGREEMENT_WRITE, agreement)
    if agreement.status not in {*RUNNING, *_ENDED}:
        return too_late(request, agreement)
    form = EvaluationForm(
        request.POST if request.method == "POST" else None,
        initial={"text": agreement.final_evaluation},
    )
    return take(
        request,
        agreement,
        _EVALUATE,
        lambda data: services.write_final_evaluation(agreement_id=pk, actor=request.actor, **data),
        form=form,
    )


@requires(Permission.AGREEMENT_STEER)
@pages
def close(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement, answer = for_move(request, pk, "close")
    if answer:
        return answer
    return take(
        request,
        agreement,
        _CLOSE,
        lambda _data: services.close_agreement(agreement_id=pk, actor=request.actor),
        missing=missing_for_close(agreement),
    )


@requires(Permission.AGREEMENT_WRITE)
@pages
def renew(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement = agreement_of(request, pk)
    require_may(request.actor, Permission.AGREEMENT_WRITE, agreement)
    if agreement.status not in {*RUNNING, AgreementState.EXPIRED}:
        return too_late(request, agreement)

    def to(new: Any) -> HttpResponse:
        return to_agreement(new.pk)

    return take(
        request,
        agreement,
        _RENEW,
        lambda _data: services.renew_agreement(agreement_id=pk, actor=request.actor),
        to=to,
    )


# --- data protection, milestones, obligations, payments -----------------------------------------
_DATA = Step(
    title=_("Se på databeskyttelsen"),
    lead=_("En gang om året ser I efter, om personoplysninger stadig bliver passet på."),
    submit=_("Vi har set på det"),
    done=_("Tak. Vi spørger jer igen om et år."),
    template="partnerships/data_review.html",
)


@requires(Permission.AGREEMENT_STEER, Permission.AGREEMENT_REVIEW_DATA)
@pages
def data_review(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement = agreement_of(request, pk)
    if not may_look_at_data(request.actor, agreement):
        raise NotAllowed()
    if agreement.status not in RUNNING or not agreement.shares_personal_data:
        return too_late(request, agreement)
    return take(
        request,
        agreement,
        _DATA,
        lambda _data: services.look_at_data_protection(agreement_id=pk, actor=request.actor),
    )


@requires(Permission.AGREEMENT_WRITE)
@require_POST
def milestone_done(request: ActorRequest, pk: UUID, row: UUID) -> HttpResponse:
    agreement = agreement_of(request, pk)
    try:
        services.reach_milestone(agreement_id=pk, milestone_id=row, actor=request.actor)
    except WrongState:
        return too_late(request, agreement)
    messages.success(request, _("Milepælen er nået. Godt gået."))
    return to_agreement(pk, "activities")


@requires(Permission.AGREEMENT_WRITE)
@require_POST
def obligation_done(request: ActorRequest, pk: UUID, row: UUID) -> HttpResponse:
    agreement = agreement_of(request, pk)
    try:
        services.fulfil_obligation(agreement_id=pk, obligation_id=row, actor=request.actor)
    except WrongState as error:
        running = agreement.status in RUNNING
        return too_late(request, agreement, error.message if running else "")
    messages.success(request, _("Opgaven er gjort. Tak."))
    return to_agreement(pk, "parties")


_PAYMENT = Step(
    title=_("Notér en betaling"),
    lead=_("Samspil betaler ikke noget. Her skriver I, at det er gjort."),
    submit=_("Gem betalingen"),
    done=_("Betalingen er noteret."),
)


@requires(Permission.AGREEMENT_WRITE)
@pages
def payment(request: ActorRequest, pk: UUID, row: UUID) -> HttpResponse:
    agreement = agreement_of(request, pk)
    require_may(request.actor, Permission.AGREEMENT_WRITE, agreement)
    found = agreement.payments.select_related("line").filter(pk=row).first()
    if found is None:
        raise NotFound()
    form = PaymentForm(
        request.POST if request.method == "POST" else None,
        initial={"paid_on": found.paid_on or clock.today(), "reference": found.reference},
    )
    facts = [
        {"label": _("Post"), "value": found.line.text},
        {"label": _("Beløb"), "value": kroner(found.amount_ore)},
        {"label": _("Betales senest"), "value": long_date(found.due_on)},
    ]

    def to(_row: object) -> HttpResponse:
        return redirect(f"{to_agreement(pk, 'budget')['Location']}")

    return take(
        request,
        agreement,
        _PAYMENT,
        lambda data: services.record_payment(
            agreement_id=pk, payment_id=row, actor=request.actor, **data
        ),
        form=form,
        to=to,
        facts=facts,
    )
