"""The editor as it was left: its form and its two lists of parts, from a draft and back."""

from typing import Any, Final

from django import forms

from offers.forms.offer import OfferForm
from offers.forms.parts import MOST_PLACES_TO_MEET, PlaceForm, TranslationForm
from offers.vocabularies import LANGUAGES
from portal.common.drafts import Typed, initial_from

PLACES: Final = "sted"
TRANSLATIONS: Final = "sprog"
_PARTS: Final[dict[str, tuple[type[forms.Form], int]]] = {
    PLACES: (PlaceForm, MOST_PLACES_TO_MEET),
    TRANSLATIONS: (TranslationForm, len(LANGUAGES)),
}


def fields_in_draft() -> dict[str, forms.Field]:
    """Every field that the page may hold, by the name that a browser posts it under."""
    fields = dict(OfferForm.base_fields)
    for prefix, (form, most) in _PARTS.items():
        for row in range(most):
            for name, field in form.base_fields.items():
                fields[f"{prefix}-{row}-{name}"] = field
    return fields


def initial_of_draft(typed: Typed) -> dict[str, Any]:
    return initial_from(typed, OfferForm.base_fields)


def parts_of_draft(typed: Typed, prefix: str, before: list[Any]) -> list[dict[str, Any]]:
    """The rows as they were left, emptied ones too, so that each stays in its place. `before` are
    the stored rows: what the page does not show of them (a place's municipality) stays."""
    form, most = _PARTS[prefix]
    rows = []
    for row in range(most):
        left = initial_from(typed, form.base_fields, prefix=f"{prefix}-{row}-")
        known = before[row] if row < len(before) else {}
        if not known and not any(left.values()):
            break
        rows.append({**known, **left})
    return rows
