"""What waits for whom: each fact appears for the one whose turn it is, and goes when it is done."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations.models import Membership
from partnerships import services, worklist
from partnerships.dates import add_months
from partnerships.facts import read
from partnerships.models import (
    ActionPoint,
    Agreement,
    AgreementParty,
    Amendment,
    Enquiry,
    Milestone,
    Obligation,
    StatusReport,
)
from portal.common import clock
from portal.common.ids import uuid7
from tests.factories.organisations import add_member
from tests.factories.partnerships import (
    Pen,
    agreement_in,
    approve_everything,
    pass_reviews,
    sign,
)
from tests.factories.register import make_agreement
from tests.world import Person, World

Clients = Callable[..., Client]
pytestmark = pytest.mark.django_db


def facts(person: Person) -> list[tuple[str, str]]:
    return [(item.label, item.fact) for item in worklist.waiting(person.actor())]


def labels(person: Person) -> list[str]:
    return [item.label for item in worklist.waiting(person.actor())]


def days(number: int) -> Any:
    return clock.today() + timedelta(days=number)


def running(world: World, **fields: Any) -> Agreement:
    """In force, complete, with contacts, and far from every day that asks for something."""
    agreement = make_agreement(
        world.region, world.receiver, **{"starts_on": days(-100), "ends_on": days(900), **fields}
    )
    for person in (world.coordinator, world.receiver_manager):
        agreement.parties.filter(organisation=person.organisation).update(contact=person.user)
    return agreement


def test_an_agreement_that_goes_as_it_should_waits_for_nobody(world: World) -> None:
    running(world)

    for person in (world.coordinator, world.receiver_manager, world.lawyer, world.dpo):
        assert facts(person) == []


# --- the document -----------------------------------------------------------------------------
def test_a_section_waits_for_the_side_that_did_not_write_it(world: World) -> None:
    agreement = agreement_in("draft", world)
    region = Pen(agreement, world.coordinator.actor())
    before = facts(world.receiver_manager)

    region.write("purpose", purpose="Ingen skal gå alene hjem.")

    [new] = [row for row in facts(world.receiver_manager) if row not in before]
    assert new == (
        "Til gennemsyn",
        "Region Midt har skrevet afsnittet »Formål og målgruppe«. Jeres tur",
    )
    assert "Til gennemsyn" not in labels(world.coordinator)
    assert facts(world.outsider_manager) == []


def test_several_sections_of_one_agreement_are_one_line_and_a_yes_takes_them_away(
    world: World,
) -> None:
    agreement = agreement_in("draft", world)
    region = Pen(agreement, world.coordinator.actor())
    region.write("purpose", purpose="Ingen skal gå alene hjem.")
    region.write("governance", steering_group="Vi mødes.")

    waiting = [fact for label, fact in facts(world.receiver_manager) if label == "Til gennemsyn"]
    assert waiting == ["Region Midt har skrevet to afsnit. Jeres tur"]

    approve_everything(agreement, world.receiver_manager.actor())
    assert "Til gennemsyn" not in labels(world.receiver_manager)


def test_a_section_waits_again_when_it_is_changed_again(world: World) -> None:
    agreement = agreement_in("draft", world)
    region = Pen(agreement, world.coordinator.actor())
    region.write("purpose", purpose="Ingen skal gå alene hjem.")
    approve_everything(agreement, world.receiver_manager.actor())

    region.write("purpose", purpose="Ingen skal mangle nogen at ringe til.")

    assert "Til gennemsyn" in labels(world.receiver_manager)


def test_a_suggestion_waits_for_the_others_until_it_is_answered(world: World) -> None:
    agreement = agreement_in("draft", world)
    association, public = world.receiver_manager, world.coordinator
    comment = services.suggest_change(
        agreement_id=agreement.pk,
        key="purpose",
        facts={**_purpose(agreement), "purpose": "Kortere."},
        text="Det er lettere at læse.",
        actor=association.actor(),
    )

    assert ("Forslag" in labels(public), "Forslag" in labels(association)) == (True, False)
    services.answer_comment(
        agreement_id=agreement.pk, comment_id=comment.pk, outcome="left", actor=public.actor()
    )
    assert "Forslag" not in labels(public)


def _purpose(agreement: Agreement) -> dict[str, Any]:
    return dict(read(Agreement.objects.get(pk=agreement.pk), "purpose"))


def test_missing_answers_wait_while_the_text_is_written_and_not_afterwards(world: World) -> None:
    draft = make_agreement(world.region, world.receiver, state="draft", answered=False)
    make_agreement(world.region, world.receiver, state="closed", answered=False)

    waiting = [row for row in worklist.waiting(world.coordinator.actor()) if row.target == "frame"]

    assert [row.agreement for row in waiting] == [draft]


# --- reviews and signatures -------------------------------------------------------------------
def test_each_reviewer_has_the_own_queue_and_the_decision_empties_it(world: World) -> None:
    agreement = agreement_in(
        "internal_review",
        world,
        frame={"shares_personal_data": True, "data_protection": "Aftalt."},
    )
    queue = {
        name: [item.fact.split()[0] for item in worklist.queue(getattr(world, name).actor())]
        for name in ("coordinator", "lawyer", "dpo", "receiver_manager", "other_coordinator")
    }

    assert queue == {
        "coordinator": ["Faglig"],
        "lawyer": ["Juridisk"],
        "dpo": ["Databeskyttelse"],
        "receiver_manager": [],
        "other_coordinator": [],
    }
    review = agreement.reviews.get(kind="legal")
    services.decide_review(
        agreement_id=agreement.pk,
        review_id=review.pk,
        approve=True,
        comment="Set.",
        actor=world.lawyer.actor(),
    )
    assert worklist.queue(world.lawyer.actor()) == []


def test_a_review_asked_anew_in_the_negotiation_comes_to_its_reviewer(world: World) -> None:
    agreement = agreement_in("negotiation", world, frame={"involves_minors": True})
    assert worklist.queue(world.lawyer.actor()) == []

    services.ask_for_review(
        agreement_id=agreement.pk, kind="legal", actor=world.coordinator.actor()
    )

    assert [item.label for item in worklist.queue(world.lawyer.actor())] == ["Gennemsyn"]


def test_when_all_have_reviewed_it_is_the_coordinators_turn(world: World) -> None:
    agreement = agreement_in("internal_review", world)
    assert "Set igennem" not in labels(world.coordinator)

    pass_reviews(agreement, world)

    assert "Set igennem" in labels(world.coordinator)
    assert "Set igennem" not in labels(world.receiver_manager)


def test_a_signature_waits_for_each_party_that_has_not_given_it(world: World) -> None:
    agreement = agreement_in("awaiting_signature", world)
    label = "Til underskrift"
    assert label in labels(world.coordinator)
    assert label in labels(world.receiver_manager)
    assert label not in labels(world.outsider_manager)

    sign(agreement, world.coordinator.actor())

    assert label not in labels(world.coordinator)
    assert label in labels(world.receiver_manager)


def test_an_open_amendment_waits_and_a_withdrawn_one_does_not(world: World) -> None:
    agreement = running(world)
    amendment = Amendment.objects.create(
        agreement=agreement,
        number=1,
        kind="content",
        title="Ny dag",
        reason="x",
        effective_on=days(30),
    )

    assert labels(world.receiver_manager) == ["Åbent tillæg"]
    amendment.state = Amendment.State.WITHDRAWN
    amendment.save()
    assert labels(world.receiver_manager) == []


# --- days -------------------------------------------------------------------------------------
@pytest.mark.parametrize(("left", "waits"), [(0, True), (30, True), (31, False), (-1, False)])
def test_the_last_day_of_notice_is_told_a_month_before(
    world: World, left: int, waits: bool
) -> None:
    running(world, notice_months=12, ends_on=add_months(days(left), 12))

    assert ("Varsel" in labels(world.receiver_manager)) is waits


def test_what_ends_soon_waits_until_somebody_renews_it(world: World) -> None:
    agreement = running(world, ends_on=days(180))
    assert labels(world.coordinator) == ["Slutter snart"]

    renewal = make_agreement(world.region, world.receiver, state="idea", renews=agreement)
    assert labels(world.coordinator) == []

    Agreement.objects.filter(pk=renewal.pk).update(renews=None)
    Amendment.objects.create(
        agreement=agreement,
        number=1,
        kind="extension",
        title="Et år til",
        reason="x",
        effective_on=days(30),
    )
    assert labels(world.coordinator) == ["Åbent tillæg"]


def test_what_ends_later_or_is_given_notice_does_not_wait(world: World) -> None:
    running(world, ends_on=days(181))

    assert labels(world.coordinator) == []


def test_what_has_ended_waits_for_the_public_side_to_close_it(world: World) -> None:
    running(world, state="expired", ends_on=days(-1))

    assert labels(world.coordinator) == ["Udløbet"]
    assert labels(world.receiver_manager) == []


def test_a_report_waits_for_its_writers_and_then_for_each_signature(world: World) -> None:
    agreement = running(world)
    report = StatusReport.objects.create(
        agreement=agreement,
        period_from=days(-90),
        period_to=days(-1),
        due_on=days(30),
        title="År 1",
    )
    assert [row.action for row in worklist.waiting(world.coordinator.actor())] == [
        "Skriv rapporten"
    ]

    StatusReport.objects.filter(pk=report.pk).update(state="awaiting_signature")
    party = agreement.parties.get(organisation=world.region)
    report.signatures.create(party=party, version=0, at=clock.now(), user_name="Karen")
    assert labels(world.coordinator) == []
    assert labels(world.receiver_manager) == ["Statusrapport"]

    # What was signed is no longer what it says.
    StatusReport.objects.filter(pk=report.pk).update(version=1)
    assert labels(world.coordinator) == ["Statusrapport"]


def test_a_report_far_ahead_does_not_wait(world: World) -> None:
    StatusReport.objects.create(
        agreement=running(world),
        period_from=days(-90),
        period_to=days(-1),
        due_on=days(31),
        title="År 1",
    )

    assert labels(world.coordinator) == []


def test_what_is_late_waits_for_those_whose_it_is(world: World) -> None:
    agreement = running(world)
    party = agreement.parties.get(organisation=world.receiver)
    Milestone.objects.create(agreement=agreement, text="Ti værter", due_on=days(-1))
    Milestone.objects.create(agreement=agreement, text="Tyve værter", due_on=days(0))
    Milestone.objects.create(
        agreement=agreement, text="Fem værter", due_on=days(-9), done_on=days(-9)
    )
    Obligation.objects.create(agreement=agreement, party=party, text="Kaffe", due_on=days(-2))
    ActionPoint.objects.create(
        agreement=agreement, organisation=world.region, text="Ring", due_on=days(-3)
    )

    both = "Milepælen »Ti værter« skulle være nået"
    own = [fact for _label, fact in facts(world.receiver_manager)]
    other = [fact for _label, fact in facts(world.coordinator)]

    assert len(own) == len(other) == 2
    assert own[0].startswith("I har lovet »Kaffe«")
    assert own[1].startswith(both)
    assert other[0].startswith("I skulle have gjort det senest")
    assert other[1].startswith(both)


@pytest.mark.parametrize(
    ("fields", "waits"),
    [
        ({"starts_on": -366}, True),
        ({"starts_on": -364}, False),
        ({"starts_on": -900, "data_protection_looked_at_on": -364}, False),
        ({"starts_on": -900, "data_protection_looked_at_on": -366}, True),
        ({"starts_on": -900, "shares_personal_data": False}, False),
    ],
)
def test_data_protection_waits_for_the_public_side_once_a_year(
    world: World, fields: dict[str, Any], waits: bool
) -> None:
    given = {
        name: days(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in fields.items()
    }
    started = given["starts_on"]
    running(
        world,
        **{"shares_personal_data": True, "signed_on": started - timedelta(days=9), **given},
    )

    assert ("Databeskyttelse" in labels(world.dpo)) is waits
    assert ("Databeskyttelse" in labels(world.coordinator)) is waits
    assert "Databeskyttelse" not in labels(world.receiver_manager)


def test_a_contact_that_is_gone_waits_for_the_own_side_alone(world: World) -> None:
    agreement = running(world)
    Membership.objects.filter(user=world.receiver_manager.user).delete()
    other = Person(add_member(world.receiver, "manager", name="Mads Leder"), world.receiver)

    assert facts(other) == [
        ("Kontaktperson", "Marie Leder er ikke længere hos jer. Vælg en ny kontaktperson")
    ]
    assert facts(world.coordinator) == []

    AgreementParty.objects.filter(agreement=agreement).update(contact=None)
    assert facts(other) == [("Kontaktperson", "I har ingen kontaktperson på aftalen")]


def test_an_enquiry_waits_for_the_body_that_was_asked(world: World) -> None:
    now = clock.now()
    agreement = make_agreement(world.region, state="idea")
    enquiry = Enquiry.objects.create(
        agreement=agreement,
        organisation=world.region,
        sender_name="Skakklubben",
        contact_name="Sara",
        contact_email="sara@samspil.example",
        text="Vi vil gerne i gang.",
        form_key=uuid7(),
        received_at=now,
        acknowledge_by=now + timedelta(days=2),
        answer_by=now + timedelta(days=15),
    )
    [(label, fact)] = facts(world.coordinator)
    assert label == "Henvendelse"
    assert fact.startswith("Skakklubben har skrevet. Kvitter senest")
    assert facts(world.municipal_coordinator) == []

    enquiry.acknowledged_at = now
    enquiry.save()
    assert facts(world.coordinator)[0][1].startswith("Skakklubben venter på svar senest")

    enquiry.answered_at, enquiry.answer, enquiry.outcome = now, "Kom ind.", "onward"
    enquiry.save()
    assert facts(world.coordinator) == []


# --- the pages --------------------------------------------------------------------------------
def test_what_is_late_stands_first(world: World) -> None:
    running(world, title="Slutter", ends_on=days(170))
    late = running(world, title="Sen")
    Milestone.objects.create(agreement=late, text="Ti værter", due_on=days(-1))

    found = worklist.waiting(world.coordinator.actor())

    assert [item.agreement.title for item in found] == ["Sen", "Slutter"]


def test_the_page_says_how_many_and_gives_each_one_button(
    world: World, client_for: Clients
) -> None:
    running(world, title="Brobygning", ends_on=days(20))
    client = client_for(world.receiver_manager)

    page = client.get(reverse("partnerships:worklist")).content.decode()

    assert "Én ting venter på jer." in page
    assert page.count('data-kind="') == 1
    assert "Forny eller lad slutte" in page
    assert (
        "Intet venter på jer"
        in client_for(world.outsider_manager).get(reverse("partnerships:worklist")).content.decode()
    )


def test_every_button_opens_the_page_where_it_is_done(world: World, client_for: Clients) -> None:
    agreement_in("internal_review", world)
    agreement_in("awaiting_signature", world)
    draft = agreement_in("draft", world)
    Pen(draft, world.receiver_manager.actor()).write("governance", steering_group="Vi mødes.")
    agreement = running(world, ends_on=days(20))
    StatusReport.objects.create(
        agreement=agreement,
        period_from=days(-90),
        period_to=days(-1),
        due_on=days(3),
        title="År 1",
    )
    Amendment.objects.create(
        agreement=agreement,
        number=1,
        kind="content",
        title="Ny dag",
        reason="x",
        effective_on=days(30),
    )
    client = client_for(world.coordinator)

    rows = client.get(reverse("partnerships:worklist")).context["rows"]

    kinds = {row["item"].kind for row in rows}
    assert kinds == {"review", "signature", "section", "agreement", "report", "amendment"}
    for row in rows:
        page = client.get(row["url"])
        assert page.status_code == 200, row
        place = row["url"].partition("#")[2]
        assert not place or f'id="{place}"' in page.content.decode(), row


@pytest.mark.parametrize("address", ["partnerships:worklist", "partnerships:reviews"])
def test_the_lists_cost_the_same_with_one_row_and_with_twenty(
    world: World, client_for: Clients, address: str
) -> None:
    client = client_for(world.coordinator)

    def fill(count: int) -> None:
        for _number in range(count):
            agreement = running(world, ends_on=days(20), notice_months=0)
            Milestone.objects.create(agreement=agreement, text="Ti værter", due_on=days(-1))
            reviewed = make_agreement(world.region, world.receiver, state="internal_review")
            reviewed.reviews.create(
                round=1, kind="professional", organisation=world.region, asked_at=clock.now()
            )

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(address)).status_code == 200
        return len(captured)

    fill(1)
    statements()
    one = statements()
    fill(19)

    assert statements() == one
    assert one <= 34
