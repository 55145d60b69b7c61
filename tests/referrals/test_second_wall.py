"""The second wall: what PostgreSQL itself refuses when the application is wrong (ACC-2, ACC-3)."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, transaction

from portal.access.actor import system_actor
from portal.audit.models import PatientModel
from portal.audit.scope import tenant
from portal.common import clock
from portal.common.crypto import encrypted_fields
from referrals.models import Message, Outcome, Referral, ReferralEvent, ReferralPatient
from tests import proofs
from tests.rows import Rows, make_family, rows_fixture  # noqa: F401

pytestmark = pytest.mark.django_db


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


# --- the shape of the wall ------------------------------------------------------------------------


# Sealed columns that no wall stands round, and why.
NO_WALL = {
    "accounts_keptform": "written and given back between two sessions, where no scope can be open; "
    "the row is its author's, the words are sealed, and it is gone after an hour",
}


def patient_tables() -> set[str]:
    """Found from the schema, never from a list: patient models, models with sealed columns, and
    every table that points at a referral or a patient."""
    by_model = {
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, PatientModel) or encrypted_fields(model)
    }
    pointing = proofs.fetch(
        "SELECT DISTINCT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND "
        "confrelid IN ('referrals_referral'::regclass, 'referrals_referralpatient'::regclass)"
    )
    return (by_model | {name for (name,) in pointing} | {"referrals_referral"}) - set(NO_WALL)


def test_every_table_with_patient_data_has_row_security_and_policies() -> None:
    tables = patient_tables()
    assert len(tables) >= len(proofs.WALLED)  # the finder itself finds
    rules = {
        (name, role): verbs
        for name, role, verbs in proofs.fetch(
            "SELECT tablename, roles[1]::text, array_agg(cmd ORDER BY cmd) FROM pg_policies "
            "GROUP BY 1, 2"
        )
    }
    for name in sorted(tables):
        ((enabled, forced),) = proofs.fetch(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass",
            [name],
        )
        assert enabled, f"{name} has no row-level security"
        assert not forced, f"{name}: forced, data migrations would change nothing silently"
        assert {"SELECT", "INSERT"} <= set(rules[name, "portal_app"]), name
        assert "ALL" not in rules[name, "portal_app"], f"{name}: say each verb by itself"
        assert rules[name, "portal_worker"] == ["ALL"], name


def test_no_policy_gives_a_forgotten_setting_a_default() -> None:
    for name, rule in proofs.fetch(
        "SELECT tablename, coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies"
    ):
        assert ", true)" not in rule, f"{name}: current_setting with missing_ok"
        assert "SELECT current_setting" not in rule, f"{name}: sub-select around current_setting"


def test_every_role_that_serves_is_walled() -> None:
    for name, owner in proofs.fetch(
        "SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public'"
    ):
        assert not owner.startswith(("portal_a", "portal_w")), name
    assert (
        proofs.fetch(
            "SELECT rolname FROM pg_roles WHERE starts_with(rolname, 'portal_') "
            "AND rolname <> session_user "
            "AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin)"
        )
        == []
    )


def test_the_parties_of_a_part_are_those_of_its_referral(rows: Rows) -> None:
    """Composite keys: a message, an event or an outcome cannot be filed under other parties."""
    one, third = rows.identified.referral, rows.world.outsider.pk
    for model in (Message, ReferralEvent, Outcome):
        columns = [f.column for f in model._meta.local_concrete_fields]
        assert {"referral_id", "sender_id", "receiver_id"} <= set(columns)
        found = proofs.fetch(
            "SELECT 1 FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass "
            "AND confrelid = 'referrals_referral'::regclass AND cardinality(conkey) = 3 "
            "AND NOT condeferrable AND convalidated",
            [model._meta.db_table],
        )
        assert found, model
    with pytest.raises(IntegrityError, match="message_parties_are_referrals"), transaction.atomic():
        Message.objects.create(
            referral=one, sender_id=third, receiver_id=third, from_receiver=True, body="x"
        )


def test_an_offer_of_another_association_cannot_be_referred_to(rows: Rows) -> None:
    with (
        pytest.raises(IntegrityError, match="referral_offer_is_receivers"),
        transaction.atomic(),
    ):
        Referral.objects.create(
            kind="code",
            reference="x-3",
            offer=rows.outsiders_offer,
            receiver=rows.world.receiver,
            sender=rows.world.practice,
            municipality=rows.world.aarhus,
        )


def test_a_temporary_table_cannot_answer_for_the_consents(rows: Rows) -> None:
    proofs.a_temporary_table_cannot_answer_for_the_consents(rows)


def test_a_receiver_cannot_lengthen_the_consent_it_lives_by(rows: Rows) -> None:
    consent = rows.identified.consent
    assert consent is not None
    with tenant(rows.world.receiver_handler.actor()):
        changed = proofs.run(
            "UPDATE referrals_consent SET expires_at = expires_at WHERE id = %s",
            [consent.pk],
        )
    assert changed == 0


def test_the_receiver_loses_the_patient_the_moment_the_consent_ends(rows: Rows) -> None:
    one = rows.identified
    assert one.consent is not None
    handler = rows.world.receiver_handler.actor()
    found = ReferralPatient.objects.visible_to(handler).filter(pk=one.referral.patient_id)
    with clock.at(one.consent.expires_at - timedelta(seconds=1)):
        found = ReferralPatient.objects.visible_to(handler).filter(pk=one.referral.patient_id)
        assert found.exists()
    with clock.at(one.consent.expires_at):
        found = ReferralPatient.objects.visible_to(handler).filter(pk=one.referral.patient_id)
        assert not found.exists()


def test_history_is_never_rewritten_not_even_by_the_owner(rows: Rows) -> None:
    event = rows.identified.event
    assert event is not None
    for sql in (
        "UPDATE referrals_referralevent SET verb = 'x' WHERE id = %s",
        "DELETE FROM referrals_referralevent WHERE id = %s",
    ):
        with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic():
            proofs.run(sql, [event.pk])


def test_a_coordinator_decides_where_the_sender_lies_and_changes_nothing_else(rows: Rows) -> None:
    """Moderation follows the sender's region, also when the patient lives in another."""
    world = rows.world
    waiting = make_family(
        world,
        rows.offer,
        status="awaiting_moderation",
        sender=world.new_practice,
        sent_by=world.new_gp,
        municipality=world.odense,
    ).referral
    decide = "UPDATE referrals_referral SET status = %s, sent_at = created_at WHERE id = %s"
    for state in ("sent", "draft"):
        with transaction.atomic():
            with tenant(world.coordinator.actor()):
                assert proofs.run(decide, [state, waiting.pk]) == 1
            transaction.set_rollback(True)
    with tenant(world.other_coordinator.actor()):
        assert proofs.run(decide, ["sent", waiting.pk]) == 0
    with tenant(world.municipal_coordinator.actor()):
        accepted = rows.identified.referral
        assert proofs.run(decide, ["withdrawn", accepted.pk]) == 0


def test_a_job_for_one_organisation_sees_that_organisation_alone(rows: Rows) -> None:
    job = system_actor("proof").for_organisation(rows.world.outsider.pk)
    own = rows.own_of_outsider
    with tenant(job):
        assert proofs.fetch("SELECT id FROM referrals_referral") == [(own.referral.pk,)]
        assert proofs.run("UPDATE referrals_referral SET updated_at = updated_at") == 1


def test_a_patient_sees_the_own_words_also_after_withdrawing(rows: Rows) -> None:
    withdrawn = rows.families["identified", "withdrawn"]
    assert withdrawn.patient is not None
    with tenant(proofs.patient_link(withdrawn), readonly=True):
        assert proofs.fetch("SELECT id FROM referrals_referralpatient") == [(withdrawn.patient.pk,)]
    with tenant(proofs.reply_link(withdrawn, phone_confirmed=True), readonly=True):
        assert proofs.fetch("SELECT id FROM referrals_referralpatient") == []
