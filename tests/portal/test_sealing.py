"""Seals: what is sealed cannot be changed unnoticed, and nothing is sealed too early (AUD-4)."""

import os
import random
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import Error, connection, transaction

from portal.audit import sealing
from portal.audit.models import AuditEntry, AuditMark, AuditSeal
from portal.audit.roles import SEALER
from portal.common import clock
from tests.proofs import fetch, run
from tests.sizes import DRILL
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

ROWS, SEALS, TRIES = (100_000, 20, 1_000) if DRILL else (240, 6, 60)
START = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def seal_file(settings: Any, tmp_path: Path) -> Path:
    settings.SEAL_FILE = tmp_path / "seals.jsonl"
    return tmp_path / "seals.jsonl"


@pytest.fixture(autouse=True)
def only_this_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """`pg_snapshot_xmin` counts the whole cluster, and beside these tests others run in databases
    of their own, some in one long transaction. Theirs are left out of the count; ours never."""
    real = sealing._look
    running = "SELECT min(backend_xid::text::bigint) FROM pg_stat_activity WHERE "

    def look() -> tuple[int, int, int]:
        with connection.cursor() as cursor:
            sealing._take_role("none")  # the sealer may not see others' transactions
            cursor.execute(running + "datname <> current_database()")
            (elsewhere,) = cursor.fetchone()
            cursor.execute(running + "datname = current_database() AND pid <> pg_backend_pid()")
            (here,) = cursor.fetchone()
            sealing._take_role(SEALER)
        last_id, oldest_running, not_yet_given = real()
        if elsewhere is not None:
            oldest_running = here if here is not None else not_yet_given - 1
        return last_id, oldest_running, not_yet_given

    monkeypatch.setattr(sealing, "_look", look)


class Minutes:
    """A clock that each sealing moves on by more than a minute."""

    def __init__(self) -> None:
        self.now = START

    def seal(self) -> AuditSeal | None:
        self.now += timedelta(seconds=61)
        with clock.at(self.now):
            return sealing.seal_closed_range()

    def seal_until(self, last_id: int) -> None:
        """Other tests' transactions run in the same cluster, and hold the closing up for a
        while."""

        def sealed() -> bool:
            self.seal()
            newest = AuditSeal.objects.order_by("-last_id").values_list("last_id", flat=True)
            return (newest.first() or 0) >= last_id

        wait_for(sealed, 60, "the rows are sealed")


@pytest.fixture
def minutes() -> Minutes:
    return Minutes()


def write(count: int, seed: int = 1) -> list[AuditEntry]:
    chance = random.Random(seed)
    with clock.at(START):
        return AuditEntry.objects.bulk_create(
            [
                AuditEntry(
                    at=START + timedelta(seconds=number),
                    request_id=f"r{number}",
                    actor_kind="user",
                    actor_user_id=chance.randrange(10**9),
                    action=chance.choice(["referral.view", "referral.accept"]),
                    subject_type="referrals.referral",
                    subject_ids=[str(chance.randrange(10**12))],
                    labels={"new": chance.choice(["sent", "accepted"])},
                )
                for number in range(count)
            ],
            batch_size=5_000,
        )


def last_id() -> int:
    return AuditEntry.objects.order_by("-id").values_list("id", flat=True)[0]


@contextmanager
def tampering() -> Iterator[None]:
    """As a superuser could: triggers off. Undone afterwards."""
    with transaction.atomic():
        run("ALTER TABLE audit_entry DISABLE TRIGGER audit_append_only")
        yield
        transaction.set_rollback(True)


# --- every change is found ------------------------------------------------------------------------


def change_a_column(chance: random.Random, ids: list[int]) -> list[int]:
    pk = chance.choice(ids)
    column, value = chance.choice(
        [
            ("at", "at + interval '1 microsecond'"),
            ("at", "at + interval '40 days'"),  # to another partition
            ("request_id", "request_id || ' '"),
            ("actor_kind", "'system'"),
            ("actor_user_id", "actor_user_id + 1"),
            ("actor_user_id", "NULL"),
            ("actor_name", "'x'"),
            ("actor_organisation_id", "0"),
            ("actor_role", "'x'"),
            ("actor_link_id", "0"),
            ("action", "upper(action)"),
            ("subject_type", "''"),
            ("subject_ids", "subject_ids || '[\"x\"]'"),
            ("labels", 'labels || \'{"x": "y"}\''),
        ]
    )
    assert run(f"UPDATE audit_entry SET {column} = {value} WHERE id = %s", [pk]) == 1
    return [pk]


def delete_a_row(chance: random.Random, ids: list[int]) -> list[int]:
    pk = chance.choice(ids)
    assert run("DELETE FROM audit_entry WHERE id = %s", [pk]) == 1
    return [pk]


def insert_a_row(chance: random.Random, ids: list[int]) -> list[int]:
    pk = chance.choice(ids)
    run(
        "INSERT INTO audit_entry (id, at, actor_kind, action) "
        "SELECT id, at + interval '1 second', 'user', 'x' FROM audit_entry WHERE id = %s",
        [pk],
    )
    return [pk]


def swap_two_rows(chance: random.Random, ids: list[int]) -> list[int]:
    one, other = chance.sample(ids, 2)
    for old, new in ((one, -1), (other, one), (-1, other)):
        run("UPDATE audit_entry SET id = %s WHERE id = %s", [new, old])
    return [one, other]


def replace_a_row(chance: random.Random, ids: list[int]) -> list[int]:
    """Delete one and put another in its place: the number of rows stays."""
    one, other = chance.sample(ids, 2)
    run("DELETE FROM audit_entry WHERE id = %s", [one])
    run("UPDATE audit_entry SET id = %s WHERE id = %s", [one, other])
    return [one, other]


WAYS: list[Callable[[random.Random, list[int]], list[int]]] = [
    change_a_column,
    delete_a_row,
    insert_a_row,
    swap_two_rows,
    replace_a_row,
]


@pytest.mark.drill
def test_each_change_of_a_sealed_row_is_found_and_its_place_named(
    minutes: Minutes, record_property: Any
) -> None:
    """AUD-4: rows are changed, removed, added and put in another order."""
    record_property("figure", f"{TRIES} changes among {ROWS} rows, each found")
    seed = int(os.environ.get("SAMSPIL_SEED", random.SystemRandom().randrange(10**6)))
    sys.stdout.write(f"SAMSPIL_SEED={seed}\n")
    chance = random.Random(seed)
    ids: list[int] = []
    for part in range(SEALS):
        ids += [entry.pk for entry in write(ROWS // SEALS, seed=part)]
        minutes.seal_until(ids[-1])
    assert AuditSeal.objects.count() >= SEALS
    assert sealing.verify() == []

    for number in range(TRIES):
        way = WAYS[number % len(WAYS)]
        with tampering():
            touched = way(chance, ids)
            found = sealing.verify()
        assert found, f"{way.__name__} of {touched} was not found"
        for pk in touched:
            assert any(gap.first_id <= pk <= gap.last_id for gap in found), (way.__name__, pk)

    assert sealing.verify() == []


def test_a_changed_or_missing_seal_is_found(minutes: Minutes) -> None:
    for _ in range(3):
        write(5)
        minutes.seal_until(last_id())
    first, second, *_ = AuditSeal.objects.order_by("first_id")
    reasons = {
        "UPDATE audit_seal SET rows = rows + 1 WHERE id = %s": "sealed",
        "UPDATE audit_seal SET digest = sha256(digest) WHERE id = %s": "changed",
        "UPDATE audit_seal SET seal = sha256(seal) WHERE id = %s": "does not fit",
        "DELETE FROM audit_seal WHERE id = %s": "missing",
    }
    for sql, reason in reasons.items():
        with transaction.atomic():
            run(sql, [second.pk])
            found = sealing.verify()
            transaction.set_rollback(True)
        assert any(reason in gap.reason for gap in found), sql
    assert first.seal != second.seal


def test_who_lacks_the_key_cannot_seal_a_changed_row_again(minutes: Minutes, settings: Any) -> None:
    write(5)
    minutes.seal_until(last_id())
    seal = AuditSeal.objects.order_by("-last_id")[0]
    key = settings.SEAL_KEY
    with tampering():
        run("UPDATE audit_entry SET action = 'x' WHERE id = %s", [seal.last_id])
        settings.SEAL_KEY = b"a key that somebody guessed here"
        rows, digest = sealing.digest_of(seal.first_id, seal.last_id)
        newer = AuditSeal.objects.exclude(pk=seal.pk).order_by("-last_id").first()
        previous = bytes(newer.seal) if newer else sealing.START
        forged = sealing._seal(previous, seal.first_id, seal.last_id, rows, digest)
        AuditSeal.objects.filter(pk=seal.pk).update(digest=digest, seal=forged)
        settings.SEAL_KEY = key
        assert [gap.reason for gap in sealing.verify()][:1] == ["the seal itself does not fit"]


# --- the end is not cut off -----------------------------------------------------------------------


def test_an_end_cut_off_is_seen_by_the_file_outside_also_after_new_seals(
    minutes: Minutes, seal_file: Path
) -> None:
    write(5)
    minutes.seal_until(last_id())
    kept = last_id()
    write(5)
    minutes.seal_until(last_id())
    cut = last_id()
    assert str(cut) in seal_file.read_text()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_append_only")
        cursor.execute("DELETE FROM audit_entry WHERE id > %s", [kept])
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_append_only")
    AuditSeal.objects.filter(last_id__gt=kept).delete()

    assert [gap.last_id for gap in sealing.verify()] == [cut]

    write(5)
    minutes.seal_until(last_id())
    assert [gap.last_id for gap in sealing.verify()] == [cut]


# --- not too early --------------------------------------------------------------------------------


@contextmanager
def second_connection() -> Iterator[Any]:
    other = connection.copy()
    try:
        other.set_autocommit(False)
        yield other
    finally:
        other.close()


INSERT = "INSERT INTO audit_entry (at, actor_kind, action) VALUES (%s, 'user', 'late') RETURNING id"


def test_nothing_is_sealed_past_a_transaction_that_is_still_open(minutes: Minutes) -> None:
    write(3)
    minutes.seal_until(last_id())
    with second_connection() as other, other.cursor() as cursor:
        cursor.execute(INSERT, [START])
        (late,) = cursor.fetchone()
        write(3)
        for _ in range(4):
            minutes.seal()
        assert AuditSeal.objects.order_by("-last_id")[0].last_id < late

        other.commit()

    minutes.seal_until(last_id())
    assert sealing.verify() == []
    with tampering():
        run("DELETE FROM audit_entry WHERE id = %s", [late])
        assert [gap.first_id <= late <= gap.last_id for gap in sealing.verify()] == [True]


def test_nothing_is_sealed_past_an_id_taken_before_its_transaction_had_a_number(
    minutes: Minutes,
) -> None:
    """The window between taking an id and taking a transaction number, held open by hand."""
    write(1)
    minutes.seal_until(last_id())
    with second_connection() as other, other.cursor() as cursor:
        for _ in range(
            40
        ):  # until the sequence has values in hand, and needs no number to give one
            cursor.execute("SELECT nextval('audit_entry_id_seq')")
            (late,) = cursor.fetchone()
            cursor.execute("SELECT pg_current_xact_id_if_assigned() IS NULL")
            (unnumbered,) = cursor.fetchone()
            if unnumbered:
                break
            other.commit()
        assert unnumbered
        write(1)
        minutes.seal()  # the mark: it knows of the id, and not of the transaction
        cursor.execute(
            "INSERT INTO audit_entry (id, at, actor_kind, action) VALUES (%s, %s, 'user', 'late')",
            [late, START],
        )
        for _ in range(3):
            minutes.seal()
        assert AuditSeal.objects.order_by("-last_id")[0].last_id < late
        other.commit()

    minutes.seal_until(last_id())
    assert sealing.verify() == []


def test_a_mark_is_believed_only_after_a_minute() -> None:
    write(3)
    with clock.at(START):
        assert [sealing.seal_closed_range() for _ in range(3)] == [None] * 3


def test_the_first_id_of_an_empty_trail_is_not_sealed_before_it_is_given(minutes: Minutes) -> None:
    """An unused sequence shows 1 as its last value."""
    with transaction.atomic():
        run("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        run("DELETE FROM audit_entry")
        run("ALTER SEQUENCE audit_entry_id_seq RESTART")
        assert sealing._look()[0] == 0
        run("SELECT nextval('audit_entry_id_seq')")
        assert sealing._look()[0] == 1
        transaction.set_rollback(True)


def test_two_sealers_at_once_seal_once(minutes: Minutes) -> None:
    write(3)
    minutes.seal()
    minutes.now += timedelta(seconds=61)
    problems: list[BaseException] = []

    def seal() -> None:
        try:
            with clock.at(minutes.now):
                sealing.seal_closed_range()
        except BaseException as error:  # noqa: BLE001 - shown below
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=seal) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    minutes.seal_until(last_id())
    assert sealing.verify() == []


def test_a_long_range_is_sealed_in_parts(minutes: Minutes, monkeypatch: pytest.MonkeyPatch) -> None:
    write(1)
    minutes.seal_until(last_id())  # the numbers that other tests have used up
    before = last_id()
    monkeypatch.setattr(sealing, "MOST_IDS", 4)
    write(10)
    minutes.seal_until(last_id())
    parts = AuditSeal.objects.filter(first_id__gt=before)
    assert len(parts) > 2
    assert all(s.last_id - s.first_id < 4 for s in parts)
    assert sealing.verify() == []


def test_ids_that_were_never_committed_leave_no_gap_in_the_seals(minutes: Minutes) -> None:
    with transaction.atomic():
        write(3)
        transaction.set_rollback(True)
    write(3)
    minutes.seal_until(last_id())
    assert sealing.verify() == []


def test_after_a_restore_the_old_marks_are_thrown_away(minutes: Minutes) -> None:
    """Numbers start anew in a restored cluster: an old mark would close what is open, or
    nothing."""
    write(3)
    for minute in (0, 2):
        AuditMark.objects.create(
            at=START + timedelta(minutes=minute), last_id=last_id() + 50, snapshot_xmax=3
        )
    assert sealing._newest_closed_mark(oldest_running=10**6) is not None

    call_command("seal_audit", "--after-restore", verbosity=0)

    assert not AuditMark.objects.filter(snapshot_xmax=3).exists()
    assert AuditSeal.objects.count() == 0
    minutes.seal_until(last_id())
    assert sealing.verify() == []


# --- who seals ------------------------------------------------------------------------------------


def test_sealing_runs_with_the_sealers_rights_and_no_others(minutes: Minutes) -> None:
    write(1)
    run("REVOKE SELECT ON audit_entry FROM portal_sealer")
    try:
        with pytest.raises(Error, match="permission denied"):
            minutes.seal_until(last_id())
    finally:
        run("GRANT SELECT ON audit_entry TO portal_sealer")
    assert fetch("SELECT current_user = session_user") == [(True,)]


def test_who_writes_the_trail_cannot_seal_it() -> None:
    for role in ("portal_app", "portal_worker"):
        for sql in (
            "SELECT 1 FROM audit_seal",
            "DELETE FROM audit_mark",
            "INSERT INTO audit_seal (at, first_id, last_id, rows, digest, seal) "
            "VALUES ('2026-01-01', 1, 1, 0, '', '')",
        ):
            with pytest.raises(Error, match="permission denied"), transaction.atomic():  # noqa: PT012
                run("SELECT set_config('role', %s, true)", [role])
                run(sql)


def test_the_sealer_cannot_change_a_seal_or_the_trail() -> None:
    for sql in (
        "UPDATE audit_seal SET rows = 0",
        "DELETE FROM audit_seal",
        "INSERT INTO audit_entry (at, actor_kind, action) VALUES ('2026-01-01', 'user', 'x')",
        "SELECT 1 FROM referrals_referral",
    ):
        with pytest.raises(Error, match="permission denied"), transaction.atomic():  # noqa: PT012
            run("SELECT set_config('role', 'portal_sealer', true)")
            run(sql)


def test_the_commands_seal_and_verify(minutes: Minutes, capsys: pytest.CaptureFixture[str]) -> None:
    write(3)
    minutes.seal_until(last_id())
    call_command("verify_audit")
    assert "as it was sealed" in capsys.readouterr().out

    with tampering():
        run("UPDATE audit_entry SET action = 'x' WHERE id = %s", [last_id()])
        with pytest.raises(SystemExit):
            call_command("verify_audit")
    assert "a row was changed" in capsys.readouterr().err
