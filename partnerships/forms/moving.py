"""What somebody writes when an agreement moves on. Shape only: the services decide."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from partnerships.forms.checked import CheckedForm, area, day
from partnerships.models import Amendment, Document, Review
from partnerships.services.signing import LARGEST_FILE
from portal.common import clock
from portal.common.forms import choice

# As `services.reviewers` gives them: user id, name, organisation.
People = Sequence[tuple[int, str, Organisation]]

_BAD_DAY = {"invalid": _("Skriv en dato, for eksempel 24.12.2026.")}
_DAY_FORMATS = ["%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%Y"]


def day_field(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        required=required,
        input_formats=_DAY_FORMATS,
        widget=day(),
        error_messages=_BAD_DAY,
    )


def text_field(
    label: Any, hint: Any = "", *, longest: int = 4000, rows: int = 5, required: bool = True
) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, max_length=longest, required=required, widget=area(rows)
    )


class PdfField(forms.FileField):
    """A PDF as bytes; empty when none was given. The service looks into it, and has it scanned."""

    def __init__(self, label: Any, hint: Any = "", *, required: bool = True) -> None:
        super().__init__(
            label=label,
            help_text=hint,
            required=required,
            widget=forms.FileInput(attrs={"accept": "application/pdf"}),
            error_messages={"empty": _("Filen er tom. Vælg en anden.")},
        )

    def clean(self, data: Any, initial: Any = None) -> bytes:
        found = super().clean(data, initial)
        if not found:
            return b""
        if found.size > LARGEST_FILE:
            raise ValidationError(_("Filen er over 10 MB. Gør den mindre, og prøv igen."))
        content: bytes = found.read()
        return content


class CommentForm(CheckedForm):
    """One text, whose label says what for."""

    def __init__(
        self, *args: Any, label: Any, hint: Any = "", required: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].label = label
        self.fields["comment"].help_text = hint
        self.fields["comment"].required = required

    comment = text_field("")


# --- review -------------------------------------------------------------------------------------
class ReviewersForm(CheckedForm):
    """One named person a kind; a kind that nothing asks for may stay empty."""

    def __init__(
        self,
        *args: Any,
        people: dict[str, People],
        required: Iterable[str],
        own: int | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        must = set(required)
        for kind, rows in people.items():
            if not rows and kind not in must:
                continue
            label = Review.Kind(kind).label
            choices = [(str(pk), f"{name}, {where.name}") for pk, name, where in rows]
            nobody = (
                _("Ingen har rollen endnu. Invitér en først.")
                if not rows
                else _("Vælg en person")
                if kind in must
                else _("Ingen gennemgang")
            )
            self.fields[kind] = forms.TypedChoiceField(
                label=_("Gennemgang: %(kind)s") % {"kind": label.lower()},
                choices=[("", nobody), *choices],
                coerce=int,
                empty_value=None,
                required=kind in must,
                # Another pair of eyes than the asker's, where there is one.
                initial=next((str(pk) for pk, *_rest in rows if pk != own), None)
                if kind in must
                else None,
            )

    @property
    def chosen(self) -> dict[str, int]:
        return {kind: value for kind, value in self.cleaned_data.items() if value}


class DecideForm(CheckedForm):
    decision = forms.ChoiceField(label=_("Hvad siger du?"), widget=forms.RadioSelect)
    comment = text_field(
        _("Kommentar"),
        _(
            "Skriv kort, hvad du har set på, eller hvad der skal laves om. Med et ja læser kun den "
            "offentlige side det; med et nej læser alle parter det."
        ),
    )

    def __init__(self, *args: Any, of_amendment: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["decision"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = (
            [
                choice("approve", _("Jeg siger god for det"), _("Det kan gå videre for min del.")),
                choice(
                    "send_back",
                    _("Det skal laves om"),
                    _("De, der skriver tillægget, får besked og læser kommentaren."),
                ),
            ]
            if of_amendment
            else [
                choice("approve", _("Jeg siger god for den"), _("Den kan gå videre for min del.")),
                choice(
                    "send_back",
                    _("Den skal laves om"),
                    _("Den går tilbage til dem, der skriver, sammen med kommentaren."),
                ),
            ]
        )


class AskReviewForm(CheckedForm):
    """Kind and person in one choice: »Juridisk: Lone Jurist, Region Midt«."""

    who = forms.ChoiceField(label=_("Hvem skal se på den?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, people: dict[str, People], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["who"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [
            choice(f"{kind}:{pk}", name, f"{Review.Kind(kind).label}, {where.name}")
            for kind, rows in people.items()
            for pk, name, where in rows
        ]

    @property
    def asked(self) -> tuple[str, int]:
        kind, _dot, user_id = str(self.cleaned_data["who"]).partition(":")
        return kind, int(user_id)


# --- signing ------------------------------------------------------------------------------------
_TITLE_HINT = _("For eksempel formand eller afdelingschef.")


class TextForm(CheckedForm):
    """A yes to one frozen text, named by its fingerprint."""

    sha256 = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        """`people` are those of a new party that the others may talk to."""
        super().__init__(*args, **kwargs)
        self.fields["sha256"].validators = []  # a fingerprint is no text that somebody wrote
        if people:
            self.fields["contact"] = forms.TypedChoiceField(
                label=_("Jeres kontaktperson"),
                help_text=_("Den, som de andre parter skal tale med om aftalen."),
                choices=[(str(pk), name) for pk, name in people],
                coerce=int,
            )


class SignForm(TextForm):
    title = forms.CharField(label=_("Din titel"), help_text=_TITLE_HINT, max_length=120)
    confirm = forms.BooleanField()

    def __init__(self, *args: Any, organisation: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["sha256", "title", "contact", "confirm"])
        self.fields["confirm"].label = _(
            "Jeg har læst teksten og må skrive under for %(organisation)s"
        ) % {"organisation": organisation}


class UploadForm(TextForm):
    file = PdfField(_("Det underskrevne dokument"), _("En PDF på højst 10 MB."))
    signed_on = day_field(_("Underskrevet den"))
    name = forms.CharField(label=_("Hvem har skrevet under?"), max_length=120)
    title = forms.CharField(label=_("Titel"), help_text=_TITLE_HINT, max_length=120, required=False)


# --- while it runs ------------------------------------------------------------------------------
_OWN_LETTER = _("En PDF på højst 10 MB. Uden en fil laver Samspil et brev af det, du har skrevet.")


class SuspendForm(CheckedForm):
    comment = text_field(_("Hvorfor sættes aftalen på pause?"), _("Alle parter læser det."))
    file = PdfField(_("Eget brev"), _OWN_LETTER, required=False)


class NoticeForm(CheckedForm):
    ends_on = day_field(_("Aftalens sidste dag"))
    comment = text_field(_("Hvorfor siger I op?"), _("Alle parter læser det."))
    file = PdfField(_("Egen opsigelse"), _OWN_LETTER, required=False)

    def __init__(self, *args: Any, first: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].help_text = _("Tidligst %(first)s.") % {"first": first}


class DocumentForm(CheckedForm):
    """A file beside the text. What it is and is called is chosen already for a new version."""

    kind = forms.ChoiceField(
        label=_("Hvad er det?"),
        choices=[(kind, Document.Kind(kind).label) for kind in Document.LAID_IN],
        widget=forms.RadioSelect(attrs={"class": "choice"}),
    )
    title = forms.CharField(
        label=_("Titel"),
        help_text=_("Samme titel som før bliver til en ny udgave. Den gamle bliver liggende."),
        max_length=200,
    )
    file = PdfField(_("Fil"), _("En PDF på højst 10 MB."))


class EvaluationForm(CheckedForm):
    text = text_field(
        _("Afsluttende evaluering"),
        _("Hvad kom der ud af det? Hvad vil I gøre anderledes en anden gang?"),
        longest=8000,
        rows=12,
    )


class PaymentForm(CheckedForm):
    paid_on = day_field(_("Betalt den"))
    reference = forms.CharField(
        label=_("Bilag"), help_text=_("Nummeret på jeres bilag."), max_length=80, required=False
    )

    def clean_paid_on(self) -> date:
        paid_on: date = self.cleaned_data["paid_on"]
        if paid_on > clock.today():
            raise ValidationError(_("Betalingen kan ikke ligge i fremtiden."))
        return paid_on


class AmendmentForm(CheckedForm):
    kind = forms.ChoiceField(
        label=_("Hvad handler tillægget om?"),
        widget=forms.RadioSelect(attrs={"class": "choice"}),
    )
    title = forms.CharField(label=_("Titel"), max_length=200)
    reason = text_field(_("Hvorfor ændres aftalen?"), longest=2000)
    effective_on = day_field(_("Gælder fra"), _("I dag eller en senere dag."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        hints = {Amendment.Kind.PARTIES: _("En part kommer med eller går ud.")}
        field.choices = [
            choice(code, label, hints.get(Amendment.Kind(code), ""))
            for code, label in Amendment.Kind.choices
        ]
