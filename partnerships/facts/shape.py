"""The names of all facts, section by section, and whose they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partnerships.models import (
    Agreement,
    AgreementKind,
    AgreementParty,
    BudgetLine,
    Clause,
    Degree,
    FrameAnswer,
    Indicator,
    Question,
    Risk,
    ScopeLevel,
    SectionKey,
    Side,
)

Facts = dict[str, Any]
Text = str | Promise
Choices = Iterable[tuple[Any, Text]]


class Kind(StrEnum):
    LINE = "line"
    TEXT = "text"
    DATE = "date"
    COUNT = "count"  # a whole number, 0 or more
    DECIMAL = "decimal"  # a number as text: "54.5"
    YES_NO = "yes_no"  # True, False or None for not answered
    ONE_OF = "one_of"
    TARGET_GROUPS = "target_groups"
    MEMBER = "member"  # a user's id
    ORGANISATION = "organisation"  # a slug
    AREA = "area"  # a region's or council's slug, a municipality's code, an organisation's slug
    ORE = "ore"  # money in øre
    YEARS = "years"  # {"2026": amount}
    LINK = "link"  # the id of another row, which nobody types
    ROW = "row"  # the id of a row in another part of the section (`Column.of`), chosen by its title


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    label: Text
    kind: Kind = Kind.LINE
    limit: int = 200
    choices: Choices = ()
    required: bool = False
    hint: Text = ""
    # Whose it is: None for both sides.
    owner: Side | None = None
    of: str = ""  # the part whose rows a ROW names


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one kind. `title` names the column that a row is spoken of by."""

    name: str
    label: Text
    row_label: Text
    columns: tuple[Column, ...]
    title: str
    fixed: bool = False  # the rows are there already: none is added or taken away


@dataclass(frozen=True, slots=True)
class Section:
    key: SectionKey
    columns: tuple[Column, ...] = ()
    parts: tuple[Part, ...] = ()
    # Whose section it is; None for both sides. A part may still have rows of one side alone.
    owner: Side | None = None
    hint: Text = ""

    @property
    def label(self) -> str:
        return str(self.key.label)

    def part(self, name: str) -> Part:
        return next(part for part in self.parts if part.name == name)


def _label(name: str) -> Text:
    return Agreement._meta.get_field(name).verbose_name  # type: ignore[union-attr]


def _text(name: str, limit: int, *, owner: Side | None = None, hint: Text = "") -> Column:
    return Column(name, _label(name), Kind.TEXT, limit, owner=owner, hint=hint)


def _line(name: str, limit: int, *, required: bool = False, hint: Text = "") -> Column:
    return Column(name, _label(name), Kind.LINE, limit, required=required, hint=hint)


_PURPOSE = Section(
    SectionKey.PURPOSE,
    (
        _line("title", 200, required=True),
        Column("kind", _label("kind"), Kind.ONE_OF, choices=AgreementKind.choices, required=True),
        _text("purpose", 4000, hint=_("Hvad skal blive bedre, og for hvem?")),
        _text("background", 4000, hint=_("Hvorfor nu? Hvad er prøvet før?")),
        _line("target_group", 400),
        Column("target_groups", _label("target_groups"), Kind.TARGET_GROUPS),
        _text("target_group_found", 2000, hint=_("Tal, samtaler eller erfaring.")),
        Column("degree", _label("degree"), Kind.ONE_OF, choices=Degree.choices),
        Column("scope_level", _label("scope_level"), Kind.ONE_OF, choices=ScopeLevel.choices),
        Column(
            "scope_area",
            _("område"),
            Kind.AREA,
            80,
            hint=_("Regionen, sundhedsrådet, kommunen, hospitalet eller afdelingen, det gælder."),
        ),
        _line("place", 200),
        Column("starts_on", _label("starts_on"), Kind.DATE),
        Column("ends_on", _label("ends_on"), Kind.DATE),
        Column("notice_months", _label("notice_months"), Kind.COUNT, 60),
    ),
)
_PARTIES = Section(
    SectionKey.PARTIES,
    parts=(
        Part(
            "parties",
            _("Parter"),
            _("Part"),
            (
                Column("organisation", _("organisation"), Kind.ORGANISATION),
                Column("role", _("rolle"), Kind.ONE_OF, choices=AgreementParty.Role.choices),
                Column("gives", _("giver"), Kind.TEXT, 2000),
                Column("contact", _("kontakt"), Kind.MEMBER),
                Column("contact_title", _("kontaktens titel"), Kind.LINE, 120),
                Column("deputy", _("stedfortræder"), Kind.MEMBER),
                Column("voice", _("med egne ord"), Kind.TEXT, 2000),
            ),
            "organisation",
            fixed=True,
        ),
        Part(
            "obligations",
            _("Opgaver"),
            _("Opgave"),
            (
                Column("party", _("hvem"), Kind.ORGANISATION, required=True),
                Column("text", _("opgave"), Kind.LINE, 400, required=True),
                Column("owner", _("ansvarlig"), Kind.LINE, 120),
                Column("due_on", _("senest"), Kind.DATE),
            ),
            "text",
        ),
    ),
    hint=_("Hver part skriver sin egen del."),
)
_FRAME = Section(
    SectionKey.FRAME,
    (
        Column(
            "shares_personal_data",
            _label("shares_personal_data"),
            Kind.YES_NO,
            owner=Side.PUBLIC,
        ),
        Column("involves_minors", _label("involves_minors"), Kind.YES_NO, owner=Side.PUBLIC),
        Column("home_visits", _label("home_visits"), Kind.YES_NO, owner=Side.PUBLIC),
        _text("data_protection", 4000, owner=Side.PUBLIC),
        Column("time_limited", _label("time_limited"), Kind.YES_NO, owner=Side.PUBLIC),
        _text("after_end", 2000, hint=_("Hvad sker der, når pengene eller aftalen hører op?")),
    ),
    parts=(
        Part(
            "answers",
            _("Spørgsmål"),
            _("Spørgsmål"),
            (
                Column("question", _("spørgsmål"), Kind.ONE_OF, choices=Question.choices),
                Column("answer", _("svar"), Kind.ONE_OF, choices=FrameAnswer.Answer.choices),
                Column("reason", _("begrundelse"), Kind.TEXT, 2000),
            ),
            "question",
            fixed=True,
        ),
    ),
)
_GOALS = Section(
    SectionKey.GOALS,
    parts=(
        Part(
            "indicators",
            _("Mål og indikatorer"),
            _("Indikator"),
            (
                Column("goal", _("mål"), Kind.LINE, 300, required=True),
                Column("name", _("indikator"), Kind.LINE, 200, required=True),
                Column("unit", _("enhed"), Kind.LINE, 40, hint=_("Fx %, timer eller personer.")),
                Column("baseline", _("før"), Kind.DECIMAL),
                Column("target", _("mål for tallet"), Kind.DECIMAL),
                Column("direction", _("retning"), Kind.ONE_OF, choices=Indicator.Direction.choices),
                Column("source", _("kilde"), Kind.LINE, 200),
                Column("disaggregation", _("opdeles efter"), Kind.LINE, 200),
                Column(
                    "measure",
                    _("tallet kommer fra"),
                    Kind.ONE_OF,
                    choices=Indicator.Measure.choices,
                ),
            ),
            "name",
        ),
    ),
)
_ACTIVITIES = Section(
    SectionKey.ACTIVITIES,
    parts=(
        Part(
            "activities",
            _("Aktiviteter"),
            _("Aktivitet"),
            (
                Column("text", _("aktivitet"), Kind.LINE, 300, required=True),
                Column("starts_on", _("fra"), Kind.DATE),
                Column("ends_on", _("til"), Kind.DATE),
            ),
            "text",
        ),
        Part(
            "milestones",
            _("Milepæle"),
            _("Milepæl"),
            (
                Column("text", _("milepæl"), Kind.LINE, 300, required=True),
                Column("due_on", _("senest"), Kind.DATE, required=True),
                Column(
                    "activity",
                    _("hører til aktiviteten"),
                    Kind.ROW,
                    hint=_("Er aktiviteten ny, så vælg den ved sit nummer, fx »Aktivitet 2«."),
                    of="activities",
                ),
            ),
            "text",
        ),
    ),
)
_BUDGET = Section(
    SectionKey.BUDGET,
    parts=(
        Part(
            "lines",
            _("Poster"),
            _("Post"),
            (
                Column("text", _("post"), Kind.LINE, 200, required=True),
                Column(
                    "kind",
                    _("slags"),
                    Kind.ONE_OF,
                    choices=BudgetLine.Kind.choices,
                    required=True,
                ),
                Column("paid_by", _("betales af"), Kind.ORGANISATION),
                Column("source", _("pengene kommer fra"), Kind.LINE, 200),
                Column("amounts", _("beløb eller timer pr. år"), Kind.YEARS),
                Column("lasting_ore", _("varigt pr. år"), Kind.ORE),
            ),
            "text",
        ),
        Part(
            "payments",
            _("Betalinger"),
            _("Betaling"),
            (
                Column("line", _("post"), Kind.LINE, 200, required=True),
                Column("amount_ore", _("beløb"), Kind.ORE, required=True),
                Column("due_on", _("betales senest"), Kind.DATE, required=True),
            ),
            "line",
        ),
    ),
)
_VOLUNTEERS = Section(
    SectionKey.VOLUNTEERS,
    (
        _text(
            "volunteers_statement",
            4000,
            owner=Side.ASSOCIATION,
            hint=_("Hvad gør de frivillige, og hvad gør de ikke?"),
        ),
        _text("volunteer_training", 2000, owner=Side.ASSOCIATION),
        _text("volunteer_supervision", 2000, owner=Side.ASSOCIATION),
    ),
    owner=Side.ASSOCIATION,
)
_GOVERNANCE = Section(
    SectionKey.GOVERNANCE,
    (
        _text("steering_group", 2000),
        _line("meeting_rhythm", 200),
        _text("evaluation_plan", 2000),
        Column("archive_reference", _label("archive_reference"), Kind.LINE, 80, owner=Side.PUBLIC),
    ),
)
_RISKS = Section(
    SectionKey.RISKS,
    parts=(
        Part(
            "risks",
            _("Risici"),
            _("Risiko"),
            (
                Column("text", _("risiko"), Kind.LINE, 300, required=True),
                Column(
                    "likelihood",
                    _("sandsynlighed"),
                    Kind.ONE_OF,
                    choices=Risk.Level.choices,
                    required=True,
                ),
                Column(
                    "consequence",
                    _("konsekvens"),
                    Kind.ONE_OF,
                    choices=Risk.Level.choices,
                    required=True,
                ),
                Column("action", _("det gør vi"), Kind.LINE, 400),
                Column("owner", _("ansvarlig"), Kind.LINE, 120),
            ),
            "text",
        ),
    ),
)
_CLAUSES = Section(
    SectionKey.CLAUSES,
    parts=(
        Part(
            "clauses",
            _("Vilkår og bilag"),
            _("Vilkår eller bilag"),
            (
                Column(
                    "kind",
                    _("slags"),
                    Kind.ONE_OF,
                    choices=Clause.Kind.choices,
                    required=True,
                ),
                Column("title", _("titel"), Kind.LINE, 200, required=True),
                Column("text", _("tekst"), Kind.TEXT, 8000, required=True),
                Column("clause", _("fra biblioteket"), Kind.LINK),
            ),
            "title",
        ),
    ),
)

SECTIONS: Final[Mapping[str, Section]] = {
    section.key.value: section
    for section in (
        _PURPOSE,
        _PARTIES,
        _FRAME,
        _GOALS,
        _ACTIVITIES,
        _BUDGET,
        _VOLUNTEERS,
        _GOVERNANCE,
        _RISKS,
        _CLAUSES,
    )
}

# Whose answer a frame question is; those that stand in neither are for both sides.
ASSOCIATIONS_QUESTIONS: Final = frozenset(
    {
        Question.EXPENSES,
        Question.INSURANCE,
        Question.CONFIDENTIALITY,
        Question.CERTIFICATES,
        Question.SUPPORT_NAMED,
    }
)
PUBLIC_QUESTIONS: Final = frozenset(
    {
        Question.CORE_TASK,
        Question.FINANCE_NOT_SUPPORT,
        Question.LAWYER_ASSESSED,
        Question.PAY_TERMS,
        Question.TIME_LIMITED,
        Question.NO_REPLACEMENT,
        Question.NOT_SAVING_ONLY,
    }
)


def side_of_question(question: str) -> Side | None:
    """Who answers a frame question; None for either side."""
    if question in ASSOCIATIONS_QUESTIONS:
        return Side.ASSOCIATION
    return Side.PUBLIC if question in PUBLIC_QUESTIONS else None
