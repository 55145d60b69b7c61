"""Nothing typed is lost when a session runs out, or asks for the second factor first (A11Y-5).

The form that came too late is kept, encrypted, for an hour. After sign-in the same person finds it
again and sends it on with one button. Passwords and files are never kept.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from portal.accounts.models import KeptForm, User
from portal.common import clock

KEPT_FOR: Final = timedelta(hours=1)
# Pages whose forms hold secrets, or nothing that somebody wrote.
NEVER_KEPT: Final = (
    "/konto/",
    "/drift/",
    "/demo/",
    "/invitation/",
    "/organisation/skift/",
    "/tema/",
    "/sprog/",
)
_OURS: Final = frozenset({"csrfmiddlewaretoken", "next"})


class _Check(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def _no_view(*_args: Any, **_kwargs: Any) -> HttpResponse:
    """The check only asks a view whether it is exempt; none of these forms is."""
    raise NotImplementedError


def comes_from_our_page(request: HttpRequest) -> bool:
    """The check of a real form. Without it another site could leave a form here for a person to
    send on after sign-in."""
    check = _Check(lambda _request: None)  # type: ignore[arg-type]
    check.process_request(request)
    return check.process_view(request, _no_view, (), {}) is None


def typed_fields(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in _OURS and "password" not in name
        for value in values
        if isinstance(value, str)
    ]


def keep(request: HttpRequest, user: User, assurance: str) -> KeptForm | None:
    """Keep what was posted, or None where there is nothing to keep."""
    if request.path.startswith(NEVER_KEPT) or not comes_from_our_page(request):
        return None
    fields = typed_fields(request)
    if not fields:
        return None
    now = clock.now()
    forget_old()
    return KeptForm.objects.create(
        user=user,
        path=request.get_full_path()[:400],
        data=fields,
        assurance=assurance,
        created_at=now,
        expires_at=now + KEPT_FOR,
    )


def find(pk: UUID, user: User, assurance: str) -> KeptForm | None:
    """The form, for its author alone and at no lower level than it was written at."""
    return KeptForm.objects.filter(
        pk=pk, user=user, assurance__in=_levels_up_to(assurance), expires_at__gt=clock.now()
    ).first()


def _levels_up_to(assurance: str) -> Iterable[str]:
    return ["", "none", "low"] if assurance == "low" else ["", "none", "low", assurance]


def forget_old() -> int:
    """Remove what nobody came back for. Runs with every new one and in a daily job."""
    return KeptForm.objects.filter(expires_at__lte=clock.now()).delete()[0]
