"""How a search row says whom an offer covers, and which of those marks hold for a place.

Regions and councils are stored as marks of their own and looked up when somebody searches, so a
change of region reindexes nothing.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

COUNTRY: Final = "*"

# The marks that cover any of these municipalities on that day: the country, the municipality
# itself, its region and its council. An ended region keeps the municipalities of its last day.
MARKS_OF_PLACE: Final = """
    SELECT array_agg(mark)::varchar[] FROM (
        SELECT '*' AS mark
        UNION ALL SELECT unnest(%s::text[])
        UNION ALL
        SELECT CASE WHEN m.region_id IS NULL THEN 'c' || m.health_council_id ELSE 'r' ||
        m.region_id END FROM geography_areamembership m
        JOIN geography_municipality k ON k.id = m.municipality_id
        LEFT JOIN geography_region r ON r.id = m.region_id
        WHERE k.code = ANY(%s)
          AND (m.valid @> %s::date
               OR (upper(r.valid) <= %s::date AND upper(m.valid) = upper(r.valid)))
    ) AS marks
"""


def region_marker(region_id: int) -> str:
    return f"r{region_id}"


def council_marker(council_id: int) -> str:
    return f"c{council_id}"


def marks_parameters(codes: Sequence[str], at: date) -> list[Any]:
    return [list(codes), list(codes), at, at]
