"""Tables as CSV that Danish Excel opens with a double click, and that cannot run as a program."""

import csv
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import StringIO

# A spreadsheet takes a cell that begins so for a formula. The wide signs are read as the plain
# ones in some languages, and white space in front is skipped.
_FORMULA = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"-?\d[\d.]*(,\d+)?")
_DASH = re.compile(r"[-–—]")

Value = str | int | Decimal | None


def render_csv(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """UTF-8 with BOM, semicolons, numbers with comma; None is an empty cell."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(map(safe_cell, header))
    writer.writerows(map(safe_cell, row) for row in rows)
    return out.getvalue().encode("utf-8-sig")


def safe_cell(value: Value) -> str:
    """The value as text; an apostrophe stands before what a spreadsheet would take for a formula.

    A number stays a number, also below zero, and a lone dash stays the dash that means none.
    """
    if value is None:
        return ""
    if isinstance(value, int | Decimal):
        return f"{Decimal(value):f}".replace(".", ",")
    if _FORMULA.match(value) and not (_NUMBER.fullmatch(value) or _DASH.fullmatch(value)):
        return f"'{value}"
    return value
