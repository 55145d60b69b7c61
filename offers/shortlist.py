"""The reader's own list of offers to print: a signed cookie, so it needs no account and no row."""

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE: Final = "min-liste"
MOST: Final = 20
_AGE: Final = 30 * 24 * 60 * 60
_APART: Final = "."  # no slug holds it


def read(request: HttpRequest) -> tuple[str, ...]:
    """The slugs in the order in which they were saved. Empty for a cookie that is not ours."""
    value = request.get_signed_cookie(COOKIE, default="", salt=COOKIE, max_age=_AGE) or ""
    return tuple(slug for slug in value.split(_APART) if slug)[:MOST]


def toggled(slugs: Sequence[str], slug: str) -> tuple[str, ...]:
    """With `slug` added last, or taken away. A full list loses its oldest."""
    if slug in slugs:
        return tuple(one for one in slugs if one != slug)
    return (*slugs, slug)[-MOST:]


def remember(response: HttpResponse, slugs: Sequence[str]) -> None:
    if not slugs:
        response.delete_cookie(COOKIE, path="/tilbud/", samesite="Lax")
        return
    response.set_signed_cookie(
        COOKIE,
        _APART.join(slugs),
        salt=COOKIE,
        max_age=_AGE,
        path="/tilbud/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
