"""Writing to the outbox, and trying again what was set aside. Sending lives in `delivery`."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.db import connection, transaction

from portal.access.actor import Actor
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.errors import NotFound, WrongState
from portal.common.logging import request_id
from portal.notifications import registry
from portal.notifications.bell import bell
from portal.notifications.models import OutgoingMessage

IdValue = int | str | UUID | date | Sequence[int] | Sequence[str] | Sequence[UUID]

# What an id, a code or a moment can look like; a name, an address or a sentence cannot (LOG-2).
_ID = re.compile(r"[A-Za-z0-9_.:+-]{0,64}")
_PHONE = re.compile(r"\+?\d{8,}")

_muted: ContextVar[bool] = ContextVar("notifications_muted", default=False)

_INSERT = """
    INSERT INTO notifications_outgoingmessage
        (key, channel, template, ids, organisation_id, request_id, created_at, due_at, status,
         attempts, losses, done, last_error)
    VALUES (%s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s, 0, 0, '[]', '')
    ON CONFLICT (key) DO NOTHING
    RETURNING id"""


def queue(
    *,
    key: str,
    template: str,
    ids: Mapping[str, IdValue],
    organisation_id: int | None = None,
    due_at: datetime | None = None,
    channel: str = "mail",
) -> OutgoingMessage | None:
    """Put a message into the outbox, in the caller's transaction: it goes out if that commits.

    None when `key` was there already. One statement, and no word with the broker: after the commit
    the bell is rung aside, unless the message is due later. Raises RuntimeError outside a
    transaction, LookupError for a template that nobody builds and ValueError for what is not an id.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A message is queued in the transaction of the change that causes it.")
    if not registry.is_registered(template):
        raise LookupError(f"Nobody registered a builder for {template!r}.")
    now = clock.now()
    status = OutgoingMessage.Status.SUPPRESSED if _muted.get() else OutgoingMessage.Status.WAITING
    message = OutgoingMessage(
        key=key,
        channel=OutgoingMessage.Channel(channel),
        template=template,
        ids={name: _as_id(name, value) for name, value in ids.items()},
        organisation_id=organisation_id,
        request_id=request_id(),
        created_at=now,
        due_at=due_at or now,
        status=status,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                message.key,
                message.channel,
                message.template,
                json.dumps(message.ids),
                message.organisation_id,
                message.request_id,
                message.created_at,
                message.due_at,
                message.status,
            ],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    message.pk = row[0]
    message._state.adding = False
    if status == OutgoingMessage.Status.WAITING and message.due_at <= now:
        transaction.on_commit(partial(bell.ring, message.pk), robust=True)
    return message


def _as_id(name: str, value: object) -> int | str | list[int | str]:
    if isinstance(value, int):
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    if isinstance(value, str):
        if not _ID.fullmatch(value) or _PHONE.fullmatch(value):
            raise ValueError(
                f"{name!r} is no id. Names, addresses and texts stay out of the outbox."
            )
        return value
    if isinstance(value, Sequence):
        # One level only: an id in a list is no list.
        return [part for one in value if not isinstance(part := _as_id(name, one), list)]
    raise ValueError(f"{name!r} is no id but a {type(value).__name__}.")


@contextmanager
def muted() -> Iterator[None]:
    """What is queued inside stays in the outbox as history and never goes out: the demo world's
    past year would otherwise arrive as a heap of mails on its first morning."""
    token = _muted.set(True)
    try:
        yield
    finally:
        _muted.reset(token)


@transaction.atomic
def retry_message(*, message_id: int, actor: Actor) -> OutgoingMessage:
    """Let a message that was set aside wait again, with all its tries. Raises `NotAllowed`,
    `NotFound`, `WrongState`."""
    require(actor, Permission.OPERATE)
    message = OutgoingMessage.objects.select_for_update().filter(pk=message_id).first()
    if message is None:
        raise NotFound()
    if message.status != OutgoingMessage.Status.FAILED:
        raise WrongState()
    message.status = OutgoingMessage.Status.WAITING
    message.due_at = clock.now()
    message.attempts = message.losses = 0
    message.save(update_fields=["status", "due_at", "attempts", "losses"])
    trail.record(actor, "outgoing.retry", message, template=message.template)
    transaction.on_commit(partial(bell.ring, message.pk), robust=True)
    return message
