"""The public register: agreements that every party has said yes to showing, as list, map and feed.

The map and the list are one result: what the map counts in a municipality is what the list shows
when that municipality is chosen.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.db.models import Exists, F, Max, OuterRef, Prefetch, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from offers.models import Offer
from offers.vocabularies import TARGET_GROUPS
from partnerships import areas
from partnerships.models import (
    Agreement,
    AgreementKind,
    AgreementOffer,
    AgreementParty,
    StatusReport,
)
from partnerships.models.agreement import AgreementQuerySet
from partnerships.workflow import RUNNING
from portal.common import clock
from portal.common.text import clean_line
from portal.geography.models import HealthCouncil, Municipality, Region
from portal.geography.outlines import Inset, Outline, drawing
from portal.geography.selectors import area_codes

_ALL = pgettext_lazy("every choice", "Alle")
# Where the shades of the map begin: none, one, a few, several, many.
STEPS: Final = (0, 1, 2, 4, 8)


class PublicForm(forms.Form):
    """The shape of the filters. Nothing is required; what cannot be used is left out."""

    q = forms.CharField(label=gettext_lazy("Søg"), max_length=100)
    kommune = forms.ChoiceField(label=gettext_lazy("Kommune"))
    raad = forms.ChoiceField(label=gettext_lazy("Sundhedsråd"))
    region = forms.ChoiceField(label=gettext_lazy("Region"))
    slags = forms.ChoiceField(label=gettext_lazy("Slags"))
    maalgruppe = forms.ChoiceField(label=gettext_lazy("Målgruppe"))
    nu = forms.BooleanField(label=gettext_lazy("Kun dem, der er i gang nu"))

    def __init__(self, params: QueryDict, places: list[Municipality]) -> None:
        super().__init__(params, auto_id="f-%s")
        self.use_required_attribute = False
        for field in self.fields.values():
            field.required = False
        councils = HealthCouncil.objects.in_danish_order()
        regions = Region.objects.valid_at(clock.today()).in_danish_order()
        choices: dict[str, list[tuple[str, Any]]] = {
            "kommune": [(row.slug, row.name) for row in places],
            "raad": [(row.slug, row.name) for row in councils],
            "region": [(row.slug, row.name) for row in regions],
            "slags": list(AgreementKind.choices),
            "maalgruppe": TARGET_GROUPS.choices(),
        }
        for name, found in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = [("", _ALL), *found]
        self.is_valid()

    def value(self, name: str) -> Any:
        return self.cleaned_data.get(name) or None

    def in_use(self) -> list[str]:
        return [name for name in self.fields if self.value(name)]

    @property
    def has_more(self) -> bool:
        """Whether one of the folded filters is chosen."""
        return bool(set(self.in_use()) - {"q", "kommune"})

    def query(self) -> str:
        kept = QueryDict(mutable=True)
        for name in self.in_use():
            value = self.value(name)
            kept[name] = "1" if value is True else str(value)
        return kept.urlencode()


@dataclass(frozen=True, slots=True)
class Found:
    """All that passed, in order; the counts of the map disregard the place that was chosen."""

    keys: list[UUID]
    counts: dict[str, int]


def find(form: PublicForm, places: list[Municipality]) -> Found:
    """A constant number of statements, whatever was asked for."""
    rows = Agreement.objects.public().filter(*_conditions(form))
    rows = rows.order_by("-starts_on", "pk")
    reached = areas.reach(rows)
    wanted = _codes(form, places)
    keys = [key for key, codes in reached.items() if all(codes & area for area in wanted)]
    return Found(keys, areas.counted(reached.values()))


def _conditions(form: PublicForm) -> list[Q]:
    found = []
    if text := clean_line(form.value("q") or ""):
        named = AgreementParty.objects.filter(
            agreement=OuterRef("pk"), left_on__isnull=True, organisation__name__icontains=text
        )
        words = Q(title__icontains=text) | Q(public_summary__icontains=text)
        found.append(
            words | Q(purpose__icontains=text) | Q(target_group__icontains=text) | Q(Exists(named))
        )
    if kind := form.value("slags"):
        found.append(Q(kind=kind))
    if code := form.value("maalgruppe"):
        found.append(Q(target_groups__contains=[code]))
    if form.value("nu"):
        found.append(Q(status__in=RUNNING))
    return found


def _codes(form: PublicForm, places: list[Municipality]) -> list[frozenset[str]]:
    """Each chosen place as its municipalities; an agreement reaches all of the chosen ones."""
    wanted = []
    if slug := form.value("kommune"):
        wanted.append(frozenset(row.code for row in places if row.slug == slug))
    if form.value("raad") or form.value("region"):
        known = area_codes(clock.today())
        if slug := form.value("raad"):
            wanted.append(known.councils.get(slug, frozenset()))
        if slug := form.value("region"):
            wanted.append(known.regions.get(slug, frozenset()))
    return wanted


# --- rows -------------------------------------------------------------------------------------
def with_public_data(rows: AgreementQuerySet) -> AgreementQuerySet:
    """What the public may read, and no more: no contacts, no money, no parties that have left."""
    parties = AgreementParty.objects.filter(left_on__isnull=True).select_related("organisation")
    return (
        rows.select_related(
            "scope_region", "scope_council", "scope_municipality", "scope_organisation"
        )
        .prefetch_related(Prefetch("parties", queryset=parties, to_attr="present_parties"))
        .annotate(shown_since=Max("parties__public_consent_at"))
    )


def in_turn(keys: list[UUID]) -> list[Agreement]:
    """One page, in the order of its keys. The consent is asked for again: it may have gone."""
    rows = with_public_data(Agreement.objects.public().filter(pk__in=keys))
    by_key = {row.pk: row for row in rows}
    return [by_key[key] for key in keys if key in by_key]


def offers_of(agreement: Agreement) -> QuerySet[Offer]:
    """Linked offers that everybody may see."""
    linked = AgreementOffer.objects.filter(agreement=agreement).values("offer_id")
    return Offer.objects.public().filter(pk__in=linked).select_related("organisation")


def reports_of(agreement: Agreement) -> QuerySet[StatusReport]:
    """Published status reports, the newest first. Asked of an agreement that is not in the register
    yet, they are those that would come with it."""
    published = StatusReport.State.PUBLISHED
    return StatusReport.objects.filter(agreement=agreement, state=published)


def newest(count: int) -> AgreementQuerySet:
    """Those that came into the register last."""
    rows = with_public_data(Agreement.objects.public())
    return rows.order_by(F("shown_since").desc(), "pk")[:count]


# --- the map ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Place:
    """One municipality on the map and in the table beside it."""

    outline: Outline
    name: str
    slug: str
    count: int
    shade: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Map:
    view_box: str
    places: list[Place]
    insets: tuple[Inset, ...]

    @property
    def reached(self) -> int:
        return sum(1 for place in self.places if place.count)


def map_of(counts: dict[str, int], places: list[Municipality], chosen: str) -> Map:
    picture = drawing()
    return Map(
        view_box=picture.view_box,
        insets=picture.insets,
        places=[
            Place(
                outline=picture.outlines[row.code],
                name=row.name,
                slug=row.slug,
                count=counts.get(row.code, 0),
                shade=_shade(counts.get(row.code, 0)),
                chosen=row.slug == chosen,
            )
            for row in places
        ],
    )


def _shade(count: int) -> int:
    return max(step for step, begin in enumerate(STEPS) if count >= begin)


def legend() -> list[tuple[int, str]]:
    last = len(STEPS) - 1
    words = []
    for step, begin in enumerate(STEPS):
        if step == last:
            words.append((step, _("%(n)s eller flere") % {"n": begin}))
        elif STEPS[step + 1] - begin == 1:
            words.append((step, str(begin)))
        else:
            words.append((step, f"{begin}–{STEPS[step + 1] - 1}"))
    return words
