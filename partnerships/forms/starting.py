"""An idea and who is in it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offers.models import Offer
from organisations.models import Organisation
from partnerships.forms.checked import CheckedForm, area
from partnerships.models import Agreement, AgreementKind
from portal.common.forms import choice


def organisation_choice(row: Organisation) -> tuple[str, str]:
    """Names are not unique, so kind and place stand with them."""
    place = row.municipality.name if row.municipality else ""
    return choice(row.slug, row.name, ", ".join(filter(None, (row.get_kind_display(), place))))


class PartiesField(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple(attrs={"class": "choice"})


class StartForm(CheckedForm):
    title = forms.CharField(
        label=gettext_lazy("Hvad skal samarbejdet hedde?"),
        max_length=200,
        error_messages={"required": gettext_lazy("Giv idéen en titel.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Slags aftale"),
        choices=AgreementKind.choices,
        widget=forms.RadioSelect(attrs={"class": "choice"}),
        error_messages={"required": gettext_lazy("Vælg, hvad slags aftale det er.")},
    )
    purpose = forms.CharField(
        label=gettext_lazy("Idéen kort"),
        required=False,
        max_length=4000,
        widget=area(4),
        help_text=gettext_lazy("Hvad skal blive bedre, og for hvem? I skriver resten sammen."),
    )
    parties = PartiesField(
        label=gettext_lazy("Sammen med"),
        error_messages={"required": gettext_lazy("Vælg mindst én, I vil lave aftalen med.")},
    )

    def __init__(self, *args: Any, found: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hints = {
            "frame": _("Samler flere lokale aftaler mellem de samme parter"),
            "local": _("Ét sted, én indsats"),
            "project": _("Har en slutdato og penge, der hører op"),
            "partnership": _("Varigt samarbejde om flere indsatser"),
            "letter_of_intent": _("Vi vil noget sammen, men forpligter os ikke endnu"),
        }
        kinds = [choice(code, label, hints[code]) for code, label in AgreementKind.choices]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["parties"].choices = [organisation_choice(row) for row in found]  # type: ignore[attr-defined]


class PartyForm(CheckedForm):
    organisation = forms.ChoiceField(
        label=gettext_lazy("Ny part"),
        widget=forms.RadioSelect(attrs={"class": "choice"}),
        error_messages={"required": gettext_lazy("Vælg den, der skal med.")},
    )

    def __init__(self, *args: Any, found: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [organisation_choice(row) for row in found]  # type: ignore[attr-defined]


class OffersForm(forms.Form):
    offers = forms.MultipleChoiceField(
        label=gettext_lazy("Tilbud under aftalen"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Henvisninger til dem kan tælle med i aftalens mål."),
    )

    def __init__(self, *args: Any, offers: Sequence[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offers"].choices = [  # type: ignore[attr-defined]
            choice(str(row.pk), row.title, row.organisation.name) for row in offers
        ]


class FrameForm(forms.Form):
    parent = forms.ChoiceField(
        label=gettext_lazy("Rammeaftale"),
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Aftalen skal ligge inden for rammeaftalens datoer og parter."),
    )

    def __init__(self, *args: Any, frames: Sequence[Agreement], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = choice("", _("Ingen"), _("Aftalen står for sig selv"))
        named = [choice(str(row.pk), row.title, row.number) for row in frames]
        self.fields["parent"].choices = [none, *named]  # type: ignore[attr-defined]
