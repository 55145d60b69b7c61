"""The second wall: what PostgreSQL itself refuses when the application is wrong (ACC-2, ACC-3)."""

import pytest

from tests import proofs
from tests.rows import Rows, build_rows
from tests.world import World


@pytest.fixture
def rows(world: World) -> Rows:
    return build_rows(world)


def test_unfiltered_sql_gives_each_actor_exactly_its_own_rows(rows: Rows) -> None:
    proofs.unfiltered_sql_gives_only_what_the_contract_says(rows)


def test_unfiltered_orm_gives_an_outsider_nothing(rows: Rows) -> None:
    proofs.unfiltered_orm_gives_the_outsider_nothing(rows)


def test_a_foreign_row_cannot_be_changed_or_deleted(rows: Rows) -> None:
    proofs.foreign_rows_cannot_be_changed_or_deleted(rows)


def test_a_foreign_row_cannot_be_inserted(rows: Rows) -> None:
    proofs.foreign_rows_cannot_be_inserted(rows)


def test_a_manager_sees_numbers_and_writes_no_referral(rows: Rows) -> None:
    proofs.a_managers_scope_writes_no_referral(rows)


def test_a_read_cannot_write(rows: Rows) -> None:
    proofs.reads_cannot_write(rows)


def test_an_outsider_cannot_make_itself_a_way_to_a_known_patient(rows: Rows) -> None:
    proofs.an_outsider_cannot_make_itself_a_way_to_a_patient(rows)


def test_parties_offer_and_kind_do_not_change(rows: Rows) -> None:
    proofs.parties_do_not_change(rows)


def test_a_forgotten_scope_fails_loudly(rows: Rows) -> None:
    proofs.a_forgotten_scope_fails_loudly(rows)


def test_the_first_wall_holds_alone(rows: Rows) -> None:
    proofs.the_first_wall_gives_nothing_foreign(rows)


def test_without_consent_nothing_leaves(rows: Rows) -> None:
    proofs.no_consent_no_way_out(rows)
