"""Phone numbers: stored as E.164 (`+4586123456`), shown as Danes write them.

Danish is assumed when no country is given. The demo's invented numbers, `00 00 00 xx`, are nobody's
and not valid anywhere; they are accepted, as `+45000000xx`, only where `settings.DEMO` is on.
"""

import re

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_HOME = "DK"
_DEMO = re.compile(r"(?:(?:\+|00)45)?(0{6}[0-9]{2})")
_FILLING = re.compile(r"[\s().\-/\u00a0\u2010-\u2015\u202f]+")


def normalise_phone(text: str) -> str:
    """The number as E.164. Raises ValidationError with a Danish sentence when it cannot be rung."""
    demo = _DEMO.fullmatch(_FILLING.sub("", text)) if settings.DEMO else None
    if demo:
        return f"+45{demo[1]}"
    try:
        number = phonenumbers.parse(text, _HOME)
    except phonenumbers.NumberParseException as error:
        raise _refusal() from error
    # An extension is not part of E.164 and would be lost without a word.
    if number.extension or not phonenumbers.is_valid_number(number):
        raise _refusal()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def validate_phone(value: object) -> None:
    """`normalise_phone` as a validator for a form or model field."""
    normalise_phone(str(value))


def format_phone(number: str) -> str:
    """`86 12 34 56` for a Danish number in E.164, `+46 70 123 45 67` for another."""
    digits = number.removeprefix("+45")
    if digits != number and len(digits) == 8:
        return " ".join(digits[place : place + 2] for place in range(0, 8, 2))
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def mask_phone(number: str) -> str:
    """`•• •• •• 56`: enough for the owner to know the number, not enough for others to ring it."""
    shown = format_phone(number)
    return re.sub(r"[0-9]", "•", shown[:-2]) + shown[-2:]


def may_receive_sms(number: str) -> bool:
    """Whether a text message can reach it. Danish numbers do not say whether they are mobile."""
    if settings.DEMO and _DEMO.fullmatch(number):
        return True
    kind = phonenumbers.number_type(phonenumbers.parse(number))
    return kind in {
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }


def _refusal() -> ValidationError:
    return ValidationError(
        _("Det er ikke et telefonnummer, vi kan ringe til. Skriv otte tal, eller begynd med +."),
        code="phone",
    )
