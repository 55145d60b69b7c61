"""What each database role may do equals the declared table (SEC-5), and who may log in to serve."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.db import Error, connection, transaction

from portal.audit import checks, roles
from tests.proofs import fetch, run

pytestmark = pytest.mark.django_db

EVERY_PRIVILEGE = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


def privileges_in_force() -> dict[tuple[str, str], tuple[str, ...]]:
    """(role, table) -> privileges, of all tables there are: partitions too."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for role, name, *held in fetch(
        "SELECT r.rolname, c.relname, "
        + ", ".join(f"has_table_privilege(r.oid, c.oid, '{p}')" for p in EVERY_PRIVILEGE)
        + " FROM pg_class c CROSS JOIN pg_roles r WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') "
        "AND c.relnamespace = 'public'::regnamespace AND r.rolname = ANY (%s)",
        [list(roles.ROLES)],
    ):
        found[role, name] = tuple(p for p, yes in zip(EVERY_PRIVILEGE, held, strict=True) if yes)
    return found


def declared() -> dict[tuple[str, str], tuple[str, ...]]:
    table = {key: tuple(p) for key, p in roles.declared_privileges(roles.own_tables()).items()}
    # A partition of the trail is reached through the trail alone.
    partitions = fetch(
        "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' "
        "AND relnamespace = 'public'::regnamespace"
    )
    assert len(partitions) > 24
    return table | {(role, name): () for (name,) in partitions for role in roles.ROLES}


def test_the_privileges_in_force_are_the_declared_ones() -> None:
    in_force, wanted = privileges_in_force(), declared()
    assert in_force.keys() == wanted.keys()
    for key, held in wanted.items():
        assert set(in_force[key]) == set(held), key


def test_the_comparison_notices_one_grant_too_many_and_one_too_few() -> None:
    for statement in (
        "GRANT TRUNCATE ON referrals_referral TO portal_app",
        "GRANT SELECT ON referrals_referralpatient TO portal_reporting",
        "REVOKE INSERT ON audit_entry FROM portal_worker",
        "GRANT SELECT ON audit_entry_other TO portal_app",
    ):
        with transaction.atomic():
            run(statement)
            assert privileges_in_force() != declared()
            with pytest.raises(AssertionError):
                test_the_privileges_in_force_are_the_declared_ones()
            transaction.set_rollback(True)


def test_bootstrapping_again_repairs_and_otherwise_changes_nothing() -> None:
    before = privileges_in_force()
    run("GRANT UPDATE ON audit_entry TO portal_app")

    call_command("bootstrap_database", verbosity=0)

    assert privileges_in_force() == before


def test_the_trail_takes_inserts_alone_and_the_reporting_role_reads_no_person() -> None:
    wanted = declared()
    for role in (roles.APP, roles.WORKER):
        assert set(wanted[role, "audit_entry"]) == {"SELECT", "INSERT"}
        assert wanted[role, "audit_seal"] == wanted[role, "audit_mark"] == ()
        assert wanted[role, "audit_cut"] == ()
        assert set(wanted[role, "referrals_referralevent"]) == {"SELECT", "INSERT"}
    assert {held for (role, _), held in wanted.items() if role == roles.REPORTING} == {()}
    assert {name for (role, name), held in wanted.items() if role == roles.SEALER and held} == {
        "audit_entry",
        "audit_cut",
        "audit_mark",
        "audit_seal",
    }
    assert "DELETE" not in wanted[roles.APP, "referrals_referral"]


def test_serving_roles_make_nothing_in_the_schema_and_run_nothing_of_the_owners() -> None:
    for role in roles.ROLES:
        ((create,),) = fetch("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [role])
        assert not create, role
        for name, kind in fetch(
            "SELECT proname, prosecdef::text FROM pg_proc WHERE prosecdef "
            "AND pronamespace = 'public'::regnamespace"
        ):
            assert (name, kind) == ("referral_needs_valid_consent", "true"), name
        for (name,) in fetch(
            "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' "
            "AND has_sequence_privilege(%s, sequencename::regclass, 'UPDATE')",
            [role],
        ):
            raise AssertionError(f"{role} may set {name} back")


def test_no_role_is_a_member_of_another() -> None:
    assert (
        fetch(
            "SELECT m.roleid::regrole, m.member::regrole FROM pg_auth_members m "
            "JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = ANY (%s)",
            [list(roles.ROLES)],
        )
        == []
    )


def test_a_role_reaches_no_partition_directly() -> None:
    for role in (roles.APP, roles.WORKER, roles.SEALER):
        with pytest.raises(Error, match="permission denied"), transaction.atomic():  # noqa: PT012
            run("SELECT set_config('role', %s, true)", [role])
            run("SELECT 1 FROM audit_entry_other")


# --- who may log in -------------------------------------------------------------------------------


@contextmanager
def login(*statements: str) -> Iterator[None]:
    """The check asks for `current_user`; inside, that is a role made for the purpose."""
    with transaction.atomic():
        run("CREATE ROLE tried_login NOLOGIN")
        run("CREATE ROLE tried_owner NOLOGIN")
        run("CREATE TABLE owned_by_login (id int)")
        run("GRANT CREATE ON SCHEMA public TO tried_login, tried_owner")
        run("GRANT portal_app TO tried_login")
        run("GRANT tried_login, tried_owner TO CURRENT_USER")
        for statement in statements:
            run(statement)
        run("SELECT set_config('role', 'tried_login', true)")
        yield
        run("SELECT set_config('role', 'none', true)")
        transaction.set_rollback(True)


def findings() -> list[str]:
    found = checks.login_role_is_walled(databases=["default"])
    return [str(message.id) for message in found]


@pytest.fixture
def production(settings: Any) -> None:
    settings.SCOPE_ROLE = settings.WORKER_ROLE = ""


@pytest.mark.usefixtures("production")
def test_a_member_of_the_serving_role_may_log_in() -> None:
    with login():
        assert findings() == []


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("attribute", ["rolsuper", "rolbypassrls"])
def test_a_login_above_the_wall_is_refused(attribute: str) -> None:
    """The tests' own login may not make such a role, so the catalogue is made to say that it is."""

    def pretend(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        return execute(sql.replace(f"r.{attribute}", "true"), params, many, context)

    with login(), connection.execute_wrapper(pretend):
        assert findings() == ["audit.E001"]


@pytest.mark.usefixtures("production")
def test_a_login_that_owns_a_table_is_refused() -> None:
    with login("ALTER TABLE owned_by_login OWNER TO tried_login"):
        assert findings() == ["audit.E001"]


@pytest.mark.usefixtures("production")
def test_a_login_that_may_become_an_owner_is_refused() -> None:
    own = "ALTER TABLE owned_by_login OWNER TO tried_owner"
    with login(own):
        assert findings() == []
    with login(own, "GRANT tried_owner TO tried_login"):
        assert findings() == ["audit.E001"]


@pytest.mark.usefixtures("production")
def test_the_owner_is_refused() -> None:
    assert findings() == ["audit.E001"]


def test_danish_letters_are_searchable_in_this_database() -> None:
    assert checks.trigrams_know_danish_letters(databases=["default"]) == []


def test_a_database_that_drops_danish_letters_is_refused() -> None:
    def deaf(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        return execute(sql.replace("show_trgm('æ')", "show_trgm('')"), params, many, context)

    with connection.execute_wrapper(deaf):
        found = checks.trigrams_know_danish_letters(databases=["default"])
    assert [message.id for message in found] == ["audit.E002"]
