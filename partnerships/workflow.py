"""States and moves of an agreement: the line of `workflows.md`, as a table for a lawyer to read.

    idea→draft→internal_review→(draft | negotiation)→awaiting_signature→signed→active↔suspended,
    active→expired, active|suspended→terminated, expired|terminated→closed, before signed→cancelled

Only `services.mover` writes `status`. A test compares this table with the contract, and a trigger
refuses any other pair.
"""

from dataclasses import dataclass
from typing import Final

from partnerships.models.agreement import BEFORE_SIGNATURE, AgreementState
from portal.access.permissions import Permission

S = AgreementState


@dataclass(frozen=True, slots=True)
class Transition:
    """`permission` None: jobs alone. `public_only`: the public side, or the owner above it."""

    sources: frozenset[AgreementState]
    target: AgreementState
    permission: Permission | None
    public_only: bool = False
    by_system: bool = False


def _move(
    sources: set[AgreementState],
    target: AgreementState,
    permission: Permission | None,
    *,
    public_only: bool = False,
    by_system: bool = False,
) -> Transition:
    return Transition(frozenset(sources), target, permission, public_only, by_system)


_WRITE = Permission.AGREEMENT_WRITE
_STEER = Permission.AGREEMENT_STEER
_SIGN = Permission.AGREEMENT_SIGN

TRANSITIONS: Final[dict[str, Transition]] = {
    "draft": _move({S.IDEA}, S.DRAFT, _WRITE),
    "submit_for_review": _move({S.DRAFT}, S.INTERNAL_REVIEW, _STEER, public_only=True),
    "send_back": _move({S.INTERNAL_REVIEW}, S.DRAFT, _STEER, public_only=True),
    "negotiate": _move({S.INTERNAL_REVIEW}, S.NEGOTIATION, _STEER, public_only=True),
    "send_to_signature": _move({S.NEGOTIATION}, S.AWAITING_SIGNATURE, _WRITE),
    "refuse_signature": _move({S.AWAITING_SIGNATURE}, S.NEGOTIATION, _SIGN),
    # The last party's signature makes the move; an outside signing service tells a job.
    "sign": _move({S.AWAITING_SIGNATURE}, S.SIGNED, _SIGN, by_system=True),
    "activate": _move({S.SIGNED}, S.ACTIVE, None, by_system=True),
    "suspend": _move({S.ACTIVE}, S.SUSPENDED, _STEER, public_only=True),
    "resume": _move({S.SUSPENDED}, S.ACTIVE, _STEER, public_only=True),
    "expire": _move({S.ACTIVE, S.SUSPENDED}, S.EXPIRED, None, by_system=True),
    # Notice is given by people (`give_notice`); it takes effect on its date, by job.
    "terminate": _move({S.ACTIVE, S.SUSPENDED}, S.TERMINATED, None, by_system=True),
    "close": _move({S.EXPIRED, S.TERMINATED}, S.CLOSED, _STEER, public_only=True),
    "cancel": _move(set(BEFORE_SIGNATURE), S.CANCELLED, _WRITE),
}

# The parties write in the document in these; afterwards they change it by an amendment.
WRITABLE: Final = frozenset({S.IDEA, S.DRAFT, S.NEGOTIATION})
# Notice can be given, amendments made and values written while it is in force.
RUNNING: Final = frozenset({S.ACTIVE, S.SUSPENDED})
AMENDABLE: Final = frozenset({S.SIGNED, S.ACTIVE, S.SUSPENDED})
# Nothing more is done under it.
OVER: Final = frozenset({S.CLOSED, S.CANCELLED})
