"""An enquiry opens an idea that both see, is read within 2 and answered within 15 working days."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from organisations.models import ClosingPeriod, Organisation
from partnerships import entrance_clocks, services
from partnerships.models import Agreement, AgreementState, Enquiry, EnquiryLink, Side
from portal.audit.models import AuditEntry
from portal.common import clock
from portal.common.clock import COPENHAGEN
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.common.flood import FLOOD
from portal.common.ids import uuid7
from portal.common.logging import mask
from portal.notifications.delivery import deliver_due
from portal.notifications.models import OutgoingMessage
from tests.factories.forums import hang_post, knock, open_entrance
from tests.factories.organisations import add_member

pytestmark = pytest.mark.django_db


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=COPENHAGEN)  # type: ignore[arg-type,misc]


# A Monday with four weeks of ordinary working days after it.
MONDAY = at(2026, 11, 2, 10)


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    cache.clear()
    with clock.at(MONDAY):
        yield


@pytest.fixture
def open_world(world):
    open_entrance(world.coordinator)
    return world


def keys(enquiry: Enquiry) -> list[str]:
    prefix = f"enquiry:{enquiry.pk}:"
    rows = OutgoingMessage.objects.filter(key__startswith=prefix).order_by("pk")
    return [row.key.removeprefix(prefix) for row in rows]


def sent_mails() -> list[Any]:
    mail.outbox.clear()
    deliver_due()
    return list(mail.outbox)


def form(**fields: Any) -> dict[str, Any]:
    return {
        "form_key": str(uuid7()),
        "title": "Gåture for enlige",
        "text": "Vi vil gerne gå ture med enlige mænd.",
        "organisation": "Ny Forening",
        "name": "Frida Fremmed",
        "email": "frida@borger.example",
        **fields,
    }


def write_address(organisation: Organisation) -> str:
    return reverse("partnerships:enquiry-create", args=[organisation.slug])


# --- knocking ---------------------------------------------------------------------------------


def test_without_an_account_the_idea_has_the_public_party_alone(open_world):
    enquiry = knock(open_world)

    agreement = enquiry.agreement
    assert agreement.status == AgreementState.IDEA
    assert [(row.organisation, row.side) for row in agreement.parties.all()] == [
        (open_world.region, Side.PUBLIC)
    ]
    assert agreement.purpose == enquiry.text
    for person, sees in (
        (open_world.coordinator, True),
        (open_world.receiver_manager, False),
        (open_world.outsider_manager, False),
        (open_world.municipal_coordinator, False),
    ):
        actor = person.actor()
        assert Enquiry.objects.visible_to(actor).exists() is sees
        assert Agreement.objects.visible_to(actor).filter(pk=agreement.pk).exists() is sees


def test_a_manager_writes_for_the_own_association_and_both_see_the_idea_at_once(open_world):
    enquiry = knock(open_world, actor=open_world.receiver_manager.actor())

    assert (enquiry.sender, enquiry.sender_name) == (open_world.receiver, "Hjertet Aarhus")
    assert enquiry.contact_email == open_world.receiver_manager.user.email
    for person in (open_world.coordinator, open_world.receiver_manager):
        assert Agreement.objects.visible_to(person.actor()).get() == enquiry.agreement
        assert Enquiry.objects.visible_to(person.actor()).get() == enquiry
    assert not Enquiry.objects.visible_to(open_world.outsider_manager.actor()).exists()
    assert not Enquiry.objects.visible_to(open_world.sibling_handler.actor()).exists()


def test_lawyer_and_data_protection_officer_do_not_read_who_wrote(open_world):
    knock(open_world)

    for person in (open_world.lawyer, open_world.dpo):
        assert not Enquiry.objects.visible_to(person.actor()).exists()


def test_the_same_form_sent_twice_is_one_enquiry_and_one_mail(open_world):
    key = uuid7()

    first = knock(open_world, form_key=key)
    second = knock(open_world, form_key=key, text="Noget andet")

    assert first == second
    assert Enquiry.objects.count() == Agreement.objects.count() == 1
    assert keys(first) == ["receipt", "new"]


def test_a_closed_entrance_takes_no_enquiry(world):
    open_entrance(world.coordinator)
    services.close_entrance(actor=world.coordinator.actor(), organisation_id=world.region.pk)

    with pytest.raises(WrongState):
        knock(world)
    with pytest.raises(NotFound):
        knock(world, body=world.municipality)
    assert not Agreement.objects.exists()


def test_nobody_writes_to_the_own_entrance(open_world):
    with pytest.raises(InvalidInput):
        knock(open_world, actor=open_world.coordinator.actor())
    assert not Agreement.objects.exists()


def test_an_idea_from_a_post_remembers_it(open_world):
    post = hang_post(open_world.coordinator)
    client = Client()

    page = client.get(f"{write_address(open_world.region)}?opslag={post.pk}").content.decode()
    client.post(write_address(open_world.region), form(post=str(post.pk)))

    assert f'value="{post.title}"' in page
    assert Enquiry.objects.get().post == post


def test_another_bodys_post_is_not_taken_for_this_ones(open_world):
    open_entrance(open_world.municipal_coordinator)
    foreign = hang_post(open_world.municipal_coordinator)

    assert knock(open_world, post_id=foreign.pk).post is None


def test_an_error_half_way_leaves_no_trace(open_world, monkeypatch):
    def fail(_enquiry: Enquiry) -> None:
        raise RuntimeError

    monkeypatch.setattr("partnerships.entrance_mails.queue_new", fail)
    audited = AuditEntry.objects.count()

    with pytest.raises(RuntimeError):
        knock(open_world)

    assert not Enquiry.objects.exists()
    assert not Agreement.objects.exists()
    assert not OutgoingMessage.objects.exists()
    assert AuditEntry.objects.count() == audited


# --- the public form ----------------------------------------------------------------------------


def test_the_form_says_what_happens_next_and_keeps_the_address_out_of_the_url(open_world):
    response = Client().post(write_address(open_world.region), form())

    text = response.content.decode()
    assert response.status_code == 200
    assert "frida@borger.example" in text
    assert "onsdag 4. november" in text
    assert "mandag 23. november" in text


def test_a_cpr_number_is_refused_and_everything_typed_is_kept(open_world):
    response = Client().post(
        write_address(open_world.region), form(text="Min far 010190-1234 vil gerne gå ture")
    )

    text = response.content.decode()
    assert response.status_code == 422
    assert "Min far 010190-1234 vil gerne gå ture" in text
    assert "Frida Fremmed" in text
    assert "CPR-nummer" in text
    assert not Enquiry.objects.exists()


def test_the_service_refuses_a_cpr_number_too(open_world):
    with pytest.raises(InvalidInput) as refused:
        knock(open_world, text="010190-1234")
    assert "text" in refused.value.errors


def test_the_public_form_is_slowed_down(open_world):
    client = Client()
    answers = [
        client.post(write_address(open_world.region), form()).status_code for _ in range(FLOOD + 1)
    ]

    assert answers == [200] * FLOOD + [429]
    assert Enquiry.objects.count() == FLOOD


def test_a_signed_in_manager_is_not_asked_who_they_are(open_world, client_for):
    client = client_for(open_world.receiver_manager)
    page = client.get(write_address(open_world.region)).content.decode()
    assert "Din e-mail" not in page

    known = {name: form()[name] for name in ("form_key", "title", "text")}
    response = client.post(write_address(open_world.region), known)

    enquiry = Enquiry.objects.get()
    assert response["Location"] == reverse("partnerships:enquiry-detail", args=[enquiry.pk])
    assert enquiry.sender == open_world.receiver


def test_a_signed_in_clinician_writes_as_anybody(open_world, client_for):
    client_for(open_world.gp).post(write_address(open_world.region), form())

    assert Enquiry.objects.get().sender is None


def test_an_association_chooses_among_the_open_entrances(open_world, client_for):
    client = client_for(open_world.receiver_manager)
    address = reverse("partnerships:idea-create")
    page = client.get(address).content.decode()
    assert "Region Midt" in page
    assert "Region Syd" not in page

    values = {name: form()[name] for name in ("form_key", "title", "text")}
    response = client.post(address, {**values, "body": open_world.region.slug})

    assert response.status_code == 302
    assert Enquiry.objects.get().sender == open_world.receiver


# --- reading and answering ----------------------------------------------------------------------


def test_reading_is_said_once(open_world):
    enquiry = knock(open_world)
    actor = open_world.coordinator.actor()

    services.acknowledge_enquiry(actor=actor, enquiry_id=enquiry.pk)
    again = services.acknowledge_enquiry(actor=actor, enquiry_id=enquiry.pk)

    assert again.acknowledged_by_name == "Karen Koordinator"
    assert keys(enquiry).count("acknowledged") == 1
    assert (
        AuditEntry.objects.filter(
            action="enquiry.acknowledge", subject_ids__contains=[str(enquiry.pk)]
        ).count()
        == 1
    )


def test_a_yes_leaves_the_idea_to_its_parties(open_world):
    enquiry = knock(open_world)

    answered = services.answer_enquiry(
        actor=open_world.coordinator.actor(),
        enquiry_id=enquiry.pk,
        answer="Kom og drik kaffe.",
        outcome="onward",
    )

    enquiry.agreement.refresh_from_db()
    assert enquiry.agreement.status == AgreementState.IDEA
    assert answered.acknowledged_at == answered.answered_at == MONDAY
    assert keys(enquiry)[-1] == "answered"


def test_a_no_cancels_the_idea_with_the_answer_as_the_reason(open_world):
    enquiry = knock(open_world)

    services.answer_enquiry(
        actor=open_world.coordinator.actor(),
        enquiry_id=enquiry.pk,
        answer="Kommunen gør det allerede.",
        outcome="declined",
    )

    enquiry.agreement.refresh_from_db()
    assert enquiry.agreement.status == AgreementState.CANCELLED
    event = enquiry.agreement.events.get(verb="cancel")
    assert event.comment == "Kommunen gør det allerede."


def test_the_first_answer_stands(open_world):
    enquiry = knock(open_world)
    actor = open_world.coordinator.actor()
    services.answer_enquiry(actor=actor, enquiry_id=enquiry.pk, answer="Ja tak", outcome="onward")

    with pytest.raises(WrongState):
        services.answer_enquiry(
            actor=actor, enquiry_id=enquiry.pk, answer="Nej", outcome="declined"
        )

    enquiry.refresh_from_db()
    assert (enquiry.answer, enquiry.outcome) == ("Ja tak", "onward")
    assert keys(enquiry).count("answered") == 1


@pytest.mark.parametrize(
    ("answer", "outcome", "field"),
    [("", "onward", "answer"), ("Ja", "", "outcome"), ("Ring 010190-1234", "onward", "answer")],
)
def test_an_answer_without_words_or_without_a_decision_is_none(open_world, answer, outcome, field):
    enquiry = knock(open_world)

    with pytest.raises(InvalidInput) as refused:
        services.answer_enquiry(
            actor=open_world.coordinator.actor(),
            enquiry_id=enquiry.pk,
            answer=answer,
            outcome=outcome,
        )
    assert field in refused.value.errors


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("receiver_manager", NotAllowed),  # it sees it, and is the other end
        ("region_manager", NotAllowed),
        ("outsider_manager", NotFound),
        ("municipal_coordinator", NotFound),
        ("other_coordinator", NotFound),
    ],
)
def test_only_the_bodys_coordinators_answer(open_world, who, error):
    enquiry = knock(open_world, actor=open_world.receiver_manager.actor())
    actor = getattr(open_world, who).actor()

    with pytest.raises(error):
        services.acknowledge_enquiry(actor=actor, enquiry_id=enquiry.pk)
    with pytest.raises(error):
        services.answer_enquiry(actor=actor, enquiry_id=enquiry.pk, answer="Ja", outcome="onward")
    with pytest.raises(error):
        services.link_enquiry_sender(
            actor=actor, enquiry_id=enquiry.pk, association=open_world.outsider
        )


def test_a_failed_cancel_leaves_the_enquiry_unanswered(open_world, monkeypatch):
    enquiry = knock(open_world)

    def fail(**_kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("partnerships.services.enquiries.cancel_agreement", fail)
    with pytest.raises(RuntimeError):
        services.answer_enquiry(
            actor=open_world.coordinator.actor(),
            enquiry_id=enquiry.pk,
            answer="Nej",
            outcome="declined",
        )

    enquiry.refresh_from_db()
    assert enquiry.answered_at is None
    assert "answered" not in keys(enquiry)


def test_the_database_knows_no_half_answer(open_world):
    enquiry = knock(open_world)
    rows = Enquiry.objects.filter(pk=enquiry.pk)

    for half in (
        {"answer": "Ja"},
        {"answered_at": MONDAY, "acknowledged_at": MONDAY},
        {"answered_at": MONDAY, "answer": "Ja", "outcome": "onward"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**half)


# --- who wrote --------------------------------------------------------------------------------


def test_once_named_the_association_is_a_party_sees_it_and_is_told(open_world):
    enquiry = knock(open_world)

    services.link_enquiry_sender(
        actor=open_world.coordinator.actor(),
        enquiry_id=enquiry.pk,
        association=open_world.receiver,
    )

    actor = open_world.receiver_manager.actor()
    assert Enquiry.objects.visible_to(actor).get() == enquiry
    assert Agreement.objects.visible_to(actor).get() == enquiry.agreement
    assert not Enquiry.objects.visible_to(open_world.outsider_manager.actor()).exists()
    told = [one for one in sent_mails() if "med i en idé" in one.subject]
    assert [one.to for one in told] == [[open_world.receiver_manager.user.email]]


def test_naming_it_twice_is_once_and_another_is_refused(open_world):
    enquiry = knock(open_world)
    actor = open_world.coordinator.actor()
    for _ in range(2):
        services.link_enquiry_sender(
            actor=actor, enquiry_id=enquiry.pk, association=open_world.receiver
        )

    with pytest.raises(WrongState):
        services.link_enquiry_sender(
            actor=actor, enquiry_id=enquiry.pk, association=open_world.outsider
        )

    assert enquiry.agreement.parties.count() == 2
    assert keys(enquiry).count("linked") == 1


def test_a_public_body_is_not_an_association(open_world):
    enquiry = knock(open_world)

    with pytest.raises(InvalidInput):
        services.link_enquiry_sender(
            actor=open_world.coordinator.actor(),
            enquiry_id=enquiry.pk,
            association=open_world.municipality,
        )


# --- mails ------------------------------------------------------------------------------------


def link_in(text: str) -> str:
    found = re.search(r"/indgang/henvendelse/[^/\s]+/", text)
    assert found, text
    return found.group()


def test_the_receipt_goes_at_once_with_a_link_that_is_stored_hashed(open_world):
    enquiry = knock(open_world)

    receipt, *to_body = sent_mails()

    assert receipt.to == ["frida@borger.example"]
    token = link_in(receipt.body).split("/")[-2]
    stored = EnquiryLink.objects.get()
    assert token.encode() not in bytes(stored.token_hash)
    assert token not in str(OutgoingMessage.objects.values_list("ids", flat=True))
    assert {one.to[0] for one in to_body} == {
        "indgang@region.example",
        open_world.coordinator.user.email,
    }
    for one in (receipt, *to_body):
        assert enquiry.text not in one.body
        assert "Frida" not in one.body or one is receipt


def test_the_writer_follows_it_by_the_link_and_opening_it_changes_nothing(open_world):
    enquiry = knock(open_world)
    link = link_in(sent_mails()[0].body)
    client = Client()
    before = AuditEntry.objects.count(), Enquiry.objects.values().get()

    text = client.get(link).content.decode()

    assert enquiry.text in text
    assert "senest onsdag 4. november" in text
    assert (AuditEntry.objects.count(), Enquiry.objects.values().get()) == before
    assert client.post(link).status_code == 405

    services.answer_enquiry(
        actor=open_world.coordinator.actor(),
        enquiry_id=enquiry.pk,
        answer="Kom og drik kaffe.",
        outcome="onward",
    )
    answer = next(one for one in sent_mails() if one.to == ["frida@borger.example"])
    assert "kaffe" not in answer.body
    for address in (link, link_in(answer.body)):
        assert "Kom og drik kaffe." in client.get(address).content.decode()


def test_a_wrong_or_old_link_opens_nothing(open_world):
    knock(open_world)
    link = link_in(sent_mails()[0].body)

    assert Client().get(link[:-3] + "xx/").status_code == 404
    with clock.at(MONDAY + timedelta(days=366)):
        assert Client().get(link).status_code == 404


def test_the_link_never_stands_in_a_log_line():
    assert "abcdefgh" not in mask("GET /indgang/henvendelse/abcdefgh/ 200")
    assert mask("GET /indgang/region-midt/ 200") == "GET /indgang/region-midt/ 200"


def test_a_writer_with_an_account_gets_the_address_of_the_own_page(open_world):
    enquiry = knock(open_world, actor=open_world.receiver_manager.actor())

    receipt, *to_body = sent_mails()

    assert receipt.to == [open_world.receiver_manager.user.email]
    # One thing happened, so the body hears of it once.
    assert len({one.to[0] for one in to_body}) == len(to_body)
    assert f"/henvendelser/{enquiry.pk}/" in receipt.body
    assert not EnquiryLink.objects.exists()


# --- the clocks -------------------------------------------------------------------------------


def run_on(*parts: int) -> int:
    clock.advance_to(at(*parts, 7, 20))
    return entrance_clocks.run_entrance_clocks()


def reminders(enquiry: Enquiry) -> list[str]:
    known = ("acknowledge:", "answer-5:", "answer-0:", "overdue:")
    return [key for key in keys(enquiry) if key.startswith(known)]


@pytest.mark.parametrize(
    ("came", "acknowledge", "answer"),
    [
        (MONDAY, at(2026, 11, 4, 10), at(2026, 11, 23, 10)),
        # Christmas: 24, 25 and 31 December and 1 January are free.
        (at(2026, 12, 22, 10), at(2026, 12, 28, 10), at(2027, 1, 18, 10)),
        # Easter 2027 and the night the clocks go forward: ten o'clock stays ten o'clock.
        (at(2027, 3, 24, 10), at(2027, 3, 31, 10), at(2027, 4, 19, 10)),
    ],
)
def test_two_and_fifteen_working_days_over_danish_holidays(open_world, came, acknowledge, answer):
    clock.advance_to(came)

    enquiry = knock(open_world)

    assert (enquiry.acknowledge_by, enquiry.answer_by) == (acknowledge, answer)


def test_reminders_come_on_their_days_each_once(open_world):
    enquiry = knock(open_world)
    found = []
    day = MONDAY.date()
    while day <= at(2026, 12, 4).date():
        run_on(day.year, day.month, day.day) if day > MONDAY.date() else None
        entrance_clocks.run_entrance_clocks()
        found = reminders(enquiry)
        day += timedelta(days=1)

    assert found == [
        "acknowledge:2026-11-03",
        "answer-5:2026-11-16",
        "answer-0:2026-11-23",
        "overdue:2026-11-24",
    ]


def test_what_was_read_is_not_reminded_of_and_what_was_answered_never(open_world):
    read, answered = knock(open_world), knock(open_world)
    actor = open_world.coordinator.actor()
    services.acknowledge_enquiry(actor=actor, enquiry_id=read.pk)
    services.answer_enquiry(actor=actor, enquiry_id=answered.pk, answer="Ja", outcome="onward")

    run_on(2026, 11, 3)
    assert reminders(read) == []

    run_on(2026, 11, 24)
    assert reminders(read) == ["overdue:2026-11-24"]
    assert reminders(answered) == []


def test_after_a_long_pause_one_mail_comes_and_not_a_heap(open_world):
    enquiry = knock(open_world)

    assert run_on(2026, 12, 1) == 1
    assert entrance_clocks.run_entrance_clocks() == 0

    assert reminders(enquiry) == ["overdue:2026-11-24"]


def test_overdue_reaches_the_manager_and_the_others_do_not(open_world):
    knock(open_world)
    sent_mails()

    run_on(2026, 11, 16)
    assert {one.to[0] for one in sent_mails()} == {open_world.coordinator.user.email}

    run_on(2026, 11, 24)
    assert {one.to[0] for one in sent_mails()} == {
        open_world.coordinator.user.email,
        open_world.region_manager.user.email,
    }


def test_a_reminder_that_is_answered_before_it_leaves_is_not_sent(open_world):
    enquiry = knock(open_world)
    sent_mails()
    run_on(2026, 11, 16)
    services.answer_enquiry(
        actor=open_world.coordinator.actor(), enquiry_id=enquiry.pk, answer="Ja", outcome="onward"
    )

    assert {one.to[0] for one in sent_mails()} == {"frida@borger.example"}


def test_closing_days_pause_the_clock_also_when_they_are_announced_later(open_world):
    enquiry = knock(open_world)
    ClosingPeriod.objects.create(
        organisation=open_world.region,
        first_day=at(2026, 11, 3).date(),
        last_day=at(2026, 11, 9).date(),
    )

    run_on(2026, 11, 3)
    enquiry.refresh_from_db()

    assert enquiry.acknowledge_by == at(2026, 11, 11, 10)
    assert enquiry.answer_by == at(2026, 11, 30, 10)
    assert reminders(enquiry) == []

    ClosingPeriod.objects.all().delete()
    later = knock(open_world)
    assert later.acknowledge_by == at(2026, 11, 5, 7, 20)


def test_who_wrote_what_came_to_nothing_is_forgotten_after_a_year(open_world):
    gone, kept = knock(open_world), knock(open_world)
    sent_mails()
    actor = open_world.coordinator.actor()
    services.answer_enquiry(actor=actor, enquiry_id=gone.pk, answer="Nej", outcome="declined")
    services.answer_enquiry(actor=actor, enquiry_id=kept.pk, answer="Ja", outcome="onward")

    clock.advance_to(MONDAY + timedelta(days=366))
    entrance_clocks.run_entrance_clocks()

    gone.refresh_from_db()
    kept.refresh_from_db()
    assert (gone.contact_name, gone.contact_email) == ("", "")
    assert kept.contact_email == "frida@borger.example"
    assert not EnquiryLink.objects.filter(enquiry=gone).exists()


# --- pages ------------------------------------------------------------------------------------


def test_the_oldest_unanswered_stands_first_with_its_clock(open_world, client_for):
    knock(open_world, title="Den ældste")
    clock.advance_to(MONDAY + timedelta(days=1))
    knock(open_world, title="Den nyeste")

    text = client_for(open_world.coordinator).get("/henvendelser/").content.decode()

    assert text.index("Den ældste") < text.index("Den nyeste")
    assert "Sig senest onsdag 4. november" in text
    assert "forening ikke fundet endnu" in text


def test_an_outsiders_list_is_empty_and_the_page_is_not_found(open_world, client_for):
    enquiry = knock(open_world, actor=open_world.receiver_manager.actor())
    client = client_for(open_world.outsider_manager)

    assert enquiry.agreement.title not in client.get("/henvendelser/").content.decode()
    assert client.get(f"/henvendelser/{enquiry.pk}/").status_code == 404


def test_the_list_costs_the_same_with_1_and_with_20(
    open_world, client_for, django_assert_max_num_queries, django_assert_num_queries
):
    client = client_for(open_world.coordinator)
    knock(open_world)
    client.get("/henvendelser/")
    with django_assert_max_num_queries(25) as few:
        client.get("/henvendelser/")

    for _ in range(19):
        knock(open_world, actor=open_world.receiver_manager.actor())
    with django_assert_num_queries(len(few)):
        client.get("/henvendelser/")


def test_the_coordinator_reads_names_and_answers_on_the_pages(open_world, client_for):
    enquiry = knock(open_world)
    client = client_for(open_world.coordinator)
    page = f"/henvendelser/{enquiry.pk}/"
    assert "Jeg har læst den" in client.get(page).content.decode()

    client.post(f"{page}kvitter/")
    client.post(f"{page}forening/", {"association": open_world.receiver.slug})
    bad = client.post(f"{page}svar/", {"answer": "Vi vender tilbage"})
    good = client.post(f"{page}svar/", {"answer": "Ja, kom forbi", "outcome": "onward"})

    assert bad.status_code == 422
    assert "Vi vender tilbage" in bad.content.decode()
    assert good.status_code == 302
    text = client_for(open_world.receiver_manager).get(page).content.decode()
    assert "Ja, kom forbi" in text
    assert "Jeg har læst den" not in text
    assert client.get(f"{page}svar/").status_code == 302


def test_a_coordinator_of_two_roles_is_told_once(open_world):
    add_member(open_world.region, "coordinator", "manager", name="Dobbelt", email="d@x.example")
    knock(open_world)
    sent_mails()

    run_on(2026, 11, 24)

    addresses = [one.to[0] for one in sent_mails()]
    assert len(addresses) == len(set(addresses)) == 3
