"""What may not be so when the site starts."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def personas_only_in_the_demo(**_kwargs: Any) -> list[CheckMessage]:
    """One-click personas open every door. They go with the demo's own settings, never with those
    of production: the app and the flag come together or not at all."""
    if apps.is_installed("portal.demo") == bool(settings.DEMO):
        return []
    return [
        Error(
            "DEMO and portal.demo belong together and only in portal.settings.demo.",
            hint="Production runs portal.settings.base, with neither.",
            id="accounts.E001",
        )
    ]


@register
def demo_never_behind_production_cookies(**_kwargs: Any) -> list[CheckMessage]:
    """`Secure` cookies mean a real site over TLS: personas there would let everybody in."""
    if settings.DEMO and settings.SESSION_COOKIE_SECURE:
        return [
            Error(
                "DEMO is on in settings that are made for production.",
                hint="Remove DEMO = True, or use portal.settings.demo.",
                id="accounts.E002",
            )
        ]
    return []
