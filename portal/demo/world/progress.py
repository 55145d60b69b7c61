"""How far the history has come, for a line on every page of the demo.

Kept in the cache, not read from the table: a page of the demo costs no statement more than one of
production. A filler that was killed is forgotten after two minutes.
"""

from typing import Final, TypedDict

from django.core.cache import cache

_KEY: Final = "demo:history"
_SECONDS: Final = 120


class Progress(TypedDict):
    done: int
    total: int


def tell(done: int, total: int) -> None:
    cache.set(_KEY, {"done": done, "total": total}, _SECONDS)


def tell_done() -> None:
    cache.delete(_KEY)


def progress() -> Progress | None:
    """None when nothing is being filled. A cache that is down is not the page's trouble."""
    try:
        known: Progress | None = cache.get(_KEY)
    except Exception:
        return None
    return known
