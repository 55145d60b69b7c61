"""What the receiver, the sender and the coordinator write about one referral. Shape only: whether
it may be done is asked of `permissions`, and the services decide."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from organisations.models import NamedHandler
from portal.common import clock
from portal.common.cpr import validate_no_cpr
from portal.common.text import clean_line, clean_text
from referrals.models import Outcome
from referrals.reasons import DeclineReason, ErrorReason, GiveUpReason, RefuseReason

LONGEST_TEXT = 2000
_REVIEW_DAYS = 30
_DATE_FORMATS = ["%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%y"]


class AnswerForm(forms.Form):
    """A form whose service may still find something: its sentences land beside their fields."""

    # Our own errors speak Danish and name what to do.
    use_required_attribute = False
    renamed: ClassVar[Mapping[str, str]] = {}

    def take_errors(self, errors: Mapping[str, str]) -> None:
        for name, sentence in errors.items():
            field = self.renamed.get(name, name)
            self.add_error(field if field in self.fields else None, sentence)


class _Text(forms.CharField):
    """Words of one's own: cleaned, not too long, and without anything like a CPR number."""

    def __init__(self, *, longest: int = LONGEST_TEXT, rows: int = 3, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > self.longest:
            raise ValidationError(
                _("Teksten er %(length)s tegn. Skriv højst %(longest)s."),
                params={"length": len(value), "longest": self.longest},
            )
        validate_no_cpr(value)


def _day(label: Any, *, hint: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        input_formats=_DATE_FORMATS,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "w1"}),
        error_messages={"invalid": _("Skriv en dato, for eksempel 24.12.2026.")},
    )


def _pick(label: Any, choices: Iterable[Any], *, look: str, required: bool = True) -> Any:
    return forms.ChoiceField(
        label=label,
        choices=list(choices),
        required=required,
        widget=forms.RadioSelect(attrs={"class": look}),
        error_messages={"invalid_choice": _("Vælg et af svarene på listen.")},
    )


# --- the receiver ---------------------------------------------------------------------------


class DeclineForm(AnswerForm):
    reason = _pick(_("Hvorfor kan I ikke?"), DeclineReason.choices, look="choice")
    text = _Text(
        label=_("Vil I skrive lidt mere?"),
        help_text=_("Afsenderen læser det. Skriv gerne, hvis I kender et andet sted."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reason") == DeclineReason.OTHER and not data.get("text"):
            if "text" not in self.errors:
                self.add_error("text", _("Skriv kort, hvorfor I siger nej."))
        return data


def _latest_review() -> Any:
    return clock.today() + timedelta(days=_REVIEW_DAYS)


class WaitlistForm(AnswerForm):
    expected_on = _day(
        _("Hvornår regner I med at have plads?"), hint=_("Et skøn er nok. I kan rette det senere.")
    )
    review_on = _day(
        _("Hvornår skal vi spørge jer igen?"), hint=_("Senest om 30 dage, så ingen bliver glemt.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("review_on", _latest_review())


class KeepWaitingForm(AnswerForm):
    review_on = _day(_("Spørg os igen"), hint=_("Senest om 30 dage."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("review_on", _latest_review())


class CompleteForm(AnswerForm):
    result = _pick(_("Hvordan gik det?"), Outcome.Result.choices, look="choice")
    still_takes_part = _pick(
        _("Deltager borgeren stadig?"), Outcome.Answer.choices, required=False, look="r"
    )
    has_helped = _pick(
        _("Oplever borgeren, at det har hjulpet?"),
        Outcome.Answer.choices,
        required=False,
        look="r",
    )


class GiveUpForm(AnswerForm):
    """`feedback` is False where the citizen has not agreed to word going back: then no text."""

    reason = _pick(_("Hvorfor blev det ikke til noget?"), GiveUpReason.for_people(), look="choice")
    text = _Text(label=_("Vil I skrive lidt mere?"), required=False)

    def __init__(self, *args: Any, feedback: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not feedback:
            del self.fields["text"]


class MessageForm(AnswerForm):
    text = _Text(label=_("Skriv en besked"), help_text=_("Skriv aldrig cpr-numre her."))


class AssignForm(AnswerForm):
    handler = forms.TypedChoiceField(
        label=_("Hvem tager sig af den?"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, handlers: Iterable[NamedHandler], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["handler"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", _("Ingen endnu")), *((row.pk, row.name) for row in handlers)]


class RedeemForm(AnswerForm):
    code = forms.CharField(
        label=_("Koden fra borgeren"),
        help_text=_("Otte tegn, for eksempel 4K7M-X2PQ."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"class": "w1", "autocomplete": "off", "autocapitalize": "characters"}
        ),
    )

    def clean_code(self) -> str:
        return clean_line(self.cleaned_data["code"])


# --- the sender -----------------------------------------------------------------------------


class ErrorForm(AnswerForm):
    reason = _pick(_("Hvad er forkert?"), ErrorReason.choices, look="choice")


class ReassignForm(AnswerForm):
    user = forms.TypedChoiceField(label=_("Kollega"), coerce=int)

    def __init__(self, *args: Any, colleagues: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["user"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", _("Vælg en kollega")), *colleagues]


# --- coordinators and managers --------------------------------------------------------------


class RefuseForm(AnswerForm):
    reason = _pick(_("Hvorfor sender du den tilbage?"), RefuseReason.for_people(), look="choice")


class CloseConcernForm(AnswerForm):
    renamed: ClassVar[Mapping[str, str]] = {"text": "conclusion"}

    conclusion = _Text(
        label=_("Hvad er der gjort?"),
        help_text=_("Skriv kort, hvad I har undersøgt, og hvad I har aftalt."),
        longest=4000,
        rows=5,
    )
