"""Waiting for what comes true by itself: another process, a browser, a broker that is back.

A passing test never waits longer than it must, so in `make test` the patience is long: there it
judges whether, and on a busy machine everything may stand still for a while. How soon is judged by
`make drill`, which takes each test's own seconds."""

import time
from collections.abc import Callable

from tests.sizes import DRILL

LONGEST = 180.0  # seconds


def patience(seconds: float) -> float:
    return seconds if DRILL else max(seconds, LONGEST)


def wait_for(
    condition: Callable[[], object], seconds: float, what: str | Callable[[], str]
) -> float:
    """The seconds it took. Fails with `what` when it did not come true in time."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > patience(seconds):
            told = what() if callable(what) else what
            raise AssertionError(f"{told}: not within {patience(seconds):.0f} s")
        time.sleep(0.05)
    return time.monotonic() - began
