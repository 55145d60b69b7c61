"""Writing what an indicator was on a day."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.common.cpr import validate_no_cpr

_DANISH = re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+)(,\d{1,2})?", re.ASCII)


class ValueForm(forms.Form):
    value = forms.CharField(
        label=gettext_lazy("Tallet"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "w1"}),
    )
    on = forms.DateField(
        label=gettext_lazy("Opgjort den"),
        widget=forms.DateInput(attrs={"type": "date", "class": "w1"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        label=gettext_lazy("Bemærkning"),
        help_text=gettext_lazy("For eksempel, hvordan I talte."),
        max_length=300,
        required=False,
        validators=[validate_no_cpr],
    )

    def clean_value(self) -> Decimal:
        text = str(self.cleaned_data["value"]).replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
        if not _DANISH.fullmatch(text):
            raise forms.ValidationError(_("Skriv et tal, for eksempel 1.250 eller 12,5."))
        return Decimal(text.replace(".", "").replace(",", "."))

    def take_errors(self, errors: dict[str, str]) -> None:
        """A service's sentences, each at its field."""
        for name, sentence in errors.items():
            self.add_error(name, sentence)

    def facts(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"value": data["value"], "on": data["on"], "note_text": data["note"]}
