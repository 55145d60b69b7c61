"""How one joins, told twice; when, for whom and from where."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from offers import calendar
from offers.facts import SUBJECT_ROLES
from offers.models import (
    Offer,
    OfferCoverage,
    OfferSession,
)
from offers.vocabularies import (
    PARTICIPATION,
    TARGET_GROUPS,
)
from portal.common import clock
from portal.common.templatetags import look
from portal.documents.calendar_file import CalendarEvent
from portal.notifications.rendering import absolute

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÆØÅ])")
_STEPS: Final = 3


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
    return _steps(offer.inherited("how_to_join_citizen"), more)


def steps_for_professional(offer: Offer, *, takes_people: bool) -> list[str]:
    if not offer.organisation.takes_referrals or not takes_people:
        more = [
            _("Foreningen modtager ikke henvisninger her lige nu."),
            _("Giv folderen til borgeren, og spørg til det næste gang."),
        ]
        return _steps(offer.inherited("how_to_join_professional"), more)
    more = [
        _("Giv borgeren en kode. Så skal ingen dele oplysninger."),
        _("Kan borgeren ikke selv ringe, så send oplysninger med samtykke."),
        _("Foreningen melder tilbage, når de har set borgeren."),
    ]
    return _steps(offer.inherited("how_to_join_professional"), more)


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
    return [
        {"day": look.capitalised(look.weekday_date(moment)), "time": _hours(session)}
        for moment, session in coming(offer, 3)
    ]


def coming(offer: Offer, count: int) -> list[tuple[datetime, OfferSession]]:
    """The next `count` beginnings of all that repeats, each with its session."""
    now = clock.now()
    found: list[tuple[datetime, OfferSession]] = []
    for row in offer.page_sessions:  # type: ignore[attr-defined]
        session = _session(row)
        found += [(moment, session) for moment in calendar.next_dates(session, now, count)]
    return sorted(found, key=lambda pair: pair[0])[:count]


def calendar_events(offer: Offer) -> list[CalendarEvent]:
    """Half a year of a weekly café, for somebody's own calendar; empty without fixed dates."""
    places: list[dict[str, Any]] = offer.page_places  # type: ignore[attr-defined]
    where = places[0] if places else {}
    place = ", ".join(where[part] for part in ("name", "address", "town") if where.get(part))
    url = absolute(reverse("offers:detail", args=[offer.slug]))
    return [
        CalendarEvent(
            uid=f"{offer.slug}-{moment:%Y%m%d%H%M}@samspil",
            title=offer.title,
            begins_at=moment,
            ends_at=_end(moment, session),
            place=place,
            url=url,
        )
        for moment, session in coming(offer, 26)
    ]


def _end(moment: datetime, session: OfferSession) -> datetime | None:
    if session.start_time is None or session.end_time is None:
        return None
    return datetime.combine(moment.date(), session.end_time, tzinfo=moment.tzinfo)


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
