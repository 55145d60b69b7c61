"""The verbs of one referral. Each is a POST; those with something to tell have a page of their own,
so that they work without a script. A second answer never overwrites the first: it shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common.errors import InvalidInput, NotAllowed, WrongState
from portal.common.templatetags.look import long_date, when
from referrals import presentation, selectors, services
from referrals.forms.answering import (
    AnswerForm,
    AssignForm,
    CompleteForm,
    DeclineForm,
    ErrorForm,
    GiveUpForm,
    KeepWaitingForm,
    MessageForm,
    ReassignForm,
    WaitlistForm,
)
from referrals.models import Referral
from referrals.permissions import available_actions, is_sender, require_move
from referrals.views.detail import (
    colleagues_of,
    detail_page,
    handlers_of,
    is_hidden,
    may_write,
    sends,
)
from referrals.worklists import consent_feedback

_Pages = require_http_methods(["GET", "HEAD", "POST"])


# --- what is the same for all ---------------------------------------------------------------


def _load(request: ActorRequest, pk: UUID) -> Referral:
    return selectors.referral_for_page(actor=request.actor, referral_id=pk)


def _to_page(pk: UUID) -> HttpResponse:
    return redirect("referrals:detail", pk)


def _too_late(request: ActorRequest, referral: Referral) -> HttpResponse:
    """Somebody was quicker, or the same button was pressed twice: say what stands."""
    hidden = is_hidden(request.actor, referral)
    _state, label = presentation.status_for(referral.status, hidden=hidden)
    sentence = _("Det er allerede gjort, eller andre var hurtigere. Der står: %(state)s.") % {
        "state": label.lower()
    }
    if not hidden:
        sentence = _(
            "Det er allerede gjort, eller andre var hurtigere. Der står: %(state)s, %(when)s."
        ) % {"state": label.lower(), "when": when(referral.status_changed_at)}
    messages.warning(request, sentence)
    return _to_page(referral.pk)


def _at_once(
    request: ActorRequest, pk: UUID, service: Callable[..., object], done: str
) -> HttpResponse:
    """A verb that needs nothing more than the click."""
    try:
        service(actor=request.actor, referral_id=pk)
    except WrongState:
        return _too_late(request, _load(request, pk))
    messages.success(request, done)
    return _to_page(pk)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """One verb's own page: a form, and the words round it."""

    verb: str
    service: Callable[..., object]
    form: Callable[..., AnswerForm]
    title: Promise
    lead: Promise
    submit: Promise
    done: Promise
    warning: bool = False


def _by_page(request: ActorRequest, pk: UUID, page: _Page, **options: object) -> HttpResponse:
    referral = _load(request, pk)
    require_move(request.actor, page.verb, referral)
    if page.verb not in available_actions(referral, request.actor):
        return _too_late(request, referral)
    form = page.form(request.POST if request.method == "POST" else None, **options)
    if request.method == "POST" and form.is_valid():
        try:
            page.service(actor=request.actor, referral_id=pk, **form.cleaned_data)
        except WrongState:
            referral.refresh_from_db()
            return _too_late(request, referral)
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            messages.success(request, _done(page, referral))
            return _to_page(pk)
    context = {"referral": referral, "form": form, "page": page}
    status = 422 if form.is_bound else 200
    return render(request, "referrals/detail_form.html", context, status=status)


def _done(page: _Page, referral: Referral) -> str:
    return str(page.done) % {"reference": referral.reference}


# --- the receiver's answers -----------------------------------------------------------------


@requires(Permission.REFERRAL_ANSWER)
@require_POST
def accept(request: ActorRequest, pk: UUID) -> HttpResponse:
    done = _("I har taget imod. Nu kan I se, hvordan I får fat i borgeren.")
    return _at_once(request, pk, services.accept, done)


@requires(Permission.REFERRAL_ANSWER)
@require_POST
def start(request: ActorRequest, pk: UUID) -> HttpResponse:
    done = _("Godt. Vi spørger om seks uger, hvordan det går.")
    return _at_once(request, pk, services.start, done)


@requires(Permission.REFERRAL_ANSWER)
@require_POST
def undo(request: ActorRequest, pk: UUID) -> HttpResponse:
    try:
        services.undo(actor=request.actor, referral_id=pk)
    except WrongState as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, _("Svaret er fortrudt. Ingen har fået besked om det."))
    return _to_page(pk)


_DECLINE = _Page(
    verb="decline",
    service=services.decline,
    form=DeclineForm,
    title=gettext_lazy("I kan ikke tage imod"),
    lead=gettext_lazy(
        "Et nej er helt i orden og koster jer ikke noget. Afsenderen får forslag til andre tilbud."
    ),
    submit=gettext_lazy("Send svaret"),
    done=gettext_lazy("Svaret er gemt. Afsenderen får besked om en halv time."),
)
_WAITLIST = _Page(
    verb="waitlist",
    service=services.waitlist,
    form=WaitlistForm,
    title=gettext_lazy("Sæt på venteliste"),
    lead=gettext_lazy("Borgeren beholder sin plads i køen. Vi spørger jer igen, så ingen glemmes."),
    submit=gettext_lazy("Sæt på venteliste"),
    done=gettext_lazy("Borgeren står nu på venteliste."),
)
_COMPLETE = _Page(
    verb="complete",
    service=services.complete,
    form=CompleteForm,
    title=gettext_lazy("Hvordan gik det?"),
    lead=gettext_lazy("Ét svar er nok. De to sidste spørgsmål kan I springe over."),
    submit=gettext_lazy("Afslut forløbet"),
    done=gettext_lazy("Tak. Forløbet er afsluttet."),
)
_GIVE_UP = _Page(
    verb="give_up",
    service=services.give_up,
    form=GiveUpForm,
    title=gettext_lazy("Det blev ikke til noget"),
    lead=gettext_lazy("Det sker. Jeres svar hjælper os med at finde noget, der passer bedre."),
    submit=gettext_lazy("Afslut forløbet"),
    done=gettext_lazy("Tak. Forløbet er afsluttet."),
)


@requires(Permission.REFERRAL_ANSWER)
@_Pages
def decline(request: ActorRequest, pk: UUID) -> HttpResponse:
    return _by_page(request, pk, _DECLINE)


@requires(Permission.REFERRAL_ANSWER)
@_Pages
def waitlist(request: ActorRequest, pk: UUID) -> HttpResponse:
    return _by_page(request, pk, _WAITLIST)


@requires(Permission.REFERRAL_ANSWER)
@_Pages
def complete(request: ActorRequest, pk: UUID) -> HttpResponse:
    return _by_page(request, pk, _COMPLETE)


@requires(Permission.REFERRAL_ANSWER)
@_Pages
def give_up(request: ActorRequest, pk: UUID) -> HttpResponse:
    feedback = consent_feedback(request.actor, _load(request, pk))
    return _by_page(request, pk, _GIVE_UP, feedback=feedback)


@requires(Permission.REFERRAL_ANSWER)
@require_POST
def keep_waiting(request: ActorRequest, pk: UUID) -> HttpResponse:
    form = KeepWaitingForm(request.POST)
    if form.is_valid():
        day = form.cleaned_data["review_on"]
        try:
            services.keep_waiting(actor=request.actor, referral_id=pk, review_on=day)
        except WrongState:
            return _too_late(request, _load(request, pk))
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            messages.success(request, _("Vi spørger jer igen %(day)s.") % {"day": long_date(day)})
            return _to_page(pk)
    return detail_page(request, pk, failed=form)


@requires(Permission.REFERRAL_ANSWER)
@require_POST
def assign(request: ActorRequest, pk: UUID) -> HttpResponse:
    form = AssignForm(request.POST, handlers=handlers_of(request.actor))
    if not form.is_valid():
        return detail_page(request, pk, failed=form)
    handler = form.cleaned_data["handler"]
    services.assign_handler(actor=request.actor, referral_id=pk, handler_id=handler)
    messages.success(
        request,
        _("Nu kan alle se, hvem der tager sig af den.")
        if handler
        else _("Nu er den ikke givet til nogen."),
    )
    return _to_page(pk)


# --- both sides -----------------------------------------------------------------------------


@requires(Permission.REFERRAL_FOLLOW, Permission.REFERRAL_ANSWER)
@require_POST
def message(request: ActorRequest, pk: UUID) -> HttpResponse:
    actor = request.actor
    form = MessageForm(request.POST)
    referral = _load(request, pk)
    open_thread = may_write(
        referral,
        sending=sends(actor, referral),
        receiving=referral.receiver_id == actor.organisation_id,
        feedback=consent_feedback(actor, referral),
    )
    if not open_thread:
        messages.warning(request, _("Der kan ikke skrives beskeder på denne henvisning."))
        return _to_page(pk)
    if form.is_valid():
        try:
            services.write_message(actor=actor, referral_id=pk, text=form.cleaned_data["text"])
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            messages.success(request, _("Beskeden er sendt."))
            return redirect(f"{_to_page(pk)['Location']}#beskeder")
    return detail_page(request, pk, failed=form)


# --- the sender -----------------------------------------------------------------------------


@requires(Permission.REFERRAL_WITHDRAW, Permission.REFERRAL_ANSWER)
@_Pages
def withdraw(request: ActorRequest, pk: UUID) -> HttpResponse:
    """One confirmation that says what stops; then it stops at once."""
    referral = _load(request, pk)
    require_move(request.actor, "withdraw", referral)
    if "withdraw" not in available_actions(referral, request.actor):
        return _too_late(request, referral)
    if request.method == "POST":
        done = _("Henvisning %(reference)s er trukket tilbage.") % {"reference": referral.reference}
        return _at_once(request, pk, services.withdraw, done)
    return render(request, "referrals/detail_withdraw.html", {"referral": referral})


_MARK_ERROR = _Page(
    verb="mark_error",
    service=services.mark_error,
    form=ErrorForm,
    title=gettext_lazy("Markér som fejl"),
    lead=gettext_lazy(
        "Brug det, når henvisningen aldrig skulle have været sendt. Modtageren kan ikke længere se "
        "oplysningerne. Det kan ikke fortrydes."
    ),
    submit=gettext_lazy("Markér som fejl"),
    done=gettext_lazy("Henvisning %(reference)s er markeret som fejl."),
    warning=True,
)


@requires(Permission.REFERRAL_SEND, Permission.REFERRAL_ANSWER)
@_Pages
def mark_error(request: ActorRequest, pk: UUID) -> HttpResponse:
    return _by_page(request, pk, _MARK_ERROR)


@requires(Permission.REFERRAL_SEND)
@require_POST
def reassign(request: ActorRequest, pk: UUID) -> HttpResponse:
    referral = _load(request, pk)
    form = ReassignForm(request.POST, colleagues=colleagues_of(request.actor, referral))
    if form.is_valid():
        user_id = form.cleaned_data["user"]
        try:
            services.reassign_sender(actor=request.actor, referral_id=pk, user_id=user_id)
        except WrongState:
            return _too_late(request, referral)
        except InvalidInput as error:
            form.take_errors(error.errors)
        else:
            messages.success(request, _("Din kollega følger henvisningen fra nu af."))
            return _to_page(pk)
    return detail_page(request, pk, failed=form)


@requires(Permission.REFERRAL_WITHDRAW)
@require_POST
def withdraw_feedback(request: ActorRequest, pk: UUID) -> HttpResponse:
    if not is_sender(request.actor, _load(request, pk)):
        raise NotAllowed()
    done = _("Tilladelsen er trukket tilbage. Du får ikke længere at vide, hvordan det går.")
    return _at_once(request, pk, services.withdraw_feedback, done)
