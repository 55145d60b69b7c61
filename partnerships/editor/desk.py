"""One section on the desk of one writer: what may be written, what stands there, what is typed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django import forms
from django.forms.boundfield import BoundField
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from partnerships.editor.choices import Choosing
from partnerships.editor.fields import (
    FactsForm,
    field_for,
    form_of,
    is_short,
    year_field,
)
from partnerships.editor.pen import Pen
from partnerships.editor.typing import (
    LEVEL,
    count_of,
    facts_of,
    name_of,
    new_title,
    settled,
    typed_of,
    typed_row,
)
from partnerships.facts import SECTIONS, Column, Facts, Kind, Part, show
from partnerships.facts.cleaning import MOST_ROWS, MOST_YEARS
from partnerships.facts.naming import Names
from partnerships.facts.wording import is_hours
from partnerships.models import Agreement
from portal.common import clock
from portal.common.drafts import Typed
from portal.common.templatetags.look import capitalised

# A new row begins with these; they alone make no row.
_DEFAULTS: Final[Mapping[tuple[str, str], str]] = {
    ("indicators", "direction"): "up",
    ("indicators", "measure"): "by_hand",
    ("lines", "kind"): "money",
    ("clauses", "kind"): "clause",
}
_SIDE_BY_SIDE: Final = 3


@dataclass
class Line:
    """Fields beside each other; a short one alone keeps its own width."""

    fields: list[BoundField]
    is_short: bool = False


@dataclass
class Told:
    """A fact that somebody else writes."""

    label: str
    value: str


@dataclass
class ShownRow:
    number: int
    id_name: str
    id: str
    title: str
    form: FactsForm | None = None
    hidden: list[BoundField] = field(default_factory=list)
    fields: list[Line] = field(default_factory=list)
    years: list[BoundField] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)
    years_label: str = ""
    told: list[Told] = field(default_factory=list)
    writer: str = ""
    remove_name: str = ""
    removed: bool = False
    is_new: bool = False


@dataclass
class ShownPart:
    part: Part
    label: str
    count: int
    rows: list[ShownRow]
    is_whole_section: bool = False  # its heading would say the page's own again

    @property
    def may_add(self) -> bool:
        return not self.part.fixed and self.count < MOST_ROWS

    @property
    def has_others(self) -> bool:
        return any(row.form is None for row in self.rows)


class Desk:
    """`now` is what stands there, `typed` what somebody has typed on top of it, if anything."""

    def __init__(
        self,
        agreement: Agreement,
        key: str,
        *,
        now: Facts,
        version: int,
        pen: Pen,
        typed: Typed | None = None,
        more: Mapping[str, forms.Field] | None = None,
    ) -> None:
        self.agreement, self.key, self.now, self.pen = agreement, key, now, pen
        self.section = SECTIONS[key]
        self.version = version
        self.more = dict(more or {})
        self.errors: dict[str, str] = {}
        if typed is None:
            self.typed = typed_of(key, now) | {"version": [str(version)]}
            self._lay_out_spare_rows()
        else:
            self.typed = settled(key, typed, now)

    # --- what is typed ------------------------------------------------------------------------
    @property
    def typed_version(self) -> int:
        text = (self.typed.get("version") or [""])[-1]
        return int(text) if text.isdigit() and len(text) < 9 else -1

    @property
    def version_shown(self) -> int:
        """What the next save builds on: the version that the writer has seen."""
        return self.typed_version

    @property
    def names(self) -> dict[str, forms.Field]:
        """Every field that the page may hold, by the name that a browser posts it under."""
        known: dict[str, forms.Field] = {"version": forms.CharField(label=_("udgave"))}
        for form in self.forms:
            for bound in form:
                known[bound.html_name] = bound.field
        for part in self.parts:
            known[f"{part.part.name}-count"] = forms.CharField(label=part.label)
            for row in part.rows:
                known[row.id_name] = forms.CharField(label=part.label)
                if row.remove_name:
                    known[row.remove_name] = forms.BooleanField(label=_("Fjern"))
        return known

    def facts(self) -> Facts:
        """The section as it would be. Amounts that are no numbers land in `errors`."""
        facts, errors = facts_of(self.key, self.typed, self.now, self.pen)
        self.errors |= errors
        return facts

    def add_row(self, name: str, row: Mapping[str, Any] | None = None) -> None:
        """One more row at the end of a part, empty or with something in it."""
        part = next((one for one in self.section.parts if one.name == name), None)
        if part is None or part.fixed:
            return
        position = count_of(part, self.typed)
        if position >= MOST_ROWS:
            return
        self.typed |= typed_row(part, position, row or self._empty_row(part))
        self.typed[f"{part.name}-count"] = [str(position + 1)]

    def begin_again_on(self, now: Facts, version: int) -> None:
        """Somebody has saved meanwhile: their new rows join the page, the writer's words stay, and
        saved once more from here they replace the other's, knowingly."""
        self.now, self.version = now, version
        self.typed["version"] = [str(version)]
        for part in self.section.parts:
            posted = {
                (self.typed.get(name_of(part, row, "id")) or [""])[-1]
                for row in range(count_of(part, self.typed))
            }
            for row in now.get(part.name) or []:
                if row["id"] not in posted:
                    self.add_row(part.name, row)
        self.__dict__.pop("parts", None)
        self.__dict__.pop("form", None)

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """Each sentence at its field; what has no field stands in the summary alone."""
        places: dict[str, tuple[FactsForm, str]] = {}
        for form in self.forms:
            for name in form.fields:
                html = form.add_prefix(name)
                places[html] = (form, name)
                places.setdefault(html.rsplit("-", 1)[0], (form, name))
        for name, sentence in errors.items():
            form, place = places.get("scope_area" if name == LEVEL else name, (self.form, ""))
            form.add_error(place or None, sentence)

    def _lay_out_spare_rows(self) -> None:
        for part in self.section.parts:
            if not part.fixed:
                for _spare in range(1 if self.now.get(part.name) else 2):
                    self.add_row(part.name)

    def _empty_row(self, part: Part) -> dict[str, Any]:
        row: dict[str, Any] = {"id": ""}
        for column in part.columns:
            row[column.name] = _DEFAULTS.get((part.name, column.name), "")
        if part.name == "obligations":
            row["party"] = self.pen.party.organisation.slug
        if any(column.kind is Kind.YEARS for column in part.columns):
            row["amounts"] = {}
        return row

    # --- what is shown ------------------------------------------------------------------------
    @cached_property
    def choosing(self) -> Choosing:
        return Choosing(self.agreement, self.pen, self.section, self.typed)

    @cached_property
    def form(self) -> FactsForm:
        fields = [
            (column.name, field_for(column, self.choosing.of(column, None)))
            for column in self.section.columns
            if column.name != LEVEL and self.pen.may_column(self.section, column)
        ]
        return form_of([*fields, *self.more.items()], MultiValueDict(self.typed))

    @property
    def lines(self) -> list[Line]:
        return _beside([(column, self.form[column.name]) for column in self._own_columns()])

    @property
    def reason(self) -> BoundField | None:
        """Of a suggestion."""
        return self.form["text"] if "text" in self.more else None

    def _own_columns(self) -> Iterator[Column]:
        return (column for column in self.section.columns if column.name in self.form.fields)

    @cached_property
    def told(self) -> list[Told]:
        """The section's own facts that somebody else writes."""
        return [
            Told(capitalised(str(column.label)), show(column, self.now.get(column.name)))
            for column in self.section.columns
            if column.name != LEVEL and not self.pen.may_column(self.section, column)
        ]

    @cached_property
    def parts(self) -> list[ShownPart]:
        return [self._part(part) for part in self.section.parts]

    def _part(self, part: Part) -> ShownPart:
        there = {row["id"]: row for row in self.now.get(part.name) or []}
        count = count_of(part, self.typed)
        rows = [self._row(part, number, there) for number in range(count)]
        label = str(part.label)
        return ShownPart(part, label, count, rows, label == self.section.label)

    def _row(self, part: Part, number: int, there: Mapping[str, Any]) -> ShownRow:
        id_name = name_of(part, number, "id")
        key = (self.typed.get(id_name) or [""])[-1]
        known = there.get(key) if key else None
        title = self._title(part, known) or new_title(part, number)
        shown = ShownRow(number, id_name, key if known else "", title, is_new=known is None)
        if known is not None and not self.pen.may_row(self.section, part, known):
            shown.told = list(self._told_row(part, known))
            shown.writer = self.choosing.name_of(self.pen.owner_of(self.section, part, known))
            return shown
        self._open(shown, part, known)
        return shown

    def _open(self, shown: ShownRow, part: Part, known: Mapping[str, Any] | None) -> None:
        fields: list[tuple[str, forms.Field]] = []
        columns: list[Column] = []
        before = len(part.columns)  # how many stand above the years
        for column in part.columns:
            if column.kind is Kind.YEARS:
                shown.years_label = capitalised(str(column.label))
                before = len(columns)
                fields += [(f"{column.name}-{year}", year_field(year)) for year in self._years]
            elif not (part.fixed and column.name == part.title):
                columns.append(column)
                fields.append((column.name, field_for(column, self.choosing.of(column, known))))
        form = form_of(fields, MultiValueDict(self.typed), prefix=f"{part.name}-{shown.number}")
        shown.form = form
        pairs = [(column, form[column.name]) for column in columns]
        shown.hidden = [bound for _column, bound in pairs if bound.is_hidden]
        shown.fields = _beside(pairs[:before])
        shown.after = _beside(pairs[before:])
        shown.years = [form[name] for name in form.fields if name.startswith("amounts-")]
        if not part.fixed:
            shown.remove_name = name_of(part, shown.number, "remove")
            shown.removed = shown.remove_name in self.typed

    def _title(self, part: Part, known: Mapping[str, Any] | None) -> str:
        if known is None:
            return ""
        column = next(one for one in part.columns if one.name == part.title)
        return show(column, known.get(part.title), names=self._names)

    def _told_row(self, part: Part, row: Mapping[str, Any]) -> Iterator[Told]:
        for column in part.columns:
            if column.name == part.title or column.kind is Kind.LINK:
                continue
            value = show(column, row.get(column.name), hours=is_hours(row), names=self._names)
            if value:
                yield Told(capitalised(str(column.label)), value)

    @cached_property
    def _names(self) -> Names:
        return Names(self.key, self.now)

    @cached_property
    def _years(self) -> list[int]:
        """The agreement's own years, and those that have an amount already."""
        first = self.agreement.starts_on.year if self.agreement.starts_on else clock.today().year
        last = self.agreement.ends_on.year if self.agreement.ends_on else first + 2
        years = set(range(first, min(last, first + MOST_YEARS - 1) + 1))
        for row in self.now.get("lines") or []:
            years |= {int(year) for year in row["amounts"]}
        return sorted(years)

    @property
    def row_forms(self) -> list[FactsForm]:
        return [row.form for part in self.parts for row in part.rows if row.form is not None]

    @property
    def forms(self) -> list[FactsForm]:
        return [self.form, *self.row_forms]

    @property
    def is_closed(self) -> bool:
        """Nothing here is the writer's to write."""
        adds = any(not part.part.fixed for part in self.parts)
        own = [name for name in self.form.fields if name not in self.more]
        return not own and not self.row_forms and not (adds and self.section.owner is None)


def _beside(pairs: list[tuple[Column, BoundField]]) -> list[Line]:
    """Short fields two or three beside each other, long ones alone."""
    lines: list[Line] = []
    for column, bound in pairs:
        if bound.is_hidden:
            continue
        short = is_short(column)
        if short and lines and lines[-1].is_short and len(lines[-1].fields) < _SIDE_BY_SIDE:
            lines[-1].fields.append(bound)
        else:
            lines.append(Line([bound], short))
    return lines
