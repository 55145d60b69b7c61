"""The scope: the one way to patient data (tenancy-and-audit.md, "One scope")."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import Error, connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from organisations.models import Organisation
from portal.access.declared import access_of
from portal.accounts.models import User
from portal.audit import trail
from portal.audit.models import AuditEntry
from portal.audit.scope import ScopeError, current_scope, tenant, unguarded
from portal.common.ids import uuid7
from referrals.models import Referral, ReferralPatient
from tests import proofs
from tests.proofs import fetch
from tests.rows import CANARIES, Rows, rows_fixture  # noqa: F401
from tests.world import client_for

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.portal.scope_urls")]


def browser(person: Any) -> Client:
    return client_for(person, raise_request_exception=False)


def description() -> str:
    return Organisation.objects.get(slug="hjertet-aarhus").description


@contextmanager
def audit_out_of_order() -> Iterator[None]:
    """The trail takes no rows: a full disk, a missing right, a lost partition."""

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "audit_entry"'):
            raise Error("no room for the trail")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


# --- in code --------------------------------------------------------------------------------------


def test_scopes_do_not_nest(rows: Rows) -> None:
    with tenant(rows.world.gp.actor()), pytest.raises(ScopeError, match="do not nest"):  # noqa: SIM117
        with tenant(rows.world.gp.actor()):
            pass


def test_a_scope_closes_also_when_it_fails(rows: Rows) -> None:
    with pytest.raises(ZeroDivisionError), tenant(rows.world.gp.actor()):
        raise ZeroDivisionError

    with tenant(rows.world.gp.actor()):
        pass
    with pytest.raises(ScopeError):
        current_scope()


def test_a_patient_row_is_not_read_outside_a_scope(rows: Rows) -> None:
    with pytest.raises(ScopeError, match="through"):
        ReferralPatient.objects.first()


def test_unguarded_opens_nothing_inside_a_scope(rows: Rows) -> None:
    with pytest.raises(ScopeError, match="without an audit entry"), unguarded():  # noqa: SIM117
        with tenant(rows.world.gp.actor(), readonly=True):
            ReferralPatient.objects.first()


def test_a_read_cannot_write(rows: Rows) -> None:
    proofs.reads_cannot_write(rows)


def test_an_unlogged_read_is_refused(rows: Rows) -> None:
    proofs.an_unlogged_read_is_refused(rows)


def test_a_log_of_one_row_does_not_cover_another(rows: Rows) -> None:
    actor = rows.world.gp.actor()
    with pytest.raises(ScopeError), tenant(actor, readonly=True):  # noqa: PT012
        first, _second = ReferralPatient.objects.order_by("pk")[:2]
        trail.record_read(actor, "patient.view", [first])


def test_a_failure_undoes_the_work_and_keeps_the_log(rows: Rows) -> None:
    actor = rows.world.gp.actor()
    before = AuditEntry.objects.count()

    with pytest.raises(ZeroDivisionError), tenant(actor):  # noqa: PT012
        trail.record_read(actor, "referral.view", [rows.identified.referral])
        trail.record_denied(actor, "referral.accept")
        Organisation.objects.filter(slug="hjertet-aarhus").update(description="x")
        raise ZeroDivisionError

    assert description() != "x"
    assert AuditEntry.objects.count() == before + 2


def test_a_change_that_fails_leaves_no_trace_of_itself_in_the_trail(rows: Rows) -> None:
    actor = rows.world.gp.actor()
    before = AuditEntry.objects.count()

    with pytest.raises(ZeroDivisionError), tenant(actor):  # noqa: PT012
        trail.record(actor, "referral.accept", rows.identified.referral)
        raise ZeroDivisionError

    assert AuditEntry.objects.count() == before


def test_a_read_that_cannot_be_logged_is_an_error(rows: Rows) -> None:
    actor = rows.world.gp.actor()
    with audit_out_of_order(), pytest.raises(Error, match="no room"), tenant(actor, readonly=True):
        trail.record_read(actor, "referral.view", [rows.identified.referral])


def test_a_change_that_cannot_be_logged_does_not_happen(rows: Rows) -> None:
    actor = rows.world.gp.actor()
    with audit_out_of_order(), pytest.raises(Error, match="no room"), tenant(actor):  # noqa: PT012
        Organisation.objects.filter(slug="hjertet-aarhus").update(description="x")
        trail.record(actor, "organisation.edit", rows.world.receiver)

    assert description() != "x"


def test_the_role_is_the_owners_again_after_a_scope(rows: Rows) -> None:
    with tenant(rows.world.gp.actor()):
        assert fetch("SELECT current_user") == [("portal_app",)]

    assert fetch("SELECT current_user = session_user") == [(True,)]


# --- through the web ------------------------------------------------------------------------------


def test_a_page_without_any_filter_shows_nobody_elses_rows(rows: Rows) -> None:
    world = rows.world
    for person, own in (
        (world.gp, Referral.objects.filter(sender=world.practice)),
        (world.outsider_handler, Referral.objects.filter(pk=rows.own_of_outsider.referral.pk)),
        (world.sibling_handler, Referral.objects.none()),
    ):
        answer = browser(person).get("/t/alt/").json()
        assert answer["role"] == "portal_app"
        assert set(answer["rows"]) == {str(row.pk) for row in own}


def test_a_get_that_writes_is_an_error_and_writes_nothing(rows: Rows) -> None:
    client = browser(rows.world.gp)
    for method in (client.get, client.head, client.options):
        assert method("/t/skriv/").status_code == 500
    assert description() == ""


def test_a_post_that_writes_is_kept(rows: Rows) -> None:
    assert browser(rows.world.gp).post("/t/skriv/").status_code == 200
    assert description() == "ændret"


@pytest.mark.parametrize(
    ("status", "kept"), [(200, True), (302, True), (422, True), (500, False), (503, False)]
)
def test_an_answer_of_500_or_more_undoes_the_work_and_keeps_the_log(
    rows: Rows, status: int, kept: bool
) -> None:
    before = AuditEntry.objects.count()

    assert browser(rows.world.gp).post(f"/t/skriv/{status}/").status_code == status

    assert (description() == "ændret") is kept
    assert AuditEntry.objects.count() == before + 1


def test_an_exception_undoes_the_work(rows: Rows) -> None:
    assert browser(rows.world.gp).post("/t/gaa-i-stykker/").status_code == 500
    assert description() == ""


def test_a_refusal_undoes_the_work_and_is_logged(rows: Rows) -> None:
    assert browser(rows.world.gp).post("/t/naegtet/").status_code == 403

    assert description() == ""
    entry = AuditEntry.objects.order_by("-id").first()
    assert entry is not None
    assert (entry.action, entry.labels["status"]) == ("access.refused", "403")
    assert entry.actor_user_id == rows.world.gp.user.pk


def test_asking_for_a_row_that_is_not_ones_own_is_logged_with_its_id(rows: Rows) -> None:
    pk = uuid7()
    assert browser(rows.world.gp).get(f"/t/findes-ikke/{pk}/").status_code == 404

    entry = AuditEntry.objects.order_by("-id").first()
    assert entry is not None
    assert entry.labels == {"status": "404", "view": "not_there", "pk": str(pk)}


def test_a_patient_row_read_without_a_word_to_the_trail_gives_no_page(rows: Rows) -> None:
    for path in ("/t/tavs/", "/t/tegn/"):
        response = browser(rows.world.gp).get(path)
        assert response.status_code == 500
        assert CANARIES["name"] not in response.content.decode()


def test_a_read_that_is_logged_gives_the_page_and_one_row_in_the_trail(rows: Rows) -> None:
    before = AuditEntry.objects.count()

    response = browser(rows.world.receiver_handler).get("/t/laes/")

    assert response.content.decode() == CANARIES["name"]
    assert AuditEntry.objects.count() == before + 1


def test_without_a_trail_there_is_no_page(rows: Rows) -> None:
    client = browser(rows.world.receiver_handler)
    with audit_out_of_order():
        response = client.get("/t/laes/")

    assert response.status_code == 500
    assert CANARIES["name"] not in response.content.decode()


def test_a_streaming_answer_is_refused_inside_a_scope(rows: Rows) -> None:
    assert browser(rows.world.gp).get("/t/stroem/").status_code == 500


def test_a_stale_session_ends_without_an_error(rows: Rows) -> None:
    """It deletes itself, which READ ONLY refuses: so the actor is resolved before the scope
    opens."""
    client = browser(rows.world.gp)
    user = User.objects.get(pk=rows.world.gp.user.pk)
    user.set_password("en helt anden skovsti 44")
    user.save()

    assert client.get("/t/alt/").status_code == 302


# --- all addresses --------------------------------------------------------------------------------

# Addresses that run without a scope, and why that is right. Everything else has one.
SCOPE_FREE_ACCESS = {"public", "operator"}


def _views(patterns: Any) -> Iterator[Callable[..., Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern.callback


@pytest.mark.urls("portal.urls")
def test_every_address_has_a_scope_unless_it_is_public() -> None:
    for view in _views(get_resolver().url_patterns):
        declared = access_of(view)
        assert declared.scoped or declared.access in SCOPE_FREE_ACCESS, view


def test_the_scope_stands_innermost_and_the_actor_before_it(settings: Any) -> None:
    names = [name.rpartition(".")[2] for name in settings.MIDDLEWARE]
    order = [
        "SessionMiddleware",
        "CsrfViewMiddleware",
        "AuthenticationMiddleware",
        "MessageMiddleware",
        "ActorMiddleware",
        "ScopeMiddleware",
    ]
    assert [name for name in names if name in order] == order
    assert names[-1] == "ScopeMiddleware"
    assert settings.DATABASES["default"]["ATOMIC_REQUESTS"] is False
    assert settings.DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert settings.DATABASES["default"]["OPTIONS"]["prepare_threshold"] is None


def test_a_link_opens_one_referral_of_many(rows: Rows) -> None:
    one, other = rows.families["identified", "sent"], rows.families["self", "accepted"]
    with tenant(proofs.patient_link(one), readonly=True):
        assert fetch("SELECT id FROM referrals_referral") == [(one.referral.pk,)]
    with tenant(proofs.reply_link(other), readonly=True):
        assert fetch("SELECT id FROM referrals_referral") == [(other.referral.pk,)]
