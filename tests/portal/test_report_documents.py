"""The status report as PDF, Word and CSV, set with the real programme: it stands as published."""

import csv
import dataclasses
import re
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import docx
import pytest
from django.conf import settings
from docx.oxml.ns import qn

from portal.documents.csv_file import render_csv, safe_cell
from portal.documents.paper import Shape, Signature
from portal.documents.report import (
    STATUS_SHAPES,
    Annex,
    AnnexRow,
    Initiative,
    KeyFigure,
    Level,
    Narrative,
    StatusReportDocument,
    difference_note,
    differences,
    render_report_csv,
    render_report_docx,
    render_report_pdf,
)

REFERENCE = settings.BASE_DIR / "partnerships" / "reference"
CODES = {
    "Følger tidsplanen": "on_schedule",
    "Følger delvis tidsplanen": "partly",
    "Implementering i gang": "under_way",
    "Afsluttet": "completed",
    "Indstillet": "stopped",
    "Udviklingsfasen er forlænget": "delayed",
    "tidsplanen er udvidet": "delayed",
    "Tidsplanen er skubbet": "delayed",
}
YEARS = (2017, 2018, 2019, 2020)


def published(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"national_programme_{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def amount(text: str) -> Decimal | None:
    return None if text in {"", "-"} else Decimal(text.replace(",", "."))


INITIATIVES = tuple(
    Initiative(
        number=row["number"],
        title=row["title"],
        economy=row["economy"],
        status=CODES[row["status_words"]],
        status_words=row["status_words"],
        indicator=row["indicator"],
    )
    for row in published("initiatives")
)
ANNEX = Annex(
    years=YEARS,
    rows=tuple(
        AnnexRow(
            title=row["title"],
            level=Level(row["level"]),
            amounts=tuple(amount(row[str(year)]) for year in YEARS),
            total=amount(row["total"]),
            lasting=amount(row["lasting"]),
        )
        for row in published("budget")
    ),
)
REPORT = StatusReportDocument(
    title="Kræftplan IV: status for 25 indsatser",
    subtitle="Sådan går det med pengene, tidsplanen og resultaterne. Skrevet sammen af parterne.",
    period="2017–2020",
    parties=("Danske Patienter", "Region Midtjylland"),
    status="Til underskrift",
    figures=(
        KeyFigure(number="16", of="25", label="indsatser følger tidsplanen"),
        KeyFigure(number="3", label="er afsluttet"),
        KeyFigure(number="6", label="er undervejs, ændret eller indstillet"),
    ),
    initiatives=INITIATIVES,
    narrative=(
        Narrative(title="Hvad året har vist", text="Det går fremad.\nNoget tager længere tid."),
    ),
    cases=(Narrative(title="En eftermiddag i Randers", text="Fem kom første gang."),),
    annex=ANNEX,
    signatures=(
        Signature(party="Danske Patienter", name="Anne Dahl", signed_on=date(2026, 11, 18)),
        Signature(party="Regionen", waiting_for="Mette Lund"),
    ),
    made_on=date(2026, 11, 22),
)

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None,
    reason="poppler-utils reads the finished PDF back; it is not installed here",
)


def read_back(pdf: bytes, folder: Path) -> str:
    path = folder / "report.pdf"
    path.write_bytes(pdf)
    command = ["pdftotext", "-layout", "-enc", "UTF-8", str(path), "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    return re.sub(r"\s+", " ", text)


def csv_rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


# --- the published material -----------------------------------------------------------------------


def test_the_programme_is_carried_over_whole() -> None:
    assert len(INITIATIVES) == 25
    assert len({item.number for item in INITIATIVES}) == 17  # 8.a and 8.b are one initiative
    assert sum(item.status_words == "Følger tidsplanen" for item in INITIATIVES) == 16
    assert sum(item.status_words == "Afsluttet" for item in INITIATIVES) == 3
    assert [sum(row.level == level for row in ANNEX.rows) for level in Level] == [4, 14, 18]


def test_exactly_one_published_total_differs_from_its_years() -> None:
    (difference,) = differences(ANNEX.rows)

    assert difference_note(difference) == (
        "HPV-vaccination: årene giver 7,5, men planen angiver 5. Tallet står, som det er udgivet."
    )


@pytest.mark.parametrize(
    ("years", "total", "differs"),
    [
        (("0.1", "0.2"), "0.3", False),  # floats would say otherwise
        (("29.7", "25.9", "27.5", "32"), "115.1", False),
        (("4.0",), "4", False),
        (("1", None), "1", False),
        ((None, None), "5", False),  # no years published: nothing to add up
        (("1",), None, False),
        (("0.1", "0.2"), "0.30001", True),
        (("-1", "1"), "1", True),
    ],
)
def test_a_total_is_held_against_its_years_exactly(
    years: tuple[str | None, ...], total: str | None, differs: bool
) -> None:
    row = AnnexRow(
        title="x",
        amounts=tuple(None if year is None else Decimal(year) for year in years),
        total=None if total is None else Decimal(total),
    )

    assert bool(differences([row])) == differs


def test_a_row_of_the_annex_has_one_amount_for_each_year() -> None:
    with pytest.raises(ValueError, match="each year"):
        Annex(years=(2026,), rows=(AnnexRow(title="x"),))


# --- PDF ------------------------------------------------------------------------------------------


def test_the_pdf_is_pdf_ua_tagged_with_title_and_language() -> None:
    pdf = render_report_pdf(REPORT)

    assert re.search(rb"<pdfuaid:part>1</pdfuaid:part>|pdfuaid:part=.1.", pdf)
    assert b"/StructTreeRoot" in pdf
    assert b"/Lang(da)" in pdf
    assert "Kræftplan IV: status for 25 indsatser".encode() in pdf
    for tag in (b"/H1", b"/H2", b"/Table", b"/THead", b"/TH"):
        assert re.search(rb"/S\s*" + tag + rb"\b", pdf), tag


@needs_poppler
def test_the_pdf_prints_the_figures_the_words_and_who_signed(tmp_path: Path) -> None:
    text = read_back(render_report_pdf(REPORT), tmp_path)

    for piece in (
        "16 af 25",
        "indsatser følger tidsplanen",
        "Hvad året har vist",
        "Fem kom første gang.",
        "Anne Dahl",
        "18. november 2026",
        "Venter på Mette Lund",
        "HPV-vaccination: årene giver 7,5, men planen angiver 5.",
        "HPV-vaccination 3 2 2,5 0 5 –",
        "29,7 25,9 27,5 32 115,1 44",
        "0,6 0 0 0,4 1 –",
        "Side 1 af 3",
    ):
        assert piece in text
    assert text.count("Initiativ 2017 2018 2019 2020 I alt Varigt") == 2  # on each of its pages


# --- Word -----------------------------------------------------------------------------------------


def test_the_word_tables_hold_every_published_cell() -> None:
    document = docx.Document(BytesIO(render_report_docx(REPORT)))
    initiatives, annex, signed = document.tables

    shown = [[cell.text for cell in row.cells] for row in initiatives.rows]
    assert shown[0] == ["Indsats", "Økonomi", "Status", "Indikator"]
    for row, item in zip(shown[1:], INITIATIVES, strict=True):
        assert row[0] == f"{item.number} {item.title}"
        assert (row[1], row[3]) == (item.economy, item.indicator)
        assert row[2][2:] == item.status_words
        assert row[2][0] in "●◐○■"

    shown = [[cell.text for cell in row.cells] for row in annex.rows]
    for row, line in zip(shown[1:], published("budget"), strict=True):
        assert row[0] == line["title"]
        if line["level"] != "group":
            numbers = [line[str(year)] for year in YEARS] + [line["total"], line["lasting"]]
            assert row[1:] == [number.replace("-", "–") for number in numbers]

    assert signed.rows[2].cells[1].text == "Venter på Mette Lund"
    for table in document.tables:
        assert table._tbl.tr_lst[0].find(".//" + qn("w:tblHeader")) is not None


def test_an_empty_report_is_a_title_and_nothing_else(settings: Any) -> None:
    settings.DEMO = False
    bare = StatusReportDocument(title="Status")
    document = docx.Document(BytesIO(render_report_docx(bare)))

    assert [line.text for line in document.paragraphs] == ["Årlig statusrapport", "Status"]
    assert document.tables == []
    assert len(render_report_pdf(bare)) > 1000


def test_every_status_of_the_contract_has_a_shape() -> None:
    assert set(STATUS_SHAPES) == {
        "on_schedule",
        "partly",
        "delayed",
        "under_way",
        "completed",
        "continued",
        "stopped",
    }
    assert set(STATUS_SHAPES.values()) == set(Shape)


# --- CSV ------------------------------------------------------------------------------------------


def test_the_csv_has_every_published_cell() -> None:
    data = render_report_csv(REPORT)
    header, *rows = csv_rows(data)

    assert data.startswith(b"\xef\xbb\xbf")
    assert header == [
        *("Afsnit", "Niveau", "Nummer", "Titel", "Økonomi", "Status", "Statuskode", "Indikator"),
        *("2017", "2018", "2019", "2020", "I alt", "Varigt", "Bemærkning"),
    ]
    for row, item in zip(rows[:25], INITIATIVES, strict=True):
        words = [item.number, item.title, item.economy, item.status_words, item.status]
        assert row == ["Indsats", "", *words, item.indicator, *[""] * 7]
    levels = {"group": "Gruppe", "line": "Linje", "part": "Heraf"}
    for row, line in zip(rows[25:], published("budget"), strict=True):
        assert row[:4] == ["Økonomi", levels[line["level"]], "", line["title"]]
        numbers = [line[str(year)] for year in YEARS] + [line["total"], line["lasting"]]
        assert row[8:14] == [number.replace("-", "–") for number in numbers]
        assert bool(row[14]) == (line["title"] == "HPV-vaccination")


@pytest.mark.parametrize(
    "attack",
    [
        '=HYPERLINK("http://x.example";"klik")',
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "\n=1",
        "＝1+1",
        "--1",
        "-1=cmd",
        "+45 00 00 00 12",
        "- et punkt",
    ],
)
def test_no_cell_of_text_becomes_a_formula(attack: str) -> None:
    item = Initiative(title=attack, number=attack, economy=attack, indicator=attack)
    report = StatusReportDocument(title="x", initiatives=(item,))
    row = csv_rows(render_report_csv(report))[1]

    assert [row[place] for place in (2, 3, 4, 7)] == [f"'{attack}"] * 4


@pytest.mark.parametrize("harmless", ["–", "-", "-5", "-1.234,5", "12-4", "a=b", "", "5 %"])
def test_dashes_and_negative_numbers_stay_what_they_are(harmless: str) -> None:
    assert safe_cell(harmless) == harmless


def test_numbers_have_a_comma_and_keep_their_decimals() -> None:
    row = (Decimal("-0.50"), Decimal("1E+2"), 7, None, "a;b", 'c"d', "e\nf")
    data = render_csv(("=x",), [row])

    assert csv_rows(data) == [["'=x"], ["-0,50", "100", "7", "", "a;b", 'c"d', "e\nf"]]
    assert data.endswith(b'-0,50;100;7;;"a;b";"c""d";"e\nf"\r\n')


def test_odd_letters_do_not_stop_the_press() -> None:
    odd = "👩‍👧 محمد 李 \x00 #panic() " + "ord " * 3000
    report = dataclasses.replace(
        REPORT,
        title=odd[:40],
        initiatives=(Initiative(title=odd, status="nonsense", status_words=odd),) * 3,
        cases=(Narrative(title=odd[:40], text=odd),) * 20,
        signatures=tuple(Signature(party=f"Part {n} {odd[:9]}") for n in range(12)),
    )

    assert render_report_pdf(report).startswith(b"%PDF")
    assert len(docx.Document(BytesIO(render_report_docx(report))).tables) == 3
