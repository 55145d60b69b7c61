"""From facts to rows. The caller has locked the offer and cleaned the facts."""

from datetime import date, time

from offers.facts.areas import Areas
from offers.facts.shape import FIELDS, Facts
from offers.models import Offer, OfferCoverage, OfferLocation, OfferSession, OfferTranslation
from portal.geography.models import Municipality, PostalCode


def apply(offer: Offer, facts: Facts) -> list[str]:
    """Set the plain fields on the offer, which the caller saves; their names are returned."""
    fields = [name for name in FIELDS if name in facts]
    for name in fields:
        setattr(offer, name, facts[name])
    return fields


def write_parts(offer: Offer, facts: Facts, *, is_new: bool = False) -> None:
    """Replace the rows of every part that `facts` names; the offer has been saved. A new offer has
    none to take away, which an import of thousands feels."""
    if not is_new:
        _take_away(offer, facts)
    if "places" in facts:
        _write_places(offer, facts["places"])
    if "coverage" in facts:
        areas = Areas.of(facts["coverage"])
        OfferCoverage.objects.bulk_create(areas.as_row(offer, row) for row in facts["coverage"])
    if "sessions" in facts:
        OfferSession.objects.bulk_create(
            OfferSession(
                offer=offer,
                text=row["text"],
                rrule=row["rrule"],
                starts_on=date.fromisoformat(row["starts_on"]) if row["starts_on"] else None,
                start_time=time.fromisoformat(row["start_time"]) if row["start_time"] else None,
                end_time=time.fromisoformat(row["end_time"]) if row["end_time"] else None,
            )
            for row in facts["sessions"]
        )
    if "translations" in facts:
        OfferTranslation.objects.bulk_create(
            OfferTranslation(offer=offer, **row) for row in facts["translations"]
        )


def _take_away(offer: Offer, facts: Facts) -> None:
    rows = {
        "places": OfferLocation.objects,
        "coverage": OfferCoverage.objects,
        "sessions": OfferSession.objects,
        "translations": OfferTranslation.objects,
    }
    for name, manager in rows.items():
        if name in facts:
            manager.filter(offer=offer).delete()


def _write_places(offer: Offer, rows: list[Facts]) -> None:
    municipalities = Municipality.objects.in_bulk(
        {row["municipality"] for row in rows}, field_name="code"
    )
    towns = PostalCode.objects.in_bulk({row["postal_code"] for row in rows}, field_name="code")
    OfferLocation.objects.bulk_create(
        OfferLocation(
            offer=offer,
            name=row["name"],
            address=row["address"],
            postal_code=row["postal_code"],
            town=towns[row["postal_code"]].name if row["postal_code"] in towns else "",
            municipality=municipalities[row["municipality"]],
            # As exact as the postal code: "which town", which is what a list by distance needs.
            latitude=towns[row["postal_code"]].latitude if row["postal_code"] in towns else None,
            longitude=towns[row["postal_code"]].longitude if row["postal_code"] in towns else None,
        )
        for row in rows
    )
