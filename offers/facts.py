"""What an association says of an offer, as plain data: one shape for forms, history, conflicts, the
edits that wait for a coordinator, and imports.

    {"title": "Hjertecafé", "target_groups": ["hjerte"], …,
     "places": [{"name", "address", "postal_code", "municipality"}],
     "coverage": [{"type", "area"}],               # area: a code or slug, "" for the whole country
     "sessions": [{"text", "rrule", "starts_on", "start_time", "end_time"}],
     "translations": [{"language", "title", "summary"}]}

Every value is JSON. `clean` says in Danish what cannot be used, `apply` writes, `snapshot` reads.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offers import calendar
from offers.models import Offer, OfferCoverage, OfferLocation, OfferSession, OfferTranslation
from offers.models.offer import Gender
from offers.vocabularies import (
    ACCESSIBILITY,
    CATEGORIES,
    FORMS,
    ICPC_CHAPTERS,
    LANGUAGES,
    PARTICIPATION,
    TARGET_GROUPS,
)
from organisations.models import Workforce
from portal.common.cpr import refuse_cpr
from portal.common.errors import InvalidInput
from portal.common.text import clean_line, clean_text
from portal.geography.models import HealthCouncil, Municipality, PostalCode, Region

Facts = dict[str, Any]

LINES: Final = ("title", "price_note", "not_for", "bring", "needs_from_public")
TEXTS: Final = ("summary", "description", "how_to_join_citizen", "how_to_join_professional")
SUBJECT_ROLES: Final = {
    "patient": gettext_lazy("Den, der selv er syg"),
    "relative": gettext_lazy("Pårørende"),
    "bereaved": gettext_lazy("Den, der har mistet"),
}
_ONE_OF: Final[Mapping[str, Iterable[str]]] = {
    "category": CATEGORIES,
    "mode": FORMS,
    "gender": Gender.values,
    "workforce": Workforce.values,
}
_SOME_OF: Final[Mapping[str, Iterable[str]]] = {
    "target_groups": TARGET_GROUPS,
    "icpc_chapters": ICPC_CHAPTERS,
    "subject_roles": SUBJECT_ROLES,
    "participation": PARTICIPATION,
    "languages": LANGUAGES,
    "accessibility": ACCESSIBILITY,
}
_NUMBERS: Final = (
    "age_min",
    "age_max",
    "price_ore",
    "max_referrals_per_month",
    "review_interval_days",
)
_YES_NO: Final = ("peer_led", "title_reveals_condition", "takes_navigator_referrals")
FIELDS: Final = (*LINES, *TEXTS, *_ONE_OF, *_SOME_OF, "conditions", *_NUMBERS, *_YES_NO)
PARTS: Final = ("places", "coverage", "sessions", "translations")
OVERRIDABLE: Final = frozenset({*FIELDS, *PARTS, "capacity", "price"})

MOST_PARTS: Final = 110  # every municipality, and a few to spare
OLDEST: Final = 120
SHORTEST_REVIEW, LONGEST_REVIEW = 30, 366

# What the page calls each fact: for history, conflicts and errors.
LABELS: Final = {
    "title": gettext_lazy("Navn"),
    "summary": gettext_lazy("Kort fortalt"),
    "description": gettext_lazy("Beskrivelse"),
    "category": gettext_lazy("Slags hjælp"),
    "mode": gettext_lazy("Form"),
    "gender": gettext_lazy("Køn"),
    "workforce": gettext_lazy("Hvem står for det"),
    "peer_led": gettext_lazy("Egen erfaring"),
    "target_groups": gettext_lazy("Målgrupper"),
    "conditions": gettext_lazy("Sygdomme og situationer"),
    "icpc_chapters": gettext_lazy("Område i kroppen eller sindet"),
    "subject_roles": gettext_lazy("Hvem det er for"),
    "age_min": gettext_lazy("Yngste alder"),
    "age_max": gettext_lazy("Ældste alder"),
    "participation": gettext_lazy("Sådan deltager man"),
    "price_ore": gettext_lazy("Pris"),
    "price_note": gettext_lazy("Om prisen"),
    "languages": gettext_lazy("Sprog"),
    "accessibility": gettext_lazy("Adgang"),
    "how_to_join_citizen": gettext_lazy("Sådan kommer man selv med"),
    "how_to_join_professional": gettext_lazy("Sådan henviser en fagperson"),
    "not_for": gettext_lazy("Passer ikke til"),
    "bring": gettext_lazy("Tag med"),
    "needs_from_public": gettext_lazy("Brug for fra det offentlige"),
    "title_reveals_condition": gettext_lazy("Navnet røber en sygdom"),
    "takes_navigator_referrals": gettext_lazy("Modtager brobygning"),
    "max_referrals_per_month": gettext_lazy("Højst nye om måneden"),
    "review_interval_days": gettext_lazy("Dage mellem bekræftelser"),
    "places": gettext_lazy("Sted"),
    "coverage": gettext_lazy("Hvem I dækker"),
    "sessions": gettext_lazy("Dag og tid"),
    "translations": gettext_lazy("Andre sprog"),
}


# --- reading ----------------------------------------------------------------------------------
def snapshot(offer: Offer) -> Facts:
    """All facts as they stand. Uses what is prefetched by `with_page_data`."""
    facts: Facts = {name: getattr(offer, name) for name in FIELDS}
    facts["places"] = [
        {
            "name": row.name,
            "address": row.address,
            "postal_code": row.postal_code,
            "municipality": row.municipality.code,
        }
        for row in offer.locations.all()
    ]
    facts["coverage"] = sorted(
        ({"type": row.type, "area": _area_of(row)} for row in offer.coverage.all()),
        key=lambda row: (row["type"], row["area"]),
    )
    facts["sessions"] = [
        {
            "text": row.text,
            "rrule": row.rrule,
            "starts_on": row.starts_on.isoformat() if row.starts_on else None,
            "start_time": row.start_time.strftime("%H:%M") if row.start_time else None,
            "end_time": row.end_time.strftime("%H:%M") if row.end_time else None,
        }
        for row in offer.sessions.all()
    ]
    facts["translations"] = sorted(
        (
            {"language": row.language, "title": row.title, "summary": row.summary}
            for row in offer.translations.all()
        ),
        key=lambda row: row["language"],
    )
    return facts


def _area_of(row: OfferCoverage) -> str:
    if row.region is not None:
        return row.region.slug
    if row.health_council is not None:
        return row.health_council.slug
    return row.municipality.code if row.municipality is not None else ""


def changes(before: Facts, after: Facts) -> dict[str, list[Any]]:
    """What differs: name → [old, new]. The order of codes says nothing."""

    def differs(name: str, value: Any) -> bool:
        if name in _SOME_OF:
            return set(before.get(name) or ()) != set(value)
        return bool(before.get(name) != value)

    return {
        name: [before.get(name), value] for name, value in after.items() if differs(name, value)
    }


# --- checking ---------------------------------------------------------------------------------
def clean(facts: Mapping[str, Any], *, before: Facts | None = None) -> Facts:
    """The facts, tidied. Raises `InvalidInput` with one sentence for each that cannot be used.

    `before` holds the facts that stay as they are, for rules that look at two of them.
    """
    errors: dict[str, str] = {}
    cleaned: Facts = {}
    for name, value in facts.items():
        try:
            cleaned[name] = _CLEANERS[name](name, value)
        except ValidationError as error:
            errors[name] = " ".join(error.messages)
    whole = {**(before or {}), **cleaned}
    youngest, oldest = whole.get("age_min"), whole.get("age_max")
    if youngest is not None and oldest is not None and youngest > oldest:
        errors["age_max"] = _("Den ældste alder skal være højere end den yngste.")
    if errors:
        raise InvalidInput(errors)
    return cleaned


def _limit(name: str, model: type[models.Model] = Offer) -> int:
    return int(model._meta.get_field(name).max_length or 0)  # type: ignore[union-attr]


def check_text(text: str, limit: int) -> str:
    """Raise ValidationError where a text is too long or holds what looks like a CPR number."""
    if len(text) > limit:
        raise ValidationError(
            _(
                "Teksten er på %(length)s tegn. Der er plads til %(limit)s. "
                "Den står her stadig, så du kan korte den af."
            )
            % {
                "length": number_format(len(text), force_grouping=True),
                "limit": number_format(limit, force_grouping=True),
            }
        )
    refuse_cpr(text)
    return text


def _line(name: str, value: Any) -> str:
    text = check_text(clean_line(str(value or "")), _limit(name))
    if name == "title" and len(text) < 3:
        raise ValidationError(_("Skriv et navn på mindst tre tegn."))
    return text


def _text(name: str, value: Any) -> str:
    return check_text(clean_text(str(value or "")), _limit(name))


def _one_of(name: str, value: Any) -> str:
    if value not in _ONE_OF[name]:
        raise ValidationError(_("Vælg et svar under »%(label)s«.") % {"label": LABELS[name]})
    return str(value)


def _some_of(name: str, value: Any) -> list[str]:
    known, wanted = list(_SOME_OF[name]), set(value or ())
    if wanted - set(known):
        raise ValidationError(_("Vælg på listen under »%(label)s«.") % {"label": LABELS[name]})
    return [code for code in known if code in wanted]


def _conditions(name: str, value: Any) -> list[str]:
    found = [clean_line(str(text)) for text in value or ()]
    kept = list(dict.fromkeys(text for text in found if text))
    if len(kept) > 20:
        raise ValidationError(_("Skriv højst 20 ord. Vælg dem, som folk selv ville bruge."))
    return [check_text(text, 80) for text in kept]


_BOUNDS: Final = {
    "age_min": (0, OLDEST),
    "age_max": (0, OLDEST),
    "price_ore": (0, 10_000_000),
    "max_referrals_per_month": (1, 1000),
    "review_interval_days": (SHORTEST_REVIEW, LONGEST_REVIEW),
}


def _number(name: str, value: Any) -> int | None:
    if value is None or value == "":
        if name == "review_interval_days":
            raise ValidationError(_("Skriv, hvor mange dage der højst må gå."))
        return None
    low, high = _BOUNDS[name]
    if not isinstance(value, int) or not low <= value <= high:
        raise ValidationError(
            _("Skriv et tal mellem %(low)s og %(high)s.") % {"low": low, "high": high}
        )
    return value


def _yes_no(name: str, value: Any) -> bool:
    return bool(value)


def _rows(value: Any) -> list[Mapping[str, Any]]:
    rows = list(value or ())
    if len(rows) > MOST_PARTS:
        raise ValidationError(_("Der er for mange linjer. Skriv de vigtigste."))
    return rows


def _places(name: str, value: Any) -> list[Facts]:
    cleaned = []
    for row in _rows(value):
        postal_code = clean_line(str(row.get("postal_code") or ""))
        place = {
            "name": check_text(clean_line(str(row.get("name") or "")), 160),
            "address": check_text(clean_line(str(row.get("address") or "")), 200),
            "postal_code": postal_code,
            "municipality": str(row.get("municipality") or ""),
        }
        if not place["name"]:
            raise ValidationError(_("Skriv, hvad stedet hedder."))
        if not place["municipality"]:
            place["municipality"] = _municipality_of(postal_code)
        cleaned.append(place)
    codes = {place["municipality"] for place in cleaned}
    if Municipality.objects.filter(code__in=codes).count() < len(codes):
        raise ValidationError(_("Vi kender ikke kommunen. Skriv stedets postnummer."))
    return cleaned


def _municipality_of(postal_code: str) -> str:
    found = PostalCode.objects.filter(code=postal_code).first()
    if found is None:
        raise ValidationError(_("Skriv stedets postnummer med fire tal."))
    return found.municipality_codes[0]


def _coverage(name: str, value: Any) -> list[Facts]:
    rows = [{"type": str(row["type"]), "area": str(row.get("area") or "")} for row in _rows(value)]
    if any(row["type"] == OfferCoverage.Type.NATIONAL for row in rows):
        return [{"type": OfferCoverage.Type.NATIONAL.value, "area": ""}]
    for row in rows:
        if row["type"] == OfferCoverage.Type.REGION and row["area"].isdigit():
            row["area"] = _region_slug(row["area"])
    areas = _Areas.of(rows)
    unknown = [row["area"] for row in rows if areas.find(row) is None]
    if unknown:
        raise ValidationError(_("Vi kender ikke: %(names)s.") % {"names": ", ".join(unknown)})
    unique = {(row["type"], row["area"]): row for row in rows}
    return [unique[key] for key in sorted(unique)]


def _region_slug(code: str) -> str:
    """A region's official code stands in imported files; the slug is the key everywhere else."""
    region = Region.objects.filter(code=code).first()
    return region.slug if region else code


def _sessions(name: str, value: Any) -> list[Facts]:
    return [_session(row) for row in _rows(value)]


def _session(row: Mapping[str, Any]) -> Facts:
    rule = str(row.get("rrule") or "")
    session = {
        "text": check_text(clean_line(str(row.get("text") or "")), 200),
        "rrule": rule,
        "starts_on": _iso(date, row.get("starts_on")),
        "start_time": _iso(time, row.get("start_time")),
        "end_time": _iso(time, row.get("end_time")),
    }
    if not session["text"]:
        raise ValidationError(_("Skriv dag og tid med dine egne ord, fx »torsdage kl. 14-16«."))
    if rule:
        if session["starts_on"] is None:
            raise ValidationError(_("Skriv, hvornår det begynder, når det gentages."))
        if not calendar.is_usable_rule(rule, date.fromisoformat(str(session["starts_on"]))):
            raise ValidationError(_("Vi forstår ikke, hvornår det gentages."))
    return session


def _iso(kind: type[date] | type[time], value: Any) -> str | None:
    if value is None or value == "":
        return None
    try:
        read = value if isinstance(value, kind) else kind.fromisoformat(str(value))
    except ValueError as error:
        raise ValidationError(_("Skriv datoen eller klokkeslættet igen.")) from error
    return read.strftime("%H:%M") if isinstance(read, time) else read.isoformat()


def _translations(name: str, value: Any) -> list[Facts]:
    cleaned = {}
    for row in _rows(value):
        language = str(row["language"])
        if language not in LANGUAGES or language == "da":
            raise ValidationError(_("Vælg et sprog på listen."))
        cleaned[language] = {
            "language": language,
            "title": check_text(clean_line(str(row["title"])), _limit("title", OfferTranslation)),
            "summary": check_text(
                clean_text(str(row.get("summary") or "")), _limit("summary", OfferTranslation)
            ),
        }
    return [cleaned[language] for language in sorted(cleaned)]


_CLEANERS: Final[Mapping[str, Callable[[str, Any], Any]]] = {
    **dict.fromkeys(LINES, _line),
    **dict.fromkeys(TEXTS, _text),
    **dict.fromkeys(_ONE_OF, _one_of),
    **dict.fromkeys(_SOME_OF, _some_of),
    **dict.fromkeys(_NUMBERS, _number),
    **dict.fromkeys(_YES_NO, _yes_no),
    "conditions": _conditions,
    "places": _places,
    "coverage": _coverage,
    "sessions": _sessions,
    "translations": _translations,
}


# --- writing ----------------------------------------------------------------------------------
def apply(offer: Offer, facts: Facts) -> list[str]:
    """Set the plain fields and replace the parts that are named. The offer is saved by the caller;
    the names of its changed fields are returned."""
    fields = [name for name in FIELDS if name in facts]
    for name in fields:
        setattr(offer, name, facts[name])
    return fields


def write_parts(offer: Offer, facts: Facts) -> None:
    """Replace the rows of every part that `facts` names; the offer has been saved."""
    if "places" in facts:
        _write_places(offer, facts["places"])
    if "coverage" in facts:
        areas = _Areas.of(facts["coverage"])
        offer.coverage.all().delete()
        OfferCoverage.objects.bulk_create(areas.as_row(offer, row) for row in facts["coverage"])
    if "sessions" in facts:
        offer.sessions.all().delete()
        OfferSession.objects.bulk_create(
            OfferSession(
                offer=offer,
                text=row["text"],
                rrule=row["rrule"],
                starts_on=date.fromisoformat(row["starts_on"]) if row["starts_on"] else None,
                start_time=time.fromisoformat(row["start_time"]) if row["start_time"] else None,
                end_time=time.fromisoformat(row["end_time"]) if row["end_time"] else None,
            )
            for row in facts["sessions"]
        )
    if "translations" in facts:
        offer.translations.all().delete()
        OfferTranslation.objects.bulk_create(
            OfferTranslation(offer=offer, **row) for row in facts["translations"]
        )


def _write_places(offer: Offer, rows: list[Facts]) -> None:
    municipalities = Municipality.objects.in_bulk(
        {row["municipality"] for row in rows}, field_name="code"
    )
    towns = PostalCode.objects.in_bulk({row["postal_code"] for row in rows}, field_name="code")
    offer.locations.all().delete()
    OfferLocation.objects.bulk_create(
        OfferLocation(
            offer=offer,
            name=row["name"],
            address=row["address"],
            postal_code=row["postal_code"],
            town=towns[row["postal_code"]].name if row["postal_code"] in towns else "",
            municipality=municipalities[row["municipality"]],
            # As exact as the postal code: "which town", which is what a list by distance needs.
            latitude=towns[row["postal_code"]].latitude if row["postal_code"] in towns else None,
            longitude=towns[row["postal_code"]].longitude if row["postal_code"] in towns else None,
        )
        for row in rows
    )


class _Areas:
    """The areas that some rows of coverage name, read at once."""

    def __init__(self, known: Mapping[str, Mapping[str, Any]]) -> None:
        self._known = known

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, str]]) -> "_Areas":
        wanted: dict[str, set[str]] = {}
        for row in rows:
            wanted.setdefault(row["type"], set()).add(row["area"])
        kinds = OfferCoverage.Type
        regions = wanted.get(kinds.REGION, set())
        councils = wanted.get(kinds.HEALTH_COUNCIL, set())
        codes = wanted.get(kinds.MUNICIPALITY, set())
        return cls(
            {
                kinds.REGION: Region.objects.in_bulk(regions, field_name="slug"),
                kinds.HEALTH_COUNCIL: HealthCouncil.objects.in_bulk(councils, field_name="slug"),
                kinds.MUNICIPALITY: Municipality.objects.in_bulk(codes, field_name="code"),
            }
        )

    def find(self, row: Mapping[str, str]) -> Any:
        return self._known.get(row["type"], {}).get(row["area"])

    def as_row(self, offer: Offer, row: Mapping[str, str]) -> OfferCoverage:
        area = {} if row["type"] == OfferCoverage.Type.NATIONAL else {row["type"]: self.find(row)}
        return OfferCoverage(offer=offer, type=row["type"], **area)
