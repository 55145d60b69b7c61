"""Writing a plan, changing it and giving it up."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import Organisation
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.common.text import clean_line
from portal.geography.models import Municipality
from portal.succession.hindrances import hindrances
from portal.succession.models import (
    Succession,
    SuccessionPart,
    SuccessionState,
)
from portal.succession.permissions import may_plan, require
from portal.succession.survey import choices_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """From whom to whom; without municipalities everything that no other arrow takes."""

    source: Organisation
    target: Organisation
    municipalities: Sequence[Municipality] = ()


def lock_plan(*, succession_id: UUID, actor: Actor) -> Succession:
    """The row, locked before anything is asked of it. Raises `NotFound`."""
    row = (
        Succession.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .filter(pk=succession_id)
        .first()
    )
    if row is None:
        raise NotFound()
    return row


@transaction.atomic
def prepare(
    *, effective_on: date, arrows: Sequence[Arrow], actor: Actor, reason: str = ""
) -> Succession:
    """A new draft. Raises `NotAllowed` for somebody whom it does not concern, and `InvalidInput`
    with what to change."""
    own = {arrow.source.pk for arrow in arrows} | {arrow.target.pk for arrow in arrows}
    if not actor.is_system and not allows(actor, Permission.OPERATE):
        if not allows(actor, Permission.SUCCESSION_PREPARE):
            raise NotAllowed()
        if actor.organisation_id not in own:
            raise InvalidInput({"parts": _("Jeres egen organisation skal være med i planen.")})
    row = Succession.objects.create(
        effective_on=effective_on,
        prepared_by_id=actor.user_id,
        prepared_by_name=actor.name,
    )
    _write(row, effective_on, arrows, reason)
    trail.record(actor, "succession.prepare", row, on=effective_on.isoformat())
    return row


@transaction.atomic
def change_plan(
    *,
    succession_id: UUID,
    effective_on: date,
    arrows: Sequence[Arrow],
    actor: Actor,
    reason: str = "",
) -> Succession:
    """Another day or other arrows. Approvals of the old plan count no more."""
    row = lock_plan(succession_id=succession_id, actor=actor)
    require(actor.is_system or may_plan(actor, row))
    if not row.is_open:
        raise WrongState()
    before = row.fingerprint
    _write(row, effective_on, arrows, reason)
    if not actor.is_system and not allows(actor, Permission.OPERATE):
        own = {arrow.source.pk for arrow in arrows} | {arrow.target.pk for arrow in arrows}
        if actor.organisation_id not in own:
            raise InvalidInput({"parts": _("Jeres egen organisation skal være med i planen.")})
    if row.fingerprint != before:
        _void_approvals(row)
    trail.record(actor, "succession.change", row, on=effective_on.isoformat())
    return row


def _write(row: Succession, effective_on: date, arrows: Sequence[Arrow], reason: str) -> None:
    _check(effective_on, arrows)
    row.effective_on, row.reason = effective_on, clean_line(reason)[:400]
    row.changed_at = clock.now()
    row.save()
    row.parts.all().delete()
    for arrow in arrows:
        part = SuccessionPart.objects.create(
            succession=row,
            source=arrow.source,
            target=arrow.target,
            takes_rest=not arrow.municipalities,
        )
        part.municipalities.set(arrow.municipalities)
    # Prefetched parts would be those of before.
    row._prefetched_objects_cache = {}  # type: ignore[attr-defined]  # Django's own name
    wrong = [f"{text} {advice}" for text, advice in hindrances(row)]
    if wrong:
        raise InvalidInput({"parts": " ".join(wrong)})


def _check(effective_on: date, arrows: Sequence[Arrow]) -> None:
    if effective_on < clock.today():
        raise InvalidInput({"effective_on": _("Vælg en dag, der ikke er gået.")})
    pairs = [(arrow.source.pk, arrow.target.pk) for arrow in arrows]
    if len(pairs) != len(set(pairs)):
        raise InvalidInput({"parts": _("Den samme overdragelse står to gange.")})
    rests = [arrow.source.pk for arrow in arrows if not arrow.municipalities]
    if len(rests) != len(set(rests)):
        raise InvalidInput(
            {
                "parts": _(
                    "Kun én kan overtage resten af en organisation. Skriv kommuner ved de andre."
                )
            }
        )
    places = [(arrow.source.pk, row.pk) for arrow in arrows for row in arrow.municipalities]
    if len(places) != len(set(places)):
        raise InvalidInput({"parts": _("En kommune kan kun gå til én.")})


def _void_approvals(row: Succession) -> None:
    row.approvals.filter(voided_at__isnull=True).update(voided_at=clock.now())
    row.state, row.approved_at, row.hindrance = SuccessionState.DRAFT, None, ""
    row.save(update_fields=["state", "approved_at", "hindrance"])


@transaction.atomic
def choose_frames(*, succession_id: UUID, lasting: Collection[UUID], actor: Actor) -> Succession:
    """Which frame agreements go on where two would meet. A new choice is a new plan."""
    row = lock_plan(succession_id=succession_id, actor=actor)
    require(actor.is_system or may_plan(actor, row))
    if not row.is_open:
        raise WrongState()
    known = {
        UUID(option["agreement"]) for one in choices_of(row.report) for option in one["options"]
    }
    if not set(lasting) <= known:
        raise InvalidInput({"lasting": _("Vælg mellem de aftaler, der står på siden.")})
    before = row.fingerprint
    row.lasting = sorted(set(lasting), key=str)
    if row.fingerprint == before:
        return row
    row.changed_at, row.reported_plan = clock.now(), ""
    row.save(update_fields=["lasting", "changed_at", "reported_plan"])
    _void_approvals(row)
    trail.record(actor, "succession.choose", row)
    return row


@transaction.atomic
def ask_for_report(*, succession_id: UUID, actor: Actor) -> Succession:
    """A new dry run, made by the job within a minute: a page may not count referrals."""
    row = lock_plan(succession_id=succession_id, actor=actor)
    require(actor.is_system or may_plan(actor, row))
    if not row.is_open:
        raise WrongState()
    row.reported_plan = ""
    row.save(update_fields=["reported_plan"])
    trail.record(actor, "succession.ask_for_report", row)
    return row


@transaction.atomic
def cancel(*, succession_id: UUID, reason: str, actor: Actor) -> Succession:
    """Give the plan up; it stays to be read. Raises `WrongState` after the day."""
    row = lock_plan(succession_id=succession_id, actor=actor)
    if not row.is_open:
        raise WrongState()
    require(actor.is_system or may_plan(actor, row))
    reason = clean_line(reason)[:400]
    if not reason:
        raise InvalidInput({"reason": _("Skriv, hvorfor planen annulleres.")})
    row.state, row.cancelled_at = SuccessionState.CANCELLED, clock.now()
    row.cancelled_by_name, row.cancel_reason, row.approved_at = actor.name, reason, None
    row.save()
    trail.record(actor, "succession.cancel", row)
    return row
