"""The demo's page *Udsendte beskeder*: every mail and text that would have left the house.

Here the demo's operator finds the links and six-digit codes that volunteers would have in their
mail and on their phone. It reads the files that the demo's mail and text back ends write.
"""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.access.decorators import requires
from portal.access.permissions import Permission
from portal.common.pagination import Pager
from portal.notifications.models import OutgoingMessage

PAGE_SIZE: Final = 20
REFRESH_SECONDS: Final = "5"
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")
_CODE: Final = re.compile(r"(?<!\d)\d{6}(?!\d)")
_NAME: Final = re.compile(r"(?P<moment>\d{8}T\d{6}\.\d{6})-(?P<to>.*)-[0-9a-f]+\.(?P<kind>eml|sms)")


class RecipientForm(forms.Form):
    til = forms.CharField(
        label=_("Modtager"),
        help_text=_("En del af en mailadresse eller et telefonnummer."),
        required=False,
        max_length=80,
    )


@dataclass(frozen=True)
class Piece:
    """A part of a line; with an address it is a link of our own site."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class StoredMessage:
    path: Path
    moment: datetime
    is_sms: bool
    to: str
    subject: str
    text: str

    @property
    def lines(self) -> list[list[Piece]]:
        return [list(_pieces(line)) for line in self.text.strip().splitlines()]

    @property
    def code(self) -> str:
        """The six digits of a text message."""
        found = _CODE.search(self.text) if self.is_sms else None
        return found.group() if found else ""


def _pieces(line: str) -> Iterator[Piece]:
    """Only addresses of our own become links: a mail could hold what a stranger typed."""
    position = 0
    for match in _ADDRESS.finditer(line):
        if not match.group().startswith(f"{settings.SITE_URL.rstrip('/')}/"):
            continue
        if match.start() > position:
            yield Piece(line[position : match.start()])
        yield Piece(match.group(), match.group())
        position = match.end()
    if position < len(line):
        yield Piece(line[position:])


def stored(recipient: str = "") -> list[Path]:
    """The files, newest first. Their names alone tell time and recipient, so none is opened."""
    folder = Path(settings.EMAIL_FILE_PATH)
    wanted = re.sub(r"[^A-Za-z0-9@._+-]", "", recipient).lower()
    if recipient and not wanted:
        return []
    found = []
    for path in folder.glob("*.???") if folder.is_dir() else []:
        match = _NAME.fullmatch(path.name)
        if match and wanted in match["to"].lower():
            found.append(path)
    return sorted(found, key=lambda path: path.name, reverse=True)


def read(path: Path) -> StoredMessage:
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise ValueError(f"{path.name} is not the name of a stored message.")
    moment = datetime.strptime(match["moment"], "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
    if match["kind"] == "sms":
        head, _separator, text = path.read_text("utf-8").partition("\n\n")
        to = head.partition("\n")[0].removeprefix("To: ")
        return StoredMessage(path, moment, True, to, "", text)
    parsed = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = parsed.get_body(("plain",)) if isinstance(parsed, EmailMessage) else None
    return StoredMessage(
        path,
        moment,
        False,
        str(parsed["To"] or ""),
        str(parsed["Subject"] or ""),
        str(body.get_content()) if body is not None else "",
    )


@requires(Permission.OPERATE)
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    form = RecipientForm(request.GET)
    recipient = form.cleaned_data["til"] if form.is_valid() else ""
    refreshing = request.GET.get("opdater") == "ja"
    found = stored(recipient)
    page = _page_number(request.GET.get("side", ""), len(found))
    chosen = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]

    def address(**changes: str) -> str:
        query = request.GET.copy()
        for name, value in changes.items():
            query.pop(name, None)
            if value:
                query[name] = value
        return f"?{query.urlencode()}"

    response = render(
        request,
        "demo/messages.html",
        {
            "form": form,
            "recipient": recipient,
            "sent": [read(path) for path in chosen],
            "total": len(found),
            "waiting": OutgoingMessage.objects.filter(status__in=["waiting", "claimed"]).count(),
            "failed": OutgoingMessage.objects.failed().count(),
            "refreshing": refreshing,
            "refresh_url": address(side="", opdater="" if refreshing else "ja"),
            "here_url": address(side=""),
            "pager": Pager(
                previous_url=address(side=str(page - 1)) if page > 1 else "",
                next_url=address(side=str(page + 1)) if page * PAGE_SIZE < len(found) else "",
            ),
        },
    )
    if refreshing:
        response["Refresh"] = REFRESH_SECONDS
    return response


def _page_number(text: str, total: int) -> int:
    last = max(1, -(-total // PAGE_SIZE))
    return min(int(text), last) if text.isascii() and text.isdigit() and int(text) else 1
