"""A national programme as an agreement: its initiatives, and the status report on them with the
budget annex, exactly as they were published. A job's door."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation
from partnerships.models import (
    Agreement,
    AgreementKind,
    Initiative,
    ReportBudgetRow,
    ReportRow,
    StatusReport,
)
from partnerships.reports import facts as shape
from partnerships.reports import money
from partnerships.reports.facts import BudgetFacts, ReportFacts, RowFacts
from partnerships.services.reports import save_report
from partnerships.services.starting import start_idea
from portal.access.actor import Actor
from portal.common.errors import InvalidInput, NotAllowed, WrongState
from portal.common.reference_csv import Row, read_rows

REFERENCE: Final = Path(__file__).resolve().parents[1] / "reference"
INITIATIVES: Final = REFERENCE / "national_programme_initiatives.csv"
BUDGET: Final = REFERENCE / "national_programme_budget.csv"
INITIATIVE_COLUMNS: Final = (
    *("source_id", "number", "title", "subject", "economy", "status_words", "indicator"),
)
YEARS: Final = (2017, 2018, 2019, 2020)
BUDGET_COLUMNS: Final = ("level", "title", *map(str, YEARS), "total", "lasting")
UNIT: Final = StatusReport.Unit.MILLIONS
Level = ReportBudgetRow.Level
Status = ReportRow.Status

# What a published wording says, as a code; the first that is found in it counts.
_CODES: Final = (
    (r"forlænget|udvidet|skubbet|forsink", Status.DELAYED),
    (r"ændret form", Status.CONTINUED),
    (r"følger delvis", Status.PARTLY),
    (r"følger tidsplanen", Status.ON_SCHEDULE),
    (r"implementering", Status.UNDER_WAY),
    (r"afsluttet", Status.COMPLETED),
    (r"indstillet", Status.STOPPED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What is not in the files."""

    external_id: str = "kraeftplan-iv"
    title: str = "Kræftplan IV"
    first: date = date(2017, 1, 1)
    last: date = date(2020, 12, 31)
    initiatives: Path = INITIATIVES
    budget: Path = BUDGET


def status_of_words(words: str) -> str:
    """The code of a published wording; empty where nobody can tell."""
    found = (code for pattern, code in _CODES if re.search(pattern, words.lower()))
    return next(found, "")


@transaction.atomic
def load_programme(
    *,
    programme: Programme,
    public: Organisation,
    association: Organisation,
    actor: Actor,
) -> StatusReport:
    """The programme's agreement, an idea between the two, with its initiatives and one report that
    is ready to be signed. Loading again changes nothing; a changed file makes a new version of the
    report, until it is published.

    Raises `BadReferenceFile` with line and column, `NotAllowed`, `WrongState` (published, and the
    files say something else).
    """
    if not actor.is_system:
        raise NotAllowed()
    rows = _read_initiatives(programme.initiatives)
    budget = _read_budget(programme.budget)
    agreement = Agreement.objects.filter(external_id=programme.external_id).first()
    if agreement is None:
        agreement = start_idea(
            actor=actor,
            title=programme.title,
            parties=[public, association],
            kind=AgreementKind.FRAME,
            external_id=programme.external_id,
        )
    initiatives = _keep_initiatives(agreement, rows)
    report = _report(agreement, programme, initiatives)
    known = {row.initiative_id: str(row.pk) for row in report.rows.all()}
    wanted = ReportFacts(
        title=_("%(title)s: status for %(count)d indsatser")
        % {"title": programme.title, "count": len(rows)},
        subtitle=_(
            "Sådan går det med pengene, tidsplanen og resultaterne. Skrevet sammen af parterne."
        ),
        narrative=report.narrative,
        cases=report.cases,
        budget_unit=UNIT,
        rows=tuple(
            RowFacts(
                id=known[initiative.pk],
                number=initiative.number,
                title=initiative.title,
                economy=row.values["economy"],
                status=status_of_words(row.values["status_words"]),
                status_words=row.values["status_words"],
                indicator=row.values["indicator"],
            )
            for initiative, row in zip(initiatives, rows, strict=True)
        ),
        budget=_with_ids(budget, report),
    )
    return _put(report, wanted, actor)


def _put(report: StatusReport, wanted: ReportFacts, actor: Actor) -> StatusReport:
    if shape.read(report) == wanted:
        return report
    if report.state == StatusReport.State.PUBLISHED:
        raise WrongState(_("Rapporten er udgivet. Den kan ikke ændres."))
    try:
        return save_report(report_id=report.pk, facts=wanted, version=report.version, actor=actor)
    except InvalidInput as error:  # a text that no column check could judge
        raise WrongState(str(error)) from error


# --- initiatives ----------------------------------------------------------------------------------
def _read_initiatives(path: Path) -> list[Row]:
    rows = read_rows(path, INITIATIVE_COLUMNS, unique=["number", "title"])
    for row in rows:
        row.matching("number", r"\d{1,3}(\.[a-z])?", _("Skriv et nummer, for eksempel 8.a."))
        row.text("title", longest=300)
        row.optional_text("subject", longest=400)
        row.optional_text("economy", longest=2000)
        row.optional_text("indicator", longest=2000)
        if not status_of_words(row.text("status_words", longest=300)):
            row.fail(
                "status_words",
                _("»%(words)s« siger ikke, hvordan det går.")
                % {"words": row.values["status_words"]},
            )
    return rows


def _keep_initiatives(agreement: Agreement, rows: Sequence[Row]) -> list[Initiative]:
    """One a row of the file, by number and title. One that the file lacks stays: a report may speak
    of it."""
    there = {(row.number, row.title): row for row in agreement.initiatives.all()}
    kept: list[Initiative] = []
    for position, row in enumerate(rows):
        number, title = row.values["number"], row.values["title"]
        initiative = there.get((number, title)) or Initiative(
            agreement=agreement, number=number, title=title
        )
        new = (row.values["subject"], position)
        if initiative._state.adding or (initiative.subject, initiative.position) != new:
            initiative.subject, initiative.position = new
            initiative.save()
        kept.append(initiative)
    return kept


def _report(
    agreement: Agreement, programme: Programme, initiatives: Sequence[Initiative]
) -> StatusReport:
    """The programme's one report, with a row for each initiative to be written in."""
    report, created = StatusReport.objects.get_or_create(
        agreement=agreement,
        period_to=programme.last,
        defaults={
            "period_from": programme.first,
            "due_on": programme.last,
            "title": programme.title,
            "budget_unit": UNIT,
        },
    )
    if created or report.state != StatusReport.State.PUBLISHED:
        there = {row.initiative_id for row in report.rows.all()}
        ReportRow.objects.bulk_create(
            ReportRow(report=report, initiative=row, title=row.title, position=row.position)
            for row in initiatives
            if row.pk not in there
        )
    return report


# --- budget ---------------------------------------------------------------------------------------
def _read_budget(path: Path) -> list[BudgetFacts]:
    rows = read_rows(path, BUDGET_COLUMNS, unique=["level", "title"])
    return [_budget_facts(row, first=place == 0) for place, row in enumerate(rows)]


def _budget_facts(row: Row, *, first: bool) -> BudgetFacts:
    level = row.one_of("level", Level.values)
    title = row.text("title", longest=300)
    numbers = [*map(str, YEARS), "total", "lasting"]
    if level == Level.GROUP:
        for column in numbers:
            if row.values[column]:
                row.fail(column, _("En gruppe har ingen beløb."))
        return BudgetFacts(level=level, title=title)
    if first and level == Level.PART:
        row.fail("level", _("Der er ingen post over denne."))
    amounts = {column: _amount(row, column) for column in numbers}
    return BudgetFacts(
        level=level,
        title=title,
        amounts={year: amount for year in YEARS if (amount := amounts[str(year)]) is not None},
        total=amounts["total"],
        lasting=amounts["lasting"],
    )


def _amount(row: Row, column: str) -> int | None:
    """`-` is none; an empty cell is a mistake."""
    try:
        return money.parse(row.text(column), UNIT)
    except money.BadAmount as error:
        row.fail(column, f"»{row.values[column]}«: {error}")


def _with_ids(budget: Sequence[BudgetFacts], report: StatusReport) -> tuple[BudgetFacts, ...]:
    """Lines that are there keep their row."""
    there = {(row.level, row.title): str(row.pk) for row in report.budget.all()}
    return tuple(
        BudgetFacts(
            id=there.get((row.level, row.title), ""),
            level=row.level,
            title=row.title,
            amounts=row.amounts,
            total=row.total,
            lasting=row.lasting,
        )
        for row in budget
    )
