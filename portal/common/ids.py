"""Ids, tokens and codes.

An id names a row and is never permission. A token is permission: it is random, shown once, and
stored as a keyed hash only, so that a copy of the database opens nothing.
"""

import os
import secrets
import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

from portal.common import clock
from portal.common.crypto import blind_index

# Crockford's base32: no I, L, O or U, so nothing can be misheard as something else or spell a word.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
_LOOK_ALIKES = str.maketrans("ILO", "110")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_COUNTER_BITS = 74  # rand_a (12) and rand_b (62) of RFC 9562 section 5.7


class _Sequence:
    """Rising ids: inside one millisecond the random part grows by a random step (RFC 9562, 6.2)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._millisecond = -1
        self._counter = 0

    def next(self, millisecond: int, *, may_go_back: bool) -> tuple[int, int]:
        with self._lock:
            if millisecond > self._millisecond or (may_go_back and millisecond < self._millisecond):
                self._restart(millisecond)
            else:
                self._counter += 1 + secrets.randbits(32)
                if self._counter >> _COUNTER_BITS:
                    self._restart(self._millisecond + 1)
            return self._millisecond, self._counter

    def _restart(self, millisecond: int) -> None:
        self._millisecond = millisecond
        # The top bit stays free, so that a clock that stands still has room to count.
        self._counter = secrets.randbits(_COUNTER_BITS - 1)


# Two sequences: a demo that writes last year's rows must not push today's ids along, or be pushed.
_running = _Sequence()
_standing = _Sequence()


def _forget() -> None:
    """After a fork parent and child must not count on from the same number."""
    global _running, _standing
    _running, _standing = _Sequence(), _Sequence()


os.register_at_fork(after_in_child=_forget)


def uuid7() -> UUID:
    """A UUID of version 7 whose time is `clock.now()`; each is larger than the one before it.

    A machine clock that is set back does not break the order. A clock set by `clock.at()` is
    followed wherever it goes, so that rows of the demo's past sort into that past.
    """
    millisecond = (clock.now() - _EPOCH) // _MILLISECOND
    standing = clock.is_set()
    sequence = _standing if standing else _running
    millisecond, counter = sequence.next(millisecond, may_go_back=standing)
    number = (millisecond & ((1 << 48) - 1)) << 80
    number |= 0x7 << 76 | (counter >> 62) << 64
    number |= 0b10 << 62 | counter & ((1 << 62) - 1)
    return UUID(int=number)


def new_token() -> str:
    """128 random bits for a link, 22 characters that need no escaping in an address."""
    return secrets.token_urlsafe(16)


def hash_token(token: str) -> bytes:
    """What is stored and looked up instead of the token."""
    return blind_index(token, "token")


def new_code() -> str:
    """A code to hand to a patient, such as `4K7M-X2PQ`: 40 random bits."""
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    return f"{code[:4]}-{code[4:]}"


def normalise_code(text: str) -> str:
    """The code as it was printed, from what somebody typed. Empty when it cannot be one."""
    letters = "".join(letter for letter in text if letter.isalnum())
    # Not for all of Unicode: the upper case of ß is two letters.
    letters = (letters.upper() if letters.isascii() else "").translate(_LOOK_ALIKES)
    if len(letters) != CODE_LENGTH or not set(letters) <= set(CODE_ALPHABET):
        return ""
    return f"{letters[:4]}-{letters[4:]}"


def hash_code(code: str) -> bytes:
    """What is stored and looked up instead of the code, however it was typed.

    Raises ValueError for what cannot be a code: every such text would share one hash.
    """
    normal = normalise_code(code)
    if not normal:
        raise ValueError("This is not a referral code.")
    return blind_index(normal, "referral-code")


def six_digits() -> str:
    """A one-time code for a text message."""
    return f"{secrets.randbelow(1_000_000):06d}"
