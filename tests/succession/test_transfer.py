"""The day: nothing a second before, everything a second after, once, or not at all."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.urls import reverse

from offers.models import Offer, OfferCoverage, OfferEvent
from offers.services.transferring import cover_with
from organisations.models import Contact, Membership, Organisation, Role
from partnerships import services as partnerships
from partnerships.models import (
    Agreement,
    AgreementEvent,
    AgreementKind,
    AgreementParty,
    BudgetLine,
    Clause,
    Entrance,
    Forum,
    ForumMember,
    FramePair,
    Review,
    Signature,
)
from portal.access.actor import system_actor
from portal.audit.models import AuditEntry
from portal.audit.scope import tenant
from portal.common import clock
from portal.common.errors import NotAllowed, WrongState
from portal.geography.models import Municipality
from portal.succession import jobs, services
from portal.succession.models import SuccessionState
from portal.succession.services import carrying_out
from referrals.models import State
from referrals.services.succession import count_open_referrals
from tests.factories.offers import OfferFactory
from tests.factories.organisations import NamedHandlerFactory, accept_terms_for, add_member
from tests.factories.partnerships import agreement_in, sign
from tests.factories.partnerships import fresh as again_agreement
from tests.factories.referrals import act, make_offer, sent_identified
from tests.factories.register import past_the_guards
from tests.succession.merger import (
    AFTER,
    DAY,
    EVE,
    Merger,
    again,
    again_person,
    approved,
    fresh,
    idea,
    person,
    prepare,
    roles_in,
    the_day,
    titles,
)
from tests.world import client_for

pytestmark = pytest.mark.django_db


# --- when -----------------------------------------------------------------------------------------
def test_nothing_moves_a_second_before_midnight_in_copenhagen(merger: Merger) -> None:
    merger.idea(merger.capital_coordinator, "Hjerteliv")
    plan = approved(merger)

    with clock.at(EVE):
        assert jobs.run_successions() == 0
        assert titles(again(merger.east_manager)) == set()
        assert titles(again(merger.zealand_manager)) == set()
    assert fresh(plan).state == SuccessionState.APPROVED
    assert not AgreementEvent.objects.filter(verb="transfer").exists()


def test_everything_is_there_a_second_after(merger: Merger) -> None:
    merger.idea(merger.capital_coordinator, "Hjerteliv")
    merger.idea(merger.zealand_coordinator, "Lungeliv")
    plan = approved(merger)

    with the_day() as done:
        assert done == 1
        for one in [*merger.managers, merger.capital_coordinator, merger.zealand_coordinator]:
            assert again(one).organisation_id == merger.east.pk
            assert titles(again(one)) == {"Hjerteliv", "Lungeliv"}
        assert titles(again(merger.world.receiver_manager)) >= {"Hjerteliv", "Lungeliv"}
        assert titles(again(merger.world.coordinator)) == set()
    plan = fresh(plan)
    assert plan.state == SuccessionState.CARRIED_OUT
    assert plan.outcome["agreements"] == 2
    assert plan.outcome["members"] == 4


def test_a_site_that_slept_over_new_year_catches_up(merger: Merger) -> None:
    approved(merger)

    with clock.at(AFTER + timedelta(days=9)):
        assert jobs.run_successions() == 1
        party_days = AgreementParty.objects.filter(left_on__isnull=False).values_list("left_on")
        assert set(party_days) <= {(DAY,)}


def test_a_plan_that_is_not_approved_by_all_moves_nothing(merger: Merger) -> None:
    plan = prepare(merger)
    services.approve(
        succession_id=plan.pk, plan=plan.fingerprint, actor=merger.capital_manager.actor()
    )

    with the_day() as done:
        assert done == 0
    assert fresh(plan).state == SuccessionState.DRAFT


# --- once, or not at all --------------------------------------------------------------------------
def test_running_it_again_changes_nothing(merger: Merger) -> None:
    merger.idea(merger.capital_coordinator, "Hjerteliv")
    plan = approved(merger)

    with the_day():
        entries = AuditEntry.objects.filter(action__contains="transfer").count()
        assert jobs.run_successions() == 0
        with tenant(jobs.ACTOR):
            assert services.carry_out(succession_id=plan.pk, actor=jobs.ACTOR) is None
        assert AuditEntry.objects.filter(action__contains="transfer").count() == entries
    assert AgreementEvent.objects.filter(verb="transfer").count() == 1


def test_an_error_half_way_leaves_no_trace(merger: Merger, monkeypatch: Any) -> None:
    merger.idea(merger.capital_coordinator, "Hjerteliv")
    plan = approved(merger)
    steps = list(Organisation.objects.values_list("pk", "status", "parent_id").order_by("pk"))

    def fail(**_arguments: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(carrying_out, "cede_organisation", fail)
        with clock.at(AFTER):
            assert jobs.run_successions() == 0

    rows = Organisation.objects.values_list("pk", "status", "parent_id").order_by("pk")
    assert list(rows) == steps
    assert not AgreementEvent.objects.filter(verb="transfer").exists()
    assert not AuditEntry.objects.filter(action="membership.transfer").exists()
    assert fresh(plan).state == SuccessionState.APPROVED
    with the_day() as done:
        assert done == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_it_once(merger: Merger) -> None:
    merger.idea(merger.capital_coordinator, "Hjerteliv")
    approved(merger)
    together, done = threading.Barrier(2), []

    def work() -> None:
        try:
            with clock.at(AFTER):
                together.wait()
                done.append(jobs.run_successions())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(done) == 1
    assert AgreementEvent.objects.filter(verb="transfer").count() == 1


# --- people ---------------------------------------------------------------------------------------
def test_roles_follow_and_somebody_in_both_has_the_union(merger: Merger) -> None:
    both = person(merger.capital, "Bo Begge", Role.LAWYER)
    add_member(merger.zealand, Role.DPO, user=both.user)
    approved(merger)

    with the_day():
        assert roles_in(merger.east, both) == {"lawyer", "dpo"}
        assert roles_in(merger.capital, both) == set()
        assert again(both).organisation_id == merger.east.pk
    assert AuditEntry.objects.filter(action="membership.end").count() >= 2


def test_a_session_that_was_open_ends_and_the_next_lands_in_the_target(merger: Merger) -> None:
    browser = client_for(merger.capital_coordinator)
    approved(merger)
    assert browser.get(reverse("partnerships:list")).status_code == 200

    with the_day():
        assert browser.get(reverse("partnerships:list")).status_code == 302
        assert again(merger.capital_coordinator).organisation_name == "Region Østdanmark"


def test_a_clinician_finishes_open_referrals_in_the_old_organisation(merger: Merger) -> None:
    nurse = person(merger.capital, "Karla Kliniker", Role.CLINICIAN, Role.COORDINATOR)
    offer = make_offer(merger.world.receiver)
    referral = sent_identified(merger.world, offer, nurse.actor())
    approved(merger)

    with the_day():
        assert roles_in(merger.capital, nurse) == {"clinician"}
        assert roles_in(merger.east, nurse) == {"clinician", "coordinator"}
        assert again(nurse).organisation_id == merger.east.pk
        old = again_person(nurse, merger.capital)
        browser = client_for(old)
        assert browser.get(reverse("referrals:detail", args=[referral.pk])).status_code == 200
        with pytest.raises(WrongState, match="Skift til Region Østdanmark"):
            sent_identified(merger.world, offer, old.actor())
    later = AFTER + timedelta(days=2)
    with clock.at(later):
        jobs.run_successions()
        assert roles_in(merger.capital, nurse) == {"clinician"}
        act("withdraw", old.actor(), referral)
        with tenant(jobs.ACTOR):
            assert count_open_referrals(merger.capital.pk) == 0
        jobs.run_successions()
        merger.capital.refresh_from_db()
        assert merger.capital.status == Organisation.Status.CLOSED
        assert roles_in(merger.capital, nurse) == set()
        assert roles_in(merger.east, nurse) == {"clinician", "coordinator"}


# --- offers and areas -----------------------------------------------------------------------------
def test_an_offer_keeps_its_address_and_its_referrals(merger: Merger) -> None:
    handler = person(merger.capital, "Mogens Modtager", Role.HANDLER)
    accept_terms_for(merger.capital, merger.capital_manager.user)
    NamedHandlerFactory(
        organisation=merger.capital, user=handler.user, email=handler.user.email, name="Mogens"
    )
    taken = make_offer(merger.capital, slug="brobygger")
    plain = make_offer(merger.capital, slug="ryggymnastik")
    referral = sent_identified(merger.world, taken)
    approved(merger)

    with the_day():
        for slug in ("brobygger", "ryggymnastik"):
            offer = Offer.objects.get(slug=slug)
            assert offer.organisation == merger.east
            assert offer.status == "published"
            assert offer.coverage.count() == 1
            assert (
                client_for(merger.world.gp).get(reverse("offers:detail", args=[slug])).status_code
                == 200
            )
        assert Offer.objects.get(slug="ryggymnastik").pk == plain.pk
        taken.refresh_from_db()
        assert (taken.organisation, taken.status) == (merger.capital, "archived")
        assert Offer.objects.public().filter(organisation=merger.capital).count() == 0
        old = again_person(handler, merger.capital)
        moved = act("accept", old.actor(), referral)
        assert moved.status == State.ACCEPTED
        assert OfferEvent.objects.filter(verb="transfer").count() == 3


def test_an_offer_covers_what_it_covered(merger: Merger) -> None:
    both, one = OfferFactory(covers=None), OfferFactory(covers=None)
    kinds = OfferCoverage.Type
    for offer, regions in ((both, ("hovedstaden", "sjaelland")), (one, ("hovedstaden",))):
        for slug in regions:
            region = {"hovedstaden": merger.capital, "sjaelland": merger.zealand}[slug].region
            OfferCoverage.objects.create(offer=offer, type=kinds.REGION, region=region)
    assert merger.capital.region
    capital = set(Municipality.objects.in_region(merger.capital.region, DAY))
    approved(merger)

    with the_day():
        rows = list(both.coverage.values_list("type", "region__slug"))
        assert rows == [("region", "oestdanmark")]
        covered: set[Municipality] = set()
        for row in one.coverage.all():
            assert row.type != kinds.REGION
            if row.municipality:
                covered.add(row.municipality)
            if row.health_council:
                covered |= set(Municipality.objects.in_council(row.health_council, DAY))
        assert covered == capital
        assert one.coverage.filter(type=kinds.HEALTH_COUNCIL).exists()


def test_whole_areas_stand_for_their_towns_and_nothing_more() -> None:
    wholes = [(("region", 1), {1, 2, 3, 4}), (("health_council", 7), {1, 2})]

    assert cover_with({1, 2, 3, 4}, wholes) == [("region", 1)]
    assert cover_with({1, 2, 3}, wholes) == [("health_council", 7), ("municipality", 3)]
    assert cover_with(set(), wholes) == []


def test_hospitals_follow_and_the_region_above_them_sees_their_agreements(merger: Merger) -> None:
    idea(merger.hospital_manager, merger.world.receiver, title="Vært på gangen")
    approved(merger)

    with the_day():
        merger.hospital.refresh_from_db()
        assert merger.hospital.parent == merger.east
        assert merger.hospital.region == merger.east.region
        assert titles(again(merger.east_manager)) == {"Vært på gangen"}
        assert titles(again(merger.hospital_manager)) == {"Vært på gangen"}


# --- agreements -----------------------------------------------------------------------------------
def take_over(merger: Merger) -> Any:
    """Region Øst takes over the world's region, so that agreements of every state can be met."""
    target = merger.east
    plan = services.prepare(
        effective_on=DAY,
        arrows=[services.Arrow(source=merger.world.region, target=target)],
        actor=merger.world.coordinator.actor(),
    )
    plan = services.write_report(succession_id=plan.pk, actor=jobs.ACTOR)
    for one in (merger.world.region_manager, merger.east_manager):
        plan = services.approve(succession_id=plan.pk, plan=plan.fingerprint, actor=one.actor())
    return plan


@pytest.mark.parametrize(
    "state", ["idea", "draft", "internal_review", "negotiation", "awaiting_signature", "signed"]
)
def test_no_agreement_changes_its_state_and_the_old_row_stays(merger: Merger, state: str) -> None:
    agreement = agreement_in(state, merger.world)
    signatures = list(Signature.objects.values())
    events = list(AgreementEvent.objects.order_by("pk").values())
    take_over(merger)

    with the_day() as done:
        assert done == 1
        agreement = again_agreement(agreement)
        assert agreement.status == state
        old = agreement.parties.get(organisation=merger.world.region)
        new = agreement.parties.get(organisation=merger.east)
        assert (old.left_on, old.succeeded_by, new.joined_on, new.left_on) == (
            DAY, new, DAY, None,
        )  # fmt: skip
        assert new.contact_id == old.contact_id
        assert not Review.objects.filter(organisation=merger.world.region).exists()
        assert not BudgetLine.objects.filter(paid_by=merger.world.region).exists()
    assert list(Signature.objects.values()) == signatures
    kept = AgreementEvent.objects.order_by("pk").values()
    assert list(kept)[: len(events)] == events
    assert AgreementEvent.objects.filter(agreement=agreement, verb="transfer").count() == 1


def test_a_signature_of_the_old_party_binds_the_new_one(merger: Merger) -> None:
    agreement = agreement_in("awaiting_signature", merger.world)
    sign(agreement, merger.world.coordinator.actor())
    take_over(merger)

    with the_day():
        agreement = sign(agreement, merger.world.receiver_manager.actor())
        assert agreement.status == "signed"


def test_without_its_signature_the_new_one_signs(merger: Merger) -> None:
    agreement = agreement_in("awaiting_signature", merger.world)
    sign(agreement, merger.world.receiver_manager.actor())
    take_over(merger)

    with the_day():
        assert again_agreement(agreement).status == "awaiting_signature"
        agreement = sign(agreement, merger.east_manager.actor())
        assert agreement.status == "signed"


def test_an_agreement_between_both_regions_has_one_of_them_afterwards(merger: Merger) -> None:
    agreement = idea(
        merger.capital_coordinator, merger.zealand, merger.world.receiver, title="Fælles"
    )
    approved(merger)

    with the_day():
        now = agreement.parties.filter(left_on__isnull=True)
        assert set(now.values_list("organisation__slug", flat=True)) == {
            "region-oestdanmark",
            merger.world.receiver.slug,
        }
        event = AgreementEvent.objects.get(agreement=agreement, verb="transfer")
        assert [step["from"] for step in event.details["steps"]] == [
            merger.capital.slug,
            merger.zealand.slug,
        ]


def test_a_cancelled_agreement_can_still_be_read(merger: Merger) -> None:
    agreement = merger.idea(merger.capital_coordinator, "Blev ikke til noget")
    partnerships.cancel_agreement(
        agreement_id=agreement.pk, comment="Ingen penge.", actor=merger.capital_coordinator.actor()
    )
    approved(merger)

    with the_day():
        assert titles(again(merger.zealand_coordinator)) == {"Blev ikke til noget"}


def frame(merger: Merger, organisation: Organisation) -> Agreement:
    """An active frame agreement of the world's receiver with `organisation`. The party is put
    there by hand: the factory's agreements are the world's region's."""
    agreement = agreement_in(
        "signed", merger.world, kind=AgreementKind.FRAME, starts_on=clock.today() + timedelta(3)
    )
    with past_the_guards():
        agreement.parties.filter(organisation=merger.world.region).update(organisation=organisation)
    # The pairs are written once more.
    Agreement.objects.filter(pk=agreement.pk).update(kind=AgreementKind.FRAME)
    return agreement


def test_two_frame_agreements_are_named_chosen_and_one_goes_on(merger: Merger) -> None:
    first, second = frame(merger, merger.capital), frame(merger, merger.zealand)
    plan = prepare(merger)
    assert [row["level"] for row in plan.report["remarks"] if row.get("options")] == ["choose"]
    with pytest.raises(WrongState):
        services.approve(
            succession_id=plan.pk, plan=plan.fingerprint, actor=merger.capital_manager.actor()
        )
    services.choose_frames(
        succession_id=plan.pk, lasting=[second.pk], actor=merger.capital_coordinator.actor()
    )
    plan = services.write_report(succession_id=plan.pk, actor=jobs.ACTOR)
    for one in merger.managers:
        services.approve(succession_id=plan.pk, plan=plan.fingerprint, actor=one.actor())

    with the_day() as done:
        assert done == 1
        first, second = again_agreement(first), again_agreement(second)
        assert (second.kind, first.kind) == ("frame", "local")
        pairs = FramePair.objects.filter(association=merger.world.receiver)
        assert list(pairs.values_list("agreement_id", "public_id")) == [(second.pk, merger.east.pk)]
        event = AgreementEvent.objects.get(agreement=first, verb="transfer")
        assert event.details["kind"] == {"from": "frame", "to": "local"}


def test_a_frame_signed_after_the_approval_does_not_stop_the_day(merger: Merger) -> None:
    first = frame(merger, merger.capital)
    approved(merger)
    second = frame(merger, merger.zealand)

    with the_day() as done:
        assert done == 1
        assert again_agreement(first).kind == "frame"
        assert again_agreement(second).kind == "local"


# --- what hangs on the organisation ---------------------------------------------------------------
def test_entrance_forum_clauses_and_contacts_follow(merger: Merger) -> None:
    now = clock.now()
    Entrance.objects.create(
        organisation=merger.capital, is_open=True, contact_name="A", contact_email="a@x.example",
        updated_at=now,
    )  # fmt: skip
    council = Forum.objects.create(organisation=merger.world.health_council, name="Forum")
    for one in (merger.capital, merger.zealand):
        ForumMember.objects.create(forum=council, organisation=one, since=now.date())
        Clause.objects.create(owner=one, key="tavshed", kind="clause", title="T", text="T")
        Contact.objects.create(organisation=one, name=one.name, email="k@x.example")
    approved(merger)

    with the_day():
        assert merger.east.entrance.is_open
        seats = ForumMember.objects.filter(forum=council, until__isnull=True)
        assert list(seats.values_list("organisation_id", flat=True)) == [merger.east.pk]
        assert Clause.objects.filter(owner=merger.east).count() == 2
        assert Contact.objects.get(organisation=merger.east).name == "Region Hovedstaden"


def test_the_old_address_points_on(merger: Merger) -> None:
    approved(merger)

    with the_day():
        page = client_for(merger.world.gp).get(
            reverse("organisations:detail", args=["region-hovedstaden"])
        )
        assert page.status_code == 200
        text = page.content.decode()
        assert "Opgaverne er overtaget af Region Østdanmark" in text
        assert reverse("organisations:detail", args=["region-oestdanmark"]) in text
        assert not Organisation.objects.public().filter(slug="region-hovedstaden").exists()


def test_no_membership_lies_in_an_organisation_that_is_closed(merger: Merger) -> None:
    approved(merger)

    with clock.at(AFTER):
        jobs.run_successions()
    with clock.at(AFTER + timedelta(days=2)):
        jobs.run_successions()
    assert set(
        Organisation.objects.filter(pk__in=[merger.capital.pk, merger.zealand.pk]).values_list(
            "status", flat=True
        )
    ) == {"closed"}
    assert not Membership.objects.filter(organisation__status="closed").exists()


def test_only_a_job_carries_a_plan_out(merger: Merger) -> None:
    plan = approved(merger)

    with clock.at(AFTER), pytest.raises(NotAllowed):
        services.carry_out(succession_id=plan.pk, actor=merger.east_manager.actor())
    with clock.at(AFTER), tenant(system_actor("elsewhere")):
        assert services.carry_out(succession_id=plan.pk, actor=system_actor("elsewhere"))
