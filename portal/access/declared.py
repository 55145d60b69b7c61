"""What each address says of itself, and the addresses of libraries, for which we say it here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Access:
    """`access` is a permission's value, or public, signed_in, reply_link, patient_link,
    operator."""

    access: str
    scoped: bool


# Views of libraries, by module: they cannot wear our decorators. Sign-in and the operator's admin
# read no patient data, so they run without a scope (tenancy-and-audit.md, 6).
LIBRARIES: dict[str, Access] = {
    "allauth": Access("public", scoped=False),
    # Not a library, but below this module: its pages ask for sign-in by themselves.
    "portal.accounts": Access("public", scoped=False),
    "django.contrib.admin": Access("operator", scoped=False),
    "django.contrib.staticfiles": Access("public", scoped=False),
    "django.contrib.contenttypes": Access("operator", scoped=False),
    "django.views.i18n": Access("public", scoped=False),
    "django.views.static": Access("public", scoped=False),
}
UNDECLARED = Access("", scoped=True)


def access_of(view: Callable[..., Any]) -> Access:
    """The declaration of a view. An undeclared one gets a scope, and fails the walk of all
    addresses."""
    access = getattr(view, "access", None)
    if access is not None:
        return Access(access, view.scoped)  # type: ignore[attr-defined]
    module = getattr(view, "__module__", "")
    for prefix, declared in LIBRARIES.items():
        if module == prefix or module.startswith(f"{prefix}."):
            return declared
    return UNDECLARED
