"""What the page of one offer shows, as plain data. One statement loads it; nothing asks again."""

from typing import Any, Final

from offers.cards import PICTURES
from offers.models import Offer
from offers.page.actions import actions_of, signpost_of
from offers.page.glance import glance_of
from offers.page.joining import (
    area_of,
    calendar_events,
    fits,
    next_times,
    steps_for_citizen,
    steps_for_professional,
)
from offers.page.loading import load_page, with_page_facts
from offers.page.standing import answer_time, room_of, standing_of
from offers.vocabularies import ACCESSIBILITY, CATEGORIES, LANGUAGES
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.geography.places import Place

__all__ = [
    "calendar_events",
    "glance_of",
    "load_page",
    "next_times",
    "page_of",
    "room_of",
    "steps_for_citizen",
    "steps_for_professional",
    "with_page_facts",
]

_OTHER_PICTURE: Final = ("leaf", "k2")


def page_of(
    offer: Offer, actor: Actor, *, place: Place | None, saved: bool, parent: str = ""
) -> dict[str, Any]:
    """Everything the template shows. `place` is where the reader searched from, `parent` the
    referral that a navigator searches for."""
    standing = standing_of(offer)
    icon, colour = PICTURES.get(offer.category, _OTHER_PICTURE)
    profile = getattr(offer.organisation, "profile", None)
    own = offer.organisation_id == actor.organisation_id and allows(actor, Permission.OFFER_EDIT)
    return {
        "offer": offer,
        "icon": icon,
        "colour": colour,
        "category": CATEGORIES.label(offer.category),
        "standing": standing,
        "room": room_of(offer),
        "answer_time": answer_time(offer),
        "glance": glance_of(offer, place),
        "citizen_steps": steps_for_citizen(offer),
        "professional_steps": steps_for_professional(offer, takes_people=standing.takes_people),
        "times": next_times(offer),
        "fits": fits(offer),
        "accessibility": ACCESSIBILITY.labels(offer.accessibility),
        "area": area_of(offer),
        "places": offer.page_places,  # type: ignore[attr-defined]
        "translations": _translations(offer),
        "volunteer_support": profile.volunteer_support if profile else "",
        "needs": offer.needs_from_public,
        "saved": saved,
        "own": own,
        "actions": actions_of(offer, actor, standing, place, parent),
        "signpost": signpost_of(offer, actor, place),
    }


def _translations(offer: Offer) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = offer.page_translations  # type: ignore[attr-defined]
    return [
        {
            **row,
            "name": LANGUAGES[row["language"]].native,
            "direction": LANGUAGES[row["language"]].direction,
        }
        for row in rows
        if row["language"] in LANGUAGES
    ]
