from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.models import Invitation, Role
from organisations.permissions import roles_for
from portal.accounts.forms import WRONG_REPEAT, password_hint
from portal.accounts.models import User
from portal.common.cpr import validate_no_cpr
from portal.common.forms import choice
from portal.common.phones import validate_phone


def role_hint(role: str) -> str:
    """What a role may do, in one line under its name."""
    return {
        Role.MANAGER: _("Kan invitere andre, sige ja til vilkår og underskrive."),
        Role.EDITOR: _("Kan rette jeres tilbud. Ser ingen henvisninger."),
        Role.HANDLER: _("Kan se og besvare henvisninger til jer."),
        Role.CLINICIAN: _("Kan henvise og følge egne henvisninger."),
        Role.COORDINATOR: _("Kan følge tilbud, aftaler og kortlægning. Ser ingen patienter."),
        Role.LAWYER: _("Kan læse og vurdere aftaler."),
        Role.DPO: _("Kan se, hvem der har åbnet hvad, men ikke indholdet."),
        Role.ANALYST: _("Kan se tal for organisationen."),
        Role.OPERATOR: _("Driver Samspil. Ser ingen patienter."),
    }[Role(role)]


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roller"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["roles"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - it stands above
        field.choices = [choice(role, role.label, role_hint(role)) for role in roles_for(kind)]


class InviteForm(RolesForm):
    field_order = ("name", "email", "roles", "knows_person")

    name = forms.CharField(label=gettext_lazy("Navn"), max_length=120, validators=[validate_no_cpr])
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("Personens egen arbejdsmail, ikke en fælles postkasse."),
    )
    knows_person = forms.BooleanField(
        label=gettext_lazy("Jeg ved, hvem personen er"),
        help_text=gettext_lazy("Jeg kender personen, og adressen er personens egen."),
    )


class AcceptForm(forms.Form):
    """A new person chooses a password."""

    password1 = forms.CharField(
        label=gettext_lazy("Vælg en adgangskode"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=gettext_lazy("Skriv den igen"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = User(email=invitation.email, name=invitation.name)
        self.fields["password1"].help_text = password_hint()

    def clean_password1(self) -> str:
        password: str = self.cleaned_data["password1"]
        password_validation.validate_password(password, self.person)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", ValidationError(WRONG_REPEAT))
        return cleaned


class HandlerForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Navn"), max_length=120, validators=[validate_no_cpr])
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("Hertil sender vi link til nye henvisninger."),
    )
    phone = forms.CharField(
        label=gettext_lazy("Mobiltelefon"),
        max_length=20,
        validators=[validate_phone],
        help_text=gettext_lazy("Hertil sender vi en kode på seks tal, når et link åbnes."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "class": "w2"}),
    )
    is_deputy = forms.BooleanField(
        label=gettext_lazy("Stedfortræder"),
        help_text=gettext_lazy("Bliver kun spurgt, når den første ikke svarer."),
        required=False,
    )
    promised = forms.BooleanField(
        label=gettext_lazy("Har skrevet under på tavshedsløftet"),
        help_text=gettext_lazy("I gemmer selv papiret. Løftet gælder også, når personen stopper."),
    )
