"""A job that writes down when it ran, added to the schedule of a worker under test."""

import os
from dataclasses import replace
from pathlib import Path

from portal.celery import JOBS, app, ring_of
from portal.jobs.periods import Every
from portal.jobs.schedule import Job, provide


class EverySecond(Every):
    """Sixty times as fast as the real thing."""

    def latest(self, moment):
        return moment.replace(microsecond=0)


def note() -> None:
    from portal.common.logging import request_id

    with (Path(os.environ["MAIL_FOLDER"]) / "runs.txt").open("a") as file:
        file.write(f"{request_id()} {os.getpid()}\n")


NOTE = Job("tests.portal.job_doubles.note", EverySecond(1), command="sweep_outbox", seconds=2)
# The sweeper too, or each kill would cost a test a minute.
provide(
    {"test.note": NOTE, "notifications.sweep": replace(JOBS["notifications.sweep"], when=NOTE.when)}
)
app.conf.beat_schedule["test.note"] = {**ring_of("test.note", NOTE), "schedule": 0.4}
