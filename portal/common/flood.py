"""Public forms are slowed down, so that nobody fills the portal with nonsense.

Counted in the cache; when the cache is down the count is unknown, and the answer is no for a
moment rather than yes for ever.
"""

import hashlib

from django.core.cache import cache

from portal.common.errors import Throttled

FLOOD = 20
WINDOW_SECONDS = 60 * 60


def refuse_flood(address: str) -> None:
    """All public forms together: at most `FLOOD` an hour and address. Raises `Throttled`."""
    key = f"public:{hashlib.sha256(address.encode()).hexdigest()[:16]}"
    cache.add(key, 0, WINDOW_SECONDS)
    if cache.incr(key) > FLOOD:
        raise Throttled(retry_after=WINDOW_SECONDS)
