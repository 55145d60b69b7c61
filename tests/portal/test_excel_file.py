"""Tables as an Excel file."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from portal.documents.excel_file import render_xlsx


def cells(*values: Any) -> list[Any]:
    content = render_xlsx("Ark", ["Navn"] * len(values), [values])
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return list(list(sheet.iter_rows(min_row=2))[0])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", '=HYPERLINK("http://x")', "{=1}"])
def test_text_is_never_a_formula(text: str) -> None:
    [cell] = cells(text)

    assert (cell.data_type, cell.value) == ("s", text)


def test_numbers_and_days_stay_what_they_are() -> None:
    number, amount, day, nothing = cells(3, Decimal("1250.50"), date(2026, 11, 26), None)

    assert (number.value, amount.value, nothing.value) == (3, 1250.5, None)
    assert day.value.date() == date(2026, 11, 26)


def test_letters_that_a_file_cannot_hold_are_left_out() -> None:
    assert cells("Ki\x00rs\x0bten 👋 Åse")[0].value == "Kirs\nten 👋 Åse"
