"""What cannot be used is said in one Danish sentence for each fact; the rest is tidied."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from offers.vocabularies import TARGET_GROUPS
from partnerships.facts.pointing import pointers
from partnerships.facts.shape import SECTIONS, Column, Facts, Kind, Part, Section
from partnerships.facts.storing import find_area
from partnerships.models import Agreement, Indicator, ScopeLevel
from portal.common.cpr import refuse_cpr
from portal.common.errors import InvalidInput
from portal.common.text import clean_line, clean_text

MOST_ROWS: Final = 60
MOST_YEARS: Final = 15
LARGEST: Final = Decimal("999999999999")
LARGEST_AMOUNT: Final = 10**15  # øre: ten times the state's budget
_CHOSEN: Final = (Kind.ONE_OF, Kind.LINK, Kind.ROW)

Errors = dict[str, str]


def clean(key: str, facts: Mapping[str, Any], agreement: Agreement) -> Facts:
    """The section's facts, complete and tidied. Raises `InvalidInput` with one sentence for each
    that cannot be used, named `column` or `part-2-column`.

    Rows in which nothing is written fall away. What is missing in `facts` is empty.
    """
    section = SECTIONS[key]
    errors: dict[str, str] = {}
    cleaned: Facts = {}
    for column in section.columns:
        cleaned[column.name] = _one(column, facts.get(column.name), column.name, errors)
    places: dict[str, list[int]] = {}
    for part in section.parts:
        kept = _rows(part, facts.get(part.name) or [], errors)
        places[part.name] = list(kept)
        cleaned[part.name] = list(kept.values())
    more: Errors = {}
    if key in _CHECKS:
        _CHECKS[key](cleaned, agreement, more)
    _check_pointers(section, cleaned, more)
    for name, sentence in more.items():
        errors.setdefault(_as_given(name, places), sentence)
    if errors:
        raise InvalidInput(errors)
    return cleaned


def _as_given(name: str, places: Mapping[str, list[int]]) -> str:
    """The rules below count the rows that are left; the form counts all that it showed."""
    part, _dash, rest = name.partition("-")
    number, _dash, column = rest.partition("-")
    return f"{part}-{places[part][int(number)]}-{column}" if part in places and column else name


def _rows(part: Part, rows: list[Any], errors: dict[str, str]) -> dict[int, dict[str, Any]]:
    """Those with something in them, by their place among all."""
    if len(rows) > MOST_ROWS:
        errors[part.name] = _("Der er plads til %(limit)s rækker under »%(label)s«.") % {
            "limit": MOST_ROWS,
            "label": part.label,
        }
        return {}
    kept = {}
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping) or _is_blank(part, row):
            continue
        cleaned = {
            column.name: _one(
                column, row.get(column.name), f"{part.name}-{number}-{column.name}", errors
            )
            for column in part.columns
        }
        kept[number] = {"id": str(row.get("id") or ""), **cleaned}
    return kept


def _is_blank(part: Part, row: Mapping[str, Any]) -> bool:
    """Nothing typed: choices alone make no row."""
    if part.fixed:
        return False
    typed = [one for one in part.columns if one.kind not in _CHOSEN]
    return not any(row.get(column.name) for column in typed if column.name != "party")


def _one(column: Column, value: Any, name: str, errors: dict[str, str]) -> Any:
    try:
        cleaned = _CLEANERS[column.kind](column, value)
    except ValidationError as error:
        errors[name] = " ".join(error.messages)
        return value
    if column.required and cleaned in (None, "", []):
        errors[name] = _("Udfyld »%(label)s«.") % {"label": column.label}
    return cleaned


def _words(value: Any, column: Column, tidy: Callable[[str], str]) -> str:
    text = tidy(str(value or ""))
    if len(text) > column.limit:
        raise ValidationError(
            _(
                "Teksten er på %(length)s tegn. Der er plads til %(limit)s. "
                "Den står her stadig, så du kan korte den af."
            )
            % {
                "length": number_format(len(text), force_grouping=True),
                "limit": number_format(column.limit, force_grouping=True),
            }
        )
    refuse_cpr(text)
    return text


def _line(column: Column, value: Any) -> str:
    return _words(value, column, clean_line)


def _text(column: Column, value: Any) -> str:
    return _words(value, column, clean_text)


def _date(column: Column, value: Any) -> str | None:
    if value in (None, ""):
        return None
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise ValidationError(_("Skriv datoen som 2026-03-31.")) from None
    if not 1990 <= day.year <= 2200:
        raise ValidationError(_("Skriv et år mellem 1990 og 2200."))
    return day.isoformat()


def number_of(text: str) -> Decimal:
    """A number as Danes write it: 1.250,5 or 54 %. Raises ValidationError."""
    plain = text.replace("\u00a0", "").replace(" ", "").rstrip("%").removesuffix("kr.")
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    elif plain.count(".") > 1 or (plain.count(".") == 1 and len(plain.split(".")[1]) == 3):
        plain = plain.replace(".", "")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise ValidationError(_("Skriv et tal, fx 1.250 eller 54,5.")) from None
    if not number.is_finite() or abs(number) > LARGEST:
        raise ValidationError(_("Tallet er for stort. Skriv et mindre."))
    return number


def _decimal(column: Column, value: Any) -> str | None:
    if value in (None, ""):
        return None
    if isinstance(value, str) and _is_plain(value):
        number = Decimal(value)
    else:
        number = number_of(str(value))
    return f"{number.quantize(Decimal('0.01')).normalize():f}"


def _is_plain(text: str) -> bool:
    """As this module itself writes it: at most two decimals after a point."""
    whole, _point, rest = text.removeprefix("-").partition(".")
    return whole.isascii() and whole.isdigit() and len(rest) <= 2 and (rest.isdigit() or not rest)


def _count(column: Column, value: Any) -> int | None:
    if value in (None, ""):
        return None
    number = value if isinstance(value, int) else number_of(str(value))
    if number != int(number) or not 0 <= number <= column.limit:
        raise ValidationError(
            _("Skriv et helt tal mellem 0 og %(limit)s.") % {"limit": column.limit}
        )
    return int(number)


def _ore(column: Column, value: Any) -> int | None:
    """A JSON number is øre; what somebody typed is kroner."""
    if value in (None, ""):
        return None
    amount = value if isinstance(value, int) else number_of(str(value)) * 100
    if amount != int(amount) or not 0 <= amount <= LARGEST_AMOUNT:
        raise ValidationError(_("Skriv et beløb i kroner, fx 25.000."))
    return int(amount)


def _years(column: Column, value: Any) -> dict[str, int]:
    if not value:
        return {}
    if not isinstance(value, Mapping) or len(value) > MOST_YEARS:
        raise ValidationError(_("Der er plads til %(limit)s år.") % {"limit": MOST_YEARS})
    amounts: dict[str, int] = {}
    for year, amount in value.items():
        if not str(year).isdigit() or not 1990 <= int(year) <= 2200:
            raise ValidationError(_("Skriv et år mellem 1990 og 2200."))
        if not isinstance(amount, int) or not 0 <= amount <= LARGEST_AMOUNT:
            raise ValidationError(_("Skriv et beløb i kroner eller et antal timer."))
        amounts[str(int(year))] = amount
    return dict(sorted(amounts.items()))


def _yes_no(column: Column, value: Any) -> bool | None:
    known = {True: True, "True": True, "yes": True, False: False, "False": False, "no": False}
    if value in (None, ""):
        return None
    if value not in known:
        raise ValidationError(_("Svar ja eller nej."))
    return known[value]


def _one_of(column: Column, value: Any) -> Any:
    if value in (None, ""):
        return ""
    for code, _label in column.choices:
        if str(code) == str(value):
            return code
    raise ValidationError(_("Vælg et af svarene under »%(label)s«.") % {"label": column.label})


def _target_groups(column: Column, value: Any) -> list[str]:
    codes = [str(code) for code in value or []]
    unknown = [code for code in codes if code not in TARGET_GROUPS]
    if unknown:
        raise ValidationError(_("Vælg målgrupper fra listen."))
    return codes


def _member(column: Column, value: Any) -> int | None:
    if value in (None, ""):
        return None
    if not str(value).isdigit() or int(value) > 2**62:
        raise ValidationError(_("Vælg en person fra listen."))
    return int(value)


def _slug(column: Column, value: Any) -> str:
    return clean_line(str(value or ""))[:80]


_CLEANERS: Mapping[Kind, Callable[[Column, Any], Any]] = {
    Kind.LINE: _line,
    Kind.TEXT: _text,
    Kind.DATE: _date,
    Kind.COUNT: _count,
    Kind.DECIMAL: _decimal,
    Kind.YES_NO: _yes_no,
    Kind.ONE_OF: _one_of,
    Kind.TARGET_GROUPS: _target_groups,
    Kind.MEMBER: _member,
    Kind.ORGANISATION: _slug,
    Kind.AREA: _slug,
    Kind.ORE: _ore,
    Kind.YEARS: _years,
    Kind.LINK: _slug,
    Kind.ROW: _slug,
}


# --- rules that look at more than one fact -----------------------------------------------------
def _check_pointers(section: Section, facts: Facts, errors: Errors) -> None:
    for part in section.parts:
        for column in pointers(part):
            there = {row["id"] for row in facts[column.of]}
            for number, row in enumerate(facts[part.name]):
                if row[column.name] and row[column.name] not in there:
                    errors.setdefault(
                        f"{part.name}-{number}-{column.name}",
                        _("Vælg en af dem, der står under »%(part)s«, eller skriv den først.")
                        % {"part": section.part(column.of).label},
                    )


def _check_purpose(facts: Facts, _agreement: Agreement, errors: Errors) -> None:
    _in_order(facts, "", errors, _("Aftalen slutter, før den begynder."))
    level, area = facts["scope_level"], facts["scope_area"]
    if area and not level:
        errors.setdefault("scope_level", _("Vælg, hvad aftalen gælder for."))
    if level and find_area(level, area) is None:
        errors.setdefault(
            "scope_area",
            _("Vælg det sted, aftalen gælder for (%(level)s).")
            % {"level": ScopeLevel(level).label},
        )


def _in_order(row: Mapping[str, Any], prefix: str, errors: Errors, sentence: str) -> None:
    if row["starts_on"] and row["ends_on"] and row["starts_on"] > row["ends_on"]:
        errors.setdefault(f"{prefix}ends_on", sentence)


def _named(agreement: Agreement) -> set[str]:
    """Who can be given something: the parties, and those that a draft amendment takes in. While
    there is one, nothing but the amendment is written."""
    rows = agreement.parties.filter(
        Q(left_on__isnull=True) | Q(changes__way="joins", changes__amendment__state="draft")
    )
    return set(rows.values_list("organisation__slug", flat=True))


def _check_parties(facts: Facts, agreement: Agreement, errors: Errors) -> None:
    from partnerships.selectors import people_of_party

    there = {
        str(row.pk): row
        for row in agreement.parties.filter(left_on__isnull=True).select_related("organisation")
    }
    facts["parties"] = [row for row in facts["parties"] if row["id"] in there]
    for number, row in enumerate(facts["parties"]):
        party = there[row["id"]]
        row["organisation"] = party.organisation.slug
        row["role"] = row["role"] or party.role
        people = None
        for name, now in (("contact", party.contact_id), ("deputy", party.deputy_id)):
            if row[name] is None or row[name] == now:
                continue
            people = people_of_party(party) if people is None else people
            if row[name] not in {user_id for user_id, _name in people}:
                errors.setdefault(
                    f"parties-{number}-{name}",
                    _("Vælg en leder eller koordinator i %(organisation)s.")
                    % {"organisation": party.organisation.name},
                )
        if row["contact"] is not None and row["contact"] == row["deputy"]:
            errors.setdefault(
                f"parties-{number}-deputy", _("Vælg en anden end kontakten som stedfortræder.")
            )
    # What a party did before it left is still its own.
    before = agreement.obligations.values_list("party__organisation__slug", flat=True)
    slugs = {*_named(agreement), *before}
    for number, row in enumerate(facts["obligations"]):
        if row["party"] not in slugs:
            errors.setdefault(f"obligations-{number}-party", _("Vælg en af aftalens parter."))


def _check_frame(facts: Facts, _agreement: Agreement, errors: Errors) -> None:
    known = {row["question"]: row for row in facts["answers"] if row["question"]}
    for row in known.values():
        row["id"] = row["question"]
    facts["answers"] = list(known.values())


def _check_goals(facts: Facts, _agreement: Agreement, _errors: Errors) -> None:
    for row in facts["indicators"]:
        row["direction"] = row["direction"] or Indicator.Direction.UP.value
        row["measure"] = row["measure"] or Indicator.Measure.BY_HAND.value


def _check_activities(facts: Facts, _agreement: Agreement, errors: Errors) -> None:
    for number, row in enumerate(facts["activities"]):
        prefix = f"activities-{number}-"
        _in_order(row, prefix, errors, _("Aktiviteten slutter, før den begynder."))


def _check_budget(facts: Facts, agreement: Agreement, errors: Errors) -> None:
    slugs = _named(agreement)
    before = set(agreement.budget.exclude(paid_by=None).values_list("paid_by__slug", flat=True))
    for number, row in enumerate(facts["lines"]):
        if row["paid_by"] and row["paid_by"] not in slugs | before:
            errors.setdefault(
                f"lines-{number}-paid_by",
                _("Vælg en af parterne, eller skriv, hvor pengene kommer fra."),
            )
    texts = [row["text"] for row in facts["lines"]]
    for number, text in enumerate(texts):
        if text in texts[:number]:
            errors.setdefault(
                f"lines-{number}-text", _("Der er en post med det navn. Giv den et andet navn.")
            )
    for number, row in enumerate(facts["payments"]):
        if row["line"] not in texts:
            errors.setdefault(
                f"payments-{number}-line", _("Skriv navnet på den post, der betales fra.")
            )


_CHECKS: Mapping[str, Callable[[Facts, Agreement, Errors], None]] = {
    "purpose": _check_purpose,
    "parties": _check_parties,
    "frame": _check_frame,
    "goals": _check_goals,
    "activities": _check_activities,
    "budget": _check_budget,
}
