"""Phone numbers come in many forms and are stored in one."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from portal.common.phones import (
    format_phone,
    mask_phone,
    may_receive_sms,
    normalise_phone,
    validate_phone,
)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("86123456", "+4586123456"),
        ("86 12 34 56", "+4586123456"),
        ("8612 3456", "+4586123456"),
        ("+45 86 12 34 56", "+4586123456"),
        ("0045 86123456", "+4586123456"),
        ("(+45) 86-12-34-56", "+4586123456"),
        ("８６１２３４５６", "+4586123456"),
        ("+46 70 123 45 67", "+46701234567"),
        ("+298 201234", "+298201234"),
    ],
)
def test_every_way_of_writing_gives_one_number(typed: str, stored: str) -> None:
    assert normalise_phone(typed) == stored
    assert normalise_phone(stored) == stored
    assert normalise_phone(format_phone(stored)) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ring",
        "1234",
        "123456789",
        "00000000x",
        "+45 12",
        "112",
        "86123456 lok. 12",
        "+99912345",
    ],
)
def test_what_cannot_be_rung_is_refused_in_danish(typed: str) -> None:
    with pytest.raises(ValidationError, match="telefonnummer"):
        validate_phone(typed)


@pytest.mark.parametrize("typed", ["00 00 00 12", "+45 00 00 00 12", "00000012", "004500000012"])
def test_invented_numbers_are_accepted_in_the_demo_only(typed: str, settings: Any) -> None:
    settings.DEMO = True
    assert normalise_phone(typed) == "+4500000012"
    assert may_receive_sms("+4500000012")
    assert format_phone("+4500000012") == "00 00 00 12"

    settings.DEMO = False
    with pytest.raises(ValidationError):
        normalise_phone(typed)
    assert not may_receive_sms("+4500000012")


def test_a_masked_number_shows_its_last_two_digits() -> None:
    assert mask_phone("+4586123456") == "•• •• •• 56"
    assert mask_phone("+46701234567") == "+•• •• ••• •• 67"


def test_a_number_that_takes_no_text_message_is_known() -> None:
    assert may_receive_sms("+4520123456")
    assert not may_receive_sms("+4680012345")
