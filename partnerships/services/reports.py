"""The yearly status report: begun by a job or by hand, written by all parties, signed by each, and
then it stands."""

import logging
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from partnerships.models import (
    Agreement,
    AgreementState,
    Document,
    ReportBudgetRow,
    ReportRow,
    ReportSignature,
    StatusReport,
)
from partnerships.permissions import may, require_may
from partnerships.reports import facts as shape
from partnerships.reports.document import document_of, parties_of
from partnerships.reports.facts import ReportFacts
from partnerships.reports.filling import unsaved_report
from partnerships.reports.notices import queue_notice
from partnerships.reports.periods import ONE_DAY, WRITING, days_not_told, newest_due
from partnerships.selectors import party_of
from partnerships.services.mover import lock_agreement, note
from partnerships.services.signing import store_document
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.errors import DomainError, InvalidInput, NotAllowed, NotFound, WrongState
from portal.documents.report import render_report_pdf

log = logging.getLogger("partnerships.reports")

S = AgreementState
# What has been in force can be told of, also after its end: the last report comes then.
REPORTABLE = (S.ACTIVE, S.SUSPENDED, S.EXPIRED, S.TERMINATED)


class ReportChangedMeanwhile(DomainError):
    """Somebody else has saved the report since it was opened. `now` is what it says now."""

    status = 409

    def __init__(self, now: ReportFacts, version: int, who: str) -> None:
        super().__init__(
            _("%(who)s har rettet rapporten imens. Se begge udgaver, og gem igen.")
            % {"who": who or _("En anden")}
        )
        self.now, self.version = now, version


def lock_report(*, report_id: UUID, actor: Actor) -> StatusReport:
    """The row, locked until the transaction ends. Raises `NotFound`."""
    rows = (
        StatusReport.objects.all() if actor.is_system else (StatusReport.objects.visible_to(actor))
    )
    report = (
        rows.filter(pk=report_id)
        .select_related("agreement")
        .select_for_update(of=("self",))
        .first()
    )
    if report is None:
        raise NotFound()
    return report


def _refuse_published(report: StatusReport) -> None:
    if report.state == StatusReport.State.PUBLISHED:
        raise WrongState(_("Rapporten er udgivet. Den kan ikke ændres."))


# --- beginning ----------------------------------------------------------------------------------
@transaction.atomic
def begin_report(
    *,
    agreement_id: UUID,
    actor: Actor,
    first: date,
    last: date,
    due_on: date | None = None,
) -> StatusReport:
    """A report of the days `first` to `last`, filled in from what the agreement knows. Asking again
    for the same last day gives the one that is there.

    A person of a party may, when the agreement has been in force and no report is being written; a
    job may always. Raises `NotFound`, `NotAllowed`, `WrongState`, `InvalidInput`.
    """
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    if not actor.is_system:
        require_may(actor, Permission.AGREEMENT_WRITE, agreement)
    there = agreement.status_reports.filter(period_to=last).first()
    if there is not None:
        return there
    if not actor.is_system:
        _refuse_begin(agreement, first, last)
    report, filled = unsaved_report(
        agreement, first=first, last=last, due_on=due_on or max(last, clock.today()) + WRITING
    )
    report.updated_by_name = "" if actor.is_system else actor.name
    report.save(force_insert=True)
    _put_rows(report, filled.rows, filled.budget)
    note(agreement, "report_begun", actor, details={"report": str(report.pk)})
    return report


def _refuse_begin(agreement: Agreement, first: date, last: date) -> None:
    if agreement.status not in REPORTABLE:
        raise WrongState(_("En aftale får først en statusrapport, når den gælder."))
    if first > last:
        raise InvalidInput({"last": _("Den sidste dag kan ikke ligge før den første.")})
    if agreement.starts_on is not None and first < agreement.starts_on:
        raise InvalidInput({"first": _("Rapporten kan ikke begynde, før aftalen gjorde.")})
    if last > clock.today() + WRITING:
        raise InvalidInput({"last": _("Den sidste dag ligger for langt ude i fremtiden.")})
    open_report = agreement.status_reports.exclude(state=StatusReport.State.PUBLISHED).first()
    if open_report is not None:
        raise WrongState(_("I skriver allerede på en rapport. Gør den færdig først."))


def may_begin(agreement: Agreement, actor: Actor) -> bool:
    """Whether this actor may begin one by hand now. Buttons ask this."""
    return (
        agreement.status in REPORTABLE
        and may(actor, Permission.AGREEMENT_WRITE, agreement)
        and not agreement.status_reports.exclude(state=StatusReport.State.PUBLISHED).exists()
    )


def next_period(agreement: Agreement) -> tuple[date, date]:
    """What a report begun by hand is suggested to tell of: days that the others passed over, or
    from where the last one ended."""
    today = clock.today()
    told = list(agreement.status_reports.values_list("period_from", "period_to"))
    newest = max((last for _first, last in told), default=None)
    first = newest + ONE_DAY if newest is not None else agreement.starts_on or today
    last = today
    due = newest_due(agreement, today)
    if due is not None:
        left = days_not_told(due, told)
        if left is not None and left[1] < first:
            return left
        if due.last >= first:
            last = due.last
    return first, max(first, last)


def begin_due_reports(*, actor: Actor) -> int:
    """Begin each report that is due within the time for writing; how many were begun. For jobs."""
    if not actor.is_system:
        raise NotAllowed()
    today = clock.today()
    begun = 0
    # One that ended while the machines stood still is still told of, but not for ever after.
    ended_lately = today - timedelta(days=365)
    rows = (
        Agreement.objects.filter(status__in=REPORTABLE, ends_on__gte=ended_lately)
        .prefetch_related("status_reports")
        .order_by("pk")
    )
    for agreement in rows.iterator(chunk_size=200):
        due = newest_due(agreement, today)
        if due is None:
            continue
        told = [(row.period_from, row.period_to) for row in agreement.status_reports.all()]
        left = days_not_told(due, told)
        if left is None:
            continue
        first, last = left
        begin_report(
            agreement_id=agreement.pk, actor=actor, first=first, last=last, due_on=due.due_on
        )
        begun += 1
    return begun


# --- writing ------------------------------------------------------------------------------------
@transaction.atomic
def save_report(*, report_id: UUID, facts: ReportFacts, version: int, actor: Actor) -> StatusReport:
    """Write the whole report. A change makes a new version, and what was signed counts no more.

    Raises `NotFound`, `NotAllowed`, `WrongState` (published), `InvalidInput` (one sentence a
    field), `ReportChangedMeanwhile` (`version` is not the newest).
    """
    report = lock_report(report_id=report_id, actor=actor)
    if not actor.is_system:
        require_may(actor, Permission.AGREEMENT_WRITE, report.agreement)
    _refuse_published(report)
    before = shape.read(report)
    if report.version != version:
        raise ReportChangedMeanwhile(before, report.version, report.updated_by_name)
    after = shape.clean(facts)
    if after != before:
        _put(report, after, actor)
    return report


def _put(report: StatusReport, facts: ReportFacts, actor: Actor) -> None:
    """Write cleaned facts as the next version. The caller holds the lock."""
    report.title, report.subtitle = facts.title, facts.subtitle
    report.narrative, report.cases = facts.narrative, facts.cases
    report.budget_unit = facts.budget_unit
    report.version += 1
    report.updated_at, report.updated_by_name = clock.now(), actor.name
    report.state = StatusReport.State.WRITING
    report.save()
    _write_rows(report, facts)
    voided, _by_model = report.signatures.all().delete()
    note(
        report.agreement,
        "report_saved",
        actor,
        details={"report": str(report.pk), "version": report.version, "voided": voided},
    )
    if voided:
        queue_notice(report, "changed")


def _write_rows(report: StatusReport, facts: ReportFacts) -> None:
    """Rows keep their id and what they were filled in from; those that are gone are deleted."""
    there = {str(row.pk): row for row in report.rows.all()}
    rows = []
    for row_facts in facts.rows:
        row = there.pop(row_facts.id, None) or ReportRow(report=report)
        row.number, row.title = row_facts.number, row_facts.title
        row.economy, row.indicator = row_facts.economy, row_facts.indicator
        row.status, row.status_words = row_facts.status, row_facts.status_words
        rows.append(row)
    lines_there = {str(row.pk): row for row in report.budget.all()}
    lines = []
    for line_facts in facts.budget:
        line = lines_there.pop(line_facts.id, None) or ReportBudgetRow(report=report)
        line.level, line.title = line_facts.level, line_facts.title
        line.in_hours = line_facts.in_hours
        line.amounts = {str(year): amount for year, amount in line_facts.amounts.items()}
        line.total_ore, line.lasting_ore = line_facts.total, line_facts.lasting
        lines.append(line)
    report.rows.exclude(pk__in=[row.pk for row in rows]).delete()
    report.budget.exclude(pk__in=[row.pk for row in lines]).delete()
    _put_rows(report, rows, lines)


def _put_rows(report: StatusReport, rows: list[ReportRow], budget: list[ReportBudgetRow]) -> None:
    """New rows are inserted and known ones updated, in as many statements whatever their number."""
    for position, row in enumerate(rows):
        row.report, row.position = report, position
    for position, line in enumerate(budget):
        line.report, line.position = report, position
    ReportRow.objects.bulk_create([row for row in rows if row._state.adding])
    ReportRow.objects.bulk_update(
        [row for row in rows if not row._state.adding],
        ["number", "title", "economy", "status", "status_words", "indicator", "position"],
    )
    ReportBudgetRow.objects.bulk_create([row for row in budget if row._state.adding])
    ReportBudgetRow.objects.bulk_update(
        [row for row in budget if not row._state.adding],
        ["level", "title", "in_hours", "amounts", "total_ore", "lasting_ore", "position"],
    )


# --- signing ------------------------------------------------------------------------------------
def missing_for_signature(report: StatusReport) -> list[str]:
    """What must be written before anybody signs: one sentence each."""
    rows = list(report.rows.all())
    if not rows:
        return [_("Der er ingen indsatser i rapporten.")]
    without = [row.title for row in rows if not row.status]
    if not without:
        return []
    return [_("Vælg en status for: %(titles)s.") % {"titles": "; ".join(without)}]


@transaction.atomic
def sign_report(*, report_id: UUID, version: int, actor: Actor) -> StatusReport:
    """Say yes for the own party to the version that was read. The last party's yes publishes the
    report and freezes it as a PDF. A second yes changes nothing.

    Raises `NotFound`, `NotAllowed` (nobody signs for another), `WrongState`.
    """
    report = lock_report(report_id=report_id, actor=actor)
    agreement = report.agreement
    require_may(actor, Permission.AGREEMENT_SIGN, agreement)
    party = party_of(agreement, actor)
    if party is None:
        raise NotAllowed()
    signed = {row.party_id for row in report.signatures.all()}
    if party.pk in signed and report.version == version:
        return report
    _refuse_published(report)
    if report.version != version:
        raise WrongState(_("Rapporten er ændret, siden du læste den. Læs den igen."))
    missing = missing_for_signature(report)
    if missing:
        raise WrongState(" ".join([_("Rapporten er ikke færdig."), *missing]))
    ReportSignature.objects.create(
        report=report,
        party=party,
        version=report.version,
        at=clock.now(),
        user_id=actor.user_id,
        user_name=actor.name,
    )
    details = {"report": str(report.pk), "party": party.organisation.slug}
    note(agreement, "report_signed", actor, details=details)
    if {row.pk for row in parties_of(report)} <= signed | {party.pk}:
        _publish(report, actor)
    else:
        report.state = StatusReport.State.AWAITING_SIGNATURE
        report.save(update_fields=["state"])
        queue_notice(report, "waits")
    return report


def _publish(report: StatusReport, actor: Actor) -> None:
    """The PDF shows what it is: published, with every signature. The caller holds the lock."""
    report.state = StatusReport.State.PUBLISHED
    report.published_at = clock.now()
    report.document = store_document(
        report.agreement,
        kind=Document.Kind.REPORT,
        title=report.title,
        content=render_report_pdf(document_of(report)),
        content_type="application/pdf",
        actor=actor,
    )
    report.save(update_fields=["state", "published_at", "document"])
    note(report.agreement, "report_published", actor, details={"report": str(report.pk)})
    queue_notice(report, "published")
