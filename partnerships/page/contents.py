"""What each section says, laid out for its own card."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.vocabularies import TARGET_GROUPS
from partnerships.amended_parties import joining_signatures
from partnerships.documents import scope_of, shown_number
from partnerships.facts.shape import side_of_question
from partnerships.guards import bars_the_way
from partnerships.models import (
    Agreement,
    AgreementParty,
    BudgetLine,
    FrameAnswer,
    Indicator,
    IndicatorValue,
    Question,
    Side,
    Signature,
)
from portal.accounts.models import User
from portal.common import clock
from portal.common.templatetags.look import kroner, long_date, number

Fact = dict[str, str]


def facts(*pairs: tuple[object, str]) -> list[Fact]:
    return [{"label": str(label), "value": value} for label, value in pairs if value]


# --- purpose, volunteers, governance ----------------------------------------------------------
def purpose_of(agreement: Agreement) -> dict[str, Any]:
    return {
        "lead": agreement.purpose,
        "facts": facts(
            (_("Målgruppe"), agreement.target_group),
            (
                _("For"),
                ", ".join(str(one) for one in TARGET_GROUPS.labels(agreement.target_groups)),
            ),
            (_("Gælder for"), scope_of(agreement)),
            (_("Samarbejde"), agreement.get_degree_display() if agreement.degree else ""),
            (_("Periode"), period_of(agreement)),
            (_("Varsel"), _months(agreement.notice_months)),
        ),
        "more": facts(
            (_("Baggrund"), agreement.background),
            (_("Sådan blev målgruppen fundet"), agreement.target_group_found),
        ),
    }


def period_of(agreement: Agreement) -> str:
    if agreement.starts_on is None or agreement.ends_on is None:
        return ""
    return _("%(first)s til %(last)s") % {
        "first": long_date(agreement.starts_on),
        "last": long_date(agreement.ends_on),
    }


def notice_of(agreement: Agreement) -> str:
    months = agreement.notice_months
    if months is None:
        return ""
    if months == 0:
        return _("kan opsiges uden varsel")
    if months == 1:
        return _("kan opsiges med en måneds varsel")
    return _("kan opsiges med %(months)s måneders varsel") % {"months": months}


def _months(months: int | None) -> str:
    if months is None:
        return ""
    return (
        ngettext("%(n)s måned", "%(n)s måneder", months) % {"n": months} if months else _("Intet")
    )


def volunteers_of(agreement: Agreement) -> dict[str, Any]:
    return {
        "lead": agreement.volunteers_statement,
        "facts": [],
        "more": facts(
            (_("Oplæring"), agreement.volunteer_training),
            (_("Supervision"), agreement.volunteer_supervision),
        ),
    }


def governance_of(agreement: Agreement) -> dict[str, Any]:
    return {
        "lead": "",
        "facts": facts(
            (_("Mødes"), agreement.meeting_rhythm),
            (_("Journalnummer"), agreement.archive_reference),
        ),
        "more": facts(
            (_("Styregruppe"), agreement.steering_group),
            (_("Evaluering"), agreement.evaluation_plan),
        ),
    }


# --- parties ----------------------------------------------------------------------------------
def parties_of(agreement: Agreement, parties: Sequence[AgreementParty]) -> list[dict[str, Any]]:
    """Equal boxes: what each gives and does, who signed and when."""
    text = agreement.frozen_id
    signed = {
        row.party_id: row
        for row in agreement.signatures.all()
        if row.amendment_id is None and row.document_id == text
    }
    if any(row.joined_on and row.pk not in signed for row in parties):
        signed |= joining_signatures(agreement)
    obligations = list(agreement.obligations.all())
    return [
        {
            "pk": row.pk,
            "name": row.organisation.name,
            "above": row.organisation.parent.name if row.organisation.parent else "",
            "kind": row.organisation.get_kind_display(),
            "role": row.get_role_display(),
            "gives": row.gives,
            "voice": row.voice,
            "contact": row.contact.name if row.contact else "",
            "contact_title": row.contact_title,
            "deputy": row.deputy.name if row.deputy else "",
            "obligations": [
                {
                    "pk": one.pk,
                    "text": one.text,
                    "owner": one.owner,
                    "due_on": one.due_on,
                    "done": one.done_on,
                }
                for one in obligations
                if one.party_id == row.pk
            ],
            "signature": signed.get(row.pk),
            "signed_by": _other_than(row.contact, signed.get(row.pk)),
        }
        for row in parties
    ]


def _other_than(contact: User | None, signature: Signature | None) -> str:
    """Who signed, where it is not the contact, who stands there already."""
    name = signature.signer_name if signature else ""
    return "" if contact is not None and contact.name == name else name


# --- frame questions --------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Answered:
    question: str
    answer: str
    reason: str
    tone: str
    word: str


def frame_of(agreement: Agreement, parties: Sequence[AgreementParty]) -> dict[str, Any]:
    answers = {row.question: row for row in agreement.frame_answers.all()}
    return {
        "answers": [
            _answered(agreement, question, answers.get(question), parties) for question in Question
        ],
        "facts": facts(
            (_("Personoplysninger deles"), _yes_no(agreement.shares_personal_data)),
            (_("Arbejder med børn og unge"), _yes_no(agreement.involves_minors)),
            (_("Kommer i borgeres hjem"), _yes_no(agreement.home_visits)),
            (_("Tidsbegrænsede penge"), _yes_no(agreement.time_limited)),
        ),
        "more": facts(
            (_("Afklaring af databeskyttelse"), agreement.data_protection),
            (_("Planen for dagen efter"), agreement.after_end),
        ),
    }


def _yes_no(value: bool | None) -> str:
    if value is None:
        return _("Ikke besvaret")
    return _("Ja") if value else _("Nej")


def _answered(
    agreement: Agreement,
    question: Question,
    row: FrameAnswer | None,
    parties: Sequence[AgreementParty],
) -> Answered:
    label = str(question.label)
    if row is None or not row.answer or not row.reason:
        side = side_of_question(question)
        names = [one.organisation.name for one in parties if side is None or one.side == side]
        who = names[0] if len(names) == 1 else _("Parterne")
        if side is not None and len(names) != 1:
            who = _("Foreningerne") if side == Side.ASSOCIATION else _("De offentlige parter")
        return Answered(
            label,
            row.get_answer_display() if row and row.answer else "",
            (row.reason if row else "") or _("%(who)s svarer.") % {"who": who},
            "few",
            _("Mangler"),
        )
    if bars_the_way(agreement, row):
        return Answered(label, row.get_answer_display(), row.reason, "stop", _("Spærrer"))
    return Answered(label, row.get_answer_display(), row.reason, "ok", _("Besvaret"))


# --- goals ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Measured:
    name: str
    source: str
    before: str
    now: str
    target: str
    # How far, in per cent of the bar; None where that cannot be said.
    share: int | None
    words: str
    as_of: str


def goals_of(agreement: Agreement) -> list[dict[str, Any]]:
    """Indicators under their goals."""
    rows = list(agreement.indicators.all())
    return [
        {
            "text": goal.text,
            "indicators": [_measured(row) for row in rows if row.goal_id == goal.pk],
        }
        for goal in agreement.goals.all()
    ]


def _measured(row: Indicator) -> Measured:
    values = list(row.values.all())
    newest = values[-1] if values else None
    share, words = _way(row, newest)
    return Measured(
        name=row.name,
        source=_source(row),
        before=shown_number(row.baseline, row.unit if row.unit == "%" else ""),
        now=_now(row, newest),
        target=shown_number(row.target, row.unit if row.unit == "%" else ""),
        share=share,
        words=words,
        as_of=long_date(newest.on) if newest else "",
    )


def _source(row: Indicator) -> str:
    if row.measure != Indicator.Measure.BY_HAND:
        return _("Talt i Samspil: %(what)s") % {"what": row.get_measure_display().lower()}
    unit = "" if row.unit == "%" else row.unit
    return ", ".join(filter(None, (row.source, unit)))


def _now(row: Indicator, newest: IndicatorValue | None) -> str:
    if newest is None:
        return ""
    if newest.value is None:
        return _("skjult")
    return shown_number(newest.value, row.unit if row.unit == "%" else "")


def _way(row: Indicator, newest: IndicatorValue | None) -> tuple[int | None, str]:
    if newest is None:
        return None, _("Ikke målt endnu")
    if newest.value is None:
        return None, _("Under fem, så tallet vises ikke")
    if row.target is None:
        return None, _("Der er ikke sat et mål")
    if row.direction == Indicator.Direction.DOWN:
        if newest.value <= row.target:
            return 100, _("Målet er nået")
        if row.baseline is None or row.baseline <= row.target:
            return None, _("Ikke nået endnu")
        way = (row.baseline - newest.value) / (row.baseline - row.target)
        share = max(0, _percent(way))
        return min(share, 100), _("%(share)s %% af vejen") % {"share": share}
    if row.target <= 0:
        return None, ""
    share = max(0, _percent(newest.value / row.target))
    return min(share, 100), _("%(share)s %% af målet") % {"share": number(share)}


def _percent(value: Decimal) -> int:
    return int((value * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


# --- activities -------------------------------------------------------------------------------
def activities_of(agreement: Agreement) -> dict[str, Any]:
    today = clock.today()
    activities = {row.pk: row for row in agreement.activities.all()}
    return {
        "activities": list(activities.values()),
        "milestones": [
            {
                "pk": row.pk,
                "text": row.text,
                "due_on": row.due_on,
                "activity": activities[row.activity_id].text if row.activity_id else "",
                "done": row.done_on,
                "tone": "ok" if row.done_on else "few" if row.due_on < today else "mute",
                "word": _("Nået")
                if row.done_on
                else _("Over tid")
                if row.due_on < today
                else _("Kommer"),
            }
            for row in agreement.milestones.all()
        ],
    }


# --- economy ----------------------------------------------------------------------------------
@dataclass(slots=True)
class BudgetRow:
    label: str
    cells: list[str]
    sub: str = ""
    is_sum: bool = False
    is_part: bool = False  # one payer's share of the sum


@dataclass(slots=True)
class Budget:
    heads: list[str] = field(default_factory=list)
    money: list[BudgetRow] = field(default_factory=list)
    hours: list[BudgetRow] = field(default_factory=list)
    payments: list[Any] = field(default_factory=list)


def budget_of(agreement: Agreement) -> Budget:
    """By year, with totals per payer; hours are never added to money."""
    lines = list(agreement.budget.all())
    years = sorted({one.year for line in lines for one in line.amounts.all()})
    lasting = any(line.lasting_ore is not None for line in lines)
    money = [line for line in lines if line.kind != BudgetLine.Kind.VOLUNTEER_HOURS]
    hours = [line for line in lines if line.kind == BudgetLine.Kind.VOLUNTEER_HOURS]
    texts = {line.pk: line.text for line in lines}
    budget = Budget(
        heads=[*map(str, years), *([_("Varigt")] if lasting else [])],
        payments=[
            {"row": row, "line": texts.get(row.line_id, "")} for row in agreement.payments.all()
        ],
    )
    budget.money = list(_money_rows(money, years, lasting))
    budget.hours = list(_hour_rows(hours, years, lasting))
    return budget


def _money_rows(lines: list[BudgetLine], years: list[int], lasting: bool) -> Iterator[BudgetRow]:
    for line in lines:
        yield BudgetRow(
            line.text,
            [_kroner(value) for value in _values(line, years, lasting)],
            sub=", ".join(filter(None, (_payer(line), line.get_kind_display().lower()))),
        )
    payers = list(dict.fromkeys(_payer(line) for line in lines))
    if 1 < len(payers) < len(lines):
        for payer in payers:
            own = [line for line in lines if _payer(line) == payer]
            label = _("%(payer)s i alt") % {"payer": payer or _("Uden betaler")}
            yield BudgetRow(label, _sums(own, years, lasting), is_part=True)
    if len(lines) > 1:
        yield BudgetRow(_("I alt"), _sums(lines, years, lasting), is_sum=True)


def _hour_rows(lines: list[BudgetLine], years: list[int], lasting: bool) -> Iterator[BudgetRow]:
    for line in lines:
        values = _values(line, years, lasting=False)
        cells = [_("%(n)s timer") % {"n": number(one)} if one else "" for one in values]
        yield BudgetRow(line.text, [*cells, *([""] if lasting else [])], sub=_payer(line))


def _payer(line: BudgetLine) -> str:
    return line.paid_by.name if line.paid_by else line.source


def _values(line: BudgetLine, years: list[int], lasting: bool) -> list[int | None]:
    known = {one.year: one.amount for one in line.amounts.all()}
    values: list[int | None] = [known.get(year) for year in years]
    return [*values, line.lasting_ore] if lasting else values


def _sums(lines: Iterable[BudgetLine], years: list[int], lasting: bool) -> list[str]:
    columns = zip(*(_values(line, years, lasting) for line in lines), strict=True)
    return [_kroner(sum(value for value in column if value is not None)) for column in columns]


def _kroner(value: int | None) -> str:
    return "" if value is None else kroner(value).removesuffix("kr.").rstrip("\u00a0")
