"""The site's own people. The first is made from the machine: nobody is there yet to invite."""

from django.db import transaction

from organisations.models import Organisation, OrganisationKind, Role
from organisations.services.members import appoint_member
from organisations.services.registry import register_organisation
from portal.access.actor import Actor
from portal.accounts.models import User
from portal.common.errors import NotAllowed


@transaction.atomic
def create_operator(*, email: str, name: str, actor: Actor) -> User:
    """Make or promote an operator, in the site's own organisation, which is made when missing.
    Only a named job may: whoever can run a command on the machine."""
    if not actor.is_system:
        raise NotAllowed()
    organisation = (
        Organisation.objects.filter(kind=OrganisationKind.OPERATOR).order_by("pk").first()
    )
    if organisation is None:
        organisation = register_organisation(
            kind=OrganisationKind.OPERATOR, name="Samspil", slug="samspil-drift", actor=actor
        )
    user = appoint_member(
        organisation_id=organisation.pk,
        email=email,
        name=name,
        roles=[Role.OPERATOR],
        actor=actor,
    )
    if not user.is_staff:
        user.is_staff = True  # opens Django admin, together with the role and a strong session
        user.save(update_fields=["is_staff"])
    return user
