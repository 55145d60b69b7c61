"""The Celery application, without its schedule, so that lower apps can name tasks and ring.

`portal.celery` lies on top of everything and adds the schedule; workers and beat start from there.
The broker is a lossy bell: whatever it forgets is found again in PostgreSQL.
"""

import os
from typing import Any

from celery import Celery
from celery.app.amqp import AMQP
from kombu import Connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.base")

LONGEST_PAUSE = 5


class PromptConnection(Connection):
    """Tries again every few seconds however long the broker was away. Left alone, the pause grows
    to 30 seconds, and a worker may sleep that long after the broker's return (REL-6)."""

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("interval_max", LONGEST_PAUSE)
        return super().ensure_connection(*args, **kwargs)


class PromptAMQP(AMQP):
    Connection = PromptConnection


app = Celery("samspil", amqp=PromptAMQP)
app.config_from_object("django.conf:settings", namespace="CELERY")
