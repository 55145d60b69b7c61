from organisations.models.organisation import (
    IN_USE,
    ClosingPeriod,
    Contact,
    Organisation,
    OrganisationKind,
    OrganisationProfile,
    Workforce,
)
from organisations.models.people import Invitation, Membership, MembershipRole, Role
from organisations.models.terms import NamedHandler, TermsAcceptance

__all__ = [
    "IN_USE",
    "ClosingPeriod",
    "Contact",
    "Invitation",
    "Membership",
    "MembershipRole",
    "NamedHandler",
    "Organisation",
    "OrganisationKind",
    "OrganisationProfile",
    "Role",
    "TermsAcceptance",
    "Workforce",
]
