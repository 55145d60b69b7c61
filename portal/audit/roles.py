"""The database's own roles and what each may do: the declared table (SEC-5).

`portal_app` serves pages, `portal_worker` runs jobs, `portal_reporting` reads aggregate views,
`portal_sealer` seals the trail. Tables belong to the owner, who migrates and never serves. A test
compares the privileges in force with this table.
"""

from django.db import connection

APP = "portal_app"
WORKER = "portal_worker"
REPORTING = "portal_reporting"
SEALER = "portal_sealer"
ROLES = (APP, WORKER, REPORTING, SEALER)

READ = ("SELECT",)
APPEND = ("SELECT", "INSERT")
ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")

# Tables that differ from ALL for the app and the worker.
NARROWER: dict[str, tuple[str, ...]] = {
    "audit_cut": (),
    "audit_entry": APPEND,
    "audit_mark": (),
    "audit_seal": (),
    "django_migrations": READ,
    "referrals_referralevent": APPEND,
    "offers_offerevent": APPEND,
    "partnerships_agreementchange": APPEND,
    "partnerships_agreementevent": APPEND,
    "partnerships_document": APPEND,
    "partnerships_signature": ("SELECT", "INSERT", "UPDATE"),
}
# Rows that pages never delete; only jobs do, when a retention rule says so.
KEPT_BY_PAGES: dict[str, tuple[str, ...]] = dict.fromkeys(
    (
        "referrals_concern",
        "referrals_consent",
        "referrals_message",
        "referrals_patientlink",
        "referrals_referral",
        "referrals_referralpatient",
        "referrals_replylink",
    ),
    ("SELECT", "INSERT", "UPDATE"),
)
SEALER_TABLES: dict[str, tuple[str, ...]] = {
    "audit_cut": READ,  # written by the owner alone, who alone can drop a month
    "audit_entry": READ,
    "audit_mark": ALL,
    "audit_seal": APPEND,
}


def make_roles() -> None:
    """Create the roles that are missing and let the current login take them on."""
    with connection.cursor() as cursor:
        for role in ROLES:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {role} NOLOGIN")
            cursor.execute("SELECT pg_has_role(current_user, %s, 'SET')", [role]) if (
                connection.pg_version >= 160000  # type: ignore[attr-defined]
            ) else cursor.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [role])
            if not cursor.fetchone()[0]:
                cursor.execute(f"GRANT {role} TO CURRENT_USER")
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")


def declared_privileges(tables: list[str]) -> dict[tuple[str, str], tuple[str, ...]]:
    declared: dict[tuple[str, str], tuple[str, ...]] = {}
    for table in tables:
        declared[APP, table] = NARROWER.get(table, KEPT_BY_PAGES.get(table, ALL))
        declared[WORKER, table] = NARROWER.get(table, ALL)
        declared[SEALER, table] = SEALER_TABLES.get(table, ())
        declared[REPORTING, table] = ()
    return declared


def own_tables() -> list[str]:
    """All tables of the schema but the partitions of the trail, which are reached through it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace "
            "AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def grant_privileges() -> None:
    """Give each role exactly what is declared, on the tables there are."""
    tables = own_tables()
    statements: list[str] = []
    if tables:
        everything = ", ".join(f'"{table}"' for table in tables)
        statements.append(f"REVOKE ALL ON {everything} FROM {', '.join(ROLES)}")
    by_grant: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (role, table), privileges in declared_privileges(tables).items():
        if privileges:
            by_grant.setdefault((role, privileges), []).append(f'"{table}"')
    for (role, privileges), names in by_grant.items():
        statements.append(f"GRANT {', '.join(privileges)} ON {', '.join(names)} TO {role}")
    statements.append(
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP}, {WORKER}, {SEALER}"
    )
    with connection.cursor() as cursor:
        cursor.execute("; ".join(statements))


def extend_partitions() -> None:
    """Months of the trail from a year back to two years ahead of the wall clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regproc('audit_make_partitions')")
        if cursor.fetchone()[0] is not None:
            cursor.execute(
                "SELECT audit_make_partitions((clock_timestamp() - interval '13 months')::date, "
                "(clock_timestamp() + interval '24 months')::date)"
            )
