"""Reports for tests: of an agreement that runs, begun by the job, and written in by a party."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from organisations.models import Organisation
from partnerships.models import Agreement, ReportRow, StatusReport
from partnerships.reports import facts as shape
from partnerships.reports.facts import ReportFacts, RowFacts
from partnerships.reports.periods import last_day
from partnerships.services import reports as services
from partnerships.services.clocks import run_dates
from portal.access.actor import Actor, system_actor
from portal.common import clock
from tests.factories.partnerships import agreement_in, fresh, start
from tests.world import World

JOB = system_actor("partnerships.reports")
STARTS = date(2025, 3, 1)
ENDS = date(2028, 2, 29)
# The first anniversary is two months off.
TODAY = date(2026, 1, 2)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(11), tzinfo=UTC)


def running(world: World, **fields: Any) -> Agreement:
    """An agreement of the region and the association that has run since 1 March 2025."""
    with clock.at(noon(STARTS - timedelta(days=30))):
        agreement = agreement_in("signed", world, starts_on=STARTS, ends_on=ENDS, **fields)
    with clock.at(noon(STARTS)):
        run_dates()
    return fresh(agreement)


def begun(agreement: Agreement) -> StatusReport:
    """The report on the first year, as the job begins it."""
    return services.begin_report(
        agreement_id=agreement.pk,
        actor=JOB,
        first=STARTS,
        last=date(2026, 2, 28),
        due_on=date(2026, 3, 1),
    )


def simple_report(world: World, *more: Organisation, rows: int = 1) -> StatusReport:
    """A report of an idea between the region, the association and `more`, ready to be signed: quick
    to make, for what does not depend on the agreement's life."""
    agreement = start(world, *more)
    report = begun(agreement)
    ReportRow.objects.bulk_create(
        ReportRow(report=report, title=f"Indsats {place}", status="on_schedule", position=place)
        for place in range(rows)
    )
    return report


def facts_of(report: StatusReport, **changes: Any) -> ReportFacts:
    return replace(shape.read(StatusReport.objects.get(pk=report.pk)), **changes)


def with_row(facts: ReportFacts, place: int, **changes: Any) -> ReportFacts:
    rows = list(facts.rows)
    rows[place] = replace(rows[place], **changes)
    return replace(facts, rows=tuple(rows))


def with_statuses(facts: ReportFacts, status: str = "on_schedule") -> ReportFacts:
    rows: tuple[RowFacts, ...] = tuple(
        replace(row, status=row.status or status) for row in facts.rows
    )
    return replace(facts, rows=rows)


def save(
    report: StatusReport, facts: ReportFacts, actor: Actor, version: int | None = None
) -> StatusReport:
    now = StatusReport.objects.get(pk=report.pk)
    return services.save_report(
        report_id=report.pk,
        facts=facts,
        version=now.version if version is None else version,
        actor=actor,
    )


def sign(report: StatusReport, actor: Actor) -> StatusReport:
    now = StatusReport.objects.get(pk=report.pk)
    return services.sign_report(report_id=report.pk, version=now.version, actor=actor)


def published(world: World, agreement: Agreement) -> StatusReport:
    """A report of an agreement between the region and the association, signed off by both."""
    report = begun(agreement)
    ReportRow.objects.create(report=report, title="Følgeskab", status="on_schedule")
    sign(report, world.coordinator.actor())
    return sign(report, world.receiver_manager.actor())


def told_to_the_end(agreement: Agreement, *signers: Actor) -> StatusReport:
    """One report on the whole life of an agreement that has ended, signed off by each party."""
    first, last = agreement.starts_on, last_day(agreement)
    assert first is not None
    assert last is not None
    return signed_off(agreement, first, last, *signers)


def signed_off(agreement: Agreement, first: date, last: date, *signers: Actor) -> StatusReport:
    """A report of those days, written by the first of the signers and signed off by each."""
    report = services.begin_report(agreement_id=agreement.pk, actor=JOB, first=first, last=last)
    save(report, with_statuses(facts_of(report)), signers[0])
    for actor in signers:
        report = sign(report, actor)
    return report
