"""Tables as an Excel file, in which no cell is a formula, whatever somebody has typed."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from portal.common.text import clean_text

Value = str | int | Decimal | date | None

_WIDEST, _NARROWEST = 60, 10
_LONGEST = 32_767  # letters that Excel takes in one cell


def render_xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """One sheet, written row by row: a large table never stands in memory as cells."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(clean_text(title)[:31])
    sheet.freeze_panes = "A2"
    for number, name in enumerate(header, 1):
        width = min(_WIDEST, max(_NARROWEST, len(name) + 2))
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_cell(sheet, name, bold=True) for name in header])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Value, *, bold: bool = False) -> Any:
    given: Any = value
    if isinstance(value, str):
        # Said to be text: otherwise a value that begins with "=" becomes a formula.
        cell = WriteOnlyCell(sheet, value=clean_text(value)[:_LONGEST])
        cell.data_type = "s"
    else:
        cell = WriteOnlyCell(sheet, value=given)
        if isinstance(value, date):
            cell.number_format = "dd-mm-yyyy"
    if bold:
        cell.font = Font(bold=True)
    return cell
