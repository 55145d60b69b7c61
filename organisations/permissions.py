"""What an actor may do with one organisation, membership or invitation."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from organisations.models import Membership, Organisation, OrganisationKind, Role
from portal.access.actor import Actor
from portal.access.grants import GRANTS, allows
from portal.access.permissions import Permission

# Those who set up organisations: the site's operator and named jobs (imports, the demo world).
SETTING_UP = Permission.OPERATE


def roles_for(kind: str) -> list[Role]:
    """The roles that an organisation of this kind knows, in the order they are shown."""
    return [role for role in Role if (kind, role) in GRANTS]


def fit_kind(kind: str, roles: Collection[str]) -> bool:
    return bool(roles) and all((kind, role) in GRANTS for role in roles)


def may_set_up(actor: Actor) -> bool:
    return actor.is_system or allows(actor, SETTING_UP)


def may_verify(actor: Actor, organisation: Organisation) -> bool:
    """A coordinator of the region it lies in, or the operator. Nobody verifies their own."""
    if organisation.pk == actor.organisation_id:
        return False
    if may_set_up(actor):
        return True
    return (
        allows(actor, Permission.REFERRAL_MODERATE)
        and actor.organisation_kind == OrganisationKind.REGION
        and organisation.municipality_id in actor.area
    )


def is_own(actor: Actor, membership: Membership) -> bool:
    return membership.user_id == actor.user_id


def role_names(roles: Collection[str]) -> str:
    """»leder og kliniker«, for a sentence."""
    names = [str(Role(role).label).lower() for role in sorted(roles)]
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s og %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}
