"""What is true now: whether people are taken, how much room there is, how fast they answer."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.models import (
    Offer,
    OfferCapacity,
    OfferStatus,
)
from organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether somebody can be sent there now, and the one sentence that says why not."""

    takes_people: bool
    title: str = ""
    text: str = ""
    kind: str = "warn"


def standing_of(offer: Offer) -> Standing:
    """The notice at the top of the page. The first that applies says it."""
    if offer.organisation.status != Organisation.Status.ACTIVE:
        return Standing(
            False,
            _("Foreningen findes ikke mere"),
            _("Siden står her, så du kan se, hvad det var. Søg efter noget andet."),
        )
    match offer.status:
        case OfferStatus.ARCHIVED:
            return Standing(
                False,
                _("Tilbuddet er slut"),
                _("Det tager ikke imod flere. Søg efter noget, der ligner."),
            )
        case OfferStatus.PAUSED:
            return Standing(
                False,
                _("Tilbuddet holder pause"),
                _("Foreningen tager ikke imod nye lige nu. Prøv igen senere, eller søg videre."),
            )
        case OfferStatus.DRAFT:
            return Standing(
                False,
                _("Kun I kan se siden"),
                _("Det er en kladde. Sådan kommer den til at se ud."),
                "",
            )
        case OfferStatus.IN_REVIEW:
            return Standing(
                False,
                _("Til gennemsyn"),
                _("En koordinator læser tilbuddet, før alle kan se det."),
                "",
            )
    if offer.is_hidden_as_stale:
        return Standing(
            False,
            _("Ikke bekræftet længe"),
            _("Foreningen har ikke bekræftet siden meget længe. Ring, før du tager afsted."),
        )
    if not offer.is_confirmed:
        return Standing(
            True,
            _("Ikke bekræftet for nylig"),
            _("Noget kan være ændret. Ring eller skriv, før du tager afsted."),
        )
    return Standing(True)


def room_of(offer: Offer) -> dict[str, Any]:
    """The right card: room with its date, never a figure without one."""
    capacity: OfferCapacity | None = getattr(offer, "capacity", None)
    ended = offer.status in {OfferStatus.PAUSED, OfferStatus.ARCHIVED}
    if capacity is None or ended or offer.organisation.status != Organisation.Status.ACTIVE:
        return {"status": "", "label": "", "places": "", "wait": "", "as_of": None}
    places = ""
    if capacity.places is not None:
        places = ngettext("%(n)s plads", "%(n)s pladser", capacity.places) % {"n": capacity.places}
    return {
        "status": capacity.status,
        "label": capacity.get_status_display(),
        "places": places,
        "wait": _wait(capacity),
        "as_of": capacity.as_of,
    }


def _wait(capacity: OfferCapacity) -> str:
    kinds = OfferCapacity.Status
    if capacity.wait_weeks:
        weeks = capacity.wait_weeks
        return ngettext("Ca. %(n)s uge", "Ca. %(n)s uger", weeks) % {"n": weeks}
    if capacity.status == kinds.OPEN:
        return _("Ingen")
    return _("Ikke oplyst") if capacity.status == kinds.WAITING_LIST else ""


def answer_time(offer: Offer) -> str:
    days = offer.answer_days
    if days is None:
        return ""
    if days == 0:
        return _("Samme dag")
    return ngettext("%(n)s hverdag", "%(n)s hverdage", days) % {"n": days}
