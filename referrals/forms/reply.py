"""The answer from a mail link: one choice, and only what that choice needs. Nothing is chosen on
arrival."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.access.actor import Actor
from portal.common import clock
from portal.common.cpr import validate_no_cpr
from portal.common.forms import choice
from portal.common.text import clean_text
from referrals import services
from referrals.models import Outcome, Referral
from referrals.reasons import DeclineReason, GiveUpReason

# The answers as whole sentences with their consequence.
SENTENCES = {
    "accept": (_("Ja, vi tager kontakt"), _("I kontakter borgeren inden for få dage.")),
    "waitlist": (_("Ja, men der er venteliste"), _("Borgeren og afsenderen kan se det.")),
    "decline": (_("Nej, ikke denne gang"), _("Det er helt i orden. Afsenderen finder et andet.")),
    "start": (_("Vi er i gang"), _("I har haft kontakt med borgeren.")),
    "complete": (_("Det er afsluttet"), _("To korte spørgsmål om, hvordan det gik.")),
    "give_up": (_("Det blev ikke til noget"), _("Fortæl kort hvorfor.")),
}


class ReplyForm(forms.Form):
    use_required_attribute = False

    verb = forms.ChoiceField(label=_("Jeres svar"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label=_("Hvorfor nej?"), choices=DeclineReason.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("Vil I skrive lidt til afsenderen?"),
        help_text=_("Ingen oplysninger om helbred, der ikke er nødvendige, og intet cpr-nummer."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    expected_on = forms.DateField(
        label=_("Hvornår er der nok plads?"),
        widget=forms.DateInput(attrs={"type": "date", "class": "w2"}),
    )
    result = forms.ChoiceField(
        label=_("Hvordan gik det?"), choices=Outcome.Result.choices, widget=forms.RadioSelect
    )
    still_takes_part = forms.ChoiceField(
        label=_("Deltager borgeren stadig?"),
        choices=Outcome.Answer.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"class": "opts r"}),
    )
    has_helped = forms.ChoiceField(
        label=_("Oplever borgeren, at det har hjulpet?"),
        choices=Outcome.Answer.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"class": "opts r"}),
    )
    why = forms.ChoiceField(
        label=_("Hvad skete der?"),
        choices=GiveUpReason.for_people(),
        widget=forms.RadioSelect,
    )

    # Which fields an answer needs; all others are not asked for.
    ASKED = {
        "decline": ("reason", "text"),
        "waitlist": ("expected_on",),
        "complete": ("result", "still_takes_part", "has_helped"),
        "give_up": ("why",),
    }

    def __init__(self, *args: Any, actions: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        verb = self.fields["verb"]
        assert isinstance(verb, forms.ChoiceField)  # noqa: S101 - declared above
        verb.choices = [
            choice(action, *words) for action, words in SENTENCES.items() if action in actions
        ]
        asked = self.ASKED.get(self.data.get("verb", ""), ()) if self.is_bound else ()
        optional = {"text", "still_takes_part", "has_helped"}
        for name, field in self.fields.items():
            if name != "verb":
                field.required = name in asked and name not in optional

    def clean_text(self) -> str:
        text = clean_text(self.cleaned_data["text"])
        validate_no_cpr(text)
        return text

    def answer(self, *, actor: Actor, referral_id: UUID) -> Referral:
        """Call the one service that the choice means."""
        data = self.cleaned_data
        match data["verb"]:
            case "accept":
                return services.accept(actor=actor, referral_id=referral_id)
            case "start":
                return services.start(actor=actor, referral_id=referral_id)
            case "decline":
                return services.decline(
                    actor=actor, referral_id=referral_id, reason=data["reason"], text=data["text"]
                )
            case "waitlist":
                latest = clock.today() + timedelta(days=30)
                review = min(max(data["expected_on"], clock.today() + timedelta(days=1)), latest)
                return services.waitlist(
                    actor=actor,
                    referral_id=referral_id,
                    expected_on=data["expected_on"],
                    review_on=review,
                )
            case "complete":
                return services.complete(
                    actor=actor,
                    referral_id=referral_id,
                    result=data["result"],
                    still_takes_part=data["still_takes_part"],
                    has_helped=data["has_helped"],
                )
        return services.give_up(actor=actor, referral_id=referral_id, reason=data["why"])

    def take_errors(self, errors: dict[str, str]) -> None:
        """Sentences of a service, beside the field they are about."""
        decline = self.cleaned_data.get("verb") == "decline"
        for name, sentence in errors.items():
            field = "why" if name == "reason" and not decline else name
            self.add_error(field if field in self.fields else None, sentence)


class PhoneCodeForm(forms.Form):
    code = forms.CharField(
        label=_("Koden fra sms'en"),
        help_text=_("Seks cifre."),
        max_length=12,
        widget=forms.TextInput(
            attrs={"class": "w1", "inputmode": "numeric", "autocomplete": "one-time-code"}
        ),
    )
