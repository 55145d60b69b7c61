from django import forms
from django.utils.translation import gettext_lazy as _

from partnerships.forms.checked import CheckedForm, area
from partnerships.models import AgreementKind, Clause


class ClauseForm(CheckedForm):
    kind = forms.ChoiceField(
        label=_("Slags"),
        choices=Clause.Kind.choices,
        widget=forms.RadioSelect(attrs={"class": "r"}),
        error_messages={"required": _("Vælg, om det er et vilkår eller et bilag.")},
    )
    title = forms.CharField(label=_("Titel"))
    text = forms.CharField(label=_("Tekst"), widget=area(12))
    kinds = forms.MultipleChoiceField(
        label=_("Vises først for"),
        required=False,
        choices=AgreementKind.choices,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "plain"}),
        help_text=_("Vælg ingen, hvis den passer til alle slags aftaler."),
    )
