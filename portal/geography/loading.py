"""Loads the reference files in `reference/`. Idempotent: a second run changes no row.

All files are read and checked before the first statement, and all of it is one transaction, so a
bad file changes nothing. The number of statements does not depend on the number of rows.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from portal.common.reference_csv import Row, read_rows
from portal.geography.folding import search_keys
from portal.geography.models import (
    OUTSIDE_ANY_MUNICIPALITY,
    AreaMembership,
    CoordinateSource,
    HealthCouncil,
    Municipality,
    PostalCode,
    PostalCodeMunicipality,
    Region,
)

REFERENCE = Path(__file__).parent / "reference"

# Names that people use and no register holds.
OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "0101": ("Copenhagen", "Kbh", "Københavns"),
    "0169": ("Taastrup", "Tåstrup"),
    "0400": ("Bornholms",),
    "0480": ("Nordfyn",),
    "0751": ("Århus",),
    "0773": ("Mors",),
    "0820": ("Vesthimmerland",),
}

# PostNord shortens the part of the country to one or two letters.
PARTS_OF_COUNTRY = {"F": "Falster", "J": "Jylland", "L": "Lolland", "M": "Mors", "Sj": "Sjælland"}
# Leaving these away is how people speak: 'Ans By' is Ans. Where two towns are left with one name,
# the place is a question and not an answer ('Nykøbing').
SPOKEN_WITHOUT = frozenset(
    {*PARTS_OF_COUNTRY, "Sjælland", "Fyn", "Thy", "Ærø", "By", "St"}
    | {"C", "K", "N", "NV", "NØ", "S", "SV", "SØ", "V", "Ø", "Øst"}
)

KINDS = {"region", "sundhedsraad"}
POINT_FROM = {"postnummer": CoordinateSource.POSTAL_CODE, "kommune": CoordinateSource.MUNICIPALITY}
# Everything Danish lies in here; a point outside is a mix-up of the two columns.
LATITUDES = {"lowest": 54.4, "highest": 58.0}
LONGITUDES = {"lowest": 7.9, "highest": 15.4}

_LOCK = 7_430_001  # two loaders at once wait for each other


@dataclass(frozen=True, slots=True)
class Files:
    """The checked content of the folder, as field values."""

    regions: list[dict[str, Any]]
    councils: list[dict[str, Any]]
    municipalities: list[dict[str, Any]]
    memberships: list[dict[str, Any]]
    postal_codes: list[dict[str, Any]]


def load_geography(folder: Path = REFERENCE) -> dict[str, int]:
    """Number of rows added, changed or removed per table. Raises `BadReferenceFile`."""
    files = read_files(folder)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        changed: dict[str, int] = {}

        region_ids, changed["regions"] = _upsert(Region, files.regions, key="slug")
        for council in files.councils:
            council["region_id"] = region_ids[council.pop("region")]
        council_ids, changed["health_councils"] = _upsert(HealthCouncil, files.councils, key="slug")
        municipality_ids, changed["municipalities"] = _upsert(
            Municipality, files.municipalities, key="code"
        )
        changed["area_memberships"] = _replace(
            AreaMembership,
            [
                {
                    "municipality_id": municipality_ids[row["municipality"]],
                    "region_id": region_ids[row["region"]] if row["region"] else None,
                    "health_council_id": council_ids[row["council"]] if row["council"] else None,
                    "valid": row["valid"],
                }
                for row in files.memberships
            ],
        )
        postal_code_ids, changed["postal_codes"] = _upsert(
            PostalCode, files.postal_codes, key="code"
        )
        changed["postal_code_municipalities"] = _replace(
            PostalCodeMunicipality,
            [
                {
                    "postal_code_id": postal_code_ids[row["code"]],
                    "municipality_id": municipality_ids[area],
                    "is_primary": area == row["area_codes"][0],
                }
                for row in files.postal_codes
                for area in row["area_codes"]
                if area in municipality_ids
            ],
        )
    return changed


def read_files(folder: Path) -> Files:
    regions = _read_regions(folder)
    region_slugs = {row["slug"] for row in regions}
    councils = _read_councils(folder, region_slugs)
    municipalities = _read_municipalities(folder)
    codes = {row["code"] for row in municipalities}
    memberships = _read_memberships(
        folder,
        codes=codes,
        regions={row["slug"]: row["valid"] for row in regions},
        councils={row["slug"] for row in councils},
    )
    return Files(regions, councils, municipalities, memberships, _read_postal_codes(folder, codes))


def _read_regions(folder: Path) -> list[dict[str, Any]]:
    columns = ("slug", "kode", "iso", "navn", "gyldig_fra", "gyldig_til")
    return [
        {
            "slug": row.slug("slug"),
            "code": row.optional_text("kode", longest=4) or None,
            "iso": row.optional_text("iso", longest=6),
            "name": row.text("navn", longest=60),
            "valid": _period(row),
        }
        for row in read_rows(folder / "regioner.csv", columns, unique=["slug"])
    ]


def _read_councils(folder: Path, regions: Collection[str]) -> list[dict[str, Any]]:
    columns = ("slug", "navn", "region")
    return [
        {
            "slug": row.slug("slug"),
            "name": row.text("navn", longest=60),
            "region": row.one_of("region", regions),
        }
        for row in read_rows(folder / "sundhedsraad.csv", columns, unique=["slug"])
    ]


def _read_municipalities(folder: Path) -> list[dict[str, Any]]:
    columns = (
        "kode", "navn", "fuldt_navn", "slug", "lat", "lon", "vest", "syd", "oest", "nord",
    )  # fmt: skip
    found = []
    for row in read_rows(folder / "kommuner.csv", columns, unique=["kode"]):
        code = _four_digits(row, "kode")
        name, full_name = row.text("navn", longest=60), row.text("fuldt_navn", longest=80)
        values: dict[str, Any] = {
            "code": code,
            "name": name,
            "full_name": full_name,
            "slug": row.slug("slug"),
            "west": row.number("vest", **LONGITUDES),
            "south": row.number("syd", **LATITUDES),
            "east": row.number("oest", **LONGITUDES),
            "north": row.number("nord", **LATITUDES),
            "search_keys": search_keys(
                name, full_name, f"{name} Kommune", *OTHER_NAMES.get(code, ())
            ),
        }
        values["latitude"] = row.number("lat", lowest=values["south"], highest=values["north"])
        values["longitude"] = row.number("lon", lowest=values["west"], highest=values["east"])
        found.append(values)
    return found


def _read_memberships(
    folder: Path,
    *,
    codes: Collection[str],
    regions: Mapping[str, "DateRange"],
    councils: Collection[str],
) -> list[dict[str, Any]]:
    columns = ("kommunekode", "art", "omraade", "gyldig_fra", "gyldig_til")
    unique = ("kommunekode", "art", "gyldig_fra")
    found: list[dict[str, Any]] = []
    ends: dict[tuple[str, str], date | None] = {}
    for row in read_rows(folder / "omraader.csv", columns, unique=unique):
        code, kind = row.one_of("kommunekode", codes), row.one_of("art", KINDS)
        area = row.one_of("omraade", regions if kind == "region" else councils)
        valid = _period(row)
        if kind == "region" and not _within(valid, regions[area]):
            row.fail("gyldig_fra", _("Perioden ligger uden for regionens egen."))
        if (code, kind) in ends:
            end = ends[code, kind]
            if end is None or valid.lower < end:
                row.fail("gyldig_fra", _("Perioden overlapper den forrige for samme kommune."))
        ends[code, kind] = valid.upper
        found.append(
            {
                "municipality": code,
                "region": area if kind == "region" else None,
                "council": area if kind == "sundhedsraad" else None,
                "valid": valid,
            }
        )
    return found


def _read_postal_codes(folder: Path, codes: Collection[str]) -> list[dict[str, Any]]:
    columns = (
        "postnr", "navn", "primaer_kommunekode", "kommunekoder", "lat", "lon", "punkt_fra",
    )  # fmt: skip
    found = []
    for row in read_rows(folder / "postnumre.csv", columns, unique=["postnr"]):
        area_codes = row.text("kommunekoder").split()
        for code in area_codes:
            if code not in codes and code not in OUTSIDE_ANY_MUNICIPALITY:
                row.fail("kommunekoder", _("Kommunen »%(code)s« kendes ikke.") % {"code": code})
        if len(set(area_codes)) < len(area_codes):
            row.fail("kommunekoder", _("En kommune står to gange."))
        primary = row.one_of("primaer_kommunekode", codes)
        if primary not in area_codes:
            row.fail("primaer_kommunekode", _("Kommunen står ikke blandt »kommunekoder«."))
        name = row.text("navn", longest=60)
        found.append(
            {
                "code": _four_digits(row, "postnr"),
                "name": name,
                "area_codes": [primary, *(code for code in area_codes if code != primary)],
                "latitude": row.number("lat", **LATITUDES),
                "longitude": row.number("lon", **LONGITUDES),
                "coordinate_source": POINT_FROM[row.one_of("punkt_fra", POINT_FROM)],
                "search_keys": search_keys(name, *_spoken_names(name)),
            }
        )
    return found


def _spoken_names(name: str) -> list[str]:
    """'Nykøbing F' is 'Nykøbing Falster' or just 'Nykøbing' to those who live there."""
    town, _space, part = name.rpartition(" ")
    if not town or part not in SPOKEN_WITHOUT:
        return []
    longer = [f"{town} {PARTS_OF_COUNTRY[part]}"] if part in PARTS_OF_COUNTRY else []
    return [*longer, town]


def _four_digits(row: Row, column: str) -> str:
    return row.matching(column, r"[0-9]{4}", _("Der skal være fire cifre."))


def _period(row: Row) -> DateRange:
    """The files name the last day, as a person would; the database holds half-open ranges."""
    first, last = row.day("gyldig_fra"), row.optional_day("gyldig_til")
    if last and last < first:
        row.fail("gyldig_til", _("Slutdatoen ligger før startdatoen."))
    return DateRange(first, last + timedelta(days=1) if last else None)


def _within(inner: DateRange, outer: DateRange) -> bool:
    if inner.lower < outer.lower:
        return False
    return outer.upper is None or (inner.upper is not None and inner.upper <= outer.upper)


def _upsert(
    model: type[models.Model], rows: Sequence[dict[str, Any]], *, key: str
) -> tuple[dict[str, int], int]:
    """Adds and changes, never removes: an area that is gone from the file may still be pointed at.

    Returns the ids by key and the number of rows that were written.
    """
    fields = list(rows[0])
    manager = model._default_manager
    there = {values[key]: values for values in manager.values("pk", *fields)}
    wanted = [
        row
        for row in rows
        if row[key] not in there or any(there[row[key]][name] != row[name] for name in fields)
    ]
    if wanted:
        manager.bulk_create(
            [model(**row) for row in wanted],
            update_conflicts=True,
            unique_fields=[key],
            update_fields=[name for name in fields if name != key],
        )
        there = {values[key]: values for values in manager.values("pk", key)}
    return {row[key]: there[row[key]]["pk"] for row in rows}, len(wanted)


def _replace(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> int:
    """Makes the table equal to the rows. For links that nothing points at."""
    fields = list(rows[0])
    manager = model._default_manager
    wanted = {tuple(row[name] for name in fields): row for row in rows}
    there = {values[1:]: values[0] for values in manager.values_list("pk", *fields)}
    gone = [pk for values, pk in there.items() if values not in wanted]
    new = [model(**row) for values, row in wanted.items() if values not in there]
    if gone:
        # Before the new ones: a moved membership would overlap the one it replaces.
        manager.filter(pk__in=gone).delete()
    if new:
        manager.bulk_create(new)
    return len(gone) + len(new)
