"""Celery entry points. Each is also a management command and safe to run twice."""

from celery import shared_task

from offers.services.reminders import remind_of_reviews
from portal.access.actor import system_actor


@shared_task(name="offers.remind_of_reviews", time_limit=600, soft_time_limit=540)
def offer_reminders() -> int:
    """Ask for confirmation where a review is near, due or late; how many mails were queued."""
    return remind_of_reviews(actor=system_actor("offers.reminders"))
