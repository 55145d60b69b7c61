"""Celery entry points. Each is also a management command and safe to run twice."""

from celery import shared_task

from referrals import clocks, figures, retention


@shared_task(name="referrals.run_clocks", time_limit=600, soft_time_limit=540)
def run_clocks() -> int:
    return clocks.run_clocks()


@shared_task(name="referrals.queue_digests", time_limit=600, soft_time_limit=540)
def queue_digests() -> int:
    return clocks.queue_digests()


@shared_task(name="referrals.erase_what_is_old", time_limit=1800, soft_time_limit=1700)
def erase_what_is_old() -> dict[str, int]:
    return retention.erase_what_is_old()


@shared_task(name="referrals.refresh_answer_figures", time_limit=600, soft_time_limit=540)
def refresh_answer_figures() -> int:
    return figures.refresh_answer_figures()
