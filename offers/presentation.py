"""An offer's facts as lines to read, for leaflets and pages: plain text, no markup."""

from django.utils.translation import gettext as _

from offers.calendar import next_date
from offers.models import Offer
from portal.common import clock
from portal.common.templatetags.look import kroner, weekday_time

Lines = tuple[str, ...]


def how_to_join_lines(offer: Offer) -> Lines:
    text = offer.inherited("how_to_join_citizen")
    return (text,) if text else ()


def session_lines(offer: Offer) -> Lines:
    """When it takes place, and the next date where a rule gives one."""
    lines = []
    for session in offer.sessions.all():
        following = next_date(session, clock.now())
        if following is None:
            lines.append(session.text)
        else:
            lines.append(
                _("%(text)s. Næste gang %(date)s")
                % {"text": session.text.rstrip("."), "date": weekday_time(following)}
            )
    return tuple(lines)


def place_lines(offer: Offer) -> Lines:
    """Name, street and town of each place; nothing for an offer that nobody travels to."""
    lines = []
    for place in offer.locations.all():
        town = f"{place.postal_code} {place.town}".strip()
        parts = [part for part in (place.name, place.address, town) if part]
        lines.append(", ".join(parts))
    return tuple(lines)


def price_text(offer: Offer) -> str:
    if offer.price_note:
        return offer.price_note
    if offer.price_ore is None:
        return ""
    return kroner(offer.price_ore) if offer.price_ore else _("Gratis")
