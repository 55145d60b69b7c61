"""What the page of one offer shows, as plain data. One statement loads it; nothing asks again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers import calendar
from offers.cards import PICTURES, url_or_nothing
from offers.facts import SUBJECT_ROLES
from offers.models import (
    Offer,
    OfferCapacity,
    OfferCoverage,
    OfferLocation,
    OfferSession,
    OfferStatus,
    OfferTranslation,
)
from offers.models.offer import Gender
from offers.vocabularies import (
    ACCESSIBILITY,
    CATEGORIES,
    FORMS,
    LANGUAGES,
    PARTICIPATION,
    TARGET_GROUPS,
)
from organisations.models import Organisation, Workforce
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.templatetags import look
from portal.geography.places import Place

_METRES: Final = 111_195.0
_NARROWING: Final = 0.557
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÆØÅ])")
_STEPS: Final = 3
_OTHER_PICTURE: Final = ("leaf", "k2")


# --- loading ----------------------------------------------------------------------------------
def load_page(slug: str, actor: Actor) -> Offer | None:
    """The offer with all that its page shows, if its page opens for this actor. One statement."""

    def rows(model: type[Any]) -> Any:
        return model.objects.filter(offer=OuterRef("pk")).order_by("pk")

    def as_json(model: type[Any], **fields: str) -> ArraySubquery:
        shown = JSONObject(**{name: F(source) for name, source in fields.items()})
        return ArraySubquery(rows(model).values(json=shown))

    return (
        Offer.objects.open_to(actor)
        .filter(slug=slug)
        .select_related("organisation", "organisation__profile", "capacity", "template")
        .annotate(
            page_places=as_json(
                OfferLocation,
                name="name",
                address="address",
                postal_code="postal_code",
                town="town",
                municipality="municipality__name",
                latitude="latitude",
                longitude="longitude",
            ),
            page_coverage=as_json(
                OfferCoverage,
                type="type",
                region="region__name",
                council="health_council__name",
                municipality="municipality__name",
                code="municipality__code",
            ),
            page_sessions=as_json(
                OfferSession,
                text="text",
                rrule="rrule",
                starts_on="starts_on",
                start_time="start_time",
                end_time="end_time",
            ),
            page_translations=as_json(
                OfferTranslation, language="language", title="title", summary="summary"
            ),
        )
        .first()
    )


# --- what is true now --------------------------------------------------------------------------
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


# --- six facts ---------------------------------------------------------------------------------
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


# --- how to join, dates, for whom ---------------------------------------------------------------
def steps_for_citizen(offer: Offer) -> list[str]:
    more = []
    if offer.bring:
        bring = offer.bring.rstrip(".")
        more.append(_("Tag med: %(things)s.") % {"things": bring[:1].lower() + bring[1:]})
    if offer.organisation.phone:
        more.append(
            _("Vil du tale med nogen først, så ring %(phone)s.")
            % {"phone": offer.organisation.phone.replace(" ", "\N{NO-BREAK SPACE}")}
        )
    more.append(_("Du må gerne tage en med, når du kommer første gang."))
    return _steps(offer.how_to_join_citizen, more)


def steps_for_professional(offer: Offer, *, takes_people: bool) -> list[str]:
    if not offer.organisation.takes_referrals or not takes_people:
        more = [
            _("Foreningen modtager ikke henvisninger her lige nu."),
            _("Giv folderen til borgeren, og spørg til det næste gang."),
        ]
        return _steps(offer.how_to_join_professional, more)
    more = [
        _("Giv borgeren en kode. Så skal ingen dele oplysninger."),
        _("Kan borgeren ikke selv ringe, så send oplysninger med samtykke."),
        _("Foreningen melder tilbage, når de har set borgeren."),
    ]
    return _steps(offer.how_to_join_professional, more)


def _steps(text: str, more: Sequence[str]) -> list[str]:
    """The association's own sentences, filled up to three. A long text ends in its third step."""
    own = [
        part.strip() for line in text.split("\n") for part in _SENTENCE.split(line) if part.strip()
    ]
    if len(own) > _STEPS:
        own = [*own[: _STEPS - 1], " ".join(own[_STEPS - 1 :])]
    said = " ".join(own)
    fill = [line for line in more if not _says_the_same(said, line)]
    return [*own, *fill][:_STEPS]


def _says_the_same(text: str, line: str) -> bool:
    """A phone number or the code is not told twice."""
    digits = re.sub(r"\D", "", line)
    if digits:
        return digits in re.sub(r"\D", "", text)
    return "kode" in line.lower() and "kode" in text.lower()


def next_times(offer: Offer) -> list[dict[str, Any]]:
    """The next three dates of all that repeats, the first first."""
    now = clock.now()
    found: list[tuple[datetime, OfferSession]] = []
    for row in offer.page_sessions:  # type: ignore[attr-defined]
        session = _session(row)
        found += [(moment, session) for moment in calendar.next_dates(session, now)]
    found.sort(key=lambda pair: pair[0])
    return [
        {"day": look.capitalised(look.weekday_date(moment)), "time": _hours(session)}
        for moment, session in found[:3]
    ]


def _session(row: dict[str, Any]) -> OfferSession:
    def a_time(value: str | None) -> time | None:
        return time.fromisoformat(value) if value else None

    return OfferSession(
        text=row["text"],
        rrule=row["rrule"],
        starts_on=date.fromisoformat(row["starts_on"]) if row["starts_on"] else None,
        start_time=a_time(row["start_time"]),
        end_time=a_time(row["end_time"]),
    )


def _hours(session: OfferSession) -> str:
    if session.start_time is None:
        return ""
    shown = [_clock(moment) for moment in (session.start_time, session.end_time) if moment]
    return _("kl. %(hours)s") % {"hours": "–".join(shown)}


def _clock(moment: time) -> str:
    return f"{moment:%-H}" if moment.minute == 0 else f"{moment:%-H.%M}"


def fits(offer: Offer) -> list[str]:
    """For whom, in short lines."""
    roles = [str(SUBJECT_ROLES[role]) for role in offer.subject_roles if role in SUBJECT_ROLES]
    lines = [_listed(roles)] if roles else []
    if offer.conditions:
        lines.append(_listed([look.capitalised(word) for word in offer.conditions[:6]]))
    groups = [
        TARGET_GROUPS[code].label
        for code in offer.target_groups
        if code in TARGET_GROUPS and TARGET_GROUPS[code].dimension != "rolle"
    ]
    if groups:
        lines.append(_listed(groups[:6]))
    how = PARTICIPATION.labels(code for code in offer.participation if code != "gratis")
    return [*lines, *how[:3]]


def _listed(words: Sequence[str]) -> str:
    first, rest = words[0], [word[:1].lower() + word[1:] for word in words[1:]]
    if not rest:
        return first
    return _("%(words)s og %(last)s") % {"words": ", ".join([first, *rest[:-1]]), "last": rest[-1]}


def area_of(offer: Offer) -> str:
    """Whom it takes, by area, as one line."""
    rows: list[dict[str, Any]] = offer.page_coverage  # type: ignore[attr-defined]
    if any(row["type"] == OfferCoverage.Type.NATIONAL for row in rows) or not rows:
        return _("Hele landet")
    names = [row["region"] or row["council"] or row["municipality"] for row in rows]
    shown = sorted(dict.fromkeys(names), key=str)
    if len(shown) > 8:
        return _("%(names)s og %(n)s til") % {
            "names": ", ".join(shown[:7]),
            "n": len(shown) - 7,
        }
    return ", ".join(shown)


# --- the whole page -----------------------------------------------------------------------------
def page_of(offer: Offer, actor: Actor, *, place: Place | None, saved: bool) -> dict[str, Any]:
    """Everything the template shows. `place` is where the reader searched from."""
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
        "actions": _actions(offer, actor, standing, place),
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


def _actions(offer: Offer, actor: Actor, standing: Standing, place: Place | None) -> dict[str, str]:
    """Addresses of what can be done here; an empty one leaves its button out."""
    capacity: OfferCapacity | None = getattr(offer, "capacity", None)
    full = capacity is not None and capacity.status == OfferCapacity.Status.FULL
    intake = standing.takes_people and not full and offer.organisation.takes_referrals
    refer = ""
    if intake and allows(actor, Permission.REFERRAL_SEND):
        query = {"tilbud": offer.slug}
        if place is not None:
            query["kommune"] = place.municipality_code
        address = url_or_nothing("referrals:create")
        refer = f"{address}?{urlencode(query)}" if address else ""
    public = offer.status == OfferStatus.PUBLISHED
    return {
        "refer": refer,
        "closed": _("Holdet er fuldt lige nu.") if full and standing.takes_people else "",
        "print": url_or_nothing("offers:leaflet", offer.slug) if public else "",
        "write": url_or_nothing("referrals:self", offer.slug) if intake else "",
        "concern": url_or_nothing("referrals:concern", offer.slug) if public else "",
        "save": url_or_nothing("offers:star", offer.slug) if public else "",
    }


def signpost_of(offer: Offer, actor: Actor, place: Place | None) -> dict[str, str] | None:
    """One click for "I told the citizen about it": for clinicians, counted in the municipality that
    was searched, else in their own. One statement where no place was searched."""
    address = url_or_nothing("referrals:signpost")
    if not address or offer.status != OfferStatus.PUBLISHED:
        return None
    if not allows(actor, Permission.SIGNPOST_COUNT):
        return None
    code = place.municipality_code if place is not None else ""
    if not code:
        own = Organisation.objects.run_by(actor).values_list("municipality__code", flat=True)
        code = own.first() or ""
    if not code:
        return None
    return {"url": f"{address}?{urlencode({'tilbud': offer.slug})}", "municipality": code}
