"""Expiry of the trail: whole months leave, as partitions, and the cut itself is sealed (AUD-6).

Why the trail ends: it answers who has seen or changed what, for as long as somebody may ask; after
`AUDIT_KEPT_MONTHS` it would only be a register of people at work.

Seals are never removed, so their chain holds across a cut. What a sealed range still holds after it
(nothing, or the rows of a later month that lie between) is written down in `audit_cut`, under a
chain of its own with the same key. `sealing.verify` then asks each range for what its newest record
says; rows that left without a record are a break, as before.

Only the owner of the tables can drop a partition. Nobody who serves or works is that, so this runs
as a command with the owner's login. Rows outside all months (`audit_entry_other`: a clock far off)
stay until somebody looks at them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import connection, transaction

from portal.access.actor import system_actor
from portal.audit import sealing, trail
from portal.audit.models import AuditCut, AuditSeal
from portal.common import clock

ACTOR = system_actor("audit.expire")
_PREFIX = "audit_entry_"


class NotCut(Exception):
    """A month that has expired and stays: it is not sealed yet, or it is not as it was sealed. What
    somebody may have to explain is not removed."""


@dataclass(frozen=True)
class _Month:
    """One partition: the month that it holds, and its ids."""

    first_day: date
    table: str
    first_id: int | None
    last_id: int | None


def expire() -> list[date]:
    """Cut every month that has been kept long enough; returns those. Each in a transaction of its
    own, oldest first, and safe to run twice. Raises `NotCut`, `ProgrammingError` for a login that
    does not own the trail."""
    cut = []
    for table, first_day in _expired():
        with transaction.atomic():
            _cut(table, first_day)
        cut.append(first_day)
    return cut


def _expired() -> list[tuple[str, date]]:
    today = clock.today()
    kept_from = today.year * 12 + today.month - 1 - settings.AUDIT_KEPT_MONTHS
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits "
            "WHERE inhparent = 'audit_entry'::regclass ORDER BY 1"
        )
        tables = [table for (table,) in cursor.fetchall()]
    months = [
        (table, date.fromisoformat(table.removeprefix(_PREFIX).replace("_", "-") + "-01"))
        for table in tables
        if table.removeprefix(_PREFIX)[:1].isdigit()
    ]
    return [(table, day) for table, day in months if day.year * 12 + day.month - 1 < kept_from]


def _cut(table: str, first_day: date) -> None:
    sealing.wait_for_cuts()
    month = _look_at(table, first_day)
    records = list(_records(month)) if month.last_id is not None else []
    with connection.cursor() as cursor:
        # Writers of the trail wait for this lock, so it comes last and is not waited for long. No
        # id of a sealed range can be given again, so what was counted above is what leaves.
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute("LOCK TABLE audit_entry IN ACCESS EXCLUSIVE MODE")
        if _look_at(table, first_day) != month:
            raise NotCut(f"{first_day:%Y-%m}: a row came meanwhile.")
        cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)}")
    for record in records:
        record.save(force_insert=True)
    if records:
        trail.record(ACTOR, "audit.expire", records[-1], month=f"{first_day:%Y-%m}")


def _look_at(table: str, first_day: date) -> _Month:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT min(id), max(id) FROM {connection.ops.quote_name(table)}"  # noqa: S608
        )
        first_id, last_id = cursor.fetchone()
    return _Month(first_day, table, first_id, last_id)


@dataclass(frozen=True)
class _Left:
    """What a sealed range holds when the month has left."""

    first_id: int
    last_id: int
    rows: int
    digest: bytes


def _records(month: _Month) -> Iterator[AuditCut]:
    """What to write down, of every seal that the month has rows under."""
    newest = AuditCut.objects.order_by("-id").first()
    previous = bytes(newest.seal) if newest else sealing.CUT_START
    for left in _joined(_left(month)):
        cut = AuditCut(
            at=clock.now(),
            month=month.first_day,
            first_id=left.first_id,
            last_id=left.last_id,
            rows=left.rows,
            digest=left.digest,
        )
        cut.seal = previous = sealing.seal_of_cut(previous, cut)
        yield cut


def _left(month: _Month) -> Iterator[_Left]:
    seals = AuditSeal.objects.filter(last_id__gte=month.first_id, first_id__lte=month.last_id)
    cuts = sealing.Cuts()
    sealed_to = 0
    for seal in seals.order_by("first_id").iterator():
        sealed_to = seal.last_id
        expected = cuts.over(seal.first_id) or seal
        rows, digest = sealing.digest_of(expected.first_id, expected.last_id)
        if (rows, digest) != (expected.rows, bytes(expected.digest)):
            raise NotCut(
                f"{month.first_day:%Y-%m}: entries {seal.first_id} to {seal.last_id} are not as "
                "they were sealed. Run verify_audit."
            )
        left_rows, left_digest = sealing.digest_of(seal.first_id, seal.last_id, without=month.table)
        if left_rows != rows:
            yield _Left(seal.first_id, seal.last_id, left_rows, left_digest)
    if month.last_id is not None and sealed_to < month.last_id:
        raise NotCut(f"{month.first_day:%Y-%m}: entry {month.last_id} is not sealed yet.")


def _joined(ranges: Iterable[_Left]) -> Iterator[_Left]:
    """Ranges beside each other that hold nothing any more become one."""
    run: _Left | None = None
    for left in ranges:
        if run and not run.rows and not left.rows and left.first_id == run.last_id + 1:
            run = _Left(run.first_id, left.last_id, 0, left.digest)
            continue
        if run:
            yield run
        run = left
    if run:
        yield run
