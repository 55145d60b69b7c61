"""Proof on real material: the national cancer plan's published tables come out again as they went
in, value by value, as a page, as CSV and as Word."""

import csv
import io
import re
from collections import Counter
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import pytest
from django.core.management import CommandError, call_command

from partnerships.models import Agreement, Initiative, ReportRow, StatusReport
from partnerships.services.programme import (
    BUDGET,
    INITIATIVES,
    Programme,
    load_programme,
    status_of_words,
)
from portal.access.actor import system_actor
from portal.common.errors import NotAllowed, WrongState
from portal.common.reference_csv import BadReferenceFile
from tests.factories.reports import facts_of, save, sign
from tests.world import World, client_for

pytestmark = pytest.mark.django_db

JOB = system_actor("partnerships.programme")
NUMBERS = ("2017", "2018", "2019", "2020", "total", "lasting")
NOTE = "HPV-vaccination: årene giver 7,5, men planen angiver 5. Tallet står, som det er udgivet."


def published(path: Path) -> list[dict[str, str]]:
    """The file as it was published, read without a line of ours."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


INITIATIVE_ROWS = published(INITIATIVES)
BUDGET_ROWS = published(BUDGET)


def dash(value: str) -> str:
    """The annex was published with a hyphen for none; we print the longer dash."""
    return {"-": "–"}.get(value, value)


def load(world: World, **files: Path) -> StatusReport:
    return load_programme(
        programme=Programme(**files),
        public=world.region,
        association=world.receiver,
        actor=JOB,
    )


@pytest.fixture
def report(world: World) -> StatusReport:
    return load(world)


# --- the tables, cell by cell ---------------------------------------------------------------------
EXPECTED_INITIATIVES = [
    [
        f"{row['number']} {row['title']}",
        row["subject"],
        row["economy"],
        row["status_words"],
        row["indicator"],
    ]
    for row in INITIATIVE_ROWS
]
EXPECTED_BUDGET = [
    [row["level"], row["title"]]
    + ([] if row["level"] == "group" else [dash(row[column]) for column in NUMBERS])
    for row in BUDGET_ROWS
]


class Tables(HTMLParser):
    """Every table of a page as rows of (class of the row, texts of the cells)."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[tuple[str, list[list[str]]]]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        if tag == "tr" and self.tables:
            self.tables[-1].append((dict(attrs).get("class") or "", []))
        if tag in {"td", "th"}:
            self.tables[-1][-1][1].append([])
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self.inside = False

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if self.inside and text:
            self.tables[-1][-1][1][-1].append(text)


def page_of(report: StatusReport, world: World) -> str:
    response = client_for(world.coordinator).get(f"/aftaler/rapporter/{report.pk}/")
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_gives_the_published_tables_again(world: World, report: StatusReport) -> None:
    parser = Tables()
    parser.feed(page_of(report, world))

    initiatives, budget = parser.tables
    shown = [
        [cells[0][0], "".join(cells[0][1:]), *("".join(cell) for cell in cells[1:])]
        for _class, cells in initiatives[1:]
    ]
    assert shown == EXPECTED_INITIATIVES
    levels = {"gr": "group", "in": "part", "": "line"}
    rows = [
        [levels[row_class], *("".join(cell) for cell in cells)] for row_class, cells in budget[1:]
    ]
    assert rows == EXPECTED_BUDGET
    assert [cell for [cell] in budget[0][1]] == [
        *("Initiativ", "2017", "2018", "2019", "2020"),
        *("I alt", "Varigt"),
    ]


def test_the_csv_gives_the_published_tables_again(world: World, report: StatusReport) -> None:
    response = client_for(world.coordinator).get(f"/aftaler/rapporter/{report.pk}/tal.csv")

    assert response.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    initiatives = [row for row in rows if row["Afsnit"] == "Indsats"]
    assert [
        [row["Nummer"], row["Titel"], row["Økonomi"], row["Status"], row["Indikator"]]
        for row in initiatives
    ] == [
        [row[name] for name in ("number", "title", "economy", "status_words", "indicator")]
        for row in INITIATIVE_ROWS
    ]
    levels = {"Gruppe": "group", "Linje": "line", "Heraf": "part"}
    budget = [row for row in rows if row["Afsnit"] == "Økonomi"]
    assert [
        [levels[row["Niveau"]], row["Titel"]]
        + (
            []
            if row["Niveau"] == "Gruppe"
            else [row[name] for name in ("2017", "2018", "2019", "2020", "I alt", "Varigt")]
        )
        for row in budget
    ] == EXPECTED_BUDGET
    assert {row["Titel"]: row["Bemærkning"] for row in budget if row["Bemærkning"]} == {
        "HPV-vaccination": NOTE
    }


def word_text(cell: Any) -> list[str]:
    """The lines of a Word cell, without the sign before a status."""
    lines = [re.sub(r"^[●◐○■]\s*", "", p.text) for p in cell.paragraphs]
    return [line for text in lines for line in text.split("\n") if line]


def test_the_word_file_gives_the_published_tables_again(world: World, report: StatusReport) -> None:
    response = client_for(world.coordinator).get(f"/aftaler/rapporter/{report.pk}/rapport.docx")

    document = docx.Document(io.BytesIO(response.content))
    initiatives, budget = [
        table
        for table in document.tables
        if table.rows[0].cells[0].text in {"Indsats", "Initiativ"}
    ]
    shown = []
    for row in initiatives.rows[1:]:
        first, *others = (word_text(cell) for cell in row.cells)
        shown.append([first[0], " ".join(first[1:]), *(" ".join(cell) for cell in others)])
    assert shown == EXPECTED_INITIATIVES
    rows = []
    for row in budget.rows[1:]:
        texts = [" ".join(word_text(cell)) for cell in row.cells]
        # A group is one cell over the whole width, which is read once for each column.
        rows.append(texts[:1] if len(set(texts)) == 1 else texts)
    assert rows == [row[1:] for row in EXPECTED_BUDGET]
    assert NOTE in [paragraph.text for paragraph in document.paragraphs]


def test_the_pdf_is_made(world: World, report: StatusReport) -> None:
    response = client_for(world.coordinator).get(f"/aftaler/rapporter/{report.pk}/rapport.pdf")

    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")


def test_the_sixteen_initiatives_are_there_in_twenty_five_rows(report: StatusReport) -> None:
    rows = list(report.rows.all())

    assert len(rows) == 25
    assert {int(row.number.split(".")[0]) for row in rows} == set(range(1, 17))
    assert all(row.initiative is not None for row in rows)


def test_only_one_published_total_is_not_the_sum_and_it_stands_with_a_note(
    world: World, report: StatusReport
) -> None:
    def number(text: str) -> Decimal:
        return Decimal(0) if text == "-" else Decimal(text.replace(",", "."))

    differing = [
        row["title"]
        for row in BUDGET_ROWS
        if row["level"] != "group"
        and sum(number(row[year]) for year in NUMBERS[:4]) != number(row["total"])
    ]
    page = page_of(report, world)

    assert differing == ["HPV-vaccination"]
    assert page.count("Tallet står, som det er udgivet.") == 1
    assert NOTE in page


def test_the_codes_follow_the_wordings(report: StatusReport) -> None:
    codes = Counter(report.rows.values_list("status", flat=True))

    assert codes == {
        "on_schedule": 16,
        "completed": 3,
        "delayed": 3,
        "partly": 1,
        "under_way": 1,
        "stopped": 1,
    }
    for words in ("Udviklingsfasen er forlænget", "tidsplanen er udvidet", "Tidsplanen er skubbet"):
        assert ReportRow.objects.get(status_words=words).status == "delayed"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Følger tidsplanen", "on_schedule"),
        ("Følger delvis tidsplanen", "partly"),
        ("enkelte initiativer er forsinkede", "delayed"),
        ("videreføres i ændret form", "continued"),
        ("Implementering i gang", "under_way"),
        ("Afsluttet", "completed"),
        ("Indstillet", "stopped"),
        ("Det går nok", ""),
    ],
)
def test_a_wording_is_coded_as_the_field_reads_it(words: str, code: str) -> None:
    assert status_of_words(words) == code


def test_the_three_figures_are_those_of_the_rows(world: World, report: StatusReport) -> None:
    page = " ".join(re.sub(r"<[^>]+>", " ", page_of(report, world)).split())

    assert "indsatser følger tidsplanen 16 af 25" in page
    assert "er afsluttet 3 er forsinket, undervejs, ændret eller indstillet 6" in page


# --- loading --------------------------------------------------------------------------------------
def snapshot() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (Agreement, Initiative, StatusReport, ReportRow)
    ]


def test_loading_again_changes_nothing(world: World, report: StatusReport) -> None:
    before = snapshot()
    events = report.agreement.events.count()

    load(world)

    assert snapshot() == before
    assert report.agreement.events.count() == events


def test_the_programme_is_an_idea_between_two_that_both_can_sign(
    world: World, report: StatusReport
) -> None:
    assert (report.agreement.kind, report.agreement.status) == ("frame", "idea")
    assert report.agreement.title == "Kræftplan IV"

    sign(report, world.receiver_manager.actor())
    sign(report, world.coordinator.actor())

    report.refresh_from_db()
    assert report.state == StatusReport.State.PUBLISHED
    load(world)  # and loading what is published and the same is no mistake


def test_a_changed_file_makes_a_new_version_until_it_is_published(
    world: World, report: StatusReport, tmp_path: Path
) -> None:
    changed = tmp_path / "indsatser.csv"
    changed.write_text(
        INITIATIVES.read_text(encoding="utf-8").replace("Indstillet", "Afsluttet"), encoding="utf-8"
    )
    version = report.version

    again = load(world, initiatives=changed)
    assert again.version == version + 1
    assert again.rows.count() == 25
    sign(again, world.receiver_manager.actor())
    sign(again, world.coordinator.actor())
    with pytest.raises(WrongState, match="udgivet"):
        load(world)


def test_what_the_parties_wrote_is_kept_when_it_is_loaded_again(
    world: World, report: StatusReport
) -> None:
    save(report, facts_of(report, narrative="Vores ord."), world.coordinator.actor())

    load(world)

    report.refresh_from_db()
    assert report.narrative == "Vores ord."


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "column"),
    [
        ("initiatives", "S120,1,", "S120,et,", 2, "number"),
        ("initiatives", "Udviklingsfasen er forlænget", "Vi får se", 3, "status_words"),
        ("initiatives", ",Patientansvarlig læge,", ",,", 2, "title"),
        ("budget", "group,Patienten", "overskrift,Patienten", 2, "level"),
        (
            "budget",
            "group,Patienten først og fremmest,,",
            "group,Patienten først og fremmest,4,",
            2,
            "2017",
        ),
        ("budget", "værktøjer,4,6,6,6,22,-", "værktøjer,4,6,seks,6,22,-", 3, "2019"),
        ("budget", "værktøjer,4,6,6,6,22,-", "værktøjer,4,6,6,6,,-", 3, "total"),
    ],
)
def test_a_mistake_in_a_file_is_told_in_danish_with_line_and_column(
    world: World, tmp_path: Path, file: str, old: str, new: str, line: int, column: str
) -> None:
    source = {"initiatives": INITIATIVES, "budget": BUDGET}[file]
    text = source.read_text(encoding="utf-8")
    assert old in text
    bad = tmp_path / "fil.csv"
    bad.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(BadReferenceFile, match=rf"fil\.csv, linje {line}, kolonne »{column}«"):
        load(world, **{file: bad})

    assert not Agreement.objects.exists()


def test_a_person_does_not_load_a_programme(world: World) -> None:
    with pytest.raises(NotAllowed):
        load_programme(
            programme=Programme(),
            public=world.region,
            association=world.receiver,
            actor=world.coordinator.actor(),
        )


def test_the_command_loads_it_and_says_what_is_wrong(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    slugs = {"public": world.region.slug, "association": world.receiver.slug}
    call_command("load_national_programme", **slugs)

    assert "Kræftplan IV: status for 25 indsatser" in capsys.readouterr().out
    with pytest.raises(CommandError, match="findes-ikke"):
        call_command("load_national_programme", **{**slugs, "public": "findes-ikke"})


def test_an_outsider_finds_neither_page_nor_files(world: World, report: StatusReport) -> None:
    client = client_for(world.outsider_manager)

    for ending in ("", "rapport.pdf", "rapport.docx", "tal.csv", "ret/"):
        assert client.get(f"/aftaler/rapporter/{report.pk}/{ending}").status_code == 404
