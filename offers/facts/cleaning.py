"""What cannot be used is said in one Danish sentence for each fact; the rest is tidied."""

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from offers import calendar
from offers.facts.areas import Areas
from offers.facts.shape import (
    LABELS,
    LINES,
    LONGEST_REVIEW,
    MOST_PARTS,
    NUMBERS,
    OLDEST,
    ONE_OF,
    SHORTEST_REVIEW,
    SOME_OF,
    TEXTS,
    YES_NO,
    Facts,
)
from offers.models import Offer, OfferCoverage, OfferTranslation
from offers.vocabularies import (
    LANGUAGES,
)
from portal.common.cpr import refuse_cpr
from portal.common.errors import InvalidInput
from portal.common.text import clean_line, clean_text
from portal.geography.models import Municipality, PostalCode, Region


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
    if value not in ONE_OF[name]:
        raise ValidationError(_("Vælg et svar under »%(label)s«.") % {"label": LABELS[name]})
    return str(value)


def _some_of(name: str, value: Any) -> list[str]:
    known, wanted = list(SOME_OF[name]), set(value or ())
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
    areas = Areas.of(rows)
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
    **dict.fromkeys(ONE_OF, _one_of),
    **dict.fromkeys(SOME_OF, _some_of),
    **dict.fromkeys(NUMBERS, _number),
    **dict.fromkeys(YES_NO, _yes_no),
    "conditions": _conditions,
    "places": _places,
    "coverage": _coverage,
    "sessions": _sessions,
    "translations": _translations,
}
