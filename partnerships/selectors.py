"""Reads that return something other than agreements."""

from collections.abc import Collection, Iterable

from organisations.models import Membership, Organisation, OrganisationKind, Role
from partnerships.models import Agreement, AgreementParty
from portal.access.actor import Actor


def people_of_party(party: AgreementParty) -> list[tuple[int, str]]:
    """Who may be a party's contact: (user id, name) of its managers and coordinators."""
    return people_of(party.organisation_id)


def people_of(organisation_id: int) -> list[tuple[int, str]]:
    members = Membership.objects.filter(organisation_id=organisation_id, user__is_active=True)
    rows = members.with_role(Role.MANAGER) | members.with_role(Role.COORDINATOR)
    named = rows.select_related("user").order_by("user__name", "pk")
    return [(row.user_id, row.user.name) for row in named]


def party_of(agreement: Agreement, actor: Actor) -> AgreementParty | None:
    """The party that the actor speaks for, None for an owner above, a reviewer or a job."""
    return next(
        (
            row
            for row in agreement.parties.all()
            if row.organisation_id == actor.organisation_id and row.left_on is None
        ),
        None,
    )


def is_owner_above(agreement: Agreement, actor: Actor) -> bool:
    """Whether the actor's organisation stands above a public party: the region of a hospital."""
    above: set[int | None] = set()
    for row in agreement.parties.all():
        if row.side == "public" and row.left_on is None:
            parent: Organisation | None = row.organisation.parent
            while parent is not None and parent.pk not in above:
                above.add(parent.pk)
                parent = parent.parent
    return actor.organisation_id in above


def people_of_all(organisation_ids: Collection[int]) -> list[tuple[int, str]]:
    """The same of several organisations in one statement; the name says which one."""
    members = Membership.objects.filter(organisation_id__in=organisation_ids, user__is_active=True)
    rows = members.with_role(Role.MANAGER) | members.with_role(Role.COORDINATOR)
    named = rows.select_related("user", "organisation").order_by(
        "organisation__name", "user__name", "pk"
    )
    return [(row.user_id, f"{row.user.name}, {row.organisation.name}") for row in named]


# A practice is a sender of referrals, and the operator runs the site.
NEVER_PARTIES = (OrganisationKind.PRACTICE, OrganisationKind.OPERATOR)
MOST_FOUND = 20


def organisations_named(words: str, *, without: Iterable[int] = ()) -> list[Organisation]:
    """Who can be asked to join an agreement, by a part of the name."""
    words = " ".join(words.split())
    if len(words) < 2:
        return []
    rows = Organisation.objects.public().exclude(kind__in=NEVER_PARTIES)
    found = rows.filter(name__icontains=words).exclude(pk__in=list(without))
    return list(found.select_related("municipality").in_danish_order()[:MOST_FOUND])
