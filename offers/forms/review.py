"""What a coordinator writes back."""

from django import forms
from django.utils.translation import gettext_lazy

from offers.forms.fields import lines


class SendBackForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Hvad mangler?"),
        required=False,
        help_text=gettext_lazy("Foreningen læser det og retter selv."),
        widget=lines(),
    )
