"""The Celery application, without its schedule, so that lower apps can name tasks and ring.

`portal.celery` lies on top of everything and adds the schedule; workers and beat start from there.
The broker is a lossy bell: whatever it forgets is found again in PostgreSQL.

Two habits of kombu would keep a worker deaf after its broker has come back (REL-6); both are cured
here and proved by a drill that stops and freezes the broker again and again.
"""

import os
from typing import Any

from celery import Celery
from celery.app.amqp import AMQP
from kombu import Connection
from kombu.transport import redis, virtual

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.base")

LONGEST_PAUSE = 5


class PromptMessage(virtual.Message):
    """Says so when it could not be acknowledged, and thereby makes the worker connect anew.

    kombu logs it and goes on. But the message then counts as unfinished for ever, and a worker that
    may hold one at a time takes no more.
    """

    def ack_log_error(self, logger: Any, errors: Any, multiple: bool = False) -> None:
        self.ack(multiple=multiple)

    def reject_log_error(self, logger: Any, errors: Any, requeue: bool = False) -> None:
        self.reject(requeue=requeue)


class PromptChannel(redis.Channel):
    Message = PromptMessage


class PromptTransport(redis.Transport):
    Channel = PromptChannel


class PromptConnection(Connection):
    """Tries again every few seconds however long the broker was away. Left alone, the pause grows
    to 30 seconds, and a worker may sleep that long after the broker's return."""

    def get_transport_cls(self) -> Any:
        found = super().get_transport_cls()
        return PromptTransport if found is redis.Transport else found

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("interval_max", LONGEST_PAUSE)
        return super().ensure_connection(*args, **kwargs)


class PromptAMQP(AMQP):
    Connection = PromptConnection


app = Celery("samspil", amqp=PromptAMQP)
app.config_from_object("django.conf:settings", namespace="CELERY")
