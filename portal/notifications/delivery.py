"""From the outbox to the provider: claim, build, send, record.

A row is claimed by a conditional update, so of many workers one wins. It is built and sent outside
any transaction. The result is recorded by a conditional update on the own claim. A claim expires:
when a worker dies between handing over and recording, the message goes out a second time, with the
same Message-ID; none is lost (REL-1 to REL-4).
"""

import hashlib
import logging
import smtplib
import time
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import Case, F, PositiveSmallIntegerField, When

from portal.common import clock
from portal.common.logging import bound_request_id
from portal.notifications import bell, registry, sms
from portal.notifications.messages import Mail, Sms
from portal.notifications.models import OutgoingMessage, OutgoingMessageQuerySet

log = logging.getLogger("portal.notifications")

Status = OutgoingMessage.Status

# Pauses after the first, second, … try that failed. A mail server may be away for a day and more.
PAUSES: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
SEND_TRIES: Final = len(PAUSES) + 1
# A message that cannot be made, or that takes its worker down with it, does not get better.
BUILD_TRIES: Final = 3
LOSS_LIMIT: Final = 3
HELD_FOR: Final = timedelta(hours=1)

# The sweeper lets the bell go first, and does not ring for more than workers can take in a minute.
GRACE: Final = timedelta(seconds=10)
SWEEP_SIZE: Final = 1000
RING_EXPIRES: Final = 55.0


@dataclass(frozen=True, slots=True)
class _Result:
    status: Status
    error: str = ""
    pause: timedelta = timedelta()
    held: bool = False
    bounced: tuple[str, ...] = ()


def deliver(message_id: int) -> Status | None:
    """Send one message if it is due and nobody else has it. None when there was nothing to do."""
    message = _claim(message_id)
    if message is None:
        return None
    with bound_request_id(message.request_id):
        began = time.monotonic()
        if message.losses >= LOSS_LIMIT:
            result = _Result(Status.FAILED, "WorkerLost")
        else:
            result = _attempt(message)
        _record(message, result)
        log.log(
            logging.ERROR if result.status is Status.FAILED else logging.INFO,
            "outgoing message %s (%s) is %s %s",
            message.pk,
            message.template,
            result.status.value,
            result.error,
            extra={"duration_ms": round((time.monotonic() - began) * 1000)},
        )
        for address in result.bounced:
            record_bounce(address)
    return result.status


def record_bounce(email: str) -> None:
    """An address does not exist: tell whoever keeps it. Also for a provider's bounce report."""
    registry.tell_bounce(email)


def sweep() -> int:
    """Ring for what the bell missed, oldest first; how many. Safe at any time, by many at once: a
    ring for what was sent meanwhile does nothing. Old rings expire, so they cannot heap up."""
    ids = list(
        OutgoingMessage.objects.due()
        .filter(due_at__lte=clock.now() - GRACE)
        .oldest_first()
        .values_list("pk", flat=True)[:SWEEP_SIZE]
    )
    if ids:
        with bell.connect() as connection:
            for message_id in ids:
                bell.send(connection, message_id, expires=RING_EXPIRES)
    return len(ids)


def deliver_due(*, at_most: int | None = None) -> int:
    """Send here and now, without the broker, whatever is due; how many were taken. For the command,
    for a day without a broker, and for tests."""
    taken = 0
    elsewhere: set[int] = set()
    while at_most is None or taken < at_most:
        ids = OutgoingMessage.objects.due().exclude(pk__in=elsewhere).oldest_first()
        batch = list(ids.values_list("pk", flat=True)[:100])
        if not batch:
            break
        for message_id in batch[: None if at_most is None else at_most - taken]:
            if deliver(message_id) is None:
                elsewhere.add(message_id)  # somebody else has it: do not ask for it for ever
            else:
                taken += 1
    return taken


# --- claim and record -------------------------------------------------------------------------
def _claim(message_id: int) -> OutgoingMessage | None:
    """Take the row, or find that it is not due, sent, or somebody else's."""
    with transaction.atomic():
        mine = (
            OutgoingMessage.objects.due()
            .filter(pk=message_id)
            .update(
                status=Status.CLAIMED,
                claimed_until=clock.now() + timedelta(seconds=settings.OUTBOX_CLAIM_SECONDS),
                attempts=F("attempts") + 1,
                # Claimed and due means that the last worker never came back.
                losses=Case(
                    When(status=Status.CLAIMED, then=F("losses") + 1),
                    default=F("losses"),
                    output_field=PositiveSmallIntegerField(),
                ),
            )
        )
        return OutgoingMessage.objects.get(pk=message_id) if mine else None


def _own(message: OutgoingMessage) -> OutgoingMessageQuerySet:
    """The row while this claim holds. `attempts` is the fence: a worker that overslept its claim
    must not write over its successor."""
    return OutgoingMessage.objects.filter(
        pk=message.pk, status=Status.CLAIMED, attempts=message.attempts
    )


def _record(message: OutgoingMessage, result: _Result) -> None:
    now = clock.now()
    changes: dict[str, object] = {
        "status": result.status,
        "claimed_until": None,
        "last_error": result.error[:80],
        "channel": message.channel,
        "sent_at": now if result.status is Status.SENT else None,
    }
    if result.status is Status.WAITING:
        changes["due_at"] = now + result.pause
    else:
        changes["done"] = []
    if result.held:
        changes["attempts"] = message.attempts - 1  # waiting for a provider is no failed try
    if not _own(message).update(**changes):
        log.error("outgoing message %s was taken over; it may have gone out twice", message.pk)


# --- one try ----------------------------------------------------------------------------------
def _attempt(message: OutgoingMessage) -> _Result:
    try:
        parts = registry.build(message.template, message.ids)
    except DatabaseError as error:
        return _trouble(message, error, SEND_TRIES)
    except (Exception, SystemExit) as error:
        return _trouble(message, error, BUILD_TRIES)
    if not parts:
        return _Result(Status.SUPPRESSED)
    if len(parts) == 1:
        return _send_part(message, parts[0], message.key)
    return _together([_send_once(message, part) for part in parts])


def _send_once(message: OutgoingMessage, part: Mail | Sms) -> _Result:
    """One of several: who has it already is left out when the others are tried again."""
    digest = _digest(part.to)
    if digest in message.done:
        return _Result(Status.SENT)
    result = _send_part(message, part, f"{message.key}:{digest}")
    if result.status is not Status.WAITING:
        message.done = [*message.done, digest]
        _own(message).update(done=message.done)
    return result


def _together(results: list[_Result]) -> _Result:
    """Waiting while anybody waits; failed only when nobody got it."""
    bounced = tuple(address for result in results for address in result.bounced)
    error = next((result.error for result in results if result.error), "")
    waiting = [result for result in results if result.status is Status.WAITING]
    if waiting:
        pause = min(result.pause for result in waiting)
        held = all(result.held for result in waiting)
        return _Result(Status.WAITING, error, pause, held, bounced)
    if any(result.status is Status.SENT for result in results):
        return _Result(Status.SENT, error, bounced=bounced)
    return _Result(Status.FAILED, error, bounced=bounced)


def _send_part(message: OutgoingMessage, part: Mail | Sms, key: str) -> _Result:
    try:
        if isinstance(part, Mail):
            message.channel = OutgoingMessage.Channel.MAIL
            _send_mail(part, key, message.request_id)
        else:
            message.channel = OutgoingMessage.Channel.SMS
            sms.backend().send(part, message_id=message_id_of(key))
    except sms.NotConfigured:
        return _Result(Status.WAITING, "NotConfigured", HELD_FOR, held=True)
    except smtplib.SMTPRecipientsRefused as error:
        if _is_final(error):
            return _Result(Status.FAILED, "SMTPRecipientsRefused", bounced=(part.to,))
        return _trouble(message, error, SEND_TRIES)
    except Exception as error:
        return _trouble(message, error, SEND_TRIES)
    return _Result(Status.SENT)


def _trouble(message: OutgoingMessage, error: BaseException, tries: int) -> _Result:
    log.warning(
        "outgoing message %s (%s) was not sent, try %s",
        message.pk,
        message.template,
        message.attempts,
        exc_info=error,
    )
    name = type(error).__name__
    if message.attempts >= tries:
        return _Result(Status.FAILED, name)
    return _Result(Status.WAITING, name, PAUSES[message.attempts - 1])


def _is_final(error: smtplib.SMTPRecipientsRefused) -> bool:
    """5xx: the address is wrong and stays wrong. 4xx asks us to come again."""
    return all(code >= 500 for code, _text in error.recipients.values())


def _digest(text: str) -> str:
    key = settings.BLIND_INDEX_KEY[:32]
    return hashlib.blake2s(text.encode(), key=key, digest_size=16).hexdigest()


def message_id_of(key: str) -> str:
    """The same for every try of one message, so that receivers can drop a double; it tells nothing
    of the key."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
    return f"<{_digest(key)}@{domain}>"


def _send_mail(mail: Mail, key: str, request_id: str) -> None:
    headers = {**mail.headers, "Message-ID": message_id_of(key), "Auto-Submitted": "auto-generated"}
    if request_id:
        headers["X-Request-Id"] = request_id
    EmailMessage(
        subject=mail.subject,
        body=mail.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=headers,
    ).send(fail_silently=False)
