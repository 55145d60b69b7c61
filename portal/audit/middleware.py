"""Puts every page into a scope unless its view says that it needs none."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import Resolver404, resolve

from portal.access.declared import access_of
from portal.audit.scope import ScopeError, tenant

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class ScopeMiddleware:
    """Innermost: the page is made *and rendered* inside the actor's scope, read-only for reads.

    The scope rolls back for answers of 500 and above and for refusals; what was read stays logged.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            view = resolve(request.path_info).func
        except Resolver404:
            return self.get_response(request)
        if not access_of(view).scoped:
            return self.get_response(request)
        with tenant(request.actor, readonly=request.method in SAFE_METHODS) as scope:  # type: ignore[attr-defined]
            request.scope = scope  # type: ignore[attr-defined]
            response = self.get_response(request)
            if isinstance(response, StreamingHttpResponse):
                raise ScopeError("A streaming answer outlives the scope; it opens its own.")
            scope.failed = response.status_code >= 500 or getattr(request, "scope_failed", False)
        return response
