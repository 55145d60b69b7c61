"""Seals closed ranges of the audit trail (tenancy-and-audit.md, 21).

A range is closed when every transaction that could still insert an id in it has ended: an earlier
mark holds the sequence value and the first transaction not yet begun then, and that number has
since fallen below the oldest running one. Marks are at least a minute old, which also covers a
transaction that took its id but not yet its number. Stated limit: what a superuser removes before
it is sealed leaves no trace. After a restore, call `discard_marks()`.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction

from portal.audit.models import AuditMark, AuditSeal
from portal.common import clock

MARK_AGE = timedelta(minutes=1)
START = b"samspil audit trail"

# Canonical text of a row: a JSON array of its columns, times in UTC to the microsecond. The order of
# columns is fixed here; adding a column to the table means a new version of this text.
_CANONICAL = """jsonb_build_array(id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
    request_id, actor_kind, actor_user_id, actor_name, actor_organisation_id, actor_role,
    actor_link_id, action, subject_type, subject_ids, labels)::text"""
_DIGEST = f"""
    SELECT count(*), sha256(convert_to(coalesce(string_agg({_CANONICAL}, E'\\n' ORDER BY id), ''),
                                       'UTF8'))
    FROM audit_entry WHERE id BETWEEN %s AND %s"""  # noqa: S608


@dataclass(frozen=True)
class Break:
    """A place where the trail differs from its seal."""

    first_id: int
    last_id: int
    reason: str


def set_mark() -> AuditMark:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT last_value, pg_snapshot_xmax(pg_current_snapshot())::text "
            "FROM audit_entry_id_seq"
        )
        last_id, xmax = cursor.fetchone()
    return AuditMark.objects.create(at=clock.now(), last_id=last_id, snapshot_xmax=int(xmax))


def _digest(first_id: int, last_id: int) -> tuple[int, bytes]:
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, [first_id, last_id])
        rows, digest = cursor.fetchone()
    return rows, bytes(digest)


def _seal(previous: bytes, first_id: int, last_id: int, rows: int, digest: bytes) -> bytes:
    text = previous + f"|{first_id}|{last_id}|{rows}|".encode() + digest
    return hmac.new(settings.SEAL_KEY, text, hashlib.sha256).digest()


@transaction.atomic
def seal_closed_range() -> AuditSeal | None:
    """Seal up to the newest closed mark, then set a new mark. Safe to run twice at once: an
    advisory lock lets the second wait and find nothing to do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('audit.seal'))")
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        oldest_running = int(cursor.fetchone()[0])
    newest = AuditSeal.objects.order_by("-last_id").first()
    first_id = newest.last_id + 1 if newest else 1
    mark = (
        AuditMark.objects.filter(at__lte=clock.now() - MARK_AGE, snapshot_xmax__lte=oldest_running)
        .order_by("-last_id")
        .first()
    )
    sealed = None
    if mark is not None and mark.last_id >= first_id:
        rows, digest = _digest(first_id, mark.last_id)
        previous = bytes(newest.seal) if newest else START
        sealed = AuditSeal.objects.create(
            at=clock.now(),
            first_id=first_id,
            last_id=mark.last_id,
            rows=rows,
            digest=digest,
            seal=_seal(previous, first_id, mark.last_id, rows, digest),
        )
        AuditMark.objects.filter(last_id__lte=mark.last_id).delete()
        transaction.on_commit(lambda: _keep_outside(sealed))
    set_mark()
    return sealed


def _keep_outside(seal: AuditSeal) -> None:
    """The newest seal also lives outside the database, so that cutting the end off is seen."""
    settings.SEAL_FILE.parent.mkdir(parents=True, exist_ok=True)
    line = {"at": seal.at.isoformat(), "last_id": seal.last_id, "seal": bytes(seal.seal).hex()}
    with settings.SEAL_FILE.open("a") as file:
        file.write(json.dumps(line) + "\n")


def _newest_outside() -> tuple[int, str] | None:
    if not settings.SEAL_FILE.exists():
        return None
    lines = settings.SEAL_FILE.read_text().splitlines()
    if not lines:
        return None
    newest = json.loads(lines[-1])
    return newest["last_id"], newest["seal"]


def verify() -> Iterator[Break]:
    """Yield each place where the trail was changed, cut or added to after it was sealed."""
    previous, expected_first = START, 1
    seals = {}
    for seal in AuditSeal.objects.order_by("first_id").iterator():
        if seal.first_id != expected_first:
            yield Break(expected_first, seal.first_id - 1, "a seal is missing")
        rows, digest = _digest(seal.first_id, seal.last_id)
        if rows != seal.rows:
            yield Break(seal.first_id, seal.last_id, f"{seal.rows} rows sealed, {rows} found")
        elif digest != bytes(seal.digest):
            yield Break(seal.first_id, seal.last_id, "a row was changed")
        if bytes(seal.seal) != _seal(
            previous, seal.first_id, seal.last_id, seal.rows, bytes(seal.digest)
        ):
            yield Break(seal.first_id, seal.last_id, "the seal itself does not fit")
        previous, expected_first = bytes(seal.seal), seal.last_id + 1
        seals[seal.last_id] = bytes(seal.seal).hex()
    outside = _newest_outside()
    if outside and seals.get(outside[0]) != outside[1]:
        yield Break(outside[0], outside[0], "the newest seal kept outside is not in the database")


def discard_marks() -> None:
    """After a restore: transaction numbers start anew, so old marks mean nothing."""
    AuditMark.objects.all().delete()
