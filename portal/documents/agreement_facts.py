"""What an agreement's paper says; `portal.documents.agreement` sets it."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portal.common import clock
from portal.documents.paper import Person, Shape, Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    text: str
    owner: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    name: str
    side: str = ""  # the label: Offentlig part, Forening
    cvr: str = ""
    sor: str = ""
    address: tuple[str, ...] = ()
    municipality: str = ""
    contact: Person | None = None
    deputy: Person | None = None
    role: str = ""
    obligations: tuple[Obligation, ...] = ()
    voice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    title: str
    baseline: str = ""
    target: str = ""
    unit: str = ""
    direction: str = ""  # the label: Skal op, Skal ned
    source: str = ""
    split_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    title: str
    indicators: tuple[Indicator, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    title: str
    due_on: date | None = None
    done_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    title: str
    text: str = ""
    owner: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    milestones: tuple[Milestone, ...] = ()


class BudgetKind(StrEnum):
    MONEY = "money"
    IN_KIND = "in_kind"
    VOLUNTEER_HOURS = "volunteer_hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """`amounts` has one for each of the budget's years: kroner, or hours of volunteers."""

    title: str
    source: str = ""  # who pays or gives
    kind: BudgetKind = BudgetKind.MONEY
    amounts: tuple[Decimal | None, ...] = ()
    lasting: Decimal | None = None  # each year after the last


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    years: tuple[int, ...] = ()
    lines: tuple[BudgetLine, ...] = ()

    def __post_init__(self) -> None:
        if any(len(line.amounts) != len(self.years) for line in self.lines):
            raise ValueError("A budget line has one amount for each year.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameAnswer:
    question: str
    answer: str = ""  # the label: Ja, Nej, Ikke relevant
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Volunteers:
    statement: str = ""
    training: str = ""
    supervision: str = ""
    expenses: str = ""
    insurance: str = ""
    confidentiality: str = ""
    certificates: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    title: str
    response: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A clause or an appendix."""

    title: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    what: str
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentInForce:
    number: int
    kind: str = ""  # the label
    effective_on: date | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementDocument:
    """Facts in plain text. Texts may have several lines; each line becomes a paragraph."""

    number: str
    title: str
    kind: str = ""  # the label; without one it is a Samarbejdsaftale
    status: str = ""  # the label
    status_shape: Shape = Shape.WAIT
    starts_on: date | None = None
    ends_on: date | None = None
    notice_months: int | None = None
    parties: tuple[Party, ...]
    scope: str = ""
    cooperation_degree: str = ""
    purpose: str = ""
    background: str = ""
    target_group: str = ""
    target_group_found_by: str = ""
    goals: tuple[Goal, ...] = ()
    activities: tuple[Activity, ...] = ()
    budget: Budget = field(default_factory=Budget)
    frame_answers: tuple[FrameAnswer, ...] = ()
    volunteers: Volunteers = field(default_factory=Volunteers)
    steering_group: tuple[str, ...] = ()
    meetings: str = ""
    risks: tuple[Risk, ...] = ()
    evaluation: str = ""
    after_the_end: str = ""
    clauses: tuple[Section, ...] = ()
    appendices: tuple[Section, ...] = ()
    amendments: tuple[AmendmentInForce, ...] = ()
    signatures: tuple[Signature, ...] = ()
    made_on: date = field(default_factory=clock.today)

    def __post_init__(self) -> None:
        if len(self.parties) < 2:
            raise ValueError("An agreement has at least two parties.")
