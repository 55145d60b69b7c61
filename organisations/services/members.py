"""Who is in an organisation and with which roles (ACC-6, ACC-7, ACC-9).

Every change takes the lock of the organisation first and then asks anew whether the actor is its
manager: a right that is taken away at the same moment is taken away.
"""

from collections.abc import Collection

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from organisations.models import (
    IN_USE,
    Membership,
    MembershipRole,
    NamedHandler,
    Organisation,
    Role,
)
from organisations.permissions import fit_kind, is_own, may_set_up
from portal.access.actor import Actor
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.accounts.models import User
from portal.accounts.sessions import end_sessions
from portal.audit import trail
from portal.common import clock
from portal.common.errors import DomainError, InvalidInput, NotAllowed, NotFound

WRONG_ROLES = _("Vælg mindst én rolle, som organisationen kender.")
LAST_MANAGER = _("Der skal altid være en leder. Gør først en anden til leder.")
OWN_ROLES = _("Du kan ikke give dig selv flere roller. Bed en anden leder om det.")


def lock_as_manager(actor: Actor) -> Organisation:
    """The actor's organisation, locked, after a look at the database: is this still a manager?"""
    require(actor, Permission.MEMBERS_MANAGE)
    organisation = (
        Organisation.objects.run_by(actor)
        # NO KEY: what merely refers to the organisation, such as an answer, does not wait.
        .select_for_update(no_key=True, of=("self",))
        .order_by()
        .first()
    )
    if organisation is None:
        raise NotFound()
    still = Membership.objects.visible_to(actor).of_user(actor.user_id or 0).with_role(Role.MANAGER)
    if not still.exists():
        raise NotAllowed()
    return organisation


def _member(actor: Actor, membership_id: int) -> Membership:
    row = (
        Membership.objects.visible_to(actor)
        .select_related("user", "organisation")
        .filter(pk=membership_id)
        .first()
    )
    if row is None:
        raise NotFound()
    return row


def _roles_of(membership: Membership) -> frozenset[str]:
    return frozenset(membership.roles.values_list("role", flat=True))


def _keep_a_manager(membership: Membership, roles: Collection[str]) -> None:
    if Role.MANAGER in roles:
        return
    others = (
        Membership.objects.filter(organisation_id=membership.organisation_id, user__is_active=True)
        .with_role(Role.MANAGER)
        .exclude(pk=membership.pk)
    )
    if Role.MANAGER in _roles_of(membership) and not others.exists():
        raise DomainError(LAST_MANAGER)


def _write_roles(membership: Membership, roles: Collection[str]) -> None:
    membership.roles.exclude(role__in=roles).delete()
    MembershipRole.objects.bulk_create(
        [
            MembershipRole(
                membership=membership,
                organisation_kind=membership.organisation_kind,
                role=role,
            )
            for role in sorted(set(roles) - _roles_of(membership))
        ]
    )


@transaction.atomic
def change_roles(*, membership_id: int, roles: Collection[str], actor: Actor) -> Membership:
    """Give a colleague exactly these roles. All sessions of that person end.

    Raises `NotFound` for another organisation's member, `InvalidInput` for roles that the kind of
    organisation does not have, `NotAllowed` for more roles to oneself, `DomainError` when no
    manager would be left.
    """
    organisation = lock_as_manager(actor)
    membership = _member(actor, membership_id)
    if not fit_kind(organisation.kind, roles):
        raise InvalidInput({"roles": WRONG_ROLES})
    before = _roles_of(membership)
    if set(roles) == before:
        return membership
    if is_own(actor, membership) and not set(roles) <= before:
        raise NotAllowed(OWN_ROLES)
    _keep_a_manager(membership, roles)
    _write_roles(membership, roles)
    end_sessions(membership.user_id)
    trail.record(
        actor,
        "membership.roles",
        membership,
        before=",".join(sorted(before)),
        after=",".join(sorted(roles)),
    )
    return membership


@transaction.atomic
def end_membership(*, membership_id: int, actor: Actor) -> None:
    """Let a person go: rights end on the next request, also as a named handler."""
    lock_as_manager(actor)
    membership = _member(actor, membership_id)
    _keep_a_manager(membership, ())
    trail.record(actor, "membership.end", membership, roles=",".join(sorted(_roles_of(membership))))
    handlers = NamedHandler.objects.visible_to(actor).current().filter(user_id=membership.user_id)
    for handler in handlers:
        handler.ended_at = clock.now()
        handler.save(update_fields=["ended_at"])
        trail.record(actor, "handler.end", handler)
    user_id = membership.user_id
    membership.delete()
    end_sessions(user_id)


@transaction.atomic
def confirm_identity(*, membership_id: int, actor: Actor) -> Membership:
    """A manager vouches for who a colleague is; nobody vouches for oneself (AUT-2)."""
    lock_as_manager(actor)
    membership = _member(actor, membership_id)
    if is_own(actor, membership):
        raise NotAllowed(_("Bed en anden leder bekræfte, hvem du er."))
    if membership.user.identity_checked_at is None:
        membership.user.identity_checked_at = clock.now()
        membership.user.save(update_fields=["identity_checked_at"])
        trail.record(actor, "user.identity_checked", membership.user)
    return membership


@transaction.atomic
def reset_second_factor(*, membership_id: int, actor: Actor) -> None:
    """For a lost phone: all factors go, and somebody must confirm the identity again.

    Only where the person belongs to this organisation alone: else the manager of one could lower
    the door of another. Then the operator does it.
    """
    lock_as_manager(actor)
    membership = _member(actor, membership_id)
    if is_own(actor, membership):
        raise NotAllowed(_("Bed en anden leder om at nulstille din to-faktor."))
    elsewhere = Membership.objects.of_user(membership.user_id).exclude(pk=membership.pk)
    if elsewhere.exists():
        raise NotAllowed(_("Personen er også med et andet sted. Skriv til driften om hjælp."))
    Authenticator.objects.filter(user_id=membership.user_id).delete()
    membership.user.identity_checked_at = None
    membership.user.save(update_fields=["identity_checked_at"])
    end_sessions(membership.user_id)
    trail.record(actor, "user.second_factor_reset", membership.user)


@transaction.atomic
def appoint_member(
    *,
    organisation_id: int,
    email: str,
    name: str,
    roles: Collection[str],
    actor: Actor,
    title: str = "",
) -> User:
    """The operator puts a person into an organisation: its first manager, or an import.

    The person gets no password; *Glemt?* on the sign-in page makes one. The operator answers for
    the identity. Repeating it changes nothing.
    """
    if not may_set_up(actor):
        raise NotAllowed()
    organisation = Organisation.objects.select_for_update().filter(pk=organisation_id).first()
    if organisation is None:
        raise NotFound()
    if not fit_kind(organisation.kind, roles):
        raise InvalidInput({"roles": WRONG_ROLES})
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(
            email, None, name=name, title=title, identity_checked_at=clock.now()
        )
    membership, _created = Membership.objects.get_or_create(
        user=user,
        organisation=organisation,
        defaults={"organisation_kind": organisation.kind},
    )
    before = _roles_of(membership)
    if set(roles) != before:
        _write_roles(membership, set(roles) | before)
        end_sessions(user.pk)
        trail.record(
            actor,
            "membership.appoint",
            membership,
            before=",".join(sorted(before)),
            after=",".join(sorted(set(roles) | before)),
        )
    return user


@transaction.atomic
def disable_user(*, user_id: int, actor: Actor) -> None:
    """Shut a person out at once, everywhere (AUT-7). Rows that name the person stay."""
    require(actor, Permission.OPERATE)
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotFound()
    if user.pk == actor.user_id:
        raise NotAllowed(_("Du kan ikke spærre dig selv."))
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user.pk)
    trail.record(actor, "user.disable", user)


def choose_organisation(*, organisation_id: int, actor: Actor) -> Organisation:
    """Act for another organisation that one belongs to. Raises `NotFound` for any other."""
    membership = (
        Membership.objects.of_user(actor.user_id or 0)
        .filter(organisation_id=organisation_id, organisation__status__in=IN_USE)
        .select_related("organisation")
        .first()
    )
    if membership is None:
        raise NotFound()
    User.objects.filter(pk=membership.user_id).update(last_organisation_id=organisation_id)
    return membership.organisation


__all__ = [
    "appoint_member",
    "change_roles",
    "choose_organisation",
    "confirm_identity",
    "disable_user",
    "end_membership",
    "lock_as_manager",
    "reset_second_factor",
]
