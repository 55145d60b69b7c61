"""From facts to rows. The caller has locked the offer and cleaned the facts."""

from datetime import date, time

from offers.facts.areas import Areas
from offers.facts.shape import FIELDS, Facts
from offers.models import Offer, OfferCoverage, OfferLocation, OfferSession, OfferTranslation
from portal.geography.models import Municipality, PostalCode


def apply(offer: Offer, facts: Facts) -> list[str]:
    """Set the plain fields and replace the parts that are named. The offer is saved by the caller;
    the names of its changed fields are returned."""
    fields = [name for name in FIELDS if name in facts]
    for name in fields:
        setattr(offer, name, facts[name])
    return fields


def write_parts(offer: Offer, facts: Facts) -> None:
    """Replace the rows of every part that `facts` names; the offer has been saved."""
    if "places" in facts:
        _write_places(offer, facts["places"])
    if "coverage" in facts:
        areas = Areas.of(facts["coverage"])
        offer.coverage.all().delete()
        OfferCoverage.objects.bulk_create(areas.as_row(offer, row) for row in facts["coverage"])
    if "sessions" in facts:
        offer.sessions.all().delete()
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
        offer.translations.all().delete()
        OfferTranslation.objects.bulk_create(
            OfferTranslation(offer=offer, **row) for row in facts["translations"]
        )


def _write_places(offer: Offer, rows: list[Facts]) -> None:
    municipalities = Municipality.objects.in_bulk(
        {row["municipality"] for row in rows}, field_name="code"
    )
    towns = PostalCode.objects.in_bulk({row["postal_code"] for row in rows}, field_name="code")
    offer.locations.all().delete()
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
