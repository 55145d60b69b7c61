"""A file that somebody's calendar reads."""

from datetime import UTC, date, datetime

from portal.documents.calendar_file import CalendarEvent, render_calendar


def event(**fields: object) -> CalendarEvent:
    given = {
        "uid": "hjertecafe-1@samspil.example",
        "title": "Hjertecafé",
        "begins_at": datetime(2026, 11, 26, 13, tzinfo=UTC),
        **fields,
    }
    return CalendarEvent(**given)  # type: ignore[arg-type]


def text_of(*events: CalendarEvent) -> str:
    return render_calendar(events).decode()


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_an_event_has_its_moment_in_utc() -> None:
    lines = unfolded(text_of(event(ends_at=datetime(2026, 11, 26, 15, tzinfo=UTC))))

    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART:20261126T130000Z" in lines
    assert "DTEND:20261126T150000Z" in lines
    assert "SUMMARY:Hjertecafé" in lines


def test_what_has_no_end_lasts_an_hour() -> None:
    assert "DTEND:20261126T140000Z" in unfolded(text_of(event()))


def test_letters_that_mean_something_are_made_harmless() -> None:
    lines = unfolded(text_of(event(title="Kaffe, te; og\\kage\r\nBEGIN:VEVENT", place="Huset, 1")))

    assert "SUMMARY:Kaffe\\, te\\; og\\\\kage BEGIN:VEVENT" in lines
    assert "LOCATION:Huset\\, 1" in lines
    assert lines.count("BEGIN:VEVENT") == 1


def test_lines_are_folded_by_octets_and_never_inside_a_letter() -> None:
    title = "æ" * 200

    text = text_of(event(title=title))

    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert f"SUMMARY:{title}" in unfolded(text)


def test_what_lasts_a_day_is_a_date_without_a_time_and_makes_nobody_busy() -> None:
    lines = unfolded(text_of(event(begins_at=date(2026, 11, 26))))

    assert "DTSTART;VALUE=DATE:20261126" in lines
    assert "DTEND;VALUE=DATE:20261127" in lines
    assert "TRANSP:TRANSPARENT" in lines


def test_a_feed_without_dates_is_still_a_calendar_with_its_name() -> None:
    lines = unfolded(render_calendar([], name="Aftaler").decode())

    assert lines[0] == "BEGIN:VCALENDAR"
    assert "X-WR-CALNAME:Aftaler" in lines
    assert "BEGIN:VEVENT" not in lines
