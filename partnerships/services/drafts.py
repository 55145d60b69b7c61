"""What somebody has typed in a section or a report and not saved: for its author alone, gone after
7 days.

No event and no line in the trail: nothing that anybody else can see has changed.
"""

from uuid import UUID

from partnerships.models import Agreement, ReportDraft, SectionDraft, SectionKey, StatusReport
from partnerships.models.draft import SectionDraftQuerySet
from partnerships.permissions import require_may
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.drafts import LIFE, Typed
from portal.common.errors import NotFound


def save_section_draft(
    *,
    agreement_id: UUID,
    key: str,
    is_suggestion: bool,
    data: Typed,
    actor: Actor,
    amendment_id: UUID | None = None,
) -> SectionDraft:
    """Keep what stands in the editor now, of the agreement or of one of its amendments. Raises
    `NotFound`, `NotAllowed`."""
    agreement = Agreement.objects.visible_to(actor).filter(pk=agreement_id).first()
    if agreement is None or key not in SectionKey.values:
        raise NotFound()
    require_may(actor, Permission.AGREEMENT_WRITE, agreement)
    amendment = None
    if amendment_id is not None:
        amendment = agreement.amendments.filter(pk=amendment_id).first()
        if amendment is None:
            raise NotFound()
    draft, _created = SectionDraft.objects.visible_to(actor).update_or_create(
        author_id=actor.user_id,
        organisation_id=actor.organisation_id,
        agreement=agreement,
        amendment=amendment,
        key=key,
        is_suggestion=is_suggestion,
        defaults={"data": data, "saved_at": clock.now()},
    )
    return draft


def load_section_draft(
    *,
    agreement_id: UUID,
    key: str,
    is_suggestion: bool,
    actor: Actor,
    amendment_id: UUID | None = None,
) -> SectionDraft | None:
    return (
        _own(agreement_id, amendment_id, key, is_suggestion, actor)
        .filter(saved_at__gt=clock.now() - LIFE)
        .first()
    )


def discard_section_draft(
    *,
    agreement_id: UUID,
    key: str,
    is_suggestion: bool,
    actor: Actor,
    amendment_id: UUID | None = None,
) -> None:
    _own(agreement_id, amendment_id, key, is_suggestion, actor).delete()


def _own(
    agreement_id: UUID, amendment_id: UUID | None, key: str, is_suggestion: bool, actor: Actor
) -> SectionDraftQuerySet:
    own = SectionDraft.objects.visible_to(actor).filter(
        agreement_id=agreement_id, key=key, is_suggestion=is_suggestion
    )
    if amendment_id is None:
        return own.filter(amendment__isnull=True)
    return own.filter(amendment_id=amendment_id)


# --- a status report ----------------------------------------------------------------------------
def save_report_draft(*, report_id: UUID, data: Typed, actor: Actor) -> ReportDraft:
    """Keep what stands in the editor now. Raises `NotFound`, `NotAllowed`."""
    report = StatusReport.objects.visible_to(actor).with_page_data().filter(pk=report_id).first()
    if report is None:
        raise NotFound()
    require_may(actor, Permission.AGREEMENT_WRITE, report.agreement)
    draft, _created = ReportDraft.objects.visible_to(actor).update_or_create(
        author_id=actor.user_id,
        organisation_id=actor.organisation_id,
        report=report,
        defaults={"data": data, "saved_at": clock.now()},
    )
    return draft


def load_report_draft(*, report_id: UUID, actor: Actor) -> ReportDraft | None:
    own = ReportDraft.objects.visible_to(actor).filter(report_id=report_id)
    return own.filter(saved_at__gt=clock.now() - LIFE).first()


def discard_report_draft(*, report_id: UUID, actor: Actor) -> None:
    ReportDraft.objects.visible_to(actor).filter(report_id=report_id).delete()


def forget_old_drafts() -> int:
    """A job's work: drafts that nobody has touched for 7 days."""
    deleted = 0
    for model in (SectionDraft, ReportDraft):
        deleted += model.objects.filter(saved_at__lte=clock.now() - LIFE).delete()[0]
    return deleted
