"""Reads that return something other than rows of one table."""

from dataclasses import dataclass
from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Q

from portal.geography.models import AreaMembership, HealthCouncil, Municipality, Region


@dataclass(frozen=True, slots=True)
class AreaCodes:
    """Municipality codes per area on one day, by the slug of the area."""

    regions: dict[str, frozenset[str]]
    councils: dict[str, frozenset[str]]


def region_of(municipality: Municipality, at: date) -> Region | None:
    return Region.objects.filter(
        memberships__municipality=municipality, memberships__valid__contains=at
    ).first()


def council_of(municipality: Municipality, at: date) -> HealthCouncil | None:
    return HealthCouncil.objects.filter(
        memberships__municipality=municipality, memberships__valid__contains=at
    ).first()


def area_codes(at: date) -> AreaCodes:
    """Every region and council with its municipalities, in one statement.

    Coverage is stored as areas and expanded here when somebody searches, so a change of region
    reindexes nothing. As in `in_region`, an ended region keeps the municipalities of its last day;
    a region that has not begun has none.
    """
    ended = Q(
        region__valid__fully_lt=DateRange(at, None),
        valid__endswith=F("region__valid__endswith"),
    )
    rows = AreaMembership.objects.filter(Q(valid__contains=at) | ended).values_list(
        "region__slug", "health_council__slug", "municipality__code"
    )
    regions: dict[str, set[str]] = {}
    councils: dict[str, set[str]] = {}
    for region, council, code in rows:
        if region:
            regions.setdefault(region, set()).add(code)
        elif council:
            councils.setdefault(council, set()).add(code)
    return AreaCodes(
        regions={slug: frozenset(codes) for slug, codes in regions.items()},
        councils={slug: frozenset(codes) for slug, codes in councils.items()},
    )
