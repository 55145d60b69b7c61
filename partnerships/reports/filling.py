"""What a new report says before anybody has written in it: what the agreement knows by now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnerships.models import (
    Activity,
    Agreement,
    BudgetLine,
    Indicator,
    IndicatorValue,
    Initiative,
    Milestone,
    OfferFigures,
    ReportBudgetRow,
    ReportRow,
    StatusReport,
)
from portal.common import clock
from portal.common.templatetags.look import long_date, number

Status = ReportRow.Status
Level = ReportBudgetRow.Level


@dataclass(frozen=True, slots=True)
class Filled:
    rows: list[ReportRow]
    budget: list[ReportBudgetRow]
    narrative: str


def fill(agreement: Agreement, *, first: date, last: date) -> Filled:
    """Unsaved rows for a report of that period. An agreement with initiatives has a row for each,
    and its indicators and milestones stand in the narrative; any other has a row for each indicator
    and activity. Linked offers come last. Constant in statements."""
    initiatives = list(agreement.initiatives.all())
    goals, activities = _of_goals(agreement), _of_activities(agreement)
    rows, lines = (
        (_of_initiatives(agreement, initiatives), [*goals, *activities])
        if initiatives
        else ([*goals, *activities], [])
    )
    rows += _of_offers(agreement, first, last)
    for position, row in enumerate(rows):
        row.position = position
    narrative = "\n".join(f"{row.title}: {row.indicator}" for row in lines if row.indicator)
    return Filled(rows, _of_budget(agreement), narrative)


def newest_words(agreement: Agreement, *, first: date, last: date) -> dict[str, str]:
    """Source of a row → what it would be filled in with today, for whoever writes in it."""
    rows = [
        *_of_goals(agreement),
        *_of_activities(agreement),
        *_of_offers(agreement, first, last),
    ]
    return {row.source: row.indicator for row in rows if row.indicator}


def _of_initiatives(agreement: Agreement, initiatives: Sequence[Initiative]) -> list[ReportRow]:
    """Economy and indicator as they were last time; the status is this year's own question."""
    before = ReportRow.objects.filter(
        report__agreement=agreement, initiative__isnull=False
    ).order_by("report__period_to", "pk")
    last_time = {row.initiative_id: row for row in before}
    rows = []
    for initiative in initiatives:
        old = last_time.get(initiative.pk)
        rows.append(
            ReportRow(
                initiative=initiative,
                number=initiative.number,
                title=initiative.title,
                economy=old.economy if old else "",
                indicator=old.indicator if old else "",
            )
        )
    return rows


# --- goals --------------------------------------------------------------------------------------
def _of_goals(agreement: Agreement) -> list[ReportRow]:
    rows = []
    for goal in agreement.goals.prefetch_related("indicators__values"):
        indicators = list(goal.indicators.all())
        rows += [
            ReportRow(
                title=f"{goal.text}: {indicator.name}"[:300],
                indicator=indicator_words(indicator),
                source=f"indicator:{indicator.pk}",
            )
            for indicator in indicators
        ]
        if not indicators:
            rows.append(ReportRow(title=goal.text, source=f"goal:{goal.pk}"))
    return rows


def indicator_words(indicator: Indicator) -> str:
    """Before, now with its day, and the goal, in one line."""
    values = list(indicator.values.all())
    unit = f" {indicator.unit}" if indicator.unit else ""
    parts = []
    if indicator.baseline is not None:
        before = f"{number(indicator.baseline.normalize())}{unit}"
        parts.append(_("Før: %(value)s.") % {"value": before})
    if values:
        parts.append(_now(values[-1], unit))
    if indicator.target is not None:
        target = f"{number(indicator.target.normalize())}{unit}"
        parts.append(_("Mål: %(value)s.") % {"value": target})
    return " ".join(parts)


def _now(value: IndicatorValue, unit: str) -> str:
    day = long_date(value.on)
    if value.value is None:
        return _("Nu: under fem personer eller skjult, opgjort %(day)s.") % {"day": day}
    shown = f"{number(value.value.normalize())}{unit}"
    return _("Nu: %(value)s, opgjort %(day)s.") % {"value": shown, "day": day}


# --- activities ---------------------------------------------------------------------------------
def _of_activities(agreement: Agreement) -> list[ReportRow]:
    today = clock.today()
    activities: list[Activity] = list(agreement.activities.all())
    milestones: list[Milestone] = list(agreement.milestones.all())
    rows = []
    for activity in activities:
        own = [row for row in milestones if row.activity_id == activity.pk]
        rows.append(
            ReportRow(
                title=activity.text,
                status=_suggested(activity, own, today),
                indicator=_milestone_words(own, today),
                source=f"activity:{activity.pk}",
            )
        )
    others = [row for row in milestones if row.activity_id is None]
    if others:
        rows.append(
            ReportRow(
                title=_("Milepæle"),
                status=Status.DELAYED if _late(others, today) else "",
                indicator=_milestone_words(others, today),
                source="milestones",
            )
        )
    return rows


def _late(milestones: Sequence[Milestone], today: date) -> list[Milestone]:
    return [row for row in milestones if row.done_on is None and row.due_on < today]


def _suggested(activity: Activity, milestones: Sequence[Milestone], today: date) -> str:
    """A status that the dates alone show; otherwise the parties must say."""
    if _late(milestones, today):
        return Status.DELAYED
    over = activity.ends_on is not None and activity.ends_on < today
    if over and milestones and all(row.done_on for row in milestones):
        return Status.COMPLETED
    return ""


def _milestone_words(milestones: Sequence[Milestone], today: date) -> str:
    if not milestones:
        return ""
    done = sum(row.done_on is not None for row in milestones)
    late = _late(milestones, today)
    words = ngettext(
        "%(done)d af %(all)d milepæl er nået.",
        "%(done)d af %(all)d milepæle er nået.",
        len(milestones),
    ) % {"done": done, "all": len(milestones)}
    if late:
        named = "; ".join(
            _("»%(title)s« skulle være nået %(day)s")
            % {"title": row.text, "day": long_date(row.due_on)}
            for row in late
        )
        words += " " + _("Forsinket: %(named)s.") % {"named": named}
    return words


# --- linked offers ------------------------------------------------------------------------------
def _of_offers(agreement: Agreement, first: date, last: date) -> list[ReportRow]:
    newest: dict[int, OfferFigures] = {}
    for figures in agreement.offer_figures.filter(since__lte=last, until__gte=first):
        newest[figures.offer_id] = figures
    linked = agreement.linked_offers.select_related("offer").order_by("pk")
    return [
        ReportRow(
            title=link.offer.title[:300],
            indicator=figures_words(newest.get(link.offer_id)),
            source=f"offer:{link.offer_id}",
        )
        for link in linked
    ]


def figures_words(figures: OfferFigures | None) -> str:
    if figures is None:
        return ""
    numbers = (
        (figures.received, _("modtaget")),
        (figures.accepted, _("taget imod")),
        (figures.completed, _("afsluttet")),
    )
    known = ", ".join(f"{number(count)} {name}" for count, name in numbers if count is not None)
    hidden = [name for count, name in numbers if count is None]
    days = {"first": long_date(figures.since), "last": long_date(figures.until)}
    words = [_("Henvisninger %(first)s til %(last)s: %(known)s.") % {**days, "known": known}]
    if not known:
        words = [
            _("Henvisninger %(first)s til %(last)s: skjult, for få personer.") % days,
        ]
    elif hidden:
        words.append(
            _("Skjult, for få personer: %(names)s.") % {"names": ", ".join(hidden)},
        )
    return " ".join(words)


# --- budget -------------------------------------------------------------------------------------
def _of_budget(agreement: Agreement) -> list[ReportBudgetRow]:
    lines = list(agreement.budget.prefetch_related("amounts"))
    kinds = [kind for kind in BudgetLine.Kind if any(line.kind == kind for line in lines)]
    rows: list[ReportBudgetRow] = []
    for kind in kinds:
        if len(kinds) > 1 or kind == BudgetLine.Kind.VOLUNTEER_HOURS:
            rows.append(ReportBudgetRow(level=Level.GROUP, title=_group_title(kind)))
        rows += _budget_rows([line for line in lines if line.kind == kind], kind)
    for position, row in enumerate(rows):
        row.position = position
    return rows


def _group_title(kind: BudgetLine.Kind) -> str:
    return {
        BudgetLine.Kind.MONEY: _("Penge, kr."),
        BudgetLine.Kind.IN_KIND: _("Lokaler, arbejdstid og andet, kr."),
        BudgetLine.Kind.VOLUNTEER_HOURS: _("Frivillige, timer"),
    }[kind]


def _budget_rows(lines: Sequence[BudgetLine], kind: BudgetLine.Kind) -> Iterator[ReportBudgetRow]:
    for line in lines:
        amounts = {str(row.year): row.amount for row in line.amounts.all()}
        yield ReportBudgetRow(
            level=Level.LINE,
            title=line.text,
            in_hours=kind == BudgetLine.Kind.VOLUNTEER_HOURS,
            amounts=amounts,
            total_ore=sum(amounts.values()) if amounts else None,
            lasting_ore=line.lasting_ore,
        )


def unsaved_report(
    agreement: Agreement, *, first: date, last: date, due_on: date
) -> tuple[StatusReport, Filled]:
    """The report with what it is filled in with. Nothing is written yet."""
    filled = fill(agreement, first=first, last=last)
    report = StatusReport(
        agreement=agreement,
        period_from=first,
        period_to=last,
        due_on=due_on,
        title=_("%(title)s: årets status") % {"title": agreement.title[:180]},
        narrative=filled.narrative,
    )
    return report, filled
