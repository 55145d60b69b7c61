"""Names behind the ids and slugs in facts: people, organisations, areas and rows."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from organisations.models import Organisation
from partnerships.facts.shape import SECTIONS, Column, Facts, Kind
from partnerships.facts.storing import find_area
from portal.accounts.models import User


class Names:
    """Looked up when the first one is asked for: one statement each for people and organisations,
    whatever the number of rows."""

    def __init__(self, key: str, *versions: Facts) -> None:
        self._key, self._versions = key, versions

    def of(self, column: Column, value: Any) -> str:
        """The name, or the value itself where nobody has it any more."""
        match column.kind:
            case Kind.MEMBER:
                return self._people.get(int(value), str(value))
            case Kind.ORGANISATION:
                return self._organisations.get(str(value), str(value))
            case Kind.AREA:
                return self._area(str(value))
            case Kind.ROW:
                return self._title(column, str(value))
        return str(value)

    @cached_property
    def _people(self) -> Mapping[int, str]:
        wanted = {int(value) for value in self._values(Kind.MEMBER)}
        return dict(User.objects.filter(pk__in=wanted).values_list("pk", "name"))

    @cached_property
    def _organisations(self) -> Mapping[str, str]:
        wanted = {str(value) for value in self._values(Kind.ORGANISATION)}
        return dict(Organisation.objects.filter(slug__in=wanted).values_list("slug", "name"))

    def _area(self, area: str) -> str:
        levels = {
            str(facts.get("scope_level") or "")
            for facts in self._versions
            if facts.get("scope_area") == area
        }
        found = (find_area(level, area) for level in sorted(levels))
        return next((name_of_area(row) for row in found if row is not None), area)

    def _title(self, column: Column, pk: str) -> str:
        """Of a row in the same section, as the newest version has it."""
        part = SECTIONS[self._key].part(column.of)
        rows = [row for facts in self._versions for row in facts.get(part.name) or []]
        return next((str(row[part.title]) for row in reversed(rows) if row["id"] == pk), "")

    def _values(self, kind: Kind) -> Iterator[Any]:
        section = SECTIONS[self._key]
        for facts in self._versions:
            yield from _of_kind(section.columns, [facts], kind)
            for part in section.parts:
                yield from _of_kind(part.columns, facts.get(part.name) or [], kind)


def _of_kind(
    columns: Iterable[Column], rows: Iterable[Mapping[str, Any]], kind: Kind
) -> Iterator[Any]:
    wanted = [column.name for column in columns if column.kind is kind]
    for row in rows:
        yield from (row[name] for name in wanted if row.get(name))


def name_of_area(area: Any) -> str:
    return str(getattr(area, "full_name", "") or area.name)
