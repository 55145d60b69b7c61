"""The demo's 207 offers as plain rows, for judging search. No services: only what search reads."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from offers.models import (
    Offer,
    OfferCapacity,
    OfferCoverage,
    OfferLocation,
    OfferSession,
    OfferTranslation,
)
from organisations.models import Organisation
from portal.common import clock
from portal.geography.models import HealthCouncil, Municipality, PostalCode, Region
from tests.world import load_areas

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "portal" / "demo" / "data", ROOT.parent / "shared" / "data" / "demo")


def folder() -> Path | None:
    """Where the demo's files lie; None in a checkout without them."""
    return next((f for f in FOLDERS if (f / "judged_queries.tsv").exists()), None)


def lines(name: str) -> list[dict[str, Any]]:
    found = folder()
    assert found is not None
    text = (found / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def build_corpus() -> None:
    """Organisations and offers in bulk. The index is not written."""
    load_areas()
    _organisations()
    municipalities = {row.code: row for row in Municipality.objects.all()}
    organisations = {row.slug: row for row in Organisation.objects.all()}
    raw = lines("offers.jsonl")
    now = clock.now()
    for row in sorted(raw, key=lambda row: row["template"] is not None):
        template = Offer.objects.get(slug=row["template"]) if row["template"] else None
        offer = Offer.objects.create(
            organisation=organisations[row["organisation"]],
            template=template,
            overrides=row.get("overrides", []),
            slug=row["id"],
            status=row["status"],
            title=row["title"],
            summary=row["summary"] or "",
            description=row["description"] or "",
            category=row["category"],
            target_groups=row["target_groups"],
            conditions=row["conditions"],
            icpc_chapters=row["icpc_chapters"],
            subject_roles=row["role"],
            age_min=row["age_min"],
            age_max=row["age_max"],
            gender=row["gender"],
            workforce=row["workforce"],
            mode=row["mode"],
            participation=row["participation"],
            price_ore=row["price"] * 100,
            languages=row["languages"],
            accessibility=row["accessibility"],
            verified_at=now - timedelta(days=row["verified_days_ago"]),
            verified_method="import",
            published_at=now,
        )
        OfferCapacity.objects.create(
            offer=offer,
            status=row["capacity"]["status"],
            places=row["capacity"]["places"],
            wait_weeks=row["capacity"]["wait_weeks"],
        )
        _details(offer, row, municipalities)


def _organisations() -> None:
    raw = lines("organisations.jsonl")
    codes = dict(Municipality.objects.values_list("code", "pk"))
    Organisation.objects.bulk_create(
        Organisation(
            # Only what search reads: a kind that needs an area of its own would not fit here.
            kind="association",
            name=row["name"],
            slug=row["id"],
            municipality_id=codes.get(row["municipality_code"]),
        )
        for row in raw
    )
    by_slug = {row.slug: row for row in Organisation.objects.all()}
    for row in raw:
        if row["parent"]:
            child = by_slug[row["id"]]
            child.parent = by_slug[row["parent"]]
            child.save(update_fields=["parent"])


def _details(offer: Offer, row: dict[str, Any], municipalities: dict[str, Municipality]) -> None:
    towns = {
        code.code: code
        for code in PostalCode.objects.filter(
            code__in=[place["postal_code"] for place in row["places"]]
        )
    }
    for place in row["places"]:
        town = towns.get(place["postal_code"])
        OfferLocation.objects.create(
            offer=offer,
            name=place["name"],
            postal_code=place["postal_code"],
            town=town.name if town else "",
            municipality=municipalities[place["municipality_code"]],
            latitude=town.latitude if town else None,
            longitude=town.longitude if town else None,
        )
    for coverage in row["coverage"]:
        kind = coverage["type"]
        if kind == "national":
            OfferCoverage.objects.create(offer=offer, type=kind)
        for code in coverage["codes"]:
            area: dict[str, Any] = {
                "municipality": lambda code: {"municipality": municipalities[code]},
                "region": lambda code: {"region": _region(code)},
                "health_council": lambda code: {
                    "health_council": HealthCouncil.objects.get(slug=code)
                },
            }[kind](code)
            OfferCoverage.objects.create(offer=offer, type=kind, **area)
    for session in row["sessions"]:
        OfferSession.objects.create(offer=offer, text=session["text"])
    for language, text in row["translations"].items():
        OfferTranslation.objects.create(
            offer=offer, language=language, title=text["title"], summary=text["summary"]
        )


def _region(code: str) -> Region:
    return Region.objects.filter(code=code).first() or Region.objects.get(slug=code)
