"""Answering from the mail, without an account. Opening the link changes nothing."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from portal.access.actor import ActorKind
from portal.access.decorators import ActorRequest, linked, public
from portal.common.errors import InvalidInput, NotFound, Throttled, WrongState
from portal.common.ids import hash_token
from portal.common.phones import mask_phone
from referrals import links, notifications, services
from referrals.forms.reply import PhoneCodeForm, ReplyForm
from referrals.models import Referral, ReplyLink, State
from referrals.permissions import available_actions, can_undo
from referrals.selectors import open_patient, referral_for_page


@public
@require_GET
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Swap the token for a cookie that reaches this one referral, and go to a clean address."""
    link = links.open_reply_link(token)
    if link is None:
        known = ReplyLink.objects.filter(token_hash=hash_token(token)).exists()
        context = {"token": token if known else ""}
        return render(request, "referrals/reply_expired.html", context, status=410)
    response = redirect("referrals:reply")
    links.remember_reply_link(request, response, link)
    return response


@linked(ActorKind.REPLY_LINK)
@require_safe
def reply(request: ActorRequest) -> HttpResponse:
    referral = _referral(request)
    form = ReplyForm(actions=available_actions(referral, request.actor))
    return _page(request, referral, form)


@linked(ActorKind.REPLY_LINK)
@require_POST
def answer(request: ActorRequest) -> HttpResponse:
    referral = _referral(request)
    form = ReplyForm(request.POST, actions=available_actions(referral, request.actor))
    possible = {verb for verb, _label in form.fields["verb"].choices}  # type: ignore[attr-defined]
    posted = request.POST.get("verb", "")
    # From a page that was opened before somebody else answered.
    stale = referral.status != State.SENT and posted and posted not in possible
    if not possible or stale:
        return _too_late(request)
    if form.is_valid():
        try:
            form.answer(actor=request.actor, referral_id=referral.pk)
        except InvalidInput as error:
            form.take_errors(error.errors)
        except WrongState:
            return _too_late(request)
        else:
            messages.success(request, _("Tak. Jeres svar er gemt."))
            return redirect("referrals:reply")
    return _page(request, referral, form, status=422)


def _too_late(request: ActorRequest) -> HttpResponse:
    """A second answer never overwrites the first: the page shows what was answered."""
    messages.info(request, _("Der er allerede svaret. Her ser I svaret."))
    return redirect("referrals:reply")


@linked(ActorKind.REPLY_LINK)
@require_POST
def undo(request: ActorRequest) -> HttpResponse:
    referral = _referral(request)
    services.undo(actor=request.actor, referral_id=referral.pk)
    messages.success(request, _("Svaret er fortrudt. I kan svare igen."))
    return redirect("referrals:reply")


@linked(ActorKind.REPLY_LINK)
@require_POST
def ask_code(request: ActorRequest) -> HttpResponse:
    """A six-digit code to the registered phone opens name, contact and the patient's words."""
    services.ask_for_phone_code(actor=request.actor)
    messages.success(request, _("Vi har sendt en kode som sms. Skriv den her."))
    return redirect("referrals:reply")


@linked(ActorKind.REPLY_LINK)
@require_POST
def give_code(request: ActorRequest) -> HttpResponse:
    code_form = PhoneCodeForm(request.POST)
    if code_form.is_valid():
        try:
            services.give_phone_code(actor=request.actor, code=code_form.cleaned_data["code"])
        except (InvalidInput, Throttled) as error:
            errors = getattr(error, "errors", {"code": error.message})
            code_form.add_error("code", errors["code"])
        else:
            response = redirect("referrals:reply")
            assert request.actor.link_id is not None  # noqa: S101 - every reply link has its row
            links.remember_phone_code(request, response, request.actor.link_id)
            return response
    referral = _referral(request)
    form = ReplyForm(actions=available_actions(referral, request.actor))
    return _page(request, referral, form, code_form=code_form, status=422)


@public
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """A new link, to the registered address only. The answer is the same whoever asks."""
    token = request.POST.get("token", "")
    link = ReplyLink.objects.filter(token_hash=hash_token(token)).first() if token else None
    if link is not None:
        with transaction.atomic():
            notifications.queue_reply_link(link_id=link.pk)
    return render(request, "referrals/reply_renewed.html")


def _referral(request: ActorRequest) -> Referral:
    if request.actor.referral_id is None:
        raise NotFound()
    return referral_for_page(actor=request.actor, referral_id=request.actor.referral_id)


def _page(
    request: ActorRequest,
    referral: Referral,
    form: ReplyForm,
    *,
    code_form: PhoneCodeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = request.actor
    link = ReplyLink.objects.select_related("handler").get(pk__in=[actor.link_id])
    context = {
        "referral": referral,
        "form": form,
        "can_answer": bool(form.fields["verb"].choices),  # type: ignore[attr-defined]
        "can_undo": can_undo(referral),
        "opened": open_patient(actor=actor, referral=referral),
        "code_form": code_form or PhoneCodeForm(),
        "code_sent": link.phone_code_sends > 0,
        "phone": mask_phone(link.handler.phone),
        "link": link,
        "last_event": referral.events.order_by("-id").first(),
    }
    return render(request, "referrals/reply.html", context, status=status)
