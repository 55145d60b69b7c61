"""The one page from a search result to `sent`. The form checks shape; the services decide."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from offers.models import Offer
from offers.vocabularies import CATEGORIES, TARGET_GROUPS
from portal.common.cpr import validate_no_cpr
from portal.common.forms import choice
from portal.common.text import clean_text
from portal.geography.models import Municipality
from referrals import services
from referrals.forms.contact import CONTACT_ERRORS, ContactField, ways_of
from referrals.models import AgeBand, ConsentForm, GivenBy, Kind, SubjectRole
from referrals.reasons import OutsideAreaReason

HANDOUTS = ("print", "sms", "told")
LONGEST_MESSAGE = 2000
# What the association may know of when to ring: codes joined as words.
CALL_TIMES = [
    ("formiddag", _("Formiddag")),
    ("eftermiddag", _("Eftermiddag")),
    ("sms", _("Send sms først")),
]


class SendForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kan borgeren selv tage kontakt?"),
        widget=forms.RadioSelect(attrs={"class": "choice", "data-focus": ""}),
        initial=Kind.CODE,
    )
    code = forms.CharField(widget=forms.HiddenInput, required=False)
    acute_seen = forms.BooleanField(widget=forms.HiddenInput, required=False)

    handout = forms.ChoiceField(
        label=_("Hvordan får borgeren koden?"),
        widget=forms.RadioSelect(attrs={"class": "opts r"}),
        initial="print",
    )
    sms_to = forms.CharField(label=_("Mobilnummer"), max_length=30)

    name = forms.CharField(
        label=_("Navn"),
        help_text=_("Eller det, borgeren vil kaldes."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    contact = ContactField(
        help_text=_("Én måde at få fat i borgeren på."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    message = forms.CharField(
        label=_("Hvad skal foreningen vide?"),
        help_text=_(
            "Kun det, de skal bruge for at tage godt imod. Ingen diagnoser, der ikke er "
            "nødvendige, og intet cpr-nummer."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    call_times = forms.MultipleChoiceField(
        label=_("Hvornår må de ringe?"),
        choices=CALL_TIMES,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "opts r"}),
    )

    consent_send = forms.BooleanField(
        label=_("Ja til at sende"),
        help_text=_("Gælder kun denne forening og dette tilbud, højst ét år."),
    )
    consent_feedback = forms.BooleanField(
        label=_("Ja til, at jeg får besked om, hvordan det gik"), required=False
    )
    consent_follow_up = forms.BooleanField(
        label=_("Ja til, at vi følger op senere"), required=False
    )
    consent_form = forms.ChoiceField(
        label=_("Hvordan er samtykket givet?"),
        choices=ConsentForm.choices,
        widget=forms.RadioSelect(attrs={"class": "opts r"}),
    )
    oral_reason = forms.CharField(
        label=_("Hvorfor mundtligt?"),
        help_text=_("Loven vil have samtykket på skrift, medmindre der er en grund."),
        max_length=400,
    )
    given_by = forms.ChoiceField(
        label=_("Hvem har givet det?"),
        choices=GivenBy.choices,
        widget=forms.RadioSelect(attrs={"class": "opts r"}),
    )
    subject_role = forms.ChoiceField(
        label=_("Borgeren er"),
        choices=SubjectRole.choices,
        initial=SubjectRole.PATIENT,
        required=False,
    )

    municipality = forms.ModelChoiceField(
        label=_("Borgerens kommune"),
        queryset=Municipality.objects.none(),
        to_field_name="code",
    )
    outside_area_reason = forms.ChoiceField(
        label=_("Tilbuddet dækker ikke kommunen. Hvorfor henviser du alligevel?"),
        choices=[("", _("Vælg en grund")), *OutsideAreaReason.choices],
        required=False,
    )
    needs = forms.MultipleChoiceField(
        label=_("Behov"), widget=forms.CheckboxSelectMultiple(attrs={"class": "plain"})
    )
    target_groups = forms.MultipleChoiceField(
        label=_("Målgruppe"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "plain"}),
    )
    age_band = forms.ChoiceField(
        label=_("Alder"), choices=[("", _("Ikke oplyst")), *AgeBand.choices], required=False
    )

    # A part that is not shown is not asked for, so the browser's own `required` stays out of it.
    use_required_attribute = False
    # Asked for only with details, only with a text message, only when the consent is oral.
    WITH_DETAILS = ("name", "contact", "consent_send", "consent_form", "given_by")

    # Never stored in a draft: the code is drawn anew, the acknowledgement belongs to one sending,
    # and a consent is one citizen's: nothing about it may stand there ticked for the next one.
    NOT_IN_DRAFT = (
        "code",
        "acute_seen",
        "consent_send",
        "consent_feedback",
        "consent_follow_up",
        "consent_form",
        "oral_reason",
        "given_by",
        "subject_role",
    )

    def __init__(self, *args: Any, offer: Offer, takes_details: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [
            choice(
                Kind.CODE,
                _("Ja, med en kode"),
                _("Borgeren får en kode og tager selv kontakt. Ingen personoplysninger."),
            )
        ]
        if takes_details:
            kinds.append(
                choice(
                    Kind.IDENTIFIED,
                    _("Nej, med oplysninger"),
                    _("Foreningen kontakter borgeren. Kræver samtykke."),
                )
            )
            if offer.takes_navigator_referrals:
                kinds.append(
                    choice(
                        Kind.NAVIGATOR,
                        _("Nej, bed om en brobygger"),
                        _("En person hjælper borgeren med at finde vej. Kræver samtykke."),
                    )
                )
        self._field("kind").choices = kinds
        self._field("handout").choices = [
            choice("print", _("Print en folder")),
            choice("sms", _("Send en sms")),
            choice("told", _("Jeg viser den her")),
        ]
        self._field("needs").choices = CATEGORIES.choices()
        self._field("target_groups").choices = TARGET_GROUPS.choices()
        self._ask_for_what_is_shown()
        municipality = self.fields["municipality"]
        assert isinstance(municipality, forms.ModelChoiceField)  # noqa: S101 - declared above
        municipality.queryset = Municipality.objects.in_danish_order()

    @classmethod
    def fields_in_draft(cls) -> dict[str, forms.Field]:
        return {
            name: field for name, field in cls.base_fields.items() if name not in cls.NOT_IN_DRAFT
        }

    def _ask_for_what_is_shown(self) -> None:
        if not self.is_bound:
            return
        by_code = self.data.get("kind") == Kind.CODE
        for name in self.WITH_DETAILS:
            self.fields[name].required = not by_code
        oral = self.data.get("consent_form") == ConsentForm.ORAL
        self.fields["oral_reason"].required = oral and not by_code
        self.fields["handout"].required = False  # paper, where a browser leaves the choice out
        self.fields["sms_to"].required = by_code and self.data.get("handout") == "sms"

    def _field(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - only called for choices
        return field

    def clean_message(self) -> str:
        text = clean_text(self.cleaned_data["message"])
        if len(text) > LONGEST_MESSAGE:
            raise ValidationError(
                _("Teksten er %(length)s tegn. Skriv højst %(longest)s."),
                params={"length": len(text), "longest": LONGEST_MESSAGE},
            )
        validate_no_cpr(text)
        return text

    def clean_name(self) -> str:
        return self._plain("name")

    def clean_oral_reason(self) -> str:
        return self._plain("oral_reason")

    def _plain(self, name: str) -> str:
        text = clean_text(self.cleaned_data[name])
        validate_no_cpr(text)
        return text

    # What the services are given. -----------------------------------------------------------

    def facts(self) -> services.CodedFacts:
        data = self.cleaned_data
        return services.CodedFacts(
            municipality=data["municipality"],
            needs=data["needs"],
            target_groups=data["target_groups"],
            age_band=data["age_band"],
            outside_area_reason=data["outside_area_reason"],
        )

    def patient(self) -> services.PatientDetails:
        data = self.cleaned_data
        return services.PatientDetails(
            name=data["name"],
            call_times=",".join(data["call_times"]),
            message=data["message"],
            **ways_of(data["contact"]),
        )

    def consent(self) -> services.ConsentGiven:
        data = self.cleaned_data
        return services.ConsentGiven(
            form=data["consent_form"],
            given_by=data["given_by"],
            subject_role=data["subject_role"] or SubjectRole.PATIENT,
            oral_reason=data["oral_reason"] if data["consent_form"] == ConsentForm.ORAL else "",
            feedback=data["consent_feedback"],
            follow_up=data["consent_follow_up"],
        )

    def take_errors(self, errors: dict[str, str]) -> None:
        """Sentences of a service, beside the field they are about."""
        for name, sentence in errors.items():
            field = CONTACT_ERRORS.get(name, name)
            self.add_error(field if field in self.fields else None, sentence)
