from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.models import Organisation
from portal.access.actor import Actor
from portal.common.cpr import validate_no_cpr
from portal.geography.models import Municipality
from portal.succession.models import Succession
from portal.succession.services import Arrow

# More organisations than this merge so seldom that a second plan does.
ROWS: Final = 4


class PlanForm(forms.Form):
    """The day, why, and up to four arrows. Organisations are written by name, as on their page."""

    effective_on = forms.DateField(
        label=gettext_lazy("Fra hvilken dag?"),
        help_text=gettext_lazy("Overdragelsen sker ved midnat, når dagen begynder."),
        widget=forms.DateInput(attrs={"type": "date", "class": "w1"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=gettext_lazy("Grundlag"),
        help_text=gettext_lazy("Loven eller beslutningen, der ligger bag."),
        max_length=400,
        required=False,
        validators=[validate_no_cpr],
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        for number in range(1, ROWS + 1):
            first = number == 1
            self.fields[f"source_{number}"] = _organisation(_("Hvem ophører?"), required=first)
            self.fields[f"target_{number}"] = _organisation(_("Hvem overtager?"), required=first)
            self.fields[f"places_{number}"] = forms.CharField(
                label=_("Kun det i disse kommuner"),
                help_text=_("Kun ved en deling. Skriv navnene med komma imellem."),
                required=False,
                max_length=1500,
            )

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "number": number,
                "source": self[f"source_{number}"],
                "target": self[f"target_{number}"],
                "places": self[f"places_{number}"],
            }
            for number in range(1, ROWS + 1)
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        arrows = []
        for number in range(1, ROWS + 1):
            source = self._find(data, f"source_{number}")
            target = self._find(data, f"target_{number}")
            places = self._places(data, f"places_{number}")
            if source is None and target is None:
                continue
            if source is None or target is None:
                missing = "source" if source is None else "target"
                if f"{missing}_{number}" not in self.errors:
                    self.add_error(f"{missing}_{number}", _("Udfyld begge felter på linjen."))
                continue
            arrows.append(Arrow(source=source, target=target, municipalities=places))
        data["arrows"] = arrows
        return data

    def _find(self, data: dict[str, Any], name: str) -> Organisation | None:
        typed = str(data.get(name) or "").strip()
        if not typed:
            return None
        rows = Organisation.objects.visible_to(self.actor)
        found = list(rows.filter(name__iexact=typed)[:2]) or list(rows.filter(slug=typed))
        if len(found) == 1:
            return found[0]
        words = (
            _("Flere hedder det. Skriv det korte navn fra adressen på organisationens side.")
            if found
            else _("Ingen organisation hedder det. Skriv navnet, som det står på dens side.")
        )
        self.add_error(name, words)
        return None

    def _places(self, data: dict[str, Any], name: str) -> list[Municipality]:
        names = [part.strip() for part in str(data.get(name) or "").split(",") if part.strip()]
        if not names:
            return []
        known = {row.name.lower(): row for row in Municipality.objects.all()}
        unknown = [one for one in names if one.lower() not in known]
        if unknown:
            self.add_error(
                name,
                ValidationError(
                    _("Ukendt kommune: %(names)s."), params={"names": ", ".join(unknown)}
                ),
            )
        return [known[one.lower()] for one in names if one.lower() in known]


def _organisation(label: str, *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=160,
        widget=forms.TextInput(attrs={"list": "organisationer", "autocomplete": "off"}),
    )


def initial_of(succession: Succession) -> dict[str, Any]:
    data: dict[str, Any] = {
        "effective_on": succession.effective_on,
        "reason": succession.reason,
    }
    for number, part in enumerate(succession.parts.all(), 1):
        data[f"source_{number}"] = part.source.name
        data[f"target_{number}"] = part.target.name
        places: Sequence[Municipality] = list(part.municipalities.all())
        data[f"places_{number}"] = ", ".join(sorted(row.name for row in places))
    return data


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Hvorfor?"),
        help_text=gettext_lazy("Alle, som planen handler om, kan læse det."),
        max_length=400,
        validators=[validate_no_cpr],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
