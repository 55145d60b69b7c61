"""Agreements and everything that hangs on them, one module for each noun."""

from partnerships.models.agreement import (
    Agreement,
    AgreementKind,
    AgreementOffer,
    AgreementQuerySet,
    AgreementState,
    Degree,
    FramePair,
    ScopeLevel,
)
from partnerships.models.amendment import (
    Amendment,
    PartyChange,
)
from partnerships.models.budget import (
    BudgetAmount,
    BudgetLine,
    Payment,
)
from partnerships.models.document import (
    AgreementClause,
    Clause,
    Document,
)
from partnerships.models.draft import (
    ReportDraft,
    SectionDraft,
)
from partnerships.models.entrance import (
    ENTRANCE_KINDS,
    Enquiry,
    EnquiryLink,
    Entrance,
    EntrancePost,
)
from partnerships.models.figures import (
    OfferFigures,
)
from partnerships.models.forum import (
    ActionPoint,
    AgendaItem,
    Forum,
    ForumMember,
    Meeting,
    MinutesComment,
)
from partnerships.models.frame import (
    FrameAnswer,
    Question,
)
from partnerships.models.goals import (
    Activity,
    Goal,
    Indicator,
    IndicatorValue,
    Milestone,
)
from partnerships.models.guide import (
    AnchoringAssessment,
)
from partnerships.models.history import (
    AgreementChange,
    AgreementEvent,
)
from partnerships.models.party import (
    AgreementParty,
    Obligation,
    Side,
    Signature,
)
from partnerships.models.register import (
    CalendarFeed,
    SavedView,
)
from partnerships.models.reminder import (
    Reminder,
)
from partnerships.models.report import (
    Initiative,
    ReportBudgetRow,
    ReportRow,
    ReportSignature,
    StatusReport,
)
from partnerships.models.review import (
    Review,
)
from partnerships.models.risk import (
    Risk,
)
from partnerships.models.section import (
    AgreementSection,
    SectionApproval,
    SectionComment,
    SectionKey,
)
from partnerships.models.signing import (
    SigningOrder,
)

__all__ = [
    "ActionPoint",
    "Activity",
    "AgendaItem",
    "Agreement",
    "AgreementChange",
    "AgreementClause",
    "AgreementEvent",
    "AgreementKind",
    "AgreementOffer",
    "AgreementParty",
    "AgreementQuerySet",
    "AgreementSection",
    "AgreementState",
    "Amendment",
    "AnchoringAssessment",
    "BudgetAmount",
    "BudgetLine",
    "CalendarFeed",
    "Clause",
    "Degree",
    "Document",
    "ENTRANCE_KINDS",
    "Enquiry",
    "EnquiryLink",
    "Entrance",
    "EntrancePost",
    "Forum",
    "ForumMember",
    "FrameAnswer",
    "FramePair",
    "Goal",
    "Indicator",
    "IndicatorValue",
    "Initiative",
    "Meeting",
    "Milestone",
    "MinutesComment",
    "Obligation",
    "OfferFigures",
    "PartyChange",
    "Payment",
    "Question",
    "Reminder",
    "ReportBudgetRow",
    "ReportDraft",
    "ReportRow",
    "ReportSignature",
    "Review",
    "Risk",
    "SavedView",
    "ScopeLevel",
    "SectionApproval",
    "SectionComment",
    "SectionDraft",
    "SectionKey",
    "Side",
    "Signature",
    "SigningOrder",
    "StatusReport",
]
