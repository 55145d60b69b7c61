"""Workers, beat and the schedule, which is code: reviewed, versioned and the same everywhere.

Beat only rings. Each ring asks PostgreSQL whether the job's newest period has been run, so a lost,
late or doubled ring does no harm, several beats may run at once, and after a pause each job runs
once (REL-11 to REL-13). No due time ever lies in the broker (REL-5).
"""

import logging
import logging.config
from datetime import time
from typing import Any

from celery.signals import setup_logging
from django.conf import settings

from portal.common.broker import app
from portal.jobs.periods import Daily, Every
from portal.jobs.schedule import Job, provide

__all__ = ["JOBS", "app"]

# Every job names the management command that does the same by hand. Times are Copenhagen's.
JOBS: dict[str, Job] = {
    "notifications.sweep": Job(
        "portal.notifications.delivery.sweep", Every(minutes=1), command="sweep_outbox"
    ),
    "audit.seal": Job(
        "portal.audit.sealing.seal_closed_range", Every(minutes=1), command="seal_audit"
    ),
    "referrals.clocks": Job(
        "referrals.clocks.run_clocks",
        Every(minutes=5),
        command="run_referral_clocks",
        seconds=540,
    ),
    "referrals.digests": Job(
        "referrals.clocks.queue_digests",
        Daily(time(7, 0)),
        command="queue_referral_digests",
        seconds=540,
    ),
    "referrals.retention": Job(
        "referrals.retention.erase_what_is_old",
        Daily(time(2, 30)),
        command="erase_old_patient_data",
        seconds=1700,
    ),
    "referrals.figures": Job(
        "referrals.figures.refresh_answer_figures",
        Daily(time(4, 0)),
        command="refresh_answer_figures",
        seconds=540,
    ),
    "offers.reminders": Job(
        "offers.services.reminders.remind_of_reviews",
        Daily(time(7, 15)),
        command="offer_reminders",
        seconds=540,
    ),
    "offers.drafts": Job(
        "offers.services.drafts.forget_old_drafts",
        Daily(time(3, 15)),
        command="forget_offer_drafts",
    ),
    "partnerships.reports": Job(
        "partnerships.tasks.begin_reports",
        Daily(time(5, 0)),
        command="begin_reports",
        seconds=540,
    ),
    "partnerships.report_reminders": Job(
        "partnerships.tasks.report_reminders",
        Daily(time(7, 20)),
        command="report_reminders",
        seconds=540,
    ),
    # After midnight, so that yesterday is whole, and before the reports that are filled in with it.
    "reporting.linked_offers": Job(
        "portal.reporting.linked_offers.refresh_linked_offers",
        Daily(time(4, 15)),
        command="refresh_live_figures",
        seconds=1700,
    ),
    "partnerships.drafts": Job(
        "partnerships.services.drafts.forget_old_drafts",
        Daily(time(3, 20)),
        command="forget_section_drafts",
    ),
    "partnerships.dates": Job(
        "partnerships.services.clocks.run_dates",
        Every(minutes=60),
        command="run_agreement_dates",
        seconds=540,
    ),
    "partnerships.reminders": Job(
        "partnerships.reminders.run_reminders",
        Daily(time(7, 10)),
        command="remind_of_agreements",
        seconds=540,
    ),
    "partnerships.signing": Job(
        "partnerships.signing_service.run_signing",
        Every(minutes=15),
        command="collect_signatures",
        seconds=540,
    ),
    "partnerships.entrance": Job(
        "partnerships.entrance_clocks.run_entrance_clocks",
        Daily(time(7, 20)),
        command="run_entrance_clocks",
        seconds=540,
    ),
    "partnerships.action_points": Job(
        "partnerships.forum_clocks.remind_of_action_points",
        Daily(time(7, 25)),
        command="remind_of_action_points",
        seconds=540,
    ),
    # With the dictionary, which no page loads; pages have indexed each change at once without it.
    "offers.search": Job(
        "offers.search.indexing.rebuild_nightly",
        Daily(time(2, 0)),
        command="index_offers",
        seconds=1700,
    ),
    # On the day from midnight; a site that slept catches up. Also makes the dry runs.
    "succession.carry_out": Job(
        "portal.succession.jobs.run_successions",
        Every(minutes=1),
        command="run_successions",
        seconds=1700,
    ),
    "accounts.tidy": Job(
        "portal.accounts.tidying.tidy", Daily(time(3, 0)), command="tidy_accounts"
    ),
    "jobs.prune": Job("portal.jobs.running.prune", Daily(time(3, 30)), command="prune_job_runs"),
}
provide(JOBS)


def ring_of(name: str, job: Job) -> dict[str, Any]:
    """How beat rings a job: twice a minute, so that no minute goes by unseen. A ring that nobody
    heard is worthless after the next one, so it expires and a day without workers leaves no heap.
    """
    return {
        "task": "jobs.run",
        "schedule": float(settings.JOB_RING_SECONDS),
        "args": (name,),
        "options": {
            "expires": settings.JOB_RING_SECONDS * 2,
            "soft_time_limit": job.seconds,
            "time_limit": job.seconds + 30,
        },
    }


app.autodiscover_tasks()
app.conf.beat_schedule = {name: ring_of(name, job) for name, job in JOBS.items()}


class WithoutWords(logging.Filter):
    """Celery quotes an exception's text, which may quote a row or what somebody typed. Its class is
    kept, and where it was raised."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, dict) and record.exc_info and "exc" in record.args:
            error = record.exc_info[1]
            record.args = {**record.args, "exc": type(error).__name__}
        return True


@setup_logging.connect
def log_as_the_site_does(**_kwargs: Any) -> None:
    """With this in place Celery sets up no log format of its own."""
    logging.config.dictConfig(settings.LOGGING)
    logging.getLogger("celery.app.trace").addFilter(WithoutWords())
    # Rings that find nothing to do would fill the log; what was done is logged by those who did it.
    for name in ("celery.app.trace", "celery.beat", "celery.worker.strategy"):
        logging.getLogger(name).setLevel(logging.WARNING)
