"""May this actor do this to that plan? It is visible already."""

from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common.errors import NotAllowed
from portal.succession.models import Succession, SuccessionState


def is_party(actor: Actor, succession: Succession) -> bool:
    return any(row.pk == actor.organisation_id for row in succession.parties)


def may_plan(actor: Actor, succession: Succession) -> bool:
    """Managers and coordinators of its organisations, and the operator, while it is open."""
    if not succession.is_open or not actor.is_strong:
        return False
    if allows(actor, Permission.OPERATE):
        return True
    return allows(actor, Permission.SUCCESSION_PREPARE) and is_party(actor, succession)


def may_approve(actor: Actor, succession: Succession) -> bool:
    """A manager of one of its organisations that has not said yes yet. A person says yes once."""
    if succession.state != SuccessionState.DRAFT or not actor.is_strong:
        return False
    if not allows(actor, Permission.SUCCESSION_APPROVE) or not is_party(actor, succession):
        return False
    standing = [row for row in succession.approvals.all() if row.voided_at is None]
    return not any(
        row.organisation_id == actor.organisation_id or row.user_id == actor.user_id
        for row in standing
    )


def require(allowed: bool) -> None:
    if not allowed:
        raise NotAllowed()
