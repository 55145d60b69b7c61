"""What one offer says, as weighted words for `SearchRow.words`.

Weights: A what it is called · B what it is about and says first, whom it is for, who runs it, other
languages, and the parts of the compounds in A · C the description, and the parts of the compounds
in B · D places, coverage, practical labels, and the parts of the compounds in C.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from offers.models import Offer
from offers.search.folding import words
from offers.search.stemming import stem
from offers.search.stopwords import STOPWORDS
from offers.vocabularies import (
    ACCESSIBILITY,
    CATEGORIES,
    FORMS,
    ICPC_CHAPTERS,
    LANGUAGES,
    PARTICIPATION,
    TARGET_GROUPS,
    Term,
    Vocabulary,
)

# Parts of a folded compound, none where it is no compound.
Splitter = Callable[[str], Iterable[str]]
T = TypeVar("T", bound=Term)
_PART_WEIGHT: Final = {"A": "B", "B": "C", "C": "D"}
_ORDER: Final = "ABCD"


def split_nothing(word: str) -> Iterable[str]:
    return ()


@dataclass(slots=True)
class Document:
    """Stems with the weights under which they occur, and the spellings people could mean."""

    stems: dict[str, set[str]] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)  # as written → folded

    def as_tsvector(self) -> str:
        """PostgreSQL's own notation. One position for each weight is all that ranking asks for."""
        return " ".join(
            f"'{lexeme}':" + ",".join(f"{_ORDER.index(w) + 1}{w}" for w in sorted(weights))
            for lexeme, weights in sorted(self.stems.items())
        )


def document_of(offer: Offer, areas: Iterable[str], split: Splitter) -> Document:
    """`areas` are the names of the municipalities that the offer covers, where it covers some only.

    Reads `organisation__parent`, `template`, `locations__municipality` and `translations`.
    """
    built = Document()
    parent = offer.organisation.parent
    translated = [f"{text.title}. {text.summary}" for text in offer.translations.all()]
    not_danish = [code for code in offer.languages if code != "da"]
    fields: list[tuple[str, Iterable[str]]] = [
        ("A", [offer.title]),
        ("B", [*offer.conditions, offer.shown_summary, offer.organisation.name, *translated]),
        ("B", _labels(TARGET_GROUPS, offer.target_groups)),
        ("B", _labels(LANGUAGES, not_danish)),
        ("B", [LANGUAGES[code].native for code in not_danish if code in LANGUAGES]),
        ("C", [offer.shown_description, parent.name if parent else ""]),
        ("C", _labels(CATEGORIES, [offer.category])),
        ("C", _labels(FORMS, [offer.mode])),
    ]
    for weight, texts in fields:
        _add(built, weight, texts, split)
    for place in offer.locations.all():
        near = [place.name, place.town, place.municipality.name]
        _add(built, "C", near, split_nothing)
    # In Danish alone: »near public transport« would make every bus stop a transport scheme.
    practical = [
        *areas,
        *ACCESSIBILITY.labels(offer.accessibility),
        *PARTICIPATION.labels(offer.participation),
        *ICPC_CHAPTERS.labels(offer.icpc_chapters),
    ]
    _add(built, "D", practical, split_nothing)
    return built


def _labels(vocabulary: Vocabulary[T], codes: Iterable[str]) -> list[str]:
    """Danish and English, whatever the language of whoever indexes."""
    known = [vocabulary[code] for code in codes if code in vocabulary]
    return [f"{term.label_da} {term.label_en}" for term in known]


def _add(built: Document, weight: str, texts: Iterable[str], split: Splitter) -> None:
    part_weight = _PART_WEIGHT.get(weight, "")
    for text in texts:
        for written, folded in words(text):
            if folded in STOPWORDS:
                continue
            built.spellings.setdefault(written, folded)
            built.stems.setdefault(stem(folded), set()).add(weight)
            if not part_weight:
                continue
            for part in split(folded):
                if part not in STOPWORDS:
                    built.stems.setdefault(stem(part), set()).add(part_weight)
