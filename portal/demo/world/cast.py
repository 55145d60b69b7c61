"""Who acts: the members of the demo's organisations as actors, and the demo's own jobs."""

from dataclasses import dataclass, field

from organisations.current import actor_for
from organisations.models import Membership, NamedHandler, Role
from portal.access.actor import Actor, ActorKind, Assurance, system_actor

BUILDER = system_actor("demo.world")


def manager_of(organisation_id: int) -> Actor:
    """The first manager of an organisation, as signed in with a second factor."""
    membership = (
        Membership.objects.filter(organisation_id=organisation_id)
        .with_role(Role.MANAGER)
        .select_related("user", "organisation", "organisation__region")
        .order_by("pk")[0]
    )
    return _signed_in(membership)


def _signed_in(membership: Membership) -> Actor:
    roles = frozenset(membership.roles.values_list("role", flat=True))
    return actor_for(
        membership, user=membership.user, roles=roles, assurance=Assurance.STRONG
    )


def by_link(handler: NamedHandler, *, link_id: int, referral_id: object) -> Actor:
    """A named handler who came by the link in a mail."""
    from uuid import UUID

    assert isinstance(referral_id, UUID)  # noqa: S101
    return Actor(
        kind=ActorKind.REPLY_LINK,
        name=handler.name,
        organisation_id=handler.organisation_id,
        link_id=link_id,
        referral_id=referral_id,
    )


@dataclass
class Cast:
    """Looks people up by their organisation's slug and a role, once each."""

    _known: dict[tuple[str, str], Actor | None] = field(default_factory=dict)

    def find(self, slug: str, role: Role) -> Actor | None:
        """The first with that role; a persona comes before the invented ones."""
        if (slug, role) not in self._known:
            rows = list(
                Membership.objects.filter(organisation__slug=slug)
                .with_role(role)
                .select_related("user", "organisation", "organisation__region")
                .order_by("pk")
            )
            rows.sort(key=lambda row: not row.user.email.endswith("@persona.example"))
            self._known[slug, role] = _signed_in(rows[0]) if rows else None
        return self._known[slug, role]

    def get(self, slug: str, role: Role) -> Actor:
        """Raises `LookupError` where nobody has the role."""
        actor = self.find(slug, role)
        if actor is None:
            raise LookupError(f"Nobody is {role} of {slug}.")
        return actor
