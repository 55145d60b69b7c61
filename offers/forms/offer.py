"""The editor's one page, and the room part of it that also stands alone."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offers.facts import SUBJECT_ROLES, Facts
from offers.forms.areas import areas_named, names_of
from offers.forms.fields import grouped_target_groups, lines, many, whole
from offers.forms.times import KEEP, REPEATS, RULES, WEEKDAYS, repeats_of
from offers.models import OfferCapacity, OfferCoverage
from offers.models.offer import Gender
from offers.services.freshness import MOST_PLACES, MOST_WEEKS
from offers.vocabularies import (
    ACCESSIBILITY,
    CATEGORIES,
    FORMS,
    ICPC_CHAPTERS,
    LANGUAGES,
    PARTICIPATION,
)
from organisations.models import Workforce
from portal.common import clock

_ROOM: Final = (
    (OfferCapacity.Status.OPEN, gettext_lazy("Åben")),
    (OfferCapacity.Status.FEW_PLACES, gettext_lazy("Få pladser")),
    (OfferCapacity.Status.WAITING_LIST, gettext_lazy("Venteliste")),
    (OfferCapacity.Status.FULL, gettext_lazy("Fuldt")),
)
# How it repeats: the choice → the start of its rule; "%s" is the weekday.
_REVIEWS: Final = (
    (91, gettext_lazy("Hver tredje måned")),
    (182, gettext_lazy("Hvert halve år")),
    (365, gettext_lazy("Hvert år")),
)
_AREAS: Final = (
    (OfferCoverage.Type.NATIONAL, gettext_lazy("Hele landet")),
    (OfferCoverage.Type.REGION, gettext_lazy("Regioner")),
    (OfferCoverage.Type.HEALTH_COUNCIL, gettext_lazy("Sundhedsråd")),
    (OfferCoverage.Type.MUNICIPALITY, gettext_lazy("Kommuner")),
)


class RoomForm(forms.Form):
    """How much room there is. The one-click buttons send `status` alone."""

    status = forms.ChoiceField(
        label=gettext_lazy("Har I plads?"),
        choices=_ROOM,
        widget=forms.RadioSelect(attrs={"class": "cap"}),
    )
    places_left = whole(gettext_lazy("Ledige pladser"), most=MOST_PLACES)
    wait_weeks = whole(gettext_lazy("Ventetid i uger"), most=MOST_WEEKS)

    def room(self) -> dict[str, Any]:
        return {
            "status": self.cleaned_data["status"],
            "places": self.cleaned_data["places_left"],
            "wait_weeks": self.cleaned_data["wait_weeks"],
        }


class OfferForm(RoomForm):
    """Main fields first; the rest is folded on the page. Field names are those of the facts where
    the two mean the same."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    max_referrals_per_month = whole(gettext_lazy("Højst nye om måneden"), most=1000)

    title = forms.CharField(label=gettext_lazy("Navn"))
    summary = forms.CharField(
        label=gettext_lazy("Kort fortalt"),
        required=False,
        help_text=gettext_lazy("Én eller to sætninger, som du ville sige dem."),
        widget=lines(),
    )
    description = forms.CharField(
        label=gettext_lazy("Beskrivelse"),
        required=False,
        help_text=gettext_lazy("Fortæl, hvad der sker, når man kommer. Højst 8.000 tegn."),
        widget=lines(8),
    )
    category = forms.ChoiceField(label=gettext_lazy("Slags hjælp"), choices=CATEGORIES.choices)
    mode = forms.ChoiceField(label=gettext_lazy("Hvordan mødes I?"), choices=FORMS.choices)

    when = forms.CharField(
        label=gettext_lazy("Dag og tid"),
        required=False,
        help_text=gettext_lazy("Med dine egne ord, fx torsdage kl. 14-16."),
    )
    repeats = forms.ChoiceField(
        label=gettext_lazy("Gentages det?"), choices=REPEATS, required=False
    )
    weekday = forms.ChoiceField(label=gettext_lazy("Ugedag"), choices=WEEKDAYS, required=False)
    starts_on = forms.DateField(
        label=gettext_lazy("Første eller næste gang"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "w1"}, format="%Y-%m-%d"),
    )
    start_time = forms.TimeField(
        label=gettext_lazy("Fra kl."),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "class": "w1"}, format="%H:%M"),
    )
    end_time = forms.TimeField(
        label=gettext_lazy("Til kl."),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "class": "w1"}, format="%H:%M"),
    )
    area = forms.ChoiceField(
        label=gettext_lazy("Hvem tager I imod fra?"),
        choices=_AREAS,
        widget=forms.RadioSelect(attrs={"class": "choice"}),
    )
    area_names = forms.CharField(
        label=gettext_lazy("Hvilke kommuner, råd eller regioner?"),
        required=False,
        help_text=gettext_lazy("Skriv navnene med komma imellem, fx Aarhus, Favrskov."),
        widget=lines(2),
    )

    carried_by = many(
        gettext_lazy("Hvem står for det?"),
        (
            ("volunteers", gettext_lazy("Frivillige")),
            ("employees", gettext_lazy("Ansatte")),
            ("peer", gettext_lazy("Egen erfaring")),
        ),
        look="r",
    )
    how_to_join_citizen = forms.CharField(
        label=gettext_lazy("Sådan kommer man selv med"),
        required=False,
        help_text=gettext_lazy("Tre korte trin er nok: kom, spørg efter, ring."),
        widget=lines(),
    )
    how_to_join_professional = forms.CharField(
        label=gettext_lazy("Sådan henviser en fagperson"), required=False, widget=lines()
    )
    subject_roles = many(gettext_lazy("Hvem er det for?"), list(SUBJECT_ROLES.items()), look="r")
    target_groups = many(gettext_lazy("Målgrupper"), grouped_target_groups)
    conditions = forms.CharField(
        label=gettext_lazy("Sygdomme og situationer"),
        required=False,
        help_text=gettext_lazy("Ord, som folk selv ville søge på. Skriv komma imellem."),
    )
    icpc_chapters = many(gettext_lazy("Område i krop eller sind"), ICPC_CHAPTERS.choices)
    age_min = whole(gettext_lazy("Yngste alder"), most=120)
    age_max = whole(gettext_lazy("Ældste alder"), most=120)
    gender = forms.ChoiceField(label=gettext_lazy("Køn"), choices=Gender.choices)
    not_for = forms.CharField(label=gettext_lazy("Passer ikke til"), required=False)
    bring = forms.CharField(label=gettext_lazy("Tag med"), required=False)
    price = whole(
        gettext_lazy("Pris i kroner"),
        most=100_000,
        hint=gettext_lazy("Skriv 0, hvis det er gratis."),
    )
    price_note = forms.CharField(
        label=gettext_lazy("Om prisen"),
        required=False,
        help_text=gettext_lazy("Fx »kaffe 10 kr.«"),
    )
    languages = many(gettext_lazy("Sprog"), LANGUAGES.choices)
    accessibility = many(gettext_lazy("Adgang"), ACCESSIBILITY.choices)
    participation = many(gettext_lazy("Sådan deltager man"), PARTICIPATION.choices)
    needs_from_public = forms.CharField(
        label=gettext_lazy("Har I brug for noget fra det offentlige?"),
        required=False,
        help_text=gettext_lazy("Fx et lokale eller en kontaktperson."),
    )
    title_reveals_condition = forms.BooleanField(
        label=gettext_lazy("Navnet røber en sygdom"),
        required=False,
        help_text=gettext_lazy("Så skriver vi det ikke i mails om den enkelte."),
    )
    takes_navigator_referrals = forms.BooleanField(
        label=gettext_lazy("I kan hjælpe med at finde det rigtige tilbud"),
        required=False,
        help_text=gettext_lazy("Så kan fagfolk bede jer om at være brobygger."),
    )
    review_interval_days = forms.TypedChoiceField(
        label=gettext_lazy("Hvor tit skal vi spørge, om det er rigtigt?"),
        choices=_REVIEWS,
        coerce=int,
    )

    def __init__(
        self,
        *args: Any,
        offer_facts: Facts | None = None,
        inherits: bool = False,
        **kwargs: Any,
    ) -> None:
        self._before: Facts = offer_facts or {}
        super().__init__(*args, **kwargs)
        # A copy may leave it to its template; everybody else is read by this line first.
        self.fields["summary"].required = not inherits
        if self._first_session().get("rrule") and repeats_of(self._first_session()) is None:
            repeats: Any = self.fields["repeats"]
            repeats.choices = [(KEEP, _("Som nu")), *REPEATS]
        interval = self._before.get("review_interval_days")
        if interval and interval not in dict(_REVIEWS):
            review: Any = self.fields["review_interval_days"]
            label = _("Hver %(days)s. dag") % {"days": interval}
            review.choices = [*_REVIEWS, (interval, label)]

    def _first_session(self) -> Mapping[str, Any]:
        sessions: list[Facts] = self._before.get("sessions") or []
        return sessions[0] if sessions else {}

    def clean_area_names(self) -> list[str]:
        """The names as the stored codes of their kind of area."""
        kind = self.cleaned_data.get("area", OfferCoverage.Type.NATIONAL)
        return areas_named(kind, self.cleaned_data["area_names"])

    def facts(self) -> Facts:
        """What was written, in the shape of `offers.facts`. Call it on a valid form."""
        data = self.cleaned_data
        same = {
            name: data[name]
            for name in (
                "title summary description category mode how_to_join_citizen gender not_for bring "
                "how_to_join_professional subject_roles target_groups icpc_chapters age_min "
                "age_max "
                "price_note languages accessibility participation needs_from_public "
                "title_reveals_condition takes_navigator_referrals review_interval_days "
                "max_referrals_per_month"
            ).split()
        }
        price = data["price"]
        kind = data["area"]
        national = kind == OfferCoverage.Type.NATIONAL
        codes = [""] if national else data["area_names"]
        return {
            **same,
            "conditions": [word.strip() for word in data["conditions"].split(",")],
            "price_ore": None if price is None else price * 100,
            "workforce": _workforce(data["carried_by"], self._before.get("workforce")),
            "peer_led": "peer" in data["carried_by"],
            "coverage": [{"type": kind, "area": code} for code in codes],
            "sessions": self._sessions(),
        }

    def _sessions(self) -> list[Facts]:
        data, first = self.cleaned_data, self._first_session()
        rest = list(self._before.get("sessions") or [])[1:]
        rule, starts_on = "", data["starts_on"]
        if data["repeats"] == KEEP:
            rule = first["rrule"]
        elif data["repeats"]:
            rule = RULES[data["repeats"]] % data["weekday"]
        if rule and starts_on is None:
            # An unchanged rule keeps its beginning, so that "every second week" stays in step.
            same = rule == first.get("rrule") and first.get("starts_on")
            starts_on = date.fromisoformat(str(same)) if same else clock.today()
        if not data["when"].strip():
            return rest
        session = {
            "text": data["when"],
            "rrule": rule,
            "starts_on": starts_on.isoformat() if starts_on else None,
            "start_time": data["start_time"],
            "end_time": data["end_time"],
        }
        return [session, *rest]


def _workforce(carried_by: Iterable[str], before: Any) -> str:
    people = {"volunteers", "employees"} & set(carried_by)
    if len(people) == 2:
        return Workforce.BOTH
    if people:
        return str(people.pop())
    return Workforce.UNKNOWN


def initial_of(facts: Facts, capacity: OfferCapacity | None) -> dict[str, Any]:
    """The form of an offer that is there already."""
    session = (facts["sessions"] or [{}])[0]
    repeats = repeats_of(session)
    coverage: list[Facts] = facts["coverage"]
    kind = coverage[0]["type"] if coverage else OfferCoverage.Type.NATIONAL
    carried = {
        Workforce.BOTH: ["volunteers", "employees"],
        Workforce.VOLUNTEERS: ["volunteers"],
        Workforce.EMPLOYEES: ["employees"],
    }.get(facts["workforce"], [])
    return {
        **facts,
        "status": capacity.status if capacity else OfferCapacity.Status.OPEN,
        "places_left": capacity.places if capacity else None,
        "wait_weeks": capacity.wait_weeks if capacity else None,
        "conditions": ", ".join(facts["conditions"]),
        "price": None if facts["price_ore"] is None else facts["price_ore"] // 100,
        "carried_by": [*carried, *(["peer"] if facts["peer_led"] else [])],
        "area": kind,
        "area_names": ", ".join(names_of(kind, [row["area"] for row in coverage])),
        "when": session.get("text", ""),
        "repeats": repeats[0] if repeats else (KEEP if session.get("rrule") else ""),
        "weekday": repeats[1] if repeats else "",
        "starts_on": session.get("starts_on"),
        "start_time": session.get("start_time"),
        "end_time": session.get("end_time"),
    }


NEW_OFFER: Final = {
    "status": OfferCapacity.Status.OPEN,
    "area": OfferCoverage.Type.MUNICIPALITY,
    "gender": Gender.ALL,
    "languages": ["da"],
    "mode": "fysisk",
    "subject_roles": ["patient"],
    "title_reveals_condition": True,
    "review_interval_days": 182,
}
