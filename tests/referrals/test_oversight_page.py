"""The coordinator's pages, concerns and the access log: states and ages, never a person."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.access.actor import ANONYMOUS
from portal.audit.scope import tenant, unguarded
from portal.common import clock
from referrals import services
from referrals.models import Concern, State
from tests.factories.organisations import add_member
from tests.factories.referrals import (
    act,
    again,
    make_offer,
    person,
    sent_code,
    sent_identified,
)
from tests.world import Person

pytestmark = pytest.mark.django_db

OVERSIGHT, MODERATION, CONCERNS, AUDIT = (
    "/overblik/",
    "/overblik/godkendelse/",
    "/bekymringer/",
    "/adgangslog/",
)
CANARY = "Kanariefugl Gulbrisson"
WORDS = "Kanariens egne ord om natten"


@pytest.fixture
def offer(world):
    return make_offer(world.receiver, title="Hjertecafé i Aarhus")


def refer(world, offer, place=1, **fields):
    details = person(name=CANARY, phone=f"00 00 00 {40 + place}", message=WORDS)
    return sent_identified(world, offer, patient=details, **fields)


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- overview -------------------------------------------------------------------------------


def test_the_overview_names_the_fact_and_the_offer_and_never_the_referral(world, client_for, offer):
    now = clock.now()
    with clock.at(now - timedelta(days=30)):
        unanswered = refer(world, make_offer(world.receiver, title="Gå-hold"), 1)
        silent = refer(world, make_offer(world.receiver, title="Besøgsven"), 2)
        code = sent_code(world, offer)
    with clock.at(now - timedelta(days=40)):
        act("accept", world.receiver_handler.actor(), silent)

    response = client_for(world.coordinator).get(OVERSIGHT)
    content, text = response.content.decode(), text_of(response)

    assert response.status_code == 200
    assert "Én henvisning uden svar i 10 hverdage Til Gå-hold, Hjertet Aarhus" in text
    assert "Én modtaget uden kontakt i 20 hverdage Hos Besøgsven" in text
    for row in (unanswered, silent, code.referral):
        assert row.reference not in content
        assert str(row.pk) not in content
    for secret in (CANARY, WORDS, "0000004"):
        assert secret not in content
    assert content.count("<h1") == 1
    assert content.count("button-primary") == 1


def test_a_coordinator_of_another_region_sees_none_of_it(world, client_for, offer):
    with clock.at(clock.now() - timedelta(days=30)):
        refer(world, make_offer(world.receiver, title="Gå-hold"))

    for name in ("coordinator", "municipal_coordinator", "council_coordinator"):
        assert client_for(getattr(world, name)).get(OVERSIGHT).context["turn"].unanswered, name
    other = client_for(world.other_coordinator).get(OVERSIGHT)
    assert other.context["turn"].unanswered == []
    assert other.context["ages"] == []
    assert "Gå-hold" not in other.content.decode()


@pytest.mark.parametrize(
    "name", ["gp", "receiver_handler", "receiver_manager", "lawyer", "operator"]
)
def test_only_coordinators_open_their_pages(world, client_for, name):
    client = client_for(getattr(world, name))

    assert client.get(OVERSIGHT).status_code == 403
    assert client.get(MODERATION).status_code == 403


def test_bounced_mail_and_stale_offers_are_the_coordinators_turn(world, client_for, offer):
    world.named_handler.bounced_at = clock.now()
    world.named_handler.save()
    make_offer(world.receiver, title="Strikkecafé", verified_at=clock.now() - timedelta(days=300))

    text = text_of(client_for(world.municipal_coordinator).get(OVERSIGHT))

    assert "Mails til Hjertet Aarhus kommer retur" in text
    assert "Strikkecafé" in text
    assert "helle" not in text.lower()


def test_the_figures_count_what_happened(world, client_for, offer):
    handler = world.receiver_handler.actor()
    first, second = refer(world, offer, 1), refer(world, make_offer(world.receiver), 2)
    act("decline", handler, first, reason="no_capacity")
    act("accept", handler, second)
    act("start", handler, second)
    sent_code(world, offer)

    month = client_for(world.coordinator).get(OVERSIGHT).context["months"][-1]

    assert (month.sent, month.no_room, month.started, month.in_time) == (3, 1, 1, 100)


def test_there_are_twelve_months_whatever_the_day(world, client_for):
    client = client_for(world.coordinator)
    assert len(client.get(OVERSIGHT).context["months"]) == 12
    for moment in ("2027-01-31T12:00:00+00:00", "2028-02-29T12:00:00+00:00"):
        with clock.at(clock.now().fromisoformat(moment)):
            months = client_for(world.coordinator).get(OVERSIGHT).context["months"]
            assert len({month.first for month in months}) == len(months) == 12
            assert months[-1].first == clock.today().replace(day=1)


def test_the_overview_costs_the_same_with_one_and_with_twenty(world, client_for, offer):
    client = client_for(world.coordinator)
    past = clock.now() - timedelta(days=30)

    def add(first, number):
        with clock.at(past):
            for place in range(first, first + number):
                refer(world, make_offer(world.receiver), place)

    add(0, 1)
    client.get(OVERSIGHT)
    with CaptureQueriesContext(connection) as one:
        client.get(OVERSIGHT)
    add(1, 19)
    with CaptureQueriesContext(connection) as twenty:
        assert len(client.get(OVERSIGHT).context["turn"].unanswered) == 20

    assert len(one) == len(twenty)


# --- moderation -----------------------------------------------------------------------------


@pytest.fixture
def unverified(world, offer):
    return refer(world, offer, actor=world.new_gp.actor())


def test_a_coordinator_approves_without_seeing_the_person(world, client_for, unverified):
    client = client_for(world.coordinator)

    content = client.get(MODERATION).content.decode()
    response = client.post(reverse("referrals:approve", args=[unverified.pk]), follow=True)

    assert "Den Nye Praksis" in content
    for secret in (CANARY, WORDS, unverified.reference):
        assert secret not in content
        assert secret not in response.content.decode()
    assert again(unverified).status == State.SENT
    assert "er sendt til Hjertet Aarhus" in text_of(response)


def test_refusing_needs_a_reason(world, client_for, unverified):
    client = client_for(world.coordinator)
    address = reverse("referrals:refuse", args=[unverified.pk])

    asked = client.get(address)
    empty = client.post(address, {})
    done = client.post(address, {"reason": "sender_unknown"}, follow=True)

    assert asked.status_code == 200
    assert CANARY not in asked.content.decode()
    assert empty.status_code == 422
    assert again(unverified).status == State.DRAFT
    assert "sendt tilbage til Den Nye Praksis" in text_of(done)
    assert client.post(address, {"reason": "other"}).status_code == 404


@pytest.mark.parametrize("name", ["other_coordinator", "municipal_coordinator"])
def test_another_coordinator_finds_nothing_to_moderate(world, client_for, unverified, name):
    client = client_for(getattr(world, name))

    assert "Den Nye Praksis" not in client.get(MODERATION).content.decode()
    for verb in ("approve", "refuse"):
        answer = client.post(reverse(f"referrals:{verb}", args=[unverified.pk]), {})
        assert answer.status_code == 404
    assert again(unverified).status == State.AWAITING_MODERATION


def test_moderation_costs_the_same_with_one_and_with_twenty(world, client_for, offer):
    client = client_for(world.coordinator)
    refer(world, offer, 0, actor=world.new_gp.actor())
    client.get(MODERATION)
    with CaptureQueriesContext(connection) as one:
        client.get(MODERATION)
    for place in range(1, 20):
        refer(world, offer, place, actor=world.new_gp.actor())
    with CaptureQueriesContext(connection) as twenty:
        assert len(client.get(MODERATION).context["page"].rows) == 20

    assert len(one) == len(twenty)


# --- concerns -------------------------------------------------------------------------------


@pytest.fixture
def concern(world, offer):
    with tenant(ANONYMOUS):
        return services.report_concern(
            actor=ANONYMOUS, offer=offer, text="Døren var låst tre gange i træk."
        )


@pytest.mark.parametrize(
    "name", ["receiver_manager", "receiver_handler", "coordinator", "municipal_coordinator"]
)
def test_a_concern_reaches_manager_and_coordinator(world, client_for, concern, name):
    assert "Døren var låst" in text_of(client_for(getattr(world, name)).get(CONCERNS))


@pytest.mark.parametrize("name", ["outsider_manager", "other_coordinator", "parent_handler"])
def test_a_concern_is_not_found_elsewhere(world, client_for, concern, name):
    client = client_for(getattr(world, name))

    assert "Døren var låst" not in client.get(CONCERNS).content.decode()
    for verb in ("concern-take", "concern-close"):
        answer = client.post(reverse(f"referrals:{verb}", args=[concern.pk]), {"conclusion": "Væk"})
        assert answer.status_code == 404
    with unguarded():
        assert Concern.objects.get(pk=concern.pk).status == Concern.Status.NEW


@pytest.mark.parametrize("name", ["gp", "receiver_editor", "practice_manager", "dpo"])
def test_others_do_not_open_concerns(world, client_for, name):
    assert client_for(getattr(world, name)).get(CONCERNS).status_code == 403


def test_a_concern_is_followed_to_its_end(world, client_for, concern):
    client = client_for(world.receiver_manager)
    take = reverse("referrals:concern-take", args=[concern.pk])
    close = reverse("referrals:concern-close", args=[concern.pk])

    client.post(take)
    second = client.post(take, follow=True)
    empty = client.post(close, {"conclusion": " "})
    number = client.post(close, {"conclusion": "Talte med 010190-1234 i går"})
    client.post(close, {"conclusion": "Ny nøgleboks er sat op."})
    again_closed = client.get(close, follow=True)

    assert "bliver allerede behandlet" in text_of(second)
    assert empty.status_code == number.status_code == 422
    assert "Det ligner et CPR-nummer" in text_of(number)
    assert "Talte med" in number.content.decode()
    assert "allerede afsluttet" in text_of(again_closed)
    assert "Ny nøgleboks" in text_of(client.get(CONCERNS, {"vis": "afsluttet"}))
    assert "Døren var låst" not in text_of(client.get(CONCERNS))


# --- the access log -------------------------------------------------------------------------


def dpo_of(organisation, email) -> Person:
    return Person(add_member(organisation, "dpo", name="Dagny Rådgiver", email=email), organisation)


@pytest.fixture
def navigated(world):
    """A referral that the municipality received, and its officer."""
    offer = make_offer(world.municipality, takes_navigator_referrals=True)
    referral = sent_code(world, offer).referral
    return referral, dpo_of(world.municipality, "dagny@samspil.example")


def test_the_officer_follows_what_concerns_the_own_organisation(
    world, client_for, offer, navigated
):
    theirs, officer = navigated
    foreign = refer(world, offer)
    client_for(world.gp).get(reverse("referrals:detail", args=[theirs.pk]))
    client_for(world.gp).get(reverse("referrals:detail", args=[foreign.pk]))

    log = client_for(officer).get(AUDIT)

    assert log.status_code == 200
    subjects = {line["subject"] for line in log.context["lines"]}
    assert theirs.reference in subjects
    assert foreign.reference not in subjects
    assert "Gitte Læge" not in log.content.decode()
    assert "Lægehuset Åparken" in log.content.decode()


def test_the_log_carries_no_content(world, client_for, offer):
    foreign = refer(world, offer)
    client_for(world.gp).get(reverse("referrals:detail", args=[foreign.pk]))
    officer = dpo_of(world.operator_organisation, "odin@samspil.example")

    log = client_for(officer).get(AUDIT)

    assert foreign.reference in log.content.decode()
    assert "Så oplysninger om borgeren" in text_of(log)
    for secret in (CANARY, WORDS, "0000004"):
        assert secret not in log.content.decode()


def test_the_log_is_searched_by_reference_action_and_day(world, client_for, offer):
    first, second = refer(world, offer, 1), refer(world, make_offer(world.receiver), 2)
    client_for(world.gp).get(reverse("referrals:detail", args=[first.pk]))
    client = client_for(dpo_of(world.operator_organisation, "odin@samspil.example"))

    by_number = client.get(AUDIT, {"nummer": first.reference})
    by_action = client.get(AUDIT, {"handling": "borger"})
    tomorrow = clock.today() + timedelta(days=1)
    by_day = client.get(AUDIT, {"fra_dag": tomorrow, "til_dag": tomorrow})
    unknown = client.get(AUDIT, {"nummer": "26-999999"})

    assert {line["subject"] for line in by_number.context["lines"]} == {first.reference}
    assert {line["action"] for line in by_action.context["lines"]} == {"Så oplysninger om borgeren"}
    assert by_day.context["lines"] == []
    assert unknown.context["lines"] == []
    assert second.reference not in by_number.content.decode()


def test_a_foreign_reference_gives_the_officer_nothing(world, client_for, offer, navigated):
    _theirs, officer = navigated
    foreign = refer(world, offer)

    assert client_for(officer).get(AUDIT, {"nummer": foreign.reference}).context["lines"] == []


@pytest.mark.parametrize("name", ["gp", "receiver_handler", "coordinator", "operator", "lawyer"])
def test_only_officers_open_the_log(world, client_for, name):
    assert client_for(getattr(world, name)).get(AUDIT).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        {"fra_dag": "0001-01-01", "til_dag": "9999-12-31"},
        {"fra_dag": "i går"},
        {"nummer": "\x00"},
        {"handling": "'; drop"},
        {"fra": "%%%"},
    ],
)
def test_nonsense_in_the_address_is_no_fault(world, client_for, query):
    # Null bytes are refused at the door as a bad request.
    assert client_for(world.dpo).get(AUDIT, query).status_code in {200, 400}


def test_the_log_costs_the_same_with_one_and_with_fifty(world, client_for, offer):
    referral = refer(world, offer)
    client = client_for(dpo_of(world.operator_organisation, "odin@samspil.example"))
    client.get(AUDIT)
    with CaptureQueriesContext(connection) as few:
        client.get(AUDIT)
    for _number in range(25):
        client_for(world.gp).get(reverse("referrals:detail", args=[referral.pk]))
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(AUDIT).context["lines"]) == 50

    assert len(few) == len(many)
