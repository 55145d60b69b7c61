"""Ways to send a text message. settings.SMS_BACKEND names one."""

import os
import re
import secrets
from pathlib import Path
from typing import ClassVar, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from portal.common import clock
from portal.notifications.messages import Sms


class NotConfigured(Exception):
    """There is no way to send this yet. The message is held until there is."""


class SmsBackend(Protocol):
    def send(self, sms: Sms, *, message_id: str) -> None:
        """Hand it to the provider. `message_id` is the same each time for one message, so that a
        provider that can may refuse doubles. Raises when it was not taken over."""


class UnconfiguredSms:
    """Production's default: nothing is lost and nothing is sent until a provider is chosen."""

    def send(self, sms: Sms, *, message_id: str) -> None:
        raise NotConfigured


class StoredSms:
    """The demo's: one file each, beside the mails, so that six-digit codes can be read."""

    def send(self, sms: Sms, *, message_id: str) -> None:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        moment = clock.now()
        number = re.sub(r"[^0-9+]", "", sms.to)
        name = f"{moment:%Y%m%dT%H%M%S.%f}-{number}-{secrets.token_hex(3)}.sms"
        part = folder / f".{name}.part"
        part.write_text(f"To: {sms.to}\nDate: {moment.isoformat()}\n\n{sms.text}\n", "utf-8")
        os.replace(part, folder / name)


class MemorySms:
    """The tests': kept in `MemorySms.outbox`."""

    outbox: ClassVar[list[Sms]] = []

    def send(self, sms: Sms, *, message_id: str) -> None:
        self.outbox.append(sms)


def backend() -> SmsBackend:
    found: SmsBackend = import_string(settings.SMS_BACKEND)()
    return found
