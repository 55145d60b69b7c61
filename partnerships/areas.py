"""Where an agreement holds.

Two questions, two answers. *Whose is it?* is the register's: the agreements of an area and of what
lies within it, so a region finds those of its municipalities, and a municipality only its own.
*Does it reach here?* is the public's: the agreement of a region reaches every municipality in it.
What an agreement says of its own scope decides; one that says nothing holds where its public
parties are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from organisations.models import Organisation, OrganisationKind
from partnerships.models import Agreement, AgreementParty, Side
from partnerships.models.agreement import AgreementQuerySet
from portal.common import clock
from portal.geography.models import (
    AreaMembership,
    HealthCouncil,
    Municipality,
    Region,
)

_BODIES_WITH_AREA = (OrganisationKind.REGION, OrganisationKind.HEALTH_COUNCIL)


def scope_name(agreement: Agreement) -> str:
    """The area or the unit that it says it holds for; empty where it says nothing."""
    match agreement.scope_level:
        case "region":
            return str(agreement.scope_region)
        case "health_council":
            return str(agreement.scope_council)
        case "municipality" if agreement.scope_municipality is not None:
            return agreement.scope_municipality.full_name
        case "hospital" | "department":
            return str(agreement.scope_organisation)
        case _:
            return ""


# --- whose is it ------------------------------------------------------------------------------
def of_region(region: Region) -> Q:
    councils = HealthCouncil.objects.filter(region=region).values("pk")
    within = Municipality.objects.in_region(region, clock.today()).values("pk")
    organisations = _located_in(within) | Q(kind=OrganisationKind.REGION, region=region)
    organisations |= Q(kind=OrganisationKind.HEALTH_COUNCIL, health_council__in=councils)
    scope = Q(scope_region=region) | Q(scope_council__in=councils)
    return scope | Q(scope_municipality__in=within) | _of_organisations(organisations)


def of_council(council: HealthCouncil) -> Q:
    within = Municipality.objects.in_council(council, clock.today()).values("pk")
    organisations = _located_in(within)
    organisations |= Q(kind=OrganisationKind.HEALTH_COUNCIL, health_council=council)
    scope = Q(scope_council=council) | Q(scope_municipality__in=within)
    return scope | _of_organisations(organisations)


def of_municipality(municipality: Municipality) -> Q:
    within = Municipality.objects.filter(pk=municipality.pk).values("pk")
    return Q(scope_municipality=municipality) | _of_organisations(_located_in(within))


def _located_in(municipalities: QuerySet[Municipality, Any]) -> Q:
    """A region's seat says nothing of where the region works; the same for a health council."""
    return ~Q(kind__in=_BODIES_WITH_AREA) & Q(municipality__in=municipalities)


def _of_organisations(condition: Q) -> Q:
    here = Organisation.objects.filter(condition).values("pk")
    parties = AgreementParty.objects.filter(
        agreement=OuterRef("pk"), side=Side.PUBLIC, left_on__isnull=True, organisation__in=here
    )
    return Q(scope_organisation__in=here) | Q(Exists(parties))


# --- does it reach here -----------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Areas:
    """Municipality codes by the key of each area, today."""

    of_region: dict[int, frozenset[str]]
    of_council: dict[int, frozenset[str]]
    of_municipality: dict[int, str]

    def codes(
        self, region: int | None, council: int | None, municipality: int | None
    ) -> frozenset[str]:
        if municipality is not None:
            return frozenset({self.of_municipality[municipality]})
        if council is not None:
            return self.of_council.get(council, frozenset())
        return self.of_region.get(region or 0, frozenset())


def _areas() -> _Areas:
    """An ended region keeps the municipalities of its last day, as everywhere."""
    regions = {row.pk: row for row in Region.objects.all()}
    today = clock.today()
    of_region: dict[int, set[str]] = {}
    of_council: dict[int, set[str]] = {}
    of_municipality: dict[int, str] = {}
    for row in AreaMembership.objects.select_related("municipality"):
        code = row.municipality.code
        of_municipality[row.municipality_id] = code
        if row.region_id is not None:
            if regions[row.region_id].day_to_look_at(today) in row.valid:
                of_region.setdefault(row.region_id, set()).add(code)
        elif row.health_council_id is not None and today in row.valid:
            of_council.setdefault(row.health_council_id, set()).add(code)
    return _Areas(
        {key: frozenset(codes) for key, codes in of_region.items()},
        {key: frozenset(codes) for key, codes in of_council.items()},
        of_municipality,
    )


def reach(agreements: AgreementQuerySet) -> dict[UUID, frozenset[str]]:
    """The municipalities, as codes, that each agreement reaches. Four statements, whatever the
    number of agreements; keeps their order."""
    areas = _areas()
    located = _public_parties(agreements, areas)
    found: dict[UUID, frozenset[str]] = {}
    for pk, level, region, council, municipality, body in agreements.values_list(
        "pk",
        "scope_level",
        "scope_region_id",
        "scope_council_id",
        "scope_municipality_id",
        "scope_organisation__municipality_id",
    ):
        match level:
            case "region":
                found[pk] = areas.codes(region, None, None)
            case "health_council":
                found[pk] = areas.codes(None, council, None)
            case "municipality":
                found[pk] = areas.codes(None, None, municipality)
            case "hospital" | "department" if body is not None:
                found[pk] = areas.codes(None, None, body)
            case _:
                found[pk] = located.get(pk, frozenset())
    return found


def _public_parties(agreements: AgreementQuerySet, areas: _Areas) -> dict[UUID, frozenset[str]]:
    rows = AgreementParty.objects.filter(
        agreement__in=agreements.order_by().values("pk"), side=Side.PUBLIC, left_on__isnull=True
    ).values_list(
        "agreement_id",
        "organisation__kind",
        "organisation__region_id",
        "organisation__health_council_id",
        "organisation__municipality_id",
    )
    found: dict[UUID, frozenset[str]] = {}
    for pk, kind, region, council, municipality in rows:
        if kind == OrganisationKind.REGION:
            codes = areas.codes(region, None, None)
        elif kind == OrganisationKind.HEALTH_COUNCIL:
            codes = areas.codes(None, council, None)
        else:
            codes = areas.codes(None, None, municipality)
        found[pk] = found.get(pk, frozenset()) | codes
    return found


def counted(reached: Iterable[frozenset[str]]) -> dict[str, int]:
    """How many agreements reach each municipality."""
    counts: dict[str, int] = {}
    for code in _each(reached):
        counts[code] = counts.get(code, 0) + 1
    return counts


def _each(reached: Iterable[frozenset[str]]) -> Iterator[str]:
    for codes in reached:
        yield from codes
