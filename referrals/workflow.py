"""States and moves of a referral: the table of `workflows.md`, as a lawyer could read it.

`services.py` has one function per verb; only its mover writes `status`. A test compares this table
with the contract.
"""

from dataclasses import dataclass
from typing import Final

from portal.access.permissions import Permission
from referrals.models.referral import State

S = State

FINAL: Final = frozenset(
    {
        S.COMPLETED,
        S.NOT_COMPLETED,
        S.DECLINED,
        S.WITHDRAWN,
        S.EXPIRED,
        S.ENTERED_IN_ERROR,
    }
)

FHIR_STATUS: Final = {
    S.DRAFT: "draft",
    S.AWAITING_MODERATION: "draft",
    S.SENT: "requested",
    S.ACCEPTED: "accepted",
    S.WAITLISTED: "on-hold",
    S.IN_PROGRESS: "in-progress",
    S.COMPLETED: "completed",
    S.NOT_COMPLETED: "failed",
    S.DECLINED: "rejected",
    S.WITHDRAWN: "cancelled",
    S.EXPIRED: "cancelled",
    S.ENTERED_IN_ERROR: "entered-in-error",
}


@dataclass(frozen=True, slots=True)
class Transition:
    """From which states, to which state, with which permission. `None` as permission: a job only.

    `by_reply_link`, `by_patient` and `by_system` say who may do it without a role.
    """

    sources: frozenset[State]
    target: State | None  # None: the state before (undo)
    permission: Permission | None
    by_reply_link: bool = False
    by_patient: bool = False
    by_system: bool = False


def _move(
    sources: set[State],
    target: State | None,
    permission: Permission | None,
    *,
    by_reply_link: bool = False,
    by_patient: bool = False,
    by_system: bool = False,
) -> Transition:
    return Transition(frozenset(sources), target, permission, by_reply_link, by_patient, by_system)


_SEND = Permission.REFERRAL_SEND
_ANSWER = Permission.REFERRAL_ANSWER
_MODERATE = Permission.REFERRAL_MODERATE

TRANSITIONS: Final[dict[str, Transition]] = {
    "send": _move({S.DRAFT}, S.SENT, _SEND, by_patient=True),
    "submit_for_moderation": _move({S.DRAFT}, S.AWAITING_MODERATION, _SEND),
    "approve": _move({S.AWAITING_MODERATION}, S.SENT, _MODERATE),
    "refuse": _move({S.AWAITING_MODERATION}, S.DRAFT, _MODERATE, by_system=True),
    "accept": _move({S.SENT}, S.ACCEPTED, _ANSWER, by_reply_link=True),
    "decline": _move({S.SENT}, S.DECLINED, _ANSWER, by_reply_link=True),
    "waitlist": _move(
        {S.SENT, S.ACCEPTED, S.IN_PROGRESS}, S.WAITLISTED, _ANSWER, by_reply_link=True
    ),
    "start": _move({S.ACCEPTED, S.WAITLISTED}, S.IN_PROGRESS, _ANSWER, by_reply_link=True),
    "complete": _move({S.ACCEPTED, S.IN_PROGRESS}, S.COMPLETED, _ANSWER, by_reply_link=True),
    "give_up": _move(
        {S.ACCEPTED, S.WAITLISTED, S.IN_PROGRESS},
        S.NOT_COMPLETED,
        _ANSWER,
        by_reply_link=True,
        by_system=True,
    ),
    "withdraw": _move(
        {S.AWAITING_MODERATION, S.SENT, S.ACCEPTED, S.WAITLISTED, S.IN_PROGRESS},
        S.WITHDRAWN,
        Permission.REFERRAL_WITHDRAW,
        by_patient=True,
    ),
    "expire": _move({S.SENT}, S.EXPIRED, None, by_system=True),
    "undo": _move({S.DECLINED, S.COMPLETED, S.NOT_COMPLETED}, None, _ANSWER, by_reply_link=True),
    "mark_error": _move(set(S), S.ENTERED_IN_ERROR, _SEND),
}
