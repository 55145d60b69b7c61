"""The register's filters: what stands behind `?`, cleaned. Every state of them has an address."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from offers.vocabularies import TARGET_GROUPS
from organisations.models import Organisation
from partnerships import areas, register
from partnerships.models import AgreementKind, AgreementParty, AgreementState, Side
from partnerships.models.agreement import AgreementQuerySet, keys_visible_to
from portal.access.actor import Actor
from portal.common import clock
from portal.common.text import clean_line
from portal.geography.models import HealthCouncil, Municipality, Region

ENDS_WITHIN: Final = (30, 90, 180, 365)
# Words of the address that are no filters.
ORDER: Final = "sortering"
GROUP_LABELS: Final = {
    "paa-vej": gettext_lazy("På vej"),
    "gaeldende": gettext_lazy("Gælder"),
    "slut": gettext_lazy("Slut"),
}
ORDER_LABELS: Final = {
    "slutter": gettext_lazy("Slutter først"),
    "slutter-sidst": gettext_lazy("Slutter sidst"),
    "titel": gettext_lazy("Titel"),
    "nummer": gettext_lazy("Nummer"),
    "aendret": gettext_lazy("Ændret senest"),
}
_ALL = pgettext_lazy("every choice", "Alle")

Choices = list[tuple[str, Any]]


class RegisterForm(forms.Form):
    """The shape of the filters. Nothing is required; what cannot be used is left out."""

    q = forms.CharField(label=gettext_lazy("Søg"), max_length=100)
    tilstand = forms.ChoiceField(label=gettext_lazy("Tilstand"))
    slags = forms.ChoiceField(label=gettext_lazy("Slags"))
    raad = forms.ChoiceField(label=gettext_lazy("Sundhedsråd"))
    region = forms.ChoiceField(label=gettext_lazy("Region"))
    kommune = forms.ChoiceField(label=gettext_lazy("Kommune"))
    forening = forms.ChoiceField(label=gettext_lazy("Forening"))
    offentlig = forms.ChoiceField(label=gettext_lazy("Offentlig part"))
    maalgruppe = forms.ChoiceField(label=gettext_lazy("Målgruppe"))
    slutter = forms.ChoiceField(label=gettext_lazy("Slutter inden"))
    penge = forms.ChoiceField(label=gettext_lazy("Penge"))
    mindst = forms.IntegerField(
        label=gettext_lazy("Mindst, kr. i et år"),
        min_value=1,
        max_value=10**9,
        error_messages={"invalid": gettext_lazy("Skriv et helt beløb, fx 100000.")},
    )
    svar = forms.BooleanField(label=gettext_lazy("Mangler svar på rammespørgsmål"))
    dagen_efter = forms.BooleanField(label=gettext_lazy("Projektpenge uden plan for dagen efter"))
    fornyes = forms.BooleanField(label=gettext_lazy("Slutter inden et halvt år"))
    sortering = forms.ChoiceField(label=gettext_lazy("Rækkefølge"))

    def __init__(self, params: QueryDict, actor: Actor) -> None:
        super().__init__(params, auto_id="f-%s")
        self.use_required_attribute = False
        for field in self.fields.values():
            field.required = False
        for name, choices in self._choices(actor).items():
            self._field(name).choices = choices
        self.is_valid()

    def _field(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - named in `_choices`
        return field

    def _choices(self, actor: Actor) -> dict[str, Any]:
        associations, publics = _parties_seen_by(actor)
        none: Choices = [("", _ALL)]
        return {
            "tilstand": [
                *none,
                (_("Samlet"), list(GROUP_LABELS.items())),
                (_("Enkeltvis"), list(AgreementState.choices)),
            ],
            "slags": none + list(AgreementKind.choices),
            "raad": none + _named(HealthCouncil.objects.in_danish_order()),
            "region": none + _named(Region.objects.in_danish_order()),
            "kommune": none + _named(Municipality.objects.in_danish_order()),
            "forening": none + associations,
            "offentlig": none + publics,
            "maalgruppe": none + TARGET_GROUPS.choices(),
            "slutter": none + [(str(n), _("%(n)s dage") % {"n": n}) for n in ENDS_WITHIN],
            "penge": [*none, ("ja", _("Med penge")), ("nej", _("Uden penge"))],
            "sortering": list(ORDER_LABELS.items()),
        }

    # --- what was asked -----------------------------------------------------------------------
    def value(self, name: str) -> Any:
        """The cleaned value; nothing where it was not given or cannot be used."""
        return self.cleaned_data.get(name) or None

    @property
    def order(self) -> str:
        return self.value(ORDER) or "slutter"

    @property
    def states(self) -> tuple[str, ...]:
        wish = self.value("tilstand")
        if wish is None:
            return ()
        return tuple(str(state) for state in register.GROUPS.get(wish, (wish,)))

    @property
    def kind(self) -> str:
        return self.value("slags") or ""

    def in_use(self) -> list[str]:
        return [name for name in self.fields if name != ORDER and self.value(name)]

    @property
    def more_in_use(self) -> int:
        """How many of the folded filters are chosen."""
        return len(set(self.in_use()) - {"q", "tilstand", "raad", "slutter"})

    def query(self) -> str:
        """The cleaned filters as they stand in an address, always in the same order."""
        kept = QueryDict(mutable=True)
        for name in (*self.in_use(), ORDER):
            value = self.value(name)
            if value and not (name == ORDER and value == "slutter"):
                kept[name] = "1" if value is True else str(value)
        return kept.urlencode()

    # --- the rows ------------------------------------------------------------------------------
    def narrowed(self, rows: AgreementQuerySet) -> AgreementQuerySet:
        """Under all filters but state and kind, which the facets count."""
        return rows.filter(*self._conditions())

    def applied(self, rows: AgreementQuerySet) -> AgreementQuerySet:
        rows = self.narrowed(rows)
        if self.states:
            rows = rows.filter(status__in=self.states)
        if self.kind:
            rows = rows.filter(kind=self.kind)
        return register.in_order(rows, self.order)

    def _conditions(self) -> Iterable[Q]:
        value, today = self.value, clock.today()
        if text := clean_line(value("q") or ""):
            yield register.text_like(text)
        if slug := value("region"):
            yield areas.of_region(Region.objects.get(slug=slug))
        if slug := value("raad"):
            yield areas.of_council(HealthCouncil.objects.get(slug=slug))
        if slug := value("kommune"):
            yield areas.of_municipality(Municipality.objects.get(slug=slug))
        if slug := value("forening"):
            yield register.with_party(slug, Side.ASSOCIATION)
        if slug := value("offentlig"):
            yield register.with_party(slug, Side.PUBLIC)
        if code := value("maalgruppe"):
            yield Q(target_groups__contains=[code])
        if days := value("slutter"):
            yield register.ends_within(int(days), today)
        if wish := value("penge"):
            yield register.with_money() if wish == "ja" else ~register.with_money()
        if amount := value("mindst"):
            yield register.with_money_from(amount * 100)
        if value("svar"):
            yield register.lacking_answers()
        if value("dagen_efter"):
            yield register.lacking_day_after()
        if value("fornyes"):
            yield register.up_for_renewal(today)


def _named(rows: Iterable[Any]) -> Choices:
    return [(row.slug, row.name) for row in rows]


def _parties_seen_by(actor: Actor) -> tuple[Choices, Choices]:
    """Associations and public bodies that are parties of what the actor sees: one statement."""
    parties = AgreementParty.objects.filter(
        agreement_id__in=keys_visible_to(actor), left_on__isnull=True
    )
    rows = Organisation.objects.filter(pk__in=parties.values("organisation_id"))
    associations: Choices = []
    publics: Choices = []
    for row in rows.in_danish_order():
        (associations if row.is_association else publics).append((row.slug, row.name))
    return associations, publics
