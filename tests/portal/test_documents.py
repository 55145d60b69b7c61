"""The leaflet: accessible, one sheet, readable by phone and by machine, and never a program."""

import dataclasses
import itertools
import re
import shutil
import subprocess
import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from portal.common import clock
from portal.documents.leaflet import (
    LeafletData,
    LeafletListData,
    render_leaflet,
    render_leaflet_list,
)
from portal.documents.qr import QUIET_ZONE, qr_modules, qr_svg
from portal.documents.typeset import NotTypeset, typeset

LINK = "https://samspil.example/min-henvisning/Zk3J9x_QmT4-vLkS0pWx7A/"
LEAFLET = LeafletData(
    title="Hjertecafé i Aarhus",
    association="Hjerteforeningen Aarhus",
    link=LINK,
    when=("torsdag 26. november kl. 14–16",),
    place=("Folkestedet, Carl Blochs Gade 28", "8000 Aarhus C"),
    phone="00 00 00 12",
    phone_note="hverdage kl. 9–15",
    price="Gratis",
    how_to_join=("Du behøver ikke melde dig til.",),
    good_to_know=("Du må gerne tage en med.",),
    code="4K7M-X2PQ",
    valid_until=date(2027, 2, 22),
    sender="Lægerne Frederiksbjerg",
)
PLAIN = dataclasses.replace(
    LEAFLET,
    code="",
    valid_until=None,
    sender="",
    link="https://samspil.example/tilbud/hjertecafe/",
)

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None or shutil.which("pdftoppm") is None,
    reason="poppler-utils reads the finished PDF back; it is not installed here",
)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def read_back(pdf: bytes, folder: Path) -> str:
    path = folder / "leaflet.pdf"
    path.write_bytes(pdf)
    command = ["pdftotext", "-layout", "-enc", "UTF-8", str(path), "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()  # noqa: S603


# --- accessibility and shape -------------------------------------------------------------------


@pytest.mark.parametrize("leaflet", [LEAFLET, PLAIN], ids=["with a code", "without"])
def test_a_leaflet_is_pdf_ua_tagged_and_in_danish(leaflet: LeafletData) -> None:
    pdf = render_leaflet(leaflet)

    assert re.search(rb"<pdfuaid:part>1</pdfuaid:part>|pdfuaid:part=.1.", pdf)
    assert re.search(rb"/MarkInfo\s*<<[^>]*/Marked true", pdf)
    assert b"/StructTreeRoot" in pdf
    assert b"/Lang(da)" in pdf
    assert "Hjertecafé i Aarhus".encode() in pdf  # dc:title
    assert b"/DisplayDocTitle true" in pdf


def test_a_list_is_pdf_ua_tagged_and_in_danish() -> None:
    pdf = render_leaflet_list(LeafletListData(offers=(PLAIN, PLAIN)))

    assert re.search(rb"<pdfuaid:part>1</pdfuaid:part>|pdfuaid:part=.1.", pdf)
    assert b"/Lang(da)" in pdf


def test_a_leaflet_is_one_a4_also_with_much_to_say() -> None:
    line = "Du må gerne tage en med. Der er elevator og teleslynge i huset ved Vester Allé."
    long = dataclasses.replace(
        LEAFLET, title="Sorg- og livsmodsgruppe " * 5, good_to_know=(line,) * 12
    )

    for leaflet in (LEAFLET, PLAIN, long):
        pdf = render_leaflet(leaflet)
        assert pages(pdf) == 1
        assert re.search(rb"/MediaBox\s*\[0 0 595\.27\d* 841\.8\d*\]", pdf)


def test_a_text_that_no_sheet_can_hold_runs_over_and_is_not_cut() -> None:
    pdf = render_leaflet(dataclasses.replace(LEAFLET, good_to_know=("Ord " * 400,) * 8))

    assert pages(pdf) > 1


def test_a_list_takes_the_pages_it_needs() -> None:
    assert pages(render_leaflet_list(LeafletListData(offers=(PLAIN,)))) == 1
    assert pages(render_leaflet_list(LeafletListData(offers=(PLAIN,) * 9))) >= 2


def test_the_same_leaflet_at_the_same_time_is_the_same_file() -> None:
    with clock.at(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)):
        assert render_leaflet(LEAFLET) == render_leaflet(LEAFLET)


# --- what it says -------------------------------------------------------------------------------


@needs_poppler
def test_a_leaflet_says_it_all_in_the_order_the_patient_acts(tmp_path: Path) -> None:
    text = read_back(render_leaflet(LEAFLET, issued_on=date(2026, 11, 22)), tmp_path)

    places = [
        text.index(piece)
        for piece in (
            "Fra Lægerne Frederiksbjerg, 22. november 2026",
            "Hjertecafé i Aarhus",
            "Hjerteforeningen Aarhus glæder sig til at møde dig.",
            "Din kode",
            "4K7M-X2PQ",
            "Sådan gør du",
            "Du behøver ikke melde dig til.",
            "torsdag 26. november kl. 14–16",
            "Folkestedet, Carl Blochs Gade 28",
            "8000 Aarhus C",
            "00 00 00 12, hverdage kl. 9–15",
            "Gratis",
            "Godt at vide",
            "Du bestemmer selv, om du bruger koden. Den gælder til 22. februar 2027.",
            "samspil.example/min-henvisning/Zk3J9x_QmT4-vLkS0pWx7A\n",
        )
    ]
    assert places == sorted(places)


@needs_poppler
def test_a_leaflet_without_a_code_speaks_of_no_code(tmp_path: Path) -> None:
    text = read_back(render_leaflet(PLAIN, issued_on=date(2026, 11, 22)), tmp_path)

    assert "Hentet på Samspil 22. november 2026" in text
    assert "samspil.example/tilbud/hjertecafe" in text
    assert "kode" not in text.lower()


@needs_poppler
def test_empty_facts_leave_no_trace(tmp_path: Path) -> None:
    bare = LeafletData(title="Besøgsven", association="Ældre Sagen", link=PLAIN.link)
    text = read_back(render_leaflet(bare), tmp_path)

    assert "Sådan gør du" not in text
    assert "Godt at vide" not in text
    assert "Ring" not in text


@needs_poppler
def test_the_example_is_called_an_example_in_the_demo_only(tmp_path: Path, settings: Any) -> None:
    settings.DEMO = True
    in_demo = read_back(render_leaflet(LEAFLET), tmp_path)
    in_demo_list = read_back(render_leaflet_list(LeafletListData(offers=(PLAIN,))), tmp_path)
    settings.DEMO = False
    for_real = read_back(render_leaflet(LEAFLET), tmp_path)

    assert "opdigtede" in in_demo
    assert "opdigtede" in in_demo_list
    assert "opdigtede" not in for_real


def test_a_leaflet_with_a_code_says_how_long_it_lasts() -> None:
    with pytest.raises(ValueError, match="how long"):
        dataclasses.replace(LEAFLET, valid_until=None)


def test_a_code_belongs_on_a_leaflet_of_its_own() -> None:
    with pytest.raises(ValueError, match="of its own"):
        render_leaflet_list(LeafletListData(offers=(PLAIN, LEAFLET)))
    with pytest.raises(ValueError, match="at least one"):
        render_leaflet_list(LeafletListData(offers=()))


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "samspil.example", "file:///etc/passwd", ""]
)
def test_only_web_addresses_are_linked(link: str) -> None:
    with pytest.raises(ValueError, match="web page"):
        dataclasses.replace(PLAIN, link=link)


# --- text of others is text -----------------------------------------------------------------------

TYPST = (
    '#panic("brudt")',
    '#sys.inputs.at("data")',
    '#read("/etc/passwd")',
    '#import "@preview/x:0.1.0"',
    "= Overskrift",
    "*fed* og _skrå_",
    "$x^2$",
    "`kode`",
    "<mærke> @mærke",
    "\\u{41}",
    "// væk /* væk */",
    '"citat" -- tankestreg ---',
    "~ . ~",
    "] } ) [ { (",
    '", "title": "andet',
    "{{ 7*7 }} {% now %} ${7*7}",
)


@needs_poppler
@pytest.mark.parametrize("attack", TYPST)
def test_markup_from_others_is_printed_and_not_obeyed(attack: str, tmp_path: Path) -> None:
    everywhere = dataclasses.replace(
        LEAFLET,
        title=f"T{attack}",
        association=f"F{attack}",
        when=(f"W{attack}",),
        place=(f"P{attack}",),
        how_to_join=(f"H{attack}",),
        phone=f"N{attack}",
        price=f"K{attack}",
        good_to_know=(f"G{attack}",),
        code=f"C{attack}"[:9],
        sender=f"S{attack}",
    )
    text = re.sub(r"\s+", " ", read_back(render_leaflet(everywhere), tmp_path))

    for mark in "TFWPHNKGS":
        assert f"{mark}{attack}" in text
    listed = dataclasses.replace(everywhere, code="", valid_until=None)
    text = read_back(render_leaflet_list(LeafletListData(offers=(listed,))), tmp_path)
    assert f"T{attack}" in re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("attack", TYPST)
def test_markup_from_others_cannot_stop_the_press(attack: str) -> None:
    assert pages(render_leaflet(dataclasses.replace(PLAIN, title=attack, price=attack))) == 1


def test_a_fault_of_the_template_does_not_quote_the_data() -> None:
    with pytest.raises(NotTypeset) as caught:
        typeset("leaflet", {"language": "da", "title": "Kanariefugl"})

    assert "Kanariefugl" not in str(caught.value)
    assert caught.value.__suppress_context__


# --- names ----------------------------------------------------------------------------------------

FIRST = (
    "Åse", "Øjvind", "Ærø", "Zoë", "D’Arcy", "O'Brien", "Jean-Łukasz", "Þórdís", "Ğülşah", "Nguyễn",
    "Çağrı", "Ñandú", "Æ", "Ø", "Ý", "Александр", "Ελένη", "Š.", "Ǻse", "Žofie",
)  # fmt: skip
LAST = (
    "Ågård-Ærøe", "van ’t Hoff", "de l’Étoile", "Đặng Thị", "Őry", "Şen", "Ó Súilleabháin",
    "Ọ̀ṣunẹ́", "M̧ọ̄rek-Ḥasan", "Q̃",
)  # fmt: skip
NAMES = [f"{first} {last}" for first, last in itertools.product(FIRST, LAST)]


@needs_poppler
def test_two_hundred_hard_names_survive_the_press(tmp_path: Path) -> None:
    assert len(set(NAMES)) == 200
    offers = tuple(
        dataclasses.replace(PLAIN, title=f"Hold {n}", good_to_know=tuple(NAMES[n : n + 10]))
        for n in range(0, 200, 10)
    )
    pdf = render_leaflet_list(LeafletListData(offers=offers))

    assert b"pdfuaid" in pdf
    text = unicodedata.normalize("NFC", read_back(pdf, tmp_path))
    lines = {line.strip() for line in text.splitlines()}
    lost = [name for name in NAMES if unicodedata.normalize("NFC", name) not in lines]
    assert lost == []


@pytest.mark.parametrize("title", ["李小龍", "👩‍👧 Kim", "\U000f0000", "محمد علی"])
def test_letters_without_a_font_do_not_stop_the_press(title: str) -> None:
    assert pages(render_leaflet(dataclasses.replace(LEAFLET, title=title))) == 1


# --- QR -------------------------------------------------------------------------------------------


def drawn(svg: str) -> tuple[int, set[tuple[int, int]]]:
    """The side of the drawing in modules, and which modules its path blackens."""
    path = ElementTree.fromstring(svg).find("{http://www.w3.org/2000/svg}path")  # noqa: S314
    assert path is not None
    black = set()
    for column, row, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", path.attrib["d"]):
        black |= {(int(row), int(column) + step) for step in range(int(length))}
    side = re.search(r'viewBox="0 0 (\d+) \1"', svg)
    assert side is not None
    return int(side[1]), black


@given(st.text(min_size=1, max_size=120, alphabet=st.characters(exclude_categories=["Cs"])))
def test_the_drawing_has_exactly_the_modules_and_four_around(text: str) -> None:
    matrix = segno.make_qr(text, error="m").matrix

    side, black = drawn(qr_svg(text, label="QR"))

    assert side == len(matrix) + 8
    assert black == {
        (row + 4, column + 4)
        for row, modules in enumerate(matrix)
        for column, module in enumerate(modules)
        if module
    }


def test_the_drawing_passes_a_strict_policy_and_escapes_its_label() -> None:
    svg = qr_svg(LINK, label='"><script>x</script>')

    assert "<script" not in svg
    assert "style" not in svg
    assert ElementTree.fromstring(svg).attrib["aria-label"] == '"><script>x</script>'  # noqa: S314


@needs_poppler
def test_the_printed_code_can_be_read_by_a_phone(tmp_path: Path) -> None:
    (tmp_path / "leaflet.pdf").write_bytes(render_leaflet(LEAFLET))
    subprocess.run(  # noqa: S603
        ["pdftoppm", "-r", "288", "-gray", "-singlefile", "leaflet.pdf", "page"],
        cwd=tmp_path,
        check=True,
    )
    data = (tmp_path / "page.pgm").read_bytes()
    head = re.match(rb"P5\s(\d+)\s(\d+)\s255\s", data)
    assert head is not None
    width, height, pixels = int(head[1]), int(head[2]), data[head.end() :]

    def shade(x: float, y: float) -> int:
        return pixels[int(y) * width + int(x)]

    # The right end of the box holds nothing but the code; text and petrol border are elsewhere.
    dark = [
        (x, y)
        for y in range(int(height * 0.21), int(height * 0.42), 2)
        for x in range(int(width * 0.7), int(width * 0.98), 2)
        if shade(x, y) < 40
    ]
    left, top = min(x for x, _ in dark), min(y for _, y in dark)
    right, bottom = max(x for x, _ in dark), max(y for _, y in dark)
    modules = qr_modules(LINK)
    step = (right - left + 2) / len(modules)
    assert abs((bottom - top) - (right - left)) <= 4

    seen = tuple(
        tuple(
            shade(left + (column + 0.5) * step, top + (row + 0.5) * step) < 128
            for column in range(len(modules))
        )
        for row in range(len(modules))
    )
    assert seen == modules
    # A phone at arm's length reads modules from about 0.5 mm.
    assert step / 288 * 25.4 >= 0.7
    quiet = QUIET_ZONE * step - 4
    ring = [
        shade(x, y)
        for x in range(int(left - quiet), int(right + quiet), 3)
        for y in range(int(top - quiet), int(bottom + quiet), 3)
        if not (left - 2 <= x <= right + 3 and top - 2 <= y <= bottom + 3)
    ]
    assert min(ring) > 240
