"""Forms that need no account: a citizen's own message to an association, and a concern."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from offers.models import Offer
from portal.common.cpr import validate_no_cpr
from portal.common.text import clean_text
from portal.geography.models import Municipality
from referrals import services
from referrals.forms.contact import CONTACT_ERRORS, ContactField, ways_of

LONGEST = 2000


def _checked(text: str, longest: int = LONGEST) -> str:
    cleaned = clean_text(text)
    if len(cleaned) > longest:
        raise ValidationError(
            _("Teksten er %(length)s tegn. Skriv højst %(longest)s."),
            params={"length": len(cleaned), "longest": longest},
        )
    validate_no_cpr(cleaned)
    return cleaned


class SelfReferralForm(forms.Form):
    token = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Hvad vil du kaldes?"), help_text=_("Fornavnet er nok."), max_length=120
    )
    contact = ContactField(help_text=_("Så de kan svare dig."))
    message = forms.CharField(
        label=_("Hvad vil du gerne?"),
        help_text=_("Skriv kort. Ingen cpr-numre."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    municipality = forms.ModelChoiceField(
        label=_("Din kommune"), queryset=Municipality.objects.none(), to_field_name="code"
    )
    consent = forms.BooleanField(label=_("Ja"))

    def __init__(self, *args: Any, offer: Offer, consent_text: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer = offer
        self.fields["consent"].label = consent_text
        field = self.fields["municipality"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Municipality.objects.in_danish_order()

    def clean_name(self) -> str:
        return _checked(self.cleaned_data["name"], 120)

    def clean_message(self) -> str:
        return _checked(self.cleaned_data["message"])

    def facts(self) -> services.CodedFacts:
        return services.CodedFacts(
            municipality=self.cleaned_data["municipality"],
            needs=[self.offer.category],
            # The citizen has chosen this offer; nothing more is asked.
            outside_area_reason="citizen_wishes",
        )

    def patient(self) -> services.PatientDetails:
        return services.PatientDetails(
            name=self.cleaned_data["name"],
            message=self.cleaned_data["message"],
            **ways_of(self.cleaned_data["contact"]),
        )

    def take_errors(self, errors: dict[str, str]) -> None:
        for name, sentence in errors.items():
            field = CONTACT_ERRORS.get(name, name)
            self.add_error(field if field in self.fields else None, sentence)


class ConcernForm(forms.Form):
    text = forms.CharField(
        label=_("Hvad bekymrer dig?"),
        help_text=_("Skriv med dine egne ord. Nævn ikke andres navne eller cpr-numre."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def clean_text(self) -> str:
        return _checked(self.cleaned_data["text"], 4000)
