"""The report's pages: a paper sheet, one page to write in, and a yes in the document."""

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partnerships.models import Initiative, ReportBudgetRow, ReportRow, StatusReport
from portal.common import clock
from tests.factories.partnerships import start
from tests.factories.register import past_the_guards
from tests.factories.reports import (
    TODAY,
    begun,
    facts_of,
    noon,
    running,
    save,
    sign,
    simple_report,
    with_row,
)
from tests.world import World, client_for

pytestmark = pytest.mark.django_db


def address(report: StatusReport, ending: str = "") -> str:
    return f"/aftaler/rapporter/{report.pk}/{ending}"


def fields_of(html: str) -> dict[str, str]:
    """What a browser would send of the page's form, if nobody touched it."""
    form = html[html.index('<form method="post" class="stack xl') :]
    form = form[: form.index("</form>")]
    data: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        is_tick = attributes.get("type") == "checkbox"
        if is_tick and " checked" not in tag:
            continue
        if "name" in attributes:
            data[attributes["name"]] = attributes.get("value", "on" if is_tick else "")
    for name, words in re.findall(
        r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S
    ):
        data[name] = words.removeprefix("\n")
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        data[name] = chosen[1] if chosen else ""
    return data


def edit(client: Client, report: StatusReport, **changes: str) -> Any:
    page = client.get(address(report, "ret/"))
    assert page.status_code == 200
    return client.post(address(report, "ret/"), {**fields_of(page.content.decode()), **changes})


def rich_report(world: World, count: int) -> StatusReport:
    """A report with so many initiatives, lines and parties' words."""
    report = simple_report(world)
    initiatives = [
        Initiative.objects.create(agreement=report.agreement, title=f"Nr. {place}", subject="Om")
        for place in range(count)
    ]
    ReportRow.objects.bulk_create(
        ReportRow(
            report=report, initiative=row, title=row.title, status="delayed", position=place + 1
        )
        for place, row in enumerate(initiatives)
    )
    ReportBudgetRow.objects.bulk_create(
        ReportBudgetRow(
            report=report,
            level="line",
            title=f"Post {place}",
            amounts={"2025": 100_00, "2026": 200_50},
            total_ore=300_50,
            position=place,
        )
        for place in range(count)
    )
    return report


def cost(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert act().status_code in {200, 302}
    return len(queries)


# --- the list -------------------------------------------------------------------------------------
def test_the_list_says_whose_turn_it_is_and_offers_to_begin(world: World) -> None:
    agreement = running(world)
    client = client_for(world.receiver_manager)

    with clock.at(noon(TODAY)):
        empty = client.get(f"/aftaler/{agreement.pk}/rapporter/").content.decode()
        response = client.post(
            f"/aftaler/{agreement.pk}/rapporter/begynd/",
            {"first": "2025-03-01", "last": "2026-02-28"},
        )
        page = client.get(f"/aftaler/{agreement.pk}/rapporter/").content.decode()

    report = agreement.status_reports.get()
    assert "Ingen rapporter endnu" in empty
    assert 'value="2026-02-28"' in empty
    assert response.headers["Location"] == address(report, "ret/")
    assert "Ingen har godkendt endnu." in page
    assert "Begynd en rapport nu" not in page


def test_a_period_that_cannot_be_keeps_what_was_typed(world: World) -> None:
    agreement = running(world)
    client = client_for(world.coordinator)

    with clock.at(noon(TODAY)):
        for first, last in (("2025-06-01", "2025-05-01"), ("2024-06-01", "2025-05-01")):
            response = client.post(
                f"/aftaler/{agreement.pk}/rapporter/begynd/", {"first": first, "last": last}
            )

            assert response.status_code == 422
            assert f'value="{first}"' in response.content.decode()
    assert not agreement.status_reports.exists()


def test_the_list_costs_the_same_with_one_report_and_with_twenty(world: World) -> None:
    client = client_for(world.coordinator)

    def listed(count: int) -> int:
        agreement = start(world, title=f"Med {count}")
        for place in range(count):
            day = date(2000 + place, 12, 31)
            StatusReport.objects.create(
                agreement=agreement, title="Status", period_from=day, period_to=day, due_on=day
            )
        return cost(lambda: client.get(f"/aftaler/{agreement.pk}/rapporter/"))

    listed(1)
    assert listed(1) == listed(20)


# --- the paper ------------------------------------------------------------------------------------
def test_the_page_and_the_files_cost_the_same_with_one_row_and_with_twenty(world: World) -> None:
    client = client_for(world.coordinator)
    small, large = rich_report(world, 1), rich_report(world, 20)
    client.get(address(small))

    for ending in ("", "ret/", "rapport.docx", "tal.csv"):
        one, twenty = (
            cost(partial(client.get, address(report, ending))) for report in (small, large)
        )

        assert one == twenty, ending


def test_saving_costs_the_same_with_one_row_and_with_twenty(world: World) -> None:
    client = client_for(world.coordinator)

    def saved(report: StatusReport) -> int:
        data = fields_of(client.get(address(report, "ret/")).content.decode())
        data["narrative"] = "Ny"
        return cost(lambda: client.post(address(report, "ret/"), data))

    assert saved(rich_report(world, 1)) == saved(rich_report(world, 20))


def test_the_paper_shows_own_words_beside_the_code_and_the_unit(world: World) -> None:
    report = rich_report(world, 1)
    save(
        report,
        with_row(facts_of(report), 0, status="partly", status_words="Det går langsomt"),
        world.coordinator.actor(),
    )

    page = client_for(world.lawyer).get(address(report)).content.decode()

    assert '<span class="st few reg">Det går langsomt</span>' in page
    assert "Bilag: økonomi, kr." in page
    assert "300,50" in page
    assert "Godkend rapporten" not in page
    assert "Skriv i rapporten" not in page


def test_each_side_sees_who_has_signed_and_signs_in_the_document(world: World) -> None:
    report = simple_report(world)
    mine, theirs = client_for(world.receiver_manager), client_for(world.coordinator)

    signed = mine.post(address(report, "godkend/"), {"version": "0"}, follow=True).content.decode()
    other = theirs.get(address(report)).content.decode()
    last = theirs.post(address(report, "godkend/"), {"version": "0"}, follow=True).content.decode()

    assert "Hjertet Aarhus har godkendt. Region Midt mangler." in signed
    assert "Godkend rapporten" not in signed
    assert "Marie Leder" in other
    assert "Godkend rapporten" in other
    assert "rapporten er udgivet" in last
    assert "Rapporten kan ikke ændres." in last


def test_an_unfinished_report_shows_what_is_missing_instead_of_the_button(world: World) -> None:
    report = simple_report(world)
    ReportRow.objects.update(status="")

    page = client_for(world.coordinator).get(address(report)).content.decode()

    assert "Vælg en status for: Indsats 0." in page
    assert "Godkend rapporten" not in page


@pytest.mark.parametrize("version", ["7", "x", "", "²"])
def test_a_yes_to_another_version_is_refused(world: World, version: str) -> None:
    report = simple_report(world)

    response = client_for(world.coordinator).post(address(report, "godkend/"), {"version": version})

    assert response.status_code == 409
    assert not report.signatures.exists()


def test_the_published_pdf_is_the_file_that_was_frozen(world: World) -> None:
    report = simple_report(world)
    sign(report, world.coordinator.actor())
    sign(report, world.receiver_manager.actor())
    report.refresh_from_db()
    assert report.document is not None

    response = client_for(world.dpo).get(address(report, "rapport.pdf"))

    assert response.content == bytes(report.document.content)
    name = f"statusrapport-{report.agreement.number}-2026.pdf"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'


def test_who_comes_later_is_not_waited_for_under_a_published_report(world: World) -> None:
    report = simple_report(world)
    sign(report, world.coordinator.actor())
    sign(report, world.receiver_manager.actor())
    parties = report.agreement.parties
    with past_the_guards():
        parties.filter(organisation=world.region).update(left_on=TODAY)
        parties.create(organisation=world.municipality, side="public", joined_on=TODAY)

    page = client_for(world.receiver_manager).get(address(report)).content.decode()

    assert "Karen Koordinator, " in page
    assert "Har ikke godkendt endnu" not in page


# --- writing --------------------------------------------------------------------------------------
def test_saving_an_untouched_page_changes_nothing(world: World) -> None:
    report = rich_report(world, 2)
    before = facts_of(report)

    response = edit(client_for(world.coordinator), report)

    assert response.status_code == 302
    assert facts_of(report) == before
    assert StatusReport.objects.get(pk=report.pk).version == 0


def test_a_row_is_written_added_and_taken_out_on_one_page(world: World) -> None:
    report = rich_report(world, 1)

    response = edit(
        client_for(world.receiver_manager),
        report,
        **{
            "narrative": "Vi nåede langt.",
            "rows-0-DELETE": "on",
            "rows-1-status": "completed",
            "rows-1-status_words": "Færdig før tid",
            "rows-2-title": "Ny indsats",
            "budget-0-year_2025": "1.250,50",
            "budget-0-total": "",
            "budget-1-title": "Ny post",
            "budget-1-level": "part",
        },
    )

    assert response.status_code == 302
    rows = list(report.rows.all())
    assert [row.title for row in rows] == ["Nr. 0", "Ny indsats"]
    assert (rows[0].status, rows[0].status_words) == ("completed", "Færdig før tid")
    assert rows[0].initiative is not None
    lines = [(line.level, line.title, line.total_ore) for line in report.budget.all()]
    assert lines == [("line", "Post 0", 125_050 + 200_50), ("part", "Ny post", None)]


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("rows-1-title", "", "Udfyld »Indsats«."),
        ("budget-0-year_2025", "ca. 5", "Skriv et tal, for eksempel 1.250 eller 0,6."),
        ("narrative", "Karen 010190-1234 kom", "Det ligner et CPR-nummer"),
        ("rows-0-status_words", "Se 010190-1234", "Det ligner et CPR-nummer"),
    ],
)
def test_a_refused_page_answers_422_and_keeps_everything_typed(
    world: World, field: str, typed: str, sentence: str
) -> None:
    report = rich_report(world, 1)
    own = {"cases": "Et langt eksempel.", "rows-2-title": "Ny indsats", field: typed}

    response = edit(client_for(world.coordinator), report, **own)

    assert response.status_code == 422
    page = response.content.decode()
    assert sentence in page
    shown = fields_of(page)
    assert {name: shown[name] for name in own} == own
    assert StatusReport.objects.get(pk=report.pk).version == 0


def test_two_who_write_at_once_see_both_versions_and_lose_nothing(world: World) -> None:
    report = rich_report(world, 1)
    client = client_for(world.receiver_manager)
    opened = fields_of(client.get(address(report, "ret/")).content.decode())
    save(
        report,
        with_row(facts_of(report, narrative="Regionens ord"), 0, economy="Regionens penge"),
        world.coordinator.actor(),
    )

    typed = {**opened, "narrative": "Foreningens ord", "cases": "Et eksempel"}
    response = client.post(address(report, "ret/"), typed)

    page = response.content.decode()
    assert response.status_code == 409
    assert "Karen Koordinator har rettet rapporten imens." in page
    for words in ("Regionens ord", "Foreningens ord", "Regionens penge"):
        assert words in page
    # Saved once more from here, the writer's words count.
    shown = fields_of(page)
    assert shown["narrative"] == "Foreningens ord"
    assert client.post(address(report, "ret/"), shown).status_code == 302
    report.refresh_from_db()
    assert (report.narrative, report.cases) == ("Foreningens ord", "Et eksempel")
    assert report.version == 2


def test_the_writer_sees_what_is_known_now_beside_what_was_filled_in(world: World) -> None:
    agreement = running(world)
    with clock.at(noon(TODAY)):
        report = begun(agreement)
    agreement.indicators.get().values.create(on=date(2026, 1, 20), value="31", at=clock.now())

    page = client_for(world.coordinator).get(address(report, "ret/")).content.decode()

    assert "Det ved vi nu: Før: 10. Nu: 31, opgjort 20. januar 2026. Mål: 40." in page


def test_a_signed_report_warns_before_it_is_changed_and_a_published_one_leads_back(
    world: World,
) -> None:
    report = simple_report(world)
    client = client_for(world.coordinator)
    sign(report, world.coordinator.actor())

    warned = client.get(address(report, "ret/")).content.decode()
    sign(report, world.receiver_manager.actor())
    response = client.get(address(report, "ret/"))

    assert "skal alle godkende den igen" in warned
    assert response.headers["Location"] == address(report)


def test_an_owner_above_a_party_reads_and_does_not_write(world: World) -> None:
    report = simple_report(world)
    world.region.parent = world.other_region
    world.region.save()
    client = client_for(world.other_coordinator)

    page = client.get(address(report))

    assert page.status_code == 200
    assert "Skriv i rapporten" not in page.content.decode()
    assert client.get(address(report, "ret/")).status_code == 403
    assert client.post(address(report, "godkend/"), {"version": "0"}).status_code == 403


def test_nobody_reads_on_after_a_form_without_its_parts(world: World) -> None:
    """A post without the form's own counters is refused as any other mistake is."""
    report = rich_report(world, 1)

    response = client_for(world.coordinator).post(
        address(report, "ret/"), {"version": "0", "title": "Tom"}
    )

    assert response.status_code == 422
    assert report.rows.count() == 2
