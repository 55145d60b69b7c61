"""Says who acts: resolved before the scope opens, anew on every request, so that a right taken away
is gone on the next one (ACC-6)."""

from collections.abc import Callable
from typing import Final

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from organisations.current import actor_of_user
from portal.access.actor import ANONYMOUS, Actor
from portal.access.grants import ROLES_WITH_ONE_FACTOR


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


# What opens before the second factor: the account itself, the way to another organisation, an
# invitation, and the pages that the law wants within reach on every page.
OPEN_BEFORE_SECOND_FACTOR: Final = (
    "/konto/",
    "/organisation/skift/",
    "/invitation/",
    "/demo/skift/",
    "/hjaelp/",
    "/akut-hjaelp/",
    "/tilgaengelighed/",
    "/was/",
    "/persondata/",
    "/tema/",
    "/sprog/",
    "/static/",
)


def lacks_second_factor(actor: Actor) -> bool:
    """Signed in below the level that one of the roles demands. Every role but `editor` does."""
    return actor.is_user and not actor.is_strong and not actor.roles <= ROLES_WITH_ONE_FACTOR


class SecondFactorMiddleware:
    """Nothing else opens until the second factor is set up and used; no address leads past it
    (AUT-3)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if not lacks_second_factor(actor) or request.path.startswith(OPEN_BEFORE_SECOND_FACTOR):
            return self.get_response(request)
        address = request.get_full_path() if request.method in {"GET", "HEAD"} else reverse("home")
        response: HttpResponse = redirect_to_login(address, login_url=reverse("mfa_index"))
        if request.headers.get("HX-Request") == "true":
            response = HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
        return response
