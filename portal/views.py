"""The portal's own pages, and what is said when something cannot be shown."""

import logging
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.access.decorators import public
from portal.common.context import THEME_COOKIE, THEMES
from portal.common.errors import DomainError
from portal.common.logging import request_id
from portal.front_page import examples, figures, situations
from portal.showcase import showcase

log = logging.getLogger("portal.errors")

A_YEAR: Final = 365 * 24 * 60 * 60
# When the accessibility statement was last gone through. The law wants it done every year (A11Y-7);
# a test fails when a year has passed.
STATEMENT_REVIEWED: Final = date(2026, 11, 23)


# --- pages ------------------------------------------------------------------------------------
@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The question, the search, eight life situations and three doors."""
    return render(
        request,
        "pages/home.html",
        {"situations": situations(), "examples": examples(), "figures": figures()},
    )


@public
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/help.html")


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Our own words; where the operator has the authority's page, a link to it as well."""
    context = {
        "official": settings.ACCESSIBILITY_STATEMENT_URL,
        "mail": settings.CONTACT_MAIL,
        "phone": settings.CONTACT_PHONE,
        "reviewed": STATEMENT_REVIEWED,
        "next_review": STATEMENT_REVIEWED.replace(year=STATEMENT_REVIEWED.year + 1),
    }
    return render(request, "pages/accessibility.html", context)


@public
@require_safe
def accessibility_short(request: HttpRequest) -> HttpResponse:
    """The short address that the law wants: to the authority's page where there is one (A11Y-7)."""
    return HttpResponseRedirect(settings.ACCESSIBILITY_STATEMENT_URL or reverse("accessibility"))


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/privacy.html")


@public
@require_safe
def acute_help(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/acute_help.html")


@public
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for whoever builds pages; not a page of the real site."""
    if not (settings.DEMO or settings.DEBUG):
        raise Http404
    return render(request, "pages/components.html", showcase())


@public
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or automatic in a cookie, and go back to where the reader was."""
    address = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        address = "/"
    response = HttpResponseRedirect(address)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            chosen,
            max_age=A_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


# --- errors -----------------------------------------------------------------------------------
# The reference on an error page is the request's id, which stands on every log line of the request.
def _problem(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    log.warning("error page shown", extra={"status_code": status})
    return render(request, f"{status}.html", context, status=status)


def _words_of(exception: Exception | None) -> str:
    """The Danish sentence of one of our own errors; nothing of anybody else's."""
    return str(getattr(exception, "message", "") if isinstance(exception, DomainError) else "")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _problem(request, 400, message=_words_of(exception))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _problem(request, 403, message=_words_of(exception))


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _problem(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Uses no request context: what made the first error could well make a second one there."""
    log.error("error page shown", extra={"status_code": 500})
    return HttpResponse(render_to_string("500.html", {"reference": request_id()}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that lay open too long, or a page from before a sign-in: say so, and how to go on."""
    message = _(
        "Siden har ligget åben for længe. Gå tilbage, hent siden igen, og prøv en gang til. "
        "Kopiér først det, du har skrevet."
    )
    return _problem(request, 403, message=message)
