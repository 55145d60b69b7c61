"""Facts as a browser posts them, and back. Money is typed in kroner, hours as they are."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from partnerships.editor.pen import Pen
from partnerships.facts import SECTIONS, Column, Facts, Kind, Part, Section
from partnerships.facts.cleaning import LARGEST_AMOUNT, MOST_ROWS, number_of
from partnerships.facts.pointing import pointers
from partnerships.facts.wording import is_hours
from portal.common.drafts import Typed
from portal.common.templatetags.look import number

# A level that is not typed by itself: the area's own value names it too.
LEVEL: Final = "scope_level"
Errors = dict[str, str]
Row = Mapping[str, Any]


def name_of(part: Part, row: int, column: str) -> str:
    return f"{part.name}-{row}-{column}"


def new_title(part: Part, row: int) -> str:
    return f"{part.row_label} {row + 1}"


def place_of(part: Part, row: int) -> str:
    """What a new row is called until it is saved, so that another row can name it."""
    return f"{part.name}-{row}"


def count_of(part: Part, typed: Typed) -> int:
    text = last(typed, f"{part.name}-count")
    return min(int(text), MOST_ROWS + 1) if text.isdigit() and len(text) < 4 else 0


def last(typed: Typed, name: str) -> str:
    values = typed.get(name) or [""]
    return values[-1]


# --- facts → typed ----------------------------------------------------------------------------
def typed_of(key: str, facts: Facts) -> Typed:
    """What a browser would post if nobody touched anything."""
    section = SECTIONS[key]
    typed: Typed = {}
    for column in section.columns:
        if column.kind is Kind.AREA:
            area = facts.get(column.name)
            typed[column.name] = [f"{facts.get(LEVEL)}:{area}"] if area else [""]
        elif column.name != LEVEL:
            typed |= _shown(column.name, column, facts.get(column.name), {})
    for part in section.parts:
        rows = facts.get(part.name) or []
        typed[f"{part.name}-count"] = [str(len(rows))]
        for position, row in enumerate(rows):
            typed |= typed_row(part, position, row)
    return typed


def typed_row(part: Part, position: int, row: Row) -> Typed:
    typed: Typed = {name_of(part, position, "id"): [str(row.get("id") or "")]}
    for column in part.columns:
        name = name_of(part, position, column.name)
        typed |= _shown(name, column, row.get(column.name), row)
    return typed


def _shown(name: str, column: Column, value: Any, row: Row) -> Typed:
    if column.kind is Kind.TARGET_GROUPS:
        return {name: [str(code) for code in value or []]}
    if column.kind is Kind.YEARS:
        hours = is_hours(row)
        return {
            f"{name}-{year}": [_plain(Decimal(amount) if hours else Decimal(amount) / 100)]
            for year, amount in (value or {}).items()
        }
    if value is None or value == "":
        return {name: [""]}
    match column.kind:
        case Kind.YES_NO:
            return {name: ["yes" if value else "no"]}
        case Kind.ORE:
            return {name: [_plain(Decimal(value) / 100)]}
        case Kind.DECIMAL:
            return {name: [_plain(Decimal(value))]}
    return {name: [str(value)]}


def _plain(value: Decimal) -> str:
    return number(Decimal(f"{value.normalize():f}"))


def settled(key: str, typed: Typed, now: Facts) -> Typed:
    """Rows that somebody else has taken out meanwhile are new ones, also for those that name them:
    what is typed in them is not lost."""
    section = SECTIONS[key]
    typed = dict(typed)
    for part in section.parts:
        there = {row["id"] for row in now.get(part.name) or []}
        for position in range(count_of(part, typed)):
            place = name_of(part, position, "id")
            old = last(typed, place)
            if old and old not in there:
                typed[place] = [""]
                _point_anew(section, part, typed, old, place_of(part, position))
    return typed


def _point_anew(section: Section, named: Part, typed: Typed, old: str, new: str) -> None:
    for part in section.parts:
        for column in pointers(part):
            for position in range(count_of(part, typed)):
                place = name_of(part, position, column.name)
                if column.of == named.name and last(typed, place) == old:
                    typed[place] = [new]


# --- typed → facts ----------------------------------------------------------------------------
def facts_of(key: str, typed: Typed, now: Facts, pen: Pen) -> tuple[Facts, Errors]:
    """The section as it would be, before it is checked by `facts.clean`; what the writer does not
    own stays as it is `now`. The errors are of amounts, which are read here."""
    section = SECTIONS[key]
    errors: Errors = {}
    facts: Facts = dict(now)
    for column in section.columns:
        if column.name == LEVEL or not pen.may_column(section, column):
            continue
        if column.kind is Kind.AREA:
            level, _colon, area = last(typed, column.name).partition(":")
            facts[LEVEL], facts[column.name] = level, area
        else:
            facts[column.name] = _read(column, typed, column.name)
    for part in section.parts:
        rows = list(_rows(section, part, typed, now.get(part.name) or [], pen, errors))
        for column in pointers(part):
            gone = _taken_out(section.part(column.of), typed)
            rows = [
                {**row, column.name: ""} if row.get(column.name) in gone else row for row in rows
            ]
        facts[part.name] = rows
    return facts, errors


def _taken_out(part: Part, typed: Typed) -> set[str]:
    """What names a row that is ticked off names nothing: it stays, by itself."""
    return {
        last(typed, name_of(part, position, "id"))
        for position in range(count_of(part, typed))
        if name_of(part, position, "remove") in typed
    }


def _rows(
    section: Section, part: Part, typed: Typed, now: list[Row], pen: Pen, errors: Errors
) -> Iterable[Row]:
    """In the page's order, so that a row's number is the same in the form and in its errors."""
    there = {row["id"]: row for row in now}
    for position in range(count_of(part, typed)):
        key = last(typed, name_of(part, position, "id"))
        known = there.get(key) if key else None
        if known is not None and not pen.may_row(section, part, known):
            yield known
        elif name_of(part, position, "remove") in typed and not part.fixed:
            yield {"id": ""}
        elif known is not None or not part.fixed:
            yield _row(part, position, typed, known, errors)


def _row(
    part: Part, position: int, typed: Typed, known: Row | None, errors: Errors
) -> dict[str, Any]:
    row: dict[str, Any] = {"id": known["id"] if known else place_of(part, position)}
    for column in part.columns:
        name = name_of(part, position, column.name)
        if part.fixed and column.name == part.title and known is not None:
            row[column.name] = known[column.name]
        elif column.kind is not Kind.YEARS:
            row[column.name] = _read(column, typed, name)
    for column in part.columns:
        if column.kind is Kind.YEARS:
            name = name_of(part, position, column.name)
            row[column.name] = _amounts(typed, name, hours=is_hours(row), errors=errors)
    return row


def _read(column: Column, typed: Typed, name: str) -> Any:
    if column.kind is Kind.TARGET_GROUPS:
        return [value for value in typed.get(name) or [] if value]
    text = last(typed, name)
    if column.kind is Kind.MEMBER:
        return text or None
    return text


def _amounts(typed: Typed, name: str, *, hours: bool, errors: Errors) -> dict[str, int]:
    amounts: dict[str, int] = {}
    for field, values in typed.items():
        if not field.startswith(f"{name}-"):
            continue
        text = values[-1].strip() if values else ""
        if not text:
            continue
        try:
            amounts[field.removeprefix(f"{name}-")] = _amount(text, hours=hours)
        except ValidationError as error:
            errors[field] = " ".join(error.messages)
    return amounts


def _amount(text: str, *, hours: bool) -> int:
    value = number_of(text) * (1 if hours else 100)
    if value != int(value) or not 0 <= value <= LARGEST_AMOUNT:
        raise ValidationError(
            _("Skriv et helt antal timer, fx 120.")
            if hours
            else _("Skriv et beløb i kroner, fx 25.000.")
        )
    return int(value)
