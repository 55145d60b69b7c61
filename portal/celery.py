"""Celery and its schedule. The schedule is code: reviewed, versioned and the same everywhere.

Beat only rings: each job reads from PostgreSQL what is due, so a lost or doubled ring does no harm.
"""

import os

from celery import Celery
from celery.schedules import crontab, schedule

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.base")

app = Celery("samspil")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# name -> {"task": ..., "schedule": ...}; clock times are Copenhagen's (CELERY_TIMEZONE).
SCHEDULE: dict[str, dict[str, str | schedule | crontab]] = {}

app.conf.beat_schedule = SCHEDULE
