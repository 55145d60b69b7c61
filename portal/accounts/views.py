"""The pages of sign-in and of one's own account. allauth does the work; addresses, words and look
are ours, and only the addresses in `urls.py` exist.

These views lie below `portal.access`, so they do not wear its decorators; `portal.access.declared`
says for the whole module that they are public and run without a scope. A page for signed-in people
asks for itself.
"""

from typing import Any
from uuid import UUID

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import kept_forms, sessions
from portal.accounts.adapter import MfaAdapter
from portal.accounts.confirming import way_to_confirm
from portal.accounts.models import User
from portal.common.errors import DomainError

AFTER_SECOND_FACTOR = "after_second_factor"


class Ours:
    """What every page of allauth's gets: our `site` in the context, which allauth's own would hide,
    and 422 for an invalid form, as everywhere on the site."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        context.pop("site", None)
        return context

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        if response.status_code == 200:
            response.status_code = 422
        return response


# --- in and out -------------------------------------------------------------------------------
class LoginView(Ours, account.LoginView):  # type: ignore[misc]
    pass


class LogoutView(account.LogoutView):  # type: ignore[misc]
    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(*args, **kwargs)
        # Cookies are not named: the choice of theme and language belongs to the browser, and the
        # session's own cookie is deleted anyway.
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


class AuthenticateView(Ours, mfa.AuthenticateView):  # type: ignore[misc]
    pass


# --- password ---------------------------------------------------------------------------------
class PasswordResetView(Ours, account.PasswordResetView):  # type: ignore[misc]
    pass


class PasswordResetFromKeyView(Ours, account.PasswordResetFromKeyView):  # type: ignore[misc]
    pass


class PasswordResetDoneView(Ours, account.PasswordResetDoneView):  # type: ignore[misc]
    pass


class PasswordResetFromKeyDoneView(
    Ours,
    account.PasswordResetFromKeyDoneView,  # type: ignore[misc]
):
    pass


class PasswordChangeView(Ours, account.PasswordChangeView):  # type: ignore[misc]
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not request.user.has_usable_password():
            raise DomainError(_("Du har ingen adgangskode her. Brug »Glemt?« på siden Log ind."))
        return super().dispatch(request, *args, **kwargs)


class ReauthenticateView(Ours, account.ReauthenticateView):  # type: ignore[misc]
    pass


class ReauthenticateCodeView(Ours, mfa.ReauthenticateView):  # type: ignore[misc]
    pass


# --- second factor ----------------------------------------------------------------------------
class SetsUp:
    """Setting a factor up proves that the person holds it: this session has used it from now on."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        sessions.note_second_factor(self.request, _person(self.request))
        return response


class ActivateTOTPView(SetsUp, Ours, totp.ActivateTOTPView):  # type: ignore[misc]
    pass


class GenerateRecoveryCodesView(Ours, recovery.GenerateRecoveryCodesView):  # type: ignore[misc]
    pass


class AddWebAuthnView(SetsUp, Ours, webauthn.AddWebAuthnView):  # type: ignore[misc]
    pass


class EditWebAuthnView(Ours, webauthn.EditWebAuthnView):  # type: ignore[misc]
    success_url = reverse_lazy("mfa_index")


class RemoveWebAuthnView(webauthn.RemoveWebAuthnView):  # type: ignore[misc]
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        """allauth asks its adapter only when an app goes; a key is no less the last factor."""
        adapter = MfaAdapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            raise DomainError(adapter.error_messages["cannot_delete_authenticator"])
        response: HttpResponse = super().form_valid(form)
        return response


def _safe_next(request: HttpRequest) -> str:
    address = request.GET.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if allowed else ""


@never_cache
@login_required
@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """What is still missing for a strong session, said step by step; else the list of factors.

    Everybody who needs a second factor and has not used one is sent here, with `next`.
    """
    user = _person(request)
    address = _safe_next(request)
    if address:
        request.session[AFTER_SECOND_FACTOR] = address
    if sessions.step_up(request, user) and (address or "videre" in request.GET):
        return redirect(
            request.session.pop(AFTER_SECOND_FACTOR, "") or resolve_url(settings.LOGIN_REDIRECT_URL)
        )
    factors = Authenticator.objects.filter(user=user).order_by("created_at")
    usable = [row for row in factors if row.type != Authenticator.Type.RECOVERY_CODES]
    if not usable:
        missing = "factor"
    elif request.session.get(sessions.ASSURANCE) == sessions.STRONG:
        missing = ""
    elif not sessions.used_second_factor(request, user):
        missing = "use"
    else:
        missing = "identity"
    here = f"{reverse('mfa_index')}?{urlencode({'videre': 1})}"
    context = {
        "missing": missing,
        "needs_it": bool(request.session.get(AFTER_SECOND_FACTOR)),
        "app": next((row for row in usable if row.type == Authenticator.Type.TOTP), None),
        "keys": [row.wrap() for row in usable if row.type == Authenticator.Type.WEBAUTHN],
        "codes": next(
            (row.wrap() for row in factors if row.type == Authenticator.Type.RECOVERY_CODES), None
        ),
        "confirm_url": way_to_confirm({row.type for row in usable}, here),
    }
    return render(request, "mfa/index.html", context)


# --- one's own account ------------------------------------------------------------------------
def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - login_required has asked
    return request.user


@never_cache
@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Who one is here, and the ways to password, second factor and sessions."""
    return render(
        request,
        "account/overview.html",
        {"has_factor": sessions.has_second_factor(_person(request))},
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def list_sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in; POST ends all others, or one of them (AUT-7)."""
    user = _person(request)
    if request.method == "POST":
        if "session" in request.POST:
            rows = UserSession.objects.filter(user=user).exclude(
                session_key=request.session.session_key
            )
            number = request.POST["session"]
            get_object_or_404(rows, pk=number if number.isdigit() else 0).end()
            messages.success(request, _("Den session er slut."))
        else:
            sessions.end_other_sessions(request, user)
            messages.success(request, _("Du er nu kun logget ind her."))
        return redirect("usersessions_list")
    sessions.list_this_one(request)
    rows = sorted(
        UserSession.objects.purge_and_list(user), key=lambda row: row.created_at, reverse=True
    )
    shown = [
        {"row": row, "current": row.is_current(), "browser": browser(row.user_agent)}
        for row in rows
    ]
    return render(request, "usersessions/usersession_list.html", {"sessions": shown})


# The first sign that a browser sends decides: Edge also says Chrome, and Chrome also says Safari.
_BROWSERS = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


def browser(user_agent: str) -> str:
    """What a person calls it: »Firefox på Windows«. Unknown things stay unknown."""
    name = next((label for sign, label in _BROWSERS.items() if sign in user_agent), "")
    system = next((label for sign, label in _SYSTEMS.items() if sign in user_agent), "")
    if name and system:
        return _("%(browser)s på %(system)s") % {"browser": name, "system": system}
    return name or system or _("Ukendt program")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def kept_form(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What one had typed when the session ran out. POST sends it on to where it was going: 307
    keeps method and fields. Someone else's is not found."""
    level = str(request.session.get(sessions.ASSURANCE, sessions.LOW))
    kept = kept_forms.find(pk, _person(request), level)
    if kept is None:
        raise Http404
    if request.method == "POST":
        kept.delete()
        if "discard" in request.POST:
            messages.info(request, _("Det, du skrev, er slettet."))
            return redirect(settings.LOGIN_REDIRECT_URL)
        return HttpResponseRedirect(kept.path, preserve_request=True)
    return render(
        request, "account/kept_form.html", {"fields": kept.data, "until": kept.expires_at}
    )


@never_cache
@require_safe
def inactive(request: HttpRequest) -> HttpResponse:
    return render(request, "account/account_inactive.html", status=403)
