"""Words that mean the same, from an editable table.

The first term of a group is the preferred one. A word finds its preferred term at nearly full
weight, the preferred term finds the others at less, and two others find each other at least: they
may be broader or narrower (KOL, rygerlunger, lungesygdom).
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db import transaction

from offers.models import Synonym
from offers.search.folding import words
from offers.search.stemming import stem
from offers.search.stopwords import STOPWORDS
from portal.common.reference_csv import read_rows

_REFERENCE: Final = Path(__file__).parent.parent / "reference"
# Words of the health service, and how people say it at home. Both are own work.
FILES: Final = (_REFERENCE / "health_synonyms_da.csv", _REFERENCE / "everyday_words_da.csv")

TO_PREFERRED: Final = 0.8
FROM_PREFERRED: Final = 0.6
SIDEWAYS: Final = 0.35

# Groups whose code begins so are how people say it at home: a way in, never a way to read an offer.
ONE_WAY: Final = "e"

Phrase = tuple[str, ...]  # stems in order
_SECONDS_KEPT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way to say it: stems that must all be there, and how much they count."""

    stems: Phrase
    weight: float


class Synonyms:
    """The table by phrase, for one query after the other."""

    def __init__(self, groups: Iterable[tuple[str, str, Iterable[str]]]) -> None:
        self._by_phrase: dict[Phrase, dict[Phrase, float]] = {}
        for group, preferred, terms in groups:
            others = [term for term in terms if phrase_of(term) != phrase_of(preferred)]
            for other in others:
                self._add(other, preferred, TO_PREFERRED)
                if group.startswith(ONE_WAY):
                    continue
                self._add(preferred, other, FROM_PREFERRED)
                for third in others:
                    if third != other:
                        self._add(other, third, SIDEWAYS)
        self.longest: int = max(map(len, self._by_phrase), default=1)

    def _add(self, typed: str, other: str, weight: float) -> None:
        known = self._by_phrase.setdefault(phrase_of(typed), {})
        said = said_of(other)
        known[said] = max(weight, known.get(said, 0.0))

    def __contains__(self, phrase: object) -> bool:
        return phrase in self._by_phrase

    def of(self, phrase: Phrase) -> list[Alternative]:
        found: Mapping[Phrase, float] = self._by_phrase.get(phrase, {})
        return [Alternative(stems, weight) for stems, weight in found.items()]


def phrase_of(text: str) -> Phrase:
    """As it is typed, small words and all: `tør ikke gå ud`."""
    return tuple(stem(word.folded) for word in words(text))


def said_of(text: str) -> Phrase:
    """As an offer holds it, without the small words, which are not indexed."""
    return tuple(stem(word.folded) for word in words(text) if word.folded not in STOPWORDS)


_kept: tuple[float, Synonyms] | None = None


def stored_synonyms() -> Synonyms:
    """The table, read again after a minute, so that an edit shows without a restart."""
    global _kept
    now = time.monotonic()
    if _kept is None or now - _kept[0] > _SECONDS_KEPT:
        _kept = now, Synonyms(Synonym.objects.values_list("group", "preferred", "terms"))
    return _kept[1]


def forget_synonyms() -> None:
    """After the table was changed in this process."""
    global _kept
    _kept = None


@transaction.atomic
def load_synonyms(files: Sequence[Path] = FILES) -> int:
    """Load the files into the table. Groups that an editor has added stay; those of the files are
    written over. Returns the number of groups. Raises `BadReferenceFile`."""
    columns = ("gruppe", "foretrukken_term", "synonymer", "antal")
    groups = []
    for path in files:
        for row in read_rows(path, columns, unique=["gruppe"]):
            terms = [term.strip() for term in row.text("synonymer", longest=800).split(";")]
            groups.append(
                Synonym(
                    group=row.text("gruppe", longest=20),
                    preferred=row.text("foretrukken_term", longest=80),
                    terms=[term for term in terms if term],
                )
            )
    Synonym.objects.bulk_create(
        groups,
        update_conflicts=True,
        unique_fields=["group"],
        update_fields=["preferred", "terms"],
    )
    forget_synonyms()
    return len(groups)
