"""Rivals: eight at once, each in a thread and a connection of its own. One wins; nothing is done
twice and nobody acts on a right that has ended."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client

from organisations.services.members import end_membership
from organisations.services.terms import end_handler
from portal.access.actor import Actor, ActorKind
from portal.audit.models import AuditEntry
from portal.audit.scope import tenant, unguarded
from portal.common.errors import DomainError
from portal.notifications.models import OutgoingMessage
from referrals import services
from referrals.models import Consent, Referral, ReferralEvent, ReplyLink, State
from referrals.workflow import TRANSITIONS
from tests.factories.accounts import UserFactory
from tests.factories.organisations import NamedHandlerFactory, add_member
from tests.factories.referrals import (
    act,
    again,
    facts,
    form_actor,
    make_offer,
    person,
    sent_code,
    sent_identified,
)
from tests.referrals.test_moves import arguments
from tests.sizes import DRILL
from tests.waiting import LONGEST
from tests.world import Person, client_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.drill("ACC-7")]

ROUNDS = range(100 if DRILL else 2)
RIVALS = 8


@pytest.fixture(autouse=True)
def _told(request, record_property):
    if "ROUNDS" in request.function.__code__.co_names:  # the others are of one round
        record_property("figure", f"{len(ROUNDS)} rounds of up to {RIVALS} rivals")


def rivals(*calls: Callable[[], object]) -> list[object]:
    """What each call gave, or the error it met. All wait for each other at the line."""
    line = threading.Barrier(len(calls))
    found: list[object] = [None] * len(calls)

    def run(place: int) -> None:
        try:
            line.wait(LONGEST)
            found[place] = calls[place]()
        except DomainError as error:
            found[place] = error
        except BaseException as error:  # shown by the test that looks at the results
            found[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST)
    unexpected = [
        row for row in found if isinstance(row, BaseException) and not isinstance(row, DomainError)
    ]
    assert unexpected == []
    return found


def winners(found: list[object]) -> list[object]:
    return [row for row in found if not isinstance(row, DomainError)]


def story(referral: Referral) -> list[tuple[str, str, str]]:
    rows = ReferralEvent.objects.filter(referral=referral).order_by("pk")
    return [(row.verb, row.old, row.new) for row in rows]


def changes_of(referral: Referral) -> int:
    moved = [f"referral.{verb}" for verb in TRANSITIONS]
    return AuditEntry.objects.filter(
        subject_ids__contains=[str(referral.pk)], action__in=moved
    ).count()


def mails(referral: Referral) -> Counter[str]:
    rows = OutgoingMessage.objects.filter(ids__referral=str(referral.pk))
    return Counter(row.template for row in rows)


def by(actor: Actor, verb: str, referral: Referral) -> Callable[[], object]:
    return lambda: act(verb, actor, referral, **arguments(verb))


@pytest.mark.parametrize("verbs", [["decline"], ["accept", "decline"], ["decline", "withdraw"]])
def test_eight_rivals_change_a_referral_once_and_queue_one_mail(world, verbs):
    actors = {
        "accept": world.receiver_handler.actor(),
        "decline": world.receiver_handler.actor(),
        "withdraw": world.gp.actor(),
    }
    for _ in ROUNDS:
        referral = sent_identified(world, make_offer(world.receiver))
        audited = changes_of(referral)

        found = rivals(
            *(by(actors[verb], verb, referral) for verb in verbs * (RIVALS // len(verbs)))
        )

        row, sent = again(referral), mails(referral)
        assert len(winners(found)) == 1
        assert len(story(referral)) == 2
        assert changes_of(referral) == audited + 1
        assert sent.pop("referrals.new") == 1
        told = {State.DECLINED: "referrals.declined", State.WITHDRAWN: "referrals.withdrawn"}
        assert sent == Counter([told[row.status]] if row.status in told else [])


def test_accept_decline_and_withdraw_at_once_leave_one_unbroken_story(world):
    handler, gp = world.receiver_handler.actor(), world.gp.actor()
    for _ in ROUNDS:
        referral = sent_identified(world, make_offer(world.receiver))

        found = rivals(
            *[by(handler, "accept", referral)] * 3,
            *[by(handler, "decline", referral)] * 3,
            *[by(gp, "withdraw", referral)] * 2,
        )

        steps = story(referral)
        assert len(winners(found)) == len(steps) - 1
        assert [step[1] for step in steps[1:]] == [step[2] for step in steps[:-1]]
        verbs = [step[0] for step in steps[1:]]
        assert verbs in (["decline"], ["withdraw"], ["accept", "withdraw"])
        assert max(mails(referral).values()) == 1


def test_withdrawal_against_acceptance_ends_withdrawn_and_closed(world):
    """CON-3: whoever comes first, the consent has ended and the person is out of sight."""
    for _ in ROUNDS:
        referral = sent_identified(world, make_offer(world.receiver))

        rivals(
            *[by(world.receiver_handler.actor(), "accept", referral)] * 4,
            *[by(world.gp.actor(), "withdraw", referral)] * 4,
        )

        row = again(referral)
        assert (row.status, row.patient_open) == (State.WITHDRAWN, False)
        assert mails(referral)["referrals.withdrawn"] == 1
        with unguarded():
            assert Consent.objects.get(pk=row.consent_id).withdrawn_at is not None


def test_eight_posts_of_one_answer_over_the_web_decline_once(world):
    referral = sent_identified(world, make_offer(world.receiver))
    clients = [client_for(world.receiver_handler) for _ in range(RIVALS)]

    def post(client: Client) -> Callable[[], object]:
        data = {"reason": "no_capacity"}
        return lambda: client.post(f"/henvisninger/{referral.pk}/afvis/", data).status_code

    found = rivals(*(post(client) for client in clients))

    assert all(isinstance(status, int) and status < 500 for status in found)
    assert again(referral).status == State.DECLINED
    assert len(story(referral)) == 2
    assert mails(referral)["referrals.declined"] == 1


def test_double_click_on_send_with_one_signed_code_sends_once(world):
    actor = world.gp.actor()

    def click(offer: object, signed: str) -> object:
        with tenant(actor):
            return services.send_code(
                actor=actor, offer=offer, facts=facts(world), signed_code=signed
            )

    for _ in ROUNDS:
        offer = make_offer(world.receiver)
        _code, signed = services.draw_code()

        found = rivals(*[lambda offer=offer, signed=signed: click(offer, signed)] * RIVALS)

        assert len(winners(found)) == 1
        assert Referral.objects.filter(offer=offer).count() == 1


@pytest.mark.parametrize("kind", ["identified", "self"])
def test_double_click_on_send_with_a_person_sends_once(world, kind):
    def click(offer):
        if kind == "identified":
            return sent_identified(world, offer)
        actor = form_actor(offer)
        with tenant(actor):
            return services.send_self(
                actor=actor, offer=offer, facts=facts(world), patient=person()
            )

    for _ in ROUNDS:
        offer = make_offer(world.receiver)

        found = rivals(*[lambda offer=offer: click(offer)] * RIVALS)

        assert len(winners(found)) == 1
        assert Referral.objects.filter(offer=offer).count() == 1
        with unguarded():
            assert Consent.objects.filter(offer=offer).count() == 1


def test_last_place_of_the_month_goes_to_one(world):
    senders = [
        Person(add_member(world.practice, "clinician"), world.practice).actor()
        for _ in range(RIVALS)
    ]
    for _ in ROUNDS:
        offer = make_offer(world.receiver, max_referrals_per_month=2)
        sent_code(world, offer)

        found = rivals(
            *(lambda actor=actor, offer=offer: sent_code(world, offer, actor) for actor in senders)
        )

        assert len(winners(found)) == 1
        assert Referral.objects.filter(offer=offer).count() == 2


def test_code_is_redeemed_once_by_eight_rivals(world):
    handlers = [
        Person(add_member(world.receiver, "handler"), world.receiver).actor() for _ in range(RIVALS)
    ]

    def redeem(actor: Actor, code: str) -> object:
        with tenant(actor):
            return services.redeem_code(actor=actor, typed=code)

    for _ in ROUNDS:
        cache.clear()
        sent = sent_code(world, make_offer(world.receiver))

        found = rivals(*(lambda actor=row, code=sent.code: redeem(actor, code) for row in handlers))

        assert len(winners(found)) == 1
        assert [step[0] for step in story(sent.referral)] == ["send", "accept"]


def test_nothing_is_accepted_after_the_membership_has_ended(world):
    """ACC-7: a right that ends is waited for, or seen."""
    manager = world.receiver_manager.actor()
    for _ in ROUNDS:
        user = add_member(world.receiver, "handler")
        handler = Person(user, world.receiver).actor()
        referral = sent_identified(world, make_offer(world.receiver))
        membership = user.memberships.get()
        ended = []

        def end(pk: int = membership.pk, ended: list[object] = ended) -> None:
            end_membership(membership_id=pk, actor=manager)
            ended.append(again(referral).status)  # noqa: B023 - called in this round

        found = rivals(end, *[by(handler, "accept", referral)] * 7)

        assert found[0] is None
        # What stood when the right had ended stands still: nothing was changed after it.
        assert ended == [again(referral).status]


def test_actor_of_an_ended_membership_changes_nothing(world):
    user = add_member(world.receiver, "handler")
    handler = Person(user, world.receiver).actor()
    referral = sent_identified(world, make_offer(world.receiver))
    end_membership(membership_id=user.memberships.get().pk, actor=world.receiver_manager.actor())

    found = rivals(by(handler, "accept", referral))

    assert winners(found) == []
    assert again(referral).status == State.SENT


def test_actor_who_was_shut_out_changes_nothing(world):
    user = add_member(world.receiver, "handler")
    handler = Person(user, world.receiver).actor()
    referral = sent_identified(world, make_offer(world.receiver))
    user.is_active = False
    user.save()

    assert winners(rivals(by(handler, "accept", referral))) == []
    assert again(referral).status == State.SENT


def test_reply_link_of_a_handler_who_has_left_changes_nothing(world):
    left = NamedHandlerFactory(organisation=world.receiver, user=UserFactory())
    referral = sent_identified(world, make_offer(world.receiver))
    link = ReplyLink.objects.create(
        referral=referral, handler=left, token_hash=b"x", expires_at="2099-01-01T00:00Z"
    )
    actor = Actor(
        kind=ActorKind.REPLY_LINK,
        organisation_id=world.receiver.pk,
        link_id=link.pk,
        referral_id=referral.pk,
    )
    end_handler(handler_id=left.pk, actor=world.receiver_manager.actor())

    assert winners(rivals(by(actor, "accept", referral))) == []
    assert again(referral).status == State.SENT
