"""LIX, the Danish readability number: words per sentence plus the share of words over six letters.

Under 25 is a children's book, 35 the most we allow in labels and help, 45 a newspaper.
"""

import re
from collections.abc import Iterable

LIMIT = 35
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?:]+(?=\s|$|[»«\"”)])|\n+")
_LONG = 6


def lix(text: str) -> int:
    """The LIX number, rounded; 0 for a text without words."""
    words = _WORD.findall(text)
    if not words:
        return 0
    sentences = sum(1 for part in _SENTENCE_END.split(text) if _WORD.search(part))
    long_words = sum(len(word) > _LONG for word in words)
    return round(len(words) / sentences + 100 * long_words / len(words))


def hard_texts(
    texts: Iterable[str], *, limit: int = LIMIT, from_words: int = 10
) -> list[tuple[int, str]]:
    """The texts above the limit, hardest first, for a test that wants an empty list.

    LIX means little for a few words (»Samarbejdsaftale« alone has 101), so shorter texts are passed
    over one by one; measure them together, joined by line ends, with `lix`.
    """
    found = [(lix(text), text) for text in texts if len(_WORD.findall(text)) >= from_words]
    return sorted((pair for pair in found if pair[0] > limit), reverse=True)
