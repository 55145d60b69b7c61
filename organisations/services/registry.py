"""The register itself: new organisations, who has been verified, whom to write to, when closed."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from organisations.models import ClosingPeriod, Contact, Organisation, OrganisationProfile
from organisations.permissions import may_set_up, may_verify
from portal.access.actor import Actor
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound


@transaction.atomic
def register_organisation(
    *,
    kind: str,
    name: str,
    slug: str,
    actor: Actor,
    profile: dict[str, Any] | None = None,
    **fields: Any,
) -> Organisation:
    """Enter an organisation, not yet verified. For the operator and for named jobs. `fields` are
    those of the model; `profile` those of an association's own words."""
    if not may_set_up(actor):
        raise NotAllowed()
    organisation = Organisation(kind=kind, name=name, slug=slug, **fields)
    organisation.full_clean(exclude=["parent"])
    organisation.save()
    if organisation.is_association:
        OrganisationProfile.objects.create(organisation=organisation, **(profile or {}))
    trail.record(actor, "organisation.register", organisation, kind=kind)
    return organisation


@transaction.atomic
def verify_organisation(*, organisation_id: int, actor: Actor) -> Organisation:
    """Somebody has made sure that it is what it says. A second click changes nothing.

    Raises `NotFound` and, for a coordinator of another region or one's own organisation,
    `NotAllowed`.
    """
    organisation = (
        Organisation.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .filter(pk=organisation_id)
        .first()
    )
    if organisation is None:
        raise NotFound()
    if not may_verify(actor, organisation):
        raise NotAllowed()
    if organisation.verified_at is None:
        organisation.verified_at = clock.now()
        organisation.verified_by_id = actor.user_id or 0  # 0: a named job
        organisation.save(update_fields=["verified_at", "verified_by_id"])
        trail.record(actor, "organisation.verify", organisation)
    return organisation


@transaction.atomic
def set_contact(
    *,
    purpose: str,
    name: str,
    email: str,
    actor: Actor,
    phone: str = "",
    is_deputy: bool = False,
) -> Contact:
    """Whom to write to. A new address takes the mark of an old one's bounce away."""
    require(actor, Permission.ORGANISATION_EDIT)
    contact = Contact.objects.filter(
        organisation_id=actor.organisation_id, purpose=purpose, is_deputy=is_deputy
    ).first() or Contact(
        organisation_id=actor.organisation_id, purpose=purpose, is_deputy=is_deputy
    )
    if contact.email != email:
        contact.bounced_at = None
    contact.name, contact.email, contact.phone = name, email, phone
    contact.save()
    trail.record(actor, "contact.set", contact, purpose=purpose)
    return contact


@transaction.atomic
def announce_closing(*, first_day: date, last_day: date, actor: Actor) -> ClosingPeriod:
    """Days on which nobody answers: the clocks stand still, and senders see it before sending."""
    require(actor, Permission.ORGANISATION_EDIT)
    if last_day < first_day:
        raise InvalidInput({"last_day": _("Sidste dag ligger før den første.")})
    if last_day < clock.today():
        raise InvalidInput({"last_day": _("Dagene er allerede gået.")})
    if (last_day - first_day).days > 92:
        raise InvalidInput({"last_day": _("Højst tre måneder ad gangen.")})
    period = ClosingPeriod.objects.create(
        organisation_id=actor.organisation_id, first_day=first_day, last_day=last_day
    )
    trail.record(actor, "closing.announce", period)
    return period


@transaction.atomic
def cancel_closing(*, period_id: int, actor: Actor) -> None:
    require(actor, Permission.ORGANISATION_EDIT)
    period = ClosingPeriod.objects.filter(
        organisation_id=actor.organisation_id, pk=period_id
    ).first()
    if period is None:
        raise NotFound()
    trail.record(actor, "closing.cancel", period)
    period.delete()
