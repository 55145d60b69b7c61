"""Internal review: who shall look, the reviewer's own page, and on to negotiation."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from partnerships import services
from partnerships.forms.moving import (
    AskReviewForm,
    DecideForm,
    People,
    ReviewersForm,
)
from partnerships.guards import (
    legal_review_reasons,
    missing_for_negotiation,
    missing_for_review,
    required_reviews,
)
from partnerships.guards.reviews import as_read, newest_reviews, waits_for_review
from partnerships.models import Agreement, AgreementState, Amendment, Question, Review
from partnerships.permissions import may_review, require_may
from partnerships.views.amending import changes_of, load_amendment, not_now, to_amendment
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
from portal.common.errors import NotAllowed, NotFound

_SUBMIT = Step(
    title=_("Send til intern høring"),
    lead=_("Vælg, hvem der skal læse aftalen, før I forhandler om den."),
    submit=_("Send til høring"),
    done=_("Aftalen er sendt til høring. De, der skal læse den, får en mail."),
    happens=(
        _("Teksten er låst, mens den bliver læst."),
        _("Når alle har sagt god for den, kan I forhandle."),
        _("Siger en nej, går den tilbage til udkast med en kommentar."),
    ),
)


def _people(agreement: Agreement) -> dict[str, People]:
    return {kind.value: services.reviewers(agreement, kind) for kind in Review.Kind}


@requires(Permission.AGREEMENT_STEER)
@pages
def review_submit(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement, answer = for_move(request, pk, "submit_for_review")
    if answer:
        return answer
    form = ReviewersForm(
        request.POST if request.method == "POST" else None,
        people=_people(agreement),
        required=required_reviews(agreement),
        own=request.actor.user_id,
    )

    def act(_data: dict[str, Any]) -> object:
        return services.submit_for_review(agreement_id=pk, actor=request.actor, chosen=form.chosen)

    return take(
        request,
        agreement,
        _SUBMIT,
        act,
        form=form,
        missing=missing_for_review(agreement),
        reasons=legal_review_reasons(agreement),
    )


# --- the reviewer's page ------------------------------------------------------------------------
_DECIDE = Step(
    title=_("Gennemgå aftalen"),
    lead=_("Læs den, og sig god for den, eller send den tilbage med en kommentar."),
    submit=_("Send dit svar"),
    done=_("Tak. Dit svar er gemt, og de andre får besked."),
    template="partnerships/review.html",
)
_DECIDE_AMENDMENT = replace(
    _DECIDE,
    title=_("Gennemgå tillægget"),
    lead=_("Læs, hvad tillægget ændrer. Sig god for det, eller send det tilbage med en kommentar."),
)


def _changes_since(agreement: Agreement, review: Review) -> dict[str, Any]:
    """What is new since the same kind of look was asked for last time."""
    last = (
        agreement.reviews.filter(kind=review.kind, round__lt=review.round)
        .exclude(asked_at=review.asked_at)
        .order_by("-asked_at")
        .first()
    )
    if last is None:
        return {"last": None, "changes": []}
    return {"last": last, "changes": list(agreement.changes.filter(at__gt=last.asked_at))}


def _answers(agreement: Agreement) -> list[dict[str, str]]:
    """Every frame question in the document's order, answered or not."""
    there = {row.question: row for row in agreement.frame_answers.all()}
    return [
        {
            "question": str(question.label),
            "answer": there[question].get_answer_display() if question in there else "",
            "reason": there[question].reason if question in there else "",
        }
        for question in Question
    ]


def _said_earlier(reviews: Sequence[Review], before: int) -> list[Review]:
    """Answers of the rounds before, each once: one that goes on into the next round is the same."""
    now = {(one.kind, one.decided_at) for one in reviews if one.round == before}
    earlier = {
        (one.kind, one.decided_at): one for one in reviews if one.round < before and one.comment
    }
    return [one for said, one in earlier.items() if said not in now]


@requires(
    Permission.AGREEMENT_REVIEW_PROFESSIONAL,
    Permission.AGREEMENT_REVIEW_LEGAL,
    Permission.AGREEMENT_REVIEW_DATA,
)
@pages
def review(request: ActorRequest, pk: UUID, review: UUID) -> HttpResponse:
    agreement = agreement_of(request, pk)
    reviews: Sequence[Review] = list(agreement.reviews.select_related("organisation"))
    row = next((one for one in reviews if one.pk == review), None)
    if row is None:
        raise NotFound()
    if not may_review(request.actor, row):
        raise NotAllowed()
    amendment = row.amendment
    same = [one for one in reviews if one.amendment_id == row.amendment_id]
    context: dict[str, Any] = {
        "review": row,
        "others": [one for one in same if one.round == row.round and one.pk != row.pk],
        "earlier": _said_earlier(same, row.round),
        "read": as_read(agreement, amendment),
        "answers": _answers(agreement),
        "closed": row.decision != Review.Decision.PENDING or not waits_for_review(row),
    }
    step = _DECIDE if amendment is None else _DECIDE_AMENDMENT
    if amendment is None:
        context |= {
            "reasons": legal_review_reasons(agreement),
            **_changes_since(agreement, row),
        }
    else:
        unseen = services.last_trial(amendment).unseen(agreement, amendment)
        context |= {"amendment": amendment, "unseen": unseen, **changes_of(amendment)}
    form = DecideForm(
        request.POST if request.method == "POST" else None, of_amendment=amendment is not None
    )
    if context["closed"] and request.method != "POST":
        return show(request, agreement, step, form, **context)

    def act(data: dict[str, Any]) -> object:
        return services.decide_review(
            agreement_id=pk,
            review_id=review,
            approve=data["decision"] == "approve",
            comment=data["comment"],
            read=request.POST.get("read", ""),
            actor=request.actor,
        )

    return take(request, agreement, step, act, form=form, **context)


# --- the coordinator's steps --------------------------------------------------------------------
_SEND_BACK = Step(
    title=_("Send tilbage til udkast"),
    lead=_("Teksten åbnes igen, så begge parter kan rette den."),
    submit=_("Send tilbage"),
    done=_("Aftalen er et udkast igen. Parterne får besked."),
)


@requires(Permission.AGREEMENT_STEER)
@pages
def send_back(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement, answer = for_move(request, pk, "send_back")
    if answer:
        return answer
    form = comment_form(request, _("Hvad skal laves om?"))
    return take(
        request,
        agreement,
        _SEND_BACK,
        lambda data: services.send_back(agreement_id=pk, actor=request.actor, **data),
        form=form,
    )


_NEGOTIATE = Step(
    title=_("Åbn forhandlingen"),
    lead=_("Alle har læst aftalen. Nu kan parterne blive enige om teksten."),
    submit=_("Åbn forhandlingen"),
    done=_("Forhandlingen er åben. Parterne får besked."),
    happens=(
        _("Alle parter kan rette deres egen del og foreslå ændringer i resten."),
        _("Når alle har godkendt hvert afsnit, kan aftalen sendes til underskrift."),
    ),
)


@requires(Permission.AGREEMENT_STEER)
@pages
def negotiate(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement, answer = for_move(request, pk, "negotiate")
    if answer:
        return answer
    return take(
        request,
        agreement,
        _NEGOTIATE,
        lambda _data: services.negotiate(agreement_id=pk, actor=request.actor),
        missing=missing_for_negotiation(agreement),
    )


_ASK = Step(
    title=_("Bed om en gennemgang"),
    lead=_("Er der kommet noget nyt i aftalen, kan en jurist eller en fagperson se på den igen."),
    submit=_("Bed om gennemgangen"),
    done=_("Vi har skrevet til den, der skal se på aftalen."),
    happens=(
        _("I kan forhandle videre imens."),
        _("Aftalen kan først skrives under, når svaret er kommet."),
    ),
)


@requires(Permission.AGREEMENT_STEER)
@pages
def ask_review(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement = agreement_of(request, pk)
    require_may(request.actor, Permission.AGREEMENT_STEER, agreement)
    if agreement.status != AgreementState.NEGOTIATION:
        return too_late(request, agreement)
    form = AskReviewForm(
        request.POST if request.method == "POST" else None, people=_people(agreement)
    )

    def act(_data: dict[str, Any]) -> None:
        kind, chosen = form.asked
        services.ask_for_review(agreement_id=pk, kind=kind, chosen=chosen, actor=request.actor)

    return take(request, agreement, _ASK, act, form=form, names={"reviewers": "who"})


_ASK_AMENDMENT = Step(
    title=_("Bed om en gennemgang af tillægget"),
    lead=_("Vælg, hvem der skal se på tillægget, før parterne skriver under."),
    submit=_("Bed om gennemgangen"),
    done=_("Vi har skrevet til dem, der skal se på tillægget."),
    happens=(
        _("I kan rette videre imens. Kommer der mere at se på, skal der spørges igen."),
        _("Tillægget kan sendes til underskrift, når alle, I har spurgt, har sagt god for det."),
    ),
)


@requires(Permission.AGREEMENT_STEER)
@pages
def amendment_ask_review(request: ActorRequest, pk: UUID, amendment: UUID) -> HttpResponse:
    agreement, row = load_amendment(request, pk, amendment)
    require_may(request.actor, Permission.AGREEMENT_STEER, agreement)
    if row.state != Amendment.State.DRAFT:
        return not_now(request, agreement, row)
    unseen = services.last_trial(row).unseen(agreement, row)
    form = ReviewersForm(
        request.POST if request.method == "POST" else None,
        people=_people(agreement),
        required=set(unseen) - services.still_asked(newest_reviews(row)),
        own=request.actor.user_id,
    )
    return take(
        request,
        agreement,
        _ASK_AMENDMENT,
        lambda _data: services.ask_for_amendment_review(
            agreement_id=pk, amendment_id=amendment, chosen=form.chosen, actor=request.actor
        ),
        form=form,
        to=lambda _result: to_amendment(pk, row),
        amendment=row,
        why=list(unseen.values()),
    )
