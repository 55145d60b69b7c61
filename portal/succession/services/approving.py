"""Saying yes: one manager for each organisation, to the plan that the dry run was made of."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import Membership, Role
from portal.access.actor import Actor
from portal.audit import trail
from portal.common import clock
from portal.common.errors import NotAllowed, WrongState
from portal.succession.hindrances import hindrances
from portal.succession.models import Succession, SuccessionApproval, SuccessionState
from portal.succession.permissions import may_approve, require
from portal.succession.services.planning import lock_plan
from portal.succession.survey import blocks


@transaction.atomic
def approve(*, succession_id: UUID, plan: str, actor: Actor) -> Succession:
    """The own organisation's yes. `plan` is the fingerprint that stood on the page. The last yes
    makes the plan approved.

    A person says yes for one organisation only, so nobody carries a plan through alone, whoever
    prepared it. Raises `NotFound`, `NotAllowed`, `WrongState` for a changed or unfinished plan.
    """
    row = lock_plan(succession_id=succession_id, actor=actor)
    require(may_approve(actor, row))
    # A right that is taken away at the same moment is taken away.
    still = Membership.objects.visible_to(actor).of_user(actor.user_id or 0).with_role(Role.MANAGER)
    if not still.exists():
        raise NotAllowed()
    if plan != row.fingerprint:
        raise WrongState(_("Planen er ændret, siden du åbnede siden. Læs den igen."))
    if not row.is_reported or row.reported_at is None:
        raise WrongState(_("Prøvekørslen er ved at blive lavet. Prøv igen om et minut."))
    if blocks(row.report) or any(hindrances(row)):
        raise WrongState(_("Der er noget, der skal afklares først. Se listen på siden."))
    SuccessionApproval.objects.create(
        succession=row,
        organisation_id=actor.organisation_id,
        plan=plan,
        reported_at=row.reported_at,
        at=clock.now(),
        user_id=actor.user_id or 0,
        user_name=actor.name,
    )
    trail.record(actor, "succession.approve", row, plan=plan[:16])
    if not missing_approvals(row):
        row.state, row.approved_at = SuccessionState.APPROVED, clock.now()
        row.save(update_fields=["state", "approved_at"])
        trail.record(actor, "succession.approved", row, plan=plan[:16])
    return row


def missing_approvals(row: Succession) -> set[int]:
    """Organisations that have not said yes to the plan as it stands."""
    given = row.approvals.filter(voided_at__isnull=True, plan=row.fingerprint)
    return {one.pk for one in row.parties} - set(given.values_list("organisation_id", flat=True))
