"""When a periodic job is due. Pure functions of the clock, so that every minute of a year can be
tried.

A period is named by the moment at which it became due. We compute it ourselves rather than leave it
to a cron expression: on the two Sundays when the clocks change, a job at 02.30 is due once, at a
moment that is written down here (REL-12).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol

from portal.common.clock import COPENHAGEN, local

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class When(Protocol):
    @property
    def repeatable(self) -> bool:
        """Whether the job may start anew after the machine's clock was set back."""

    def latest(self, moment: datetime) -> datetime:
        """The newest due moment that is not after `moment`. Earlier ones are not made up for:
        after a pause a job runs once, not once for each period that it slept through (REL-13)."""


@dataclass(frozen=True)
class Every:
    """Each so many minutes, counted in UTC: an hourly job runs 23 or 25 times on a change day."""

    minutes: int
    repeatable: bool = True

    def latest(self, moment: datetime) -> datetime:
        step = timedelta(minutes=self.minutes)
        return _EPOCH + (moment - _EPOCH) // step * step


@dataclass(frozen=True)
class Daily:
    """Once a day at a time of Copenhagen's clocks.

    A time that is skipped in March counts an hour later by the new clock (02.30 is 03.30); a time
    that comes twice in October counts the first time.
    """

    at: time
    repeatable: bool = False

    def latest(self, moment: datetime) -> datetime:
        day = local(moment).date()
        due = datetime.combine(day, self.at, tzinfo=COPENHAGEN).astimezone(UTC)
        if due > moment:
            day -= timedelta(days=1)
            due = datetime.combine(day, self.at, tzinfo=COPENHAGEN).astimezone(UTC)
        return due
