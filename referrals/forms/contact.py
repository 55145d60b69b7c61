"""One field for "telephone or e-mail", and the two contact fields that it is kept as."""

from typing import Any, Final, TypedDict

from django import forms
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from portal.common.cpr import validate_no_cpr
from portal.common.text import clean_text

# What the services call the two is one field on the page.
CONTACT_ERRORS: Final = {"phone": "contact", "email": "contact"}

_validate_email = EmailValidator(_("E-mailen er ikke skrevet rigtigt. Ret den."))


class ContactWays(TypedDict):
    phone: str
    email: str


class ContactField(forms.CharField):
    """One way to reach somebody. An e-mail is checked here, a number by the services."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Telefon eller e-mail"), max_length=254, **kwargs)

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        validate_no_cpr(value)
        if "@" in value:
            _validate_email(value)


def ways_of(contact: str) -> ContactWays:
    is_email = "@" in contact
    return {"phone": "" if is_email else contact, "email": contact if is_email else ""}
