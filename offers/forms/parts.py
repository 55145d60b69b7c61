"""Parts that there may be several of: places and other languages."""

from typing import Any, Final

from django import forms
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offers.facts import Facts
from offers.forms.fields import lines
from offers.vocabularies import (
    LANGUAGES,
)

MOST_PLACES_TO_MEET: Final = 20


class PlaceForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Sted"), required=False)
    address = forms.CharField(label=gettext_lazy("Adresse"), required=False)
    postal_code = forms.CharField(
        label=gettext_lazy("Postnummer"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w1"}),
    )

    def as_fact(self) -> Facts | None:
        """None for a line that was left empty, or emptied: that place is gone. The municipality is
        the stored one until another postal code says otherwise; a code may lie in several."""
        row: Facts = {name: self.cleaned_data.get(name, "") for name in self.fields}
        if not any(row.values()):
            return None
        known = "" if "postal_code" in self.changed_data else self.initial.get("municipality", "")
        return {**row, "municipality": known}


class TranslationForm(forms.Form):
    language = forms.ChoiceField(label=gettext_lazy("Sprog"), required=False)
    title = forms.CharField(label=gettext_lazy("Navn på sproget"), required=False)
    summary = forms.CharField(
        label=gettext_lazy("Kort fortalt på sproget"), required=False, widget=lines(2)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language: Any = self.fields["language"]
        language.choices = [
            ("", _("Vælg sprog")),
            *((code, label) for code, label in LANGUAGES.choices() if code != "da"),
        ]

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        if data.get("title") and not data.get("language"):
            self.add_error("language", _("Vælg, hvilket sprog det er."))
        return data

    def as_fact(self) -> Facts | None:
        data = self.cleaned_data
        if not data.get("title"):
            return None
        return {
            "language": data["language"],
            "title": data["title"],
            "summary": data.get("summary", ""),
        }


PlaceFormSet = forms.formset_factory(
    PlaceForm, extra=1, max_num=MOST_PLACES_TO_MEET, validate_max=True
)
TranslationFormSet = forms.formset_factory(
    TranslationForm, extra=1, max_num=len(LANGUAGES), validate_max=True
)


def facts_of(formset: "BaseFormSet[Any]") -> list[Facts]:
    rows = (form.as_fact() for form in formset)
    return [row for row in rows if row is not None]
