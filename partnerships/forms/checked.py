"""What every form of ours does with text: clean it, and refuse what looks like a CPR number."""

from collections.abc import Mapping
from typing import Any

from django import forms

from portal.common.cpr import validate_no_cpr
from portal.common.text import clean_text


class CheckedForm(forms.Form):
    """Free text is cleaned before anybody looks at its length; mail addresses are left alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.CharField) and not isinstance(field, forms.EmailField):
                field.validators.append(validate_no_cpr)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return {
            name: clean_text(value) if isinstance(value, str) else value
            for name, value in cleaned.items()
        }

    def take_errors(
        self, errors: Mapping[str, str], names: Mapping[str, str] | None = None
    ) -> None:
        """A service's sentences, each at its field; `names` translates the service's words."""
        for name, sentence in errors.items():
            field = (names or {}).get(name, name)
            self.add_error(field if field in self.fields else None, sentence)


def area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
