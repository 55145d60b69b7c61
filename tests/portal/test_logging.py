"""LOG-1 to LOG-3: one line each, with the request's id, without persons, and nothing can forge a
line.
"""

import json
import logging
import sys
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from hypothesis import given
from hypothesis import strategies as st

from portal.common.logging import JsonFormatter, bound_request_id, mask, request_id

CANARY = "Kanariefugl"


def line(message: object, *args: object, error: bool = False, **extra: object) -> str:
    record = logging.LogRecord(
        "portal.test",
        logging.WARNING,
        __file__,
        1,
        message,
        args,
        sys.exc_info() if error else None,
    )
    record.__dict__.update(extra)
    return JsonFormatter().format(record)


def parsed(text: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(text)
    return answer


def test_a_line_is_json_with_time_in_utc() -> None:
    fields = parsed(line("Sent %s of %s", 2, 3))

    assert fields["message"] == "Sent 2 of 3"
    assert (fields["level"], fields["logger"]) == ("WARNING", "portal.test")
    assert fields["time"].endswith("+00:00")


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_no_text_ends_the_line_or_reaches_the_terminal(text: str) -> None:
    formatted = line("%s", text)

    assert all(" " <= letter <= "~" for letter in formatted)
    parsed(formatted)


@pytest.mark.parametrize(
    "attack",
    [
        'x\n{"level": "INFO"}',
        "x\r\nFAKE",
        "\x1b[2J",
        '", "level": "DEBUG',
        "\u2028x",
        "\x7f\x9b31m",
    ],
)
def test_a_forged_line_stays_inside_its_message(attack: str) -> None:
    formatted = line("%s", attack)

    assert "\n" not in formatted
    assert "\x1b" not in formatted
    assert parsed(formatted)["message"] == attack
    assert parsed(formatted)["level"] == "WARNING"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Not Found: /svar/k3J9x/tag-imod/", "Not Found: /svar/***/tag-imod/"),
        ("/min-henvisning/AbC_d-9/", "/min-henvisning/***/"),
        ('"GET /svar/a:b:c HTTP/1.1"', '"GET /svar/*** HTTP/1.1"'),
        ("/andet/1uP3x:1tZ9:Qm4vLkS0pWx7/", "/andet/***/"),
        ("/konto/?key=abc&x=1", "/konto/?key=***&x=1"),
        ("to birthe@eksempel.dk failed", "to ***@*** failed"),
        (
            "/henvisninger/01930000-0000-7000-8000-00000000000a/",
            "/henvisninger/01930000-0000-7000-8000-00000000000a/",
        ),
        ("/tilbud/hjertecafe-i-aarhus-midtby/", "/tilbud/hjertecafe-i-aarhus-midtby/"),
    ],
)
def test_secrets_are_masked_and_ids_are_kept(text: str, masked: str) -> None:
    assert mask(text) == masked
    assert parsed(line("%s", text))["message"] == masked


def test_the_request_id_is_on_the_line_and_only_inside() -> None:
    with bound_request_id("abc-123\n{}"):
        inside = parsed(line("x"))
        assert request_id() == "abc-123"

    assert inside["request_id"] == "abc-123"
    assert "request_id" not in parsed(line("x"))


def test_an_exception_is_named_without_its_words() -> None:
    try:
        try:
            raise ValueError(CANARY)
        except ValueError as error:
            raise LookupError(f"no {CANARY}") from error
    except LookupError:
        formatted = line("failed", error=True)

    fields = parsed(formatted)
    assert CANARY not in formatted
    assert fields["error"] == ["builtins.LookupError", "builtins.ValueError"]
    assert "test_an_exception_is_named_without_its_words" in fields["raised_at"][-1]


def test_faults_of_the_machine_keep_their_first_line() -> None:
    try:
        raise OperationalError(f"connection refused\nDETAIL: {CANARY}")
    except OperationalError:
        formatted = line("failed", error=True)
    assert "connection refused" in formatted
    assert CANARY not in formatted

    try:
        raise ImproperlyConfigured("SITE_URL is not set")
    except ImproperlyConfigured:
        assert "SITE_URL is not set" in line("failed", error=True)


def test_only_declared_extras_are_written() -> None:
    fields = parsed(line("x", status_code=404, request=CANARY, task="/svar/abc/"))

    assert fields["status_code"] == 404
    assert fields["task"] == "/svar/***/"
    assert "request" not in fields
