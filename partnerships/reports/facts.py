"""What a report says, as plain data: read from the rows, cleaned, and compared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from partnerships.models import ReportBudgetRow, ReportRow, StatusReport
from partnerships.reports.money import NONE, written
from portal.common.cpr import refuse_cpr
from portal.common.errors import InvalidInput
from portal.common.text import clean_line, clean_text

Level = ReportBudgetRow.Level
MOST_ROWS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFacts:
    """`id` is empty for a new row."""

    id: str = ""
    number: str = ""
    title: str
    economy: str = ""
    status: str = ""
    status_words: str = ""
    indicator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetFacts:
    """Amounts in øre, or hours, by year. `total` None is the sum of the years."""

    id: str = ""
    level: str = Level.LINE
    title: str
    in_hours: bool = False
    amounts: Mapping[int, int] = field(default_factory=dict)
    total: int | None = None
    lasting: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    title: str
    subtitle: str = ""
    narrative: str = ""
    cases: str = ""
    budget_unit: str = StatusReport.Unit.KRONER
    rows: tuple[RowFacts, ...] = ()
    budget: tuple[BudgetFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two versions say different things."""

    label: str
    theirs: str
    mine: str


def read(report: StatusReport) -> ReportFacts:
    """The report as it stands now."""
    return ReportFacts(
        title=report.title,
        subtitle=report.subtitle,
        narrative=report.narrative,
        cases=report.cases,
        budget_unit=report.budget_unit,
        rows=tuple(map(row_facts, report.rows.all())),
        budget=tuple(map(budget_facts, report.budget.all())),
    )


def row_facts(row: ReportRow) -> RowFacts:
    return RowFacts(
        id=str(row.pk),
        number=row.number,
        title=row.title,
        economy=row.economy,
        status=row.status,
        status_words=row.status_words,
        indicator=row.indicator,
    )


def budget_facts(row: ReportBudgetRow) -> BudgetFacts:
    return BudgetFacts(
        id=str(row.pk),
        level=row.level,
        title=row.title,
        in_hours=row.in_hours,
        amounts={int(year): amount for year, amount in row.amounts.items()},
        total=row.total_ore,
        lasting=row.lasting_ore,
    )


def years_of(rows: Iterable[BudgetFacts]) -> tuple[int, ...]:
    return tuple(sorted({year for row in rows for year in row.amounts}))


# --- cleaning ---------------------------------------------------------------------------------
_LENGTHS: Final = {
    "title": 300,
    "number": 12,
    "economy": 2000,
    "status_words": 300,
    "indicator": 2000,
}


class _Cleaner:
    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def words(self, key: str, value: str, longest: int, *, lines: bool = False) -> str:
        value = clean_text(value) if lines else clean_line(value)
        if len(value) > longest:
            self.errors[key] = _("Skriv højst %(longest)d tegn.") % {"longest": longest}
        try:
            refuse_cpr(value)
        except ValidationError as error:
            self.errors[key] = error.messages[0]
        return value

    def row(self, place: int, row: RowFacts) -> RowFacts:
        prefix = f"rows-{place}-"
        if row.status not in ("", *ReportRow.Status.values):
            self.errors[prefix + "status"] = _("Vælg en af mulighederne.")
        words = {
            name: self.words(
                prefix + name,
                getattr(row, name),
                longest,
                lines=name in {"economy", "indicator"},
            )
            for name, longest in _LENGTHS.items()
        }
        if not words["title"]:
            self.errors[prefix + "title"] = _("Skriv, hvad indsatsen hedder.")
        return replace(row, **words)

    def money(self, place: int, row: BudgetFacts) -> BudgetFacts:
        prefix = f"budget-{place}-"
        title = self.words(prefix + "title", row.title, 300)
        if not title:
            self.errors[prefix + "title"] = _("Skriv, hvad posten hedder.")
        if row.level not in Level.values:
            self.errors[prefix + "level"] = _("Vælg en af mulighederne.")
        if row.level == Level.GROUP:
            return replace(row, title=title, amounts={}, total=None, lasting=None, in_hours=False)
        total = sum(row.amounts.values()) if row.amounts and row.total is None else row.total
        return replace(row, title=title, total=total)


def clean(facts: ReportFacts) -> ReportFacts:
    """The same facts, tidy. Raises `InvalidInput` with one sentence a field, `rows-3-economy`."""
    cleaner = _Cleaner()
    title = cleaner.words("title", facts.title, 200)
    if not title:
        cleaner.errors["title"] = _("Giv rapporten en titel.")
    cleaned = ReportFacts(
        title=title,
        subtitle=cleaner.words("subtitle", facts.subtitle, 300),
        narrative=cleaner.words("narrative", facts.narrative, 20000, lines=True),
        cases=cleaner.words("cases", facts.cases, 20000, lines=True),
        budget_unit=StatusReport.Unit(facts.budget_unit),
        rows=tuple(cleaner.row(place, row) for place, row in enumerate(facts.rows)),
        budget=tuple(cleaner.money(place, row) for place, row in enumerate(facts.budget)),
    )
    if max(len(facts.rows), len(facts.budget)) > MOST_ROWS:
        cleaner.errors["title"] = _("Der kan højst være %(most)d linjer.") % {"most": MOST_ROWS}
    if cleaner.errors:
        raise InvalidInput(cleaner.errors)
    return cleaned


# --- comparing --------------------------------------------------------------------------------
def differences(theirs: ReportFacts, mine: ReportFacts) -> list[Difference]:
    """Where two versions differ, field by field, in the report's order."""
    before, after = dict(_fields(theirs)), dict(_fields(mine))
    return [
        Difference(_label(key, theirs, mine), before.get(key, ""), after.get(key, ""))
        for key in dict.fromkeys((*before, *after))
        if before.get(key, "") != after.get(key, "")
    ]


_Key = tuple[str, str, str]


def _fields(facts: ReportFacts) -> Iterable[tuple[_Key, str]]:
    yield ("", "", "title"), facts.title
    yield ("", "", "subtitle"), facts.subtitle
    yield ("", "", "narrative"), facts.narrative
    yield ("", "", "cases"), facts.cases
    labels = dict(ReportRow.Status.choices)
    for place, row in enumerate(facts.rows):
        key = row.id or f"new {place}"
        for name in ("number", "title", "economy"):
            yield ("rows", key, name), getattr(row, name)
        yield ("rows", key, "status"), str(labels.get(row.status, ""))
        for name in ("status_words", "indicator"):
            yield ("rows", key, name), getattr(row, name)
    for place, line in enumerate(facts.budget):
        key = line.id or f"new {place}"
        yield ("budget", key, "title"), line.title
        yield ("budget", key, "level"), str(Level(line.level).label)
        for year, amount in sorted(line.amounts.items()):
            yield ("budget", key, str(year)), _amount(amount, line, facts)
        yield ("budget", key, "total"), _amount(line.total, line, facts)
        yield ("budget", key, "lasting"), _amount(line.lasting, line, facts)


def _amount(amount: int | None, line: BudgetFacts, facts: ReportFacts) -> str:
    return written(amount, facts.budget_unit, in_hours=line.in_hours) or NONE


def _label(key: _Key, theirs: ReportFacts, mine: ReportFacts) -> str:
    part, row_id, name = key
    words = {
        "title": _("Titel"),
        "subtitle": _("Undertitel"),
        "narrative": _("Fortælling"),
        "cases": _("Eksempler"),
        "number": _("Nummer"),
        "economy": _("Økonomi"),
        "status": _("Status"),
        "status_words": _("Status med egne ord"),
        "indicator": _("Indikator"),
        "level": _("Slags"),
        "total": _("I alt"),
        "lasting": _("Varigt"),
    }
    label = words.get(name, name)
    if not part:
        return label
    rows: Iterable[RowFacts | BudgetFacts] = (
        (*mine.rows, *theirs.rows) if part == "rows" else (*mine.budget, *theirs.budget)
    )
    title = next((row.title for row in rows if row.id == row_id), _("Ny linje"))
    return f"{title}: {label}"
