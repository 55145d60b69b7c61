"""Says who acts: resolved before the scope opens, anew on every request, so that a right taken away
is gone on the next one (ACC-6)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from organisations.current import actor_of_user
from portal.access.actor import ANONYMOUS


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = (  # type: ignore[attr-defined]
            actor_of_user(request.user, request.session)
            if request.user.is_authenticated
            else ANONYMOUS
        )
        return self.get_response(request)
