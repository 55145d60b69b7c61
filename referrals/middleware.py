"""Lets the holder of a reply link or a patient's own link act, on that link's pages alone."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from referrals.links import actor_of_cookie


class LinkActorMiddleware:
    """Runs before the scope opens: the link's row is looked up outside of it (it holds no patient
    data), and the actor it gives reaches one referral only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        actor = actor_of_cookie(request)
        if actor is not None:
            request.actor = actor  # type: ignore[attr-defined]
        return self.get_response(request)
