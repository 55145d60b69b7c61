"""Nothing of one scope is left for the next on the same connection (tenancy-and-audit.md, 8).

These commit for real, so they stand apart from the tests that share rows in one transaction.
"""

import threading

import pytest
from django.db import Error, connection

from portal.access.actor import ANONYMOUS
from portal.audit.scope import tenant
from referrals.models import Referral
from tests import proofs
from tests.proofs import fetch
from tests.rows import build_rows
from tests.world import build_world, client_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.portal.scope_urls"),
]


def test_two_scopes_in_turn_on_one_connection_share_nothing() -> None:
    """What a pooler in transaction mode does: one server connection, one client after another."""
    built = build_rows(build_world())
    world = built.world
    own = {
        "gp": set(Referral.objects.filter(sender=world.practice).values_list("pk", flat=True)),
        "outsider_handler": {built.own_of_outsider.referral.pk},
    }
    backend = fetch("SELECT pg_backend_pid()")
    for name in ("gp", "outsider_handler", "gp", "outsider_handler"):
        with tenant(world.people[name].actor(), readonly=True):
            found = {pk for (pk,) in fetch("SELECT id FROM referrals_referral")}
        assert found == own[name]
        left = fetch(
            "SELECT current_user = session_user, current_setting('app.organisation', true), "
            "current_setting('app.user', true), current_setting('app.area', true), "
            "current_setting('app.referral', true), current_setting('app.scope', true)"
        )
        assert left == [(True, "", "", "", "", "")]
        with tenant(ANONYMOUS, readonly=True):
            assert fetch("SELECT count(*) FROM referrals_referral") == [(0,)]
    assert fetch("SELECT pg_backend_pid()") == backend


def test_a_forgotten_scope_fails_loudly_on_a_fresh_connection() -> None:
    build_rows(build_world())
    problems: list[str] = []

    def look() -> None:
        try:
            for model in proofs.WALLED:
                for role in ("portal_app", "portal_worker"):
                    with connection.cursor() as cursor:
                        cursor.execute("BEGIN")
                        cursor.execute("SELECT set_config('role', %s, true)", [role])
                        try:
                            cursor.execute(f"SELECT id FROM {proofs.table(model)}")
                            problems.append(f"{role} read {proofs.table(model)}")
                        except Error as error:
                            if "unrecognized configuration parameter" not in str(error):
                                problems.append(str(error))
                        cursor.execute("ROLLBACK")
        finally:
            connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert not problems


def test_nothing_leaks_from_one_request_to_the_next_on_the_same_connection() -> None:
    built = build_rows(build_world())
    gp, outsider = (
        client_for(person, raise_request_exception=False)
        for person in (built.world.gp, built.world.outsider_handler)
    )
    sent = Referral.objects.filter(sender=built.world.practice).count()
    for _ in range(3):
        assert len(gp.get("/t/alt/").json()["rows"]) == sent
        assert len(outsider.get("/t/alt/").json()["rows"]) == 1
        assert outsider.post("/t/gaa-i-stykker/").status_code == 500
        answer = gp.get("/t/rolle/").json()
        assert answer["left"] == []
        assert answer["role"] not in {"portal_app", "portal_worker"}
