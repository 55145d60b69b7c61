"""The yearly status report: the list, the paper, writing, signing, and the files."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnerships.forms.reports import BeginForm, Editor
from partnerships.models import Agreement, ReportDraft, StatusReport
from partnerships.permissions import may
from partnerships.reports import facts as shape
from partnerships.reports.document import document_of, party_lines
from partnerships.reports.filling import newest_words
from partnerships.reports.page import page_of, turn_of
from partnerships.services import drafts
from partnerships.services import reports as services
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.accounts.confirming import confirm_first
from portal.common.drafts import Typed, answer_autosave
from portal.common.errors import InvalidInput, NotAllowed, NotFound
from portal.documents.report import render_report_csv, render_report_docx, render_report_pdf

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CSV = "text/csv; charset=utf-8"


def _agreement(request: ActorRequest, pk: UUID) -> Agreement:
    agreement = (
        Agreement.objects.visible_to(request.actor)
        .prefetch_related("parties__organisation")
        .filter(pk=pk)
        .first()
    )
    if agreement is None:
        raise NotFound()
    return agreement


def _report(request: ActorRequest, pk: UUID) -> StatusReport:
    report = StatusReport.objects.visible_to(request.actor).with_page_data().filter(pk=pk).first()
    if report is None:
        raise NotFound()
    return report


# --- the list -------------------------------------------------------------------------------------
@requires(Permission.AGREEMENT_VIEW)
@require_safe
def report_list(request: ActorRequest, pk: UUID) -> HttpResponse:
    """All years of one agreement, the newest first."""
    return _list_page(request, _agreement(request, pk), None)


def _list_page(
    request: ActorRequest, agreement: Agreement, form: BeginForm | None, status: int = 200
) -> HttpResponse:
    reports = (
        StatusReport.objects.visible_to(request.actor).with_page_data().filter(agreement=agreement)
    )
    if form is None and services.may_begin(agreement, request.actor):
        first, last = services.next_period(agreement)
        form = BeginForm(initial={"first": first, "last": last})
    context = {
        "agreement": agreement,
        "reports": [(report, turn_of(report, party_lines(report))) for report in reports],
        "form": form,
    }
    return render(request, "partnerships/report_list.html", context, status=status)


@requires(Permission.AGREEMENT_WRITE)
@require_POST
def report_begin(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement = _agreement(request, pk)
    if not may(request.actor, Permission.AGREEMENT_WRITE, agreement):
        raise NotAllowed()
    form = BeginForm(request.POST)
    if form.is_valid():
        try:
            report = services.begin_report(
                agreement_id=agreement.pk, actor=request.actor, **form.cleaned_data
            )
        except InvalidInput as error:
            for name, sentence in error.errors.items():
                form.add_error(name, sentence)
        else:
            messages.success(request, _("Rapporten er begyndt. Skriv resten sammen."))
            return redirect("partnerships:report-edit", pk=report.pk)
    return _list_page(request, agreement, form, 422)


# --- the paper ------------------------------------------------------------------------------------
@requires(Permission.AGREEMENT_VIEW)
@require_safe
def report_detail(request: ActorRequest, pk: UUID) -> HttpResponse:
    page = page_of(_report(request, pk), request.actor)
    return render(request, "partnerships/report_detail.html", {"page": page})


@requires(Permission.AGREEMENT_SIGN)
@require_POST
def report_sign(request: ActorRequest, pk: UUID) -> HttpResponse:
    """At the signature, in the document: yes to the version that was read."""
    report = _report(request, pk)
    answer = confirm_first(request)
    if answer:
        return answer
    version = request.POST.get("version", "")
    signed = services.sign_report(
        report_id=report.pk,
        version=int(version) if version.isascii() and version.isdecimal() else -1,
        actor=request.actor,
    )
    published = signed.state == StatusReport.State.PUBLISHED
    messages.success(
        request,
        _("Tak. Alle har godkendt, og rapporten er udgivet.")
        if published
        else _("Tak. I har godkendt rapporten. Vi siger til hos dem, der mangler."),
    )
    return redirect("partnerships:report-detail", pk=report.pk)


# --- writing --------------------------------------------------------------------------------------
@requires(Permission.AGREEMENT_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def report_edit(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The whole report on one page. Two who write at once see both versions; nothing is lost."""
    report = _report(request, pk)
    if not may(request.actor, Permission.AGREEMENT_WRITE, report.agreement):
        raise NotAllowed()
    if report.state == StatusReport.State.PUBLISHED:
        messages.info(request, _("Rapporten er udgivet. Den kan ikke ændres."))
        return redirect("partnerships:report-detail", pk=report.pk)
    if request.method != "POST":
        draft = drafts.load_report_draft(report_id=report.pk, actor=request.actor)
        return _edit_page(request, report, _editor(report, None, draft), draft=draft)
    editor = _editor(report, request.POST)
    if not editor.is_valid():
        return _edit_page(request, report, editor, status=422)
    typed = editor.facts()
    try:
        services.save_report(
            report_id=report.pk,
            facts=typed,
            version=editor.form.cleaned_data["version"],
            actor=request.actor,
        )
    except InvalidInput as error:
        editor.take_errors(error.errors)
        return _edit_page(request, report, editor, status=422)
    except services.ReportChangedMeanwhile as error:
        editor.renew(request.POST, error.version)
        conflict = shape.differences(error.now, typed)
        return _edit_page(request, report, editor, conflict=conflict, who=error, status=409)
    drafts.discard_report_draft(report_id=report.pk, actor=request.actor)
    messages.success(request, _("Gemt."))
    return redirect("partnerships:report-detail", pk=report.pk)


def _editor(
    report: StatusReport, data: QueryDict | None, draft: ReportDraft | None = None
) -> Editor:
    return Editor(
        data,
        shape.read(report),
        version=report.version,
        years=range(report.period_from.year, report.period_to.year + 1),
        draft=draft.data if draft is not None else None,
    )


@requires(Permission.AGREEMENT_WRITE)
@require_POST
def report_draft(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Called while typing; answers the sentence to show."""
    report = _report(request, pk)

    def keep(typed: Typed) -> datetime:
        return drafts.save_report_draft(
            report_id=report.pk, data=typed, actor=request.actor
        ).saved_at

    return answer_autosave(request.POST, _editor(report, request.POST).names, keep)


@requires(Permission.AGREEMENT_WRITE)
@require_POST
def report_draft_discard(request: ActorRequest, pk: UUID) -> HttpResponse:
    report = _report(request, pk)
    drafts.discard_report_draft(report_id=report.pk, actor=request.actor)
    messages.success(request, _("Kladden er slettet."))
    return redirect("partnerships:report-edit", pk=report.pk)


def _edit_page(
    request: ActorRequest,
    report: StatusReport,
    editor: Editor,
    *,
    conflict: list[shape.Difference] | None = None,
    who: services.ReportChangedMeanwhile | None = None,
    draft: ReportDraft | None = None,
    status: int = 200,
) -> HttpResponse:
    sources = {str(row.pk): row.source for row in report.rows.all()}
    newest = newest_words(report.agreement, first=report.period_from, last=report.period_to)
    context = {
        "report": report,
        "editor": editor,
        "draft": draft,
        "is_old_draft": draft is not None and draft.data.get("version") != [str(report.version)],
        "rows": [
            (form, _news(form["indicator"].value(), newest.get(_source(form, sources), "")))
            for form in editor.rows
        ],
        "conflict": conflict,
        "conflict_words": who.message if who else "",
    }
    return render(request, "partnerships/report_edit.html", context, status=status)


def _source(form: object, sources: dict[str, str]) -> str:
    return sources.get(str(form["id"].value() or ""), "")  # type: ignore[index]


def _news(written: str | None, newest: str) -> str:
    """What is counted now, where the row says something else."""
    return "" if newest == (written or "") else newest


# --- files ----------------------------------------------------------------------------------------
def file_of(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def file_name(report: StatusReport, ending: str) -> str:
    return f"statusrapport-{report.agreement.number}-{report.period_to.year}.{ending}"


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def report_pdf(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Published: the very file that was frozen then."""
    report = _report(request, pk)
    if report.document is not None:
        content = bytes(report.document.content)
    else:
        content = render_report_pdf(document_of(report))
    return file_of(content, PDF, file_name(report, "pdf"))


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def report_docx(request: ActorRequest, pk: UUID) -> HttpResponse:
    report = _report(request, pk)
    return file_of(render_report_docx(document_of(report)), DOCX, file_name(report, "docx"))


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def report_csv(request: ActorRequest, pk: UUID) -> HttpResponse:
    report = _report(request, pk)
    return file_of(render_report_csv(document_of(report)), CSV, file_name(report, "csv"))
