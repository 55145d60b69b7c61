"""allauth's forms in our words. They keep allauth's behaviour; labels, hints and order are ours."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import gettext_lazy as _

WRONG_REPEAT = _("De to adgangskoder er ikke ens.")


def word(field: forms.Field, label: Any, hint: Any = "", **attrs: str) -> None:
    """Give a field our label and hint, and take allauth's placeholder away: a placeholder is gone
    when one needs it."""
    field.label, field.help_text = label, hint
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attrs)


def password_hint() -> str:
    return " ".join(filter(None, password_validators_help_texts()))


class LoginForm(account.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        word(self.fields["login"], _("E-mail"), autocomplete="username")
        word(self.fields["password"], _("Adgangskode"))


class ResetPasswordForm(account.ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        word(self.fields["email"], _("E-mail"), autocomplete="username")


class _TwoNewPasswords:
    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        word(self.fields["password1"], _("Ny adgangskode"), password_hint())
        word(self.fields["password2"], _("Skriv den igen"))


class ResetPasswordKeyForm(_TwoNewPasswords, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class ChangePasswordForm(_TwoNewPasswords, account.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        word(self.fields["oldpassword"], _("Den adgangskode, du bruger nu"))


class ReauthenticateForm(account.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        word(self.fields["password"], _("Adgangskode"))


class _Code:
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["class"] = "w1"
        word(self.fields["code"], _("Kode"), self.hint, inputmode="numeric", autofocus="autofocus")

    hint: Any = _("Seks tal fra din app. Du kan også bruge en nødkode.")


class AuthenticateForm(_Code, mfa.AuthenticateForm):  # type: ignore[misc]
    pass


class ReauthenticateCodeForm(_Code, mfa.ReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateTOTPForm(_Code, totp.ActivateTOTPForm):  # type: ignore[misc]
    hint = _("Seks tal, som appen viser nu.")


class AddWebAuthnForm(webauthn.AddWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        word(self.fields["name"], _("Navn på nøglen"), _("Så kan du kende den fra andre nøgler."))


class EditWebAuthnForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        word(self.fields["name"], _("Navn på nøglen"))
