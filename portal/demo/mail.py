"""Outgoing mail of the demo: one `.eml` file each, so that links in them can be opened."""

import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from portal.common import clock


class EmlBackend(BaseEmailBackend):
    """Writes to settings.EMAIL_FILE_PATH. A file appears whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            recipients = message.recipients()
            if not recipients:
                continue
            # The name sorts by time; the recipient makes it findable by eye.
            who = re.sub(r"[^A-Za-z0-9@._-]", "_", recipients[0])[:60]
            moment = clock.now().strftime("%Y%m%dT%H%M%S.%f")
            name = f"{moment}-{who}-{secrets.token_hex(3)}.eml"
            part = folder / f".{name}.part"
            part.write_bytes(message.message().as_bytes())
            os.replace(part, folder / name)
        return len(email_messages)
