"""What differs between two versions of a section, in words, and whose each difference is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from partnerships.facts.naming import Names
from partnerships.facts.owners import Owner, Staying, column_owner, owner_of
from partnerships.facts.shape import SECTIONS, Facts, Kind, Part, Section
from partnerships.facts.wording import is_hours, show

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """`label` says which fact in words, `old` and `new` what a reader sees. A row that is handed to
    somebody else has two owners: the one it was, and the one it becomes."""

    label: str
    old: str
    new: str
    owners: tuple[Owner, ...]


def changes(key: str, old: Facts, new: Facts, staying: Staying | None = None) -> list[Change]:
    """Every fact that differs, in the section's own order. Names of people, organisations and areas
    cost a statement each where one of them differs. `staying`: within an amendment."""
    section = SECTIONS[key]
    names = Names(key, old, new)
    found = [
        Change(
            str(column.label),
            show(column, old.get(column.name), names=names),
            show(column, new.get(column.name), names=names),
            (column_owner(section, column),),
        )
        for column in section.columns
        if _differs(old.get(column.name), new.get(column.name))
    ]
    for part in section.parts:
        rows = _Rows(section, part, names, staying)
        found += rows.changes(old.get(part.name) or [], new.get(part.name) or [])
    return found


def _differs(old: Any, new: Any) -> bool:
    empty: tuple[Any, ...] = (None, "", [], {})
    return old != new and not (old in empty and new in empty)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one part, before and after."""

    section: Section
    part: Part
    names: Names
    staying: Staying | None

    def changes(self, old: list[Row], new: list[Row]) -> Iterator[Change]:
        before = {row["id"]: row for row in old}
        after = {row["id"]: row for row in new if row["id"]}
        label = str(self.part.row_label)
        for row in new:
            there = before.get(row["id"]) if row["id"] else None
            if there is None:
                yield Change(label, "", self._summary(row), (self._owner(row),))
            else:
                yield from self._cells(there, row)
        for row in old:
            if row["id"] not in after:
                yield Change(label, self._summary(row), "", (self._owner(row),))

    def _cells(self, old: Row, new: Row) -> Iterator[Change]:
        owners = tuple(dict.fromkeys((self._owner(old), self._owner(new))))
        for column in self.part.columns:
            if column.kind is Kind.LINK or not _differs(old.get(column.name), new.get(column.name)):
                continue
            label = _("%(row)s: %(column)s") % {"row": self._name(old), "column": column.label}
            shown = [
                show(column, row.get(column.name), hours=is_hours(row), names=self.names)
                for row in (old, new)
            ]
            yield Change(label, shown[0], shown[1], owners)

    def _owner(self, row: Row) -> Owner:
        return owner_of(self.section, self.part, row, self.staying)

    def _name(self, row: Row) -> str:
        column = next(one for one in self.part.columns if one.name == self.part.title)
        return show(column, row.get(column.name), names=self.names) or str(self.part.row_label)

    def _summary(self, row: Row) -> str:
        """A whole row in one line: its name first, then what else it says."""
        others = [
            f"{column.label}: {shown}"
            for column in self.part.columns
            if column.name != self.part.title
            and column.kind is not Kind.LINK
            and (shown := show(column, row.get(column.name), hours=is_hours(row), names=self.names))
        ]
        return "; ".join([self._name(row), *others])
