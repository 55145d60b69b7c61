"""The entrance's own page, its posts, and the enquiry."""

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from partnerships.forms.checked import CheckedForm, area, day
from partnerships.models import Enquiry, Entrance, EntrancePost
from partnerships.services import Writer
from portal.common.forms import choice
from portal.common.ids import uuid7
from portal.common.phones import validate_phone


class EntranceForm(CheckedForm):
    intro = forms.CharField(
        label=_("Kort fortalt"),
        help_text=_("Et par sætninger til en forening, der aldrig har talt med jer."),
        max_length=1000,
        required=False,
        widget=area(4),
    )
    may = forms.CharField(
        label=_("Det kan vi"),
        help_text=_("Et punkt på hver linje. Fx lokaler, vejledning eller fælles projekter."),
        max_length=2000,
        required=False,
        widget=area(5),
    )
    may_not = forms.CharField(
        label=_("Det må vi ikke"),
        help_text=_("Et punkt på hver linje. Fx give tilskud til foreningens drift."),
        max_length=2000,
        required=False,
        widget=area(5),
    )
    requirements = forms.CharField(
        label=_("Det beder vi foreningen om"),
        help_text=_("Et punkt på hver linje. Fx en kontaktperson og vedtægter."),
        max_length=2000,
        required=False,
        widget=area(5),
    )
    contact_name = forms.CharField(label=_("Kontaktens navn"), max_length=120, required=False)
    contact_title = forms.CharField(label=_("Titel"), max_length=120, required=False)
    contact_email = forms.EmailField(label=_("E-mail"), required=False)
    contact_phone = forms.CharField(
        label=_("Telefon"), max_length=20, required=False, validators=[validate_phone]
    )

    @staticmethod
    def initial_of(entrance: Entrance | None) -> dict[str, Any]:
        names = EntranceForm.base_fields
        return {name: getattr(entrance, name) for name in names} if entrance is not None else {}


class PostForm(CheckedForm):
    kind = forms.ChoiceField(label=_("Hvad er det?"), widget=forms.RadioSelect)
    title = forms.CharField(label=_("Titel"), max_length=160)
    text = forms.CharField(
        label=_("Beskrivelse"),
        help_text=_("Hvem er det for, hvor er det, og hvad skal foreningen kunne?"),
        max_length=2000,
        required=False,
        widget=area(6),
    )
    from_on = forms.DateField(label=_("Fra"), required=False, widget=day())
    until_on = forms.DateField(
        label=_("Til"),
        help_text=_("Efter den dag vises opslaget ikke."),
        required=False,
        widget=day(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = EntrancePost.Kind
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [
            choice(kind.NEED, kind.NEED.label, _("Noget, borgerne mangler.")),
            choice(kind.ROOM, kind.ROOM.label, _("Et sted, foreninger kan låne.")),
            choice(kind.TRAINING, kind.TRAINING.label, _("Plads på et kursus hos jer.")),
        ]

    @staticmethod
    def initial_of(post: EntrancePost) -> dict[str, Any]:
        return {name: getattr(post, name) for name in PostForm.base_fields}


class EnquiryForm(CheckedForm):
    """The idea in a few words. Somebody who is signed in is not asked who they are."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    post = forms.UUIDField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(
        label=_("Idéen i én linje"),
        help_text=_("Fx »Følgeskab hjem fra hospitalet«."),
        max_length=200,
    )
    text = forms.CharField(
        label=_("Fortæl lidt mere"),
        help_text=_("Hvem er det for, hvad vil I gøre, og hvad har I brug for? Ingen cpr-numre."),
        max_length=4000,
        widget=area(7),
    )
    organisation = forms.CharField(label=_("Din forening"), max_length=160)
    name = forms.CharField(label=_("Dit navn"), max_length=120)
    email = forms.EmailField(label=_("Din e-mail"), help_text=_("Hertil sender vi svaret."))
    phone = forms.CharField(
        label=_("Din telefon"), max_length=20, required=False, validators=[validate_phone]
    )

    NAMES = ("organisation", "name", "email", "phone")

    def __init__(self, *args: Any, known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if known:
            for name in self.NAMES:
                del self.fields[name]

    def writer(self) -> Writer:
        return Writer(**{name: self.cleaned_data[name] for name in self.NAMES})

    def post_id(self) -> UUID | None:
        found: UUID | None = self.cleaned_data["post"]
        return found


class IdeaForm(EnquiryForm):
    """The same for somebody who has not chosen an entrance yet."""

    body = forms.ModelChoiceField(
        label=_("Hvem vil I arbejde sammen med?"),
        queryset=Organisation.objects.none(),
        to_field_name="slug",
        empty_label=_("Vælg region, sundhedsråd, kommune eller hospital"),
    )
    field_order = ("body", "title", "text")

    def offer_bodies(self, bodies: "QuerySet[Organisation]") -> None:
        field = self.fields["body"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = bodies


class AnswerForm(CheckedForm):
    outcome = forms.ChoiceField(label=_("Vil I videre?"), widget=forms.RadioSelect)
    answer = forms.CharField(
        label=_("Jeres svar"),
        help_text=_("Foreningen læser det, som det står."),
        max_length=4000,
        widget=area(7),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcome = Enquiry.Outcome
        field = self.fields["outcome"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [
            choice(
                outcome.ONWARD,
                _("Ja, vi vil gerne videre"),
                _("Idéen bliver liggende, og I kan skrive et udkast sammen."),
            ),
            choice(
                outcome.DECLINED,
                _("Nej, det bliver ikke til noget"),
                _("Idéen lukkes, og svaret står som begrundelse."),
            ),
        ]


class LinkForm(forms.Form):
    association = forms.ModelChoiceField(
        label=_("Hvilken forening er det?"),
        queryset=Organisation.objects.none(),
        to_field_name="slug",
        empty_label=_("Vælg forening"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["association"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Organisation.objects.public().associations().in_danish_order()

    def take_error(self, sentence: str) -> None:
        self.add_error("association", sentence)
