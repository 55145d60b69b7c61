"""From a signed-in person to an actor: which organisation, which roles, how sure we are."""

from collections.abc import MutableMapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, IntegerField, Value, When

from organisations.models import IN_USE, Membership, Organisation, OrganisationKind, Role
from portal.access.actor import Actor, ActorKind, Assurance
from portal.accounts.models import User
from portal.common import clock
from portal.geography.models import AreaMembership

SESSION_ORGANISATION = "organisation"
SESSION_ASSURANCE = "assurance"


def area_of(organisation: Organisation) -> tuple[int, ...]:
    """Municipalities that a public body coordinates today, as ids: its own, its council's or its
    region's. Empty for everybody else."""
    today = clock.today()
    if organisation.kind == OrganisationKind.MUNICIPALITY and organisation.municipality_id:
        return (organisation.municipality_id,)
    if organisation.kind == OrganisationKind.REGION and organisation.region is not None:
        rows = AreaMembership.objects.filter(
            region=organisation.region,
            valid__contains=organisation.region.day_to_look_at(today),
        )
    elif organisation.kind == OrganisationKind.HEALTH_COUNCIL:
        rows = AreaMembership.objects.filter(
            health_council_id=organisation.health_council_id, valid__contains=today
        )
    else:
        return ()
    return tuple(rows.order_by("municipality_id").values_list("municipality_id", flat=True))


def actor_for(
    membership: Membership,
    *,
    user: User,
    roles: frozenset[str],
    assurance: Assurance,
) -> Actor:
    organisation = membership.organisation
    return Actor(
        kind=ActorKind.USER,
        user_id=user.pk,
        name=user.name,
        organisation_id=organisation.pk,
        organisation_name=organisation.name,
        organisation_kind=organisation.kind,
        roles=roles,
        area=area_of(organisation) if Role.COORDINATOR in roles else (),
        assurance=assurance,
    )


def actor_of_user(
    user: "AbstractBaseUser | AnonymousUser", session: MutableMapping[str, Any]
) -> Actor:
    """The actor of a signed-in person: the organisation chosen in the session, else the last one,
    else the first; what was taken over comes last. A membership that has ended simply is not found
    any more."""
    assert isinstance(user, User)  # noqa: S101 - the only user model there is
    assurance = Assurance(session.get(SESSION_ASSURANCE, Assurance.LOW))
    chosen = session.get(SESSION_ORGANISATION) or user.last_organisation_id or 0
    membership = (
        Membership.objects.of_user(user.pk)
        .filter(organisation__status__in=IN_USE)
        .select_related("organisation", "organisation__region")
        .annotate(
            role_names=ArrayAgg("roles__role", default=Value([])),
            chosen_first=Case(
                When(organisation_id=chosen, then=0),
                When(organisation__status=Organisation.Status.CEDED, then=2),
                default=1,
                output_field=IntegerField(),
            ),
        )
        .order_by("chosen_first", "pk")
        .first()
    )
    if membership is None:
        return Actor(kind=ActorKind.USER, user_id=user.pk, name=user.name, assurance=assurance)
    held: list[str] = membership.role_names  # type: ignore[attr-defined]  # annotated above
    roles = frozenset(role for role in held if role)
    return actor_for(membership, user=user, roles=roles, assurance=assurance)
