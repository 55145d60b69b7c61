"""The areas that rows of coverage name, from and to the database."""

from collections.abc import Iterable, Mapping
from typing import Any

from offers.models import Offer, OfferCoverage
from portal.geography.models import HealthCouncil, Municipality, Region


class Areas:
    """The areas that some rows of coverage name, read at once."""

    def __init__(self, known: Mapping[str, Mapping[str, Any]]) -> None:
        self._known = known

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, str]]) -> "Areas":
        wanted: dict[str, set[str]] = {}
        for row in rows:
            wanted.setdefault(row["type"], set()).add(row["area"])
        kinds = OfferCoverage.Type
        regions = wanted.get(kinds.REGION, set())
        councils = wanted.get(kinds.HEALTH_COUNCIL, set())
        codes = wanted.get(kinds.MUNICIPALITY, set())
        return cls(
            {
                kinds.REGION: Region.objects.in_bulk(regions, field_name="slug"),
                kinds.HEALTH_COUNCIL: HealthCouncil.objects.in_bulk(councils, field_name="slug"),
                kinds.MUNICIPALITY: Municipality.objects.in_bulk(codes, field_name="code"),
            }
        )

    def find(self, row: Mapping[str, str]) -> Any:
        return self._known.get(row["type"], {}).get(row["area"])

    def as_row(self, offer: Offer, row: Mapping[str, str]) -> OfferCoverage:
        area = {} if row["type"] == OfferCoverage.Type.NATIONAL else {row["type"]: self.find(row)}
        return OfferCoverage(offer=offer, type=row["type"], **area)
