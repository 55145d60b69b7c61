"""Asking the association whether an offer is still right: before, on the day, and once after.

What follows without an answer needs no job: 30 days late the offer is shown as not confirmed, and
90 days late it is hidden; pages and search compare with the clock.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import islice
from typing import Final

from django.db import transaction

from offers.models import Offer
from offers.notifications import queue_reminder, reminder_key
from offers.selectors import review_due
from portal.common import clock
from portal.notifications.models import OutgoingMessage

# The stage and the first day, counted from the review day, on which it is the newest one due.
STAGES: Final = (("before", -14), ("due", 0), ("after", 14))
_BATCH: Final = 500


def stage_on(today: date, due: date) -> str | None:
    """The one stage to send today. Earlier ones that nobody sent are passed over: after downtime
    there comes one reminder, not a heap."""
    late = (today - due).days
    return next((stage for stage, first in reversed(STAGES) if late >= first), None)


def remind_of_reviews() -> int:
    """A job's work: queue today's reminders; each stage of a review once, however often it runs."""
    today = clock.today()
    rows = (
        Offer.objects.public()
        .annotate(due=review_due())
        .filter(due__lt=clock.now() + timedelta(days=15))
        .only("pk", "organisation_id", "verified_at", "review_interval_days")
        .order_by("pk")
    )
    queued = 0
    remaining = iter(rows.iterator(chunk_size=_BATCH))
    while batch := list(islice(remaining, _BATCH)):
        queued += _queue(batch, today)
    return queued


def _queue(offers: Iterable[Offer], today: date) -> int:
    wanted: dict[str, tuple[Offer, str, date]] = {}
    for offer in offers:
        assert offer.review_due_at is not None  # noqa: S101 - the query leaves nulls out
        due = clock.local(offer.review_due_at).date()
        stage = stage_on(today, due)
        if stage is not None:
            wanted[reminder_key(offer.pk, stage, due)] = offer, stage, due
    # Most were sent on an earlier day; one question finds them, so that a run costs what is new.
    known = set(OutgoingMessage.objects.filter(key__in=wanted).values_list("key", flat=True))
    queued = 0
    with transaction.atomic():
        for key in wanted.keys() - known:
            offer, stage, due = wanted[key]
            queued += queue_reminder(offer=offer, stage=stage, due=due)
    return queued
