"""Dates for somebody's own calendar, as iCalendar (RFC 5545), from plain data.

Each date is written out in UTC. A rule would need the time zone's own definition in the file, and a
calendar that reads it differently would send somebody out on the wrong day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portal.common import clock
from portal.common.text import clean_line

_LONGEST_LINE = 73  # octets, one less than allowed for the space of a folded line
_USUAL_LENGTH = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """`uid` stays the same when the file is fetched again, so that nothing is entered twice."""

    uid: str
    title: str
    begins_at: datetime
    ends_at: datetime | None = None
    place: str = ""
    url: str = ""


def render_calendar(events: Sequence[CalendarEvent]) -> bytes:
    """The file. Raises ValueError without an event: a calendar has at least one."""
    if not events:
        raise ValueError("A calendar has at least one event.")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Samspil//DA", "METHOD:PUBLISH"]
    for event in events:
        lines += _lines_of(event)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _lines_of(event: CalendarEvent) -> list[str]:
    ends_at = event.ends_at or event.begins_at + _USUAL_LENGTH
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_escaped(event.uid)}",
        f"DTSTAMP:{_moment(clock.now())}",
        f"DTSTART:{_moment(event.begins_at)}",
        f"DTEND:{_moment(max(ends_at, event.begins_at))}",
        f"SUMMARY:{_escaped(event.title)}",
    ]
    if event.place:
        lines.append(f"LOCATION:{_escaped(event.place)}")
    if event.url:
        lines.append(f"URL:{clean_line(event.url)}")
    return [*lines, "END:VEVENT"]


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """A text value: one line, with the four characters that mean something made harmless."""
    plain = clean_line(text)
    for character in ("\\", ";", ","):
        plain = plain.replace(character, f"\\{character}")
    return plain


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets, never cut inside a letter."""
    part, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > _LONGEST_LINE:
            yield part
            part, size = " ", 1
        part += letter
        size += octets
    yield part
