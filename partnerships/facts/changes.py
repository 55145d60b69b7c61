"""What differs between two versions of a section, in words, and whose each difference is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from partnerships.facts.naming import Names
from partnerships.facts.shape import (
    SECTIONS,
    Column,
    Facts,
    Kind,
    Part,
    Section,
    side_of_question,
)
from partnerships.facts.wording import is_hours, show
from partnerships.models import Side

# A side, one organisation's slug, or None for both sides.
Owner = Side | str | None


@dataclass(frozen=True, slots=True)
class Change:
    """`label` says which fact in words, `old` and `new` what a reader sees."""

    label: str
    old: str
    new: str
    owner: Owner


def changes(key: str, old: Facts, new: Facts) -> list[Change]:
    """Every fact that differs, in the section's own order. Names of people, organisations and areas
    cost a statement each where one of them differs."""
    section = SECTIONS[key]
    names = Names(key, old, new)
    found = [
        Change(
            str(column.label),
            show(column, old.get(column.name), names=names),
            show(column, new.get(column.name), names=names),
            column.owner or section.owner,
        )
        for column in section.columns
        if _differs(old.get(column.name), new.get(column.name))
    ]
    for part in section.parts:
        rows = (old.get(part.name) or [], new.get(part.name) or [])
        found += _row_changes(section, part, *rows, names)
    return found


def _differs(old: Any, new: Any) -> bool:
    empty: tuple[Any, ...] = (None, "", [], {})
    return old != new and not (old in empty and new in empty)


def _row_changes(
    section: Section,
    part: Part,
    old: list[Mapping[str, Any]],
    new: list[Mapping[str, Any]],
    names: Names,
) -> Iterator[Change]:
    before = {row["id"]: row for row in old}
    after = {row["id"]: row for row in new if row["id"]}
    for row in new:
        there = before.get(row["id"]) if row["id"] else None
        if there is None:
            owner = owner_of(section, part, row)
            yield Change(str(part.row_label), "", _summary(part, row, names), owner)
        else:
            yield from _cell_changes(section, part, there, row, names)
    for row in old:
        if row["id"] not in after:
            owner = owner_of(section, part, row)
            yield Change(str(part.row_label), _summary(part, row, names), "", owner)


def _cell_changes(
    section: Section, part: Part, old: Mapping[str, Any], new: Mapping[str, Any], names: Names
) -> Iterator[Change]:
    name = _name(part, old, names)
    for column in part.columns:
        if column.kind is Kind.LINK or not _differs(old.get(column.name), new.get(column.name)):
            continue
        label = _("%(row)s: %(column)s") % {"row": name, "column": column.label}
        shown = [
            show(column, row.get(column.name), hours=is_hours(row), names=names)
            for row in (old, new)
        ]
        # A row that is handed to somebody else was the first one's.
        yield Change(label, shown[0], shown[1], owner_of(section, part, old))
        if owner_of(section, part, new) != owner_of(section, part, old):
            yield Change(label, shown[0], shown[1], owner_of(section, part, new))


def _name(part: Part, row: Mapping[str, Any], names: Names) -> str:
    column = next(one for one in part.columns if one.name == part.title)
    return show(column, row.get(part.title), names=names) or str(part.row_label)


def _summary(part: Part, row: Mapping[str, Any], names: Names) -> str:
    """A whole row in one line: its name first, then what else it says."""
    others = [
        f"{column.label}: {shown}"
        for column in part.columns
        if column.name != part.title
        and column.kind is not Kind.LINK
        and (shown := show(column, row.get(column.name), hours=is_hours(row), names=names))
    ]
    return "; ".join([_name(part, row, names), *others])


def owner_of(section: Section, part: Part, row: Mapping[str, Any]) -> Owner:
    """Whose a row is. The association's part cannot be edited by the public side, nor the other
    way round; and no party writes another's obligations, money or own words."""
    match part.name:
        case "parties":
            return str(row["organisation"])
        case "obligations":
            return str(row["party"])
        case "lines":
            return str(row["paid_by"]) or None
        case "answers":
            return side_of_question(row["question"])
    return section.owner


def column_owner(section: Section, column: Column) -> Owner:
    return column.owner or section.owner


def belongs_to(owner: Owner, *, side: str, slug: str) -> bool:
    """Whether the party of that side and organisation may change what `owner` owns."""
    if owner is None:
        return True
    return side == owner if isinstance(owner, Side) else slug == owner
