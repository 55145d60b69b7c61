"""The yearly status report: filled in, written by both, signed by each, and then it stands."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from partnerships.guards import missing_for_close
from partnerships.models import (
    Agreement,
    AgreementEvent,
    AgreementOffer,
    BudgetLine,
    Goal,
    Indicator,
    IndicatorValue,
    Initiative,
    Milestone,
    OfferFigures,
    ReportBudgetRow,
    ReportRow,
    ReportSignature,
    StatusReport,
)
from partnerships.reports import facts as shape
from partnerships.reports.document import key_figures
from partnerships.reports.facts import BudgetFacts, RowFacts
from partnerships.reports.filling import indicator_words
from partnerships.reports.periods import ONE_DAY
from partnerships.services import close_agreement, write_final_evaluation
from partnerships.services import reports as services
from partnerships.services.clocks import run_dates
from partnerships.services.mover import NotReady
from portal.access.actor import Assurance
from portal.audit.models import AuditEntry
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from tests.factories.partnerships import fresh, start
from tests.factories.referrals import make_offer
from tests.factories.register import make_agreement, past_the_guards
from tests.factories.reports import (
    ENDS,
    JOB,
    STARTS,
    TODAY,
    begun,
    facts_of,
    noon,
    running,
    save,
    sign,
    signed_off,
    simple_report,
    told_to_the_end,
    with_row,
    with_statuses,
)
from tests.world import World

pytestmark = pytest.mark.django_db


def row_titled(report: StatusReport, title: str) -> ReportRow:
    return report.rows.get(title__contains=title)


# --- filled in ------------------------------------------------------------------------------------
def test_a_report_has_a_row_for_each_indicator_and_activity(world: World) -> None:
    agreement = running(world)
    indicator = agreement.indicators.get()
    IndicatorValue.objects.create(
        indicator=indicator, on=date(2025, 12, 1), value="25", at=clock.now(), by_name="Karen"
    )

    with clock.at(noon(TODAY)):
        report = begun(agreement)

    assert [row.title for row in report.rows.all()] == [
        "Flere får en samtale: Samtaler",
        "Vært på afdelingen",
        "Milepæle",
    ]
    words = row_titled(report, "Samtaler").indicator
    assert words == "Før: 10. Nu: 25, opgjort 1. december 2025. Mål: 40."


def test_each_number_of_an_indicator_has_its_unit(world: World) -> None:
    indicator = running(world).indicators.get()
    indicator.unit = "%"

    assert indicator_words(indicator) == "Før: 10 %. Mål: 40 %."


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("under_way", "er undervejs, ændret eller indstillet"),
        ("delayed", "er forsinket, undervejs, ændret eller indstillet"),
    ],
)
def test_the_last_figure_names_what_it_counts(status: str, said: str) -> None:
    figures = key_figures([ReportRow(status="on_schedule"), ReportRow(status=status)])

    assert [(figure.number, figure.label) for figure in figures][-1] == ("1", said)


def test_a_hidden_number_stays_hidden_in_the_report(world: World) -> None:
    agreement = running(world)
    IndicatorValue.objects.create(
        indicator=agreement.indicators.get(),
        on=date(2025, 12, 1),
        hidden=True,
        live=True,
        at=clock.now(),
    )

    with clock.at(noon(TODAY)):
        report = begun(agreement)

    assert "under fem personer" in row_titled(report, "Samtaler").indicator


def test_milestones_that_were_reached_and_that_are_late_are_told(world: World) -> None:
    agreement = running(world)
    activity = agreement.activities.get()
    for text, due, done in (
        ("Kursus", date(2025, 5, 1), date(2025, 4, 20)),
        ("Hjemmeside", date(2025, 9, 1), None),
        ("Fest", date(2027, 1, 1), None),
    ):
        Milestone.objects.create(
            agreement=agreement, activity=activity, text=text, due_on=due, done_on=done
        )

    with clock.at(noon(TODAY)):
        report = begun(agreement)

    row = row_titled(report, "Vært")
    assert row.status == "delayed"
    assert row.indicator == (
        "1 af 3 milepæle er nået. Forsinket: »Hjemmeside« skulle være nået 1. september 2025."
    )


def test_the_budget_annex_comes_from_the_agreement_year_by_year(world: World) -> None:
    agreement = running(world)
    hours = BudgetLine.objects.create(
        agreement=agreement, text="Værter", kind="volunteer_hours", position=5
    )
    hours.amounts.create(year=2025, amount=400)
    hours.amounts.create(year=2026, amount=500)

    with clock.at(noon(TODAY)):
        report = begun(agreement)

    lines = [(row.level, row.title, row.amounts, row.total_ore) for row in report.budget.all()]
    assert lines == [
        ("group", "Penge, kr.", {}, None),
        ("line", "Koordinator", {"2025": 4_000_000}, 4_000_000),
        ("group", "Frivillige, timer", {}, None),
        ("line", "Værter", {"2025": 400, "2026": 500}, 900),
    ]
    assert report.budget.get(title="Værter").in_hours


def test_each_linked_offer_has_a_row_with_its_referrals(world: World) -> None:
    agreement = running(world)
    offers = [make_offer(world.receiver) for _ in range(2)]
    for offer in offers:
        AgreementOffer.objects.create(agreement=agreement, offer=offer)
    common = {"agreement": agreement, "since": STARTS, "counted_at": clock.now()}
    until = date(2025, 12, 31)
    OfferFigures.objects.create(
        offer=offers[0], until=until, received=40, accepted=31, completed=None, **common
    )
    OfferFigures.objects.create(offer=offers[1], until=until, **common)

    with clock.at(noon(TODAY)):
        report = begun(agreement)

    period = "Henvisninger 1. marts 2025 til 31. december 2025"
    assert row_titled(report, offers[0].title).indicator == (
        f"{period}: 40 modtaget, 31 taget imod. Skjult, for få personer: afsluttet."
    )
    assert row_titled(report, offers[1].title).indicator == f"{period}: skjult, for få personer."


def test_an_agreement_with_initiatives_has_a_row_for_each_and_the_rest_in_words(
    world: World,
) -> None:
    agreement = running(world)
    for place, title in enumerate(("Patientansvarlig læge", "Hospice")):
        Initiative.objects.create(
            agreement=agreement, number=str(place + 1), title=title, position=place
        )
    with clock.at(noon(TODAY)):
        first = begun(agreement)
    known = facts_of(first)
    save(
        first,
        with_row(known, 0, economy="10 mio. kr. årligt", indicator="LUP", status="completed"),
        world.coordinator.actor(),
    )

    second = services.begin_report(
        agreement_id=agreement.pk, actor=JOB, first=date(2026, 3, 1), last=date(2027, 2, 28)
    )

    assert [row.title for row in first.rows.all()] == ["Patientansvarlig læge", "Hospice"]
    assert "Samtaler: Før: 10. Mål: 40." in first.narrative
    row = second.rows.first()
    assert row is not None
    # Economy and indicator as last year; how it goes is asked anew.
    assert (row.economy, row.indicator, row.status) == ("10 mio. kr. årligt", "LUP", "")


def test_filling_in_costs_the_same_whatever_the_agreement_holds(
    world: World, django_assert_num_queries: object
) -> None:
    def cost(count: int) -> int:
        agreement = start(world, title=f"Med {count}")
        goal = Goal.objects.create(agreement=agreement, text="Mål")
        for place in range(count):
            Indicator.objects.create(agreement=agreement, goal=goal, name=f"Tal {place}")
            agreement.activities.create(text=f"Aktivitet {place}")
            line = BudgetLine.objects.create(agreement=agreement, text="Post", kind="money")
            line.amounts.create(year=2026, amount=100)
            AgreementOffer.objects.create(agreement=agreement, offer=make_offer(world.receiver))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            begun(agreement)
        return len(queries)

    assert cost(1) == cost(20)


# --- begun ----------------------------------------------------------------------------------------
def test_the_job_begins_a_report_sixty_days_before_it_is_due_and_once(world: World) -> None:
    agreement = running(world)
    due = date(2026, 3, 1)

    with clock.at(noon(due - timedelta(days=61))):
        too_early = services.begin_due_reports(actor=JOB)
    with clock.at(noon(due - timedelta(days=60))):
        in_time = services.begin_due_reports(actor=JOB)
        again = services.begin_due_reports(actor=JOB)

    assert (too_early, in_time, again) == (0, 1, 0)
    report = agreement.status_reports.get()
    assert (report.period_from, report.period_to) == (STARTS, date(2026, 2, 28))
    assert report.due_on == due
    assert agreement.events.filter(verb="report_begun").count() == 1


def test_after_a_long_pause_one_report_is_begun_and_not_a_heap(world: World) -> None:
    agreement = running(world)

    with clock.at(noon(date(2027, 9, 1))):
        begun_now = services.begin_due_reports(actor=JOB)

    assert begun_now == 1
    assert agreement.status_reports.get().period_to == date(2027, 2, 28)


def test_a_few_weeks_across_the_anniversary_do_not_swallow_the_year(world: World) -> None:
    agreement = running(world)
    by_hand = {
        "agreement_id": agreement.pk,
        "actor": world.coordinator.actor(),
        "first": date(2026, 2, 10),
        "last": date(2026, 3, 2),
    }

    # Two months before the anniversary the job has its turn, but a person is there first.
    with clock.at(noon(TODAY)):
        services.begin_report(**by_hand)
        assert services.next_period(agreement) == (STARTS, date(2026, 2, 9))
        begun_now = services.begin_due_reports(actor=JOB)
        again = services.begin_due_reports(actor=JOB)

    assert (begun_now, again) == (1, 0)
    year = agreement.status_reports.get(period_from=STARTS)
    assert (year.period_to, year.due_on) == (date(2026, 2, 9), date(2026, 3, 1))

    # The next year is begun from where the few weeks ended.
    with clock.at(noon(date(2027, 1, 2))):
        assert services.begin_due_reports(actor=JOB) == 1
    newest = agreement.status_reports.first()
    assert newest is not None
    assert (newest.period_from, newest.period_to) == (date(2026, 3, 3), date(2027, 2, 28))


def test_a_report_from_the_next_month_on_is_the_years_report(world: World) -> None:
    agreement = running(world)

    with clock.at(noon(TODAY)):
        services.begin_report(
            agreement_id=agreement.pk,
            actor=world.coordinator.actor(),
            first=date(2025, 4, 1),
            last=date(2026, 2, 28),
        )
        assert services.begin_due_reports(actor=JOB) == 0


def test_the_job_costs_no_more_for_agreements_that_have_their_reports(world: World) -> None:
    def cost() -> int:
        with clock.at(noon(TODAY)), CaptureQueriesContext(connection) as queries:
            assert services.begin_due_reports(actor=JOB) == 0
        return len(queries)

    def told() -> None:
        agreement = make_agreement(
            world.region, world.receiver, starts_on=STARTS, ends_on=ENDS, signed_on=STARTS
        )
        for first, last in (
            (STARTS, date(2025, 9, 30)),
            (date(2025, 10, 1), date(2026, 2, 28)),
        ):
            services.begin_report(agreement_id=agreement.pk, actor=JOB, first=first, last=last)

    told()
    one = cost()
    for _more in range(5):
        told()

    assert cost() == one


def test_a_person_does_not_run_the_job(world: World) -> None:
    with pytest.raises(NotAllowed):
        services.begin_due_reports(actor=world.coordinator.actor())


def test_a_party_begins_one_by_hand_and_a_second_waits_for_it(world: World) -> None:
    agreement = running(world)
    actor = world.receiver_manager.actor()

    with clock.at(noon(TODAY)):
        first, last = services.next_period(agreement)
        report = services.begin_report(
            agreement_id=agreement.pk, actor=actor, first=first, last=last
        )
        same = services.begin_report(agreement_id=agreement.pk, actor=actor, first=first, last=last)
        with pytest.raises(WrongState, match="allerede"):
            services.begin_report(agreement_id=agreement.pk, actor=actor, first=first, last=TODAY)

    assert (first, last) == (STARTS, date(2026, 2, 28))
    assert same == report
    assert report.updated_by_name == "Marie Leder"


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (date(2025, 6, 1), date(2025, 5, 1), "last"),
        (date(2025, 1, 1), date(2025, 12, 1), "first"),
        (date(2025, 6, 1), date(2027, 12, 1), "last"),
    ],
)
def test_a_period_that_cannot_be_is_refused_at_its_field(
    world: World, first: date, last: date, field: str
) -> None:
    agreement = running(world)

    with clock.at(noon(TODAY)), pytest.raises(InvalidInput) as refused:
        services.begin_report(
            agreement_id=agreement.pk, actor=world.coordinator.actor(), first=first, last=last
        )

    assert set(refused.value.errors) == {field}


def test_an_idea_gets_no_report_by_hand(world: World) -> None:
    agreement = start(world)

    with pytest.raises(WrongState):
        services.begin_report(
            agreement_id=agreement.pk,
            actor=world.coordinator.actor(),
            first=TODAY,
            last=TODAY,
        )

    assert not services.may_begin(agreement, world.coordinator.actor())


@pytest.mark.parametrize("who", ["outsider_manager", "other_coordinator", "sibling_handler"])
def test_a_stranger_finds_no_report_to_begin_write_or_sign(world: World, who: str) -> None:
    report = simple_report(world)
    actor = world.people[who].actor()

    with pytest.raises(NotFound):
        services.begin_report(
            agreement_id=report.agreement_id, actor=actor, first=TODAY, last=TODAY
        )
    with pytest.raises(NotFound):
        save(report, facts_of(report, title="Mit"), actor)
    with pytest.raises(NotFound):
        sign(report, actor)
    assert not StatusReport.objects.visible_to(actor).exists()


@pytest.mark.parametrize("who", ["lawyer", "dpo"])
def test_a_reader_of_a_party_neither_writes_nor_signs(world: World, who: str) -> None:
    report = simple_report(world)
    actor = world.people[who].actor()

    with pytest.raises(NotAllowed):
        save(report, facts_of(report, title="Mit"), actor)
    with pytest.raises(NotAllowed):
        sign(report, actor)
    assert StatusReport.objects.visible_to(actor).exists()


# --- written --------------------------------------------------------------------------------------
def test_both_sides_write_in_the_same_report(world: World) -> None:
    report = simple_report(world)

    save(report, with_row(facts_of(report), 0, economy="Ingen penge"), world.coordinator.actor())
    save(
        report,
        replace(facts_of(report), narrative="Vi nåede 40 samtaler."),
        world.receiver_manager.actor(),
    )

    report.refresh_from_db()
    assert report.version == 2
    assert report.updated_by_name == "Marie Leder"
    assert report.rows.get().economy == "Ingen penge"
    assert report.narrative == "Vi nåede 40 samtaler."
    assert AuditEntry.objects.filter(action="agreement.report_saved").count() == 2


def test_saving_the_same_again_changes_nothing(world: World) -> None:
    report = simple_report(world)
    sign(report, world.coordinator.actor())

    save(report, facts_of(report), world.receiver_manager.actor())

    report.refresh_from_db()
    assert report.version == 0
    assert report.signatures.count() == 1


def test_who_writes_on_an_old_version_is_told_what_it_says_now(world: World) -> None:
    report = simple_report(world)
    old = facts_of(report)
    save(report, replace(old, narrative="Deres"), world.coordinator.actor())

    with pytest.raises(services.ReportChangedMeanwhile) as refused:
        save(report, replace(old, narrative="Vores"), world.receiver_manager.actor(), version=0)

    assert refused.value.now.narrative == "Deres"
    assert refused.value.version == 1
    assert "Karen Koordinator" in refused.value.message
    report.refresh_from_db()
    assert report.narrative == "Deres"


def test_a_change_voids_what_was_signed(world: World) -> None:
    report = simple_report(world)
    sign(report, world.coordinator.actor())

    save(report, facts_of(report, title="En anden titel"), world.receiver_manager.actor())

    report.refresh_from_db()
    assert report.state == StatusReport.State.WRITING
    assert not report.signatures.exists()
    event = AgreementEvent.objects.filter(verb="report_saved").get()
    assert event.details["voided"] == 1


def test_rows_keep_what_they_were_filled_in_from_when_they_are_moved_and_others_go(
    world: World,
) -> None:
    report = simple_report(world, rows=3)
    ReportRow.objects.filter(title="Indsats 2").update(source="offer:7")
    one, _two, three = facts_of(report).rows
    new = RowFacts(title="Ny", status="completed")

    save(report, facts_of(report, rows=(three, new, one)), world.coordinator.actor())

    assert [(row.title, row.source) for row in report.rows.all()] == [
        ("Indsats 2", "offer:7"),
        ("Ny", ""),
        ("Indsats 0", ""),
    ]


def test_a_row_of_another_report_cannot_be_taken_over(world: World) -> None:
    report, other = simple_report(world), simple_report(world)
    foreign = facts_of(other).rows[0]

    save(report, facts_of(report, rows=(foreign,)), world.coordinator.actor())

    assert other.rows.count() == 1
    assert report.rows.get().pk != other.rows.get().pk


def test_an_empty_total_is_the_sum_and_a_written_one_stays_as_it_is(world: World) -> None:
    report = simple_report(world)
    amounts = {2025: 300, 2026: 200}
    lines = (
        BudgetFacts(title="Lagt sammen", amounts=amounts),
        BudgetFacts(title="Som udgivet", amounts=amounts, total=999),
        BudgetFacts(title="Gruppe", level="group", amounts=amounts, total=1),
    )

    save(report, facts_of(report, budget=lines), world.coordinator.actor())

    assert [row.total_ore for row in report.budget.all()] == [500, 999, None]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"narrative": "Karen 010190-1234 var glad"}, "narrative"),
        ({"subtitle": "x" * 301}, "subtitle"),
        ({"rows": (RowFacts(title=""),)}, "rows-0-title"),
        ({"rows": (RowFacts(title="a"), RowFacts(title="b", status="fine"))}, "rows-1-status"),
        ({"rows": (RowFacts(title="a", indicator="ring 010190-1234"),)}, "rows-0-indicator"),
        ({"budget": (BudgetFacts(title=""),)}, "budget-0-title"),
        ({"budget": (BudgetFacts(title="a", level="sum"),)}, "budget-0-level"),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field(
    world: World, change: dict[str, object], field: str
) -> None:
    report = simple_report(world)

    with pytest.raises(InvalidInput) as refused:
        save(report, facts_of(report, **change), world.coordinator.actor())

    assert set(refused.value.errors) == {field}
    assert not AgreementEvent.objects.filter(verb="report_saved").exists()


def test_differences_name_the_place_and_both_words(world: World) -> None:
    report = simple_report(world)
    theirs = facts_of(report)
    mine = replace(
        with_row(theirs, 0, status="stopped"),
        title="Min",
        budget=(BudgetFacts(title="Post", amounts={2025: 12_50}),),
    )

    found = {(row.label, row.theirs, row.mine) for row in shape.differences(theirs, mine)}

    assert ("Titel", theirs.title, "Min") in found
    assert ("Indsats 0: Status", "Følger tidsplanen", "Indstillet") in found
    assert ("Ny linje: 2025", "", "12,50") in found
    assert len([label for label, _theirs, _mine in found if label.startswith("Indsats")]) == 1


# --- signed ---------------------------------------------------------------------------------------
def test_each_half_signed_report_is_not_published(world: World) -> None:
    people = (world.coordinator, world.receiver_manager, world.municipal_coordinator)
    for missing in people:
        report = simple_report(world, world.municipality)
        for person in people:
            if person is not missing:
                sign(report, person.actor())
        report.refresh_from_db()
        assert report.state == StatusReport.State.AWAITING_SIGNATURE

        sign(report, missing.actor())

        report.refresh_from_db()
        assert report.state == StatusReport.State.PUBLISHED


def test_the_last_signature_publishes_and_freezes_the_pdf(world: World) -> None:
    report = simple_report(world)
    sign(report, world.coordinator.actor())

    sign(report, world.receiver_manager.actor())

    report.refresh_from_db()
    assert report.published_at is not None
    document = report.document
    assert document is not None
    content = bytes(document.content)
    assert content.startswith(b"%PDF-")
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert document.kind == "report"
    verbs = list(report.agreement.events.values_list("verb", flat=True))
    assert verbs[-3:] == ["report_signed", "report_signed", "report_published"]


def test_nobody_signs_for_another(world: World) -> None:
    report = simple_report(world)

    sign(report, world.coordinator.actor())
    sign(report, world.region_manager.actor())

    # Two of the region are one yes, and the association has said nothing.
    report.refresh_from_db()
    assert report.state == StatusReport.State.AWAITING_SIGNATURE
    assert report.signatures.get().party.organisation == world.region


def test_a_second_click_signs_nothing_twice(world: World) -> None:
    report = simple_report(world)
    sign(report, world.coordinator.actor())
    sign(report, world.coordinator.actor())
    sign(report, world.receiver_manager.actor())
    sign(report, world.receiver_manager.actor())

    assert report.agreement.events.filter(verb="report_signed").count() == 2
    assert report.agreement.documents.count() == 1


def test_a_session_with_one_factor_signs_nothing(world: World) -> None:
    report = simple_report(world)

    with pytest.raises(NotAllowed):
        sign(report, world.coordinator.actor(Assurance.LOW))


def test_only_the_version_that_was_read_is_signed(world: World) -> None:
    report = simple_report(world)
    save(report, facts_of(report, title="Ny titel"), world.receiver_manager.actor())

    with pytest.raises(WrongState, match="ændret"):
        services.sign_report(report_id=report.pk, version=0, actor=world.coordinator.actor())


def test_a_row_without_a_status_stops_the_signature_and_is_named(world: World) -> None:
    report = simple_report(world)
    ReportRow.objects.update(status="")

    with pytest.raises(WrongState, match="Indsats 0"):
        sign(report, world.coordinator.actor())

    assert not report.signatures.exists()


def test_a_party_that_has_left_is_not_waited_for(world: World) -> None:
    report = simple_report(world, world.municipality)
    with past_the_guards():
        report.agreement.parties.filter(organisation=world.municipality).update(left_on=TODAY)
    sign(report, world.coordinator.actor())

    sign(report, world.receiver_manager.actor())

    report.refresh_from_db()
    assert report.state == StatusReport.State.PUBLISHED


def published(world: World) -> StatusReport:
    report = simple_report(world)
    ReportBudgetRow.objects.create(report=report, level="line", title="Post")
    sign(report, world.coordinator.actor())
    sign(report, world.receiver_manager.actor())
    report.refresh_from_db()
    return report


def test_a_published_report_is_not_written_in_by_anybody(world: World) -> None:
    report = published(world)

    with pytest.raises(WrongState, match="udgivet"):
        save(report, facts_of(report, title="Bagefter"), world.coordinator.actor())


@pytest.mark.parametrize(
    "change",
    [
        lambda report: StatusReport.objects.filter(pk=report.pk).update(title="Bagefter"),
        lambda report: StatusReport.objects.filter(pk=report.pk).update(state="writing"),
        lambda report: ReportRow.objects.filter(report=report).update(title="Bagefter"),
        lambda report: ReportRow.objects.filter(report=report).delete(),
        lambda report: ReportRow.objects.create(report=report, title="Bagefter"),
        lambda report: ReportBudgetRow.objects.filter(report=report).update(total_ore=1),
        lambda report: ReportSignature.objects.filter(report=report).delete(),
        lambda report: StatusReport.objects.filter(pk=report.pk).delete(),
    ],
)
def test_the_database_itself_keeps_a_published_report(world: World, change: object) -> None:
    report = published(world)

    with pytest.raises(DatabaseError, match="_guard"), transaction.atomic():
        change(report)  # type: ignore[operator]


def test_a_row_cannot_be_carried_into_a_published_report(world: World) -> None:
    report, other = published(world), simple_report(world)

    with pytest.raises(DatabaseError, match="report_guard"), transaction.atomic():
        ReportRow.objects.filter(report=other).update(report=report)


def test_the_database_refuses_to_publish_a_report_that_is_half_signed(world: World) -> None:
    report = published(world)
    half = simple_report(world)
    sign(half, world.coordinator.actor())

    with pytest.raises(DatabaseError, match="lacks a signature"), transaction.atomic():
        StatusReport.objects.filter(pk=half.pk).update(
            state="published", published_at=clock.now(), document=report.document
        )


def test_the_database_refuses_a_signature_of_another_agreements_party(world: World) -> None:
    report, other = simple_report(world), simple_report(world)
    foreign = other.agreement.parties.first()

    with pytest.raises(DatabaseError, match="no party"), transaction.atomic():
        ReportSignature.objects.create(
            report=report, party=foreign, version=0, at=clock.now(), user_name="Fremmed"
        )


def test_a_pdf_that_cannot_be_made_leaves_no_trace(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = simple_report(world)
    sign(report, world.coordinator.actor())

    def broken(_document: object) -> bytes:
        raise RuntimeError("no typst")

    monkeypatch.setattr(services, "render_report_pdf", broken)
    with pytest.raises(RuntimeError):
        sign(report, world.receiver_manager.actor())

    report.refresh_from_db()
    assert report.state == StatusReport.State.AWAITING_SIGNATURE
    assert report.signatures.count() == 1


# --- the last one -----------------------------------------------------------------------------
def ended(world: World) -> Agreement:
    """It has run its whole time and is evaluated. The clock stands on the day after."""
    agreement = running(world)
    run_dates()
    write_final_evaluation(
        agreement_id=agreement.pk, text="Det gik godt.", actor=world.coordinator.actor()
    )
    return fresh(agreement)


def test_an_agreement_is_closed_when_its_last_report_is_in(world: World) -> None:
    coordinator, manager = world.coordinator.actor(), world.receiver_manager.actor()
    with clock.at(noon(ENDS + ONE_DAY)):
        agreement = ended(world)

        def close() -> None:
            close_agreement(agreement_id=agreement.pk, actor=coordinator)

        with pytest.raises(NotReady, match=r"for 1\. marts 2027 til 29\. februar 2028 mangler\."):
            close()
        # An early report is not the last one, nor is one that tells of the last weeks alone.
        for first, last in ((STARTS, date(2026, 2, 28)), (date(2028, 2, 1), ENDS)):
            signed_off(agreement, first, last, coordinator, manager)
        with pytest.raises(NotReady, match=r"for 1\. marts 2027 til 31\. januar 2028 mangler\."):
            close()

        # By hand, as the page suggests it.
        assert services.may_begin(agreement, manager)
        first, last = services.next_period(agreement)
        report = services.begin_report(
            agreement_id=agreement.pk, actor=manager, first=first, last=last
        )
        save(report, with_statuses(facts_of(report)), manager)
        sign(report, manager)
        assert [row.sentence for row in missing_for_close(agreement)] == [
            "En statusrapport er ikke underskrevet af alle."
        ]
        sign(report, coordinator)
        close()

    assert fresh(agreement).status == "closed"


def test_the_job_begins_the_last_report_of_one_that_has_ended(world: World) -> None:
    with clock.at(noon(ENDS + ONE_DAY)):
        agreement = ended(world)

        assert services.begin_due_reports(actor=JOB) == 1
        assert [row.sentence for row in missing_for_close(agreement)] == [
            "En statusrapport er ikke underskrevet af alle."
        ]


def test_the_database_closes_nothing_before_the_last_day_is_told_of(world: World) -> None:
    coordinator, manager = world.coordinator.actor(), world.receiver_manager.actor()
    with clock.at(noon(ENDS + ONE_DAY)):
        agreement = ended(world)

        def close() -> None:
            with transaction.atomic():
                Agreement.objects.filter(pk=agreement.pk).update(
                    status="closed", status_changed_at=clock.now()
                )

        with pytest.raises(DatabaseError, match="lacks a status report"):
            close()
        signed_off(agreement, STARTS, ENDS - ONE_DAY, coordinator, manager)
        with pytest.raises(DatabaseError, match="lacks a status report"):
            close()
        told_to_the_end(agreement, coordinator, manager)
        close()

    assert fresh(agreement).status == "closed"


def test_a_whole_year_from_the_job_to_the_published_report(world: World) -> None:
    agreement: Agreement = running(world)
    with clock.at(noon(TODAY)):
        assert services.begin_due_reports(actor=JOB) == 1
        report = fresh(agreement).status_reports.get()
        save(report, with_statuses(facts_of(report)), world.coordinator.actor())
        sign(report, world.coordinator.actor())
        sign(report, world.receiver_manager.actor())

    report.refresh_from_db()
    assert report.state == StatusReport.State.PUBLISHED
    assert StatusReport.objects.public().count() == 0  # nobody said yes to the register

    agreement.parties.update(public_consent_at=clock.now())
    assert StatusReport.objects.public().get() == report
