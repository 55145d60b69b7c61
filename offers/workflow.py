"""States and moves of an offer: the line of `workflows.md`, as a table that a lawyer could read.

    draft → in_review → published ↔ paused, published|paused → archived → draft

Only the mover in `services` writes `status`. A test compares this table with the contract.
`send_back` is the coordinator's other answer to a first listing; the contract's line leaves it out.
"""

from dataclasses import dataclass
from typing import Final

from offers.models.offer import OfferStatus
from portal.access.permissions import Permission

S = OfferStatus


@dataclass(frozen=True, slots=True)
class Transition:
    """From which states, to which, with which permission. Jobs may do those marked `by_system`."""

    sources: frozenset[OfferStatus]
    target: OfferStatus
    permission: Permission
    by_system: bool = False


def _move(
    sources: set[OfferStatus],
    target: OfferStatus,
    permission: Permission,
    *,
    by_system: bool = False,
) -> Transition:
    return Transition(frozenset(sources), target, permission, by_system)


_EDIT = Permission.OFFER_EDIT
_MODERATE = Permission.OFFER_MODERATE

TRANSITIONS: Final[dict[str, Transition]] = {
    "submit": _move({S.DRAFT}, S.IN_REVIEW, _EDIT, by_system=True),
    # A first listing of a new organisation: the coordinator of its area says yes or asks for more.
    "approve": _move({S.IN_REVIEW}, S.PUBLISHED, _MODERATE),
    "send_back": _move({S.IN_REVIEW}, S.DRAFT, _MODERATE),
    # A verified organisation needs nobody's leave: it passes the review by itself.
    "publish": _move({S.IN_REVIEW}, S.PUBLISHED, _EDIT, by_system=True),
    "pause": _move({S.PUBLISHED}, S.PAUSED, _EDIT, by_system=True),
    "resume": _move({S.PAUSED}, S.PUBLISHED, _EDIT),
    "archive": _move({S.PUBLISHED, S.PAUSED}, S.ARCHIVED, _EDIT, by_system=True),
    "reopen": _move({S.ARCHIVED}, S.DRAFT, _EDIT),
}

# Verbs that change facts and leave the state alone, with the states in which they make sense.
FACT_VERBS: Final[dict[str, frozenset[OfferStatus]]] = {
    "edit": frozenset({S.DRAFT, S.IN_REVIEW, S.PUBLISHED, S.PAUSED}),
    "confirm": frozenset({S.PUBLISHED, S.PAUSED}),
    "set_capacity": frozenset({S.DRAFT, S.IN_REVIEW, S.PUBLISHED, S.PAUSED}),
}
