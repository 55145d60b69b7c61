"""A paper: what a document says, block by block, before anybody decides how it looks.

Agreements, amendments and reports are put together from these blocks once. `render_pdf` hands them
to typst, `portal.documents.word` writes them as Word. So both say the same in the same order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.common.text import clean_line, clean_text
from portal.documents.typeset import typeset

NONE = "–"


class Shape(StrEnum):
    """The five shapes of the design. They differ without colour, and a word always follows."""

    OK = "ok"  # filled circle
    FEW = "few"  # half circle
    WAIT = "wait"  # ring
    STOP = "stop"  # square
    ENDED = "ended"  # quiet ring


class RowKind(StrEnum):
    NORMAL = "normal"
    GROUP = "group"  # spans the table and stays with the row below
    PART = "part"  # indented below the row above
    TOTAL = "total"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    title: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Signed when `signed_on` is set; otherwise a line to sign on, or who is waited for."""

    party: str
    name: str = ""
    title: str = ""
    signed_on: date | None = None
    method: str = ""
    waiting_for: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 2
    block: str = field(default="heading", init=False)


@dataclass(frozen=True, slots=True)
class Text:
    paragraphs: tuple[str, ...]
    role: str = "body"  # body, lead, quiet, voice
    block: str = field(default="text", init=False)


@dataclass(frozen=True, slots=True)
class Bullet:
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    label: str
    items: tuple[Bullet, ...]
    block: str = field(default="bullets", init=False)


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    rows: tuple[Fact, ...]
    block: str = field(default="facts", init=False)


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    width: int = 0  # share of the line; 0 is as wide as a number
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    note: str = ""
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[Cell, ...]
    kind: RowKind = RowKind.NORMAL


@dataclass(frozen=True, slots=True)
class Table:
    title: str  # what the table is, for those who do not see it
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    block: str = field(default="table", init=False)


@dataclass(frozen=True, slots=True)
class Figure:
    number: str
    of: str
    label: str


@dataclass(frozen=True, slots=True)
class Figures:
    items: tuple[Figure, ...]
    block: str = field(default="figures", init=False)


@dataclass(frozen=True, slots=True)
class SignatureLine:
    party: str
    lines: tuple[str, ...]
    to_sign: bool = False
    block: str = field(default="signature", init=False)


@dataclass(frozen=True, slots=True)
class Signatures:
    items: tuple[SignatureLine, ...]
    sign_label: str
    block: str = field(default="signatures", init=False)


@dataclass(frozen=True, slots=True)
class Card:
    """One of several equals: the same size and the same place as the others."""

    title: str
    kicker: str
    blocks: tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class Cards:
    items: tuple[Card, ...]
    block: str = field(default="cards", init=False)


Block = Heading | Text | Bullets | Facts | Table | Figures | Signatures | Cards


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    language: str
    kicker: str  # what kind of paper, with its number
    title: str
    blocks: tuple[Block, ...]
    lead: str = ""
    status: Cell | None = None
    facts_line: str = ""  # beside the status: dates and notice
    made_on: date

    @property
    def running_title(self) -> str:
        return " · ".join(filter(None, (self.kicker, self.title)))


def render_pdf(paper: Paper) -> bytes:
    """PDF/UA-1 on A4, as many pages as it takes."""
    data = asdict(paper) | {
        "made_on": "",
        "running_title": paper.running_title,
        "made": made(paper),
        "demo": demo_notice(),
        "page_of": page_words(),
    }
    return typeset("paper", data)


def made(paper: Paper) -> str:
    return _("Hentet på Samspil %(day)s") % {"day": day(paper.made_on)}


def demo_notice() -> str:
    return _("Eksempel: parter, personer og tal er opdigtede.") if settings.DEMO else ""


def page_words() -> tuple[str, str]:
    """The words around the two page numbers."""
    before, after = _("Side {page} af {pages}").split("{page}")
    return before, after.removesuffix("{pages}")


# --- small pieces that the documents share ------------------------------------------------------


def day(value: date | None) -> str:
    return date_format(value, "j. F Y") if value else ""


def from_to(start: date | None, end: date | None) -> str:
    if start and end:
        return _("%(start)s til %(end)s") % {"start": day(start), "end": day(end)}
    if start:
        return _("fra %(start)s") % {"start": day(start)}
    return _("til %(end)s") % {"end": day(end)} if end else ""


def danish_number(value: Decimal | int | None) -> str:
    """Comma, dots between thousands, and the decimals it came with; `–` is none."""
    if value is None:
        return NONE
    return f"{Decimal(value):,f}".translate(str.maketrans(",.", ".,"))


def joined(*parts: str, by: str = ", ") -> str:
    return by.join(filter(None, map(clean_line, parts)))


def paragraphs(text: str) -> tuple[str, ...]:
    """The lines of a text that somebody typed, without the empty ones."""
    return tuple(line for line in map(clean_line, clean_text(text).split("\n")) if line)


def facts(*rows: tuple[str, str | Sequence[str]]) -> tuple[Facts, ...]:
    """Label and value, without the empty ones; nothing at all when every one is empty."""
    kept = []
    for label, value in rows:
        lines = (
            paragraphs(value)
            if isinstance(value, str)
            else tuple(line for line in map(clean_line, value) if line)
        )
        if lines:
            kept.append(Fact(label, lines))
    return (Facts(tuple(kept)),) if kept else ()


def text(value: str, role: str = "body") -> tuple[Text, ...]:
    lines = paragraphs(value)
    return (Text(lines, role),) if lines else ()


def bullets(label: str, items: Iterable[Bullet]) -> tuple[Bullets, ...]:
    kept = tuple(item for item in items if item.text)
    return (Bullets(label, kept),) if kept else ()


def cell(value: str, note: str = "", shape: Shape | None = None) -> Cell:
    return Cell("\n".join(paragraphs(value)), "\n".join(paragraphs(note)), shape)


def group_row(title: str) -> Row:
    return Row((cell(title),), RowKind.GROUP)


def table(title: str, columns: tuple[Column, ...], rows: Iterable[Row]) -> tuple[Table, ...]:
    """A table of the rows; none without rows. A column where nothing is written is left out."""
    kept = tuple(rows)
    if not any(row.kind != RowKind.GROUP for row in kept):
        return ()
    used = [
        place
        for place in range(len(columns))
        if place == 0 or any(row.kind != RowKind.GROUP and row.cells[place].text for row in kept)
    ]
    return (
        Table(
            title,
            tuple(columns[place] for place in used),
            tuple(
                row
                if row.kind == RowKind.GROUP
                else replace(row, cells=tuple(row.cells[place] for place in used))
                for row in kept
            ),
        ),
    )


def section(title: str, *blocks: tuple[Block, ...], level: int = 2) -> tuple[Block, ...]:
    """The blocks below their heading; nothing at all when there are none."""
    kept = tuple(block for part in blocks for block in part)
    return (Heading(clean_line(title), level), *kept) if kept else ()


def signatures(items: Sequence[Signature]) -> tuple[Signatures, ...]:
    """One field for each, all alike."""
    lines = tuple(map(_signature_line, items))
    return (Signatures(lines, _("Dato og underskrift")),) if lines else ()


def _signature_line(item: Signature) -> SignatureLine:
    lines = [joined(item.name, item.title)]
    if item.signed_on:
        lines.append(joined(day(item.signed_on), item.method))
    elif item.waiting_for:
        lines.append(_("Venter på %(name)s") % {"name": clean_line(item.waiting_for)})
    return SignatureLine(
        clean_line(item.party),
        tuple(filter(None, lines)),
        to_sign=not item.signed_on and not item.waiting_for,
    )
