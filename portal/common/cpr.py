"""Finds what looks like a CPR number in free text, to refuse it before it is saved or sent.

A CPR number is six digits of a date and four more. People write it in one piece, with hyphens, dots
or spaces, or in pairs. Since 2007 the check digit may be wrong, so it decides only where a date is
followed by something that may as well be a postcode. The shapes are told apart by how the digits
are grouped: a phone number (8), a CVR number (8), an account, an EAN number and a date with four
digits in its year never fall into them, and a time of day with a dot does not either. Where four
more digits hang on such a date by a hyphen, it is one.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

_DATE_DIGITS = 6
_CPR_DIGITS = 10
_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
# How the ten digits may be grouped; the cut between date and the last four is always a border.
_SHAPES = {
    (10,): "whole",
    (6, 4): "cut",
    (6, 2, 2): "cut",
    (2, 2, 2, 4): "dated",
    (2, 2, 2, 2, 2): "paired",
    (1,) * 10: "spelled",
}
_GROUP = re.compile(r"[0-9]+")
_GAP = re.compile(r" {0,2}(?:-\r?\n|[-./_])? {0,2}")
# Other numbers in one piece of ten digits, which are printed with their name.
_NAMED_OTHERWISE = re.compile(
    r"\b(p-?\.? ?(nummer|nr)|produktionsenhed\w*|konto(nummer|nr)?|isbn)[.: ]*$", re.IGNORECASE
)
_NAME_REACH = 25
_PLACE = re.compile(r" [A-ZÆØÅ][a-zæøå]")
# With all four digits of the year, which only a hyphen tells from other rows of digits.
_WHOLE_YEAR = re.compile(
    r"(?<![0-9])([0-9]{2})[-./ ]?([0-9]{2})[-./ ]?(?:18|19|20)([0-9]{2}) ?- ?([0-9]{4})(?![0-9])"
)
_A_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_REPLACEMENT = re.compile(r"(?<![0-9])([0-9]{6}) ?-? ?[0-9][A-Z]{2}[0-9](?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class CprMatch:
    """Where it stands: `text[start:end]`. `masked` may be shown to the one who wrote it."""

    start: int
    end: int
    masked: str


@dataclass(frozen=True, slots=True)
class _Digits:
    text: str
    start: int
    end: int


def find_cpr_like(text: str) -> list[CprMatch]:
    """Every stretch of `text` that may be a CPR number, from left to right, without overlaps."""
    plain, places = _plain(text)
    found = sorted({*_in_digits(plain), *_with_letters(plain), *_with_whole_year(plain)})
    matches: list[CprMatch] = []
    end_of_last = 0
    for start, end in found:
        if start >= end_of_last:
            matches.append(_match(plain[start:end], places[start], places[end - 1] + 1))
            end_of_last = end
    return matches


def refuse_cpr(text: str) -> None:
    """Raise ValidationError, naming which characters to delete and never the number itself."""
    matches = find_cpr_like(text)
    if not matches:
        return
    places = ", ".join(f"{match.start + 1}-{match.end} ({match.masked})" for match in matches)
    raise ValidationError(
        ngettext(
            "Det ligner et CPR-nummer: tegn %(places)s. Slet det. Skriv aldrig CPR-numre her.",
            "Det ligner CPR-numre: tegn %(places)s. Slet dem. Skriv aldrig CPR-numre her.",
            len(matches),
        ),
        code="cpr",
        params={"places": places},
    )


def validate_no_cpr(value: object) -> None:
    """`refuse_cpr` as a validator for a form or model field."""
    refuse_cpr(str(value))


def _plain(text: str) -> tuple[str, list[int]]:
    """The text with one kind of digit, hyphen and space, and where each character stood."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        plain = letter
        if not letter.isascii():
            digit = unicodedata.digit(letter, None)
            category = unicodedata.category(letter)
            if digit is not None:
                plain = str(digit)
            elif category == "Pd" or letter in "\N{MINUS SIGN}\N{HYPHEN BULLET}\N{SOFT HYPHEN}":
                plain = "-"
            elif category == "Zs":
                plain = " "
            elif letter in "·•․。．":
                plain = "."
            elif category in {"Cf", "Mn"}:  # zero width: invisible to the reader, so to us
                continue
        elif letter == "\t":
            plain = " "
        letters.append(plain)
        places.append(place)
    return "".join(letters), places


def _in_digits(text: str) -> Iterator[tuple[int, int]]:
    groups = [_Digits(hit[0], hit.start(), hit.end()) for hit in _GROUP.finditer(text)]
    gaps = [text[one.end : two.start] for one, two in pairwise(groups)]
    for first in range(len(groups)):
        total = 0
        for last in range(first, len(groups)):
            if last > first and not _GAP.fullmatch(gaps[last - 1]):
                break
            total += len(groups[last].text)
            if total < _CPR_DIGITS:
                continue
            if total == _CPR_DIGITS:
                window = groups[first : last + 1]
                # Spaces on either side say that this is a piece of a longer row of digits.
                around = (gaps[first - 1] if first else "", *gaps[last : last + 1])
                in_row = any(gap in {" ", "  "} for gap in around)
                if _looks_like_cpr(text, window, gaps[first:last], in_row):
                    yield window[0].start, window[-1].end
            break


def _with_whole_year(text: str) -> Iterator[tuple[int, int]]:
    """»01011990-1234« and »01-01-1990-1234«; »01.01.2024-2025« is a period."""
    for hit in _WHOLE_YEAR.finditer(text):
        day, month, year, last = hit.groups()
        if _is_date(day + month + year) and not _A_YEAR.fullmatch(last):
            yield hit.start(), hit.end()


def _looks_like_cpr(text: str, window: list[_Digits], gaps: list[str], in_row: bool) -> bool:
    shape = _SHAPES.get(tuple(len(group.text) for group in window))
    digits = "".join(group.text for group in window)
    start, end = window[0].start, window[-1].end
    if shape is None or not _is_date(digits[:_DATE_DIGITS]) or text[start - 1 : start] == "+":
        return False
    match shape:
        case "whole":
            return not _NAMED_OTHERWISE.search(text[max(0, start - _NAME_REACH) : start])
        case "cut":
            # »010226 14.30« is a date and a time of day.
            return gaps[1:] in ([], [" "])
        case "spelled":
            return not in_row
        case _:
            return _pairs_look_like_cpr(text[end:], digits, gaps, in_row)


def _pairs_look_like_cpr(after: str, digits: str, gaps: list[str], in_row: bool) -> bool:
    """Judge 01 02 03 1234 and 01 02 03 12 34, the shapes nearest to dates and phone numbers."""
    inner, cut, rest = gaps[0], gaps[2], gaps[3:]
    if gaps[1] != inner:
        return False
    if "-" in cut and inner != cut:
        return not rest or rest == [inner] == [" "]
    if in_row:
        return False
    if rest:
        return cut == inner == rest[0]
    # »24.12.26 8000 Aarhus« is a date and a postcode far more often than a person.
    return cut == inner or not _PLACE.match(after) or _check_digit_fits(digits)


def _with_letters(text: str) -> Iterator[tuple[int, int]]:
    """Replacement numbers of the hospitals, such as 010190-4AB1."""
    for hit in _REPLACEMENT.finditer(text):
        if _is_date(hit[1]):
            yield hit.span()


def _is_date(digits: str) -> bool:
    """A day that has existed, of any century. Replacement numbers add 60 to the day."""
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    day -= 60 if day > 60 else 0
    if not 1 <= month <= 12:
        return False
    longest = 30 if month in {4, 6, 9, 11} else 31
    if month == 2:
        longest = 28 if year % 4 else 29
    return 1 <= day <= longest


def _check_digit_fits(digits: str) -> bool:
    return (
        sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11 == 0
    )


def _match(plain: str, start: int, end: int) -> CprMatch:
    hidden = len(plain)
    for _ in range(2):
        hidden = max(place for place in range(hidden) if plain[place].isalnum())
    masked = "".join("•" if letter.isalnum() else letter for letter in plain[:hidden])
    return CprMatch(start, end, masked + plain[hidden:])
