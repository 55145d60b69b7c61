"""Text from outside can be stored and compared, and names survive as they are written."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.common.text import clean_line, clean_text


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("A\u030age", "Åge"),
        ("a\x00b", "ab"),
        ("a\ud800b", "ab"),
        ("a\x1b[31mb", "a[31mb"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("  hej\n", "hej"),
        ("\u202eabc", "abc"),
        ("a\ufffeb\U0001ffffc", "abc"),
        ("O’Brien-Ó", "O’Brien-Ó"),
        ("محمد\u200c علی", "محمد\u200c علی"),
        ("👩‍👧", "👩‍👧"),
    ],
)
def test_clean_text(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


def test_a_line_has_no_line_ends_and_no_double_spaces() -> None:
    assert clean_line(" Anna \n\t Bo\u00a0 ") == "Anna Bo"


@given(st.text(alphabet=st.characters()))
def test_clean_text_can_be_stored_and_stays_as_it_is(raw: str) -> None:
    clean = clean_text(raw)

    clean.encode()
    assert "\x00" not in clean
    assert clean == clean_text(clean)
    assert unicodedata.is_normalized("NFC", clean)
