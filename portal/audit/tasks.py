"""Celery entry points of the trail. In production the sealing job has a login of its own, and
`manage.py seal_audit --every 60` runs it in its own process instead."""

from celery import shared_task

from portal.audit import sealing


@shared_task(name="audit.seal", soft_time_limit=50, time_limit=60)
def seal_audit() -> None:
    sealing.seal_closed_range()
