"""Which mails an agreement sends, and to whom. How they are put together stands in `mails.py`.

One message for each thing that happened; its builder finds the people when it is sent. Keys make
each message unique, so that running a job twice queues once.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from partnerships.models import Agreement, AgreementEvent, Reminder, Review, SectionComment
from partnerships.reports import mails as report_mails  # noqa: F401 - found with this module
from portal.access.actor import Actor
from portal.common import clock
from portal.notifications.services import queue

# Events that the parties hear of; what each says stands in `mail_texts`. The others are quiet:
# who did it has seen it, and it is nobody's turn.
TOLD: Final = frozenset(
    {
        "start",
        "draft",
        "party_added",
        "party_removed",
        "send_back",
        "review_refused",
        "negotiate",
        "send_to_signature",
        "refuse_signature",
        "sign",
        "activate",
        "suspend",
        "resume",
        "give_notice",
        "terminate",
        "expire",
        "evaluate",
        "close",
        "cancel",
        "document_filed",
        "amendment_begun",
        "amendment_sent_back",
        "amendment_to_signature",
        "amendment_refused",
        "amendment_withdrawn",
        "amendment_signed",
        "amendment_in_force",
    }
)

# The last yes of a round is told under another name.
ALL_SAID_YES: Final = {"review_approved": "reviewed", "amendment_looked_at": "amendment_reviewed"}


def queue_for(event: AgreementEvent, agreement: Agreement) -> None:
    """What the others hear of an event. Who did it has seen it."""
    if event.verb in TOLD:
        _queue_event(event, agreement, event.verb)
    if event.verb in ("submit_for_review", "review_asked", "amendment_review_asked"):
        _queue_reviews(agreement)
    all_said = ALL_SAID_YES.get(event.verb)
    if all_said and not _newest(agreement).exclude(decision=Review.Decision.APPROVED).exists():
        _queue_event(event, agreement, all_said)


def _queue_event(event: AgreementEvent, agreement: Agreement, kind: str) -> None:
    queue(
        key=f"agreement:{agreement.pk}:{kind}:{event.pk}",
        template="partnerships.event",
        ids={"agreement": agreement.pk, "event": event.pk, "kind": kind},
    )


def _newest(agreement: Agreement) -> "QuerySet[Review]":
    newest = agreement.reviews.order_by("-round").values_list("round", flat=True).first()
    return agreement.reviews.filter(round=newest or 0)


def _queue_reviews(agreement: Agreement) -> None:
    """One mail to each who was asked, ever."""
    for review in _newest(agreement).filter(decision=Review.Decision.PENDING):
        queue(
            key=f"agreement:{agreement.pk}:review:{review.pk}",
            template="partnerships.review",
            ids={"agreement": agreement.pk, "review": review.pk},
        )


def queue_for_comment(comment: SectionComment, agreement: Agreement, actor: Actor) -> None:
    """Comments and suggestions of one hour reach the others in one mail, when the hour is over."""
    del actor  # the comment knows who said it
    begins = comment.at.replace(minute=0, second=0, microsecond=0)
    queue(
        key=f"agreement:{agreement.pk}:comments:{begins:%Y%m%dT%H}",
        template="partnerships.comments",
        ids={"agreement": agreement.pk, "since": begins},
        due_at=begins + timedelta(hours=1),
    )


def reminder_key(row: Reminder) -> str:
    stage = f"{row.kind}{row.offset:+d}" if row.offset else row.kind
    return f"agreement:{row.agreement_id}:{stage}:{row.due_on}:{row.pk}"


def queue_reminder(row: Reminder) -> bool:
    """The reminder of one row. True when it was queued now."""
    message = queue(
        key=reminder_key(row),
        template="partnerships.reminder",
        ids={"agreement": row.agreement_id, "reminder": row.pk},
    )
    return message is not None


def queue_bounced(*, organisation_id: int, user_id: int, at: datetime) -> None:
    """A contact's mail came back: the deputy, or the managers, hear of it; once a day at most."""
    queue(
        key=f"agreement-bounce:{organisation_id}:{user_id}:{clock.local(at):%Y-%m-%d}",
        template="partnerships.bounced",
        ids={"organisation": organisation_id, "user": user_id},
        organisation_id=organisation_id,
    )
