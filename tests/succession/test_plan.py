"""Preparing, the dry run, saying yes, and who may know what before the day."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations.models import Membership, Role
from partnerships.models import Agreement
from portal.access.actor import Assurance
from portal.audit.models import AuditEntry
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.succession import jobs, services
from portal.succession.models import Succession, SuccessionState
from portal.succession.services import Arrow
from portal.succession.survey import view_of
from tests.factories.organisations import OrganisationFactory, add_member
from tests.factories.referrals import make_offer, sent_identified
from tests.succession.merger import (
    AFTER,
    DAY,
    Merger,
    again,
    again_person,
    approve,
    approved,
    fresh,
    person,
    prepare,
    report,
    the_day,
    titles,
)
from tests.world import Person, client_for

pytestmark = pytest.mark.django_db


# --- writing a plan -------------------------------------------------------------------------------
def test_a_coordinator_or_manager_of_a_part_or_the_operator_prepares(merger: Merger) -> None:
    for one in (merger.zealand_manager, merger.east_manager, merger.world.operator):
        plan = prepare(merger, by=one)
        assert plan.state == SuccessionState.DRAFT
        assert plan.prepared_by_name == one.user.name
        services.cancel(succession_id=plan.pk, reason="Forfra.", actor=one.actor())


def test_somebody_whom_it_does_not_concern_prepares_nothing(merger: Merger) -> None:
    with pytest.raises(InvalidInput):
        prepare(merger, by=merger.world.coordinator)
    with pytest.raises(NotAllowed):
        prepare(merger, by=merger.world.lawyer)
    assert not Succession.objects.exists()


def test_a_stranger_finds_no_plan(merger: Merger) -> None:
    plan = prepare(merger)

    for one in (merger.world.coordinator, merger.world.region_manager, merger.world.gp):
        with pytest.raises(NotFound):
            services.approve(succession_id=plan.pk, plan=plan.fingerprint, actor=one.actor())


def test_impossible_plans_are_refused_with_what_to_do(merger: Merger) -> None:
    east, capital, receiver = merger.east, merger.capital, merger.world.receiver
    aarhus = merger.world.aarhus
    ended = OrganisationFactory(kind="other_public", status="closed")
    other = OrganisationFactory(kind="other_public")
    impossible: list[tuple[list[Arrow], str]] = [
        ([], "Planen siger ikke"),
        ([Arrow(source=capital, target=receiver)], "kan ikke overtage fra"),
        ([Arrow(source=capital, target=ended)], "nedlagt"),
        ([Arrow(source=ended, target=capital)], "allerede nedlagt"),
        ([Arrow(source=capital, target=east, municipalities=[aarhus])], "Ingen overtager resten"),
        ([Arrow(source=capital, target=east)] * 2, "to gange"),
        ([Arrow(source=capital, target=east), Arrow(source=capital, target=other)], "Kun én"),
        ([Arrow(source=capital, target=east), Arrow(source=east, target=other)], "står både"),
    ]
    for arrows, words in impossible:
        with pytest.raises(InvalidInput, match=words):
            services.prepare(effective_on=DAY, arrows=arrows, actor=merger.world.operator.actor())
    with pytest.raises(InvalidInput, match="ikke er gået"):
        prepare(merger, on=clock.today() - timedelta(days=1))
    prepare(merger)
    with pytest.raises(InvalidInput, match="anden plan"):
        prepare(merger)


# --- the dry run ----------------------------------------------------------------------------------
def test_what_the_dry_run_counts_is_what_moves(merger: Merger) -> None:
    for number in range(3):
        merger.idea(merger.capital_coordinator, f"Hjerteliv {number}")
    merger.idea(merger.zealand_coordinator, "Lungeliv")
    make_offer(merger.capital)
    plan = approved(merger)
    counted = {row["key"]: sum(row["counts"].values()) for row in plan.report["sections"]}

    with the_day():
        outcome = fresh(plan).outcome
        assert counted["drafts"] == outcome["agreements"] == 4
        for name in ("children", "offers", "members"):
            assert counted[name] == outcome[name], name


def test_what_came_after_the_approval_moves_too(merger: Merger) -> None:
    approved(merger)
    merger.idea(merger.capital_coordinator, "Sent kommet")
    late = person(merger.capital, "Laura Sen", Role.DPO)

    with the_day():
        assert titles(again(merger.east_manager)) == {"Sent kommet"}
        assert again(late).organisation_id == merger.east.pk


def test_each_reader_sees_the_own_names_and_every_count(merger: Merger) -> None:
    merger.idea(merger.capital_coordinator, "Hemmelig hovedstad")
    merger.idea(merger.zealand_coordinator, "Hemmelig ø")
    plan = prepare(merger)

    for one, own, others in (
        (merger.capital_manager, "Hemmelig hovedstad", ["Hemmelig ø"]),
        (merger.zealand_manager, "Hemmelig ø", ["Hemmelig hovedstad"]),
        (merger.east_manager, "", ["Hemmelig ø", "Hemmelig hovedstad"]),
        (merger.world.operator, "", ["Hemmelig ø", "Hemmelig hovedstad"]),
    ):
        said = str(view_of(plan.report, one.actor().organisation_id))
        assert own in said
        assert not [title for title in others if title in said]
        browser = client_for(one)
        for name in ("detail", "report-csv"):
            page = browser.get(reverse(f"succession:{name}", args=[plan.pk]))
            text = page.content.decode()
            assert page.status_code == 200
            assert own in text
            assert not [title for title in others if title in text], (one.user.name, name)


def test_before_the_day_nobody_sees_more_than_without_a_plan(merger: Merger) -> None:
    """Lists, counts, search and register: the same answers before the plan and with it approved."""
    merger.idea(merger.capital_coordinator, "Hjerteliv")
    make_offer(merger.capital, slug="kladde", status="draft", published_at=None)
    readers = [*merger.managers, merger.zealand_coordinator, merger.world.operator]
    names = ["partnerships:list", "offers:list", "offers:mine", "organisations:members"]

    def answers() -> list[Any]:
        found: list[Any] = []
        for one in readers:
            found.append(titles(one.actor()))
            for name in names:
                page = client_for(one).get(reverse(name))
                found.append((page.status_code, "Hjerteliv" in page.content.decode()))
        return found

    before = answers()
    approved(merger)

    assert answers() == before
    for one in (merger.zealand_manager, merger.east_manager):
        for agreement in Agreement.objects.all():
            page = client_for(one).get(reverse("partnerships:detail", args=[agreement.pk]))
            assert page.status_code == 404


def test_open_referrals_are_counted_by_the_job_and_nobody_is_named(merger: Merger) -> None:
    nurse = person(merger.capital, "Karla Kliniker", Role.CLINICIAN)
    sent_identified(merger.world, make_offer(merger.world.receiver), nurse.actor())
    prepare(merger)
    jobs.run_successions()

    said = str(Succession.objects.get().report)
    assert "1 åben henvisning" in said
    assert "Karen Prøve" not in said


def test_a_dry_run_that_is_wanted_is_made_by_the_job_and_renewed_after_a_day(
    merger: Merger,
) -> None:
    plan = prepare(merger)
    first = fresh(plan).reported_at
    with clock.at(clock.now() + timedelta(hours=2)):
        jobs.run_successions()
        assert fresh(plan).reported_at == first
        services.ask_for_report(succession_id=plan.pk, actor=merger.capital_coordinator.actor())
        assert not fresh(plan).is_reported
        jobs.run_successions()
        assert fresh(plan).is_reported
    with clock.at(clock.now() + timedelta(hours=30)):
        jobs.run_successions()
        assert fresh(plan).reported_at == clock.now()


def test_people_without_a_second_factor_are_counted(merger: Merger) -> None:
    plan = prepare(merger)

    words = [row["text"] for row in plan.report["remarks"]]
    assert any("har ikke sat to-faktor op" in line for line in words)


# --- saying yes -----------------------------------------------------------------------------------
def test_the_last_yes_of_all_approves(merger: Merger) -> None:
    plan = approve(prepare(merger), merger.capital_manager, merger.zealand_manager)
    assert plan.state == SuccessionState.DRAFT

    plan = approve(plan, merger.east_manager)

    assert plan.state == SuccessionState.APPROVED
    assert (
        AuditEntry.objects.filter(
            action="succession.approve", subject_ids__contains=[str(plan.pk)]
        ).count()
        == 3
    )


def test_only_a_manager_in_a_strong_session_says_yes(merger: Merger) -> None:
    plan = prepare(merger)
    for actor in (
        merger.capital_coordinator.actor(),
        merger.world.operator.actor(),
        merger.capital_manager.actor(Assurance.LOW),
    ):
        with pytest.raises(NotAllowed):
            services.approve(succession_id=plan.pk, plan=plan.fingerprint, actor=actor)
    manager = merger.capital_manager.actor()
    Membership.objects.filter(user=merger.capital_manager.user).delete()
    with pytest.raises(NotAllowed):
        services.approve(succession_id=plan.pk, plan=plan.fingerprint, actor=manager)


def test_nobody_carries_a_plan_through_alone(merger: Merger) -> None:
    """Who prepared it says yes for one organisation at most; each needs a person of its own."""
    one = merger.capital_manager
    for organisation in (merger.zealand, merger.east):
        add_member(organisation, Role.MANAGER, user=one.user)
    plan = approve(prepare(merger, by=one), one)

    for organisation in (merger.zealand, merger.east):
        with pytest.raises(NotAllowed):
            approve(plan, Person(one.user, organisation))
    assert approve(plan, merger.zealand_manager, merger.east_manager).state == "approved"


def test_a_second_click_gives_no_second_yes(merger: Merger) -> None:
    plan = approve(prepare(merger), merger.capital_manager)

    with pytest.raises(NotAllowed):
        approve(plan, merger.capital_manager)
    assert plan.approvals.count() == 1


def test_a_changed_plan_must_be_approved_anew(merger: Merger) -> None:
    plan = approved(merger)
    old = plan.fingerprint
    services.change_plan(
        succession_id=plan.pk,
        effective_on=DAY + timedelta(days=1),
        arrows=merger.arrows(),
        actor=merger.zealand_coordinator.actor(),
    )

    plan = fresh(plan)
    assert plan.state == SuccessionState.DRAFT
    assert not plan.approvals.filter(voided_at__isnull=True).exists()
    assert plan.approvals.count() == 3
    report(plan)
    with pytest.raises(WrongState):
        services.approve(succession_id=plan.pk, plan=old, actor=merger.capital_manager.actor())
    with the_day() as done:
        assert done == 0


def test_a_new_reason_leaves_the_approvals(merger: Merger) -> None:
    plan = approved(merger)

    services.change_plan(
        succession_id=plan.pk,
        effective_on=DAY,
        arrows=merger.arrows(),
        reason="Et bedre ord",
        actor=merger.zealand_coordinator.actor(),
    )

    assert fresh(plan).state == SuccessionState.APPROVED
    with the_day() as done:
        assert done == 1


def test_without_a_dry_run_of_the_plan_nobody_says_yes(merger: Merger) -> None:
    plan = services.prepare(
        effective_on=DAY, arrows=merger.arrows(), actor=merger.capital_coordinator.actor()
    )

    with pytest.raises(WrongState):
        approve(plan, merger.capital_manager)


def test_a_plan_that_became_impossible_says_so_and_moves_nothing(merger: Merger) -> None:
    plan = approved(merger)
    other = OrganisationFactory(kind="region", region=merger.east.region)
    type(merger.east).objects.filter(pk=merger.east.pk).update(status="closed", succeeded_by=other)

    with the_day() as done:
        assert done == 0
        assert "kan ikke overtage" in fresh(plan).hindrance
        assert Membership.objects.filter(organisation=merger.capital).count() == 2


# --- giving it up ---------------------------------------------------------------------------------
def test_a_cancelled_plan_moves_nothing_and_can_be_read(merger: Merger) -> None:
    plan = approved(merger)
    with pytest.raises(InvalidInput):
        services.cancel(succession_id=plan.pk, reason=" ", actor=merger.east_manager.actor())

    services.cancel(
        succession_id=plan.pk, reason="Loven er udsat.", actor=merger.east_manager.actor()
    )

    with the_day() as done:
        assert done == 0
        page = client_for(merger.capital_manager).get(reverse("succession:detail", args=[plan.pk]))
        assert "Loven er udsat." in page.content.decode()


def test_after_the_day_nothing_is_cancelled_or_changed(merger: Merger) -> None:
    plan = approved(merger)

    with the_day(), clock.at(AFTER):
        for change in (
            lambda actor: services.cancel(succession_id=plan.pk, reason="For sent", actor=actor),
            lambda actor: services.ask_for_report(succession_id=plan.pk, actor=actor),
        ):
            with pytest.raises((WrongState, NotAllowed)):
                change(again(merger.east_manager))


# --- pages ----------------------------------------------------------------------------------------
def typed(merger: Merger, **changed: str) -> dict[str, str]:
    return {
        "effective_on": "2027-01-01",
        "reason": "Loven",
        "source_1": "Region Hovedstaden",
        "target_1": "region østdanmark",
        "source_2": "region-sjaelland",
        "target_2": "Region Østdanmark",
        **changed,
    }


def test_a_plan_is_written_read_approved_and_carried_out_on_pages(merger: Merger) -> None:
    browser = client_for(merger.capital_coordinator)
    answer = browser.post(reverse("succession:create"), typed(merger))
    plan = Succession.objects.get()
    assert answer.status_code == 302
    detail = reverse("succession:detail", args=[plan.pk])
    assert "Prøvekørslen er på vej" in browser.get(detail).content.decode()
    jobs.run_successions()

    for one in merger.managers:
        page = client_for(one).get(detail)
        assert "Godkend planen" in page.content.decode()
        plan = Succession.objects.get()
        client_for(one).post(
            reverse("succession:approve", args=[plan.pk]), {"plan": plan.fingerprint}
        )
    with the_day() as done:
        assert done == 1
        moved = again_person(merger.capital_manager, merger.east)
        page = client_for(moved).get(detail)
        assert "Det flyttede" in page.content.decode()
        listed = client_for(moved).get(reverse("succession:list"))
        assert "bliver til Region Østdanmark" in listed.content.decode()


def test_a_form_with_faults_keeps_what_was_typed(merger: Merger) -> None:
    browser = client_for(merger.capital_coordinator)

    page = browser.post(
        reverse("succession:create"),
        typed(merger, source_1="Region Hovedstad", places_2="Køge, Kæge", reason="Mit grundlag"),
    )

    text = page.content.decode()
    assert page.status_code == 422
    assert "Ingen organisation hedder det" in text
    assert "Ukendt kommune: Kæge" in text
    assert "Region Hovedstad" in text
    assert "Mit grundlag" in text
    assert not Succession.objects.exists()


def test_the_pdf_is_a_pdf_and_the_csv_no_formula(merger: Merger) -> None:
    merger.idea(merger.capital_coordinator, "=1+1")
    Agreement.objects.update(number="=1")
    plan = prepare(merger)
    browser = client_for(merger.capital_manager)

    pdf = browser.get(reverse("succession:report-pdf", args=[plan.pk]))
    rows = browser.get(reverse("succession:report-csv", args=[plan.pk])).content.decode()

    assert pdf.content.startswith(b"%PDF")
    assert "'=1" in rows


def test_the_list_costs_the_same_with_one_and_with_many(merger: Merger) -> None:
    browser = client_for(merger.world.operator)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            browser.get(reverse("succession:list"))
        return len(seen)

    prepare(merger)
    browser.get(reverse("succession:list"))
    one = cost()
    for _number in range(19):
        pair = [OrganisationFactory(kind="other_public") for _ in range(2)]
        services.prepare(
            effective_on=DAY,
            arrows=[Arrow(source=pair[0], target=pair[1])],
            actor=merger.world.operator.actor(),
        )

    assert cost() == one


def test_a_split_goes_by_municipality(merger: Merger) -> None:
    west = OrganisationFactory(kind="other_public", name="Vest", slug="vest")
    whole = OrganisationFactory(kind="other_public", name="Helt", slug="helt")
    east = OrganisationFactory(kind="other_public", name="Øst", slug="oest")
    aarhus, odense = merger.world.aarhus, merger.world.odense
    for place in (aarhus, odense):
        OrganisationFactory(
            kind="hospital", name=place.name, slug=place.slug, municipality=place, parent=whole
        )
    managers = {
        row.pk: person(row, f"Leder{row.pk} X", Role.MANAGER) for row in (west, whole, east)
    }
    plan = report(
        services.prepare(
            effective_on=DAY,
            arrows=[
                Arrow(source=whole, target=east),
                Arrow(
                    source=whole,
                    target=west,
                    municipalities=[aarhus],
                ),
            ],
            actor=managers[whole.pk].actor(),
        )
    )
    approve(plan, *managers.values())

    with the_day() as done:
        assert done == 1
        assert aarhus.organisations.get(kind="hospital", slug=aarhus.slug).parent == west
        assert odense.organisations.get(kind="hospital", slug=odense.slug).parent == east
        assert again(managers[whole.pk]).organisation_id == east.pk
