"""A partnership agreement as a paper that all parties can stand by.

Every party has a box of the same size, in the order given; nobody's logo is on it. Empty facts
leave no trace, so a first idea and a signed agreement are the same paper.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from portal.common.text import clean_line
from portal.documents import paper, word
from portal.documents.agreement_facts import (
    Activity,
    AgreementDocument,
    AmendmentInForce,
    Budget,
    BudgetKind,
    BudgetLine,
    Change,
    FrameAnswer,
    Goal,
    Milestone,
    Party,
    Risk,
    Section,
    Volunteers,
)
from portal.documents.paper import (
    Block,
    Bullet,
    Card,
    Cards,
    Cell,
    Column,
    Paper,
    Person,
    Row,
    RowKind,
    Shape,
    Signature,
    cell,
)

# More years than this do not fit beside each other; the rest follow in a table below.
YEARS_SIDE_BY_SIDE = 5


def render_agreement_pdf(agreement: AgreementDocument, *, language: str = "da") -> bytes:
    """PDF/UA-1."""
    with override(language):
        return paper.render_pdf(_paper(agreement, language))


def render_agreement_docx(agreement: AgreementDocument, *, language: str = "da") -> bytes:
    """Word, with real headings, table headers and language."""
    with override(language):
        return word.render_docx(_paper(agreement, language))


def _paper(it: AgreementDocument, language: str) -> Paper:
    status = clean_line(it.status)
    return Paper(
        language=language,
        kicker=paper.joined(it.kind or _("Samarbejdsaftale"), it.number, by=" "),
        title=clean_line(it.title),
        status=cell(status, shape=it.status_shape) if status else None,
        facts_line=" · ".join(
            filter(None, (paper.from_to(it.starts_on, it.ends_on), _notice(it.notice_months)))
        ),
        made_on=it.made_on,
        blocks=(
            *_purpose(it),
            *paper.section(_("Parterne"), (Cards(tuple(map(_party, it.parties))),)),
            *paper.section(_("Mål og indikatorer"), _goals(it.goals)),
            *paper.section(_("Aktiviteter"), _activities(it.activities)),
            *paper.section(_("Økonomi"), *_budget(it.budget)),
            *paper.section(_("Frivillige"), *_volunteers(it.volunteers)),
            *paper.section(_("Rammespørgsmål"), _frame(it.frame_answers)),
            *paper.section(
                _("Styring og opfølgning"),
                paper.facts(
                    (_("Styregruppe"), it.steering_group),
                    (_("Møder"), it.meetings),
                    (_("Evaluering"), it.evaluation),
                ),
            ),
            *paper.section(_("Risici"), _risks(it.risks)),
            *paper.section(_("Når aftalen slutter"), paper.text(it.after_the_end)),
            *paper.section(_("Vilkår"), *_numbered(it.clauses, "{number}. {title}")),
            *paper.section(
                _("Tillæg, der gælder"), *(_amendment(amendment) for amendment in it.amendments)
            ),
            *paper.section(_("Bilag"), *_numbered(it.appendices, _("Bilag {number}: {title}"))),
            *signature_section(it.signatures),
        ),
    )


def signature_section(signatures: Sequence[Signature]) -> tuple[Block, ...]:
    if not signatures:
        return ()
    # A fingerprint cannot stand in the file that it is the fingerprint of.
    note = _("Dokumentets fingeraftryk står på aftalens side i Samspil.")
    return paper.section(
        _("Underskrifter"), paper.signatures(signatures), paper.text(note, "quiet")
    )


def change_table(changes: Sequence[Change]) -> tuple[Block, ...]:
    return paper.table(
        _("Hvad der er ændret, hvad der stod, og hvad der gælder nu"),
        (Column(_("Ændret"), 3), Column(_("Før"), 4), Column(_("Nu"), 4)),
        (
            Row((cell(change.what), cell(change.old or paper.NONE), cell(change.new or paper.NONE)))
            for change in changes
        ),
    )


def _notice(months: int | None) -> str:
    if not months:
        return ""
    return ngettext(
        "kan opsiges med %(count)d måneds varsel",
        "kan opsiges med %(count)d måneders varsel",
        months,
    ) % {"count": months}


def _purpose(it: AgreementDocument) -> tuple[Block, ...]:
    return (
        *paper.section(
            _("Formål"),
            paper.text(it.purpose, "lead"),
            paper.facts(
                (_("Målgruppe"), it.target_group),
                (_("Fundet ved"), it.target_group_found_by),
                (_("Omfang"), it.scope),
                (_("Samarbejde"), it.cooperation_degree),
            ),
        ),
        *paper.section(_("Baggrund"), paper.text(it.background)),
    )


def _party(party: Party) -> Card:
    return Card(
        clean_line(party.name),
        clean_line(party.side),
        (
            *paper.text(
                "\n".join(
                    (
                        *party.address,
                        party.municipality,
                        f"CVR {party.cvr}" if party.cvr else "",
                        f"SOR {party.sor}" if party.sor else "",
                    )
                ),
                "quiet",
            ),
            *paper.text(party.role),
            *paper.bullets(
                _("Giver og har ansvar for"),
                (
                    Bullet(
                        "\n".join(paper.paragraphs(item.text)),
                        paper.joined(
                            item.owner,
                            _("senest %(day)s") % {"day": paper.day(item.due_on)}
                            if item.due_on
                            else "",
                        ),
                    )
                    for item in party.obligations
                ),
            ),
            *paper.facts(
                (_("Kontakt"), _person(party.contact)), (_("Stedfortræder"), _person(party.deputy))
            ),
            *paper.text(party.voice, "voice"),
        ),
    )


def _person(person: Person | None) -> tuple[str, ...]:
    if person is None:
        return ()
    return (paper.joined(person.name, person.title), person.phone, person.email)


def _goals(goals: Sequence[Goal]) -> tuple[Block, ...]:
    """One table; a goal without an indicator still stands in it."""
    rows: list[Row] = []
    for goal in goals:
        rows.append(paper.group_row(goal.title))
        rows.extend(
            Row(
                (
                    cell(
                        item.title,
                        _("Opdelt på %(groups)s") % {"groups": clean_line(item.split_by)}
                        if item.split_by
                        else "",
                    ),
                    cell(_measure(item.baseline, item.unit)),
                    cell(_measure(item.target, item.unit)),
                    cell(item.direction),
                    cell(item.source),
                )
            )
            for item in goal.indicators
        )
    columns = (
        Column(_("Indikator"), 6),
        Column(_("Før"), 2),
        Column(_("Mål"), 2),
        Column(_("Retning"), 2),
        Column(_("Kilde"), 3),
    )
    found = paper.table(_("Mål og indikatorer"), columns, rows)
    return found or paper.bullets("", (Bullet(clean_line(goal.title)) for goal in goals))


def _measure(value: str, unit: str) -> str:
    return paper.joined(value, unit, by=" ") if value else paper.NONE


def _activities(activities: Sequence[Activity]) -> tuple[Block, ...]:
    rows: list[Row] = []
    for activity in activities:
        rows.append(
            Row(
                (
                    cell(activity.title, activity.text),
                    cell(paper.from_to(activity.starts_on, activity.ends_on)),
                    cell(activity.owner),
                )
            )
        )
        rows.extend(
            Row((cell(item.title), cell(_milestone_day(item)), cell("")), RowKind.PART)
            for item in activity.milestones
        )
    columns = (Column(_("Aktivitet og milepæle"), 6), Column(_("Hvornår"), 4), Column(_("Hvem"), 3))
    return paper.table(_("Aktiviteter med tidsramme og milepæle"), columns, rows)


def _milestone_day(milestone: Milestone) -> str:
    if milestone.done_on:
        return _("nået %(day)s") % {"day": paper.day(milestone.done_on)}
    return paper.day(milestone.due_on)


def _budget(budget: Budget) -> Iterable[tuple[Block, ...]]:
    count = len(budget.years)
    for start in range(0, max(count, 1), YEARS_SIDE_BY_SIDE):
        end = min(start + YEARS_SIDE_BY_SIDE, count)
        yield _budget_table(budget, range(start, end), is_last=end == count)


def _budget_table(budget: Budget, places: range, *, is_last: bool) -> tuple[Block, ...]:
    """The years at `places`; the last table also has what all years give, and what lasts."""

    def row(line: BudgetLine, kind: RowKind = RowKind.NORMAL) -> Row:
        sums = (_total(line.amounts), line.lasting) if is_last else ()
        numbers = (*(line.amounts[place] for place in places), *sums)
        return Row(
            (
                cell(line.title, line.source),
                *(cell(paper.danish_number(_whole_or_ore(number))) for number in numbers),
            ),
            kind,
        )

    def group(kind: BudgetKind, label: str) -> list[Row]:
        lines = [line for line in budget.lines if line.kind == kind]
        rows = [paper.group_row(label), *map(row, lines)] if lines else []
        if len(lines) > 1:
            rows.append(row(_sum_line(_("I alt"), lines, budget), RowKind.TOTAL))
        return rows

    rows = group(BudgetKind.MONEY, _("Penge, kr."))
    rows += group(BudgetKind.IN_KIND, _("Lokaler, arbejdstid og andet, kr."))
    worth = [line for line in budget.lines if line.kind != BudgetKind.VOLUNTEER_HOURS]
    if len({line.kind for line in worth}) > 1:
        rows.append(row(_sum_line(_("Penge og andet i alt, kr."), worth, budget), RowKind.TOTAL))
    rows += group(BudgetKind.VOLUNTEER_HOURS, _("Frivillige, timer"))
    sums = (_("I alt"), _("Varigt")) if is_last else ()
    names = (*(str(budget.years[place]) for place in places), *sums)
    columns = (Column(_("Post"), 1), *(Column(name, is_number=True) for name in names))
    return paper.table(_("Budget pr. år"), columns, rows)


def _sum_line(title: str, lines: Sequence[BudgetLine], budget: Budget) -> BudgetLine:
    return BudgetLine(
        title=title,
        amounts=tuple(
            _total(tuple(line.amounts[place] for line in lines))
            for place in range(len(budget.years))
        ),
        lasting=_total(tuple(line.lasting for line in lines)),
    )


def _whole_or_ore(amount: Decimal | None) -> Decimal | None:
    """1.000,50 and not 1.000,5; whole kroner and hours without decimals."""
    if amount is None:
        return None
    return amount.quantize(Decimal(1) if amount == amount.to_integral_value() else Decimal("0.01"))


def _total(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal()) if known else None


def _volunteers(volunteers: Volunteers) -> tuple[tuple[Block, ...], ...]:
    return (
        paper.text(volunteers.statement),
        paper.facts(
            (_("Uddannelse"), volunteers.training),
            (_("Støtte"), volunteers.supervision),
            (_("Udgifter"), volunteers.expenses),
            (_("Forsikring"), volunteers.insurance),
            (_("Tavshed"), volunteers.confidentiality),
            (_("Attester"), volunteers.certificates),
        ),
    )


def _frame(answers: Sequence[FrameAnswer]) -> tuple[Block, ...]:
    return paper.table(
        _("Rammespørgsmål med svar og begrundelse"),
        (Column(_("Spørgsmål"), 5), Column(_("Svar"), 3), Column(_("Begrundelse"), 6)),
        (Row((cell(item.question), _answer(item), cell(item.reason))) for item in answers),
    )


def _answer(item: FrameAnswer) -> Cell:
    """A question that is answered in words alone is answered."""
    if item.answer or item.reason:
        return cell(item.answer)
    return cell(_("Ikke besvaret"), shape=Shape.FEW)


def _risks(risks: Sequence[Risk]) -> tuple[Block, ...]:
    return paper.table(
        _("Risici, hvad parterne gør, og hvem der holder øje"),
        (Column(_("Risiko"), 5), Column(_("Det gør vi"), 6), Column(_("Hvem"), 3)),
        (Row((cell(risk.title), cell(risk.response), cell(risk.owner))) for risk in risks),
    )


def _numbered(sections: Sequence[Section], title: str) -> Iterable[tuple[Block, ...]]:
    for number, item in enumerate(sections, start=1):
        heading = title.format(number=number, title=clean_line(item.title))
        yield (paper.Heading(heading, 3), *paper.text(item.text))


def _amendment(amendment: AmendmentInForce) -> tuple[Block, ...]:
    title = _("Tillæg %(number)d") % {"number": amendment.number}
    since = (
        _("Gælder fra %(day)s.") % {"day": paper.day(amendment.effective_on)}
        if amendment.effective_on
        else ""
    )
    return (
        paper.Heading(paper.joined(title, amendment.kind, by=": "), 3),
        *paper.text(since, "quiet"),
        *change_table(amendment.changes),
    )
