"""An agreement's files, for those who see the agreement."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from partnerships.views.steps import agreement_of
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
