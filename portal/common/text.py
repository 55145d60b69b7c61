"""Text from outside, made safe to store and compare. Folding for search lives in offers/search."""

import re
import unicodedata

_LINE_ENDS = re.compile(r"\r\n?|[\u000b\u000c\u0085\u2028\u2029]")
# Overrides can make a text read other than it is stored; isolates and marks are left in peace.
_OVERRIDES = "\u202d\u202e"
_SPACE = re.compile(r"\s+")


def clean_text(text: str) -> str:
    """NFC, `\\n` as line end, no control characters, nothing PostgreSQL or XML would refuse.

    Letters, marks and emoji of every script stay as they are written. White space around the text
    goes.
    """
    text = _LINE_ENDS.sub("\n", text)
    kept = "".join(letter for letter in text if letter in "\n\t" or not _is_unwanted(letter))
    return unicodedata.normalize("NFC", kept).strip()


def clean_line(text: str) -> str:
    """`clean_text` for a field of one line: every run of white space becomes one space."""
    return _SPACE.sub(" ", clean_text(text)).strip()


def _is_unwanted(letter: str) -> bool:
    # Cc: control characters with NUL; Cs: lone surrogates, which UTF-8 cannot hold.
    is_non_character = ord(letter) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(letter) <= 0xFDEF
    return unicodedata.category(letter) in {"Cc", "Cs"} or is_non_character or letter in _OVERRIDES
