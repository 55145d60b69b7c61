"""Answering from the mail: the link, the cookie, the six digits, and what each may see."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from portal.audit.models import AuditEntry
from portal.audit.scope import tenant, unguarded
from portal.common import clock
from portal.notifications.models import OutgoingMessage
from referrals import mails
from referrals.links import mint_reply_link, open_reply_link
from referrals.models import Message, Referral, ReplyLink, State
from tests.factories.referrals import act, again, make_offer, sent_identified, sent_self

pytestmark = pytest.mark.django_db
SEALED = ["Karen", "00 00 00 77", "+4500000077", "nervøs"]


def mailed(referral: Referral):
    """The mail as the worker would send it."""
    return mails.new({"referral": str(referral.pk)})


def link_in(text: str) -> str:
    return re.search(r"https?://[^/]+(/svar/\S+/)", text)[1]


@pytest.fixture
def referral(world):
    return sent_identified(world, make_offer(world.receiver))


@pytest.fixture
def browser(referral):
    """A phone that has opened the link from the mail."""
    client = Client()
    response = client.get(link_in(mailed(referral).text))
    assert response["Location"] == reverse("referrals:reply")
    return client


def test_mail_says_a_number_and_a_link_and_nothing_about_the_patient(world, referral):
    mail = mailed(referral)

    text = mail.subject + mail.text
    assert referral.reference in text
    assert mail.to == world.named_handler.email
    for word in [*SEALED, "Hjertecafé", "K.", referral.sender.name]:
        assert word not in text


def test_outbox_row_holds_no_token(referral):
    message = OutgoingMessage.objects.get(template="referrals.new")

    assert message.ids == {"referral": str(referral.pk)}


def test_opening_changes_nothing_and_the_clean_address_shows_no_person(referral, browser):
    page = browser.get(reverse("referrals:reply")).content.decode()

    assert again(referral).status == State.SENT
    assert referral.reference in page
    for word in SEALED:
        assert word not in page


def test_nothing_is_chosen_on_arrival(browser):
    form = browser.get(reverse("referrals:reply")).context["form"]

    assert form["verb"].value() is None


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"verb": "accept"}, State.ACCEPTED),
        ({"verb": "decline", "reason": "no_capacity"}, State.DECLINED),
        ({"verb": "waitlist"}, State.WAITLISTED),
    ],
)
def test_three_answers_from_the_link(referral, browser, fields, state):
    if fields["verb"] == "waitlist":
        fields = {**fields, "expected_on": clock.today() + timedelta(days=40)}

    browser.post(reverse("referrals:reply-answer"), fields)

    row = again(referral)
    assert row.status == state
    event = row.events.order_by("-id").first()
    assert (event.actor_kind, event.actor_user_id) == ("reply_link", None)


def test_whole_loop_by_link(referral, browser):
    for fields in (
        {"verb": "accept"},
        {"verb": "start"},
        {"verb": "complete", "result": "completed", "has_helped": "yes"},
    ):
        assert browser.post(reverse("referrals:reply-answer"), fields).status_code == 302

    assert again(referral).status == State.COMPLETED
    assert again(referral).outcome.has_helped == "yes"


def test_answer_can_be_undone_by_the_same_link(referral, browser):
    browser.post(reverse("referrals:reply-answer"), {"verb": "decline", "reason": "duplicate"})

    page = browser.get(reverse("referrals:reply"))
    assert "Kan fortrydes til" in page.content.decode()
    browser.post(reverse("referrals:reply-undo"))

    assert again(referral).status == State.SENT


def test_second_answer_shows_the_first(world, referral, browser):
    act("accept", world.receiver_handler.actor(), referral)
    act("complete", world.receiver_handler.actor(), referral, result="partly")

    answer = browser.post(
        reverse("referrals:reply-answer"), {"verb": "decline", "reason": "duplicate"}, follow=True
    )

    assert "allerede svaret" in answer.content.decode()
    assert again(referral).status == State.COMPLETED


def test_words_with_a_no_reach_the_sender_sealed(referral, browser):
    browser.post(
        reverse("referrals:reply-answer"),
        {"verb": "decline", "reason": "other", "text": "Vi holder pause til maj."},
    )

    with unguarded():
        assert Message.objects.get().body == "Vi holder pause til maj."


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"verb": "dance"},
        {"verb": "decline"},
        {"verb": "decline", "reason": "other"},
        {"verb": "decline", "reason": "other", "text": "cpr 010190-1234"},
        {"verb": "waitlist", "expected_on": "31-02-2027"},
        {"verb": "waitlist", "expected_on": "2001-01-01"},
    ],
)
def test_incomplete_answers_say_what_is_missing(referral, browser, fields):
    answer = browser.post(reverse("referrals:reply-answer"), fields)

    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert again(referral).status == State.SENT


# --- name, contact and words ----------------------------------------------------------------


def ask_and_read_code(browser) -> str:
    browser.post(reverse("referrals:reply-ask-code"))
    message = OutgoingMessage.objects.filter(template="referrals.phone-code").latest("pk")
    sms = mails.phone_code(message.ids)
    assert sms.to == "+4500000012"
    return re.search(r"\d{6}", sms.text)[0]


def test_six_digits_open_the_person_and_the_read_is_logged(referral, browser):
    code = ask_and_read_code(browser)

    browser.post(reverse("referrals:reply-give-code"), {"code": code})
    page = browser.get(reverse("referrals:reply")).content.decode()

    assert "Karen Prøve" in page
    entry = AuditEntry.objects.filter(action="referral.view_patient").latest("pk")
    assert entry.actor_kind == "reply_link"


def test_wrong_code_opens_nothing_and_five_wrong_ones_close_the_door(referral, browser):
    code = ask_and_read_code(browser)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        assert (
            browser.post(reverse("referrals:reply-give-code"), {"code": wrong}).status_code == 422
        )

    late = browser.post(reverse("referrals:reply-give-code"), {"code": code})

    assert late.status_code == 422
    assert "Karen" not in browser.get(reverse("referrals:reply")).content.decode()


def test_code_works_once_and_for_ten_minutes(referral, browser):
    code = ask_and_read_code(browser)
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert browser.post(reverse("referrals:reply-give-code"), {"code": code}).status_code == 422
    browser.post(reverse("referrals:reply-give-code"), {"code": code})

    assert browser.post(reverse("referrals:reply-give-code"), {"code": code}).status_code == 422


def test_code_given_on_one_phone_opens_nothing_on_another(referral, browser):
    code = ask_and_read_code(browser)
    browser.post(reverse("referrals:reply-give-code"), {"code": code})
    other = Client()
    other.get(link_in(mailed(referral).text))

    assert "Karen" not in other.get(reverse("referrals:reply")).content.decode()


def test_after_withdrawal_the_link_shows_no_person(world, referral, browser):
    code = ask_and_read_code(browser)
    browser.post(reverse("referrals:reply-give-code"), {"code": code})

    act("withdraw", world.gp.actor(), referral)

    assert "Karen" not in browser.get(reverse("referrals:reply")).content.decode()


# --- the life of a link ---------------------------------------------------------------------


def test_link_lives_until_the_deadline_plus_seven_days(referral):
    mailed(referral)
    link = ReplyLink.objects.get()

    with clock.at(link.expires_at - timedelta(seconds=1)):
        assert link.is_valid
    with clock.at(link.expires_at):
        assert not link.is_valid


def test_expired_link_offers_a_new_one_to_the_registered_address_only(world, referral):
    address = link_in(mailed(referral).text)
    link = ReplyLink.objects.get()
    client = Client()
    with clock.at(link.expires_at + timedelta(days=1)):
        page = client.get(address)
        assert page.status_code == 410
        client.post(reverse("referrals:reply-renew"), {"token": page.context["token"]})
        message = OutgoingMessage.objects.get(template="referrals.link-renewed")
        mail = mails.link_renewed(message.ids)

    assert mail.to == world.named_handler.email
    assert not open_reply_link(address.split("/")[2])


def test_a_new_link_may_be_asked_for_again_later_but_not_in_a_heap(referral):
    address = link_in(mailed(referral).text)
    client, link = Client(), ReplyLink.objects.get()
    expired = link.expires_at + timedelta(days=1)
    with clock.at(expired):
        token = client.get(address).context["token"]
    for minutes, mails_so_far in ((0, 1), (1, 1), (60, 2)):
        with clock.at(expired.replace(minute=1) + timedelta(minutes=minutes)):
            client.post(reverse("referrals:reply-renew"), {"token": token})
        sent = OutgoingMessage.objects.filter(template="referrals.link-renewed")
        assert sent.count() == mails_so_far


def test_an_answer_from_a_page_that_is_old_shows_the_first_one(referral, browser):
    other = Client()
    other.cookies = browser.cookies
    other.post(reverse("referrals:reply-answer"), {"verb": "accept"})

    answer = browser.post(reverse("referrals:reply-answer"), {"verb": "decline"}, follow=True)

    assert answer.redirect_chain
    assert "Der er allerede svaret. Her ser I svaret." in answer.content.decode()
    assert again(referral).status == "accepted"


@pytest.mark.parametrize("token", ["x", "AAAAAAAAAAAAAAAAAAAAAA", "%00", "æøå", "a" * 5000])
def test_guessed_links_open_nothing(db, token):
    client = Client()

    assert client.get(f"/svar/{token}/").status_code in {400, 410}
    assert client.get(reverse("referrals:reply")).status_code == 404


def test_cookie_of_one_link_reaches_no_other_referral_and_no_other_page(world, referral, browser):
    other = sent_identified(world, make_offer(world.outsider), actor=world.nurse.actor())

    page = browser.get(reverse("referrals:reply")).content.decode()
    assert other.reference not in page
    assert browser.get(reverse("referrals:detail", args=[referral.pk])).status_code == 302


def test_tampered_cookie_opens_nothing(referral, browser):
    browser.cookies["svar"] = "1:abc:def"

    assert browser.get(reverse("referrals:reply")).status_code == 404


def test_link_of_a_handler_who_has_left_is_closed(world, referral, browser):
    world.named_handler.ended_at = clock.now()
    world.named_handler.save()

    assert browser.get(reverse("referrals:reply")).status_code == 404


def test_links_go_to_named_handlers_only(world, referral):
    world.named_handler.delete()

    assert mailed(referral) is None


def test_token_is_stored_hashed(referral):
    with tenant(mails.ACTOR):
        token = mint_reply_link(
            referral,
            handler_id=referral.receiver.named_handlers.get().pk,
            deadline=clock.now(),
        )

    assert token.encode() not in bytes(ReplyLink.objects.get().token_hash)


# --- the patient's own page -----------------------------------------------------------------


@pytest.fixture
def own_page(world):
    referral, token = sent_self(world, make_offer(world.receiver))
    client = Client()
    assert client.get(reverse("referrals:patient-open", args=[token])).status_code == 302
    return referral, client


def test_patient_sees_state_people_who_looked_and_a_copy(world, client_for, own_page):
    referral, client = own_page
    act("accept", world.receiver_handler.actor(), referral)
    client_for(world.receiver_handler).get(reverse("referrals:detail", args=[referral.pk]))

    page = client.get(reverse("referrals:patient")).content.decode()

    assert "Karen Prøve" in page
    assert world.receiver.name in page
    assert "Helle Modtager" not in page  # names of staff are hidden by default
    copy = client.get(reverse("referrals:patient-copy")).json()
    assert copy["dig"]["navn"] == "Karen Prøve"
    assert copy["samtykke"]["tekst"]
    assert [look for look in copy["opslag"] if look["who"] == world.receiver.name]


def test_patient_stops_it_with_one_confirmation(own_page):
    referral, client = own_page

    assert (
        "Skal det stoppe nu"
        in client.get(reverse("referrals:patient") + "?bekraeft=1").content.decode()
    )
    client.post(reverse("referrals:patient-withdraw"))

    assert again(referral).status == State.WITHDRAWN
    second = client.post(reverse("referrals:patient-withdraw"), follow=True)
    assert second.status_code == 200


def test_patient_page_without_a_link_does_not_exist(db):
    assert Client().get(reverse("referrals:patient")).status_code == 404
    assert Client().get("/min-henvisning/forkert/").status_code == 410
