"""Answers for what services raise, and the id that one request carries everywhere."""

from collections.abc import Callable
from uuid import uuid4

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from portal.common.errors import DomainError, NeedsStrongSignIn, NotAllowed, NotFound, Throttled
from portal.common.logging import bound_request_id


class RequestIdMiddleware:
    """Outermost: one id for the request, taken from the proxy where it gives one (LOG-1)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with bound_request_id(request.headers.get("X-Request-Id", "") or uuid4().hex[:16]):
            return self.get_response(request)


class NoNullBytesMiddleware:
    """PostgreSQL text holds no null byte, so no address of ours does; forms refuse it
    themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path_info:
            raise BadRequest("null byte in the address")
        return self.get_response(request)


class DomainErrorMiddleware:
    """A rule that says no becomes a page with its Danish sentence, never a 500.

    Views catch what they can show beside a field; this is for the rest.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        if not isinstance(exception, DomainError):
            return None
        # The scope undoes what was half done, but keeps the note of a refusal.
        request.scope_failed = True  # type: ignore[attr-defined]
        if isinstance(exception, NeedsStrongSignIn):
            return redirect_to_login(request.get_full_path(), login_url="/konto/to-faktor/")
        if isinstance(exception, NotFound):
            return render(request, "404.html", status=404)
        if isinstance(exception, NotAllowed):
            return render(request, "403.html", {"message": exception.message}, status=403)
        response: HttpResponse = render(
            request, "refused.html", {"message": exception.message}, status=exception.status
        )
        if isinstance(exception, Throttled) and exception.retry_after:
            response["Retry-After"] = str(exception.retry_after)
        return response
