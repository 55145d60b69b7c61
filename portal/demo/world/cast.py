"""Who acts: the members of the demo's organisations as actors, and the demo's own jobs."""

from uuid import UUID

from organisations.current import actor_for
from organisations.models import Membership, NamedHandler, Role
from portal.access.actor import Actor, ActorKind, Assurance, system_actor

BUILDER = system_actor("demo.world")


def _signed_in(membership: Membership) -> Actor:
    roles = frozenset(held.role for held in membership.roles.all())
    return actor_for(membership, user=membership.user, roles=roles, assurance=Assurance.STRONG)


def by_link(handler: NamedHandler, *, link_id: int, referral_id: UUID) -> Actor:
    """A named handler who came by the link in a mail."""
    return Actor(
        kind=ActorKind.REPLY_LINK,
        name=handler.name,
        organisation_id=handler.organisation_id,
        link_id=link_id,
        referral_id=referral_id,
    )


class Cast:
    """Looks people up by their organisation's slug and a role. All members are read at once."""

    def __init__(self) -> None:
        self._members: dict[tuple[str, str], Membership] = {}
        self._actors: dict[tuple[str, str], Actor] = {}
        rows = list(
            Membership.objects.select_related("user", "organisation", "organisation__region")
            .prefetch_related("roles")
            .order_by("pk")
        )
        # A persona comes before the invented ones.
        rows.sort(key=lambda row: not row.user.email.endswith("@persona.example"))
        for row in rows:
            for held in row.roles.all():
                self._members.setdefault((row.organisation.slug, held.role), row)

    def has(self, slug: str, role: Role) -> bool:
        return (slug, role) in self._members

    def get(self, slug: str, role: Role) -> Actor:
        """Raises `KeyError` where nobody has the role."""
        if (slug, role) not in self._actors:
            self._actors[slug, role] = _signed_in(self._members[slug, role])
        return self._actors[slug, role]

    def signer(self, slug: str) -> Actor:
        """Who speaks for an organisation: its coordinator, else its manager. Raises `KeyError`."""
        coordinates = self.has(slug, Role.COORDINATOR)
        return self.get(slug, Role.COORDINATOR if coordinates else Role.MANAGER)
