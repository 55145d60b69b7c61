"""The agreement's own page, its document, and who changed what when."""

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from partnerships.documents import document_of
from partnerships.facts import SECTIONS
from partnerships.models import Agreement, AgreementChange
from partnerships.notifications import ALL_SAID_YES
from partnerships.page import load_agreement, page_of, trail_of
from partnerships.page.life import words_of
from partnerships.permissions import reads_inner_words
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common.pagination import numbered_page
from portal.documents.agreement import render_agreement_docx, render_agreement_pdf

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_CHANGES_A_PAGE = 50


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def detail(request: ActorRequest, pk: UUID) -> HttpResponse:
    page = page_of(load_agreement(request.actor, pk), request.actor)
    return render(request, "partnerships/detail.html", {"page": page})


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def file_pdf(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement = load_agreement(request.actor, pk)
    return _file(agreement, render_agreement_pdf(document_of(agreement)), "application/pdf", "pdf")


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def file_docx(request: ActorRequest, pk: UUID) -> HttpResponse:
    agreement = load_agreement(request.actor, pk)
    return _file(agreement, render_agreement_docx(document_of(agreement)), _WORD, "docx")


def _file(agreement: Agreement, content: bytes, content_type: str, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    name = f"samarbejdsaftale-{agreement.number}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def change_list(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Fact by fact, newest first; beside it every step of the agreement's life."""
    agreement = load_agreement(request.actor, pk)
    chosen = request.GET.get("afsnit", "")
    rows = agreement.changes.order_by("-pk")
    if chosen in SECTIONS:
        rows = rows.filter(section=chosen)
    parties = list(agreement.parties.all())
    hidden = () if reads_inner_words(request.actor, agreement) else ALL_SAID_YES
    shown = numbered_page(rows, params=request.GET, size=_CHANGES_A_PAGE)
    context = {
        "agreement": agreement,
        "trail": trail_of(agreement, _("Ændringer")),
        "rows": shown,
        "changes": _together(shown),
        "sections": [(key, section.label) for key, section in SECTIONS.items()],
        "chosen": chosen,
        "events": [
            {
                "words": words_of(event, agreement, parties),
                "event": event,
                "comment": "" if event.verb in hidden else event.comment,
            }
            for event in reversed(agreement.events.all())
        ],
    }
    return render(request, "partnerships/change_list.html", context)


def _together(rows: Iterable[AgreementChange]) -> list[dict[str, object]]:
    """What was saved in one go stands under one heading."""
    found: list[dict[str, object]] = []
    before: tuple[str, int] | None = None
    for row in rows:
        this = (row.section, row.version)
        found.append(
            {"row": row, "section": SECTIONS[row.section].label, "is_first": this != before}
        )
        before = this
    return found
