"""Messages that behave well or badly, and a mail provider that writes down what it was given."""

import json
import os
import signal
import sys
import time
from pathlib import Path
from uuid import uuid4

from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection

from portal.notifications.registry import Ids, Mail, Sms, message

CANARY = "hemmelig.borger@canary.example"


def _mail(ids: Ids, subject: str = "En besked") -> Mail:
    return Mail(to=f"{ids['n']}@modtager.example", subject=subject, text="Der er noget til dig.\n")


@message("test.plain")
def plain(ids: Ids) -> Mail:
    return _mail(ids)


@message("test.none")
def none(ids: Ids) -> None:
    return None


@message("test.sms")
def sms(ids: Ids) -> Sms:
    return Sms(to="+4520000000", text=f"Samspil: din kode er {ids['n']:06d}.")


@message("test.several")
def several(ids: Ids) -> list[Mail]:
    return [_mail({"n": n}) for n in ids["people"]]


@message("test.raises")
def raises(ids: Ids) -> Mail:
    raise ValueError(CANARY)


@message("test.exits")
def exits(ids: Ids) -> Mail:
    sys.exit(3)


@message("test.hangs")
def hangs(ids: Ids) -> Mail:
    time.sleep(60)
    return _mail(ids)


@message("test.kills")
def kills(ids: Ids) -> Mail:
    """Takes its worker process down, as running out of memory does."""
    os.kill(os.getpid(), signal.SIGKILL)
    return _mail(ids)


@message("test.kills-once")
def kills_once(ids: Ids) -> Mail:
    """The worker dies on the first try, before anything was sent."""
    _first_time(f"before-{ids['n']}")
    return _mail(ids)


@message("test.kills-after")
def kills_after(ids: Ids) -> Mail:
    """The worker dies between handing over and recording: the one window for a double."""
    return _mail(ids, subject="kill after")


def _first_time(name: str) -> None:
    marker = Path(os.environ["MAIL_FOLDER"]) / f"{name}.marker"
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)


class FolderBackend(BaseEmailBackend):
    """One JSON file per mail that the provider was given, doubles included."""

    def send_messages(self, email_messages):
        for mail in email_messages:
            assert not connection.in_atomic_block, "sending inside a transaction"
            took = {
                "id": mail.extra_headers["Message-ID"],
                "to": mail.to[0],
                "request": mail.extra_headers.get("X-Request-Id", ""),
                "at": time.time(),
            }
            path = Path(os.environ["MAIL_FOLDER"]) / f"{uuid4().hex}.json"
            path.with_suffix(".part").write_text(json.dumps(took))
            path.with_suffix(".part").rename(path)
            if mail.subject == "kill after":
                _first_time(f"after-{mail.to[0]}")
        return len(email_messages)


def provider_got(folder: Path) -> list[dict]:
    return [json.loads(path.read_text()) for path in folder.glob("*.json")]
