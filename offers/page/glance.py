"""Six facts in one grid."""

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.models import (
    Offer,
)
from offers.models.offer import Gender
from offers.vocabularies import (
    ACCESSIBILITY,
    FORMS,
    LANGUAGES,
    TARGET_GROUPS,
)
from organisations.models import Workforce
from portal.common.templatetags import look
from portal.geography.places import Place

_METRES: Final = 111_195.0
_NARROWING: Final = 0.557


def glance_of(offer: Offer, place: Place | None) -> list[dict[str, str]]:
    """Six facts in one grid. All six are always there: what is not known says so."""
    return [
        {"icon": "location", "label": _("Sted"), **_where(offer, place)},
        {"icon": "time", "label": _("Hvornår"), **_when(offer)},
        {"icon": "payments", "label": _("Pris"), **_price(offer)},
        {"icon": "person", "label": _("For hvem"), **_whom(offer)},
        {"icon": "groups", "label": _("Hvem står for det"), **_who_carries_it(offer)},
        {"icon": "language", "label": _("Sprog"), **_languages(offer)},
    ]


def _fact(value: str, note: str = "") -> dict[str, str]:
    return {"value": value, "note": note}


def _where(offer: Offer, place: Place | None) -> dict[str, str]:
    places: list[dict[str, Any]] = offer.page_places  # type: ignore[attr-defined]
    access = [ACCESSIBILITY.label(code) for code in offer.accessibility[:2]]
    if not places:
        return _fact(FORMS.label(offer.mode), ", ".join(access))
    first = min(places, key=lambda row: _metres(row, place)) if place else places[0]
    town = first["town"] or first["municipality"]
    near = _metres(first, place) if place else None
    where = f"{town}, {look.distance(near)}" if near is not None and near < 1e6 else town
    more = len(places) - 1
    others = (
        ngettext("og %(n)s sted mere", "og %(n)s steder mere", more) % {"n": more} if more else ""
    )
    value = ", ".join(part for part in (first["name"], first["address"]) if part)
    return _fact(value, ". ".join(part for part in (where, others, ", ".join(access)) if part))


def _metres(row: dict[str, Any], place: Place | None) -> float:
    if place is None or row["latitude"] is None:
        return float("inf")
    north = row["latitude"] - place.latitude
    east = (row["longitude"] - place.longitude) * _NARROWING
    return float((north**2 + east**2) ** 0.5 * _METRES)


def _when(offer: Offer) -> dict[str, str]:
    sessions: list[dict[str, Any]] = offer.page_sessions  # type: ignore[attr-defined]
    if not sessions:
        return _fact(_("Efter aftale"))
    return _fact(sessions[0]["text"], ". ".join(row["text"] for row in sessions[1:3]))


def _price(offer: Offer) -> dict[str, str]:
    if offer.price_ore == 0:
        note = offer.price_note if offer.price_note.lower() != _("Gratis").lower() else ""
        return _fact(_("Gratis"), note)
    if offer.price_ore is None:
        return _fact(offer.price_note or _("Ikke oplyst"))
    return _fact(look.kroner(offer.price_ore), offer.price_note)


def _whom(offer: Offer) -> dict[str, str]:
    groups = [TARGET_GROUPS[code] for code in offer.target_groups if code in TARGET_GROUPS]
    who = [group.label for group in groups if group.dimension != "rolle"] or [
        group.label for group in groups
    ]
    value = ", ".join([who[0], *(label.lower() for label in who[1:3])]) if who else _("Alle")
    notes = [ages(offer)]
    if offer.gender != Gender.ALL:
        notes.append(_("Kun %(who)s") % {"who": str(offer.get_gender_display()).lower()})
    if "relative" in offer.subject_roles and "patient" in offer.subject_roles:
        notes.append(_("Pårørende er velkomne"))
    return _fact(value, ". ".join(note for note in notes if note))


def ages(offer: Offer) -> str:
    young, old = offer.age_min, offer.age_max
    if young and old:
        return _("%(from)s til %(to)s år") % {"from": young, "to": old}
    if young:
        return _("Fra %(age)s år") % {"age": young}
    return _("Op til %(age)s år") % {"age": old} if old else ""


def _who_carries_it(offer: Offer) -> dict[str, str]:
    workforce = offer.workforce
    profile = getattr(offer.organisation, "profile", None)
    if workforce == Workforce.UNKNOWN and profile is not None:
        workforce = profile.workforce
    notes = [_("Ledet af nogen, der selv har prøvet det")] if offer.peer_led else []
    if profile is not None and profile.volunteer_support and workforce != Workforce.EMPLOYEES:
        notes.append(_("Oplært og støttet"))
    return _fact(str(Workforce(workforce).label), ". ".join(notes))


def _languages(offer: Offer) -> dict[str, str]:
    names = LANGUAGES.labels(offer.languages)
    value = ", ".join([*names[:1], *(name.lower() for name in names[1:])]) or LANGUAGES.label("da")
    translated: list[dict[str, Any]] = offer.page_translations  # type: ignore[attr-defined]
    more = [LANGUAGES.label(row["language"]).lower() for row in translated]
    return _fact(value, _("Læs om det på %(names)s") % {"names": ", ".join(more)} if more else "")
