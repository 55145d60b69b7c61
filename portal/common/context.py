"""What every page knows about the site. Who is looking comes from `organisations.context`."""

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest

from portal.common.logging import request_id

THEMES: Final = ("auto", "light", "dark")
THEME_COOKIE: Final = "tema"


def theme_of(request: HttpRequest) -> str:
    """The theme chosen with the cookie; "auto" follows the reader's system."""
    chosen = request.COOKIES.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def site(request: HttpRequest) -> dict[str, Any]:
    """`site`: name, demo flag, numbers of acute help, theme, and the page's own address."""
    return {
        "site": {
            "name": "Samspil",
            "demo": settings.DEMO,
            "acute_help": settings.ACUTE_HELP,
            # The authority's address of the accessibility statement, once the operator has one.
            "statement_url": settings.ACCESSIBILITY_STATEMENT_URL,
            "theme": theme_of(request),
            "themes": THEMES,
            "languages": settings.LANGUAGES,
            "here": request.get_full_path(),
            "path": request.path,
            # For error pages: the same id stands on the log lines of this request.
            "reference": request_id(),
        }
    }
