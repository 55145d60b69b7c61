"""The decision guide: a need, one question at a time, and the agreement that comes of it."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from partnerships.forms.checked import CheckedForm, area
from partnerships.guide import Choice, crosswise
from partnerships.models import AgreementKind
from partnerships.services.guiding import LONGEST_REASON


class NeedForm(CheckedForm):
    title = forms.CharField(
        label=_("Hvilket behov handler det om?"),
        help_text=_("Skriv det kort. For eksempel: Unge med diabetes, der er alene om det."),
        max_length=200,
    )


class AnswerForm(CheckedForm):
    answer = forms.ChoiceField(
        choices=Choice.choices, widget=forms.RadioSelect(attrs={"class": "r"})
    )
    reason = forms.CharField(
        label=_("Hvorfor?"),
        help_text=_("Et par ord er nok. De står i anbefalingen."),
        max_length=LONGEST_REASON,
        required=False,
        widget=area(3),
    )
    together = forms.ChoiceField(
        choices=Choice.choices, required=False, widget=forms.RadioSelect(attrs={"class": "r"})
    )
    across = forms.ChoiceField(
        choices=Choice.choices, required=False, widget=forms.RadioSelect(attrs={"class": "r"})
    )

    def __init__(self, *args: Any, question: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].label = question
        self.fields["together"].label = _("Kunne I løse det sammen?")
        self.fields["across"].label = _("Kunne flere foreninger gå sammen om det?")
        for key, asked in crosswise().items():
            self.fields[key].help_text = asked.question


class FromGuideForm(CheckedForm):
    title = forms.CharField(label=_("Hvad skal aftalen hedde?"), max_length=200)
    kind = forms.ChoiceField(label=_("Slags aftale"), choices=AgreementKind.choices)
    partner = forms.ModelChoiceField(
        label=_("Hvem vil I spørge?"),
        help_text=_("I kan tage flere med senere."),
        queryset=Organisation.objects.none(),
        to_field_name="slug",
        empty_label=_("Vælg en organisation"),
    )

    def __init__(self, *args: Any, partners: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["partner"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = partners
