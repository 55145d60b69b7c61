"""The trail: what is written, when, and that nobody can take it back (AUD-1 to AUD-5)."""

from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.db import Error, transaction
from psycopg import errors

from organisations.models import Organisation
from portal.access.actor import system_actor
from portal.audit import roles, trail
from portal.audit.models import AuditEntry
from portal.audit.scope import tenant
from portal.common import clock
from portal.common.logging import bound_request_id
from referrals.models import ReferralPatient
from tests import proofs
from tests.proofs import fetch, run
from tests.rows import CANARIES, Rows, rows_fixture  # noqa: F401

pytestmark = pytest.mark.django_db


def newest() -> AuditEntry:
    entry = AuditEntry.objects.order_by("-id").first()
    assert entry is not None
    return entry


# --- what is written ------------------------------------------------------------------------------


def test_a_list_gives_one_entry_with_all_its_ids(rows: Rows) -> None:
    actor = rows.world.gp.actor()
    before = AuditEntry.objects.count()

    with tenant(actor, readonly=True), bound_request_id("abc-1"):
        shown = list(ReferralPatient.objects.visible_to(actor).order_by("pk")[:7])
        trail.record_read(actor, "patient.list", shown)

    assert AuditEntry.objects.count() == before + 1
    entry = newest()
    assert entry.subject_ids == [str(row.pk) for row in shown]
    assert entry.subject_type == "referrals.referralpatient"
    assert entry.actor_user_id == rows.world.gp.user.pk
    assert entry.actor_organisation_id == rows.world.practice.pk
    assert entry.actor_role == "clinician"
    assert entry.request_id == "abc-1"


def test_an_empty_list_shows_nothing_and_is_no_entry(rows: Rows) -> None:
    before = AuditEntry.objects.count()
    with tenant(rows.world.gp.actor(), readonly=True):
        trail.record_read(rows.world.gp.actor(), "patient.list", [])
    assert AuditEntry.objects.count() == before


def test_people_are_known_by_id_and_jobs_by_name(rows: Rows) -> None:
    for actor, name, user in (
        (rows.world.gp.actor(), "", rows.world.gp.user.pk),
        (system_actor("expire"), "expire", None),
        (proofs.patient_link(rows.identified), "", None),
    ):
        with tenant(actor):
            trail.record(actor, "referral.test", rows.identified.referral)
        entry = newest()
        assert (entry.actor_name, entry.actor_user_id) == (name, user)
        assert entry.actor_kind == actor.kind.value
        assert entry.actor_link_id == actor.link_id


def test_the_time_is_the_projects_clock(rows: Rows) -> None:
    moment = datetime(2026, 12, 24, 12, tzinfo=UTC)
    with clock.at(moment):
        trail.record(system_actor("x"), "referral.test", rows.identified.referral)
    assert newest().at == moment


def test_who_has_seen_a_row_is_answered_for_that_row_alone(rows: Rows) -> None:
    actor, one, other = rows.world.gp.actor(), rows.identified, rows.families["self", "sent"]
    with tenant(actor, readonly=True):
        trail.record_read(actor, "referral.list", [one.referral, other.referral])
        trail.record_read(actor, "referral.view", [one.referral])
        trail.record_read(actor, "consent.view", [], covers=[])

    assert [entry.action for entry in trail.lookups_of(one.referral)] == [
        "referral.view",
        "referral.list",
    ]
    assert [entry.action for entry in trail.lookups_of(other.referral)] == ["referral.list"]
    assert one.patient is not None
    assert not trail.lookups_of(one.patient).exists()


class DescriptionForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Organisation
        fields = ["description"]


def test_an_edit_records_which_fields_changed_and_not_what_they_say(rows: Rows) -> None:
    receiver, manager = rows.world.receiver, rows.world.receiver_manager.actor()
    form = DescriptionForm({"description": "Nye ord"}, instance=receiver)

    with tenant(manager):
        trail.save_form(form, manager)

    entry = newest()
    assert (entry.action, entry.labels) == ("organisation.edit", {"fields": "description"})
    assert "Nye ord" not in str(vars(entry))


# --- what is never written ------------------------------------------------------------------------


def test_no_word_of_a_patient_stands_in_the_clear_anywhere_in_the_database(rows: Rows) -> None:
    """Every table, every column (AUD-5, SEC-4): a dump holds no canary."""
    actor = rows.world.receiver_handler.actor()
    with tenant(actor):
        seen = list(ReferralPatient.objects.visible_to(actor))
        trail.record_read(actor, "patient.view", seen)
        trail.record(actor, "referral.accept", rows.identified.referral, covers=seen)
        trail.record_denied(actor, "referral.decline", reason="wrong_state")
    assert seen[0].name == CANARIES["name"]

    tables = [
        name
        for (name,) in fetch(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind IN ('r', 'p') "
            "AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace"
        )
    ]
    assert "audit_entry" in tables
    words = [word for text in CANARIES.values() for word in (text, text.encode().hex())]
    for name in tables:
        for word in words:
            ((found,),) = fetch(
                f"SELECT count(*) FROM {name} AS t WHERE strpos(lower(t::text), lower(%s)) > 0",
                [word],
            )
            assert found == 0, f"{word!r} stands in {name}"


def test_the_search_for_canaries_finds_one_that_is_there(rows: Rows) -> None:
    trail.record(system_actor("x"), "a.b", rows.identified.referral, oops=CANARIES["name"])
    with pytest.raises(AssertionError, match="audit_entry"):
        test_no_word_of_a_patient_stands_in_the_clear_anywhere_in_the_database(rows)


# --- append-only ----------------------------------------------------------------------------------


def test_the_trail_is_append_only(rows: Rows) -> None:
    proofs.the_trail_is_append_only(rows)


def test_the_trail_points_at_nothing_and_nothing_points_at_it() -> None:
    assert (
        fetch(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' "
            "AND ('audit_entry'::regclass IN (conrelid, confrelid))"
        )
        == []
    )


def test_every_partition_refuses_to_be_changed_or_emptied() -> None:
    partitions = [
        name
        for (name,) in fetch(
            "SELECT inhrelid::regclass::text FROM pg_inherits "
            "WHERE inhparent = 'audit_entry'::regclass"
        )
    ]
    assert len(partitions) > 24
    for name in partitions:
        triggers = dict(
            fetch(
                "SELECT tgname, tgenabled FROM pg_trigger "
                "WHERE tgrelid = %s::regclass AND NOT tgisinternal OR "
                "(tgrelid = %s::regclass AND tgparentid <> 0)",
                [name, name],
            )
        )
        assert {"audit_append_only", "audit_no_truncate"} <= triggers.keys(), name
        assert "D" not in triggers.values(), name


def test_an_entry_lies_in_the_partition_of_its_month(rows: Rows) -> None:
    with clock.at(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):
        trail.record(system_actor("x"), "a.b", rows.identified.referral)
    ((partition,),) = fetch(
        "SELECT tableoid::regclass::text FROM audit_entry WHERE id = %s", [newest().pk]
    )
    assert partition.startswith("audit_entry_202")


def test_partitions_reach_two_years_ahead_and_making_them_twice_makes_them_once() -> None:
    def months() -> set[str]:
        return {
            name
            for (name,) in fetch(
                "SELECT inhrelid::regclass::text FROM pg_inherits "
                "WHERE inhparent = 'audit_entry'::regclass"
            )
        }

    roles.extend_partitions()
    once = months()
    roles.extend_partitions()

    assert months() == once
    ((first, last),) = fetch(
        "SELECT to_char(clock_timestamp() - interval '13 months', '\"audit_entry_\"YYYY_MM'), "
        "to_char(clock_timestamp() + interval '24 months', '\"audit_entry_\"YYYY_MM')"
    )
    assert {first, last} <= once

    run("SELECT audit_make_partitions('2031-01-01', '2031-02-01')")
    assert months() - once == {"audit_entry_2031_01", "audit_entry_2031_02"}


def test_a_moment_without_a_partition_is_kept_and_its_month_is_left_alone(rows: Rows) -> None:
    """A clock far off must not stop the trail, nor stop the next bootstrap."""
    with clock.at(datetime(2041, 5, 5, tzinfo=UTC)):
        trail.record(system_actor("x"), "a.b", rows.identified.referral)
    assert fetch(
        "SELECT tableoid::regclass::text FROM audit_entry WHERE id = %s", [newest().pk]
    ) == [("audit_entry_other",)]

    run("SELECT audit_make_partitions('2041-05-01', '2041-06-01')")

    assert fetch("SELECT to_regclass('audit_entry_2041_05') IS NULL") == [(True,)]
    assert fetch("SELECT to_regclass('audit_entry_2041_06') IS NULL") == [(False,)]


def test_old_months_leave_as_whole_partitions_by_the_owner_alone(rows: Rows) -> None:
    with clock.at(clock.now() - timedelta(days=1)):
        trail.record(system_actor("x"), "a.b", rows.identified.referral)
    ((partition,),) = fetch(
        "SELECT tableoid::regclass::text FROM audit_entry WHERE id = %s", [newest().pk]
    )
    proofs.must_be_refused(
        rows.world.gp.actor(),
        lambda: run(f"DROP TABLE {partition}"),
        errors.InsufficientPrivilege,
        says="must be owner",
    )
    with transaction.atomic():
        run("SET CONSTRAINTS ALL IMMEDIATE")
        run(f"DROP TABLE {partition}")
        transaction.set_rollback(True)


def test_a_page_cannot_choose_its_place_in_the_trail_unnoticed(rows: Rows) -> None:
    """The sequence cannot be set back by the serving role, so an id is never given twice."""
    with pytest.raises(Error, match="permission denied"), tenant(rows.world.gp.actor()):
        run("SELECT setval('audit_entry_id_seq', 1)")
