"""A paper as Word (DOCX): for those who must write on in it, or whose reader wants it.

Real heading styles, header rows that repeat, title and language in the file. The parties, side by
side in the PDF, stand one after the other here: a table for looks alone would be read out as a
table.
"""

from io import BytesIO
from typing import cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from django.utils.translation import gettext as _
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Length, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table as WordTable
from docx.table import _Cell as WordCell
from docx.table import _Row as WordRow
from docx.text.paragraph import Paragraph

from portal.common import clock
from portal.documents.paper import (
    Block,
    Bullets,
    Cards,
    Cell,
    Facts,
    Figures,
    Heading,
    Paper,
    Row,
    RowKind,
    Shape,
    Signatures,
    Table,
    Text,
    demo_notice,
    made,
    page_words,
)

LANGUAGES = {"da": "da-DK", "en": "en-GB"}
# On every machine that has Word; LibreOffice has one of the same width.
FONT = "Calibri"
PETROL = RGBColor(0x0E, 0x5A, 0x5E)
INK = RGBColor(0x1B, 0x23, 0x23)
QUIET = RGBColor(0x54, 0x52, 0x4C)
LINE = "D5CBBA"
MARGIN = Cm(2.2)
PAGE_WIDTH, PAGE_HEIGHT = Cm(21), Cm(29.7)
LINE_WIDTH = PAGE_WIDTH - 2 * MARGIN
DIGIT_WIDTH = Cm(0.22)
LABEL_WIDTH = Cm(3.6)
# A taller row than this may break over two pages.
LONG = 600

SIGNS = {
    Shape.OK: ("●", RGBColor(0x2B, 0x7A, 0x3D)),
    Shape.FEW: ("◐", RGBColor(0xA8, 0x64, 0x00)),
    Shape.WAIT: ("○", RGBColor(0x24, 0x68, 0xA6)),
    Shape.STOP: ("■", RGBColor(0xB3, 0x26, 0x1E)),
    Shape.ENDED: ("○", RGBColor(0x6A, 0x66, 0x5F)),
}

# name: (size, bold, colour, space before, space after)
STYLES: dict[str, tuple[float, bool, RGBColor, float, float]] = {
    "Normal": (10.5, False, INK, 0, 5),
    "Heading 1": (24, True, INK, 0, 4),
    "Heading 2": (14, True, INK, 22, 5),
    "Heading 3": (11.5, True, INK, 12, 3),
    "List Bullet": (10.5, False, INK, 0, 3),
    "Kicker": (10.5, False, QUIET, 0, 2),
    "Lead": (12, False, INK, 0, 6),
    "Quiet": (9.5, False, QUIET, 0, 4),
    "Voice": (10.5, False, INK, 4, 6),
    "Fact": (10.5, False, INK, 0, 3),
    "Label": (9.5, False, QUIET, 6, 2),
    "In table": (9, False, INK, 2, 2),
    "Header": (8.5, False, QUIET, 0, 0),
    "Footer": (8.5, False, QUIET, 0, 0),
}


def render_docx(paper: Paper) -> bytes:
    document = docx.Document()
    _set_up(document, paper)
    _paragraph(document, paper.kicker, "Kicker")
    _paragraph(document, paper.title, "Heading 1")
    if paper.lead:
        _paragraph(document, paper.lead, "Lead")
    if paper.status or paper.facts_line:
        line = document.add_paragraph()
        if paper.status:
            _write_cell(line, paper.status, bold=True)
        line.add_run("   " * bool(paper.status) + paper.facts_line).font.color.rgb = QUIET
    if notice := demo_notice():
        _paragraph(document, notice, "Quiet")
    for block in paper.blocks:
        _write(block, document)
    return _same_bytes_each_time(document)


def _write(block: Block, document: Document) -> None:
    """One block at the end of the document."""
    match block:
        case Heading():
            _paragraph(document, block.text, f"Heading {block.level}")
        case Text():
            style = {"lead": "Lead", "quiet": "Quiet", "voice": "Voice"}.get(block.role, "Normal")
            for paragraph in block.paragraphs:
                _paragraph(document, paragraph, style)
        case Bullets():
            _write_bullets(block, document)
        case Facts():
            for fact in block.rows:
                line = _paragraph(document, "", "Fact")
                line.add_run(fact.label).font.color.rgb = QUIET
                line.add_run("\t" + "\n".join(fact.lines))
        case Figures():
            for figure in block.items:
                line = document.add_paragraph()
                number = line.add_run(figure.number)
                number.bold, number.font.size = True, Pt(18)
                line.add_run(f" {figure.of} {figure.label}".replace("  ", " "))
        case Table():
            _write_table(block, document)
        case Signatures():
            _write_signatures(block, document)
        case Cards():
            for card in block.items:
                _paragraph(document, card.title, "Heading 3")
                if card.kicker:
                    _paragraph(document, card.kicker, "Quiet")
                for part in card.blocks:
                    _write(part, document)


def _paragraph(document: Document, words: str, style: str) -> Paragraph:
    line = document.add_paragraph(words)
    _set_style(line, style)
    return line


def _set_style(line: Paragraph, style: str) -> None:
    """By id: python-docx looks through every style for each name, which a long text feels."""
    line._p.style = style.replace(" ", "")


def _write_bullets(block: Bullets, document: Document) -> None:
    if block.label:
        label = _paragraph(document, block.label, "Label")
        label.paragraph_format.keep_with_next = True
    for item in block.items:
        line = _paragraph(document, item.text, "List Bullet")
        if item.note:
            note = line.add_run(f"\n{item.note}")
            note.font.size, note.font.color.rgb = Pt(9.5), QUIET


# --- tables ---------------------------------------------------------------------------------------


def _write_table(block: Table, document: Document) -> None:
    table = _new_table(document, block.title, _widths(block))
    header = table.rows[0]
    for place, column in enumerate(block.columns):
        line = _line(header.cells[place], is_number=column.is_number)
        line.add_run(column.title).bold = True
    for row in block.rows:
        _write_row(row, block, table)
    _space_after_table(document)


def _write_row(row: Row, block: Table, table: WordTable) -> None:
    written = table.add_row()
    if row.kind == RowKind.GROUP:
        cell = written.cells[0].merge(written.cells[-1])
        line = _line(cell)
        line.paragraph_format.space_before = Pt(9)
        line.paragraph_format.keep_with_next = True
        _write_cell(line, row.cells[0], bold=True)
    else:
        for place, content in enumerate(row.cells):
            line = _line(written.cells[place], is_number=block.columns[place].is_number)
            is_title = place == 0 and row.kind == RowKind.NORMAL
            _write_cell(line, content, bold=is_title or row.kind == RowKind.TOTAL)
            if place == 0 and row.kind == RowKind.PART:
                line.paragraph_format.left_indent = Cm(0.5)
    if row.kind == RowKind.TOTAL:
        _border(written, "top", "1B2323", 8)
    else:
        _border(written, "bottom", LINE, 4)
    if sum(len(content.text) for content in row.cells) < LONG:
        _flag(written, "w:cantSplit")


def _write_signatures(block: Signatures, document: Document) -> None:
    widths = [Length(LINE_WIDTH * 2 // 5), Length(LINE_WIDTH * 3 // 5)]
    table = _new_table(document, _("Hvem der har underskrevet"), widths)
    for place, title in enumerate((_("Part"), _("Underskrift"))):
        _line(table.rows[0].cells[place]).add_run(title).bold = True
    for item in block.items:
        row = table.add_row()
        _line(row.cells[0]).add_run(item.party).bold = True
        line = _line(row.cells[1])
        line.add_run("\n".join(item.lines))
        if item.to_sign:
            row.height = Cm(2)
            line.add_run("\n" * bool(item.lines) + block.sign_label).font.color.rgb = QUIET
        _border(row, "bottom", LINE, 4)
        _flag(row, "w:cantSplit")
    _space_after_table(document)


def _new_table(document: Document, title: str, widths: list[Length]) -> WordTable:
    """A table with a header row that repeats, and a title for those who cannot see it."""
    table: WordTable = document.add_table(rows=1, cols=len(widths))
    table.autofit = False
    for place, width in enumerate(widths):
        table.columns[place].width = width
    properties = table._tbl.tblPr
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), title)
    properties.append(caption)
    # The words of the first column stand where the text above stands.
    margins = OxmlElement("w:tblCellMar")
    for side, twips in (("left", "0"), ("right", "140")):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), twips)
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties.find(qn("w:tblLook")).addprevious(margins)
    _flag(table.rows[0], "w:tblHeader")
    _flag(table.rows[0], "w:cantSplit")
    _border(table.rows[0], "bottom", "1B2323", 8)
    return table


def _widths(block: Table) -> list[Length]:
    """A column of numbers is as wide as its longest; `width` shares the rest of the line."""
    numbers = {
        place: Length(DIGIT_WIDTH * max(6, *map(len, _texts(block, place))))
        for place, column in enumerate(block.columns)
        if column.is_number
    }
    rest = LINE_WIDTH - sum(numbers.values())
    shares = sum(column.width for column in block.columns)
    return [
        numbers.get(place) or Length(rest * column.width // shares)
        for place, column in enumerate(block.columns)
    ]


def _texts(block: Table, place: int) -> list[str]:
    rows = (row for row in block.rows if row.kind != RowKind.GROUP)
    return [block.columns[place].title, *(row.cells[place].text for row in rows)]


def _line(cell: WordCell, *, is_number: bool = False) -> Paragraph:
    line: Paragraph = cell.paragraphs[0]
    _set_style(line, "In table")
    if is_number:
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    return line


def _write_cell(line: Paragraph, content: Cell, *, bold: bool = False) -> None:
    if content.shape:
        sign, colour = SIGNS[content.shape]
        line.add_run(f"{sign} ").font.color.rgb = colour
    line.add_run(content.text).bold = bold
    if content.note:
        note = line.add_run(f"\n{content.note}")
        note.font.color.rgb = QUIET


def _border(row: WordRow, side: str, colour: str, eighths: int) -> None:
    for cell in row._tr.tc_lst:  # a merged cell once; Word refuses a second set of borders
        borders = OxmlElement("w:tcBorders")
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", str(eighths)), ("color", colour)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
        cell.get_or_add_tcPr().append(borders)


def _flag(row: WordRow, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _space_after_table(document: Document) -> None:
    """Word joins two tables that touch."""
    document.add_paragraph().paragraph_format.space_after = Pt(2)


# --- the sheet ------------------------------------------------------------------------------------


def _set_up(document: Document, paper: Paper) -> None:
    language = LANGUAGES[paper.language]
    facts = document.core_properties
    facts.title, facts.subject, facts.language = paper.running_title, paper.kicker, language
    facts.author = facts.last_modified_by = "Samspil"
    facts.comments = ""
    facts.created = facts.modified = clock.now().replace(tzinfo=None)
    _set_styles(document, language)
    sheet = document.sections[0]
    sheet.page_width, sheet.page_height = PAGE_WIDTH, PAGE_HEIGHT
    sheet.left_margin = sheet.right_margin = MARGIN
    sheet.top_margin, sheet.bottom_margin = Cm(2.6), Cm(2.2)
    header = sheet.header.paragraphs[0]
    mark = header.add_run("Samspil")
    mark.bold, mark.font.color.rgb = True, PETROL
    header.add_run(f"\t{made(paper)}")
    footer = sheet.footer.paragraphs[0]
    before, between = page_words()
    footer.add_run(f"{paper.kicker}\t{before}")
    _add_field(footer, "PAGE")
    footer.add_run(between)
    _add_field(footer, "NUMPAGES")
    for line in (header, footer):
        line.paragraph_format.tab_stops.add_tab_stop(Length(LINE_WIDTH), WD_TAB_ALIGNMENT.RIGHT)


def _set_styles(document: Document, language: str) -> None:
    for tag in document.styles.element.iter(qn("w:lang")):
        tag.set(qn("w:val"), language)
    for name, (size, bold, colour, before, after) in STYLES.items():
        if name not in document.styles:
            document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style = cast(ParagraphStyle, document.styles[name])
        style.font.size, style.font.bold, style.font.color.rgb = Pt(size), bold, colour
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(after)
        _set_font(style.element.get_or_add_rPr())
    for name in ("Header", "Footer"):
        _drop(document.styles[name].element, "w:tabs")
    fact = document.styles["Fact"].paragraph_format
    fact.left_indent, fact.first_line_indent = LABEL_WIDTH, Length(-LABEL_WIDTH)
    fact.tab_stops.add_tab_stop(LABEL_WIDTH)
    document.styles["Voice"].paragraph_format.left_indent = Cm(0.6)


def _set_font(properties: BaseOxmlElement) -> None:
    """Ours for every script that it has; the template's headings name a theme font instead."""
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    fonts = OxmlElement("w:rFonts")
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)
    properties.insert(0, fonts)


def _drop(element: BaseOxmlElement, name: str) -> None:
    for found in list(element.iter(qn(name))):
        found.getparent().remove(found)


def _add_field(line: Paragraph, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run = OxmlElement("w:r")
    shown = OxmlElement("w:t")
    shown.text = "1"
    run.append(shown)
    field.append(run)
    line._p.append(field)


def _same_bytes_each_time(document: Document) -> bytes:
    """The file without the moment of packing, so that its fingerprint tells only what it says."""
    packed = BytesIO()
    document.save(packed)
    result = BytesIO()
    with ZipFile(packed) as source, ZipFile(result, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(ZipInfo(name), source.read(name), ZIP_DEFLATED)
    return result.getvalue()
