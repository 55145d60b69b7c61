"""What the report's page shows beside the document: whose turn it is, what the reader may do."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from partnerships.models import Agreement, AgreementParty, StatusReport
from partnerships.permissions import may
from partnerships.reports.document import PartyLine, document_of, party_lines, public_document_of
from partnerships.selectors import party_of
from partnerships.services.reports import missing_for_signature
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.documents.paper import danish_number
from portal.documents.report import StatusReportDocument, difference_note, differences


@dataclass(frozen=True, slots=True)
class AnnexLine:
    """A line of the annex, its numbers as they are printed. A group spans the whole `width`."""

    level: str
    title: str
    cells: list[str]
    width: int


@dataclass(frozen=True, slots=True)
class ReportPage:
    report: StatusReport
    paper: StatusReportDocument
    parties: list[PartyLine]
    turn: str
    may_edit: bool
    # The party that the reader may sign for now.
    signs_for: UUID | None
    missing: list[str]
    annex: list[AnnexLine]
    notes: list[str]
    # Whether its agreement stands in the public register, and so the report when it is published.
    is_shown: bool


@dataclass(frozen=True, slots=True)
class PublicReport:
    """The report for everybody: no names, nothing to do but to read it and take it along."""

    report: StatusReport
    paper: StatusReportDocument
    annex: list[AnnexLine]
    notes: list[str]


def public_page_of(report: StatusReport) -> PublicReport:
    """Constant in statements. The report is one of `public()`, loaded `with_page_data`."""
    paper = public_document_of(report)
    return PublicReport(report, paper, _annex(paper), _notes(paper))


def page_of(report: StatusReport, actor: Actor) -> ReportPage:
    """Constant in statements. The report has been loaded `with_page_data`."""
    published = report.state == StatusReport.State.PUBLISHED
    paper, lines = document_of(report), party_lines(report)
    may_edit = not published and may(actor, Permission.AGREEMENT_WRITE, report.agreement)
    own = _unsigned_party(report, actor, lines)
    return ReportPage(
        report=report,
        paper=paper,
        parties=lines,
        turn=turn_of(report, lines),
        may_edit=may_edit,
        signs_for=own.pk if own is not None else None,
        missing=[] if published else missing_for_signature(report),
        annex=_annex(paper),
        notes=_notes(paper),
        is_shown=Agreement.objects.public().filter(pk=report.agreement_id).exists(),
    )


def _notes(paper: StatusReportDocument) -> list[str]:
    return [difference_note(row) for row in differences(paper.annex.rows)]


def _annex(paper: StatusReportDocument) -> list[AnnexLine]:
    width = len(paper.annex.years) + 3
    return [
        AnnexLine(
            level=row.level,
            title=row.title,
            cells=[danish_number(value) for value in (*row.amounts, row.total, row.lasting)],
            width=width,
        )
        for row in paper.annex.rows
    ]


def _unsigned_party(
    report: StatusReport, actor: Actor, lines: list[PartyLine]
) -> AgreementParty | None:
    if not may(actor, Permission.AGREEMENT_SIGN, report.agreement):
        return None
    own = party_of(report.agreement, actor)
    signed = {line.party.pk for line in lines if line.signature is not None}
    return own if own is not None and own.pk not in signed else None


def turn_of(report: StatusReport, lines: list[PartyLine]) -> str:
    """One sentence: who has said yes, and who is missing."""
    if report.state == StatusReport.State.PUBLISHED:
        return _("Alle parter har godkendt.")
    signed = [line.party.organisation.name for line in lines if line.signature is not None]
    waiting = [line.party.organisation.name for line in lines if line.signature is None]
    if not signed:
        return _("Parterne skriver. Ingen har godkendt endnu.")
    return _("%(signed)s har godkendt. %(waiting)s mangler.") % {
        "signed": _and(signed),
        "waiting": _and(waiting),
    }


def _and(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return _("%(first)s og %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}
