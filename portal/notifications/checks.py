from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def a_claim_outlives_its_worker(**kwargs: Any) -> list[CheckMessage]:
    """A worker still sending must never lose its claim to another: that would send twice."""
    if settings.OUTBOX_CLAIM_SECONDS > settings.CELERY_TASK_TIME_LIMIT:
        return []
    return [
        Error(
            "OUTBOX_CLAIM_SECONDS must be longer than CELERY_TASK_TIME_LIMIT.",
            hint="Otherwise a slow but living worker and its successor both send the message.",
            id="notifications.E001",
        )
    ]
