"""Looks for malware in what is uploaded, by asking ClamAV's `clamd` over its socket (INSTREAM).

`MALWARE_SCANNER` names the daemon: `tcp://clamav:3310` or `unix:///run/clamd.sock`. Empty, as in
the demo and in tests, nothing is scanned. Named and not answering, the upload is refused: a file
that nobody has looked at is never taken in.
"""

import logging
import socket
import struct
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from portal.common.errors import InvalidInput

log = logging.getLogger("portal.common")

CONNECT_SECONDS = 3
ANSWER_SECONDS = 30
_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096


class ScannerDown(Exception):
    """The scanner did not answer, or not as one would."""


def refuse_infected(content: bytes, *, field: str = "file") -> None:
    """Return when the file is clean or no scanner is configured. Raises `InvalidInput`."""
    if not settings.MALWARE_SCANNER:
        return
    try:
        found = scan(content, settings.MALWARE_SCANNER)
    except (OSError, ScannerDown):
        log.exception("the malware scanner does not answer; an upload was refused")
        raise InvalidInput(
            {
                field: _(
                    "Vi kan ikke tjekke filen for virus lige nu, og derfor tager vi den ikke imod. "
                    "Prøv igen om lidt."
                )
            }
        ) from None
    if found:
        log.warning("an upload was refused: %s", found)
        raise InvalidInput(
            {
                field: _(
                    "Filen ser ud til at rumme skadelig software. "
                    "Vi har ikke gemt den. Tjek din computer, og vælg en anden fil."
                )
            }
        )


def scan(content: bytes, address: str) -> str:
    """The name of what was found, empty for a clean file. Raises `OSError`, `ScannerDown`."""
    with _connect(address) as connection:
        connection.settimeout(ANSWER_SECONDS)
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _CHUNK):
            part = content[start : start + _CHUNK]
            connection.sendall(struct.pack("!L", len(part)) + part)
        connection.sendall(struct.pack("!L", 0))
        answer = _read(connection)
    text = answer.removeprefix("stream: ")
    if text == "OK":
        return ""
    if text.endswith(" FOUND"):
        return text.removesuffix(" FOUND")
    # Also »INSTREAM size limit exceeded«: what was not looked at to its end was not looked at.
    raise ScannerDown(text)


def _connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(parts.path)
        except OSError:
            connection.close()
            raise
        return connection
    return socket.create_connection((parts.hostname, parts.port or 3310), CONNECT_SECONDS)


def _read(connection: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
        part = connection.recv(_LONGEST_ANSWER)
        if not part:
            break
        answer += part
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")
