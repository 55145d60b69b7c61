"""Puts every page into a scope unless its view says that it needs none."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.cache import patch_cache_control

from portal.access.actor import Actor, ActorKind
from portal.access.declared import access_of
from portal.audit import trail
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
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        if not access_of(match.func).scoped:
            return self.get_response(request)
        actor: Actor = request.actor  # type: ignore[attr-defined]
        with tenant(actor, readonly=request.method in SAFE_METHODS) as scope:
            request.scope = scope  # type: ignore[attr-defined]
            response = self.get_response(request)
            if isinstance(response, StreamingHttpResponse):
                raise ScopeError("A streaming answer outlives the scope; it opens its own.")
            _note_refusal(request, match, response.status_code)
            scope.failed = response.status_code >= 500 or getattr(request, "scope_failed", False)
        # What was made for one person is kept by no cache: also behind a link, without sign-in
        # (WEB-5).
        patch_cache_control(response, no_store=True, private=True)
        return response


def _note_refusal(request: HttpRequest, match: ResolverMatch, status: int) -> None:
    """Somebody known asked for what is not theirs: kept, although the work is undone. Of the
    address only its name and the key of the row; words that somebody typed never reach the
    trail."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if status not in {403, 404} or actor.kind is ActorKind.ANONYMOUS:
        return
    labels = {"status": str(status), "view": match.view_name}
    if isinstance(match.kwargs.get("pk"), UUID | int):
        labels["pk"] = str(match.kwargs["pk"])
    trail.record_denied(actor, "access.refused", **labels)
