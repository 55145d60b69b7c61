"""Where the entrances are: all of them by region, those of one place, and the next open door.

A constant number of statements, whatever there is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from organisations.models import Organisation, OrganisationKind
from partnerships.models import ENTRANCE_KINDS, Entrance
from portal.common import clock
from portal.common.sorting import danish_sort_key
from portal.geography.models import AreaMembership
from portal.geography.places import Place

Kind = OrganisationKind


@dataclass(slots=True)
class Door:
    """A public body on the list, and whether one can knock there."""

    organisation: Organisation
    is_open: bool


@dataclass(slots=True)
class RegionDoors:
    """One region of today with all that lies in it."""

    name: str
    region: Door | None = None
    councils: list[Door] = field(default_factory=list)
    hospitals: list[Door] = field(default_factory=list)
    municipalities: list[Door] = field(default_factory=list)

    @property
    def doors(self) -> list[Door]:
        first = [self.region] if self.region is not None else []
        return [*first, *self.councils, *self.hospitals, *self.municipalities]

    @property
    def open_count(self) -> int:
        return sum(door.is_open for door in self.doors)


class Areas:
    """Which region and council a municipality lies in today, read once."""

    def __init__(self) -> None:
        self.region: dict[int, int] = {}
        self.council: dict[int, int] = {}
        self.names: dict[int, str] = {}
        today = clock.today()
        rows = AreaMembership.objects.valid_at(today).select_related("region", "municipality")
        for row in rows.order_by("pk"):
            if row.region_id is not None and row.region is not None:
                self.region[row.municipality_id] = row.region_id
                self.names[row.region_id] = row.region.name
            elif row.health_council_id is not None:
                self.council[row.municipality_id] = row.health_council_id
        # A council lies where its municipalities do; it belongs to next year's region.
        self.region_of_council = {
            council: self.region[municipality]
            for municipality, council in self.council.items()
            if municipality in self.region
        }
        self.ids = {row.municipality.code: row.municipality_id for row in rows}

    def region_of(self, row: Organisation) -> int | None:
        if row.kind == Kind.HEALTH_COUNCIL:
            return self.region_of_council.get(row.health_council_id or 0)
        if row.region_id in self.names:
            return row.region_id
        return self.region.get(row.municipality_id or 0)


def _doors() -> list[Door]:
    rows = (
        Organisation.objects.public()
        .filter(kind__in=ENTRANCE_KINDS)
        .select_related("entrance", "parent")
        .order_by("pk")
    )
    return [Door(row, is_open(row)) for row in rows]


def is_open(organisation: Organisation) -> bool:
    entrance: Entrance | None = getattr(organisation, "entrance", None)
    return entrance is not None and entrance.is_open


def _is_site(door: Door) -> bool:
    """A site of a hospital has no door of its own on the list; the hospital has."""
    parent = door.organisation.parent
    return parent is not None and parent.kind == Kind.HOSPITAL and not door.is_open


def doors_by_region() -> list[RegionDoors]:
    """Every region of today in Danish order, with its councils, hospitals and municipalities."""
    areas = Areas()
    found = {pk: RegionDoors(name) for pk, name in areas.names.items()}
    for door in _doors():
        group = found.get(areas.region_of(door.organisation) or 0)
        if group is None or _is_site(door):
            continue
        match door.organisation.kind:
            case Kind.REGION:
                group.region = door
            case Kind.HEALTH_COUNCIL:
                group.councils.append(door)
            case Kind.HOSPITAL:
                group.hospitals.append(door)
            case _:
                group.municipalities.append(door)
    for group in found.values():
        for doors in (group.councils, group.hospitals, group.municipalities):
            doors.sort(key=lambda door: danish_sort_key(door.organisation.name))
    return sorted(found.values(), key=lambda group: danish_sort_key(group.name))


def doors_of_place(place: Place) -> list[Door]:
    """Nearest first: the municipality, its council, the hospitals there, the region."""
    areas = Areas()
    here = [areas.ids[code] for code in place.municipality_codes if code in areas.ids]
    councils = {areas.council[pk] for pk in here if pk in areas.council}
    regions = {areas.region[pk] for pk in here if pk in areas.region}
    around = {pk for pk, council in areas.council.items() if council in councils}
    found: list[tuple[int, str, Door]] = []
    for door in _doors():
        row = door.organisation
        fits = {
            Kind.MUNICIPALITY: row.municipality_id in here,
            Kind.HEALTH_COUNCIL: row.health_council_id in councils,
            Kind.HOSPITAL: row.municipality_id in around and not _is_site(door),
            Kind.REGION: row.region_id in regions,
        }
        order = list(fits)
        kind = Kind(row.kind)
        if fits[kind]:
            found.append((order.index(kind), danish_sort_key(row.name), door))
    return [door for *_order, door in sorted(found, key=lambda one: one[:2])]


def next_open(organisation: Organisation) -> Organisation | None:
    """Where to go instead: the nearest open entrance above, by ownership and then by area."""
    for row in [*_above(organisation), *_around(organisation)]:
        if is_open(row):
            return row
    return None


def _above(organisation: Organisation) -> Iterable[Organisation]:
    seen = {organisation.pk}
    parent_id = organisation.parent_id
    while parent_id is not None and parent_id not in seen:
        seen.add(parent_id)
        parent = (
            Organisation.objects.public().select_related("entrance").filter(pk=parent_id).first()
        )
        if parent is None:
            return
        yield parent
        parent_id = parent.parent_id


def _around(organisation: Organisation) -> Sequence[Organisation]:
    """The council, then the region, that the body lies in."""
    areas = Areas()
    municipality = organisation.municipality_id or 0
    council = areas.council.get(municipality)
    region = areas.region_of(organisation)
    rows = Organisation.objects.public().select_related("entrance")
    found: list[Organisation] = []
    if council is not None and organisation.kind != Kind.HEALTH_COUNCIL:
        found += rows.filter(kind=Kind.HEALTH_COUNCIL, health_council_id=council)
    if region is not None and organisation.kind != Kind.REGION:
        found += rows.filter(kind=Kind.REGION, region_id=region)
    return found
