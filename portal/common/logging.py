"""Log lines: one line of JSON each, with the request's id, without persons and without secrets.

What a line says is written by us; what an exception says may quote a row or what somebody typed. So
of an exception we log its class and where it was raised, and its words only where they cannot
quote.
"""

import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

_request_id: ContextVar[str] = ContextVar("log_request_id", default="")

_TOKEN_PATHS = (
    *("svar", "min-henvisning", "k", "invitation", "bekraeft", "gem", "nulstil", "kalender"),
    "indgang/henvendelse",
)
_SECRETS = (
    # Links of repliers and patients, with whatever follows the token in that segment.
    (re.compile(rf"/({'|'.join(_TOKEN_PATHS)})/[^/\s?#\"'<>]+"), r"/\1/***"),
    # Any other segment that looks random: ids are lower case, tokens and signatures are not.
    (re.compile(r"(?<=/)(?=[^/\s?]*[A-Z:])[A-Za-z0-9_:=.~-]{20,}"), "***"),
    (re.compile(r"(?i)\b(token|key|code|kode|password|sig)=[^&\s\"']+"), r"\1=***"),
    (re.compile(r"[^\s<>\"'=:(,]+@[^\s<>\"',)]+"), "***@***"),
)
_EXTRA = ("status_code", "duration_ms", "task", "method")
_MAY_SPEAK = (ImproperlyConfigured, OperationalError, ImportError)
_FRAMES = 12


def request_id() -> str:
    """The id of the request or task that runs here, or an empty string."""
    return _request_id.get()


@contextmanager
def bound_request_id(value: str) -> Iterator[None]:
    """Put `value` on every log line inside: letters, digits and hyphens of it, at most 64."""
    token = _request_id.set(re.sub(r"[^A-Za-z0-9-]", "", value)[:64])
    try:
        yield
    finally:
        _request_id.reset(token)


def mask(text: str) -> str:
    """Hide tokens in addresses, secrets in queries and mail addresses."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class JsonFormatter(logging.Formatter):
    """Nothing in a value can end the line or colour a terminal: JSON escapes what is not ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": mask(record.getMessage()),
        }
        if request_id():
            line["request_id"] = request_id()
        for name in _EXTRA:
            value = getattr(record, name, None)
            if isinstance(value, int | float):
                line[name] = value
            elif isinstance(value, str):
                line[name] = mask(value)
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line["error"] = _chain(error)
            line["raised_at"] = _frames(error)
        return json.dumps(line, ensure_ascii=True)


def _chain(error: BaseException) -> list[str]:
    """The class of the error and of what caused it, outermost first."""
    names: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(names) < _FRAMES:
        name = f"{type(cause).__module__}.{type(cause).__qualname__}"
        names.append(f"{name}: {_first_line(cause)}" if isinstance(cause, _MAY_SPEAK) else name)
        cause = cause.__cause__ or cause.__context__
    return names


def _first_line(error: BaseException) -> str:
    # PostgreSQL puts the row under DETAIL, from the second line on.
    return mask(str(error).partition("\n")[0])


def _frames(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
