"""The decision guide, kept step by step; it leads to an agreement, or to none."""

from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation
from partnerships import guide
from partnerships.models import Agreement, AgreementState, AnchoringAssessment
from partnerships.permissions import require_may
from partnerships.services.mover import lock_agreement
from partnerships.services.starting import start_idea
from portal.access.actor import Actor
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.cpr import refuse_cpr
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.common.text import clean_line, clean_text

LONGEST_REASON = 1000


def _checked(field: str, text: str, longest: int) -> str:
    if len(text) > longest:
        raise InvalidInput({field: _("Skriv højst %(longest)s tegn.") % {"longest": longest}})
    try:
        refuse_cpr(text)
    except ValidationError as error:
        raise InvalidInput({field: " ".join(error.messages)}) from error
    return text


@transaction.atomic
def start_assessment(
    *, actor: Actor, title: str, agreement_id: UUID | None = None
) -> AnchoringAssessment:
    """Begin the guide for a need; of an agreement that is there already when `agreement_id` is
    given. Raises `NotAllowed`, `NotFound`, `InvalidInput`."""
    require(actor, Permission.AGREEMENT_WRITE)
    title = _checked("title", clean_line(title), 200)
    if not title:
        raise InvalidInput({"title": _("Skriv kort, hvilket behov det handler om.")})
    agreement = None
    if agreement_id is not None:
        agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
        require_may(actor, Permission.AGREEMENT_WRITE, agreement)
    row = AnchoringAssessment.objects.create(
        organisation_id=actor.organisation_id,
        agreement=agreement,
        title=title,
        guide_version=guide.VERSION,
        created_by_id=actor.user_id,
        created_by_name=actor.name,
    )
    trail.record(actor, "assessment.start", row)
    return row


def _lock(assessment_id: UUID, actor: Actor) -> AnchoringAssessment:
    row = (
        AnchoringAssessment.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .filter(pk=assessment_id)
        .first()
    )
    if row is None:
        raise NotFound()
    require(actor, Permission.AGREEMENT_WRITE)
    if row.organisation_id != actor.organisation_id:
        raise NotAllowed()
    return row


def is_locked(row: AnchoringAssessment) -> bool:
    """The reasons of an agreement that is past its draft stay as they were."""
    return row.agreement is not None and row.agreement.status not in (
        AgreementState.IDEA,
        AgreementState.DRAFT,
    )


@transaction.atomic
def answer_question(
    *,
    assessment_id: UUID,
    key: str,
    answer: str,
    reason: str = "",
    together: str = "",
    across: str = "",
    actor: Actor,
) -> AnchoringAssessment:
    """Keep one answer. When it was the last one the recommendation is written and kept; when an
    answer is changed later, anew."""
    row = _lock(assessment_id, actor)
    if key not in {asked.key for asked in guide.questions()}:
        raise NotFound()
    if is_locked(row):
        raise WrongState(_("Aftalen er på vej. Svarene står, som de var."))
    reason = _checked("reason", clean_text(reason), LONGEST_REASON)
    if answer not in guide.Choice.values:
        raise InvalidInput({"answer": _("Vælg et af svarene.")})
    kept = {"answer": answer, "reason": reason}
    for name, value in (("together", together), ("across", across)):
        if value and value not in guide.Choice.values:
            raise InvalidInput({name: _("Vælg et af svarene.")})
        kept[name] = value
    row.answers = {**row.answers, key: kept}
    if guide.is_complete(row.answers):
        row.recommendation = guide.recommend(row.answers).as_text()
        row.finished_at = clock.now()
    row.save(update_fields=["answers", "recommendation", "finished_at"])
    trail.record(actor, "assessment.answer", row, question=key)
    return row


@transaction.atomic
def start_agreement_from(
    *,
    assessment_id: UUID,
    title: str,
    kind: str,
    partners: Sequence[Organisation],
    actor: Actor,
) -> Agreement:
    """An idea that comes of the guide, with the guide's answers beside it. Raises `WrongState` when
    one has come of it already, or while answers are missing."""
    row = _lock(assessment_id, actor)
    if row.agreement_id is not None:
        raise WrongState(_("Der er allerede en aftale ud fra guiden."))
    if row.finished_at is None:
        raise WrongState(_("Svar på alle spørgsmål først."))
    own = Organisation.objects.get(pk=actor.organisation_id)
    others = [one for one in partners if one.pk != own.pk]
    title = _checked("title", clean_line(title), 200)
    agreement = start_idea(actor=actor, title=title, parties=[own, *others], kind=kind)
    row.agreement = agreement
    row.save(update_fields=["agreement"])
    trail.record(actor, "assessment.link", row)
    return agreement


__all__ = ["answer_question", "is_locked", "start_agreement_from", "start_assessment"]
