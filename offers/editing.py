"""What stands beside the editor: the card as people see it, what is still missing, and both
versions when two wrote at once."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from offers.cards import PICTURES, for_whom
from offers.facts import LABELS, Facts, changes, clean
from offers.models import Offer, OfferCapacity, OfferCoverage
from offers.models.offer import Gender
from offers.page import room_of
from offers.vocabularies import (
    ACCESSIBILITY,
    CATEGORIES,
    FORMS,
    ICPC_CHAPTERS,
    LANGUAGES,
    PARTICIPATION,
    TARGET_GROUPS,
    Vocabulary,
)
from organisations.models import Workforce
from portal.common.errors import InvalidInput
from portal.common.templatetags import look
from portal.common.text import clean_line
from portal.geography.models import HealthCouncil, Municipality, Region

_WORDS: dict[str, Vocabulary[Any]] = {
    "category": CATEGORIES,
    "mode": FORMS,
    "target_groups": TARGET_GROUPS,
    "icpc_chapters": ICPC_CHAPTERS,
    "participation": PARTICIPATION,
    "languages": LANGUAGES,
    "accessibility": ACCESSIBILITY,
}


def preview_of(offer: Offer, facts: Facts) -> dict[str, Any]:
    """The card that people meet in search."""
    icon, colour = PICTURES.get(offer.category, ("leaf", "k2"))
    place = facts["places"][0]["name"] if facts["places"] else FORMS.label(offer.mode)
    when = facts["sessions"][0]["text"] if facts["sessions"] else ""
    price = _("Gratis") if offer.price_ore == 0 else look.kroner(offer.price_ore)
    lines = [
        {"icon": "location", "text": place},
        {"icon": "calendar-month", "text": when},
        {"icon": "payments", "text": price or offer.price_note},
        {"icon": "person", "text": for_whom(offer)},
    ]
    return {
        "title": offer.title,
        "organisation": offer.organisation.name,
        "summary": offer.shown_summary,
        "icon": icon,
        "colour": colour,
        "facts": [line for line in lines if line["text"]],
        "room": room_of(offer),
    }


def typed_preview(offer: Offer, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The card with what stands in the form at this moment, right or wrong; nothing is kept."""
    name, when = str(typed.get("sted-0-name") or ""), str(typed.get("when") or "")
    facts = {
        "places": [{"name": clean_line(name[:160])}] if name.strip() else [],
        "sessions": [{"text": clean_line(when[:200])}] if when.strip() else [],
    }
    offer.title = clean_line(str(typed.get("title") or "")[:160]) or offer.title
    offer.summary = clean_line(str(typed.get("summary") or "")[:400])
    price = str(typed.get("price") or "").strip()
    offer.price_ore = int(price) * 100 if price.isdigit() and len(price) < 7 else None
    offer.price_note = clean_line(str(typed.get("price_note") or "")[:200])
    if typed.get("category") in CATEGORIES:
        offer.category = str(typed["category"])
    if typed.get("mode") in FORMS:
        offer.mode = str(typed["mode"])
    card = preview_of(offer, facts)
    status = str(typed.get("status") or "")
    if status in OfferCapacity.Status.values:
        card["room"] = {**card["room"], "status": status, "places": ""}
        card["room"]["label"] = OfferCapacity.Status(status).label
    return card


def missing_facts(facts: Facts) -> list[dict[str, Any]]:
    """What makes it easier to find: said as invitations, never as a score."""
    return [
        {
            "done": bool(facts["title"] and facts["sessions"]),
            "label": _("Navn og tid"),
            "invite": _("Skriv dag og tid"),
            "target": "id_when",
        },
        {
            "done": facts["workforce"] != Workforce.UNKNOWN,
            "label": _("Hvem der står for det"),
            "invite": _("Skriv, hvem der står for det"),
            "target": "id_carried_by_0",
        },
        {
            "done": bool(facts["how_to_join_citizen"]),
            "label": _("Hvordan man kommer med"),
            "invite": _("Skriv, hvordan man kommer med"),
            "target": "id_how_to_join_citizen",
        },
        {
            "done": bool(facts["accessibility"]),
            "label": _("Adgang for alle"),
            "invite": _("Skriv, hvordan man kommer ind"),
            "target": "id_accessibility_0",
        },
        {
            "done": len(facts["languages"]) > 1 or bool(facts["translations"]),
            "label": _("Flere sprog"),
            "invite": _("Tilføj sprog"),
            "target": "id_languages_0",
        },
    ]


def conflict_rows(now: Facts, mine: Facts) -> list[dict[str, str]]:
    """Both versions of every fact that differs, in words."""
    try:
        mine = clean(mine)
    except InvalidInput:
        return []
    return [
        {"label": str(LABELS[name]), "theirs": in_words(name, old), "mine": in_words(name, new)}
        for name, (old, new) in changes(now, mine).items()
    ]


def in_words(name: str, value: Any) -> str:
    """A fact as a reader would say it."""
    if value is None or value == "" or value == []:
        return _("ikke udfyldt")
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    match name:
        case "price_ore":
            return look.kroner(value)
        case "gender":
            return str(Gender(value).label)
        case "workforce":
            return str(Workforce(value).label)
        case "places":
            return "; ".join(_joined(row, "name", "address", "postal_code") for row in value)
        case "sessions":
            return "; ".join(row["text"] for row in value)
        case "translations":
            return "; ".join(f"{LANGUAGES.label(row['language'])}: {row['title']}" for row in value)
        case "coverage":
            return ", ".join(_areas(value))
    if name in _WORDS:
        codes: Iterable[str] = value if isinstance(value, list) else [value]
        return ", ".join(_WORDS[name].labels(codes))
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(value)


def _joined(row: Facts, *names: str) -> str:
    return ", ".join(row[name] for name in names if row.get(name))


def _areas(rows: list[Facts]) -> list[str]:
    kinds = OfferCoverage.Type
    names = {row["area"]: row["area"] for row in rows}
    for kind, model, key in (
        (kinds.MUNICIPALITY, Municipality, "code"),
        (kinds.REGION, Region, "slug"),
        (kinds.HEALTH_COUNCIL, HealthCouncil, "slug"),
    ):
        wanted = [row["area"] for row in rows if row["type"] == kind]
        if wanted:
            found = model._default_manager.filter(**{f"{key}__in": wanted})
            names.update(found.values_list(key, "name"))
    return [names[row["area"]] or _("hele landet") for row in rows]
