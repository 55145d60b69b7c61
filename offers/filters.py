"""What a search can be narrowed by. One table drives the page, the address, the counts and the
SQL."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, Protocol

from django.http import QueryDict
from django.utils.translation import get_language, gettext

from offers.vocabularies import (
    ACCESSIBILITY,
    CATEGORIES,
    FORMS,
    LANGUAGES,
    TARGET_GROUPS,
)


class _Multi(Protocol):
    def getlist(self, key: str, /) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Group:
    """One group of filters. In an `any_of` group one of the chosen is enough, else all are
    wanted."""

    name: str  # in the address
    label: str
    options: tuple[tuple[str, str], ...]
    any_of: bool

    @property
    def values(self) -> frozenset[str]:
        return frozenset(value for value, _label in self.options)


# Offers that are both met and digital count under each of the two.
_FORMS_SHOWN: Final = tuple(code for code in FORMS if code != "hybrid")
BOTH_FORMS: Final = "hybrid"
BOTH_FORMS_ARE: Final = ("fysisk", "digital")

STATUS: Final = "status"
HELP: Final = "hjaelp"
HOW: Final = "hvordan"
WHOM: Final = "hvem"
PRICE: Final = "pris"
LANGUAGE: Final = "sprog"
ACCESS: Final = "adgang"


def groups() -> tuple[Group, ...]:
    """In the reader's language. Made once for each, as every search asks several times."""
    return _groups_in(get_language() or "da")


@cache
def _groups_in(language: str) -> tuple[Group, ...]:
    def of(vocabulary: Mapping[str, object], codes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        return tuple((code, str(vocabulary[code])) for code in codes)

    return (
        Group(
            STATUS,
            gettext("Status"),
            (
                ("plads", gettext("Har plads nu")),
                ("bekraeftet", gettext("Bekræftet for nylig")),
                ("svarer", gettext("Svarer inden 3 dage")),
            ),
            any_of=False,
        ),
        Group(HELP, gettext("Slags hjælp"), of(CATEGORIES, CATEGORIES.codes), any_of=True),
        Group(HOW, gettext("Hvordan"), of(FORMS, _FORMS_SHOWN), any_of=True),
        Group(PRICE, gettext("Pris"), (("gratis", gettext("Gratis")),), any_of=False),
        Group(WHOM, gettext("Til hvem"), of(TARGET_GROUPS, TARGET_GROUPS.codes), any_of=True),
        Group(LANGUAGE, gettext("Sprog"), of(LANGUAGES, LANGUAGES.codes), any_of=True),
        Group(ACCESS, gettext("Adgang"), of(ACCESSIBILITY, ACCESSIBILITY.codes), any_of=False),
    )


NAMES: Final = (STATUS, HELP, HOW, PRICE, WHOM, LANGUAGE, ACCESS)


@dataclass(frozen=True, slots=True)
class Filters:
    """What is chosen, by group. Only values that exist; anything else in an address is ignored."""

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def from_address(cls, params: QueryDict | _Multi) -> "Filters":
        chosen: dict[str, tuple[str, ...]] = {}
        for group in groups():
            asked = set(params.getlist(group.name))
            kept = tuple(value for value, _label in group.options if value in asked)
            if kept:
                chosen[group.name] = kept
        return cls(chosen)

    def __bool__(self) -> bool:
        return bool(self.chosen)

    def __len__(self) -> int:
        return sum(map(len, self.chosen.values()))

    def of(self, name: str) -> tuple[str, ...]:
        return self.chosen.get(name, ())

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for name in NAMES:
            for value in self.of(name):
                yield name, value

    def without(self, name: str, value: str) -> "Filters":
        rest = {n: tuple(v for v in vs if (n, v) != (name, value)) for n, vs in self.chosen.items()}
        return Filters({n: vs for n, vs in rest.items() if vs})


NO_FILTERS: Final = Filters()
