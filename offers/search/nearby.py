"""A place named among the words: »gåtur i Sønderborg«, »værested Viborg«.

Used only where the field for the place is empty. A town that is also a common word (Ringe, Vejen)
is a place only after a preposition or with a capital letter; a wrong place is worse than none.
"""

from collections.abc import Iterator

from django.db import connection

from offers.search.folding import words
from offers.search.stopwords import BEFORE_PLACE, STOPWORDS
from portal.geography.places import Place, resolve_place

# Towns whose names people write with another meaning far more often.
_COMMON_WORDS = frozenset({"vejen", "ringe", "mors", "have", "lem", "skade", "vig", "ans", "aars"})


def place_among(text: str) -> tuple[Place | None, frozenset[str]]:
    """The place and the folded words that name it. One statement for ordinary text, three at
    most."""
    candidates = list(dict.fromkeys(_candidates(text)))
    if not candidates:
        return None, frozenset()
    known = _known_names(candidates)
    for name in candidates:
        if name in known and (place := resolve_place(name)):
            return place, frozenset(name.split())
    return None, frozenset()


def _candidates(text: str) -> Iterator[str]:
    """Words that could be a place, two together first ("nykøbing falster")."""
    row = list(words(text))
    # The first word of a sentence has a capital whatever it is, unless it is all there is.
    later = text.split()[1:] or text.split()
    capital = {word.folded for word in words(" ".join(w for w in later if w[:1].isupper()))}
    for at, word in enumerate(row):
        if word.folded in STOPWORDS or len(word.folded) < 3:
            continue
        if at + 1 < len(row) and row[at + 1].folded not in STOPWORDS:
            yield f"{word.folded} {row[at + 1].folded}"
    for at, word in enumerate(row):
        if word.folded in STOPWORDS or len(word.folded) < 3 or word.folded.isdigit():
            continue
        after_preposition = at > 0 and row[at - 1].folded in BEFORE_PLACE
        if word.folded in _COMMON_WORDS and not (after_preposition or word.folded in capital):
            continue
        yield word.folded


def _known_names(names: list[str]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT key FROM (
                SELECT unnest(search_keys) AS key FROM geography_municipality
                WHERE search_keys && %s::varchar[]
                UNION SELECT unnest(search_keys) FROM geography_postalcode
                WHERE search_keys && %s::varchar[]
            ) AS known WHERE key = ANY(%s)
            """,
            [names, names, names],
        )
        return {key for (key,) in cursor.fetchall()}
