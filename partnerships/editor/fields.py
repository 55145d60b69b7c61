"""A column as a form field. Nothing is checked here: `facts.clean` says what cannot be used."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _

from offers.vocabularies import TARGET_GROUPS
from partnerships.facts import Column, Kind
from portal.common.templatetags.look import capitalised

Choices = list[tuple[str, Any]]
# Shown two or three beside each other; the rest has its own line.
SHORT: Final = frozenset(
    {Kind.DATE, Kind.COUNT, Kind.DECIMAL, Kind.ORE, Kind.ONE_OF, Kind.MEMBER, Kind.ORGANISATION}
)
_LONG_LINE: Final = 120


class FactsForm(forms.Form):
    """Holds what is typed, and the sentences of those who check it. `required` is a word for the
    reader, who would else be told that half the agreement is optional."""

    use_required_attribute = False

    def full_clean(self) -> None:
        self._errors = ErrorDict(renderer=self.renderer)
        self.cleaned_data: dict[str, Any] = {}


def is_short(column: Column) -> bool:
    if column.kind is Kind.LINE:
        return column.limit <= _LONG_LINE
    return column.kind in SHORT


def field_for(column: Column, choices: Choices) -> forms.Field:
    label = capitalised(str(column.label))
    match column.kind:
        case Kind.TEXT:
            rows = 3 if column.limit <= 2000 else 6
            widget: forms.Widget = forms.Textarea(attrs={"rows": rows})
        case Kind.DATE:
            widget = forms.DateInput(attrs={"type": "date"})
        case Kind.COUNT | Kind.DECIMAL | Kind.ORE:
            widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        case Kind.YES_NO:
            answers = [("yes", _("Ja")), ("no", _("Nej"))]
            return forms.ChoiceField(
                label=label,
                choices=answers,
                widget=forms.RadioSelect(attrs={"class": "r"}),
                help_text=str(column.hint),
            )
        case Kind.TARGET_GROUPS:
            return forms.MultipleChoiceField(
                label=label,
                choices=TARGET_GROUPS.choices(),
                widget=forms.CheckboxSelectMultiple(attrs={"class": "plain cols"}),
            )
        case Kind.ORGANISATION if len(choices) == 1:
            return forms.CharField(label=label, widget=forms.HiddenInput())
        case Kind.ONE_OF | Kind.MEMBER | Kind.ORGANISATION | Kind.AREA | Kind.ROW:
            return forms.ChoiceField(label=label, choices=choices, help_text=_hint(column))
        case Kind.LINK:
            return forms.CharField(widget=forms.HiddenInput())
        case _:
            widget = forms.TextInput()
    return forms.CharField(label=label, widget=widget, help_text=_hint(column))


def _hint(column: Column) -> str:
    if column.kind is Kind.ORE:
        return _("Kroner")
    return str(column.hint)


def one_of(column: Column) -> Choices:
    """The column's own answers, with an empty one first: nothing is chosen beforehand."""
    return [("", _("Vælg")), *((str(code), str(label)) for code, label in column.choices)]


def year_field(year: int) -> forms.Field:
    return forms.CharField(
        label=str(year),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


def form_of(
    fields: Iterable[tuple[str, forms.Field]], data: Any, *, prefix: str | None = None
) -> FactsForm:
    form = FactsForm(data, prefix=prefix)
    form.fields.update(dict(fields))
    return form
