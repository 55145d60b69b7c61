"""What a search result shows, as plain data for `components/offer_card.html`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers import calendar
from offers.addresses import page_url, refer_url, url_or_nothing
from offers.models import Offer, OfferCapacity, OfferLocation, OfferSession
from offers.models.offer import Gender, OfferQuerySet
from offers.search.finding import Hit
from offers.vocabularies import FORMS, TARGET_GROUPS
from portal.access.actor import Actor
from portal.common import clock
from portal.common.templatetags import look
from portal.geography.places import Place

# Category → drawing and colour. By sight the kinds of help fall into few.
PICTURES: Final[Mapping[str, tuple[str, str]]] = {
    "sociale-aktiviteter": ("cup", "k1"),
    "netvaerk": ("pair", "k6"),
    "stoette-vejledning": ("chat", "k3"),
    "raadgivning": ("chat", "k3"),
    "bevaegelse": ("walk", "k2"),
    "viden-kompetence": ("book", "k5"),
    "behandlingstilbud": ("heart", "k4"),
    "bisidder": ("pair", "k3"),
    "oplysning": ("book", "k5"),
    "sundhedsklinik": ("heart", "k4"),
    "udgaaende": ("bridge", "k5"),
    "rehabilitering": ("walk", "k2"),
    "peer": ("pair", "k6"),
    "overgang": ("house", "k3"),
    "ensomhed": ("cup", "k1"),
    "kompetenceudvikling": ("book", "k5"),
    "foelgeskab": ("bridge", "k5"),
}
_OTHER: Final = ("leaf", "k2")
# Nobody travels to these.
_REMOTE: Final = frozenset({"telefon", "digital", "chat"})
_AT_HOME: Final = "udgaaende"


def card_rows(ids: Iterable[int]) -> dict[int, Offer]:
    """Everything the cards show of these offers, in one statement."""
    places = OfferLocation.objects.filter(offer=OuterRef("pk")).order_by("pk")
    sessions = OfferSession.objects.filter(offer=OuterRef("pk")).order_by("pk")
    offers: OfferQuerySet = Offer.objects.public()
    rows = offers.filter(pk__in=list(ids)).select_related("organisation", "capacity", "template")
    return {
        offer.pk: offer
        for offer in rows.annotate(
            card_places=ArraySubquery(
                places.values(
                    json=JSONObject(
                        name="name",
                        town="town",
                        municipality="municipality__name",
                        latitude="latitude",
                        longitude="longitude",
                    )
                )
            ),
            card_sessions=ArraySubquery(
                sessions.values(
                    json=JSONObject(
                        text="text", rrule="rrule", starts_on="starts_on", start_time="start_time"
                    )
                )
            ),
        )
    }


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom the cards are drawn: who may refer, from where, and what is on the list to print."""

    actor: Actor
    place: Place | None = None
    starred: Collection[str] = ()
    here: str = ""  # the address that a star leads back to
    parent: str = ""  # the running referral that a navigator searches for


def cards(hits: Sequence[Hit], viewer: Viewer) -> list[dict[str, Any]]:
    """One for each hit, in order. An offer that was hidden a moment ago is left out."""
    rows = card_rows(hit.offer_id for hit in hits)
    return [card(rows[hit.offer_id], viewer, km=hit.km) for hit in hits if hit.offer_id in rows]


def card(offer: Offer, viewer: Viewer, *, km: float | None = None) -> dict[str, Any]:
    """`offer` comes from `card_rows`."""
    icon, colour = PICTURES.get(offer.category, _OTHER)
    capacity: OfferCapacity | None = getattr(offer, "capacity", None)
    refer = _refer_url(offer, capacity, viewer)
    return {
        "id": offer.pk,
        "slug": offer.slug,
        "title": offer.title,
        "url": page_url(offer, place=viewer.place, parent=viewer.parent),
        "organisation": offer.organisation.name,
        "summary": offer.shown_summary,
        "icon": icon,
        "colour": colour,
        "capacity": capacity.status if capacity else OfferCapacity.Status.OPEN,
        "capacity_label": capacity.get_status_display() if capacity else _("Åben for nye"),
        "notes": [note for note in (_speed(offer, capacity), freshness(offer)) if note],
        "facts": _facts(offer, viewer, km),
        "refer_url": refer,
        "see": not refer,
        "print_url": url_or_nothing("offers:leaflet", offer.slug),
        "star_url": url_or_nothing("offers:star", offer.slug),
        "starred": offer.slug in viewer.starred,
        "here": viewer.here,
    }


def _refer_url(offer: Offer, capacity: OfferCapacity | None, viewer: Viewer) -> str:
    """Where the reader refers from here. Closed intakes say so on the page; `full` has no
    button."""
    full = capacity is not None and capacity.status == OfferCapacity.Status.FULL
    if full or not offer.organisation.takes_referrals:
        return ""
    return refer_url(offer, viewer.actor, place=viewer.place, parent=viewer.parent)


# --- right side: what is true now -------------------------------------------------------------
def _speed(offer: Offer, capacity: OfferCapacity | None) -> str:
    statuses = OfferCapacity.Status
    if capacity and capacity.wait_weeks and capacity.status != statuses.OPEN:
        weeks = capacity.wait_weeks
        return ngettext("Ca. %(n)s uges ventetid", "Ca. %(n)s ugers ventetid", weeks) % {"n": weeks}
    if offer.answer_days is not None:
        days = offer.answer_days
        if days == 0:
            return _("Svarer typisk samme dag")
        return ngettext("Svarer typisk på %(n)s dag", "Svarer typisk på %(n)s dage", days) % {
            "n": days
        }
    if capacity and capacity.places and capacity.status == statuses.FEW_PLACES:
        places = capacity.places
        return ngettext("%(n)s plads tilbage", "%(n)s pladser tilbage", places) % {"n": places}
    return ""


def freshness(offer: Offer) -> str:
    """When somebody last said that it is still right; workflows.md calls later ones *not
    confirmed*."""
    if offer.verified_at is None:
        return _("Ikke bekræftet")
    day = clock.local(offer.verified_at).date()
    shown = look.short_date(day) if day.year != clock.today().year else look.day_month(day)
    if offer.is_confirmed:
        return _("Bekræftet %(date)s") % {"date": shown}
    return _("Ikke bekræftet siden %(date)s") % {"date": shown}


# --- left side: where, when, price, for whom ---------------------------------------------------
def _facts(offer: Offer, viewer: Viewer, km: float | None) -> list[dict[str, str]]:
    facts = [
        {"icon": "location", "text": _where(offer, viewer.place, km)},
        {"icon": "calendar-month", "text": _when(offer)},
        {"icon": "payments", "text": _price(offer)},
        {"icon": "person", "text": for_whom(offer)},
    ]
    return [fact for fact in facts if fact["text"]]


def _where(offer: Offer, place: Place | None, km: float | None) -> str:
    places: list[dict[str, Any]] = offer.card_places  # type: ignore[attr-defined]
    if offer.mode == _AT_HOME:
        return _("Hjemme hos dig")
    if offer.mode in _REMOTE or not places:
        return FORMS.label(offer.mode)
    first = _nearest(places, place)
    town = first["town"] or first["municipality"]
    if km is not None:
        # Both points are good to "which town", so metres would say more than we know.
        far = look.distance(km * 1000) if km >= 1 else _("under 1 km")
        return f"{town}, {far}"
    return str(town)


def _nearest(places: list[dict[str, Any]], place: Place | None) -> dict[str, Any]:
    if place is None:
        return places[0]

    def far(row: dict[str, Any]) -> float:
        if row["latitude"] is None:
            return float("inf")
        north = row["latitude"] - place.latitude
        # A degree of longitude is a little more than half a degree of latitude in Denmark.
        east = (row["longitude"] - place.longitude) * 0.557
        return float(north * north + east * east)

    return min(places, key=far)


def _when(offer: Offer) -> str:
    """The next date, else the association's own words."""
    sessions: list[dict[str, Any]] = offer.card_sessions  # type: ignore[attr-defined]
    now = clock.now()
    moments = []
    for row in sessions:
        session = OfferSession(
            text=row["text"],
            rrule=row["rrule"],
            starts_on=date.fromisoformat(row["starts_on"]) if row["starts_on"] else None,
            start_time=time.fromisoformat(row["start_time"]) if row["start_time"] else None,
        )
        moment = calendar.next_date(session, now)
        if moment is not None:
            moments.append((moment, session.start_time is not None))
    if moments:
        moment, has_time = min(moments)
        words = look.weekday_time(moment) if has_time else look.weekday_date(moment)
        return look.capitalised(words)
    return str(sessions[0]["text"]) if sessions else ""


def _price(offer: Offer) -> str:
    if offer.price_ore == 0:
        return _("Gratis")
    if offer.price_ore is None:
        return offer.price_note
    return look.kroner(offer.price_ore)


def for_whom(offer: Offer) -> str:
    """A few words: ages or sex where they bind, else the first target groups."""
    if offer.gender != Gender.ALL:
        return str(offer.get_gender_display())
    if offer.age_min and offer.age_max:
        return _("%(from)s-%(to)s år") % {"from": offer.age_min, "to": offer.age_max}
    if offer.age_min and offer.age_min > 18:
        return _("Fra %(age)s år") % {"age": offer.age_min}
    if offer.age_max:
        return _("Op til %(age)s år") % {"age": offer.age_max}
    who = [TARGET_GROUPS[code] for code in offer.target_groups if code in TARGET_GROUPS]
    people = [group for group in who if group.dimension in {"rolle", "alder", "livssituation"}]
    first = (people or who)[:1]
    return first[0].label if first else _("Alle")
