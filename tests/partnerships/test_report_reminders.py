"""The yearly report is asked for a month before, on the day, and twice after; each once."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from django.core.management import call_command

from partnerships.models import Agreement, StatusReport
from partnerships.reports.mails import report as build
from partnerships.reports.notices import TEMPLATE
from partnerships.reports.reminders import remind_of_reports
from partnerships.services import reports as services
from portal.access.actor import system_actor
from portal.celery import JOBS
from portal.common import clock
from portal.common.errors import NotAllowed
from portal.notifications.models import OutgoingMessage
from tests.factories.reports import (
    begun,
    facts_of,
    noon,
    running,
    save,
    sign,
    simple_report,
)
from tests.world import World

pytestmark = pytest.mark.django_db

JOB = system_actor("partnerships.report_reminders")
DUE = date(2026, 3, 1)


def reminded_on(days: int) -> int:
    with clock.at(noon(DUE + timedelta(days=days))):
        return remind_of_reports(actor=JOB)


def stages() -> list[str]:
    rows = OutgoingMessage.objects.filter(template=TEMPLATE, key__startswith="agreement:")
    return [str(row.ids["stage"]) for row in rows.order_by("pk")]


def addresses(report: StatusReport, stage: str) -> list[str]:
    return sorted(
        mail.to for mail in build({"report": str(report.pk), "stage": stage, "version": 0})
    )


def emails(people: Iterable[object]) -> list[str]:
    return sorted(person.user.email for person in people)  # type: ignore[attr-defined]


@pytest.fixture
def agreement(world: World) -> Agreement:
    return running(world)


@pytest.fixture
def report(agreement: Agreement) -> StatusReport:
    with clock.at(noon(date(2026, 1, 2))):
        return begun(agreement)


def test_each_stage_is_sent_once_however_often_the_job_runs(report: StatusReport) -> None:
    sent = [reminded_on(days) for days in (-31, -30, -30, -29, 0, 0, 13, 14, 29, 30, 30, 90)]

    assert sent == [0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0]
    assert stages() == ["before", "due", "after", "late"]


def test_after_downtime_one_reminder_comes_and_not_a_heap(report: StatusReport) -> None:
    assert reminded_on(45) == 1
    assert stages() == ["late"]


def test_a_published_report_is_asked_for_no_more(world: World, report: StatusReport) -> None:
    report.rows.update(status="completed")
    sign(report, world.coordinator.actor())
    sign(report, world.receiver_manager.actor())

    assert reminded_on(0) == 0


def test_a_programme_that_is_an_idea_is_asked_for_nothing(world: World) -> None:
    simple_report(world)

    assert reminded_on(0) == 0


def test_a_person_does_not_run_the_job(world: World) -> None:
    with pytest.raises(NotAllowed):
        remind_of_reports(actor=world.coordinator.actor())


def test_the_contacts_are_asked_first(world: World, report: StatusReport) -> None:
    contacts = emails([world.coordinator, world.receiver_manager])

    assert addresses(report, "before") == contacts
    assert addresses(report, "due") == contacts


def test_coordinators_are_asked_after_two_weeks_and_managers_after_a_month(
    world: World, report: StatusReport
) -> None:
    # The association has no coordinator: its contact is asked.
    assert addresses(report, "after") == emails([world.coordinator, world.receiver_manager])
    assert addresses(report, "late") == emails([world.region_manager, world.receiver_manager])


def test_who_has_signed_is_not_asked(world: World, report: StatusReport) -> None:
    report.rows.update(status="completed")
    sign(report, world.coordinator.actor())

    assert addresses(report, "due") == emails([world.receiver_manager])


def test_the_other_party_hears_that_it_is_its_turn_and_all_hear_of_a_change(
    world: World, report: StatusReport
) -> None:
    report.rows.update(status="completed")

    sign(report, world.coordinator.actor())
    waits = OutgoingMessage.objects.get(template=TEMPLATE)
    assert [mail.to for mail in build(waits.ids)] == emails([world.receiver_manager])
    save(report, facts_of(report, title="Ændret"), world.receiver_manager.actor())

    changed = OutgoingMessage.objects.filter(template=TEMPLATE).latest("pk")
    assert changed.ids["stage"] == "changed"
    assert sorted(mail.to for mail in build(changed.ids)) == emails(
        [world.coordinator, world.receiver_manager]
    )
    # What was true of the old version is said no more.
    assert build(waits.ids) == []


def test_a_mail_names_the_agreement_and_links_and_carries_no_number_of_persons(
    world: World, report: StatusReport
) -> None:
    for stage in ("before", "due", "after", "late"):
        mail = build({"report": str(report.pk), "stage": stage, "version": 0})[0]

        assert report.agreement.number in mail.text
        assert f"/aftaler/rapporter/{report.pk}/" in mail.text
        assert mail.subject.startswith("Samspil: ")
        assert "1. marts 2026" in mail.text or stage == "due"


def test_a_report_that_is_gone_sends_nothing() -> None:
    assert build({"report": "01900000-0000-7000-8000-000000000000", "stage": "due"}) == []


def test_both_jobs_are_in_the_schedule_and_run_as_commands(
    agreement: Agreement, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("partnerships.reports", "partnerships.report_reminders")
    assert [JOBS[name].command for name in names] == ["begin_reports", "report_reminders"]

    with clock.at(noon(DUE - timedelta(days=30))):
        call_command("begin_reports")
        call_command("report_reminders")

    assert capsys.readouterr().out.split() == ["1", "1"]
    assert services.StatusReport.objects.count() == 1
