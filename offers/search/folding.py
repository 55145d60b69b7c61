"""How words are compared: å and aa, æ and ae, ø and oe are the same, and accents do not count.

Other scripts stay as they are, so that an Arabic or Ukrainian title can be found by its own
letters.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

from portal.common.text import clean_line

LONGEST_QUERY: Final = 200
LONGEST_WORD: Final = 60

_LETTERS = str.maketrans(
    {"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "y", "ß": "ss"}
)
# Arabic: the article and the soft signs; alef in its forms is one letter.
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": None})
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LATIN = re.compile(r"[a-z0-9]+")


class Word(NamedTuple):
    """A word as written (lower case) and as compared."""

    text: str
    folded: str


def fold(text: str) -> str:
    """'Pårørende' → 'paaroerende', 'Café' → 'cafe'. Letters and digits of every script stay."""
    # NFC first: on a Mac an å may arrive as a and a ring.
    lowered = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    apart = unicodedata.normalize("NFKD", lowered)
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    # Once more: a mathematical or circled capital is a plain capital only now.
    return plain.casefold().translate(_ARABIC)


def words(text: str) -> Iterator[Word]:
    """The words of a text in order. Apostrophes join (`sim'ї`), hyphens part (`type
    1-diabetes`)."""
    for match in _WORD.finditer(unicodedata.normalize("NFC", text)):
        written = match.group().lower()[:LONGEST_WORD]
        folded = fold(written).replace("'", "").replace("’", "")[:LONGEST_WORD]
        if folded:
            yield Word(written, folded)


def clean_query(text: str) -> str:
    """What somebody typed, made safe and short: a longer text is a mistake or an attack."""
    # Cut before cleaning: cleaning 145,000 characters costs more than the search.
    return clean_line(text[: LONGEST_QUERY * 4])[:LONGEST_QUERY].strip()


def is_latin(folded: str) -> bool:
    return _LATIN.fullmatch(folded) is not None
