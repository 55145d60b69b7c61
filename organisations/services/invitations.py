"""Asking somebody to join. The link is 128 bits that nobody can guess; its hash is stored."""

import base64
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from organisations import notifications
from organisations.models import Invitation, Membership, MembershipRole, Organisation
from organisations.permissions import fit_kind
from organisations.services.members import WRONG_ROLES, lock_as_manager
from portal.access.actor import Actor
from portal.accounts.models import User
from portal.audit import trail
from portal.common import clock
from portal.common.crypto import blind_index
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.common.ids import hash_token

GOOD_FOR: Final = timedelta(days=14)
OPEN_ALREADY = _("Der ligger allerede en invitation til den adresse. Send den igen i stedet.")
MEMBER_ALREADY = _("Den person er allerede med i organisationen.")
MUST_VOUCH = _("Bekræft, at du ved, hvem personen er.")


def token_of(invitation: Invitation) -> str:
    """The token of the link, derived with a key that is not in the database: the mail is put
    together in the worker, perhaps twice, and both must carry the same link."""
    # The address and the moment too: after a restore the same number may name another person.
    seed = f"{invitation.pk} {invitation.email} {invitation.created_at.timestamp()}"
    bits = blind_index(seed, "invitation-link")[:16]
    return base64.urlsafe_b64encode(bits).decode().rstrip("=")


def find_open(token: str) -> Invitation:
    """The invitation behind a link. Raises `NotFound` when it is used, withdrawn or too old."""
    row = (
        Invitation.objects.open()
        .select_related("organisation", "invited_by")
        .filter(token_hash=hash_token(token), organisation__status=Organisation.Status.ACTIVE)
        .first()
    )
    if row is None:
        raise NotFound(_("Invitationen gælder ikke længere. Bed om en ny."))
    return row


@transaction.atomic
def invite_member(
    *,
    email: str,
    name: str,
    roles: Collection[str],
    knows_person: bool,
    actor: Actor,
) -> Invitation:
    """Invite somebody by mail. `knows_person`: the manager vouches for who it is, so that accepting
    counts as an identity check (AUT-2). Raises `InvalidInput`, `NotAllowed`."""
    organisation = lock_as_manager(actor)
    if not knows_person:
        raise InvalidInput({"knows_person": MUST_VOUCH})
    if not fit_kind(organisation.kind, roles):
        raise InvalidInput({"roles": WRONG_ROLES})
    address = email.strip().lower()
    if Membership.objects.visible_to(actor).filter(user__email__iexact=address).exists():
        raise InvalidInput({"email": MEMBER_ALREADY})
    now = clock.now()
    # One that ran out unused makes room for the new one.
    stale = Invitation.objects.visible_to(actor).filter(
        email__iexact=address,
        accepted_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__lte=now,
    )
    stale.update(withdrawn_at=now)
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                organisation=organisation,
                email=address,
                name=name.strip(),
                roles=sorted(set(roles)),
                token_hash=secrets.token_bytes(32),  # until the row has its number
                invited_by_id=actor.user_id,
                created_at=now,
                expires_at=now + GOOD_FOR,
            )
    except IntegrityError as error:
        raise InvalidInput({"email": OPEN_ALREADY}) from error
    invitation.token_hash = hash_token(token_of(invitation))
    invitation.save(update_fields=["token_hash"])
    trail.record(actor, "invitation.create", invitation, roles=",".join(invitation.roles))
    notifications.queue_invitation(invitation, round_=1)
    return invitation


def _open_one(actor: Actor, invitation_id: int) -> Invitation:
    lock_as_manager(actor)
    row = (
        Invitation.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .filter(pk=invitation_id)
        .first()
    )
    if row is None:
        raise NotFound()
    if row.accepted_at is not None or row.withdrawn_at is not None:
        raise WrongState(_("Invitationen er brugt eller trukket tilbage."))
    return row


@transaction.atomic
def withdraw_invitation(*, invitation_id: int, actor: Actor) -> Invitation:
    """The link stops working at once."""
    invitation = _open_one(actor, invitation_id)
    invitation.withdrawn_at = clock.now()
    invitation.save(update_fields=["withdrawn_at"])
    trail.record(actor, "invitation.withdraw", invitation)
    return invitation


@transaction.atomic
def renew_invitation(*, invitation_id: int, actor: Actor) -> Invitation:
    """Send the mail again; the link is good for two more weeks."""
    invitation = _open_one(actor, invitation_id)
    invitation.expires_at = clock.now() + GOOD_FOR
    invitation.save(update_fields=["expires_at"])
    trail.record(actor, "invitation.renew", invitation)
    notifications.queue_invitation(invitation, round_=int(clock.now().timestamp()))
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, actor: Actor, password: str = "") -> User:
    """Join. Somebody new gives a password and becomes a user; somebody known must be signed in as
    the one invited. All older sessions of the person end: the rights have changed.

    Raises `NotFound` for a dead link and `NotAllowed` for another person's invitation.
    """
    open_one = find_open(token)
    # The organisation's lock comes first, as everywhere, so that two clicks wait for each other.
    organisation = Organisation.objects.select_for_update().get(pk=open_one.organisation_id)
    invitation = find_open(token)
    user = User.objects.filter(email__iexact=invitation.email).first()
    if user is not None and user.pk != actor.user_id:
        raise NotAllowed(_("Log ind som %(email)s for at sige ja.") % {"email": invitation.email})
    if user is None and actor.is_user:
        raise NotAllowed(_("Invitationen er til en anden end dig. Log af, og åbn linket igen."))
    if user is None:
        if not password:
            raise InvalidInput({"password1": _("Vælg en adgangskode.")})
        user = User.objects.create_user(invitation.email, password, name=invitation.name)
    if not user.is_active:
        raise NotAllowed(_("Kontoen er spærret."))
    now = clock.now()
    membership, _created = Membership.objects.get_or_create(
        user=user, organisation=organisation, defaults={"organisation_kind": organisation.kind}
    )
    held = set(membership.roles.values_list("role", flat=True))
    MembershipRole.objects.bulk_create(
        MembershipRole(membership=membership, organisation_kind=organisation.kind, role=role)
        for role in sorted(set(invitation.roles) - held)
    )
    user.last_organisation_id = organisation.pk
    user.identity_checked_at = user.identity_checked_at or now
    user.session_epoch += 1
    user.save(update_fields=["last_organisation_id", "identity_checked_at", "session_epoch"])
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    trail.record(
        actor, "invitation.accept", invitation, user=str(user.pk), roles=",".join(invitation.roles)
    )
    return user
