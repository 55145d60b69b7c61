from django import forms
from django.utils.translation import gettext_lazy as _

from partnerships.forms.checked import CheckedForm, area


class CommentForm(CheckedForm):
    text = forms.CharField(
        label=_("Din kommentar"),
        widget=area(4),
        help_text=_("Alle parter kan læse den. Skriv ikke om en bestemt borger."),
        error_messages={"required": _("Skriv, hvad du vil sige om afsnittet.")},
    )
