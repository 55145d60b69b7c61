"""An agreement's files, for those who see the agreement."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from partnerships import services
from partnerships.forms.moving import DocumentForm
from partnerships.models import Agreement, Document
from partnerships.permissions import require_may
from partnerships.views.steps import Step, agreement_of, pages, take, to_agreement, too_late
from portal.access.decorators import ActorRequest, requires
from portal.access.permissions import Permission
from portal.common.errors import NotFound

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# Nothing in a file that somebody laid in runs here, whatever the browser makes of it.
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"

_PLAIN = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
_ENDING = {"application/pdf": ".pdf", DOCX: ".docx", "text/csv": ".csv"}


@requires(Permission.AGREEMENT_VIEW)
@require_safe
def document(request: ActorRequest, pk: UUID, document: UUID) -> HttpResponse:
    agreement = agreement_of(request, pk)
    row = agreement.documents.filter(pk=document).first()
    if row is None:
        raise NotFound()
    words = f"{agreement.number} {row.get_kind_display()} v{row.version}".lower()
    name = slugify(words.translate(_PLAIN))
    response = HttpResponse(bytes(row.content), content_type=row.content_type)
    response["Content-Disposition"] = (
        f'attachment; filename="{name}{_ENDING.get(row.content_type, "")}"'
    )
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    return response


_FILE = Step(
    title=_("Læg et dokument ind"),
    lead=_("Et bilag eller en databehandleraftale, som parterne skal kunne finde ved aftalen."),
    submit=_("Læg dokumentet ind"),
    done=_("Dokumentet er lagt ind. De andre parter får besked."),
    happens=(
        _("Alle parter kan læse det. Kun I kan lægge en ny udgave ind."),
        _("Lægges det ind, før I skriver under, er det en del af det, I skriver under på."),
    ),
)


@requires(Permission.AGREEMENT_WRITE)
@pages
def document_create(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Lay a PDF in. `?udgave=` is the own document that gets a new version."""
    agreement = agreement_of(request, pk)
    require_may(request.actor, Permission.AGREEMENT_WRITE, agreement)
    if not services.may_file_in(agreement):
        return too_late(request, agreement)
    posted = request.method == "POST"
    form = DocumentForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        initial=_earlier(request, agreement),
    )

    def act(data: dict[str, Any]) -> object:
        return services.file_document(
            agreement_id=pk,
            kind=data["kind"],
            title=data["title"],
            content=data["file"],
            actor=request.actor,
        )

    return take(
        request, agreement, _FILE, act, form=form, to=lambda _row: to_agreement(pk, "dokumenter")
    )


def _earlier(request: ActorRequest, agreement: Agreement) -> dict[str, str]:
    wanted = request.GET.get("udgave", "")
    rows = agreement.documents.filter(kind__in=Document.LAID_IN).defer("content")
    found = next((row for row in rows if str(row.pk) == wanted), None)
    return {"kind": found.kind, "title": found.title} if found else {}
