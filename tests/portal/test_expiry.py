"""The trail ends by whole months, and the seals still tell a removal that was meant from one that
was not (AUD-6)."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import Error, connection, transaction

from portal.audit import expiry, roles, sealing
from portal.audit.models import AuditCut, AuditEntry, AuditSeal
from portal.common import clock
from tests.portal.test_sealing import (  # noqa: F401 (fixtures)
    Minutes,
    last_id,
    minutes,
    only_this_database,
    seal_file,
    tampering,
)
from tests.proofs import fetch, run

pytestmark = pytest.mark.django_db(transaction=True)

MARCH, APRIL, MAY = (datetime(2025, month, 10, tzinfo=UTC) for month in (3, 4, 5))
# With 60 months: the first moment at which March 2025 may leave, and the first for April.
MARCH_ENDS, APRIL_ENDS = (datetime(2030, month, 1, 2, tzinfo=UTC) for month in (4, 5))


@pytest.fixture(autouse=True)
def a_trail_of_its_own() -> Iterator[None]:
    """Empty before, and what a test drops is there again for the next one."""
    run("ALTER TABLE audit_entry DISABLE TRIGGER USER")
    run("DELETE FROM audit_entry")
    run("ALTER TABLE audit_entry ENABLE TRIGGER USER")
    yield
    run("SELECT audit_make_partitions('2025-01-01', '2028-12-01')")
    roles.grant_privileges()


def write(*moments: datetime) -> list[int]:
    """One entry for each moment, in one transaction."""
    rows = AuditEntry.objects.bulk_create(
        AuditEntry(at=at + timedelta(seconds=number), actor_kind="user", action="referral.view")
        for number, at in enumerate(moments)
    )
    return [row.pk for row in rows]


def expire(at: datetime) -> list[date]:
    with clock.at(at):
        return expiry.expire()


def kept() -> list[int]:
    rows = AuditEntry.objects.exclude(action="audit.expire").order_by("id")
    return list(rows.values_list("id", flat=True))


def reasons() -> list[str]:
    return [gap.reason for gap in sealing.verify()]


@pytest.fixture
def sealed(minutes: Minutes) -> dict[str, list[int]]:  # noqa: F811
    """March alone, March and April under one seal with their ids mixed, then April and May."""
    parts = {
        "march": write(MARCH, MARCH, MARCH),
        "mixed": write(MARCH, APRIL, MARCH, APRIL),
        "april": write(APRIL, APRIL),
        "may": write(MAY),
    }
    # Each part is sealed by itself: the ids are taken one part after the other.
    for ids in parts.values():
        _seal_up_to(minutes, ids[-1])
    assert sealing.verify() == []
    return parts


def _seal_up_to(minutes: Minutes, pk: int) -> None:  # noqa: F811
    most = sealing.MOST_IDS
    newest = AuditSeal.objects.order_by("-last_id").first()
    sealing.MOST_IDS = pk - (newest.last_id if newest else 0)
    try:
        minutes.seal_until(pk)
    finally:
        sealing.MOST_IDS = most


def test_a_month_leaves_when_its_time_is_over_and_the_seals_hold(
    sealed: dict[str, list[int]],
) -> None:
    assert expire(MARCH_ENDS - timedelta(days=1)) == [date(2025, 1, 1), date(2025, 2, 1)]
    assert sorted(sum(sealed.values(), [])) == kept()

    assert expire(MARCH_ENDS) == [date(2025, 3, 1)]

    _first, april, _second, also_april = sealed["mixed"]
    assert kept() == [april, also_april, *sealed["april"], *sealed["may"]]
    assert sealing.verify() == []
    assert expire(MARCH_ENDS) == []
    assert fetch("SELECT to_regclass('audit_entry_2025_03') IS NULL") == [(True,)]


def test_what_was_cut_is_written_down_and_stands_in_the_trail(
    sealed: dict[str, list[int]],
    minutes: Minutes,  # noqa: F811
) -> None:
    expire(MARCH_ENDS)

    cuts = [
        (cut.first_id <= pk <= cut.last_id, cut.rows)
        for cut, pk in zip(
            AuditCut.objects.order_by("id"), (sealed["march"][0], sealed["mixed"][0]), strict=True
        )
    ]
    assert cuts == [(True, 0), (True, 2)]
    entry = AuditEntry.objects.get(action="audit.expire")
    assert (entry.actor_name, entry.labels["month"]) == ("audit.expire", "2025-03")
    minutes.now = MARCH_ENDS
    minutes.seal_until(entry.pk)
    assert sealing.verify() == []


def test_the_next_month_takes_what_the_first_one_left(sealed: dict[str, list[int]]) -> None:
    expire(MARCH_ENDS)

    assert expire(APRIL_ENDS) == [date(2025, 4, 1)]

    assert kept() == sealed["may"]
    assert sealing.verify() == []
    assert len(sealing.Cuts().holding) < AuditCut.objects.count()


def test_several_months_at_once_after_a_long_pause(sealed: dict[str, list[int]]) -> None:
    assert len(expire(datetime(2030, 7, 1, 2, tzinfo=UTC))) == 6

    assert kept() == []
    assert sealing.verify() == []


# --- what nobody meant is still found ---------------------------------------------------------


def test_a_month_dropped_without_a_record_is_found(sealed: dict[str, list[int]]) -> None:
    with transaction.atomic():
        run("DROP TABLE audit_entry_2025_03")
        found = sealing.verify()
        transaction.set_rollback(True)

    for pk in (sealed["march"][0], sealed["mixed"][0]):
        assert any(gap.first_id <= pk <= gap.last_id for gap in found)
    assert not any(gap.first_id <= sealed["april"][0] <= gap.last_id for gap in found)


TAMPERING: list[tuple[str, str, str]] = [
    ("april", "DELETE FROM audit_entry WHERE id = %s", "rows sealed"),
    ("mixed", "DELETE FROM audit_entry WHERE id = %s", "rows sealed"),
    ("mixed", "UPDATE audit_entry SET action = 'x' WHERE id = %s", "changed"),
    (
        "march",
        "INSERT INTO audit_entry (id, at, actor_kind, action) "
        "VALUES (%s, '2025-04-02', 'user', '')",
        "rows sealed",
    ),
]


@pytest.mark.parametrize(("part", "sql", "reason"), TAMPERING)
def test_after_a_cut_every_other_change_is_found_and_its_place_named(
    sealed: dict[str, list[int]], part: str, sql: str, reason: str
) -> None:
    expire(MARCH_ENDS)
    pk = sealed[part][1]

    with tampering():
        assert run(sql, [pk]) == 1
        found = sealing.verify()

    assert [gap.first_id <= pk <= gap.last_id and reason in gap.reason for gap in found] == [True]


RECORDS = {
    "UPDATE audit_cut SET rows = 0": "does not fit",
    "UPDATE audit_cut SET month = '2025-04-01'": "does not fit",
    "UPDATE audit_cut SET last_id = last_id + 2": "does not fit",
    "UPDATE audit_cut SET seal = sha256(seal)": "does not fit",
    "DELETE FROM audit_cut WHERE id = (SELECT min(id) FROM audit_cut)": "rows sealed",
    "DELETE FROM audit_cut": "rows sealed",
}


@pytest.mark.parametrize("sql", RECORDS)
def test_a_record_that_somebody_changed_or_made_up_is_found(
    sealed: dict[str, list[int]], sql: str
) -> None:
    expire(MARCH_ENDS)

    with transaction.atomic():
        assert run(sql)
        found = reasons()
        transaction.set_rollback(True)

    assert any(RECORDS[sql] in reason for reason in found), found


def test_without_the_key_nobody_makes_a_removal_look_meant(
    sealed: dict[str, list[int]], settings: Any
) -> None:
    key = settings.SEAL_KEY
    with transaction.atomic():
        settings.SEAL_KEY = b"a key that somebody guessed here"
        run("DROP TABLE audit_entry_2025_05")
        first, last = sealed["may"][0], sealed["may"][-1]
        rows, digest = sealing.digest_of(first, last)
        cut = AuditCut(
            at=clock.now(),
            month=date(2025, 5, 1),
            first_id=first,
            last_id=last,
            rows=rows,
            digest=digest,
        )
        cut.seal = sealing.seal_of_cut(sealing.CUT_START, cut)
        cut.save()
        settings.SEAL_KEY = key
        found = reasons()
        transaction.set_rollback(True)

    assert found == ["the record of a cut does not fit"]


def test_old_rows_put_back_are_found(sealed: dict[str, list[int]]) -> None:
    expire(MARCH_ENDS)
    run("SELECT audit_make_partitions('2025-03-01', '2025-03-01')")
    run(
        "INSERT INTO audit_entry (id, at, actor_kind, action) VALUES (%s, %s, 'user', 'x')",
        [sealed["march"][0], MARCH],
    )

    assert reasons() == ["0 rows sealed, 1 found"]


# --- what stays --------------------------------------------------------------------------------


def test_a_month_that_is_not_sealed_yet_stays(sealed: dict[str, list[int]]) -> None:
    late = write(MARCH)

    with pytest.raises(expiry.NotCut, match="not sealed yet"):
        expire(MARCH_ENDS)

    assert late[0] in kept()
    assert sealed["march"][0] in kept()
    assert not AuditCut.objects.exists()


@pytest.mark.parametrize("part", ["march", "mixed"])
def test_a_month_that_is_not_as_it_was_sealed_stays_as_evidence(
    sealed: dict[str, list[int]], part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with tampering():
        run("UPDATE audit_entry SET action = 'x' WHERE id = %s", [sealed[part][0]])
        with clock.at(MARCH_ENDS), pytest.raises(SystemExit):
            call_command("expire_audit")
        assert fetch("SELECT to_regclass('audit_entry_2025_03') IS NULL") == [(False,)]

    assert "2025-03: entries" in capsys.readouterr().err


def test_a_row_that_comes_while_the_month_is_looked_at_is_not_lost(
    sealed: dict[str, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = expiry._records
    monkeypatch.setattr(expiry, "_records", lambda month: [*real(month), *_and(write(MARCH))])

    with pytest.raises(expiry.NotCut, match="a row came meanwhile"):
        expire(MARCH_ENDS)

    assert sealed["march"][0] in kept()


def _and(_ids: list[int]) -> list[AuditCut]:
    return []


def test_how_long_it_is_kept_is_a_setting(sealed: dict[str, list[int]], settings: Any) -> None:
    settings.AUDIT_KEPT_MONTHS = 14

    assert expire(datetime(2026, 5, 31, 20, tzinfo=UTC)) == [date(2025, 1, 1), date(2025, 2, 1)]
    assert expire(datetime(2026, 6, 1, 2, tzinfo=UTC)) == [date(2025, 3, 1)]
    assert sealing.verify() == []


def test_the_rest_of_an_expired_trail_can_be_told_by_command(
    sealed: dict[str, list[int]], capsys: pytest.CaptureFixture[str]
) -> None:
    with clock.at(MARCH_ENDS):
        call_command("expire_audit")
    call_command("verify_audit")

    said = capsys.readouterr().out
    assert "Removed 2025-03" in said
    assert "as it was sealed" in said


# --- who ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", roles.ROLES)
def test_nobody_but_the_owner_cuts_or_writes_that_it_was_cut(
    sealed: dict[str, list[int]], role: str
) -> None:
    statements = [
        "DROP TABLE audit_entry_2025_03",
        "INSERT INTO audit_cut (at, month, first_id, last_id, rows, digest, seal) "
        "VALUES ('2030-01-01', '2025-03-01', 1, 1, 0, '', '')",
        "UPDATE audit_cut SET rows = 0",
        "DELETE FROM audit_cut",
    ]
    for sql in statements:
        with pytest.raises(Error, match="must be owner|permission denied"), transaction.atomic():  # noqa: PT012
            run("SELECT set_config('role', %s, true)", [role])
            run(sql)
    with pytest.raises(Error, match="must be owner|permission denied"), transaction.atomic():  # noqa: PT012
        run("SELECT set_config('role', %s, true)", [role])
        expire(MARCH_ENDS)
    assert sealed["march"][0] in kept()
    assert connection.in_atomic_block is False
