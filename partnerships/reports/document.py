"""A report as its document: rows to the plain data that `portal.documents` sets, and what the page
says of the same rows."""

from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from partnerships.models import (
    AgreementParty,
    ReportBudgetRow,
    ReportRow,
    ReportSignature,
    StatusReport,
)
from partnerships.reports.facts import budget_facts, years_of
from partnerships.reports.money import in_unit
from portal.common import clock
from portal.common.templatetags.look import long_date, number
from portal.documents import report as paper
from portal.documents.paper import Shape, Signature

Status = ReportRow.Status


@dataclass(frozen=True, slots=True)
class PartyLine:
    """One party under the report: who has said yes and when, or who is waited for."""

    party: AgreementParty
    signature: ReportSignature | None
    waiting_for: str


def parties_of(report: StatusReport) -> list[AgreementParty]:
    """Those who are in, in the agreement's order."""
    return [row for row in report.agreement.parties.all() if row.left_on is None]


def party_lines(report: StatusReport) -> list[PartyLine]:
    """In the agreement's order. A published report shows those who signed it, also who has left
    since, and nobody who came later."""
    published = report.state == StatusReport.State.PUBLISHED
    signed = {row.party_id: row for row in report.signatures.all()}
    lines = []
    for party in report.agreement.parties.all():
        signature = signed.get(party.pk)
        if signature is None and (published or party.left_on is not None):
            continue
        waiting = "" if signature else _waiting_for(party)
        lines.append(PartyLine(party, signature, waiting))
    return lines


def _waiting_for(party: AgreementParty) -> str:
    """The contact, or nobody by name; the page then names the party alone."""
    return party.contact.name if party.contact is not None else ""


def key_figures(rows: list[ReportRow]) -> tuple[paper.KeyFigure, ...]:
    """On schedule, completed, and all else that has a status."""
    if not rows:
        return ()
    codes = [row.status for row in rows]
    on_schedule = codes.count(Status.ON_SCHEDULE)
    completed = codes.count(Status.COMPLETED)
    others = sum(1 for code in codes if code) - on_schedule - completed
    return (
        paper.KeyFigure(
            number=number(on_schedule),
            of=number(len(rows)),
            label=_("indsatser følger tidsplanen"),
        ),
        paper.KeyFigure(number=number(completed), label=_("er afsluttet")),
        paper.KeyFigure(
            number=number(others),
            label=_("er forsinket, undervejs, ændret eller indstillet")
            if Status.DELAYED in codes
            else _("er undervejs, ændret eller indstillet"),
        ),
    )


def annex_of(report: StatusReport, rows: list[ReportBudgetRow]) -> paper.Annex:
    years = years_of(map(budget_facts, rows))

    def amount(row: ReportBudgetRow, value: int | None) -> Decimal | None:
        return in_unit(value, report.budget_unit, in_hours=row.in_hours)

    return paper.Annex(
        unit=str(StatusReport.Unit(report.budget_unit).label),
        years=years,
        rows=tuple(
            paper.AnnexRow(
                title=row.title,
                level=paper.Level(row.level),
                amounts=()
                if row.level == ReportBudgetRow.Level.GROUP
                else tuple(amount(row, row.amounts.get(str(year))) for year in years),
                total=amount(row, row.total_ore),
                lasting=amount(row, row.lasting_ore),
            )
            for row in rows
        ),
    )


def period_words(report: StatusReport) -> str:
    return _("%(first)s til %(last)s") % {
        "first": long_date(report.period_from),
        "last": long_date(report.period_to),
    }


def status_words(row: ReportRow) -> str:
    """The party's own words, printed as they are; the code's words where there are none."""
    return row.status_words or (row.get_status_display() if row.status else "")


def public_document_of(report: StatusReport) -> paper.StatusReportDocument:
    """What everybody may read: which organisations have signed and when, and no person's name."""
    document = document_of(report)
    return replace(
        document,
        signatures=tuple(replace(row, name="", title="") for row in document.signatures),
    )


def document_of(report: StatusReport) -> paper.StatusReportDocument:
    """The report as it stands now; published, it says so. Constant in statements."""
    rows = list(report.rows.select_related("initiative"))
    published = report.state == StatusReport.State.PUBLISHED
    texts = ((_("Fortælling"), report.narrative), (_("Eksempler"), report.cases))
    return paper.StatusReportDocument(
        title=report.title,
        subtitle=report.subtitle,
        period=period_words(report),
        parties=tuple(party.organisation.name for party in parties_of(report)),
        status=report.get_state_display(),
        status_shape=Shape.OK if published else Shape.WAIT,
        figures=key_figures(rows),
        initiatives=tuple(
            paper.Initiative(
                number=row.number,
                title=row.title,
                subject=row.initiative.subject if row.initiative else "",
                economy=row.economy,
                status=row.status,
                status_words=status_words(row),
                indicator=row.indicator,
            )
            for row in rows
        ),
        narrative=tuple(paper.Narrative(title=title, text=text) for title, text in texts if text),
        annex=annex_of(report, list(report.budget.all())),
        signatures=tuple(
            Signature(
                party=line.party.organisation.name,
                name=line.signature.user_name if line.signature else "",
                signed_on=clock.local(line.signature.at).date() if line.signature else None,
                waiting_for="" if line.signature else line.waiting_for or _("en leder"),
            )
            for line in party_lines(report)
        ),
    )
