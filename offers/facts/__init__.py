"""What an association says of an offer, as plain data: one shape for forms, history, conflicts, the
edits that wait for a coordinator, and imports.

    {"title": "Hjertecafé", "target_groups": ["hjerte"], …,
     "places": [{"name", "address", "postal_code", "municipality"}],
     "coverage": [{"type", "area"}],               # area: a code or slug, "" for the whole country
     "sessions": [{"text", "rrule", "starts_on", "start_time", "end_time"}],
     "translations": [{"language", "title", "summary"}]}

Every value is JSON. `clean` says in Danish what cannot be used, `apply` writes, `snapshot` reads.
"""

from offers.facts.cleaning import check_text, clean
from offers.facts.shape import (
    FIELDS,
    LABELS,
    OVERRIDABLE,
    PARTS,
    SUBJECT_ROLES,
    Facts,
    changes,
    snapshot,
)
from offers.facts.writing import apply, write_parts

__all__ = [
    "FIELDS",
    "LABELS",
    "OVERRIDABLE",
    "PARTS",
    "SUBJECT_ROLES",
    "Facts",
    "apply",
    "changes",
    "check_text",
    "clean",
    "snapshot",
    "write_parts",
]
