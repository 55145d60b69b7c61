"""*Meld en bekymring*: to the receiver's manager and the coordinator of the area, to its end."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from offers.models import Offer
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.cpr import refuse_cpr
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from referrals import notifications
from referrals.models import Concern, Referral

LONGEST = 4000


@transaction.atomic
def report_concern(
    *, actor: Actor, offer: Offer, text: str, referral: Referral | None = None
) -> Concern:
    """Anybody may report; nobody is asked who they are. Raises `InvalidInput`."""
    concern = Concern(
        offer=offer,
        organisation_id=offer.organisation_id,
        municipality_id=(
            referral.municipality_id if referral else offer.organisation.municipality_id
        ),
        referral=referral,
        text=_checked(text),
        reported_at=clock.now(),
    )
    concern.save(force_insert=True)
    trail.record(actor, "concern.report", concern)
    notifications.queue_concern(concern)
    return concern


@transaction.atomic
def take_concern(*, actor: Actor, concern_id: UUID) -> Concern:
    concern = _locked(actor, concern_id)
    if concern.status != Concern.Status.NEW:
        raise WrongState(_("Bekymringen bliver allerede behandlet."))
    concern.status = Concern.Status.IN_HAND
    concern.taken_at, concern.taken_by_id = clock.now(), actor.user_id
    concern.save(update_fields=["status", "taken_at", "taken_by_id"])
    trail.record(actor, "concern.take", concern)
    return concern


@transaction.atomic
def close_concern(*, actor: Actor, concern_id: UUID, conclusion: str) -> Concern:
    """Its end, with what was done about it."""
    concern = _locked(actor, concern_id)
    if concern.status == Concern.Status.CLOSED:
        raise WrongState(_("Bekymringen er allerede afsluttet."))
    concern.conclusion = _checked(conclusion)
    concern.status = Concern.Status.CLOSED
    concern.closed_at, concern.closed_by_id = clock.now(), actor.user_id
    concern.save(update_fields=["conclusion", "status", "closed_at", "closed_by_id"])
    trail.record(actor, "concern.close", concern)
    return concern


def may_handle(actor: Actor) -> bool:
    return allows(actor, Permission.CONCERN_HANDLE) or allows(actor, Permission.MEMBERS_MANAGE)


def _locked(actor: Actor, concern_id: UUID) -> Concern:
    concern = Concern.objects.visible_to(actor).select_for_update().filter(pk=concern_id).first()
    if concern is None:
        raise NotFound()
    if not may_handle(actor):
        raise NotAllowed()
    return concern


def _checked(text: str) -> str:
    cleaned = text.strip()
    if not cleaned:
        raise InvalidInput({"text": _("Skriv med dine egne ord, hvad der bekymrer dig.")})
    if len(cleaned) > LONGEST:
        raise InvalidInput(
            {
                "text": _("Teksten er for lang: %(length)s tegn. Skriv højst %(longest)s.")
                % {"length": len(cleaned), "longest": LONGEST}
            }
        )
    try:
        refuse_cpr(cleaned)
    except ValidationError as error:
        raise InvalidInput({"text": error.messages[0]}) from error
    return cleaned
