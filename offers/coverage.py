"""Whom an offer takes, by area. Coverage is separate from the address."""

from django.db.models import Q

from offers.models import Offer, OfferCoverage
from portal.common import clock
from portal.geography.models import AreaMembership, Municipality

# Forms that nobody travels to cover the whole country unless the offer says otherwise.
ONLINE_MODES = frozenset({"digital", "telefon", "chat"})


def covers(offer: Offer, municipality: Municipality) -> bool:
    """Whether the offer takes citizens of this municipality today. One or two statements."""
    rows = list(offer.coverage.select_related("region"))
    if not rows:
        return offer.mode in ONLINE_MODES
    today = clock.today()
    areas = Q(pk__in=[])
    for row in rows:
        if row.type == OfferCoverage.Type.NATIONAL:
            return True
        if row.municipality_id == municipality.pk:
            return True
        if row.region is not None:
            areas |= Q(region_id=row.region_id, valid__contains=row.region.day_to_look_at(today))
        if row.health_council_id:
            areas |= Q(health_council_id=row.health_council_id, valid__contains=today)
    return AreaMembership.objects.filter(areas, municipality=municipality).exists()
