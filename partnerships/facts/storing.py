"""Facts from and to the tables. Rows keep their id, so that values, done days and history stay
with them when the text is corrected."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models

from organisations.models import Organisation
from partnerships.facts.pointing import follow
from partnerships.facts.shape import SECTIONS, Column, Facts, Kind
from partnerships.models import (
    Activity,
    Agreement,
    AgreementClause,
    AgreementParty,
    BudgetAmount,
    BudgetLine,
    FrameAnswer,
    Goal,
    Indicator,
    Milestone,
    Obligation,
    Payment,
    Question,
    Risk,
    ScopeLevel,
)
from portal.geography.models import HealthCouncil, Municipality, Region

Row = dict[str, Any]


def read(agreement: Agreement, key: str) -> Facts:
    """The section as it stands now. Complete: every name is there."""
    section = SECTIONS[key]
    facts: Facts = {
        column.name: _value(agreement, column)
        for column in section.columns
        if column.name != "scope_area"
    }
    if key == "purpose":
        facts["scope_area"] = _scope_area(agreement)
    for part in section.parts:
        facts[part.name] = _PARTS[part.name].read(agreement)
    return facts


def write(agreement: Agreement, key: str, facts: Facts) -> None:
    """Put cleaned facts into the tables. The agreement itself is changed and saved by the caller's
    `update_fields` of `columns_of(key)`."""
    section = SECTIONS[key]
    for column in section.columns:
        if column.name == "scope_area":
            _set_scope(agreement, facts["scope_level"], facts["scope_area"])
        else:
            setattr(agreement, column.name, _stored(column, facts[column.name]))
    agreement.save()
    written: dict[str, dict[str, str]] = {}
    for part in section.parts:
        rows = [follow(part, row, written) for row in facts[part.name]]
        written[part.name] = _PARTS[part.name].write(agreement, rows)


def _value(row: models.Model, column: Column) -> Any:
    value = getattr(row, column.name)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, UUID):
        return str(value)
    return value


def _stored(column: Column, value: Any) -> Any:
    if column.kind is Kind.DATE:
        return date.fromisoformat(value) if value else None
    if column.kind is Kind.DECIMAL:
        return Decimal(value) if value is not None else None
    return value


# --- scope ------------------------------------------------------------------------------------
_SCOPES: Mapping[str, tuple[str, type[models.Model], str]] = {
    ScopeLevel.REGION: ("scope_region", Region, "slug"),
    ScopeLevel.HEALTH_COUNCIL: ("scope_council", HealthCouncil, "slug"),
    ScopeLevel.MUNICIPALITY: ("scope_municipality", Municipality, "code"),
    ScopeLevel.HOSPITAL: ("scope_organisation", Organisation, "slug"),
    ScopeLevel.DEPARTMENT: ("scope_organisation", Organisation, "slug"),
}


def find_area(level: str, area: str) -> models.Model | None:
    """The region, council, municipality or organisation that a scope names."""
    if not level or not area:
        return None
    _field, model, key = _SCOPES[level]
    return model._default_manager.filter(**{key: area}).first()


def _scope_area(agreement: Agreement) -> str:
    if not agreement.scope_level:
        return ""
    field, _model, key = _SCOPES[agreement.scope_level]
    return str(getattr(getattr(agreement, field), key, ""))


def _set_scope(agreement: Agreement, level: str, area: str) -> None:
    for field in ("scope_region", "scope_council", "scope_municipality", "scope_organisation"):
        setattr(agreement, field, None)
    found = find_area(level, area)
    if found is not None:
        setattr(agreement, _SCOPES[level][0], found)


# --- parts ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Store:
    """Rows of one model under an agreement, column by column."""

    model: Any
    columns: tuple[str, ...]
    # Row → more facts, and facts → more attributes, for what is not a plain column.
    more: Callable[[Any], Row] = lambda _row: {}
    attributes: Callable[[Agreement, Row], dict[str, Any]] = lambda _agreement, _facts: {}
    with_related: tuple[str, ...] = ()
    after: Callable[[Any, Row], None] | None = None

    def read(self, agreement: Agreement) -> list[Row]:
        rows = self.model.objects.filter(agreement=agreement).prefetch_related(*self.with_related)
        known = {column.name: column for column in self._shape()}
        return [
            {
                "id": str(row.pk),
                **{name: _value(row, known[name]) for name in self.columns},
                **self.more(row),
            }
            for row in rows
        ]

    def write(self, agreement: Agreement, rows: list[Row]) -> dict[str, str]:
        """Returns what each is called in the facts, with its key."""
        known = {column.name: column for column in self._shape()}
        there = {str(row.pk): row for row in self.model.objects.filter(agreement=agreement)}
        kept: set[str] = set()
        keys: dict[str, str] = {}
        for position, facts in enumerate(rows):
            row = there.get(facts.get("id", ""))
            row = self.model(agreement=agreement) if row is None else row
            for name in self.columns:
                setattr(row, name, _stored(known[name], facts[name]))
            for name, value in self.attributes(agreement, facts).items():
                setattr(row, name, value)
            row.position = position
            row.save()
            kept.add(str(row.pk))
            keys[str(facts.get("id") or "")] = str(row.pk)
            if self.after is not None:
                self.after(row, facts)
        self.model.objects.filter(agreement=agreement).exclude(pk__in=kept).delete()
        return {name: key for name, key in keys.items() if name}

    def _shape(self) -> tuple[Column, ...]:
        name = next(name for name, store in _PARTS.items() if store is self)
        return next(
            part.columns
            for section in SECTIONS.values()
            for part in section.parts
            if part.name == name
        )


class _Parties(_Store):
    """The parties are there already; only their own words and people change."""

    def read(self, agreement: Agreement) -> list[Row]:
        rows = agreement.parties.filter(left_on__isnull=True).select_related("organisation")
        return [
            {
                "id": str(row.pk),
                "organisation": row.organisation.slug,
                "role": row.role,
                "gives": row.gives,
                "contact": row.contact_id,
                "contact_title": row.contact_title,
                "deputy": row.deputy_id,
                "voice": row.voice,
            }
            for row in rows
        ]

    def write(self, agreement: Agreement, rows: list[Row]) -> dict[str, str]:
        there = {str(row.pk): row for row in agreement.parties.filter(left_on__isnull=True)}
        for facts in rows:
            row = there.get(facts["id"])
            if row is None:
                continue
            row.role, row.gives, row.voice = facts["role"], facts["gives"], facts["voice"]
            row.contact_id, row.deputy_id = facts["contact"], facts["deputy"]
            row.contact_title = facts["contact_title"]
            row.save()
        return {}


class _Answers(_Store):
    """One row a question, whether it is answered or not."""

    def read(self, agreement: Agreement) -> list[Row]:
        there = {row.question: row for row in agreement.frame_answers.all()}
        return [
            {
                "id": question,
                "question": question,
                "answer": there[question].answer if question in there else "",
                "reason": there[question].reason if question in there else "",
            }
            for question in Question.values
        ]

    def write(self, agreement: Agreement, rows: list[Row]) -> dict[str, str]:
        for facts in rows:
            FrameAnswer.objects.update_or_create(
                agreement=agreement,
                question=facts["question"],
                defaults={"answer": facts["answer"], "reason": facts["reason"]},
            )
        return {}


class _Indicators(_Store):
    """Rows that say the same goal share it."""

    def read(self, agreement: Agreement) -> list[Row]:
        rows = Indicator.objects.filter(agreement=agreement).select_related("goal")
        known = {column.name: column for column in self._shape()}
        return [
            {
                "id": str(row.pk),
                "goal": row.goal.text,
                **{name: _value(row, known[name]) for name in self.columns},
            }
            for row in rows
        ]

    def write(self, agreement: Agreement, rows: list[Row]) -> dict[str, str]:
        goals = {row.text: row for row in agreement.goals.all()}
        for position, text in enumerate(dict.fromkeys(facts["goal"] for facts in rows)):
            goal = goals.get(text) or Goal(agreement=agreement, text=text)
            goal.position = position
            goal.save()
            goals[text] = goal
        keys = super().write(agreement, rows)
        agreement.goals.filter(indicators__isnull=True).delete()
        return keys


def _goal_of(agreement: Agreement, facts: Row) -> dict[str, Any]:
    return {"goal": Goal.objects.get(agreement=agreement, text=facts["goal"])}


def _party_of(agreement: Agreement, facts: Row) -> dict[str, Any]:
    return {"party": agreement.parties.get(organisation__slug=facts["party"])}


def _payer_of(_agreement: Agreement, facts: Row) -> dict[str, Any]:
    slug = facts["paid_by"]
    return {"paid_by": Organisation.objects.get(slug=slug) if slug else None}


def _set_amounts(line: BudgetLine, facts: Row) -> None:
    line.amounts.exclude(year__in=[int(year) for year in facts["amounts"]]).delete()
    for year, amount in facts["amounts"].items():
        BudgetAmount.objects.update_or_create(
            line=line, year=int(year), defaults={"amount": amount}
        )


def _line_of(agreement: Agreement, facts: Row) -> dict[str, Any]:
    return {"line": agreement.budget.filter(text=facts["line"]).first()}


def _copied_from(_agreement: Agreement, facts: Row) -> dict[str, Any]:
    return {"clause_id": facts["clause"] or None}


def _part_of(_agreement: Agreement, facts: Row) -> dict[str, Any]:
    return {"activity_id": facts["activity"] or None}


_INDICATOR = ("name", "unit", "baseline", "target", "direction", "source", "disaggregation")
_PARTS: dict[str, _Store] = {
    "parties": _Parties(AgreementParty, ()),
    "obligations": _Store(
        Obligation,
        ("text", "owner", "due_on"),
        more=lambda row: {"party": row.party.organisation.slug},
        attributes=_party_of,
        with_related=("party__organisation",),
    ),
    "answers": _Answers(FrameAnswer, ()),
    "indicators": _Indicators(Indicator, (*_INDICATOR, "measure"), attributes=_goal_of),
    "activities": _Store(Activity, ("text", "starts_on", "ends_on")),
    "milestones": _Store(
        Milestone,
        ("text", "due_on"),
        more=lambda row: {"activity": str(row.activity_id) if row.activity_id else ""},
        attributes=_part_of,
    ),
    "lines": _Store(
        BudgetLine,
        ("text", "kind", "source", "lasting_ore"),
        more=lambda row: {
            "paid_by": row.paid_by.slug if row.paid_by else "",
            "amounts": {str(one.year): one.amount for one in row.amounts.all()},
        },
        attributes=_payer_of,
        with_related=("amounts", "paid_by"),
        after=_set_amounts,
    ),
    "payments": _Store(
        Payment,
        ("amount_ore", "due_on"),
        more=lambda row: {"line": row.line.text},
        attributes=_line_of,
        with_related=("line",),
    ),
    "risks": _Store(Risk, ("text", "likelihood", "consequence", "action", "owner")),
    "clauses": _Store(
        AgreementClause,
        ("kind", "title", "text"),
        more=lambda row: {"clause": str(row.clause_id) if row.clause_id else ""},
        attributes=_copied_from,
    ),
}


def without_ids(facts: Facts) -> Facts:
    """The same facts as new rows, for an agreement that copies them."""
    return {
        name: [{**row, "id": ""} for row in value]
        if isinstance(value, list) and value and isinstance(value[0], dict)
        else value
        for name, value in facts.items()
    }
