from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.common.cpr import validate_no_cpr


class SaveViewForm(forms.Form):
    """The filters as they stand in the address, and what to call them."""

    name = forms.CharField(
        label=_("Navn"),
        max_length=80,
        validators=[validate_no_cpr],
        help_text=_("Fx »Aarhus, slutter i år«."),
        error_messages={"required": _("Giv visningen et navn.")},
    )
    query = forms.CharField(widget=forms.HiddenInput, max_length=1000, required=False)

    def take_errors(self, errors: Mapping[str, str]) -> None:
        for name, sentence in errors.items():
            self.add_error(name if name in self.fields else None, sentence)
