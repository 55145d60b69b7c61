"""Who acts, for whom, with what assurance. Rules take an actor, never a request."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    ANONYMOUS = "anonymous"
    USER = "user"
    REPLY_LINK = "reply_link"
    PATIENT_LINK = "patient_link"
    SYSTEM = "system"
    API_CLIENT = "api_client"


class Assurance(StrEnum):
    """How sure we are of who this is (AUT-2). `STRONG` is our own level: password with second
    factor of an identity-checked user. NSIS words are used for federated sign-in only."""

    NONE = "none"
    LOW = "low"
    STRONG = "strong"
    SUBSTANTIAL = "substantial"
    HIGH = "high"


SEES_HEALTH_ROWS = frozenset({Assurance.STRONG, Assurance.SUBSTANTIAL, Assurance.HIGH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    kind: ActorKind
    name: str = ""
    user_id: int | None = None
    organisation_id: int = 0
    organisation_name: str = ""
    organisation_kind: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)
    # Municipalities whose referrals a coordinator follows: ids, resolved with the actor.
    area: tuple[int, ...] = ()
    assurance: Assurance = Assurance.NONE
    link_id: int | None = None
    referral_id: UUID | None = None
    # A reply-link session that has also given the six-digit code sent to the registered phone.
    phone_confirmed: bool = False

    @property
    def is_user(self) -> bool:
        return self.kind is ActorKind.USER

    @property
    def is_system(self) -> bool:
        return self.kind is ActorKind.SYSTEM

    @property
    def is_strong(self) -> bool:
        return self.assurance in SEES_HEALTH_ROWS

    def as_columns(self) -> dict[str, object]:
        """The actor as an event row stores it; a check constraint says which columns fit a kind."""
        return {
            "actor_kind": self.kind.value,
            "actor_user_id": self.user_id,
            "actor_organisation_id": self.organisation_id or None,
            "actor_role": ",".join(sorted(self.roles)),
            "actor_link_id": self.link_id,
        }

    def for_organisation(self, organisation_id: int) -> "Actor":
        """The same job acting inside one organisation's wall."""
        return replace(self, organisation_id=organisation_id)


ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS)


def system_actor(name: str) -> Actor:
    """A named job. The name stands in history and audit, so a reader can tell which job it was."""
    return Actor(kind=ActorKind.SYSTEM, name=name)
