"""Fields that the editor has many of."""

from typing import Any

from django import forms

from offers.vocabularies import (
    DIMENSIONS,
    target_groups_by_dimension,
)


def lines(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def whole(label: Any, *, most: int, hint: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=most,
        help_text=hint,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w1"}),
    )


def many(label: Any, choices: Any, look: str = "plain columns") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        required=False,
        choices=choices,
        widget=forms.CheckboxSelectMultiple(attrs={"class": look}),
    )


def grouped_target_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (str(DIMENSIONS[dimension]), [(group.code, group.label) for group in groups])
        for dimension, groups in target_groups_by_dimension().items()
        if groups
    ]
