"""What a line of the schedule says. No models here: it is loaded before Django is set up."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.jobs.periods import When


@dataclass(frozen=True)
class Job:
    """What, when, how long at most, and the management command that does the same by hand."""

    action: str
    when: When
    command: str
    seconds: int = 60


_jobs: dict[str, Job] = {}


def provide(jobs: Mapping[str, Job]) -> None:
    """Called by `portal.celery`, which knows every app."""
    _jobs.update(jobs)


def job_named(name: str) -> Job:
    return _jobs[name]
