from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.common.cpr import validate_no_cpr


class SummaryForm(forms.Form):
    text = forms.CharField(
        label=_("Kort om aftalen"),
        help_text=_("To eller tre sætninger, som alle kan forstå. Uden navne på personer."),
        max_length=1000,
        required=False,
        validators=[validate_no_cpr],
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def take_errors(self, errors: Mapping[str, str]) -> None:
        for name, sentence in errors.items():
            self.add_error(name if name in self.fields else None, sentence)
