"""Ends a session that has run out, without losing what somebody had typed (AUT-7, A11Y-5)."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from portal.accounts import kept_forms, sessions

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SessionLimitsMiddleware:
    """Before the actor is resolved, so that a session that has run out gives no actor at all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            if sessions.has_run_out(request.session):
                answer = self._run_out(request)
                if answer is not None:
                    return answer
            else:
                sessions.note_activity(request.session)
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            # What a signed-in person saw stays in no cache; *back* after log-out shows nothing.
            add_never_cache_headers(response)
        return response

    def _run_out(self, request: HttpRequest) -> HttpResponseBase | None:
        """Log out. None lets the request go on as nobody's: a public page still opens, and a page
        for members asks for sign-in by itself."""
        kept = None
        goes_on = request.method in _SAFE or self._is_public(request)
        if not goes_on:
            level = request.session.get(sessions.ASSURANCE, "")
            assert request.user.is_authenticated  # noqa: S101 - the caller has asked
            kept = kept_forms.keep(request, request.user, level)
        logout(request)
        if goes_on:
            return None
        if kept is not None:
            address = reverse("account_kept_form", args=[kept.pk])
            text = _("Du har været væk for længe, så vi loggede dig af. Det, du skrev, er gemt.")
        else:
            address = "/"
            text = _("Du har været væk for længe, så vi loggede dig af.")
        if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate" and not _is_htmx(
            request
        ):
            # A script that saves a draft: it shows that saving failed and leaves the text alone.
            return HttpResponse(text, status=401, content_type="text/plain; charset=utf-8")
        messages.info(request, text)
        response: HttpResponse = redirect_to_login(address)
        if _is_htmx(request):
            # A sign-in page must not land inside a piece of the old page.
            response = HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
        return response

    def _is_public(self, request: HttpRequest) -> bool:
        try:
            view = resolve(request.path_info).func
        except Resolver404:
            return True
        # The declaration of `portal.access`, which lies above this module.
        declared = getattr(view, "access", "")
        return declared == "public" or request.path.startswith(kept_forms.NEVER_KEPT)


def _is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
