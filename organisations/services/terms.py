"""The receiver's terms and the people who answer under them."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from organisations.models import Membership, NamedHandler, Organisation, TermsAcceptance
from organisations.services.members import lock_as_manager
from organisations.terms_texts import CURRENT_VERSION
from portal.access.actor import Actor
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.errors import InvalidInput, NotFound
from portal.common.phones import normalise_phone


@transaction.atomic
def accept_terms(*, version: str, actor: Actor) -> TermsAcceptance:
    """A manager says yes to one version, the one in force. A second click changes nothing."""
    require(actor, Permission.TERMS_ACCEPT)
    organisation = lock_as_manager(actor)
    assert actor.user_id is not None  # noqa: S101 - the lock has found this person a manager
    if version != CURRENT_VERSION:
        raise InvalidInput({"version": _("Vilkårene er ændret. Læs dem igen.")})
    accepted, created = TermsAcceptance.objects.get_or_create(
        organisation=organisation,
        version=version,
        defaults={"accepted_by_id": actor.user_id, "accepted_at": clock.now()},
    )
    if created:
        trail.record(actor, "terms.accept", accepted, version=version)
    return accepted


@transaction.atomic
def name_handler(
    *,
    name: str,
    email: str,
    phone: str,
    promised: bool,
    actor: Actor,
    is_deputy: bool = False,
    user_id: int | None = None,
) -> NamedHandler:
    """Put a person on the list of those who answer referrals.

    The phone gets the six-digit code; the promise of confidentiality is signed on paper and kept by
    the manager, who says so here. Raises `InvalidInput`.
    """
    require(actor, Permission.TERMS_ACCEPT)
    organisation = lock_as_manager(actor)
    if not promised:
        raise InvalidInput({"promised": _("Personen skal først skrive under på tavshedsløftet.")})
    try:
        number = normalise_phone(phone)
    except ValidationError as error:
        raise InvalidInput({"phone": " ".join(error.messages)}) from error
    address = email.strip().lower()
    member = _member_with(organisation, address, user_id)
    try:
        with transaction.atomic():
            handler = NamedHandler.objects.create(
                organisation=organisation,
                user_id=member,
                name=name.strip(),
                email=address,
                phone=number,
                is_deputy=is_deputy,
                promised_at=clock.now(),
            )
    except IntegrityError as error:
        raise InvalidInput({"email": _("Den adresse står allerede på listen.")}) from error
    trail.record(actor, "handler.name", handler)
    return handler


def _member_with(organisation: Organisation, email: str, user_id: int | None) -> int | None:
    """The user behind the handler, where the person is a member: by number, else by address."""
    members = Membership.objects.filter(organisation=organisation)
    members = members.filter(user_id=user_id) if user_id else members.filter(user__email=email)
    return members.values_list("user_id", flat=True).first()


@transaction.atomic
def end_handler(*, handler_id: int, actor: Actor) -> NamedHandler:
    """Take a person off the list. Links and codes stop reaching that person at once."""
    require(actor, Permission.TERMS_ACCEPT)
    lock_as_manager(actor)
    handler = NamedHandler.objects.visible_to(actor).filter(pk=handler_id).first()
    if handler is None:
        raise NotFound()
    if handler.ended_at is None:
        handler.ended_at = clock.now()
        handler.save(update_fields=["ended_at"])
        trail.record(actor, "handler.end", handler)
    return handler
