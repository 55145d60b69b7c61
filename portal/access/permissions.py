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
    AGREEMENT_WRITE = "agreement.write"
    AGREEMENT_SIGN = "agreement.sign"
    AGREEMENT_STEER = "agreement.steer"
    AGREEMENT_REVIEW_PROFESSIONAL = "agreement.review_professional"
    AGREEMENT_REVIEW_LEGAL = "agreement.review_legal"
    AGREEMENT_REVIEW_DATA = "agreement.review_data"
    CLAUSE_EDIT = "clause.edit"
    ENTRANCE_EDIT = "entrance.edit"
    FORUM_TAKE_PART = "forum.take_part"
    FORUM_RUN = "forum.run"
    SUCCESSION_PREPARE = "succession.prepare"
    SUCCESSION_APPROVE = "succession.approve"
    # oversight
    AUDIT_VIEW = "audit.view"
    OPERATE = "operate"
