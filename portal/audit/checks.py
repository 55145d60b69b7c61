"""Start-up checks of the second wall: what a server process logs in as, and what its text search
can read. They run with `check --database default`, which every entry point of production calls."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


@register(Tags.database)
def login_role_is_walled(
    *, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a superuser, BYPASSRLS or an owner of tables at run time (tenancy-and-audit.md,
    10)."""
    if settings.SCOPE_ROLE or not databases:
        return []  # Demo and tests own their tables and take the role on in each scope.
    with connections["default"].cursor() as cursor:
        cursor.execute(
            # A membership is one SET ROLE away, so every role that the login may become counts.
            "SELECT bool_or(r.rolsuper OR r.rolbypassrls), "
            "bool_or(EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid "
            "AND c.relkind IN ('r', 'p') AND "
            "c.relnamespace = 'public'::regnamespace)) "
            "FROM pg_roles r WHERE pg_has_role(current_user, r.oid, 'MEMBER')"
        )
        powerful, owner = cursor.fetchone()
    if powerful or owner:
        return [
            Error(
                "The database login is, or may become, a superuser, a role that bypasses row-level "
                "security or an owner of tables.",
                hint="Log in as a member of portal_app (web) or portal_worker (jobs).",
                id="audit.E001",
            )
        ]
    return []


@register(Tags.database)
def trigrams_know_danish_letters(
    *, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """With `--locale=C` pg_trgm silently drops æøå, and search forgets half its words."""
    if not databases:
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if cursor.fetchone() is None:
            return []  # Before the first migration.
        cursor.execute("SELECT show_trgm('æ') <> '{}'")
        if cursor.fetchone()[0]:
            return []
    return [
        Error(
            "pg_trgm drops the letters æøå in this database.",
            hint="Make the cluster with a UTF-8 locale, for example C.UTF-8.",
            id="audit.E002",
        )
    ]
