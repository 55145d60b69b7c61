"""Rights that end between the page's check and its commit (ACC-7).

An actor is resolved before its scope opens. A change therefore looks again, and holds the rows that
give the right until it commits: whoever takes the right away waits for it or is seen by it.
"""

from organisations.models import MembershipRole
from portal.access.actor import Actor, ActorKind
from portal.common.errors import NotAllowed
from referrals.models import PatientLink, ReplyLink


def hold_rights(actor: Actor) -> None:
    """Raise `NotAllowed` unless the actor still is what it was; held until the transaction ends."""
    match actor.kind:
        case ActorKind.USER:
            still = _roles_held(actor)
        case ActorKind.REPLY_LINK:
            still = (
                ReplyLink.objects.filter(
                    pk=actor.link_id or 0, revoked_at__isnull=True, handler__ended_at__isnull=True
                )
                .select_related("handler")
                .select_for_update(no_key=True, of=("self", "handler"))
                .first()
                is not None
            )
        case ActorKind.PATIENT_LINK:
            still = (
                PatientLink.objects.filter(pk=actor.link_id or 0, revoked_at__isnull=True)
                .select_for_update(no_key=True)
                .first()
                is not None
            )
        case _:
            return
    if not still:
        raise NotAllowed()


def _roles_held(actor: Actor) -> bool:
    """Whether an active person still has the roles. In one statement the rows of the roles
    themselves, in their order, as those who take them away delete them, and the person's own."""
    rows = (
        MembershipRole.objects.filter(
            membership__user_id=actor.user_id or 0,
            membership__user__is_active=True,
            membership__organisation_id=actor.organisation_id,
        )
        .order_by("pk")
        .select_related("membership__user")
        # FOR NO KEY UPDATE: a foreign key to the person waits for nobody.
        .select_for_update(no_key=True, of=("self", "membership__user"))
    )
    held = {row.role for row in rows}
    return bool(held) and actor.roles <= held
