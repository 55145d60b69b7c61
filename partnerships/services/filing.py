"""Appendices and data processing agreements that the parties lay in as files."""

from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from partnerships.facts import Change, read
from partnerships.models import Agreement, AgreementSection, AgreementState, Document, SectionKey
from partnerships.permissions import require_may
from partnerships.selectors import party_of
from partnerships.services.mover import lock_agreement, note
from partnerships.services.signing import refuse_unless_pdf, store_document
from partnerships.services.texts import typed
from partnerships.services.writing import put_section
from partnerships.workflow import OVER, WRITABLE
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.common.errors import InvalidInput, WrongState

# Somebody reads or signs just this text: nothing comes in beside it.
_LOCKED: Final = frozenset({AgreementState.INTERNAL_REVIEW, AgreementState.AWAITING_SIGNATURE})


def may_file_in(agreement: Agreement) -> bool:
    return agreement.status not in OVER | _LOCKED


@transaction.atomic
def file_document(
    *, agreement_id: UUID, kind: str, title: str, content: bytes, actor: Actor
) -> Document:
    """Lay a PDF in beside the text. The same kind and title again is its next version; the earlier
    ones stay. The same file twice is one.

    Before the signature it is part of what is signed: the frozen text names it with its
    fingerprint, and earlier yeses to that section no longer count. Raises `NotFound`, `NotAllowed`,
    `WrongState`, and `InvalidInput` for a title of another party's file, or what is no PDF.
    """
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    require_may(actor, Permission.AGREEMENT_WRITE, agreement)
    if not may_file_in(agreement):
        raise WrongState(
            _("Der kan ikke lægges dokumenter ind, når aftalen er »%(state)s«.")
            % {"state": agreement.get_status_display()}
        )
    if kind not in Document.LAID_IN:
        raise InvalidInput({"kind": _("Vælg, hvad det er for et dokument.")})
    title = typed("title", title, 200, needed=_("Giv dokumentet en titel."), line=True)
    refuse_unless_pdf(content)
    same = agreement.documents.filter(kind=kind, title=title).select_related("by_organisation")
    before = same.order_by("-version").first()
    if before is not None and not before.belongs_to(actor.organisation_id):
        raise InvalidInput(
            {"title": _("En anden part har et dokument med den titel. Giv jeres en anden titel.")}
        )
    if before is not None and bytes(before.content) == content:
        return before
    row = store_document(
        agreement,
        kind=kind,
        title=title,
        content=content,
        content_type="application/pdf",
        actor=actor,
    )
    if agreement.status in WRITABLE:
        _say_in_the_text(agreement, row, before, actor)
    note(agreement, "document_filed", actor, details={"name": title, "version": row.version})
    return row


def _say_in_the_text(
    agreement: Agreement, row: Document, before: Document | None, actor: Actor
) -> None:
    key = SectionKey.CLAUSES
    section = AgreementSection.objects.select_for_update().get(agreement=agreement, key=key)
    change = Change(
        label=f"{row.get_kind_display()}: {row.title}",
        old=_named(before) if before is not None else "",
        new=_named(row),
        owners=(None,),
    )
    put_section(
        agreement, section, read(agreement, key), [change], actor, party_of(agreement, actor)
    )


def _named(row: Document) -> str:
    return _("Udgave %(n)s, fingeraftryk %(sha256)s") % {"n": row.version, "sha256": row.sha256}
