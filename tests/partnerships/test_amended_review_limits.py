"""A look at an amendment counts for what was read, and nobody waits for one that cannot come."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from organisations.models import Membership, Organisation, Role
from partnerships import services
from partnerships.facts import read
from partnerships.models import Amendment, Review
from partnerships.worklist import waiting
from portal.common import clock
from portal.common.errors import InvalidInput, WrongState
from tests.factories.organisations import OrganisationFactory, add_member
from tests.factories.partnerships import (
    agreement_in,
    amend_parties,
    approve_everything,
    fresh,
    sign,
    sign_amendment,
    write_all,
)
from tests.partnerships.test_amended_reviews import (
    ask,
    decide,
    looked_at,
    page,
    rewrite,
    with_data,
    with_minors,
)
from tests.partnerships.test_amended_rules import (  # noqa: F401 (a fixture)
    YEAR,
    amend,
    family,
    plain_paper,
    send,
)
from tests.partnerships.test_joining import let_go, take_in, which
from tests.world import Person

pytestmark = pytest.mark.django_db


def somebody(organisation, role, name):
    email = f"{name.split()[0].lower()}@samspil.example"
    return Person(add_member(organisation, role, name=name, email=email), organisation)


# --- what was read ----------------------------------------------------------------------------
def test_a_yes_is_not_taken_for_what_was_written_while_one_read(world, client_for):
    agreement = agreement_in("signed", world)
    row = with_minors(agreement, world)
    review = ask(agreement, row, world)["legal"]
    address = reverse("partnerships:review", args=[agreement.pk, review.pk])
    client = client_for(world.lawyer)
    before = client.get(address).context["read"]
    rewrite(agreement, row, world, home_visits=True)
    answer = {"decision": "approve", "comment": "Attester er på plads.", "read": before}

    late = client.post(address, answer)

    assert late.status_code == 422
    assert "Teksten er rettet, siden du åbnede siden" in late.content.decode()
    assert "Attester er på plads." in late.content.decode(), "nothing typed is lost"
    assert client.post(address, {**answer, "read": ""}).status_code == 422
    again = client.post(address, {**answer, "read": late.context["read"]})
    assert again.status_code == 302
    review.refresh_from_db()
    assert review.seen["home_visits"] is True


def test_a_no_needs_no_second_reading(world):
    agreement = agreement_in("signed", world)
    row = with_minors(agreement, world)
    review = ask(agreement, row, world)["legal"]

    services.decide_review(
        agreement_id=agreement.pk,
        review_id=review.pk,
        approve=False,
        comment="Nej.",
        read="something older",
        actor=world.lawyer.actor(),
    )


def test_a_yes_in_a_negotiation_is_to_what_was_read(world):
    agreement = agreement_in("negotiation", world)
    services.ask_for_review(
        agreement_id=agreement.pk, kind="legal", actor=world.coordinator.actor()
    )
    review = agreement.reviews.get(kind="legal", decision="pending")

    with pytest.raises(InvalidInput) as refused:
        services.decide_review(
            agreement_id=agreement.pk,
            review_id=review.pk,
            approve=True,
            comment="Fint.",
            read="something older",
            actor=world.lawyer.actor(),
        )

    assert "decision" in refused.value.errors


def test_the_page_says_where_words_were_changed_after_a_look(world, client_for):
    agreement = agreement_in("signed", world)
    row = with_minors(agreement, world)
    looked_at(agreement, row, world)
    told = "Tillægget er rettet siden."
    assert told not in page(client_for, world.coordinator, "amendment", agreement.pk, row.pk)

    row.refresh_from_db()
    services.save_amended_section(
        **which(row),
        key="governance",
        facts={**read(agreement, "governance"), "meeting_rhythm": "Hver uge"},
        version=0,
        actor=world.coordinator.actor(),
    )

    assert told in page(client_for, world.coordinator, "amendment", agreement.pk, row.pk)


def test_the_reviewer_reads_who_leaves(world, client_for):
    agreement = agreement_in("signed", world)
    row = amend_parties(agreement, world.coordinator.actor())
    let_go(row, world.receiver, world.coordinator.actor())
    review = ask(agreement, row, world, legal=world.lawyer)["legal"]

    assert f"{world.receiver.name} går ud af aftalen" in page(
        client_for, world.lawyer, "review", agreement.pk, review.pk
    )


# --- what counts ------------------------------------------------------------------------------
def test_a_yes_of_a_round_that_led_nowhere_counts_for_nothing(world):
    ours, theirs = world.coordinator.actor(), world.receiver_manager.actor()
    agreement = agreement_in("draft", world, frame={"involves_minors": True})
    services.submit_for_review(agreement_id=agreement.pk, actor=ours)
    decide(agreement.reviews.get(kind="legal"), world.lawyer)
    services.send_back(agreement_id=agreement.pk, comment="Om igen.", actor=ours)
    services.submit_for_review(agreement_id=agreement.pk, actor=ours)
    decide(agreement.reviews.get(kind="legal", round=2), world.lawyer, approve=False)
    section = agreement.sections.get(key="frame")
    services.save_section(
        agreement_id=agreement.pk,
        key="frame",
        facts={**read(fresh(agreement), "frame"), "involves_minors": False},
        version=section.version,
        actor=ours,
    )
    services.submit_for_review(agreement_id=agreement.pk, actor=ours)
    decide(agreement.reviews.get(round=3), world.coordinator)
    services.negotiate(agreement_id=agreement.pk, actor=ours)
    approve_everything(agreement, ours, theirs)
    services.send_to_signature(agreement_id=agreement.pk, actor=ours)
    sign(agreement, ours)
    sign(agreement, theirs)

    row = with_minors(fresh(agreement), world)

    with pytest.raises(WrongState, match="En jurist skal se tillægget"):
        send(agreement, row, world)


def test_the_database_counts_the_newest_round_alone(world, monkeypatch):
    agreement = agreement_in("signed", world)
    seen = {"involves_minors": True, "year_ore": 0, "total_ore": 0}
    agreement.reviews.create(
        round=0,
        kind="legal",
        organisation=world.region,
        asked_at=clock.now(),
        decision="approved",
        decided_at=clock.now(),
        decided_by_id=world.lawyer.user.pk,
        seen=seen,
    )
    row = with_minors(agreement, world)
    monkeypatch.setattr("partnerships.services.amending.try_out", lambda _a, _r: services.Trial())
    send(agreement, row, world)

    with pytest.raises(WrongState):
        sign_amendment(row, world.coordinator, world.receiver_manager)


def test_the_second_of_one_transaction_is_looked_at_too(world, monkeypatch):
    agreement = agreement_in("signed", world)
    first = amend(agreement, world, "governance", meeting_rhythm="Hver uge")
    send(agreement, first, world)
    sign_amendment(first, world.coordinator, world.receiver_manager)
    row = with_minors(agreement, world)
    monkeypatch.setattr("partnerships.services.amending.try_out", lambda _a, _r: services.Trial())
    send(agreement, row, world)

    with pytest.raises(WrongState):
        sign_amendment(row, world.coordinator, world.receiver_manager)


def test_a_look_stays_with_its_amendment(world):
    agreement = agreement_in("signed", world)
    row = with_minors(agreement, world)
    looked_at(agreement, row, world)

    with pytest.raises(DatabaseError, match="agreement_guard"), transaction.atomic():
        Review.objects.filter(amendment=row).update(amendment=None)


# --- what stands in the way, and goes ---------------------------------------------------------
def beyond_its_frame(world):
    frame, child = family(world)
    later = (frame.ends_on + timedelta(days=200)).isoformat()
    return frame, child, amend(child, world, "purpose", ends_on=later)


def extend(frame, world):
    row = amend(frame, world, "purpose", ends_on=(frame.ends_on + YEAR).isoformat())
    send(frame, row, world)
    sign_amendment(row, world.coordinator, world.receiver_manager)


def test_what_is_mended_elsewhere_opens_the_way_again(world, client_for):
    frame, child, row = beyond_its_frame(world)
    button = "Send til underskrift"
    assert button not in page(client_for, world.coordinator, "amendment", child.pk, row.pk)

    extend(frame, world)

    assert button in page(client_for, world.coordinator, "amendment", child.pk, row.pk)
    services.save_amended_section(
        **which(row),
        key="purpose",
        facts=row.after["purpose"],
        version=row.version_of("purpose"),
        actor=world.coordinator.actor(),
    )
    row.refresh_from_db()
    assert row.outcome["broken"] == []
    assert send(child, row, world).state == Amendment.State.AWAITING_SIGNATURE


def test_one_section_that_cannot_be_written_hides_nothing_of_the_others(world):
    frame, child, row = beyond_its_frame(world)
    services.save_amended_section(
        **which(row),
        key="frame",
        facts={**read(child, "frame"), "involves_minors": True},
        version=0,
        actor=world.coordinator.actor(),
    )

    review = ask(child, row, world)["legal"]
    decide(review, world.lawyer)
    extend(frame, world)

    row.refresh_from_db()
    assert send(child, row, world).state == Amendment.State.AWAITING_SIGNATURE


# --- who can be asked -------------------------------------------------------------------------
def test_when_the_one_who_was_asked_has_gone_another_is_asked(world):
    agreement = agreement_in("signed", world)
    row = amend_parties(agreement, world.coordinator.actor())
    another = somebody(world.municipality, Role.LAWYER, "Karl Jurist")
    take_in(row, world.municipality, world.coordinator.actor())
    send(agreement, row, world)
    sign_amendment(row, world.coordinator, world.receiver_manager, world.municipal_coordinator)
    row = with_minors(fresh(agreement), world)
    first = ask(agreement, row, world)["legal"]
    with pytest.raises(WrongState):
        ask(agreement, row, world, legal=another)
    Membership.objects.filter(user=world.lawyer.user).delete()

    second = ask(agreement, row, world, legal=another)["legal"]

    assert second.pk != first.pk
    decide(second, another)
    send(agreement, row, world)


def test_what_waits_already_is_not_demanded_of_the_form(world, client_for):
    agreement = agreement_in("signed", world)
    row = with_data(agreement, world)
    decide(ask(agreement, row, world)["data_protection"], world.dpo, approve=False)
    address = reverse("partnerships:amendment-ask-review", args=[agreement.pk, row.pk])

    answer = client_for(world.coordinator).post(
        address, {"data_protection": world.dpo.user.pk, "legal": ""}
    )

    assert answer.status_code == 302


@pytest.fixture
def department(world):
    """A signed agreement of a department, whose hospital alone has a coordinator and a lawyer."""
    hospital = OrganisationFactory(
        kind="hospital", slug="sygehuset", name="Sygehuset", parent=world.region
    )
    Organisation.objects.filter(pk=world.department.pk).update(parent=hospital)
    world.department.refresh_from_db()
    above = somebody(hospital, Role.COORDINATOR, "Hans Hospital")
    somebody(hospital, Role.LAWYER, "Lise Hospital")
    manager = somebody(world.department, Role.MANAGER, "Dorte Leder")
    ours, theirs = manager.actor(), world.receiver_manager.actor()
    agreement = services.start_idea(
        actor=ours, title="Værter", parties=[world.department, world.receiver], kind="partnership"
    )
    services.begin_draft(agreement_id=agreement.pk, actor=ours)
    write_all(agreement, ours, theirs)
    services.submit_for_review(agreement_id=agreement.pk, actor=above.actor())
    for review in agreement.reviews.all():
        decide(review, above if review.organisation == hospital else world.coordinator)
    services.negotiate(agreement_id=agreement.pk, actor=above.actor())
    approve_everything(agreement, ours, theirs)
    services.send_to_signature(agreement_id=agreement.pk, actor=ours)
    sign(agreement, ours)
    sign(agreement, theirs)
    return fresh(agreement), manager, above


def test_the_owner_above_asks_for_a_look_and_has_it_in_the_work_list(world, client_for, department):
    agreement, manager, above = department
    row = services.begin_amendment(
        agreement_id=agreement.pk,
        kind="content",
        title="Også for unge",
        reason="Flere spørger.",
        effective_on=clock.today(),
        actor=manager.actor(),
    )
    services.save_amended_section(
        **which(row),
        key="frame",
        facts={**read(agreement, "frame"), "involves_minors": True},
        version=0,
        actor=manager.actor(),
    )
    row.refresh_from_db()
    address = reverse("partnerships:amendment-ask-review", args=[agreement.pk, row.pk])

    assert address in page(client_for, above, "amendment", agreement.pk, row.pk)
    assert address not in page(client_for, manager, "amendment", agreement.pk, row.pk)
    facts = [item.fact for item in waiting(above.actor())]
    assert "Tillæg 1 skal ses af andre, før det kan sendes: Også for unge" in facts
    ask(agreement, row, world, actor=above.actor())
    assert not [item for item in waiting(above.actor()) if "skal ses af andre" in item.fact]
    assert not [
        item for item in waiting(world.other_coordinator.actor()) if item.kind == "amendment"
    ]


# --- inner words ------------------------------------------------------------------------------
def test_a_public_party_that_has_left_reads_no_inner_words(world, client_for):
    agreement = agreement_in("signed", world)
    row = amend_parties(agreement, world.coordinator.actor())
    take_in(row, world.municipality, world.coordinator.actor())
    send(agreement, row, world)
    sign_amendment(row, world.coordinator, world.receiver_manager, world.municipal_coordinator)
    theirs = world.municipal_coordinator.actor()
    row = amend_parties(fresh(agreement), theirs)
    let_go(row, world.region, world.coordinator.actor())
    services.send_amendment_to_signature(**which(row), actor=theirs)
    sign_amendment(row, world.coordinator, world.receiver_manager, world.municipal_coordinator)
    lawyer = somebody(world.municipality, Role.LAWYER, "Karl Jurist")
    row = services.begin_amendment(
        agreement_id=agreement.pk,
        kind="content",
        title="Nyt",
        reason="Nyt.",
        effective_on=clock.today(),
        actor=theirs,
    )
    services.save_amended_section(
        **which(row),
        key="frame",
        facts={**read(fresh(agreement), "frame"), "involves_minors": True},
        version=0,
        actor=theirs,
    )
    words = "Kun for kommunen."
    decide(ask(agreement, row, world, actor=theirs)["legal"], lawyer, comment=words)

    for name, args in (("amendment", (agreement.pk, row.pk)), ("change-list", (agreement.pk,))):
        assert words in page(client_for, world.municipal_coordinator, name, *args)
        assert words not in page(client_for, world.coordinator, name, *args)
