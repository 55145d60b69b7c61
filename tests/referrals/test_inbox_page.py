"""The association's inbox: what waits, what is in hand, room, freshness and own figures."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from offers.models import Offer
from portal.audit.models import AuditEntry
from portal.audit.scope import unguarded
from portal.common import clock
from referrals.models import Referral, State
from tests.factories.organisations import add_member
from tests.factories.referrals import (
    act,
    again,
    make_offer,
    person,
    sent_code,
    sent_identified,
    sent_self,
)
from tests.world import Person

pytestmark = pytest.mark.django_db

INBOX = "/indbakke/"
CANARY = "Kanariefugl Gulbrisson"
WORDS = "Kanariens egne ord om natten"
CONTACT = "00000040"


@pytest.fixture(autouse=True)
def _no_guesses_before():
    cache.clear()


@pytest.fixture
def offer(world):
    return make_offer(world.receiver, title="Hjertecafé i Aarhus")


def waiting(world, offer, number=1):
    return [
        sent_identified(
            world,
            offer,
            patient=person(name=CANARY, phone=f"00 00 00 {40 + place}", message=WORDS),
        )
        for place in range(number)
    ]


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_three_equal_answers_stand_on_each_card(world, client_for, offer):
    (referral,) = waiting(world, offer)

    response = client_for(world.receiver_handler).get(INBOX)
    content = response.content.decode()

    assert response.status_code == 200
    for name in ("accept", "waitlist", "decline"):
        assert reverse(f"referrals:{name}", args=[referral.pk]) in content
    answers = content[content.index('class="actions answers') :]
    answers = answers[: answers.index("</li>")]
    assert answers.count("button-secondary sm") == 3
    assert "button-primary" not in answers
    assert "Et nej er også et godt svar" in content
    assert content.count("<h1") == 1
    assert content.count("button-primary") == 1


def test_the_list_names_nobody_and_repeats_no_words(world, client_for, offer):
    (referral,) = waiting(world, offer)
    own, _token = sent_self(world, offer, name="Selv Kanarie", message=WORDS)

    content = client_for(world.receiver_handler).get(INBOX).content.decode()

    for secret in (CANARY, WORDS, "Selv Kanarie", CONTACT):
        assert secret not in content
    for row in (referral, own):
        assert row.reference in content
    assert "fra borgeren selv" in content
    assert "50-64 år" in content
    assert "Aarhus Kommune" in content


def test_a_list_is_logged_as_one_look_with_all_its_ids(world, client_for, offer):
    rows = waiting(world, offer, 3)

    client_for(world.receiver_handler).get(INBOX)

    entry = AuditEntry.objects.get(action="referral.list")
    assert set(entry.subject_ids) == {str(row.pk) for row in rows}


def test_the_outsider_sees_nothing_of_it(world, client_for, offer):
    (referral,) = waiting(world, offer)
    sent_code(world, offer)

    for name in ("outsider_handler", "parent_handler", "sibling_handler"):
        text = text_of(client_for(getattr(world, name)).get(INBOX))
        assert referral.reference not in text
        assert "Ingen venter på jer" in text
        assert "ikke brugt endnu" not in text


@pytest.mark.parametrize(
    "name", ["gp", "receiver_manager", "receiver_editor", "coordinator", "dpo"]
)
def test_only_handlers_open_the_inbox(world, client_for, name):
    client = client_for(getattr(world, name))

    assert client.get(INBOX).status_code == 403
    assert client.post(reverse("referrals:redeem"), {"code": "x"}).status_code == 403


def test_it_costs_the_same_with_one_and_with_twenty(world, client_for, offer):
    client = client_for(world.receiver_handler)

    def add(first, number):
        for place in range(first, first + number):
            details = person(phone=f"00 00 00 {40 + place}")
            for state in ("waiting", "in_hand", "told"):
                row = sent_identified(world, make_offer(world.receiver), patient=details)
                if state != "waiting":
                    act("accept", world.receiver_handler.actor(), row)
                if state == "told":
                    with clock.at(clock.now() - timedelta(weeks=7)):
                        act("start", world.receiver_handler.actor(), row)

    add(0, 1)
    client.get(INBOX)
    with CaptureQueriesContext(connection) as one:
        client.get(INBOX)
    add(1, 19)
    with CaptureQueriesContext(connection) as twenty:
        response = client.get(INBOX)

    assert len(one) == len(twenty)
    assert len(twenty) <= 22, [query["sql"][:90] for query in twenty]
    assert response.context["waiting_count"] == 20
    for name in ("i-gang", "fortael", "afsluttet"):
        with CaptureQueriesContext(connection) as listed:
            assert client.get(INBOX, {"vis": name}).status_code == 200
        assert len(listed) <= 14


def test_the_pager_leads_through_all_that_wait(world, client_for, offer):
    references = {row.reference for row in waiting(world, offer, 23)}
    client = client_for(world.receiver_handler)

    first = client.get(INBOX)
    second = client.get(INBOX + first.context["page"].pager.next_url)
    cards = [*first.context["cards"], *second.context["cards"]]
    seen = [card["referral"].reference for card in cards]

    assert len(seen) == 23
    assert set(seen) == references
    assert (
        client.get(INBOX, {"fra": "noget-andet"}).context["cards"][0]["referral"].reference
        == (seen[0])
    )


def test_an_outcome_is_asked_for_after_six_weeks(world, client_for, offer):
    now = clock.now()
    with clock.at(now - timedelta(days=60)):
        early_offer = make_offer(world.receiver)
        (old,) = waiting(world, early_offer)
        act("accept", world.receiver_handler.actor(), old)
        act("start", world.receiver_handler.actor(), old)
    (new,) = waiting(world, offer)
    act("accept", world.receiver_handler.actor(), new)
    act("start", world.receiver_handler.actor(), new)

    response = client_for(world.receiver_handler).get(INBOX)

    assert [row["referral"].pk for row in response.context["to_tell"]] == [old.pk]
    assert [row["referral"].pk for row in response.context["in_hand"]] == [new.pk]


def test_a_code_opens_once_and_for_its_own_receiver_only(world, client_for, offer):
    sent = sent_code(world, offer)
    before = text_of(client_for(world.receiver_handler).get(INBOX))

    foreign = client_for(world.outsider_handler).post(
        reverse("referrals:redeem"), {"code": sent.code}
    )
    own = client_for(world.receiver_handler).post(reverse("referrals:redeem"), {"code": sent.code})
    second = client_for(world.receiver_handler).post(
        reverse("referrals:redeem"), {"code": sent.code}
    )

    assert "Én kode er givet og ikke brugt endnu" in before
    assert foreign.status_code == 422
    assert "Vi kender ikke koden" in text_of(foreign)
    assert own["Location"] == reverse("referrals:detail", args=[sent.referral.pk])
    assert again(sent.referral).status == State.ACCEPTED
    assert second.status_code == 422
    assert "Koden er allerede brugt" in text_of(second)


def test_what_was_typed_as_a_code_comes_back(world, client_for):
    response = client_for(world.receiver_handler).post(
        reverse("referrals:redeem"), {"code": "ABCD-123"}
    )
    empty = client_for(world.receiver_handler).post(reverse("referrals:redeem"), {})

    assert response.status_code == 422
    assert 'value="ABCD-123"' in response.content.decode()
    assert 'href="#id_code"' in response.content.decode()
    assert empty.status_code == 422
    assert "Udfyld »Koden fra borgeren«" in text_of(empty)


def test_guessing_is_stopped_without_a_fault(world, client_for):
    client = client_for(world.receiver_handler)

    codes = [
        client.post(reverse("referrals:redeem"), {"code": f"ABCD-{n:04}"}).status_code
        for n in range(21)
    ]

    assert codes[:20] == [422] * 20
    assert codes[20] == 429


def test_room_is_told_with_its_date_and_changed_by_those_who_may(world, client_for, offer):
    response = client_for(world.receiver_handler).get(INBOX)

    assert "Åben for nye" in text_of(response)
    assert response.context["offers"][0]["may_set"] is False


def test_an_editor_among_the_handlers_sets_room_and_confirms_with_one_click(
    world, client_for, offer
):
    both = Person(
        add_member(
            world.receiver, "handler", "manager", name="Bo Begge", email="bo@samspil.example"
        ),
        world.receiver,
    )
    with unguarded():
        Offer.objects.update(verified_at=clock.now() - timedelta(days=190))
    client = client_for(both)

    content = client.get(INBOX).content.decode()
    response = client.post(
        reverse("offers:set-capacity", args=[offer.slug]),
        {"status": "full", "tilbage": "indbakke"},
        follow=True,
    )

    assert reverse("offers:confirm", args=[offer.slug]) in content
    assert f"Passer {offer.title} stadig?" in content
    assert response.redirect_chain == [(INBOX, 302)]
    assert response.context["offers"][0]["capacity"].status == "full"


def test_the_own_year_is_exact(world, client_for, offer):
    # In the middle of a year, so that days ago are the same year.
    day = clock.now().replace(month=6, day=15, hour=9)
    handler = world.receiver_handler.actor()
    with clock.at(day - timedelta(days=10)):
        rows = waiting(world, make_offer(world.receiver), 4)
    with clock.at(day - timedelta(days=8)):
        act("accept", handler, rows[0])
        act("start", handler, rows[0])
        act("accept", handler, rows[1])
        act("decline", handler, rows[2], reason="no_capacity")
    with clock.at(day):
        year = client_for(world.receiver_handler).get(INBOX).context["year"]

    assert (year.received, year.taken, year.started, year.typical_days) == (4, 2, 1, 2)


def test_an_empty_inbox_says_what_will_come(world, client_for):
    response = client_for(world.receiver_handler).get(INBOX)

    assert "Her kommer nye henvisninger" in text_of(response)
    with unguarded():
        assert not Referral.objects.exists()
