"""The closed vocabularies of offers and referrals, read once from `offers/reference/`.

Codes are stored and never change; labels may. They are code, not rows: a new term is reviewed, and
a form, a facet and an export cannot disagree. Both languages stand in the file, so the catalogue
needs no entry for them; `label` follows the reader's language.

    CATEGORIES["netvaerk"].label        # 'Netværksaktiviteter', or 'Networking activities'
    CATEGORIES.choices()                # for a form field: pass the method, not its result
    CATEGORIES.labels(["netvaerk"])     # for a page; unknown codes are shown as they are
    CATEGORIES.check(codes)             # raises KeyError for a code that is not in the vocabulary
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, TypeVar, cast

from django.utils.translation import get_language

from portal.common.reference_csv import Row, read_rows

REFERENCE = Path(__file__).parent / "reference"
_CODE = r"[A-Za-z0-9]+([-+][A-Za-z0-9]*)*"


@dataclass(frozen=True, slots=True)
class Term:
    code: str
    label_da: str
    label_en: str

    @property
    def label(self) -> str:
        return self.label_en if (get_language() or "da").startswith("en") else self.label_da

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True)
class TargetGroup(Term):
    dimension: str


@dataclass(frozen=True, slots=True)
class Language(Term):
    """`native` is what the language calls itself: its readers look for that. Own work."""

    native: str
    direction: Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class AgeBand(Term):
    """Never an exact age. `last` is None for the open end."""

    first: int
    last: int | None


T = TypeVar("T", bound=Term)


class Vocabulary(Mapping[str, T], Generic[T]):
    """Terms by code, in the order of their file."""

    def __init__(self, name: str, terms: Iterable[T]) -> None:
        self.name = name
        self._terms = {term.code: term for term in terms}

    def __getitem__(self, code: str) -> T:
        return self._terms[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._terms)

    def __len__(self) -> int:
        return len(self._terms)

    def __repr__(self) -> str:
        return f"<Vocabulary {self.name}: {len(self)} terms>"

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._terms)

    def choices(self) -> list[tuple[str, str]]:
        return [(term.code, term.label) for term in self._terms.values()]

    def label(self, code: str) -> str:
        """The code itself where the term is gone, so that old rows can still be shown."""
        term = self._terms.get(code)
        return term.label if term else code

    def labels(self, codes: Iterable[str]) -> list[str]:
        return [self.label(code) for code in codes]

    def unknown(self, codes: Iterable[str]) -> list[str]:
        return [code for code in codes if code not in self._terms]

    def check(self, codes: Iterable[str]) -> list[str]:
        """The codes in the vocabulary's order and each once."""
        wanted = set(codes)
        if unknown := sorted(wanted - self._terms.keys()):
            raise KeyError(f"{self.name}: {', '.join(unknown)}")
        return [code for code in self._terms if code in wanted]


def _read(name: str, extra: tuple[str, ...], make: Callable[[Row, Term], T]) -> Vocabulary[T]:
    columns = ("kode", "label_da", "label_en", *extra)
    rows = read_rows(REFERENCE / f"{name}.csv", columns, unique=["kode"])
    return Vocabulary(name, [make(row, _term(row)) for row in rows])


def _term(row: Row) -> Term:
    code = row.matching("kode", _CODE, "a-z, 0-9, -")
    return Term(code, row.text("label_da", longest=80), row.text("label_en", longest=80))


def _plain(row: Row, term: Term) -> Term:
    return term


def _target_group(row: Row, term: Term) -> TargetGroup:
    dimension = row.one_of("dimension", DIMENSIONS)
    return TargetGroup(term.code, term.label_da, term.label_en, dimension)


def _language(row: Row, term: Term) -> Language:
    direction = cast(Literal["ltr", "rtl"], row.one_of("retning", ("ltr", "rtl")))
    return Language(
        term.code, term.label_da, term.label_en, row.text("eget_navn", longest=40), direction
    )


# What a target group is a group *by*. The filters are grouped by it.
DIMENSIONS: Vocabulary[Term] = Vocabulary(
    "dimensioner",
    [
        Term("rolle", "Rolle", "Role"),
        Term("alder", "Alder", "Age"),
        Term("livssituation", "Livssituation", "Situation in life"),
        Term("koen", "Køn", "Gender"),
        Term("adfaerd", "Vaner", "Habits"),
        Term("forloeb", "Forløb", "Course of treatment"),
        Term("sygdom", "Sygdom eller handicap", "Illness or disability"),
    ],
)

CATEGORIES = _read("tilbudskategorier", ("kilde", "seed_id"), _plain)
TARGET_GROUPS = _read("maalgrupper", ("dimension", "kilde"), _target_group)
FORMS = _read("tilbudsformer", ("kilde",), _plain)
PARTICIPATION = _read("deltagelsesformer", (), _plain)
LANGUAGES = _read("sprog", ("eget_navn", "retning"), _language)
ACCESSIBILITY = _read("tilgaengelighed", (), _plain)
# Letters of ICPC-2 with labels of our own: the titles of the classification are not free.
ICPC_CHAPTERS = _read("icpc2_kapitler", (), _plain)

AGE_BANDS: Vocabulary[AgeBand] = Vocabulary(
    "aldersgrupper",
    [
        AgeBand(f"{first}-{last}", f"{first}-{last} år", f"{first}-{last} years", first, last)
        for first, last in ((0, 14), (15, 29), (30, 49), (50, 64), (65, 79))
    ]
    + [AgeBand("80+", "80 år og derover", "80 years and over", 80, None)],
)


def target_groups_by_dimension() -> dict[str, list[TargetGroup]]:
    """In the order of `DIMENSIONS`; for grouped filters and `<optgroup>`."""
    return {
        dimension: [group for group in TARGET_GROUPS.values() if group.dimension == dimension]
        for dimension in DIMENSIONS
    }
