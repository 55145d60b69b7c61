"""Everything that somebody may be allowed to do. The grants table says who."""

from enum import StrEnum


class Permission(StrEnum):
    # the organisation
    ORGANISATION_VIEW = "organisation.view"
    ORGANISATION_EDIT = "organisation.edit"
    MEMBERS_MANAGE = "members.manage"
    TERMS_ACCEPT = "terms.accept"
    FIGURES_VIEW = "figures.view"
    # offers
    OFFER_EDIT = "offer.edit"
    OFFER_PROPOSE = "offer.propose"
    OFFER_MODERATE = "offer.moderate"
    # referrals
    REFERRAL_SEND = "referral.send"
    REFERRAL_FOLLOW = "referral.follow"
    REFERRAL_WITHDRAW = "referral.withdraw"
    REFERRAL_RECEIVE = "referral.receive"
    REFERRAL_ANSWER = "referral.answer"
    REFERRAL_MODERATE = "referral.moderate"
    REFERRAL_OVERSEE = "referral.oversee"
    SIGNPOST_COUNT = "signpost.count"
    CONCERN_HANDLE = "concern.handle"
    # agreements
    AGREEMENT_VIEW = "agreement.view"
    # oversight
    AUDIT_VIEW = "audit.view"
    OPERATE = "operate"
