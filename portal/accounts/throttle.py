"""Guessing passwords is slow: at most so many tries per account and per address (AUT-5).

The count is in PostgreSQL, not in the cache: it holds for all processes, survives a restart, and is
taken in one statement, so that rival requests cannot slip past it together. It counts by a keyed
hash of what was typed, so an unknown account is counted like a known one.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from portal.accounts.models import SignInTries
from portal.common import clock
from portal.common.crypto import blind_index

WINDOW: Final = timedelta(minutes=15)
TRIES_PER_ACCOUNT: Final = 10
# A hospital stands behind one address; this stops a flood, the count per account stops a guess.
TRIES_PER_ADDRESS: Final = 200

# One statement: the row lock of the conflict makes rivals wait, and no row comes back when full.
_COUNT = """
    INSERT INTO accounts_signintries AS old (bucket, tries)
    VALUES (%(bucket)s, ARRAY[%(now)s::timestamptz])
    ON CONFLICT (bucket) DO UPDATE SET tries =
        ARRAY(SELECT t FROM unnest(old.tries) AS t WHERE t > %(since)s) || %(now)s::timestamptz
    WHERE (SELECT count(*) FROM unnest(old.tries) AS t WHERE t > %(since)s) < %(limit)s
    RETURNING bucket
"""


def account_bucket(email: str) -> bytes:
    return blind_index(email.strip().lower(), "sign-in-account")


def address_bucket(ip: str) -> bytes:
    return blind_index(ip, "sign-in-address")


def take_try(bucket: bytes, limit: int) -> bool:
    """Count one try. False when the window is full: then no password may be looked at."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT, {"bucket": bucket, "since": now - WINDOW, "now": now, "limit": limit}
        )
        row = cursor.fetchone()
    return row is not None


def forget_tries(bucket: bytes) -> None:
    """After the right password the count begins anew."""
    SignInTries.objects.filter(bucket=bucket).delete()


def forget_old_tries(before: datetime | None = None) -> int:
    """Remove what no longer counts. Called by a daily job."""
    moment = before or clock.now() - WINDOW
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM accounts_signintries"
            " WHERE NOT EXISTS (SELECT 1 FROM unnest(tries) AS t WHERE t > %s)",
            [moment],
        )
        return int(cursor.rowcount)
