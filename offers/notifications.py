"""Which mails an offer sends, and to whom. How they are put together stands in `mails.py`.

Keys make each message unique, so running a job twice queues once.
"""

from datetime import date

from offers.models import Offer, OfferEvent
from offers.selectors import coordinators_of
from portal.notifications.services import queue

# What the association hears when a coordinator has answered.
_ANSWERS = {
    "approve": "offers.approved",
    "send_back": "offers.sent-back",
    "edit_taken": "offers.edit-answered",
    "edit_refused": "offers.edit-answered",
}
# What the coordinators of the area hear when something waits for them.
_QUESTIONS = {"submit": "offers.submitted", "edit_waits": "offers.submitted"}


def queue_for(event: OfferEvent, offer: Offer) -> None:
    """Most events send nothing: who clicked has seen it. What a job does tells nobody either."""
    if event.actor_kind == "system":
        return
    if event.verb in _ANSWERS:
        queue(
            key=f"offer:{offer.pk}:{event.verb}:{event.pk}",
            template=_ANSWERS[event.verb],
            ids={"offer": offer.pk, "event": event.pk},
            organisation_id=offer.organisation_id,
        )
    if event.verb in _QUESTIONS and not offer.organisation.is_verified:
        for user_id in coordinators_of(offer.organisation):
            queue(
                key=f"offer:{offer.pk}:{event.verb}:{event.pk}:{user_id}",
                template=_QUESTIONS[event.verb],
                ids={"offer": offer.pk, "user": user_id},
            )


def reminder_key(offer_id: int, stage: str, due: date) -> str:
    return f"offer:{offer_id}:review:{stage}:{due.isoformat()}"


def queue_reminder(*, offer: Offer, stage: str, due: date) -> bool:
    """One reminder for one stage of one review, ever. True when it was queued now."""
    message = queue(
        key=reminder_key(offer.pk, stage, due),
        template="offers.review",
        ids={"offer": offer.pk, "stage": stage, "due": due},
        organisation_id=offer.organisation_id,
    )
    return message is not None
