"""Who is written to for a party: its contact, the deputy when the contact cannot be reached, and
its managers when neither can. Nobody who has left hears anything."""

from collections.abc import Iterable

from organisations.models import Membership, Role
from partnerships.models import Agreement, AgreementParty
from portal.accounts.models import User


def live_people(organisation_ids: Iterable[int]) -> dict[int, dict[int, User]]:
    """Organisation → user id → user: managers and coordinators who can sign in. One statement."""
    members = Membership.objects.filter(
        organisation_id__in=set(organisation_ids), user__is_active=True
    )
    rows = members.with_role(Role.MANAGER) | members.with_role(Role.COORDINATOR)
    found: dict[int, dict[int, User]] = {}
    for row in rows.select_related("user").order_by("pk"):
        found.setdefault(row.organisation_id, {})[row.user_id] = row.user
    return found


def parties_of(agreement: Agreement) -> list[AgreementParty]:
    return list(
        agreement.parties.filter(left_on__isnull=True).select_related(
            "organisation", "contact", "deputy"
        )
    )


def _reachable(party: AgreementParty, user: User | None, people: dict[int, User]) -> bool:
    return (
        user is not None
        and user.pk in people
        and (not party.bounced_email or user.email.lower() != party.bounced_email.lower())
    )


def people_for(party: AgreementParty, live: dict[int, dict[int, User]]) -> list[User]:
    people = live.get(party.organisation_id, {})
    for user in (party.contact, party.deputy):
        if user is not None and _reachable(party, user, people):
            return [user]
    return [user for user in people.values() if user.email.lower() != party.bounced_email.lower()]


def asked_outside(party: AgreementParty) -> User | None:
    """Whom an outside signing service asks for a party: who would be written to. For one that is
    asked in and has no contact yet, that is the first of those who may sign for it."""
    found = people_for(party, live_people([party.organisation_id]))
    return found[0] if found else None


def to_parties(
    parties: Iterable[AgreementParty], *, but: int | None = None
) -> list[tuple[AgreementParty, User]]:
    """Each person once, with the party that they are written to for; `but` has seen it already."""
    rows = list(parties)
    live = live_people(row.organisation_id for row in rows)
    found: dict[int, tuple[AgreementParty, User]] = {}
    for party in rows:
        for user in people_for(party, live):
            if user.pk != but:
                found.setdefault(user.pk, (party, user))
    return list(found.values())
