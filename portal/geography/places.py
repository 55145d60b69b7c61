"""The search field *sted*: what a person types, to a point and a set of municipalities.

Postal code, municipality (name, short name or code) or town. What is not known, or could be two
different towns, is None: a wrong place is worse than a question.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from portal.common.sorting import danish_sort_key
from portal.geography.folding import fold
from portal.geography.models import Municipality, PostalCode

# The longest name is under 40 characters. More is a mistake or an attack, and costs nothing here.
LONGEST = 80
# A municipality's code as spreadsheets leave it.
_WITHOUT_ZERO = re.compile(r"[1-9][0-9]{2}", re.ASCII)
_FOUR_DIGITS = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")


@dataclass(frozen=True, slots=True)
class Place:
    label: str
    # The primary one first. A postal code may lie in up to six.
    municipality_codes: tuple[str, ...]
    latitude: float
    longitude: float
    postal_code: str | None
    municipality_code: str


def resolve_place(text: str) -> Place | None:
    """At most two statements, none for text that cannot be a place."""
    if len(text) > LONGEST:
        return None
    if _WITHOUT_ZERO.fullmatch(text.strip()):
        return _municipality_by_code(f"0{text.strip()}")
    numbers = _FOUR_DIGITS.findall(text)
    if len(numbers) > 1:
        return None
    if numbers:
        # Municipality codes begin with 0, postal codes do not.
        by_code = _municipality_by_code if numbers[0].startswith("0") else _postal_code
        return by_code(numbers[0])
    key = fold(text)
    if len(key) < 2 or any(character.isdigit() for character in key):
        return None
    return _municipality_by_name(key) or _town(key)


def suggest_places(prefix: str, limit: int = 10) -> list[str]:
    """For the field's list of suggestions. Each resolves to the place that it names."""
    key = fold(prefix)
    if not key or len(prefix) > LONGEST or limit < 1:
        return []
    if key.isdigit():
        codes = PostalCode.objects.filter(code__startswith=key).order_by("code")[:limit]
        return [str(postal_code) for postal_code in codes]
    municipalities: list[str] = []
    municipality_keys: set[str] = set()
    for full_name, keys in Municipality.objects.values_list("full_name", "search_keys"):
        municipality_keys.update(keys)
        if any(known.startswith(key) for known in keys):
            municipalities.append(full_name)
    towns: dict[str, list[str]] = {}
    for code, name, keys in PostalCode.objects.values_list("code", "name", "search_keys"):
        if any(known.startswith(key) for known in keys):
            towns.setdefault(name, []).append(code)
    by_name = [
        # A town with 240 codes is one suggestion, unless its name already means the municipality.
        f"{codes[0]} {name}" if len(codes) == 1 else name
        for name, codes in sorted(towns.items(), key=lambda town: danish_sort_key(town[0]))
        if len(codes) == 1 or fold(name) not in municipality_keys
    ]
    return [*sorted(municipalities, key=danish_sort_key), *by_name][:limit]


def _municipality_by_code(code: str) -> Place | None:
    municipality = Municipality.objects.filter(code=code).first()
    return _of_municipality(municipality) if municipality else None


def _municipality_by_name(key: str) -> Place | None:
    found = list(Municipality.objects.filter(search_keys__contains=[key])[:2])
    return _of_municipality(found[0]) if len(found) == 1 else None


def _of_municipality(municipality: Municipality) -> Place:
    return Place(
        label=municipality.full_name,
        municipality_codes=(municipality.code,),
        latitude=municipality.latitude,
        longitude=municipality.longitude,
        postal_code=None,
        municipality_code=municipality.code,
    )


def _postal_code(code: str) -> Place | None:
    found = PostalCode.objects.filter(code=code).first()
    return _of_postal_codes([found]) if found else None


def _town(key: str) -> Place | None:
    found = list(PostalCode.objects.filter(search_keys__contains=[key]).order_by("code"))
    exact = [postal_code for postal_code in found if fold(postal_code.name) == key]
    found = exact or found
    return _of_postal_codes(found) if len({row.name for row in found}) == 1 else None


def _of_postal_codes(found: Sequence[PostalCode]) -> Place:
    first = found[0]
    one = len(found) == 1
    codes = tuple(dict.fromkeys(code for row in found for code in row.municipality_codes))
    return Place(
        label=str(first) if one else first.name,
        municipality_codes=codes,
        latitude=first.latitude,
        longitude=first.longitude,
        postal_code=first.code if one else None,
        municipality_code=codes[0],
    )
