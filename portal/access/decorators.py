"""What a view must say about itself. A test walks all addresses and fails on a silent one.

`@requires(Permission.X)` opens for signed-in members whose role grants it, inside a scope.
`@signed_in` opens for everybody who is signed in. `@public` opens for all; it runs without a scope
unless it says so. `@linked` opens for the holder of a reply link or a patient's own link.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase

from portal.access.actor import Actor, ActorKind
from portal.access.grants import ROLES_WITH_ONE_FACTOR, allows
from portal.access.permissions import Permission
from portal.common.errors import NeedsStrongSignIn, NotAllowed, NotFound

Args = ParamSpec("Args")


class ActorRequest(HttpRequest):
    """A request as views see it: the middleware has set who acts."""

    actor: Actor


# What a view is written as, and what the resolver calls.
View = Callable[Concatenate[ActorRequest, Args], HttpResponseBase]
Handler = Callable[Concatenate[HttpRequest, Args], HttpResponseBase]


def _declare(view: object, *, access: str, scoped: bool) -> None:
    view.access = access  # type: ignore[attr-defined]
    view.scoped = scoped  # type: ignore[attr-defined]


def public(view: View[Args]) -> Handler[Args]:
    """Open to all, without a scope: it must not touch patient data."""
    _declare(view, access="public", scoped=False)
    return cast(Handler[Args], view)


def signed_in(view: View[Args]) -> Handler[Args]:
    """Open to every signed-in person, in a scope, whatever the role."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: Args.args, **kwargs: Args.kwargs) -> HttpResponseBase:
        known = cast(ActorRequest, request)
        actor = known.actor
        if not actor.is_user:
            return redirect_to_login(request.get_full_path())
        return view(known, *args, **kwargs)

    _declare(inner, access="signed_in", scoped=True)
    return inner


def requires(*permissions: Permission) -> Callable[[View[Args]], Handler[Args]]:
    """Open to members whose role grants one of `permissions`; every role but `editor` needs a
    strong session at once, not only at sign-in (AUT-2, AUT-3)."""

    def decorate(view: View[Args]) -> Handler[Args]:
        @wraps(view)
        def inner(
            request: HttpRequest, /, *args: Args.args, **kwargs: Args.kwargs
        ) -> HttpResponseBase:
            known = cast(ActorRequest, request)
            actor = known.actor
            if not actor.is_user:
                return redirect_to_login(request.get_full_path())
            if not any(allows(actor, permission) for permission in permissions):
                raise NotAllowed()
            if not actor.is_strong and not actor.roles <= ROLES_WITH_ONE_FACTOR:
                raise NeedsStrongSignIn()
            return view(known, *args, **kwargs)

        names = sorted(permission.value for permission in permissions)
        _declare(inner, access=" or ".join(names), scoped=True)
        return inner

    return decorate


def linked(kind: ActorKind) -> Callable[[View[Args]], Handler[Args]]:
    """Open to the holder of one valid link; for everybody else the page does not exist."""

    def decorate(view: View[Args]) -> Handler[Args]:
        @wraps(view)
        def inner(
            request: HttpRequest, /, *args: Args.args, **kwargs: Args.kwargs
        ) -> HttpResponseBase:
            known = cast(ActorRequest, request)
            actor = known.actor
            if actor.kind is not kind:
                raise NotFound()
            return view(known, *args, **kwargs)

        _declare(inner, access=kind.value, scoped=True)
        return inner

    return decorate
