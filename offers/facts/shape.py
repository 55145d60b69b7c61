"""The names of all facts, how an offer is read into them, and what differs between two."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy

from offers.models import Offer, OfferCoverage
from offers.models.offer import Gender
from offers.vocabularies import (
    ACCESSIBILITY,
    CATEGORIES,
    FORMS,
    ICPC_CHAPTERS,
    LANGUAGES,
    PARTICIPATION,
    TARGET_GROUPS,
)
from organisations.models import Workforce

Facts = dict[str, Any]

LINES: Final = ("title", "price_note", "not_for", "bring", "needs_from_public")
TEXTS: Final = ("summary", "description", "how_to_join_citizen", "how_to_join_professional")
SUBJECT_ROLES: Final = {
    "patient": gettext_lazy("Den, der selv er syg"),
    "relative": gettext_lazy("Pårørende"),
    "bereaved": gettext_lazy("Den, der har mistet"),
}
ONE_OF: Final[Mapping[str, Iterable[str]]] = {
    "category": CATEGORIES,
    "mode": FORMS,
    "gender": Gender.values,
    "workforce": Workforce.values,
}
SOME_OF: Final[Mapping[str, Iterable[str]]] = {
    "target_groups": TARGET_GROUPS,
    "icpc_chapters": ICPC_CHAPTERS,
    "subject_roles": SUBJECT_ROLES,
    "participation": PARTICIPATION,
    "languages": LANGUAGES,
    "accessibility": ACCESSIBILITY,
}
NUMBERS: Final = (
    "age_min",
    "age_max",
    "price_ore",
    "max_referrals_per_month",
    "review_interval_days",
)
YES_NO: Final = ("peer_led", "title_reveals_condition", "takes_navigator_referrals")
FIELDS: Final = (*LINES, *TEXTS, *ONE_OF, *SOME_OF, "conditions", *NUMBERS, *YES_NO)
PARTS: Final = ("places", "coverage", "sessions", "translations")
OVERRIDABLE: Final = frozenset({*FIELDS, *PARTS, "capacity", "price"})

MOST_PARTS: Final = 110  # every municipality, and a few to spare
OLDEST: Final = 120
SHORTEST_REVIEW, LONGEST_REVIEW = 30, 366

# What the page calls each fact: for history, conflicts and errors.
LABELS: Final = {
    "title": gettext_lazy("Navn"),
    "summary": gettext_lazy("Kort fortalt"),
    "description": gettext_lazy("Beskrivelse"),
    "category": gettext_lazy("Slags hjælp"),
    "mode": gettext_lazy("Form"),
    "gender": gettext_lazy("Køn"),
    "workforce": gettext_lazy("Hvem står for det"),
    "peer_led": gettext_lazy("Egen erfaring"),
    "target_groups": gettext_lazy("Målgrupper"),
    "conditions": gettext_lazy("Sygdomme og situationer"),
    "icpc_chapters": gettext_lazy("Område i kroppen eller sindet"),
    "subject_roles": gettext_lazy("Hvem det er for"),
    "age_min": gettext_lazy("Yngste alder"),
    "age_max": gettext_lazy("Ældste alder"),
    "participation": gettext_lazy("Sådan deltager man"),
    "price_ore": gettext_lazy("Pris"),
    "price_note": gettext_lazy("Om prisen"),
    "languages": gettext_lazy("Sprog"),
    "accessibility": gettext_lazy("Adgang"),
    "how_to_join_citizen": gettext_lazy("Sådan kommer man selv med"),
    "how_to_join_professional": gettext_lazy("Sådan henviser en fagperson"),
    "not_for": gettext_lazy("Passer ikke til"),
    "bring": gettext_lazy("Tag med"),
    "needs_from_public": gettext_lazy("Brug for fra det offentlige"),
    "title_reveals_condition": gettext_lazy("Navnet røber en sygdom"),
    "takes_navigator_referrals": gettext_lazy("Modtager brobygning"),
    "max_referrals_per_month": gettext_lazy("Højst nye om måneden"),
    "review_interval_days": gettext_lazy("Dage mellem bekræftelser"),
    "places": gettext_lazy("Sted"),
    "coverage": gettext_lazy("Hvem I dækker"),
    "sessions": gettext_lazy("Dag og tid"),
    "translations": gettext_lazy("Andre sprog"),
}


# --- reading ----------------------------------------------------------------------------------
def snapshot(offer: Offer) -> Facts:
    """All facts as they stand. Uses what is prefetched by `with_page_data`."""
    facts: Facts = {name: getattr(offer, name) for name in FIELDS}
    facts["places"] = [
        {
            "name": row.name,
            "address": row.address,
            "postal_code": row.postal_code,
            "municipality": row.municipality.code,
        }
        for row in offer.locations.all()
    ]
    facts["coverage"] = sorted(
        ({"type": row.type, "area": _area_of(row)} for row in offer.coverage.all()),
        key=lambda row: (row["type"], row["area"]),
    )
    facts["sessions"] = [
        {
            "text": row.text,
            "rrule": row.rrule,
            "starts_on": row.starts_on.isoformat() if row.starts_on else None,
            "start_time": row.start_time.strftime("%H:%M") if row.start_time else None,
            "end_time": row.end_time.strftime("%H:%M") if row.end_time else None,
        }
        for row in offer.sessions.all()
    ]
    facts["translations"] = sorted(
        (
            {"language": row.language, "title": row.title, "summary": row.summary}
            for row in offer.translations.all()
        ),
        key=lambda row: row["language"],
    )
    return facts


def _area_of(row: OfferCoverage) -> str:
    if row.region is not None:
        return row.region.slug
    if row.health_council is not None:
        return row.health_council.slug
    return row.municipality.code if row.municipality is not None else ""


def changes(before: Facts, after: Facts) -> dict[str, list[Any]]:
    """What differs: name → [old, new]. The order of codes says nothing."""

    def differs(name: str, value: Any) -> bool:
        if name in SOME_OF:
            return set(before.get(name) or ()) != set(value)
        return bool(before.get(name) != value)

    return {
        name: [before.get(name), value] for name, value in after.items() if differs(name, value)
    }
