"""Guessing is slowed down: codes per organisation, six-digit codes per link.

Counted in the cache; when the cache is down the count is unknown, and the answer is no for a
moment rather than yes for ever.
"""

from django.core.cache import cache

from portal.common.errors import Throttled

# 20 wrong codes an hour: of 2^40 that is below one hit in six million years and organisation.
TRIES = 20
WINDOW_SECONDS = 60 * 60


def refuse_guessing(organisation_id: int) -> None:
    """Count one try. Raises `Throttled` beyond `TRIES` an hour and organisation."""
    key = f"redeem:{organisation_id}"
    cache.add(key, 0, WINDOW_SECONDS)
    if cache.incr(key) > TRIES:
        raise Throttled(retry_after=WINDOW_SECONDS)


def forget_guessing(organisation_id: int) -> None:
    """A right code: handlers with many citizens shall not run into the limit."""
    cache.delete(f"redeem:{organisation_id}")
