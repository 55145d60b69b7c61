"""One organisation takes over another's people, places and name: each step of the day.

Called by `portal.succession` alone, which holds the approved plan and the locks of both rows. Every
function may be called twice: what has moved is not there to be moved again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.models import (
    Contact,
    Invitation,
    Membership,
    MembershipRole,
    NamedHandler,
    Organisation,
    Role,
)
from organisations.permissions import fit_kind
from portal.access.actor import Actor
from portal.accounts.models import User
from portal.accounts.sessions import end_sessions
from portal.audit import trail
from portal.common import clock
from portal.common.errors import NotAllowed, WrongState
from portal.geography.models import Region

# Who finishes the referrals that are open on the day, in the organisation that has ended.
STAY_WITH_REFERRALS: Final = frozenset({Role.CLINICIAN, Role.HANDLER})
NOT_ACTIVE = _("Modtageren er ikke aktiv. Vælg en anden, der overtager.")


def require_job(actor: Actor) -> None:
    """These doors are for the job of an approved plan. Raises `NotAllowed`."""
    if not actor.is_system:
        raise NotAllowed()


def lock_organisations(ids: Collection[int]) -> dict[int, Organisation]:
    """The rows, locked in one order, so that two plans wait for each other."""
    rows = (
        Organisation.objects.select_for_update(of=("self",))
        .select_related("region")
        .filter(pk__in=ids)
        .order_by("pk")
    )
    return {row.pk: row for row in rows}


def fitting_roles(kind: str, roles: Iterable[str]) -> set[str]:
    """The roles that an organisation of this kind knows."""
    return {role for role in roles if fit_kind(kind, [role])}


@transaction.atomic
def transfer_members(*, source: Organisation, target: Organisation, actor: Actor) -> int:
    """Everybody gets the same roles in the target, beside those already held there.

    Clinicians and handlers keep these two roles in the source, for its open referrals; every other
    right in it ends. All sessions of each person end: the rights have changed.
    """
    require_job(actor)
    held: dict[int, set[str]] = defaultdict(set)
    for membership, role in MembershipRole.objects.filter(
        membership__organisation=source
    ).values_list("membership_id", "role"):
        held[membership].add(role)
    moved = 0
    rows = Membership.objects.filter(organisation=source).select_related("user").order_by("pk")
    for old in rows:
        going = held[old.pk] - STAY_WITH_REFERRALS
        staying = held[old.pk] & STAY_WITH_REFERRALS
        if not going and _roles_in(old.user_id, target) >= fitting_roles(target.kind, staying):
            continue  # has moved
        moved += 1
        _join(old, held[old.pk], target, actor)
        if staying:
            old.roles.exclude(role__in=staying).delete()
            trail.record(actor, "membership.roles", old, after=",".join(sorted(staying)))
        else:
            trail.record(actor, "membership.end", old, roles=",".join(sorted(going)))
            old.delete()
        if old.user.last_organisation_id in (None, source.pk):
            User.objects.filter(pk=old.user_id).update(last_organisation_id=target.pk)
        end_sessions(old.user_id)
    return moved


def _roles_in(user_id: int, organisation: Organisation) -> set[str]:
    rows = MembershipRole.objects.filter(
        membership__user_id=user_id, membership__organisation=organisation
    )
    return set(rows.values_list("role", flat=True))


def _join(old: Membership, roles: set[str], target: Organisation, actor: Actor) -> None:
    known = fitting_roles(target.kind, roles)
    if not known:
        return
    new, _created = Membership.objects.get_or_create(
        user_id=old.user_id,
        organisation=target,
        defaults={"organisation_kind": target.kind},
    )
    missing = known - set(new.roles.values_list("role", flat=True))
    MembershipRole.objects.bulk_create(
        MembershipRole(membership=new, organisation_kind=target.kind, role=role)
        for role in sorted(missing)
    )
    trail.record(
        actor,
        "membership.transfer",
        new,
        source=str(old.organisation_id),
        roles=",".join(sorted(known)),
    )


@transaction.atomic
def transfer_children(
    *, source: Organisation, target: Organisation, ids: Collection[int], actor: Actor
) -> int:
    """Hospitals, departments and councils below the source belong below the target."""
    require_job(actor)
    children = list(Organisation.objects.filter(parent=source, pk__in=ids).order_by("pk"))
    for child in children:
        child.parent = target
        child.save(update_fields=["parent"])
        trail.record(
            actor,
            "organisation.transfer",
            child,
            source=str(source.pk),
            target=str(target.pk),
        )
    return len(children)


@transaction.atomic
def move_region(
    *, ended: Region, new: Region, municipality_ids: Collection[int] | None, actor: Actor
) -> int:
    """Organisations that lie in the ended region lie in the new one. Regions themselves stay.
    With `municipality_ids` only those that lie there: a region that is split."""
    require_job(actor)
    rows = Organisation.objects.filter(region=ended).exclude(kind="region")
    if municipality_ids is not None:
        rows = rows.filter(municipality_id__in=municipality_ids)
    return rows.update(region=new)


@transaction.atomic
def transfer_contacts(*, source: Organisation, target: Organisation, actor: Actor) -> int:
    """Contacts, named handlers and open invitations, where the target has none of its own.

    A named handler goes with the promise that was given; the terms do not: a manager of the target
    says yes to those.
    """
    require_job(actor)
    moved = 0
    there = set(Contact.objects.filter(organisation=target).values_list("purpose", "is_deputy"))
    for contact in Contact.objects.filter(organisation=source).order_by("pk"):
        if (contact.purpose, contact.is_deputy) not in there:
            contact.organisation = target
            contact.save(update_fields=["organisation"])
            trail.record(actor, "contact.transfer", contact, source=str(source.pk))
            moved += 1
    moved += _copy_handlers(source, target, actor)
    return moved + _transfer_invitations(source, target, actor)


def _copy_handlers(source: Organisation, target: Organisation, actor: Actor) -> int:
    """Those of the source still answer its open referrals, so they are copied and not moved."""
    named = set(
        NamedHandler.objects.current().filter(organisation=target).values_list("email", flat=True)
    )
    copied = 0
    for row in NamedHandler.objects.current().filter(organisation=source).order_by("pk"):
        if row.email in named:
            continue
        copy = NamedHandler.objects.create(
            organisation=target,
            user_id=row.user_id,
            name=row.name,
            email=row.email,
            phone=row.phone,
            is_deputy=row.is_deputy,
            promised_at=row.promised_at,
            bounced_at=row.bounced_at,
        )
        trail.record(actor, "handler.transfer", copy, source=str(source.pk))
        copied += 1
    return copied


def _transfer_invitations(source: Organisation, target: Organisation, actor: Actor) -> int:
    """The link in the mail stays good; it opens the target."""
    invited = {
        email.lower()
        for email in Invitation.objects.filter(
            organisation=target, accepted_at__isnull=True, withdrawn_at__isnull=True
        ).values_list("email", flat=True)
    }
    moved = 0
    for row in Invitation.objects.open().filter(organisation=source).order_by("pk"):
        roles = sorted(fitting_roles(target.kind, row.roles))
        if row.email.lower() in invited or not roles:
            row.withdrawn_at = clock.now()
            row.save(update_fields=["withdrawn_at"])
            trail.record(actor, "invitation.withdraw", row)
            continue
        row.organisation, row.roles = target, roles
        row.save(update_fields=["organisation", "roles"])
        trail.record(actor, "invitation.transfer", row, source=str(source.pk))
        moved += 1
    return moved


@transaction.atomic
def cede_organisation(*, source: Organisation, successor: Organisation, actor: Actor) -> None:
    """The source ends. Its address points on, it takes no referrals, and it sends none.

    What it had taken over itself now belongs to the successor, so no address needs two steps.
    """
    require_job(actor)
    if not successor.is_active:
        raise WrongState(NOT_ACTIVE)
    source.status = Organisation.Status.CEDED
    source.succeeded_by = successor
    source.takes_referrals = False
    source.save(update_fields=["status", "succeeded_by", "takes_referrals"])
    Organisation.objects.filter(succeeded_by=source).update(succeeded_by=successor)
    trail.record(actor, "organisation.cede", source, target=str(successor.pk))


@transaction.atomic
def close_organisation(*, organisation_id: int, actor: Actor) -> bool:
    """The last open referral has ended: nobody acts for a ceded organisation any more. True when it
    was closed now."""
    require_job(actor)
    row = lock_organisations([organisation_id]).get(organisation_id)
    if row is None or row.status != Organisation.Status.CEDED:
        return False
    for member in Membership.objects.filter(organisation=row).prefetch_related("roles"):
        roles = ",".join(sorted(held.role for held in member.roles.all()))
        trail.record(actor, "membership.end", member, roles=roles)
        user_id = member.user_id
        member.delete()
        User.objects.filter(Q(pk=user_id) & Q(last_organisation_id=row.pk)).update(
            last_organisation_id=row.succeeded_by_id
        )
        end_sessions(user_id)
    for handler in NamedHandler.objects.current().filter(organisation=row):
        handler.ended_at = clock.now()
        handler.save(update_fields=["ended_at"])
        trail.record(actor, "handler.end", handler)
    row.status = Organisation.Status.CLOSED
    row.save(update_fields=["status"])
    trail.record(actor, "organisation.close", row)
    return True
