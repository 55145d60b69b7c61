"""Dates for somebody's own calendar, as iCalendar (RFC 5545), from plain data.

Each moment is written out in UTC. A rule would need the time zone's own definition in the file,
and a
calendar that reads it differently would send somebody out on the wrong day. What lasts a whole day
is a date without a time, so it stands on that day wherever it is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

from portal.common import clock
from portal.common.text import clean_line

_USUAL_LENGTH = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """`uid` stays the same when the file is fetched again, so that nothing is entered twice.
    `begins_at` is a moment, or a day for what lasts all day."""

    uid: str
    title: str
    begins_at: datetime | date
    ends_at: datetime | None = None
    place: str = ""
    url: str = ""


def render_calendar(events: Sequence[CalendarEvent], *, name: str = "") -> bytes:
    """The file. `name` is what a calendar program calls it when it subscribes."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Samspil//DA")
    calendar.add("method", "PUBLISH")
    if name:
        calendar.add("x-wr-calname", clean_line(name))
    for event in events:
        calendar.add_component(_component(event))
    content: bytes = calendar.to_ical()
    return content


def _component(event: CalendarEvent) -> Event:
    component = Event()
    component.add("uid", clean_line(event.uid))
    component.add("dtstamp", clock.now())
    component.add("summary", clean_line(event.title))
    if isinstance(event.begins_at, datetime):
        ends_at = event.ends_at or event.begins_at + _USUAL_LENGTH
        component.add("dtstart", event.begins_at.astimezone(UTC))
        component.add("dtend", max(ends_at, event.begins_at).astimezone(UTC))
    else:
        component.add("dtstart", event.begins_at)
        component.add("dtend", event.begins_at + timedelta(days=1))
        # A deadline does not make anybody busy.
        component.add("transp", "TRANSPARENT")
    if event.place:
        component.add("location", clean_line(event.place))
    if event.url:
        component.add("url", clean_line(event.url))
    return component
