"""The one place that writes an agreement's status, and the steps that every change shares.

Row lock, then state check, then row, event, audit and outbox in one transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from partnerships import notifications
from partnerships.guards import Missing
from partnerships.models import Agreement, AgreementEvent, Amendment
from partnerships.permissions import require_move
from partnerships.workflow import AMENDABLE, TRANSITIONS
from portal.access.actor import Actor
from portal.audit import trail
from portal.common import clock
from portal.common.errors import DomainError, InvalidInput, NotFound, WrongState


class NotReady(DomainError):
    """A guard said no; `missing` names each thing with its section."""

    status = 422

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__(
            _("Aftalen kan ikke gå videre endnu. %(sentences)s")
            % {"sentences": " ".join(row.sentence for row in missing)}
        )
        self.missing = list(missing)


def lock_agreement(*, agreement_id: UUID, actor: Actor) -> Agreement:
    """The row, locked until the transaction ends, with its parties. Raises `NotFound`."""
    rows = Agreement.objects.all() if actor.is_system else Agreement.objects.visible_to(actor)
    found = rows.filter(pk=agreement_id).select_for_update(of=("self",))
    agreement = found.prefetch_related("parties__organisation").first()
    if agreement is None:
        raise NotFound()
    return agreement


def lock_amendment(
    agreement_id: UUID, amendment_id: UUID, actor: Actor
) -> tuple[Agreement, Amendment]:
    """Agreement and amendment, locked in that order. Raises `NotFound`."""
    agreement = lock_agreement(agreement_id=agreement_id, actor=actor)
    row = agreement.amendments.select_for_update().filter(pk=amendment_id).first()
    if row is None:
        raise NotFound()
    return agreement, row


def refuse_unless_amendable(agreement: Agreement) -> None:
    """An amendment that was not signed in time can only be taken back. Raises `WrongState`."""
    if agreement.status not in AMENDABLE:
        raise WrongState(_("Aftalen gælder ikke længere. Træk tillægget tilbage."))


def refuse_open_amendment(agreement: Agreement) -> None:
    """An open amendment stops people, never jobs. Raises `WrongState`."""
    row = agreement.amendments.filter(
        state__in=[
            Amendment.State.DRAFT,
            Amendment.State.AWAITING_SIGNATURE,
            Amendment.State.SIGNED,
        ]
    ).first()
    if row is not None:
        raise WrongState(
            _("Tillæg %(number)s er åbent. Gør det færdigt, eller træk det tilbage først.")
            % {"number": row.number}
        )


def new_event(
    agreement: Agreement,
    verb: str,
    actor: Actor,
    *,
    old: str = "",
    comment: str = "",
    details: Mapping[str, Any] | None = None,
) -> AgreementEvent:
    return AgreementEvent(
        agreement=agreement,
        at=clock.now(),
        verb=verb,
        old=old or agreement.status,
        new=agreement.status,
        comment=comment,
        details=dict(details or {}),
        actor_name=actor.name,
        **actor.as_columns(),
    )


def turn(
    agreement: Agreement,
    verb: str,
    actor: Actor,
    *,
    comment: str = "",
    details: Mapping[str, Any] | None = None,
) -> AgreementEvent:
    """Check the move and put it on the locked, unsaved row. Raises `NotAllowed`, `WrongState`."""
    require_move(actor, verb, agreement)
    step = TRANSITIONS[verb]
    if agreement.status not in step.sources:
        raise WrongState()
    if not actor.is_system:
        refuse_open_amendment(agreement)
    old, agreement.status = agreement.status, step.target
    agreement.status_changed_at = agreement.updated_at = clock.now()
    return new_event(agreement, verb, actor, old=old, comment=comment, details=details)


def keep(agreement: Agreement, event: AgreementEvent, actor: Actor) -> None:
    """Row, event, audit and outgoing mail, together. The database's own no becomes a sentence."""
    try:
        with transaction.atomic():
            agreement.save()
    except DatabaseError as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        raise WrongState(sentence) from error
    event.save(force_insert=True)
    trail.record(actor, f"agreement.{event.verb}", agreement, new=event.new)
    notifications.queue_for(event, agreement)


def note(
    agreement: Agreement,
    verb: str,
    actor: Actor,
    *,
    comment: str = "",
    details: Mapping[str, Any] | None = None,
    told: bool = True,
) -> AgreementEvent:
    """Record something that leaves the state alone: event, audit and (`told`) mail."""
    event = new_event(agreement, verb, actor, comment=comment, details=details)
    event.save(force_insert=True)
    trail.record(actor, f"agreement.{verb}", agreement)
    if told:
        notifications.queue_for(event, agreement)
    return event


def sentence_of(error: DatabaseError) -> str | None:
    text = str(error)
    if "one_active_frame_agreement_per_pair" in text:
        return _(
            "Parterne har allerede en rammeaftale i den periode. "
            "Afslut den, eller vælg andre datoer."
        )
    if "agreement_guard" in text:
        return _("Aftalen mangler noget, før den kan gå videre. Se listen på aftalens side.")
    return None


def require_comment(comment: str, sentence: str) -> str:
    comment = comment.strip()
    if not comment:
        raise InvalidInput({"comment": sentence})
    return comment
