from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from organisations.models import ClosingPeriod, Contact, Organisation, OrganisationProfile
from portal.common.cpr import validate_no_cpr
from portal.common.phones import validate_phone

if TYPE_CHECKING:
    _OrganisationForm = forms.ModelForm[Organisation]
    _ProfileForm = forms.ModelForm[OrganisationProfile]
    _ContactForm = forms.ModelForm[Contact]
    _ClosingForm = forms.ModelForm[ClosingPeriod]
else:
    # Django's form cannot be subscripted when running.
    _OrganisationForm = _ProfileForm = _ContactForm = _ClosingForm = forms.ModelForm


class _NoCpr(forms.BaseForm):
    """Free text never holds a CPR number, and a phone is one that rings."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name == "phone":
                field.validators.append(validate_phone)
            elif isinstance(field, forms.CharField) and not isinstance(
                field, forms.EmailField | forms.URLField
            ):
                field.validators.append(validate_no_cpr)


class OrganisationForm(_NoCpr, _OrganisationForm):
    website = forms.URLField(label=_("Hjemmeside"), required=False, assume_scheme="https")

    class Meta:
        model = Organisation
        fields: ClassVar[list[str]] = [
            "description",
            "website",
            "email",
            "phone",
            "takes_referrals",
        ]
        labels: ClassVar[dict[str, Any]] = {
            "description": _("Hvem er I?"),
            "email": _("E-mail"),
            "phone": _("Telefon"),
            "takes_referrals": _("Vi tager imod henvisninger"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "description": _("Et par korte sætninger. Alle kan læse dem."),
            "takes_referrals": _("Uden flueben kan ingen henvise til jer."),
        }
        widgets: ClassVar[dict[str, Any]] = {"description": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.is_association:
            del self.fields["takes_referrals"]


class ProfileForm(_NoCpr, _ProfileForm):
    class Meta:
        model = OrganisationProfile
        fields: ClassVar[list[str]] = [
            "disease_area",
            "workforce",
            "volunteer_support",
            "funding_note",
        ]
        labels: ClassVar[dict[str, Any]] = {
            "disease_area": _("Sygdom eller område"),
            "workforce": _("Hvem udfører arbejdet?"),
            "volunteer_support": _("Sådan støtter I jeres frivillige"),
            "funding_note": _("Sådan får I penge"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "volunteer_support": _("Fx oplæring, en fast kontaktperson eller supervision."),
            "funding_note": _("Fx medlemmer, fonde eller tilskud."),
        }
        widgets: ClassVar[dict[str, Any]] = {
            "workforce": forms.RadioSelect(attrs={"class": "choice"}),
            "volunteer_support": forms.Textarea(attrs={"rows": 3}),
            "funding_note": forms.Textarea(attrs={"rows": 3}),
        }


class ContactForm(_NoCpr, _ContactForm):
    class Meta:
        model = Contact
        fields: ClassVar[list[str]] = ["purpose", "is_deputy", "name", "email", "phone"]
        labels: ClassVar[dict[str, Any]] = {
            "purpose": _("Skal skrives til om"),
            "is_deputy": _("Stedfortræder"),
            "name": _("Navn"),
            "email": _("E-mail"),
            "phone": _("Telefon"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "is_deputy": _("Bliver spurgt, når den første ikke svarer."),
        }
        widgets: ClassVar[dict[str, Any]] = {"purpose": forms.RadioSelect(attrs={"class": "r"})}


class ClosingForm(_ClosingForm):
    class Meta:
        model = ClosingPeriod
        fields: ClassVar[list[str]] = ["first_day", "last_day"]
        labels: ClassVar[dict[str, Any]] = {
            "first_day": _("Første lukkedag"),
            "last_day": _("Sidste lukkedag"),
        }
        widgets: ClassVar[dict[str, Any]] = {
            "first_day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "last_day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
