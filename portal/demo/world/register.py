"""Organisations of every kind: those of the file, and all municipalities, regions, health councils
and hospitals of the country."""

from typing import Any, Final

from django.db import transaction
from django.utils.text import slugify

from organisations.models import Organisation, OrganisationKind
from organisations.services import register_organisation, verify_organisation
from portal.demo.world.cast import BUILDER
from portal.demo.world.sources import Record, hospitals, records
from portal.geography.models import HealthCouncil, Municipality, Region

# These wait for somebody to look at them, so that the coordinator has something to do.
UNVERIFIED: Final = frozenset(
    {"praksis-laegerne-bakketoppen", "praksis-laegehuset-limfjorden", "varmestuen-nordlys"}
)
# Sites whose hospital has another name in the demo's file.
_SITES: Final = {
    "Herlev Hospital": "herlev-gentofte",
    "Gentofte Hospital": "herlev-gentofte",
    "Hvidovre Hospital": "amager-hvidovre",
    "Amager Hospital": "amager-hvidovre",
    "Bispebjerg Hospital": "bispebjerg-frederiksberg",
    "Frederiksberg Hospital": "bispebjerg-frederiksberg",
    "Nordsjællands Hospital, Hillerød": "nordsjaellands-hospital",
    "Rigshospitalet Glostrup": "rigshospitalet",
    "Sjællands Universitetshospital, Køge": "suh",
    "Sjællands Universitetshospital, Roskilde": "suh",
    "Sjællands Universitetshospital, Nykøbing F.": "suh",
    "OUH Svendborg Sygehus": "ouh",
    "Sygehus Lillebælt, Kolding": "sygehus-lillebaelt",
    "Sygehus Lillebælt, Vejle": "sygehus-lillebaelt",
    "Regionshospitalet Holstebro": "goedstrup",
    "Aalborg Universitetshospital, Thisted": "aalborg-uh",
    "Aalborg Universitetshospital, Hobro": "aalborg-uh",
    "Aalborg Universitetshospital, Farsø": "aalborg-uh",
}
_LETTERS: Final = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
_OF_A_REGION: Final = frozenset({OrganisationKind.HOSPITAL, OrganisationKind.HOSPITAL_DEPARTMENT})


def plain_slug(name: str) -> str:
    return slugify(name.lower().translate(_LETTERS))[:80]


class Register:
    """Enters what is missing; what is there stays as it is."""

    def __init__(self) -> None:
        self.municipalities = {row.code: row for row in Municipality.objects.all()}
        self.regions = {row.slug: row for row in Region.objects.all()}
        self.by_code = {row.code: row for row in self.regions.values() if row.code}
        self.councils = {row.name: row for row in HealthCouncil.objects.select_related("region")}
        self.known = {
            row.slug: row.succeeded_by or row
            for row in Organisation.objects.select_related("succeeded_by")
        }
        self.created: list[Organisation] = []

    @transaction.atomic
    def fill(self) -> list[Organisation]:
        """Those of the file; returns what was new."""
        waiting = records("organisations.jsonl")
        while waiting:
            # A parent may stand below its child in the file.
            ready = [row for row in waiting if row["parent"] is None or row["parent"] in self.known]
            if not ready:
                raise ValueError(f"Unknown parents: {[row['parent'] for row in waiting]}")
            for row in ready:
                self._from_file(row)
            waiting = [row for row in waiting if row["id"] not in self.known]
        return self._verified()

    @transaction.atomic
    def fill_the_rest(self) -> list[Organisation]:
        """All other public bodies of the country; returns what was new."""
        self._areas()
        self._hospitals()
        return self._verified()

    def _verified(self) -> list[Organisation]:
        for organisation in self.created:
            if organisation.slug not in UNVERIFIED:
                verify_organisation(organisation_id=organisation.pk, actor=BUILDER)
        return self.created

    def _from_file(self, row: Record) -> None:
        contact = row["contact"] or {}
        kind = OrganisationKind(row["kind"])
        self._enter(
            kind=kind,
            slug=row["id"],
            name=row["name"],
            parent=self.known.get(row["parent"] or ""),
            cvr=row["cvr"] or "",
            description=row["description"] or "",
            website=row["website"] or "",
            email=contact.get("email", ""),
            phone=contact.get("phone", ""),
            municipality=self.municipalities.get(row["municipality_code"] or ""),
            region=self._region(kind, row),
            health_council=(
                self.councils[row["name"]] if kind == OrganisationKind.HEALTH_COUNCIL else None
            ),
            profile={
                "workforce": row["workforce"] or "unknown",
                "volunteer_support": row["volunteer_support"] or "",
                "languages": row["languages"] or [],
            },
        )

    def _region(self, kind: OrganisationKind, row: Record) -> Region | None:
        if kind == OrganisationKind.REGION:
            return self.regions[row["id"].removeprefix("region-")]
        return self.by_code.get(row["region_owner"] or "") if kind in _OF_A_REGION else None

    def _areas(self) -> None:
        """Public bodies that the file leaves out; those it has are the same row."""
        there = {row.municipality_id for row in self._of_kind(OrganisationKind.MUNICIPALITY)}
        for area in self.municipalities.values():
            if area.pk not in there:
                self._public(
                    OrganisationKind.MUNICIPALITY, plain_slug(area.full_name), area.full_name,
                    municipality=area,
                )  # fmt: skip
        regions = {row.region_id for row in self._of_kind(OrganisationKind.REGION)}
        for region in self.regions.values():
            if region.pk not in regions:
                self._public(
                    OrganisationKind.REGION, f"region-{region.slug}", region.name, region=region
                )
        councils = {row.health_council_id for row in self._of_kind(OrganisationKind.HEALTH_COUNCIL)}
        for council in self.councils.values():
            if council.pk not in councils:
                self._public(
                    OrganisationKind.HEALTH_COUNCIL, f"sr-{council.slug}", council.name,
                    health_council=council,
                    parent=self.known.get(f"region-{council.region.slug}"),
                )  # fmt: skip

    def _hospitals(self) -> None:
        there = {row.name for row in self._of_kind(OrganisationKind.HOSPITAL)}
        for row in hospitals():
            if row["navn"] in there:
                continue
            region = self.by_code[row["region_kode"]]
            parent = _SITES.get(row["navn"], f"region-{region.slug}")
            self._public(
                OrganisationKind.HOSPITAL, plain_slug(row["navn"]), row["navn"],
                municipality=self.municipalities[row["kommunekode"]],
                region=region,
                parent=self.known[parent],
            )  # fmt: skip

    def _of_kind(self, kind: OrganisationKind) -> list[Organisation]:
        return [row for row in self.known.values() if row.kind == kind]

    def _public(self, kind: OrganisationKind, slug: str, name: str, **fields: Any) -> None:
        self._enter(kind=kind, slug=slug, name=name, email=f"{slug}@offentlig.example", **fields)

    def _enter(self, *, kind: OrganisationKind, slug: str, **fields: Any) -> None:
        if slug in self.known:
            return
        row = register_organisation(kind=kind, slug=slug, actor=BUILDER, **fields)
        self.known[slug] = row
        self.created.append(row)
