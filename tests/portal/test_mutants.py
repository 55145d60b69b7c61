"""Mutants: each switches one wall off and expects the matching proof to fail.

A suite that stays green without its walls proves nothing (tenancy-and-audit.md, 18).
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from portal.audit import scope
from referrals.models import (
    Consent,
    Message,
    Referral,
    ReferralDraft,
    ReferralEvent,
    ReferralPatient,
)
from tests import proofs
from tests.proofs import LINKS, WALLED, run, table
from tests.rows import Rows, rows_fixture  # noqa: F401

Mutation = Callable[[], AbstractContextManager[Any]]


pytestmark = pytest.mark.django_db


@contextmanager
def changed_schema(*statements: str) -> Iterator[None]:
    """DDL in a transaction that is rolled back."""
    with transaction.atomic():
        run("SET CONSTRAINTS ALL IMMEDIATE")  # no pending checks, or ALTER TABLE is refused
        for statement in statements:
            run(statement)
        yield
        transaction.set_rollback(True)


def without_row_security(*models: Any) -> Mutation:
    return lambda: changed_schema(
        *(f"ALTER TABLE {table(model)} DISABLE ROW LEVEL SECURITY" for model in models)
    )


def without(*statements: str) -> Mutation:
    return lambda: changed_schema(*statements)


@contextmanager
def without_read_only() -> Iterator[None]:
    def forget(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        return None if sql == "SET TRANSACTION READ ONLY" else execute(sql, params, many, context)

    with connection.execute_wrapper(forget):
        yield


@contextmanager
def without_filter(queryset: type[QuerySet[Any]]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queryset, "visible_to", lambda self, actor: self.all())
        yield


@contextmanager
def without_touch_check() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scope.Scope, "refuse_unlogged_reads", lambda self: None)
        yield


@contextmanager
def with_every_scope_clinical() -> Iterator[None]:
    """As if a manager or a link without phone code were told apart by nobody."""
    original = scope._wall

    def wall(actor: Any) -> tuple[int, str]:
        organisation, kind = original(actor)
        return organisation, {"figures": "user", "link": "reply"}.get(kind, kind)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scope, "_wall", wall)
        yield


def filter_of(model: Any) -> Mutation:
    return lambda: without_filter(type(model._default_manager.all()))


def trigger(model: Any, name: str) -> str:
    return f"ALTER TABLE {table(model)} DISABLE TRIGGER {name}"


def constraint(model: Any, name: str) -> str:
    return f"ALTER TABLE {table(model)} DROP CONSTRAINT {name}"


MUTANTS: list[tuple[str, Mutation, Callable[[Rows], None]]] = [
    *(
        (
            f"no wall on {table(m)}, read",
            without_row_security(m),
            proofs.unfiltered_sql_gives_only_what_the_contract_says,
        )
        for m in WALLED
    ),
    *(
        (
            f"no wall on {table(m)}, forgotten scope",
            without_row_security(m),
            proofs.a_forgotten_scope_fails_loudly,
        )
        for m in WALLED
    ),
    *(
        (
            f"no wall on {table(m)}, insert",
            without_row_security(m),
            proofs.foreign_rows_cannot_be_inserted,
        )
        for m in (*WALLED, *LINKS)
        if table(m) != "referrals_concern"
    ),
    (
        "no wall at all, ORM",
        without_row_security(*WALLED),
        proofs.unfiltered_orm_gives_the_outsider_nothing,
    ),
    (
        "no wall at all, change",
        without_row_security(*WALLED),
        proofs.foreign_rows_cannot_be_changed_or_deleted,
    ),
    (
        "no wall at all, manager",
        without_row_security(*WALLED),
        proofs.a_managers_scope_writes_no_referral,
    ),
    (
        "one kind of scope, read",
        with_every_scope_clinical,
        proofs.unfiltered_sql_gives_only_what_the_contract_says,
    ),
    (
        "one kind of scope, write",
        with_every_scope_clinical,
        proofs.a_managers_scope_writes_no_referral,
    ),
    ("no READ ONLY", without_read_only, proofs.reads_cannot_write),
    *(
        (f"no filter on {table(m)}", filter_of(m), proofs.the_first_wall_gives_nothing_foreign)
        for m in (Referral, ReferralEvent, Message, Consent, ReferralPatient, ReferralDraft)
    ),
    ("no touch check", without_touch_check, proofs.an_unlogged_read_is_refused),
    (
        "no composite key to the patient",
        without(constraint(Referral, "referral_patient_is_senders")),
        proofs.an_outsider_cannot_make_itself_a_way_to_a_patient,
    ),
    (
        "no composite key of the consent",
        without(
            constraint(Consent, "consent_patient_is_senders"),
        ),
        proofs.an_outsider_cannot_make_itself_a_way_to_a_patient,
    ),
    (
        "links may be turned",
        without(
            *(trigger(m, "referral_link_stays") for m in LINKS),
        ),
        proofs.an_outsider_cannot_make_itself_a_way_to_a_patient,
    ),
    (
        "parties may change",
        without(trigger(Referral, "referral_keeps_its_parties")),
        proofs.parties_do_not_change,
    ),
    (
        "no consent trigger",
        without(trigger(Referral, "referral_consent_valid")),
        proofs.no_consent_no_way_out,
    ),
    *(
        (f"no {name}", without(constraint(model, name)), proofs.no_consent_no_way_out)
        for model, name in (
            (Referral, "referral_has_consent"),
            (Referral, "referral_patient_open_for_a_reason"),
            (Referral, "referral_consent_names_offer_and_receiver"),
            (Referral, "referral_consent_names_patient"),
            (Consent, "consent_one_year_at_most"),
            (Consent, "consent_expires_after_taking"),
        )
    ),
    (
        "the trigger looks among temporary tables",
        without("ALTER FUNCTION referral_needs_valid_consent() SET search_path = public"),
        proofs.a_temporary_table_cannot_answer_for_the_consents,
    ),
    (
        "the trail may be changed",
        without("ALTER TABLE audit_entry DISABLE TRIGGER audit_append_only"),
        proofs.the_trail_is_append_only,
    ),
    (
        "the trail may be emptied",
        without(
            "CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN RETURN NULL; END $$"
        ),
        proofs.the_trail_is_append_only,
    ),
    (
        "a part of the trail may be emptied",
        without("ALTER TABLE audit_entry_other DISABLE TRIGGER audit_no_truncate"),
        proofs.the_trail_is_append_only,
    ),
    (
        "pages may change the trail",
        without(
            "GRANT UPDATE ON audit_entry TO portal_app",
            "ALTER TABLE audit_entry DISABLE TRIGGER audit_append_only",
        ),
        proofs.the_trail_is_append_only,
    ),
]


@pytest.mark.parametrize(
    ("mutation", "proof"), [row[1:] for row in MUTANTS], ids=[row[0] for row in MUTANTS]
)
def test_the_proof_turns_red_without_its_wall(
    rows: Rows, mutation: Mutation, proof: Callable[[Rows], None]
) -> None:
    with pytest.raises(AssertionError), mutation():
        proof(rows)


@pytest.mark.parametrize("proof", sorted({row[2] for row in MUTANTS}, key=lambda p: p.__name__))
def test_the_proof_is_green_with_all_walls_up(rows: Rows, proof: Callable[[Rows], None]) -> None:
    with nullcontext():
        proof(rows)
