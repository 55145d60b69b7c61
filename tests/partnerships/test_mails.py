"""Who hears what of an agreement, once, and nothing that is no longer true."""

import re
from datetime import timedelta

import pytest
from django.core import mail

from organisations.models import Membership
from organisations.services.members import end_membership
from partnerships import services
from partnerships.facts import read
from partnerships.mail_texts import EVENTS, REMINDERS
from partnerships.models import AgreementParty
from partnerships.notifications import ALL_SAID_YES, TOLD
from portal.common import clock
from portal.common.lix import hard_texts, lix
from portal.notifications import delivery
from portal.notifications.models import OutgoingMessage
from portal.notifications.registry import build
from tests.factories.organisations import add_member
from tests.factories.partnerships import (
    agreement_in,
    approve_everything,
    fresh,
    pass_reviews,
    sign,
)
from tests.world import World

pytestmark = pytest.mark.django_db


def sent(agreement, kind: str) -> list[tuple[str, str]]:
    """(to, subject) of what the newest event of that kind would send now."""
    rows = OutgoingMessage.objects.filter(key__startswith=f"agreement:{agreement.pk}:{kind}:")
    newest = rows.order_by("pk").last()
    if newest is None:
        return []
    return [(row.to, row.subject) for row in build(newest.template, newest.ids)]


def names(agreement, kind: str) -> set[str]:
    return {to.split(".")[0].split("@")[0] for to, _subject in sent(agreement, kind)}


def test_every_event_that_is_told_has_its_words():
    assert TOLD | {"renewal", *ALL_SAID_YES.values()} == set(EVENTS)


def test_the_words_are_easy_to_read_and_whole():
    said = {"who": "Hjertet", "day": "1. maj 2027", "days": 30, "what": "De første værter"}
    rows = [*EVENTS.values(), *REMINDERS.values()]
    texts = [f"{row.text % said} {row.now}" for row in rows]

    assert lix("\n".join(texts)) <= 35
    assert hard_texts(texts, limit=45) == []
    assert not any(
        "%(" in text or "%(" in str(row.subject % said)
        for text, row in zip(texts, rows, strict=True)
    )


def test_each_side_hears_when_it_is_its_turn_and_who_did_it_does_not(world):
    agreement = agreement_in("awaiting_signature", world)

    assert names(agreement, "start") == {"marie"}
    assert names(agreement, "draft") == {"marie"}
    assert names(agreement, "negotiate") == {"marie"}
    assert names(agreement, "send_to_signature") == {"marie"}
    sign(agreement, world.receiver_manager.actor())
    assert sent(agreement, "signature") == []  # half signed is nobody's turn anew
    sign(agreement, world.coordinator.actor())
    assert names(agreement, "sign") == {"marie"}
    with clock.at(clock.now() + timedelta(days=31)):
        services.run_dates()
    assert names(agreement, "activate") == {"karen", "marie"}


def test_a_mail_names_the_agreement_and_links_to_the_step(world):
    agreement = agreement_in("awaiting_signature", world)
    message = OutgoingMessage.objects.get(key__contains=":send_to_signature:")

    (made,) = build(message.template, message.ids)

    assert made.subject == f"Samspil {agreement.number}: aftalen er klar til underskrift"
    assert f"/aftaler/{agreement.pk}/underskriv/" in made.text
    assert "Brobygning" in made.text


def test_the_named_reviewer_is_asked_and_the_public_side_hears_when_all_have_answered(world):
    agreement = agreement_in("internal_review", world, frame={"home_visits": True})
    asked = OutgoingMessage.objects.filter(template="partnerships.review")
    assert {row.to for one in asked for row in build(one.template, one.ids)} == {
        world.coordinator.user.email,
        world.lawyer.user.email,
    }
    assert sent(agreement, "reviewed") == []

    pass_reviews(agreement, world)

    # The lawyer answered last, so the coordinator hears of it.
    assert names(agreement, "reviewed") == {"karen"}
    assert all(build(one.template, one.ids) == [] for one in asked)  # answered: not asked again


def test_a_reviewer_who_has_left_is_replaced_by_those_who_hold_the_role(world):
    agreement = agreement_in("internal_review", world, frame={"home_visits": True})
    other = add_member(world.region, "lawyer", name="Nina Jurist")
    Membership.objects.get(user=world.lawyer.user).delete()
    review = agreement.reviews.get(kind="legal")

    found = build("partnerships.review", {"agreement": str(agreement.pk), "review": str(review.pk)})

    assert [row.to for row in found] == [other.email]


def test_sent_back_reaches_both_sides(world):
    agreement = agreement_in("internal_review", world, frame={"home_visits": True})
    services.decide_review(
        agreement_id=agreement.pk,
        review_id=agreement.reviews.get(kind="legal").pk,
        approve=False,
        comment="Hemmelige ord om attester.",
        actor=world.lawyer.actor(),
    )

    assert names(agreement, "send_back") == {"karen", "marie"}
    message = OutgoingMessage.objects.get(key__contains=":send_back:")
    assert all("Hemmelige ord" not in row.text for row in build(message.template, message.ids))


def test_notice_pause_and_end_are_told(world):
    agreement = agreement_in("signed", world)
    actor = world.receiver_manager.actor()
    with clock.at(clock.now() + timedelta(days=31)):
        services.run_dates()
        services.suspend_agreement(
            agreement_id=agreement.pk, comment="Ombygning.", actor=world.coordinator.actor()
        )
        services.resume_agreement(agreement_id=agreement.pk, actor=world.coordinator.actor())
        services.give_notice(
            agreement_id=agreement.pk,
            ends_on=clock.today() + timedelta(days=120),
            comment="Vi flytter.",
            actor=actor,
        )
    with clock.at(clock.now() + timedelta(days=300)):
        services.run_dates()

    assert names(agreement, "suspend") == names(agreement, "resume") == {"marie"}
    assert names(agreement, "give_notice") == {"karen"}
    assert names(agreement, "terminate") == {"karen", "marie"}


def test_an_amendment_is_told_at_each_step(world):
    agreement = agreement_in("signed", world)
    public, association = world.coordinator.actor(), world.receiver_manager.actor()
    row = services.begin_amendment(
        agreement_id=agreement.pk,
        kind="content",
        title="Flere møder",
        reason="Vi vil mødes oftere.",
        effective_on=clock.today(),
        actor=public,
    )
    services.save_amended_section(
        agreement_id=agreement.pk,
        amendment_id=row.pk,
        key="governance",
        facts={**read(agreement, "governance"), "meeting_rhythm": "Hver måned"},
        version=0,
        actor=public,
    )
    which = {"agreement_id": agreement.pk, "amendment_id": row.pk}
    services.send_amendment_to_signature(**which, actor=public)
    services.refuse_amendment(**which, comment="Hver anden.", actor=association)
    row = services.send_amendment_to_signature(**which, actor=public)
    for actor in (public, association):
        services.sign_amendment(**which, sha256=row.document.sha256, actor=actor)

    assert names(agreement, "amendment_begun") == {"marie"}
    assert names(agreement, "amendment_to_signature") == {"marie"}
    assert names(agreement, "amendment_refused") == {"karen"}
    assert names(agreement, "amendment_signed") == {"karen"}
    assert names(agreement, "amendment_in_force") == {"karen"}
    message = OutgoingMessage.objects.filter(key__contains=":amendment_to_signature:").last()
    (made,) = build(message.template, message.ids)
    assert f"/tillaeg/{row.pk}/underskriv/" in made.text


def test_a_renewal_is_told_once(world):
    agreement = agreement_in("signed", world)
    with clock.at(clock.now() + timedelta(days=31)):
        services.run_dates()
        new = services.renew_agreement(
            agreement_id=agreement.pk, actor=world.receiver_manager.actor()
        )

    assert sent(new, "start") == []
    assert [subject for _to, subject in sent(new, "draft")] == [
        f"Samspil {new.number}: en ny aftale efter den gamle"
    ]


# --- comments -----------------------------------------------------------------------------------
def comment(agreement, actor, text: str = "Hvem dækker kørsel?") -> None:
    services.comment_on_section(agreement_id=agreement.pk, key="budget", text=text, actor=actor)


def test_comments_of_an_hour_are_one_mail_to_who_did_not_write_them(world):
    agreement = agreement_in("draft", world, amount=1)
    hour = clock.now().replace(minute=5) + timedelta(days=1)
    with clock.at(hour):
        for _ in range(3):
            comment(agreement, world.coordinator.actor())
    with clock.at(hour + timedelta(minutes=50)):
        comment(agreement, world.receiver_manager.actor())
    with clock.at(hour + timedelta(minutes=60)):
        comment(agreement, world.coordinator.actor())

    first, second = OutgoingMessage.objects.filter(template="partnerships.comments").order_by("pk")
    assert first.due_at == hour.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    made = {row.to: row.subject for row in build(first.template, first.ids)}
    assert made == {
        world.receiver_manager.user.email: f"Samspil {agreement.number}: 3 nye kommentarer",
        world.coordinator.user.email: f"Samspil {agreement.number}: en ny kommentar",
    }
    assert [row.to for row in build(second.template, second.ids)] == [
        world.receiver_manager.user.email
    ]
    assert all("kørsel" not in row.text for row in build(first.template, first.ids))


# --- who cannot be reached ----------------------------------------------------------------------
def with_deputy(world: World, agreement) -> str:
    deputy = add_member(world.receiver, "manager", name="Dan Deputy", email="dan@samspil.example")
    agreement.parties.filter(organisation=world.receiver).update(deputy=deputy)
    return str(deputy.email)


def test_a_bounced_contact_is_replaced_by_the_deputy_who_hears_why(world):
    agreement = agreement_in("draft", world, amount=1)
    deputy = with_deputy(world, agreement)

    for _ in range(2):
        delivery.record_bounce(world.receiver_manager.user.email.upper())

    told = OutgoingMessage.objects.get(template="partnerships.bounced")
    (made,) = build(told.template, told.ids)
    assert made.to == deputy
    assert agreement.number in made.text
    services.cancel_agreement(
        agreement_id=agreement.pk, comment="Ikke nu.", actor=world.coordinator.actor()
    )
    assert {to for to, _s in sent(agreement, "cancel")} == {deputy}


def test_a_corrected_address_is_written_to_again(world):
    agreement = agreement_in("draft", world, amount=1)
    with_deputy(world, agreement)
    delivery.record_bounce(world.receiver_manager.user.email)
    world.receiver_manager.user.email = "marie.ny@samspil.example"
    world.receiver_manager.user.save()

    services.cancel_agreement(
        agreement_id=agreement.pk, comment="Ikke nu.", actor=world.coordinator.actor()
    )

    assert {to for to, _s in sent(agreement, "cancel")} == {"marie.ny@samspil.example"}


def test_who_has_left_hears_nothing_and_the_managers_do(world):
    agreement = agreement_in("draft", world, amount=1)
    manager = add_member(world.receiver, "manager", name="Mona Leder", email="mona@samspil.example")
    AgreementParty.objects.filter(organisation=world.receiver).update(contact=manager)
    end_membership(
        membership_id=Membership.objects.get(user=manager).pk, actor=world.receiver_manager.actor()
    )

    services.cancel_agreement(
        agreement_id=agreement.pk, comment="Ikke nu.", actor=world.coordinator.actor()
    )

    assert {to for to, _s in sent(agreement, "cancel")} == {world.receiver_manager.user.email}


def test_the_outsider_and_the_umbrella_hear_nothing(world):
    agreement = agreement_in("negotiation", world)
    approve_everything(agreement, world.coordinator.actor(), world.receiver_manager.actor())
    services.send_to_signature(agreement_id=agreement.pk, actor=world.receiver_manager.actor())

    while delivery.deliver_due():
        pass

    reached = {address for one in mail.outbox for address in one.to}
    assert world.receiver_manager.user.email in reached
    strangers = [world.outsider_manager, world.outsider_handler, world.parent_handler]
    assert not reached & {person.user.email for person in strangers}


def test_no_mail_leaves_holes(world):
    agreement_in("awaiting_signature", world)
    for row in OutgoingMessage.objects.filter(template__startswith="partnerships."):
        for made in build(row.template, row.ids):
            assert not re.search(r"\{|%\(|UNDEFINED", made.text + made.subject)


def test_what_is_undone_before_it_was_sent_is_told_as_it_is(world):
    """The mail of a review that was overtaken says nothing."""
    agreement = agreement_in("internal_review", world)
    services.cancel_agreement(
        agreement_id=agreement.pk, comment="Ikke nu.", actor=world.receiver_manager.actor()
    )
    assert fresh(agreement).status == "cancelled"
    (asked,) = OutgoingMessage.objects.filter(template="partnerships.review")

    assert build(asked.template, asked.ids) == []
