"""The one clock. Nothing else in the project asks the operating system or the database what time it
is.

Tests and the demo world set it with `at()`, move it with `advance_to()`; the simulation shifts a
whole process with `set_offset()`. Moments are stored in UTC; days and working hours are
Copenhagen's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")

_moment: ContextVar[datetime | None] = ContextVar("clock_moment", default=None)
# Process wide, not a context variable: a thread that a server starts later must see it too.
_offset = timedelta()


def now() -> datetime:
    """The moment, aware, in UTC."""
    set_to = _moment.get()
    return set_to if set_to is not None else datetime.now(UTC) + _offset


def today() -> date:
    """The date in Copenhagen, which is not always the date in UTC."""
    return local(now()).date()


def local(moment: datetime) -> datetime:
    """The same moment as Copenhagen's clocks show it."""
    return _aware(moment).astimezone(COPENHAGEN)


def is_set() -> bool:
    """Whether `at()` decides the time here, so that it may stand still or lie in the past."""
    return _moment.get() is not None


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Stop the clock at `moment` for the code inside; the outer clock comes back afterwards."""
    token = _moment.set(_aware(moment).astimezone(UTC))
    try:
        yield
    finally:
        _moment.reset(token)


def advance_to(moment: datetime) -> None:
    """Move the clock of the surrounding `at()` forward. It refuses to go back."""
    current = _moment.get()
    if current is None:
        raise RuntimeError("advance_to() needs a surrounding clock.at().")
    moment = _aware(moment).astimezone(UTC)
    if moment < current:
        raise ValueError(f"The clock stands at {current} and cannot go back to {moment}.")
    _moment.set(moment)


def set_offset(offset: timedelta) -> None:
    """Let this process live `offset` away from the machine's clock; `timedelta()` ends it."""
    global _offset
    _offset = offset


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone is not a moment.")
    return moment
