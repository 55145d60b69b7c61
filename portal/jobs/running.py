"""Running a periodic job once per due period, however many rings come and whoever dies."""

import logging
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from portal.common import clock
from portal.common.logging import bound_request_id
from portal.jobs.models import ScheduledRun
from portal.jobs.schedule import job_named

log = logging.getLogger("portal.jobs")

TRIES = 3  # per period; the next period begins anew
KEPT_FOR = timedelta(days=14)


def run_due(name: str) -> bool:
    """Run the job of that name unless its newest period was run. True when it ran now."""
    job = job_named(name)
    return run_once(
        job=name,
        period=job.when.latest(clock.now()),
        action=import_string(job.action),
        repeatable=job.when.repeatable,
        seconds=job.seconds,
    )


def run_once(
    *,
    job: str,
    period: datetime,
    action: Callable[[], object],
    repeatable: bool = False,
    seconds: int = 60,
) -> bool:
    """Run `action` unless this period was run, is being run, or failed too often.

    `seconds` is the most that the action may take. A run that dies is taken up again when its claim
    has expired, so `action` must be safe to run twice; two runs of one job do not overlap. Errors
    are logged and tried again at the next ring.
    """
    # As a message's claim does, a job's outlives the longest time that its worker may take.
    slack = settings.OUTBOX_CLAIM_SECONDS - settings.CELERY_TASK_SOFT_TIME_LIMIT
    claim = timedelta(seconds=seconds + slack)
    attempt = _claim(job, period, claim, repeatable=repeatable)
    if not attempt:
        return False
    with bound_request_id(f"{re.sub('[^a-z]', '-', job)}-{period:%Y%m%dT%H%M}"):
        error, began = "", time.monotonic()
        try:
            action()
        except (Exception, SystemExit) as caught:
            error = type(caught).__name__
            log.exception("job %s failed, try %s", job, attempt, extra={"task": job})
        else:
            duration = round((time.monotonic() - began) * 1000)
            log.info("job %s ran", job, extra={"task": job, "duration_ms": duration})
        # `attempts` is the fence: who overslept the claim must not write over the successor.
        now = clock.now()
        ScheduledRun.objects.filter(
            job=job, period=period, attempts=attempt, finished_at__isnull=True
        ).update(finished_at=None if error else now, claimed_until=now, last_error=error[:80])
    return True


def _claim(job: str, period: datetime, claim: timedelta, *, repeatable: bool) -> int:
    """The number of the try, or 0 when there is nothing to do."""
    now = clock.now()
    runs = ScheduledRun.objects.filter(job=job)
    if repeatable:
        # The clock was set back: without this a job of every minute would stand still for as long.
        runs.filter(period__gt=period).delete()
    if runs.filter(finished_at__isnull=True, claimed_until__gt=now).exists():
        return 0
    if runs.filter(period=period, finished_at__isnull=False).exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO jobs_scheduledrun AS run"
            " (job, period, started_at, claimed_until, attempts, last_error)"
            " VALUES (%s, %s, %s, %s, 1, '') ON CONFLICT (job, period) DO UPDATE"
            " SET attempts = run.attempts + 1, claimed_until = excluded.claimed_until"
            " WHERE run.finished_at IS NULL AND run.claimed_until <= excluded.started_at"
            " AND run.attempts < %s RETURNING attempts",
            [job, period, now, now + claim, TRIES],
        )
        row = cursor.fetchone()
    return row[0] if row else 0


def prune() -> int:
    """Forget runs of more than two weeks ago."""
    deleted, _per_model = ScheduledRun.objects.filter(period__lt=clock.now() - KEPT_FOR).delete()
    return deleted
