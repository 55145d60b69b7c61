"""Seals closed ranges of the audit trail (tenancy-and-audit.md, 21).

A range is closed when no transaction can still insert an id in it. A mark holds the sequence's
value and, read after it, the first transaction number not yet given then (`snapshot_xmax`). A
transaction takes its id a moment before its number, so a mark is believed only when another mark,
at least a minute younger, has been passed: all transactions below the younger one's number have
ended, and whoever held an id at the older one's time had a number long before. Ids are sealed up to
the older.

Stated limit: what a superuser removes before it is sealed leaves no trace. After a restore, call
`discard_marks()`: transaction numbers start anew.
"""

import hashlib
import hmac
import json
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from portal.audit.models import AuditCut, AuditMark, AuditSeal
from portal.audit.roles import SEALER
from portal.common import clock

MARK_AGE = timedelta(minutes=1)
START = b"samspil audit trail"
CUT_START = b"samspil audit cuts"
# Ids under one seal at most, so that no seal needs much memory, also after the job stood still.
MOST_IDS = 100_000

# Canonical text of a row: a JSON array of its columns, times in UTC to the microsecond. The order
# of columns is fixed here; adding a column to the table means a new version of this text.
_CANONICAL = """jsonb_build_array(id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
    request_id, actor_kind, actor_user_id, actor_name, actor_organisation_id, actor_role,
    actor_link_id, action, subject_type, subject_ids, labels)::text"""
_DIGEST = f"""
    SELECT count(*), sha256(convert_to(coalesce(string_agg({_CANONICAL}, E'\\n' ORDER BY id), ''),
                                       'UTF8'))
    FROM audit_entry WHERE id BETWEEN %s AND %s AND tableoid <> %s"""  # noqa: S608


@dataclass(frozen=True)
class Break:
    """A place where the trail differs from its seal."""

    first_id: int
    last_id: int
    reason: str


@contextmanager
def _as_sealer() -> Iterator[None]:
    """One transaction with the sealer's rights alone: every login that seals is a member."""
    with transaction.atomic():
        _take_role(SEALER)
        yield
        _take_role("none")


def _take_role(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [name])


def _look() -> tuple[int, int, int]:
    """The last id taken; then, in statements of their own and so later, the oldest running
    transaction and the first number not yet given.

    That number is our own plus one: `pg_snapshot_xmax` is one past the highest *completed* number,
    and a transaction that still runs may stand above it. Called first in a transaction without a
    number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END "
            "FROM audit_entry_id_seq"
        )
        (last_id,) = cursor.fetchone()
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (oldest_running,) = cursor.fetchone()
        cursor.execute("SELECT pg_current_xact_id()::text::bigint + 1")
        (not_yet_given,) = cursor.fetchone()
    return last_id, oldest_running, not_yet_given


def digest_of(first_id: int, last_id: int, *, without: str | None = None) -> tuple[int, bytes]:
    """How many rows a range of ids holds, and their digest; without those of one partition."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(to_regclass(%s::text)::oid, 0::oid)", [without])
        (partition,) = cursor.fetchone()
        cursor.execute(_DIGEST, [first_id, last_id, partition])
        rows, digest = cursor.fetchone()
    return rows, bytes(digest)


def _seal(previous: bytes, first_id: int, last_id: int, rows: int, digest: bytes) -> bytes:
    text = previous + f"|{first_id}|{last_id}|{rows}|".encode() + digest
    return hmac.new(settings.SEAL_KEY, text, hashlib.sha256).digest()


def seal_of_cut(previous: bytes, cut: AuditCut) -> bytes:
    text = previous + f"|{cut.month}|{cut.first_id}|{cut.last_id}|{cut.rows}|".encode()
    return hmac.new(settings.SEAL_KEY, text + bytes(cut.digest), hashlib.sha256).digest()


class Cuts:
    """The records of expired months (`portal.audit.expiry`) that hold now: a later one takes the
    place of those that it covers."""

    def __init__(self) -> None:
        self.all = list(AuditCut.objects.order_by("id"))
        holding: list[AuditCut] = []
        for cut in self.all:
            holding = [row for row in holding if not cut.first_id <= row.first_id <= cut.last_id]
            holding.append(cut)
        self.holding = sorted(holding, key=attrgetter("first_id"))

    def over(self, entry_id: int) -> AuditCut | None:
        place = bisect_right(self.holding, entry_id, key=attrgetter("first_id")) - 1
        if place >= 0 and entry_id <= self.holding[place].last_id:
            return self.holding[place]
        return None


def wait_for_cuts() -> None:
    """Until this transaction ends nothing is cut by others, and nobody reads half a cut."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('audit.expire'))")


def seal_closed_range() -> AuditSeal | None:
    """Set a new mark and seal up to the newest closed one, at most `MOST_IDS` ids: None when there
    is nothing to seal. Safe to run twice at once: an advisory lock lets the second wait."""
    with _as_sealer():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('audit.seal'))")
        last_id, oldest_running, not_yet_given = _look()
        AuditMark.objects.create(at=clock.now(), last_id=last_id, snapshot_xmax=not_yet_given)
        newest = AuditSeal.objects.order_by("-last_id").first()
        first_id = newest.last_id + 1 if newest else 1
        mark = _newest_closed_mark(oldest_running)
        if mark is None or mark.last_id < first_id:
            return None
        up_to = min(mark.last_id, first_id + MOST_IDS - 1)
        rows, digest = digest_of(first_id, up_to)
        previous = bytes(newest.seal) if newest else START
        sealed = AuditSeal.objects.create(
            at=clock.now(),
            first_id=first_id,
            last_id=up_to,
            rows=rows,
            digest=digest,
            seal=_seal(previous, first_id, up_to, rows, digest),
        )
        # The closed mark itself stays until a later one is closed: a long range is sealed in parts.
        AuditMark.objects.filter(at__lt=mark.at).delete()
        transaction.on_commit(lambda: _keep_outside(sealed))
    return sealed


def _newest_closed_mark(oldest_running: int) -> AuditMark | None:
    passed = AuditMark.objects.filter(
        at__gte=OuterRef("at") + MARK_AGE, snapshot_xmax__lte=oldest_running
    )
    return AuditMark.objects.filter(Exists(passed)).order_by("-last_id", "-at").first()


def _keep_outside(seal: AuditSeal) -> None:
    """The newest seal also lives outside the database, so that cutting the end off is seen."""
    settings.SEAL_FILE.parent.mkdir(parents=True, exist_ok=True)
    line = {"at": seal.at.isoformat(), "last_id": seal.last_id, "seal": bytes(seal.seal).hex()}
    with settings.SEAL_FILE.open("a") as file:
        file.write(json.dumps(line) + "\n")


def _kept_outside() -> Iterator[tuple[int, str]]:
    if settings.SEAL_FILE.exists():
        with settings.SEAL_FILE.open() as file:
            for line in file:
                kept = json.loads(line)
                yield kept["last_id"], kept["seal"]


def verify() -> list[Break]:
    """Each place where the trail was changed, cut or added to after it was sealed."""
    return list(_breaks())


def _breaks() -> Iterator[Break]:
    with _as_sealer():
        wait_for_cuts()
        cuts = Cuts()
        previous = CUT_START
        for cut in cuts.all:
            if bytes(cut.seal) != seal_of_cut(previous, cut):
                yield Break(cut.first_id, cut.last_id, "the record of a cut does not fit")
            previous = bytes(cut.seal)
        for cut in cuts.holding:
            yield from _difference(cut)
        previous, expected_first = START, 1
        seals: dict[int, str] = {}
        for seal in AuditSeal.objects.order_by("first_id").iterator():
            if seal.first_id != expected_first:
                yield Break(expected_first, seal.first_id - 1, "a seal is missing")
            if cuts.over(seal.first_id) is None:
                yield from _difference(seal)
            if bytes(seal.seal) != _seal(
                previous, seal.first_id, seal.last_id, seal.rows, bytes(seal.digest)
            ):
                yield Break(seal.first_id, seal.last_id, "the seal itself does not fit")
            previous, expected_first = bytes(seal.seal), seal.last_id + 1
            seals[seal.last_id] = bytes(seal.seal).hex()
    for last_id, kept in _kept_outside():
        if seals.get(last_id) != kept:
            yield Break(last_id, last_id, "a seal kept outside is not in the database")


def _difference(sealed: AuditSeal | AuditCut) -> Iterator[Break]:
    """A range against what was written down of it: when it was sealed, or when a month left it."""
    rows, digest = digest_of(sealed.first_id, sealed.last_id)
    if rows != sealed.rows:
        yield Break(sealed.first_id, sealed.last_id, f"{sealed.rows} rows sealed, {rows} found")
    elif digest != bytes(sealed.digest):
        yield Break(sealed.first_id, sealed.last_id, "a row was changed")


def discard_marks() -> None:
    """After a restore: transaction numbers start anew, so old marks mean nothing."""
    with _as_sealer():
        AuditMark.objects.all().delete()
