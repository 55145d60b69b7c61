"""A published status report for everybody: the page and the files, without the signers' names.

The frozen PDF names who signed and is the parties' own; everybody's is set anew from the same rows,
which a trigger keeps as they were published.
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from partnerships.models import StatusReport
from partnerships.reports.document import public_document_of
from partnerships.reports.page import public_page_of
from partnerships.views.reports import CSV, DOCX, PDF, file_name, file_of
from portal.access.decorators import public
from portal.common.errors import NotFound
from portal.documents.report import render_report_csv, render_report_docx, render_report_pdf


def _report(pk: UUID) -> StatusReport:
    report = StatusReport.objects.public().with_page_data().filter(pk=pk).first()
    if report is None:
        raise NotFound()
    return report


@public
@require_safe
def public_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "partnerships/public_report.html", {"page": public_page_of(_report(pk))})


@public
@require_safe
def public_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    report = _report(pk)
    return file_of(render_report_pdf(public_document_of(report)), PDF, file_name(report, "pdf"))


@public
@require_safe
def public_docx(request: HttpRequest, pk: UUID) -> HttpResponse:
    report = _report(pk)
    return file_of(render_report_docx(public_document_of(report)), DOCX, file_name(report, "docx"))


@public
@require_safe
def public_csv(request: HttpRequest, pk: UUID) -> HttpResponse:
    report = _report(pk)
    return file_of(render_report_csv(public_document_of(report)), CSV, file_name(report, "csv"))
