"""The status report: three figures, the initiatives, the budget annex, and who has signed.

What was published stands as it was published. A status is a shape for the eye and the party's own
words; an amount keeps its decimals; a total that is not the sum of its years stays, with a note.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.common import clock
from portal.common.text import clean_line
from portal.documents import paper, word
from portal.documents.csv_file import Value, render_csv
from portal.documents.paper import (
    Block,
    Column,
    Figure,
    Figures,
    Paper,
    Row,
    RowKind,
    Shape,
    Signature,
    cell,
)

# The codes of `workflows.md` and the shape each is told by.
STATUS_SHAPES = {
    "on_schedule": Shape.OK,
    "partly": Shape.FEW,
    "delayed": Shape.FEW,
    "under_way": Shape.WAIT,
    "completed": Shape.ENDED,
    "continued": Shape.WAIT,
    "stopped": Shape.STOP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    """»16« of »25«: indsatser følger tidsplanen."""

    number: str
    of: str = ""
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Initiative:
    title: str
    number: str = ""
    subject: str = ""
    economy: str = ""
    status: str = ""  # the code
    status_words: str = ""  # the reporting party's own, printed verbatim
    indicator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """A section or a case."""

    title: str
    text: str


class Level(StrEnum):
    GROUP = "group"
    LINE = "line"
    PART = "part"  # heraf


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnexRow:
    """As published, in the annex's unit. None is the published dash; one amount for each year."""

    title: str
    level: Level = Level.LINE
    amounts: tuple[Decimal | None, ...] = ()
    total: Decimal | None = None
    lasting: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    unit: str = "mio. kr."
    years: tuple[int, ...] = ()
    rows: tuple[AnnexRow, ...] = ()

    def __post_init__(self) -> None:
        rows = (row for row in self.rows if row.level != Level.GROUP)
        if any(len(row.amounts) != len(self.years) for row in rows):
            raise ValueError("A row of the annex has one amount for each year.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    title: str
    published: Decimal
    years_give: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReportDocument:
    """Facts in plain text. Texts may have several lines; each line becomes a paragraph."""

    title: str
    subtitle: str = ""
    period: str = ""
    parties: tuple[str, ...] = ()
    status: str = ""  # the label
    status_shape: Shape = Shape.WAIT
    figures: tuple[KeyFigure, ...] = ()
    initiatives: tuple[Initiative, ...] = ()
    narrative: tuple[Narrative, ...] = ()
    cases: tuple[Narrative, ...] = ()
    annex: Annex = field(default_factory=Annex)
    signatures: tuple[Signature, ...] = ()
    made_on: date = field(default_factory=clock.today)


def render_report_pdf(report: StatusReportDocument, *, language: str = "da") -> bytes:
    """PDF/UA-1."""
    with override(language):
        return paper.render_pdf(_paper(report, language))


def render_report_docx(report: StatusReportDocument, *, language: str = "da") -> bytes:
    """Word, with real headings, table headers and language."""
    with override(language):
        return word.render_docx(_paper(report, language))


def render_report_csv(report: StatusReportDocument, *, language: str = "da") -> bytes:
    """Initiatives and annex in one table; the first column says which of them a row belongs to."""
    with override(language):
        header = (
            *(_("Afsnit"), _("Niveau"), _("Nummer"), _("Titel"), _("Økonomi"), _("Status")),
            *(_("Statuskode"), _("Indikator")),
            *map(str, report.annex.years),
            *(_("I alt"), _("Varigt"), _("Bemærkning")),
        )
        return render_csv(header, (*_initiative_values(report), *_annex_values(report.annex)))


def differences(rows: Sequence[AnnexRow]) -> tuple[Difference, ...]:
    """The rows whose published total is not the sum of their years, exactly. A dash counts as 0."""
    found = []
    for row in rows:
        known = [amount for amount in row.amounts if amount is not None]
        if row.total is not None and known and sum(known) != row.total:
            found.append(
                Difference(title=row.title, published=row.total, years_give=sum(known, Decimal()))
            )
    return tuple(found)


def difference_note(difference: Difference) -> str:
    return _(
        "%(title)s: årene giver %(sum)s, men planen angiver %(published)s. "
        "Tallet står, som det er udgivet."
    ) % {
        "title": clean_line(difference.title),
        "sum": paper.danish_number(difference.years_give),
        "published": paper.danish_number(difference.published),
    }


def _paper(it: StatusReportDocument, language: str) -> Paper:
    status = clean_line(it.status)
    return Paper(
        language=language,
        kicker=paper.joined(_("Årlig statusrapport"), it.period, by=" · "),
        title=clean_line(it.title),
        lead=clean_line(it.subtitle),
        status=cell(status, shape=it.status_shape) if status else None,
        facts_line=" · ".join(map(clean_line, it.parties)),
        made_on=it.made_on,
        blocks=(
            *_figures(it.figures),
            *paper.section(_("Indsatserne"), _initiatives(it.initiatives)),
            *_narratives(it.narrative),
            *paper.section(_("Cases"), *(_narratives((case,), level=3) for case in it.cases)),
            *paper.section(
                _("Bilag: økonomi, %(unit)s") % {"unit": clean_line(it.annex.unit)},
                _annex(it.annex),
            ),
            *paper.section(_("Underskrevet af"), paper.signatures(it.signatures)),
        ),
    )


def _figures(figures: Sequence[KeyFigure]) -> tuple[Block, ...]:
    if not figures:
        return ()
    return (
        Figures(
            tuple(
                Figure(
                    clean_line(item.number),
                    _("af %(all)s") % {"all": clean_line(item.of)} if item.of else "",
                    clean_line(item.label),
                )
                for item in figures
            )
        ),
    )


def _initiatives(initiatives: Sequence[Initiative]) -> tuple[Block, ...]:
    columns = (
        Column(_("Indsats"), 27),
        Column(_("Økonomi"), 27),
        Column(_("Status"), 24),
        Column(_("Indikator"), 22),
    )
    return paper.table(
        _("Økonomi, status og indikator for hver indsats"),
        columns,
        (
            Row(
                (
                    cell(paper.joined(item.number, item.title, by=" "), item.subject),
                    cell(item.economy),
                    cell(item.status_words, shape=STATUS_SHAPES.get(item.status)),
                    cell(item.indicator),
                )
            )
            for item in initiatives
        ),
    )


def _narratives(sections: Iterable[Narrative], *, level: int = 2) -> tuple[Block, ...]:
    return tuple(
        block
        for item in sections
        for block in paper.section(item.title, paper.text(item.text), level=level)
    )


def _annex(annex: Annex) -> tuple[Block, ...]:
    kinds = {Level.LINE: RowKind.NORMAL, Level.PART: RowKind.PART}
    numbers = (*map(str, annex.years), _("I alt"), _("Varigt"))
    notes = "\n".join(map(difference_note, differences(annex.rows)))
    return (
        *paper.table(
            _("Bevilling pr. år"),
            (Column(_("Initiativ"), 1), *(Column(name, is_number=True) for name in numbers)),
            (
                paper.group_row(row.title)
                if row.level == Level.GROUP
                else Row(
                    (
                        cell(row.title),
                        *map(cell, map(paper.danish_number, _amounts(row))),
                    ),
                    kinds[row.level],
                )
                for row in annex.rows
            ),
        ),
        *paper.text(notes, "quiet"),
    )


def _amounts(row: AnnexRow) -> tuple[Decimal | None, ...]:
    return (*row.amounts, row.total, row.lasting)


def _initiative_values(report: StatusReportDocument) -> Iterator[Sequence[Value]]:
    empty = (None,) * (len(report.annex.years) + 3)
    for item in report.initiatives:
        words = (item.number, item.title, item.economy, item.status_words, item.status)
        yield (_("Indsats"), "", *words, item.indicator, *empty)


def _annex_values(annex: Annex) -> Iterator[Sequence[Value]]:
    names = {Level.GROUP: _("Gruppe"), Level.LINE: _("Linje"), Level.PART: _("Heraf")}
    notes = {item.title: difference_note(item) for item in differences(annex.rows)}
    for row in annex.rows:
        amounts: tuple[Value, ...] = (None,) * (len(annex.years) + 2)
        if row.level != Level.GROUP:
            amounts = tuple(paper.NONE if it is None else it for it in _amounts(row))
        words = ("", row.title, "", "", "", "")
        yield (_("Økonomi"), names[row.level], *words, *amounts, notes.get(row.title))
