"""The clinician's sent list: what calls for eyes, then all; no names, no more than may be told."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.access.actor import system_actor
from portal.audit.models import AuditEntry
from portal.audit.scope import tenant, unguarded
from portal.common import clock
from referrals import services
from referrals.models import Consent
from tests.factories.referrals import (
    act,
    consent,
    make_offer,
    person,
    sent_code,
    sent_identified,
)

pytestmark = pytest.mark.django_db

SENT = "/henvisninger/"
CANARY = "Kanariefugl Gulbrisson"
SYSTEM = system_actor("tests")


@pytest.fixture
def offer(world):
    return make_offer(world.receiver, title="Hjertecafé i Aarhus")


def refer(world, offer, place=1, **fields):
    details = person(name=CANARY, phone=f"00 00 00 {40 + place}")
    return sent_identified(world, offer, patient=details, **fields)


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def eyes_of(response) -> list[tuple[str, str]]:
    return [(eye.referral.reference, eye.label) for eye in response.context["eyes"]]


def test_codes_and_details_share_one_list_without_names(world, client_for, offer):
    code = sent_code(world, offer)
    named = refer(world, offer)

    response = client_for(world.gp).get(SENT)
    content = response.content.decode()

    assert response.status_code == 200
    assert {row["referral"].pk for row in response.context["rows"]} == {
        code.referral.pk,
        named.pk,
    }
    for secret in (CANARY, "00000041", code.code):
        assert secret not in content
    assert "Kode givet" in content
    assert "50-64 år" in content
    assert content.count("<h1") == 1
    assert content.count("button-primary") == 1


def test_another_unit_sees_nothing_of_it(world, client_for, offer):
    named = refer(world, offer)

    assert str(named.pk) in client_for(world.gp).get(SENT).content.decode()
    assert str(named.pk) not in client_for(world.nurse).get(SENT).content.decode()
    assert client_for(world.receiver_handler).get(SENT).status_code == 403
    assert client_for(world.practice_manager).get(SENT).status_code == 403


def test_a_decline_calls_for_eyes_until_it_is_sent_on(world, client_for, offer):
    named = refer(world, offer)
    act("decline", world.receiver_handler.actor(), named, reason="no_capacity")
    client = client_for(world.gp)

    first = client.get(SENT)
    refer(world, make_offer(world.outsider), replaces=named)
    second = client.get(SENT)

    assert eyes_of(first) == [(named.reference, "Afvist")]
    assert "vi har ikke plads" in text_of(first)
    assert eyes_of(second) == []


def test_no_answer_in_ten_working_days_calls_for_eyes(world, client_for, offer):
    now = clock.now()
    with clock.at(now - timedelta(days=25)):
        old = refer(world, make_offer(world.receiver), 1)
    with clock.at(now - timedelta(days=9)):
        refer(world, make_offer(world.receiver), 2)
        sent_code(world, make_offer(world.receiver))

    response = client_for(world.gp).get(SENT)

    assert eyes_of(response) == [(old.reference, "Intet svar")]
    assert "Intet svar i 10 hverdage" in text_of(response)


def test_a_closing_period_puts_it_off(world, client_for, offer):
    from organisations.models import ClosingPeriod

    now = clock.now()
    with clock.at(now - timedelta(days=25)):
        refer(world, make_offer(world.receiver), 1)
    ClosingPeriod.objects.create(
        organisation=world.receiver,
        first_day=clock.today() - timedelta(days=24),
        last_day=clock.today(),
    )

    assert eyes_of(client_for(world.gp).get(SENT)) == []


def test_an_expiry_and_an_ending_consent_call_for_eyes(world, client_for, offer):
    gone, ending = refer(world, offer, 1), refer(world, make_offer(world.receiver), 2)
    with tenant(SYSTEM):
        services.expire(actor=SYSTEM, referral_id=gone.pk)
    act("accept", world.receiver_handler.actor(), ending)
    with unguarded():
        Consent.objects.filter(pk=ending.consent_id).update(
            taken_at=clock.now() - timedelta(days=340),
            expires_at=clock.now() + timedelta(days=20),
        )

    found = eyes_of(client_for(world.gp).get(SENT))

    assert set(found) == {(gone.reference, "Udløbet"), (ending.reference, "Samtykke udløber")}


def test_each_no_says_when_and_why_and_leads_on(world, client_for, offer):
    declined, refused = refer(world, offer, 1), refer(world, offer, 2, actor=world.new_gp.actor())
    act("decline", world.receiver_handler.actor(), declined, reason="outside_area")
    act("refuse", world.coordinator.actor(), refused, reason="sender_unknown")

    by_gp = client_for(world.gp).get(SENT).context["eyes"]
    by_new_gp = client_for(world.new_gp).get(SENT).context["eyes"]

    assert [(eye.fact.split()[0], eye.label, eye.anchor) for eye in by_gp] == [
        ("Afvist", "Afvist", "andre")
    ]
    assert [(eye.fact.split()[0], eye.label, eye.anchor) for eye in by_new_gp] == [
        ("Ikke", "Ikke sendt", "")
    ]
    assert all(": " in eye.fact for eye in (*by_gp, *by_new_gp))


def test_a_new_message_calls_for_eyes_until_it_is_read(world, client_for, offer):
    named = refer(world, offer)
    act("accept", world.receiver_handler.actor(), named)
    act("write_message", world.receiver_handler.actor(), named, text="Må vi ringe?")
    client = client_for(world.gp)

    before = client.get(SENT)
    client.get(reverse("referrals:detail", args=[named.pk]))
    after = client.get(SENT)

    assert eyes_of(before) == [(named.reference, "Ny besked")]
    assert "Må vi ringe?" not in before.content.decode()
    assert eyes_of(after) == []


def test_a_message_is_no_news_where_the_citizen_wants_no_feedback(world, client_for, offer):
    silent = refer(world, offer, consent=consent(feedback=False))
    act("accept", world.receiver_handler.actor(), silent)
    act("write_message", world.receiver_handler.actor(), silent, text="Det går godt")

    assert eyes_of(client_for(world.gp).get(SENT)) == []


def test_the_list_and_its_filters_tell_no_more_than_consent_allows(world, client_for, offer):
    silent = refer(world, offer, consent=consent(feedback=False))
    handler = world.receiver_handler.actor()
    act("accept", handler, silent)
    act("start", handler, silent)
    client = client_for(world.gp)

    under_way = client.get(SENT)
    by_state = client.get(SENT, {"tilstand": "in_progress"})
    act("give_up", handler, silent, reason="did_not_come")
    ended = client.get(SENT, {"vis": "afsluttet"})
    by_end = client.get(SENT, {"tilstand": "not_completed"})

    assert [row["label"] for row in under_way.context["rows"]] == ["Modtaget"]
    assert by_state.context["rows"] == []
    assert [row["label"] for row in ended.context["rows"]] == ["Afsluttet, ingen tilbagemelding"]
    assert by_end.context["rows"] == []


def test_a_reference_is_found_however_it_is_written(world, client_for, offer):
    named = refer(world, offer)
    refer(world, make_offer(world.receiver), 2)
    act("decline", world.receiver_handler.actor(), named, reason="no_capacity")
    client = client_for(world.gp)
    number = named.reference.split("-")[1]

    spaced = named.reference.replace("-", " ")
    for typed in (named.reference, f" {named.reference} ", number, spaced):
        found = client.get(SENT, {"nummer": typed}).context["rows"]
        assert [row["referral"].pk for row in found] == [named.pk], typed
    assert client.get(SENT, {"nummer": "abc"}).context["rows"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"nummer": "9" * 400},
        {"nummer": "' OR 1=1"},
        {"nummer": "\ud83d".encode("utf-8", "replace").decode()},
        {"tilstand": "draft' --"},
        {"vis": "ukendt"},
        {"fra": "@@@"},
        {"fra": "WyI-Iiwibm9uc2Vuc2UiXQ"},
    ],
)
def test_nonsense_in_the_address_is_no_fault(world, client_for, offer, query):
    refer(world, offer)

    assert client_for(world.gp).get(SENT, query).status_code == 200


def test_it_costs_the_same_with_one_and_with_twenty(world, client_for, offer):
    client = client_for(world.gp)
    handler = world.receiver_handler.actor()

    def add(first, number):
        for place in range(first, first + number):
            refer(world, make_offer(world.receiver), place)
            no = refer(world, make_offer(world.receiver), place)
            act("decline", handler, no, reason="duplicate")
            written = refer(world, make_offer(world.receiver), place)
            act("write_message", handler, written, text="Hej")

    add(0, 1)
    client.get(SENT)
    with CaptureQueriesContext(connection) as one:
        client.get(SENT)
    add(1, 19)
    with CaptureQueriesContext(connection) as twenty:
        response = client.get(SENT)

    assert len(response.context["rows"]) == 20
    assert len(response.context["eyes"]) >= 20
    assert len(one) == len(twenty)
    assert len(twenty) <= 20, [query["sql"][:90] for query in twenty]


def test_a_list_is_logged_as_one_look(world, client_for, offer):
    named = refer(world, offer)

    client_for(world.gp).get(SENT)

    assert AuditEntry.objects.get(action="referral.list").subject_ids == [str(named.pk)]


def test_an_unfinished_draft_is_shown_to_its_author_alone(world, client_for, offer):
    with tenant(world.gp.actor()):
        services.save_draft(
            actor=world.gp.actor(), offer=offer, data={"name": CANARY, "message": "hemmeligt"}
        )

    own = client_for(world.gp).get(SENT).content.decode()
    other = client_for(world.nurse).get(SENT).content.decode()

    assert "Skriv færdig" in own
    assert CANARY not in own
    assert "Skriv færdig" not in other


def test_an_empty_list_says_what_will_come(world, client_for):
    assert "Her kommer dine henvisninger" in text_of(client_for(world.gp).get(SENT))
