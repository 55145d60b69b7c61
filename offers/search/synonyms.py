"""Words that mean the same, from an editable table.

The first term of a group is the preferred one. A word finds its preferred term at nearly full weight,
the preferred term finds the others at less, and two others find each other at least: they may be
broader or narrower (KOL, rygerlunger, lungesygdom).
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db import transaction

from offers.models import Synonym
from offers.search.folding import words
from offers.search.stemming import stem
from portal.common.reference_csv import read_rows

REFERENCE: Final = Path(__file__).parent.parent / "reference" / "health_synonyms_da.csv"

TO_PREFERRED: Final = 0.8
FROM_PREFERRED: Final = 0.6
SIDEWAYS: Final = 0.35

Phrase = tuple[str, ...]  # stems in order
_SECONDS_KEPT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way to say it: stems that must all be there, and how much they count."""

    stems: Phrase
    weight: float


class Synonyms:
    """The table by phrase, for one query after the other."""

    def __init__(self, groups: Iterable[tuple[str, Iterable[str]]]) -> None:
        self._by_phrase: dict[Phrase, dict[Phrase, float]] = {}
        for preferred, terms in groups:
            first = phrase_of(preferred)
            others = [phrase for term in terms if (phrase := phrase_of(term)) and phrase != first]
            for other in others:
                self._add(other, first, TO_PREFERRED)
                self._add(first, other, FROM_PREFERRED)
                for third in others:
                    if third != other:
                        self._add(other, third, SIDEWAYS)
        self.longest: int = max(map(len, self._by_phrase), default=1)

    def _add(self, phrase: Phrase, other: Phrase, weight: float) -> None:
        known = self._by_phrase.setdefault(phrase, {})
        known[other] = max(weight, known.get(other, 0.0))

    def __contains__(self, phrase: object) -> bool:
        return phrase in self._by_phrase

    def of(self, phrase: Phrase) -> list[Alternative]:
        found: Mapping[Phrase, float] = self._by_phrase.get(phrase, {})
        return [Alternative(stems, weight) for stems, weight in found.items()]


def phrase_of(text: str) -> Phrase:
    return tuple(stem(word.folded) for word in words(text))


_kept: tuple[float, Synonyms] | None = None


def stored_synonyms() -> Synonyms:
    """The table, read again after a minute, so that an edit shows without a restart."""
    global _kept
    now = time.monotonic()
    if _kept is None or now - _kept[0] > _SECONDS_KEPT:
        _kept = now, Synonyms(Synonym.objects.values_list("preferred", "terms"))
    return _kept[1]


def forget_synonyms() -> None:
    """After the table was changed in this process."""
    global _kept
    _kept = None


@transaction.atomic
def load_synonyms(path: Path = REFERENCE) -> int:
    """Load the file into the table. Groups that an editor has added stay; those of the file are
    written over. Returns the number of groups. Raises `BadReferenceFile`."""
    columns = ("gruppe", "foretrukken_term", "synonymer", "antal")
    groups = []
    for row in read_rows(path, columns, unique=["gruppe"]):
        terms = [term.strip() for term in row.text("synonymer", longest=800).split(";")]
        terms = [term for term in terms if term]
        groups.append(
            Synonym(
                group=row.text("gruppe", longest=20),
                preferred=row.text("foretrukken_term", longest=80),
                terms=terms,
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
