"""The one table of rights: (kind of organisation, role) → permissions.

This is the page we show a data protection officer. The closed list of pairs is that of
`workflows.md` ("Who is who"); the database refuses any other pair.
"""

from collections.abc import Mapping
from typing import Final

from portal.access.actor import Actor
from portal.access.permissions import Permission as P
from portal.common.errors import NotAllowed

ASSOCIATIONS: Final = ("association", "umbrella", "local_branch", "volunteer_centre")
PUBLIC_BODIES: Final = ("hospital", "municipality", "region", "health_council", "other_public")

_MANAGER = frozenset(
    {
        P.ORGANISATION_VIEW,
        P.ORGANISATION_EDIT,
        P.MEMBERS_MANAGE,
        P.TERMS_ACCEPT,
        P.FIGURES_VIEW,
        P.AGREEMENT_VIEW,
        P.AGREEMENT_WRITE,
        P.AGREEMENT_SIGN,
        P.FORUM_TAKE_PART,
        # No organisation is merged, split or taken over without its own manager.
        P.SUCCESSION_PREPARE,
        P.SUCCESSION_APPROVE,
    }
)
_EDITOR = frozenset({P.ORGANISATION_VIEW, P.OFFER_EDIT})
# A reported concern reaches the receiver's manager (workflows.md, "Safety").
_MANAGER_OF_RECEIVER = _MANAGER | _EDITOR | {P.CONCERN_HANDLE}
_HANDLER = frozenset({P.ORGANISATION_VIEW, P.REFERRAL_RECEIVE, P.REFERRAL_ANSWER, P.CONCERN_HANDLE})
_CLINICIAN = frozenset(
    {
        P.ORGANISATION_VIEW,
        P.REFERRAL_SEND,
        P.REFERRAL_FOLLOW,
        P.REFERRAL_WITHDRAW,
        P.SIGNPOST_COUNT,
    }
)
_COORDINATOR = frozenset(
    {
        P.ORGANISATION_VIEW,
        P.OFFER_PROPOSE,
        P.OFFER_MODERATE,
        P.REFERRAL_MODERATE,
        P.REFERRAL_OVERSEE,
        P.CONCERN_HANDLE,
        P.AGREEMENT_VIEW,
        P.AGREEMENT_WRITE,
        P.AGREEMENT_SIGN,
        P.AGREEMENT_STEER,
        P.AGREEMENT_REVIEW_PROFESSIONAL,
        P.CLAUSE_EDIT,
        P.ENTRANCE_EDIT,
        P.FORUM_TAKE_PART,
        P.FORUM_RUN,
        P.SUCCESSION_PREPARE,
        P.FIGURES_VIEW,
    }
)
_LAWYER = frozenset(
    {P.ORGANISATION_VIEW, P.AGREEMENT_VIEW, P.AGREEMENT_REVIEW_LEGAL, P.CLAUSE_EDIT}
)
_DPO = frozenset({P.ORGANISATION_VIEW, P.AUDIT_VIEW, P.AGREEMENT_VIEW, P.AGREEMENT_REVIEW_DATA})
_ANALYST = frozenset({P.ORGANISATION_VIEW, P.FIGURES_VIEW})
_OPERATOR = frozenset({P.ORGANISATION_VIEW, P.OPERATE, P.SUCCESSION_PREPARE})

GRANTS: Final[Mapping[tuple[str, str], frozenset[P]]] = {
    # "Everything of the organisation but patient rows": a manager of an association edits offers.
    **{(kind, "manager"): _MANAGER_OF_RECEIVER for kind in ASSOCIATIONS},
    **{(kind, "editor"): _EDITOR for kind in ASSOCIATIONS},
    **{(kind, "handler"): _HANDLER for kind in ASSOCIATIONS},
    ("practice", "manager"): _MANAGER,
    ("practice", "clinician"): _CLINICIAN,
    ("hospital_department", "manager"): _MANAGER_OF_RECEIVER,
    ("hospital_department", "clinician"): _CLINICIAN,
    ("hospital_department", "editor"): _EDITOR,
    ("hospital_department", "handler"): _HANDLER,
    **{(kind, "manager"): _MANAGER_OF_RECEIVER for kind in PUBLIC_BODIES},
    **{(kind, "coordinator"): _COORDINATOR for kind in PUBLIC_BODIES},
    **{(kind, "clinician"): _CLINICIAN for kind in PUBLIC_BODIES},
    **{(kind, "editor"): _EDITOR for kind in PUBLIC_BODIES},
    **{(kind, "handler"): _HANDLER for kind in PUBLIC_BODIES},
    **{(kind, "lawyer"): _LAWYER for kind in PUBLIC_BODIES},
    **{(kind, "dpo"): _DPO for kind in PUBLIC_BODIES},
    **{(kind, "analyst"): _ANALYST for kind in PUBLIC_BODIES},
    ("operator", "operator"): _OPERATOR,
    ("operator", "dpo"): _DPO,
}

# One factor is enough for `editor` alone (AUT-3).
ROLES_WITH_ONE_FACTOR: Final = frozenset({"editor"})


def permissions_of(actor: Actor) -> frozenset[P]:
    """All that the actor's roles in the current organisation grant. Empty for links and jobs."""
    if not actor.is_user:
        return frozenset()
    granted: frozenset[P] = frozenset()
    for role in actor.roles:
        granted |= GRANTS.get((actor.organisation_kind, role), frozenset())
    return granted


def allows(actor: Actor, permission: P) -> bool:
    return permission in permissions_of(actor)


def require(actor: Actor, permission: P) -> None:
    """Raise `NotAllowed` (403) unless a role grants it."""
    if not allows(actor, permission):
        raise NotAllowed()
