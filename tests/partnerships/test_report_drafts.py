"""What somebody types in a report keeps itself, for that person alone."""

import re
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from partnerships.models import ReportDraft, StatusReport
from portal.common import clock
from portal.common.drafts import LIFE
from tests.factories.reports import facts_of, save, simple_report
from tests.partnerships.test_report_pages import address, edit, fields_of, rich_report
from tests.world import World, client_for

pytestmark = pytest.mark.django_db


def typed(person: Any, report: StatusReport, **changes: str) -> Any:
    """Opens the page, types, and leaves without saving."""
    client = client_for(person)
    page = client.get(address(report, "ret/")).content.decode()
    keep = re.search(r'data-autosave="([^"]*)"', page)
    assert keep is not None
    return client.post(keep[1], {**fields_of(page), **changes})


def shown(person: Any, report: StatusReport) -> dict[str, str]:
    return fields_of(client_for(person).get(address(report, "ret/")).content.decode())


def test_what_is_typed_is_there_again_and_nobody_else_sees_it(world: World) -> None:
    report = rich_report(world, 1)
    more = {
        "narrative": "Vi nåede langt.",
        "rows-1-status_words": "Lidt bagud",
        "rows-2-title": "Ny indsats",
        "budget-0-total": "1.234",
    }

    response = typed(world.receiver_manager, report, **more)

    assert response.content.decode().startswith("Kladden er gemt kl. ")
    mine, theirs = shown(world.receiver_manager, report), shown(world.coordinator, report)
    assert {name: mine[name] for name in more} == more
    assert theirs["narrative"] == ""
    assert theirs["rows-2-title"] == ""
    assert StatusReport.objects.get(pk=report.pk).version == 0


def test_a_draft_is_saved_as_it_stands_and_is_then_gone(world: World) -> None:
    report = rich_report(world, 1)
    typed(
        world.receiver_manager,
        report,
        **{"rows-0-DELETE": "on", "rows-2-title": "Ny indsats", "narrative": "Vi nåede langt."},
    )

    response = edit(client_for(world.receiver_manager), report)

    assert response.status_code == 302
    assert [row.title for row in report.rows.all()] == ["Nr. 0", "Ny indsats"]
    assert facts_of(report).narrative == "Vi nåede langt."
    assert not ReportDraft.objects.exists()


def test_a_draft_on_an_older_version_shows_both_when_it_is_saved(world: World) -> None:
    report = simple_report(world)
    typed(world.receiver_manager, report, narrative="Foreningens ord")
    save(report, facts_of(report, narrative="Regionens ord"), world.coordinator.actor())
    client = client_for(world.receiver_manager)

    assert (
        "Andre har rettet rapporten siden" in client.get(address(report, "ret/")).content.decode()
    )
    response = edit(client, report)

    assert response.status_code == 409
    assert "Regionens ord" in response.content.decode()
    assert "Foreningens ord" in response.content.decode()
    assert ReportDraft.objects.exists()


def test_a_cpr_number_is_not_even_kept_and_a_long_story_is(world: World) -> None:
    report = simple_report(world)

    refused = typed(world.coordinator, report, narrative="Karen 010190-1234 kom")
    assert "cpr-nummeret under »Fortælling«" in refused.content.decode()
    assert not ReportDraft.objects.exists()

    kept = typed(world.coordinator, report, narrative="ord " * 4900)
    assert kept.content.decode().startswith("Kladden er gemt kl. ")


def test_a_draft_can_be_thrown_away_and_is_forgotten_after_a_week(world: World) -> None:
    report = simple_report(world)
    typed(world.coordinator, report, narrative="Et udkast")
    client_for(world.coordinator).post(
        reverse("partnerships:report-draft-discard", args=[report.pk])
    )
    assert shown(world.coordinator, report)["narrative"] == facts_of(report).narrative

    typed(world.coordinator, report, narrative="Et udkast")
    ReportDraft.objects.update(saved_at=clock.now() - LIFE)
    assert shown(world.coordinator, report)["narrative"] == facts_of(report).narrative
    call_command("forget_section_drafts")
    assert not ReportDraft.objects.exists()


def test_a_reader_and_a_stranger_keep_no_draft(world: World) -> None:
    report = simple_report(world)
    keep = reverse("partnerships:report-draft", args=[report.pk])

    assert client_for(world.lawyer).post(keep, {"narrative": "x"}).status_code == 403
    assert client_for(world.outsider_manager).post(keep, {"narrative": "x"}).status_code == 404
    assert not ReportDraft.objects.exists()
