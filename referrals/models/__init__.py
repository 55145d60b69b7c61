from referrals.models.concern import Concern
from referrals.models.consent import Consent, ConsentForm, GivenBy, LegalBasis, SubjectRole
from referrals.models.draft import ReferralDraft
from referrals.models.event import Outcome, ReferralEvent
from referrals.models.link import PatientLink, ReplyLink
from referrals.models.patient import CodeSms, Message, ReferralPatient
from referrals.models.referral import AgeBand, Kind, Referral, SignpostCount, State

__all__ = [
    "AgeBand",
    "CodeSms",
    "Concern",
    "Consent",
    "ConsentForm",
    "GivenBy",
    "Kind",
    "LegalBasis",
    "Message",
    "Outcome",
    "PatientLink",
    "Referral",
    "ReferralDraft",
    "ReferralEvent",
    "ReferralPatient",
    "ReplyLink",
    "SignpostCount",
    "State",
    "SubjectRole",
]
