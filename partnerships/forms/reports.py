"""Writing in a report: its texts, its rows and its budget annex, as one page."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.forms.formsets import DELETION_FIELD_NAME, BaseFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import ReportBudgetRow, ReportRow
from partnerships.reports import money
from partnerships.reports.facts import MOST_ROWS, BudgetFacts, ReportFacts, RowFacts, years_of
from portal.common.cpr import validate_no_cpr
from portal.common.drafts import Typed, initial_from

Level = ReportBudgetRow.Level


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _words(
    label: Any, longest: int, *, lines: int = 0, hint: Any = "", required: bool = False
) -> forms.CharField:
    """Free text, of `lines` lines where there may be several; never with a CPR number in it."""
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=longest,
        required=required,
        validators=[validate_no_cpr],
        widget=_area(lines) if lines else forms.TextInput(),
    )


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "class": "w1"}, format="%Y-%m-%d")


class BeginForm(forms.Form):
    """Which days a report begun by hand tells of."""

    first = forms.DateField(label=gettext_lazy("Første dag"), widget=_day())
    last = forms.DateField(label=gettext_lazy("Sidste dag"), widget=_day())

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if isinstance(first, date) and isinstance(last, date) and first > last:
            self.add_error("last", _("Den sidste dag kan ikke ligge før den første."))
        return data


class ReportForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    title = _words(gettext_lazy("Titel"), 200, required=True)
    subtitle = _words(gettext_lazy("Undertitel"), 300)
    narrative = _words(
        gettext_lazy("Fortælling"),
        20000,
        lines=8,
        hint=gettext_lazy("Hvad gik godt, hvad var svært, og hvad har I lært?"),
    )
    cases = _words(
        gettext_lazy("Eksempler"),
        20000,
        lines=6,
        hint=gettext_lazy("Fortæl, så ingen kan kende borgeren."),
    )


class RowForm(forms.Form):
    id = forms.CharField(required=False, widget=forms.HiddenInput)
    number = _words(gettext_lazy("Nummer"), 12)
    title = _words(gettext_lazy("Indsats"), 300, required=True)
    economy = _words(gettext_lazy("Økonomi"), 2000, lines=3)
    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False)
    status_words = _words(gettext_lazy("Status med egne ord"), 300)
    indicator = _words(gettext_lazy("Indikator"), 2000, lines=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        status: Any = self.fields["status"]
        status.choices = [("", _("Vælg status")), *ReportRow.Status.choices]

    def facts(self) -> RowFacts:
        data = self.cleaned_data
        return RowFacts(**{name: data.get(name, "") for name in RowFacts.__dataclass_fields__})


class BudgetForm(forms.Form):
    """One line. The years are those that the annex has, or those of the report's period."""

    id = forms.CharField(required=False, widget=forms.HiddenInput)
    in_hours = forms.BooleanField(required=False, widget=forms.HiddenInput)
    level = forms.ChoiceField(
        label=gettext_lazy("Slags"), choices=Level.choices, initial=Level.LINE
    )
    title = _words(gettext_lazy("Post"), 300, required=True)

    def __init__(self, *args: Any, years: Sequence[int], unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.years, self.unit = years, unit
        labels = [*((f"year_{year}", str(year)) for year in years)]
        labels += [("total", _("I alt")), ("lasting", _("Varigt"))]
        for name, label in labels:
            widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "amount"})
            self.fields[name] = forms.CharField(label=label, required=False, widget=widget)

    @property
    def amounts(self) -> list[Any]:
        """The bound fields of the numbers, in the annex's order."""
        return [
            self[name] for name in (*(f"year_{year}" for year in self.years), "total", "lasting")
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        in_hours = bool(data.get("in_hours"))
        for name in (*(f"year_{year}" for year in self.years), "total", "lasting"):
            try:
                data[name] = money.parse(data.get(name, ""), self.unit, in_hours=in_hours)
            except money.BadAmount as error:
                self.add_error(name, str(error))
        return data

    def facts(self) -> BudgetFacts:
        data = self.cleaned_data
        amounts = {year: data[f"year_{year}"] for year in self.years}
        return BudgetFacts(
            id=data["id"],
            level=data["level"],
            title=data["title"],
            in_hours=data["in_hours"],
            amounts={year: amount for year, amount in amounts.items() if amount is not None},
            total=data["total"],
            lasting=data["lasting"],
        )


def _several(form: type[forms.Form]) -> "type[BaseFormSet[Any]]":
    return forms.formset_factory(
        form, extra=1, can_delete=True, max_num=MOST_ROWS, absolute_max=MOST_ROWS + 1
    )


RowFormSet = _several(RowForm)
BudgetFormSet = _several(BudgetForm)


class Editor:
    """The three parts together; `facts()` are those of a valid editor. Opened with a draft, its
    words stand in the fields, with the version that they were written on."""

    def __init__(
        self,
        data: Any,
        facts: ReportFacts,
        *,
        version: int,
        years: Sequence[int],
        draft: Typed | None = None,
    ) -> None:
        self.stored = facts
        self.years = years_of(facts.budget) or tuple(years)
        head = {name: getattr(facts, name) for name in ("title", "subtitle", "narrative", "cases")}
        head["version"] = version
        rows = [_row_initial(row) for row in facts.rows]
        lines = [_budget_initial(row, facts.budget_unit) for row in facts.budget]
        in_line: dict[str, Any] = {"years": self.years, "unit": facts.budget_unit}
        if draft is not None:
            head.update(initial_from(draft, ReportForm().fields))
            rows = _typed_rows(draft, "rows", RowForm())
            lines = _typed_rows(draft, "budget", BudgetForm(**in_line))
        self.form = ReportForm(data, initial=head)
        self.rows = RowFormSet(data, initial=rows, prefix="rows")
        self.budget = BudgetFormSet(data, initial=lines, prefix="budget", form_kwargs=in_line)
        for formset in (self.rows, self.budget):
            for form in formset:
                delete: Any = form.fields["DELETE"]
                delete.label = _("Fjern linjen")

    @property
    def names(self) -> dict[str, forms.Field]:
        """Every field of the page by the name that a browser posts it under."""
        parts = [self.form, *self.forms, self.rows.management_form, self.budget.management_form]
        return {part.add_prefix(name): row for part in parts for name, row in part.fields.items()}

    @property
    def forms(self) -> list[forms.Form]:
        return [*self.rows.forms, *self.budget.forms]

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), self.rows.is_valid(), self.budget.is_valid()])

    def _kept(self, formset: Any) -> list[Any]:
        """Lines that say something and are not taken out."""
        return [
            form
            for form in formset
            if (form.initial or form.has_changed()) and not form.cleaned_data.get("DELETE")
        ]

    def facts(self) -> ReportFacts:
        data = self.form.cleaned_data
        return ReportFacts(
            title=data["title"],
            subtitle=data["subtitle"],
            narrative=data["narrative"],
            cases=data["cases"],
            budget_unit=self.stored.budget_unit,
            rows=tuple(form.facts() for form in self._kept(self.rows)),
            budget=tuple(form.facts() for form in self._kept(self.budget)),
        )

    def take_errors(self, errors: dict[str, str]) -> None:
        """A service's sentences, each at its field: `rows-3-economy` is of the fourth line kept."""
        kept = {"rows": self._kept(self.rows), "budget": self._kept(self.budget)}
        for key, sentence in errors.items():
            part, _dash, rest = key.partition("-")
            if part in kept:
                place, _dash, name = rest.partition("-")
                kept[part][int(place)].add_error(name, sentence)
            else:
                self.form.add_error(key, sentence)

    def renew(self, data: Any, version: int) -> None:
        """Saved once more from here, the writer's words replace the other's, knowingly."""
        changed = data.copy()
        changed["version"] = version
        self.form.data = changed


def _typed_rows(draft: Typed, prefix: str, form: forms.Form) -> list[dict[str, Any]]:
    """The lines of a draft that say something; an empty one is added by the page."""
    counted = draft.get(f"{prefix}-TOTAL_FORMS", ["0"])[-1]
    total = min(int(counted), MOST_ROWS + 1) if counted.isascii() and counted.isdecimal() else 0
    fields = {**form.fields, DELETION_FIELD_NAME: forms.BooleanField(required=False)}
    found = []
    for place in range(total):
        row = initial_from(draft, fields, prefix=f"{prefix}-{place}-")
        choices = ("level", "in_hours", DELETION_FIELD_NAME)
        if any(value for name, value in row.items() if name not in choices):
            found.append(row)
    return found


def _row_initial(row: RowFacts) -> dict[str, Any]:
    return {name: getattr(row, name) for name in RowFacts.__dataclass_fields__}


def _budget_initial(row: BudgetFacts, unit: str) -> dict[str, Any]:
    def written(amount: int | None) -> str:
        return money.written(amount, unit, in_hours=row.in_hours)

    return {
        "id": row.id,
        "level": row.level,
        "title": row.title,
        "in_hours": row.in_hours,
        "total": written(row.total),
        "lasting": written(row.lasting),
        **{f"year_{year}": written(amount) for year, amount in row.amounts.items()},
    }
