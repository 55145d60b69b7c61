"""Which messages a referral sends, to whom, and when. Builders run in the worker, in `mails.py`.

Names, illness and what the association must know never stand in a mail: it says that there is
something, and links. Keys make each message unique, so running a job twice queues once.
"""

from datetime import datetime

from portal.common import clock
from portal.notifications.services import queue
from referrals.models import Concern, Kind, Referral, ReferralEvent
from referrals.selectors import coordinators_of_senders_region, people_to_tell


def queue_for(event: ReferralEvent, referral: Referral) -> None:
    """The mail that an event sends at once, or when its 30 minutes are over. Most events send
    none: clinicians read those in the daily digest."""
    match event.verb:
        case "send" | "approve":
            if referral.kind != Kind.CODE:
                _queue(referral, "new")
        case "decline":
            _queue(referral, "declined", event=event, due_at=referral.undo_until)
        case "expire":
            if referral.kind != Kind.CODE:
                _queue(referral, "expired")
                _queue(referral, "expired-patient")
        case "withdraw" if _was_heard_of(event, referral):
            _queue(referral, "withdrawn")
        # What a citizen wrote to it, the receiver marks as an error itself.
        case "mark_error" if _was_heard_of(event, referral) and referral.kind != Kind.SELF:
            _queue(referral, "made-in-error")
        case "give_up":
            if event.reason == "consent_ended":
                _queue(referral, "consent-ended")
        case "refuse":
            _queue(referral, "refused", event=event)
        case _:
            pass


def _was_heard_of(event: ReferralEvent, referral: Referral) -> bool:
    """Whether the receiver may have a copy, which it is then asked to delete (CON-3)."""
    return event.old not in ("draft", "awaiting_moderation") and (
        referral.kind != Kind.CODE or referral.redeemed_at is not None
    )


def queue_reminder(referral: Referral, stage: str) -> bool:
    """The reminder of one stage of one referral, ever. True when it was queued now.

    The second reminder also goes to the deputy; moderation's to each coordinator of the region.
    """
    queued = _queue(referral, "reminder", stage=stage)
    if queued and stage == "answer-2":
        _queue(referral, "reminder-deputy", stage=stage)
    if queued and stage.startswith("moderation"):
        for user_id in coordinators_of_senders_region(referral):
            queue(
                key=f"referral:{referral.pk}:{stage}:{user_id}",
                template="referrals.moderation",
                ids={"referral": str(referral.pk), "user": user_id},
            )
    return queued


def queue_digest(*, user_id: int, since: datetime, until: datetime) -> bool:
    message = queue(
        key=f"digest:{user_id}:{until:%Y-%m-%d}",
        template="referrals.digest",
        ids={"user": user_id, "since": since.isoformat(), "until": until.isoformat()},
    )
    return message is not None


def queue_phone_code(*, link_id: int, code_number: int) -> None:
    """The six-digit code to the registered phone. The code itself is made when the text is sent."""
    queue(
        key=f"reply-link:{link_id}:code:{code_number}",
        template="referrals.phone-code",
        ids={"link": link_id},
        channel="sms",
    )


def queue_code_sms(*, sms_id: str) -> None:
    queue(
        key=f"code-sms:{sms_id}", template="referrals.code-sms", ids={"sms": sms_id}, channel="sms"
    )


def queue_concern(concern: Concern) -> None:
    """To the managers of the association and the coordinators of the municipality."""
    for user_id in sorted(set(people_to_tell(concern))):
        queue(
            key=f"concern:{concern.pk}:{user_id}",
            template="referrals.concern",
            ids={"concern": str(concern.pk), "user": user_id},
        )


def queue_reply_link(*, link_id: int) -> None:
    """A fresh reply link, to the registered address only; one in each quarter of an hour, however
    often it is asked for."""
    quarter = int(clock.now().timestamp()) // (15 * 60)
    queue(
        key=f"reply-link:{link_id}:renewed:{quarter}",
        template="referrals.link-renewed",
        ids={"link": link_id},
    )


def _queue(
    referral: Referral,
    kind: str,
    *,
    event: ReferralEvent | None = None,
    stage: str = "",
    due_at: datetime | None = None,
) -> bool:
    parts = ["referral", str(referral.pk), kind]
    if event is not None:
        parts.append(str(event.pk))
    if stage:
        parts.append(stage)
    ids = {"referral": str(referral.pk)}
    if stage:
        ids["stage"] = stage
    message = queue(
        key=":".join(parts),
        template=f"referrals.{kind}",
        ids=ids,
        organisation_id=referral.receiver_id,
        due_at=due_at,
    )
    return message is not None
