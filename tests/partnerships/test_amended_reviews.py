"""What a lawyer or a data protection officer must see is seen in an amendment too."""

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.urls import reverse

from partnerships import services
from partnerships.facts import read
from partnerships.models import Amendment, Review
from partnerships.permissions import may_review
from partnerships.worklist import queue as review_queue
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, WrongState
from portal.notifications.delivery import deliver_due
from tests.factories.partnerships import agreement_in, fresh, sign_amendment
from tests.factories.register import past_the_guards
from tests.partnerships.test_amended_rules import amend, plain_paper, send  # noqa: F401

pytestmark = pytest.mark.django_db


def with_minors(agreement, world):
    return amend(agreement, world, "frame", involves_minors=True)


def with_data(agreement, world, words="Vi deler ikke mere end navnet."):
    return amend(agreement, world, "frame", shares_personal_data=True, data_protection=words)


def rewrite(agreement, row, world, **facts):
    row.refresh_from_db()
    services.save_amended_section(
        agreement_id=agreement.pk,
        amendment_id=row.pk,
        key="frame",
        facts={**row.after["frame"], **facts},
        version=row.version_of("frame"),
        actor=world.coordinator.actor(),
    )


def ask(agreement, row, world, actor=None, **chosen):
    services.ask_for_amendment_review(
        agreement_id=agreement.pk,
        amendment_id=row.pk,
        chosen={kind: person.user.pk for kind, person in chosen.items()},
        actor=actor or world.coordinator.actor(),
    )
    newest = row.reviews.order_by("-round").values_list("round", flat=True).first()
    return {one.kind: one for one in row.reviews.filter(round=newest)}


def decide(review, person, *, approve=True, comment="Set igennem."):
    return services.decide_review(
        agreement_id=review.agreement_id,
        review_id=review.pk,
        approve=approve,
        comment=comment,
        actor=person.actor(),
    )


def looked_at(agreement, row, world):
    for kind, review in ask(agreement, row, world).items():
        decide(review, world.dpo if kind == "data_protection" else world.lawyer)


# --- asked for, said yes to, sent -------------------------------------------------------------
def test_work_with_minors_is_sent_and_signed_after_the_lawyers_yes(world):
    agreement = agreement_in("signed", world)
    row = with_minors(agreement, world)
    with pytest.raises(WrongState, match="jurist skal se tillægget, fordi der arbejdes med børn"):
        send(agreement, row, world)

    reviews = ask(agreement, row, world)
    assert set(reviews) == {"legal"}, "asked for because it must be, though nobody was chosen"
    with pytest.raises(WrongState, match="Venter på gennemgang: juridisk"):
        send(agreement, row, world)
    decide(reviews["legal"], world.lawyer)

    send(agreement, row, world)
    sign_amendment(row, world.coordinator, world.receiver_manager)
    assert row.state == Amendment.State.IN_FORCE
    assert fresh(agreement).involves_minors is True


def test_shared_data_is_seen_by_the_lawyer_and_by_the_data_protection_officer(world):
    agreement = agreement_in("signed", world)
    row = with_data(agreement, world)
    reviews = ask(agreement, row, world)
    assert set(reviews) == {"legal", "data_protection"}
    decide(reviews["legal"], world.lawyer)
    with pytest.raises(WrongState, match="Venter på gennemgang: databeskyttelse"):
        send(agreement, row, world)
    decide(reviews["data_protection"], world.dpo)

    assert send(agreement, row, world).state == Amendment.State.AWAITING_SIGNATURE


def test_a_no_keeps_the_draft_until_somebody_has_looked_again(world):
    agreement = agreement_in("signed", world)
    row = with_minors(agreement, world)
    decide(ask(agreement, row, world)["legal"], world.lawyer, approve=False, comment="Hvem passer?")

    row.refresh_from_db()
    assert row.state == Amendment.State.DRAFT
    assert fresh(agreement).status == "signed", "the agreement itself goes nowhere"
    with pytest.raises(WrongState, match="har sendt tillægget tilbage"):
        send(agreement, row, world)

    looked_at(agreement, row, world)
    send(agreement, row, world)


def test_a_yes_counts_for_what_was_seen_and_no_more(world):
    agreement = agreement_in("signed", world)
    row = with_minors(agreement, world)
    looked_at(agreement, row, world)

    rewrite(agreement, row, world, home_visits=True)

    with pytest.raises(WrongState, match="Juristen har set aftalen uden besøg i hjemmet"):
        send(agreement, row, world)
    looked_at(agreement, row, world)
    send(agreement, row, world)


def test_another_clarification_is_seen_anew(world):
    agreement = agreement_in("signed", world)
    row = with_data(agreement, world)
    looked_at(agreement, row, world)
    rewrite(agreement, row, world, data_protection="Vi deler alt.")

    with pytest.raises(WrongState, match="en anden afklaring"):
        send(agreement, row, world)
    assert set(ask(agreement, row, world)) == {"legal", "data_protection"}, (
        "the lawyer's yes goes on"
    )
    assert row.reviews.filter(kind="legal", decision="pending").count() == 0


def test_more_money_than_the_lawyer_saw_is_seen_anew(world, settings):
    settings.AGREEMENT_LEGAL_THRESHOLD_ORE = 5_000_000_00
    agreement = agreement_in("signed", world, amount=1)
    lines = read(agreement, "budget")["lines"]
    for line in lines:
        line["amounts"] = {year: 6_000_000_00 for year in line["amounts"]}
    row = amend(agreement, world, "budget", lines=lines)

    with pytest.raises(WrongState, match="beløbet i et år er over grænsen"):
        send(agreement, row, world)
    looked_at(agreement, row, world)
    send(agreement, row, world)
    sign_amendment(row, world.coordinator, world.receiver_manager)
    assert row.state == Amendment.State.IN_FORCE


def test_what_an_amendment_in_force_was_seen_with_counts_for_the_next(world):
    agreement = agreement_in("signed", world)
    first = with_minors(agreement, world)
    looked_at(agreement, first, world)
    send(agreement, first, world)
    sign_amendment(first, world.coordinator, world.receiver_manager)

    second = amend(agreement, world, "governance", meeting_rhythm="Hver uge")

    send(agreement, second, world)


def test_a_yes_to_an_amendment_that_was_taken_back_counts_for_nothing(world):
    agreement = agreement_in("signed", world)
    first = with_minors(agreement, world)
    looked_at(agreement, first, world)
    services.withdraw_amendment(
        agreement_id=agreement.pk,
        amendment_id=first.pk,
        comment="Alligevel ikke.",
        actor=world.coordinator.actor(),
    )

    second = with_minors(agreement, world)

    with pytest.raises(WrongState, match="En jurist skal se tillægget"):
        send(agreement, second, world)


def test_somebody_may_be_asked_though_nothing_demands_it(world):
    agreement = agreement_in("signed", world)
    row = amend(agreement, world, "governance", meeting_rhythm="Hver uge")
    with pytest.raises(WrongState, match="Vælg, hvem der skal se på tillægget"):
        ask(agreement, row, world)

    ask(agreement, row, world, legal=world.lawyer)

    with pytest.raises(WrongState, match="Venter på gennemgang"):
        send(agreement, row, world)


# --- who --------------------------------------------------------------------------------------
def test_only_the_public_coordinator_asks_and_only_who_was_asked_answers(world):
    agreement = agreement_in("signed", world)
    row = with_minors(agreement, world)
    for person in (world.receiver_manager, world.lawyer):
        with pytest.raises(NotAllowed):
            ask(agreement, row, world, actor=person.actor())

    review = ask(agreement, row, world)["legal"]
    with pytest.raises(NotAllowed):
        decide(review, world.coordinator)
    assert may_review(world.lawyer.actor(), review)


def test_nobody_to_ask_is_said(world):
    agreement = agreement_in("signed", world)
    row = with_minors(agreement, world)
    world.lawyer.user.is_active = False
    world.lawyer.user.save()

    with pytest.raises(InvalidInput) as refused:
        ask(agreement, row, world)

    assert "Invitér en med den rolle" in refused.value.errors["reviewers"]


def test_the_same_question_is_not_put_twice_and_keeps_its_address(world):
    agreement = agreement_in("signed", world)
    row = with_minors(agreement, world)
    first = ask(agreement, row, world)["legal"]
    with pytest.raises(WrongState):
        ask(agreement, row, world, legal=world.lawyer)

    again = ask(agreement, row, world, professional=world.coordinator)

    assert again["legal"].pk == first.pk, "the address in the lawyer's mail still leads there"
    decide(first, world.lawyer)


def test_what_is_sent_is_looked_at_no_more(world):
    agreement = agreement_in("signed", world)
    row = amend(agreement, world, "governance", meeting_rhythm="Hver uge")
    review = ask(agreement, row, world, legal=world.lawyer)["legal"]
    services.withdraw_amendment(
        agreement_id=agreement.pk,
        amendment_id=row.pk,
        comment="Nej.",
        actor=world.coordinator.actor(),
    )

    with pytest.raises(WrongState):
        decide(review, world.lawyer)
    assert review_queue(world.lawyer.actor()) == []


# --- told -------------------------------------------------------------------------------------
def told():
    deliver_due()
    found = [(one.to[0], one.subject) for one in mail.outbox]
    mail.outbox.clear()
    return found


def test_the_lawyer_is_written_to_has_it_in_the_queue_and_the_writers_hear_the_answer(world):
    agreement = agreement_in("signed", world)
    row = with_minors(agreement, world)
    told()

    review = ask(agreement, row, world)["legal"]
    assert [to for to, subject in told() if "gennemgå et tillæg" in subject] == [
        world.lawyer.user.email
    ]
    (item,) = review_queue(world.lawyer.actor())
    assert "af tillæg 1" in item.fact

    decide(review, world.lawyer)
    heard = [to for to, subject in told() if "alle har sagt god for tillægget" in subject]
    assert heard, "the public side"
    assert review_queue(world.lawyer.actor()) == []


# --- pages ------------------------------------------------------------------------------------
def page(client_for, person, name, *args):
    response = client_for(person).get(reverse(f"partnerships:{name}", args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_the_pages_say_who_must_look_and_lead_there(world, client_for):
    agreement = agreement_in("signed", world)
    row = with_minors(agreement, world)
    ask_url = reverse("partnerships:amendment-ask-review", args=[agreement.pk, row.pk])

    ours = page(client_for, world.coordinator, "amendment", agreement.pk, row.pk)
    theirs = page(client_for, world.receiver_manager, "amendment", agreement.pk, row.pk)
    assert "En jurist skal se tillægget" in ours
    assert "En jurist skal se tillægget" in theirs
    assert ask_url in ours
    assert ask_url not in theirs

    client = client_for(world.coordinator)
    assert "En jurist skal se tillægget" in client.get(ask_url).content.decode()
    assert client.post(ask_url, {"legal": ""}).status_code == 422
    assert client.post(ask_url, {"legal": world.lawyer.user.pk}).status_code == 302

    review = row.reviews.get()
    address = reverse("partnerships:review", args=[agreement.pk, review.pk])
    seen = client_for(world.lawyer).get(address)
    assert "Gennemgå tillægget" in seen.content.decode()
    assert "Det ændrer tillæg 1" in seen.content.decode()
    answer = client_for(world.lawyer).post(
        address,
        {
            "decision": "approve",
            "comment": "Husk børneattester.",
            "read": seen.context["read"],
        },
    )
    assert answer.status_code == 302
    assert "Send til underskrift" in page(
        client_for, world.coordinator, "amendment", agreement.pk, row.pk
    )


@pytest.mark.parametrize("approve", [True, False])
def test_the_words_with_a_yes_stay_on_the_public_side(world, client_for, approve):
    agreement = agreement_in("signed", world)
    row = with_minors(agreement, world)
    words = "Kun for os: risikoen er lille."
    decide(ask(agreement, row, world)["legal"], world.lawyer, approve=approve, comment=words)

    for name, args in (("amendment", (agreement.pk, row.pk)), ("change-list", (agreement.pk,))):
        assert words in page(client_for, world.coordinator, name, *args)
        there = words in page(client_for, world.receiver_manager, name, *args)
        assert there is not approve


# --- the database is the last guard -------------------------------------------------------------
def test_no_amendment_waits_for_signatures_while_a_look_is_not_given(world):
    agreement = agreement_in("signed", world)
    row = amend(agreement, world, "governance", meeting_rhythm="Hver uge")
    send(agreement, row, world)
    row.refresh_from_db()
    with past_the_guards():
        Amendment.objects.filter(pk=row.pk).update(state="draft")
    ask(agreement, row, world, legal=world.lawyer)

    with pytest.raises(DatabaseError, match="is not reviewed"), transaction.atomic():
        Amendment.objects.filter(pk=row.pk).update(state="awaiting_signature")


@pytest.mark.parametrize("facts", [with_minors, with_data])
def test_nothing_takes_effect_that_nobody_looked_at(world, monkeypatch, facts):
    agreement = agreement_in("signed", world)
    row = facts(agreement, world)
    blind = services.Trial()
    monkeypatch.setattr("partnerships.services.amending.try_out", lambda _a, _r: blind)
    send(agreement, row, world)

    with pytest.raises(WrongState):
        sign_amendment(row, world.coordinator, world.receiver_manager)
    assert fresh(agreement).involves_minors is False


def test_a_look_is_at_the_agreements_own_amendment(world):
    agreement, other = agreement_in("signed", world), agreement_in("signed", world)
    row = amend(other, world, "governance", meeting_rhythm="Hver uge")

    with pytest.raises(DatabaseError, match="another agreement"), transaction.atomic():
        Review.objects.create(
            agreement=agreement,
            amendment=row,
            round=9,
            kind="legal",
            organisation=world.region,
            asked_at=clock.now(),
        )
