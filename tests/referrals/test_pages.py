"""One referral's page and its verbs, for each role: own, foreign, wrong role; and what it tells."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from offers.search import indexing
from portal.audit.models import AuditEntry
from portal.audit.scope import unguarded
from portal.common import clock
from referrals.models import Consent, Kind, Message, Referral, ReferralDraft, State
from tests.factories.organisations import NamedHandlerFactory, accept_terms_for, add_member
from tests.factories.referrals import (
    act,
    again,
    consent,
    make_offer,
    person,
    sent_code,
    sent_identified,
    sent_self,
)
from tests.referrals.test_moves import arguments

pytestmark = pytest.mark.django_db

CANARY = "Kanariefugl Gulbrisson"
WORDS = "Kanariens egne ord om natten"


@pytest.fixture
def offer(world):
    return make_offer(world.receiver, title="Hjertecafé i Aarhus")


@pytest.fixture
def referral(world, offer):
    return sent_identified(world, offer, patient=person(name=CANARY, message=WORDS))


def page(referral: Referral) -> str:
    return reverse("referrals:detail", args=[referral.pk])


def verb(name: str, referral: Referral) -> str:
    return reverse(f"referrals:{name}", args=[referral.pk])


def text_of(response) -> str:
    """What a reader sees: tags and runs of white space taken away."""
    plain = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", plain))


# --- who gets in ----------------------------------------------------------------------------

VERBS = [
    "accept",
    "decline",
    "waitlist",
    "keep-waiting",
    "start",
    "complete",
    "give-up",
    "undo",
    "withdraw",
    "mark-error",
    "assign",
    "reassign",
    "message",
    "withdraw-feedback",
]


def test_both_sides_open_the_page(world, client_for, referral):
    for person_ in (world.gp, world.receiver_handler):
        response = client_for(person_).get(page(referral))

        assert response.status_code == 200
        assert CANARY in text_of(response)
        assert WORDS in text_of(response)
        assert "no-store" in response["Cache-Control"]
        assert response.content.decode().count("<h1") == 1


@pytest.mark.parametrize(
    "outsider", ["outsider_handler", "parent_handler", "sibling_handler", "nurse"]
)
def test_somebody_elses_referral_is_not_found_on_any_address(world, client_for, referral, outsider):
    client = client_for(getattr(world, outsider))
    foreign = {name: client.post(verb(name, referral)).status_code for name in VERBS}
    missing = uuid4()
    none = {
        name: client.post(reverse(f"referrals:{name}", args=[missing])).status_code
        for name in VERBS
    }

    assert client.get(page(referral)).status_code == 404
    assert foreign == none
    assert set(foreign.values()) <= {403, 404}
    with unguarded():
        assert Referral.objects.get(pk=referral.pk).status == State.SENT


@pytest.mark.parametrize(
    "role",
    [
        "receiver_manager",
        "receiver_editor",
        "practice_manager",
        "coordinator",
        "municipal_coordinator",
        "lawyer",
        "dpo",
        "analyst",
        "operator",
        "newcomer",
    ],
)
def test_a_role_without_a_part_in_referrals_is_refused(world, client_for, referral, role):
    client = client_for(getattr(world, role))

    assert client.get(page(referral)).status_code == 403
    for name in VERBS:
        assert client.post(verb(name, referral)).status_code == 403, name


def test_the_sender_may_not_answer_and_the_receiver_may_not_withdraw(world, client_for, referral):
    assert client_for(world.gp).post(verb("accept", referral)).status_code == 403
    assert client_for(world.receiver_handler).post(verb("withdraw", referral)).status_code == 403
    assert client_for(world.receiver_handler).get(verb("mark-error", referral)).status_code == 403

    assert again(referral).status == State.SENT


def test_nobody_signed_in_is_sent_to_sign_in(client, referral):
    assert client.get(page(referral)).status_code == 302


def test_a_garbled_address_is_not_found(world, client_for):
    assert client_for(world.gp).get("/henvisninger/ikke-en-nøgle/").status_code == 404


def test_a_get_changes_nothing(world, client_for, referral):
    client = client_for(world.receiver_handler)

    for name in VERBS:
        assert client.get(verb(name, referral)).status_code in {200, 302, 403, 405}, name
    assert again(referral).status == State.SENT


def test_looking_is_logged_and_shown_without_names_of_others(world, client_for, referral):
    client_for(world.receiver_handler).get(page(referral))

    seen_by_sender = text_of(client_for(world.gp).get(page(referral)))
    seen_by_receiver = text_of(client_for(world.receiver_handler).get(page(referral)))

    assert "Modtager af henvisninger Hjertet Aarhus" in seen_by_sender
    assert "Helle Modtager" not in seen_by_sender
    assert "Helle Modtager" in seen_by_receiver
    assert AuditEntry.objects.filter(action="referral.view_patient").count() == 3


# --- the receiver ---------------------------------------------------------------------------


def test_the_receiver_answers_from_the_page(world, client_for, referral):
    client = client_for(world.receiver_handler)

    client.post(verb("accept", referral))
    assert again(referral).status == State.ACCEPTED
    client.post(verb("start", referral))
    assert again(referral).status == State.IN_PROGRESS
    response = client.post(
        verb("complete", referral), {"result": "completed", "has_helped": "partly"}, follow=True
    )

    assert again(referral).status == State.COMPLETED
    assert "Har hjulpet: delvist" in text_of(response)


def test_a_second_answer_shows_the_first(world, client_for, referral):
    client = client_for(world.receiver_handler)
    client.post(verb("decline", referral), {"reason": "no_capacity"})

    response = client.post(verb("accept", referral), follow=True)
    by_page = client.post(verb("waitlist", referral), {}, follow=True)

    assert again(referral).status == State.DECLINED
    for answer in (response, by_page):
        assert answer.redirect_chain == [(page(referral), 302)]
        assert "Der står: afvist" in text_of(answer)


@pytest.mark.parametrize(
    ("name", "data", "kept", "sentence"),
    [
        ("decline", {"reason": "other", "text": ""}, "", "Skriv kort, hvorfor I siger nej."),
        (
            "decline",
            {"reason": "no_capacity", "text": "Ring 010190-1234 herfra"},
            "herfra",
            "Det ligner et CPR-nummer",
        ),
        ("decline", {"text": "Prøv cafeen i Viby"}, "Prøv cafeen i Viby", "Vælg et svar"),
        (
            "waitlist",
            {"expected_on": "2020-01-01", "review_on": "2020-01-02"},
            "2020-01-02",
            "Vælg en dag",
        ),
        ("waitlist", {"expected_on": "engang", "review_on": ""}, "engang", "Skriv en dato"),
    ],
)
def test_a_wrong_form_comes_back_with_what_was_typed(
    world, client_for, referral, name, data, kept, sentence
):
    response = client_for(world.receiver_handler).post(verb(name, referral), data)

    assert response.status_code == 422
    assert sentence in text_of(response)
    assert kept in response.content.decode()
    assert 'class="errsum"' in response.content.decode()
    assert again(referral).status == State.SENT


def test_the_words_of_a_no_reach_the_sender_as_a_message(world, client_for, referral):
    client_for(world.receiver_handler).post(
        verb("decline", referral), {"reason": "no_capacity", "text": "Prøv cafeen i Viby"}
    )

    response = text_of(client_for(world.gp).get(page(referral)))

    assert "Prøv cafeen i Viby" in response
    assert "Vi har ikke plads" in response


def test_undo_is_shown_for_half_an_hour_to_the_one_who_answered(world, client_for, referral):
    add_member(world.receiver, "handler", name="Anden Modtager", email="anden@samspil.example")
    client = client_for(world.receiver_handler)
    client.post(verb("decline", referral), {"reason": "no_capacity"})
    until = clock.local(again(referral).undo_until)

    assert f"Kan fortrydes til {until:%H.%M}" in text_of(client.get(page(referral)))
    assert "Kan fortrydes" not in text_of(client_for(world.gp).get(page(referral)))
    with clock.at(clock.now() + timedelta(minutes=31)):
        # Signed in anew: half an hour without a click ends a session too.
        late = client_for(world.receiver_handler).post(verb("undo", referral), follow=True)
        assert "De 30 minutter er gået" in text_of(late)
        assert "Kan fortrydes" not in text_of(late)
    assert again(referral).status == State.DECLINED

    client_for(world.receiver_handler).post(verb("undo", referral))
    assert again(referral).status == State.SENT


def test_the_waiting_list_is_kept_and_asked_about_again(world, client_for, referral):
    client = client_for(world.receiver_handler)
    today = clock.today()
    client.post(
        verb("waitlist", referral),
        {"expected_on": today + timedelta(days=60), "review_on": today + timedelta(days=9)},
    )

    wrong = client.post(verb("keep-waiting", referral), {"review_on": today + timedelta(days=99)})
    right = client.post(verb("keep-waiting", referral), {"review_on": today + timedelta(days=20)})

    assert wrong.status_code == 422
    assert "inden for de næste 30 dage" in text_of(wrong)
    assert f"{today + timedelta(days=99)}" in wrong.content.decode()
    assert right.status_code == 302
    assert again(referral).waitlist_review_on == today + timedelta(days=20)


def test_a_referral_is_given_to_a_named_handler_of_the_own_organisation_only(
    world, client_for, referral
):
    stranger = NamedHandlerFactory(organisation=world.outsider, email="fremmed@samspil.example")
    client = client_for(world.receiver_handler)

    foreign = client.post(verb("assign", referral), {"handler": stranger.pk})
    own = client.post(verb("assign", referral), {"handler": world.named_handler.pk})

    assert foreign.status_code == 422
    assert own.status_code == 302
    assert again(referral).handler_id == world.named_handler.pk
    client.post(verb("assign", referral), {"handler": ""})
    assert again(referral).handler_id is None


def test_the_receiver_no_longer_sees_the_person_after_a_withdrawal(world, client_for, referral):
    client_for(world.gp).post(verb("withdraw", referral))

    response = client_for(world.receiver_handler).get(page(referral))

    assert response.status_code == 200
    assert CANARY not in response.content.decode()
    assert WORDS not in response.content.decode()


def test_the_receiver_no_longer_sees_the_person_when_the_consent_has_lapsed(
    world, client_for, referral
):
    with unguarded():
        Consent.objects.filter(pk=referral.consent_id).update(
            taken_at=clock.now() - timedelta(days=360), expires_at=clock.now() - timedelta(days=1)
        )

    response = client_for(world.receiver_handler).get(page(referral))

    assert response.status_code == 200
    assert CANARY not in response.content.decode()


# --- the sender -----------------------------------------------------------------------------


def test_withdrawing_asks_once_and_then_stops_at_once(world, client_for, referral):
    client = client_for(world.gp)

    asked = client.get(verb("withdraw", referral))
    assert asked.status_code == 200
    assert again(referral).status == State.SENT
    client.post(verb("withdraw", referral))

    assert again(referral).status == State.WITHDRAWN


def test_a_referral_marked_as_an_error_says_why(world, client_for, referral):
    client = client_for(world.gp)

    empty = client.post(verb("mark-error", referral), {})
    response = client.post(verb("mark-error", referral), {"reason": "wrong_person"}, follow=True)

    assert empty.status_code == 422
    assert again(referral).status == State.ENTERED_IN_ERROR
    assert "Forkert borger" in text_of(response)


def test_a_colleague_takes_over_and_nobody_else_can(world, client_for, referral):
    colleague = add_member(
        world.practice, "clinician", name="Lise Kollega", email="lise@samspil.example"
    )
    client = client_for(world.gp)

    foreign = client.post(verb("reassign", referral), {"user": world.nurse.user.pk})
    client.post(verb("reassign", referral), {"user": colleague.pk})

    assert foreign.status_code == 422
    assert again(referral).sent_by_id == colleague.pk


def test_a_no_leads_to_other_offers_with_a_way_to_refer_anew(world, client_for, offer, referral):
    other = make_offer(world.outsider, title="Kaffe i Viby")
    client_for(world.receiver_handler).post(verb("decline", referral), {"reason": "no_capacity"})

    content = client_for(world.gp).get(page(referral)).content.decode()

    assert f"tilbud={other.slug}" in content
    assert f"erstatter={referral.pk}" in content
    assert f"tilbud={offer.slug}&amp;" not in content


def test_the_record_text_is_there_for_every_kind(world, client_for, offer, referral):
    code = sent_code(world, offer).referral
    client = client_for(world.gp)

    for row in (referral, code):
        content = client.get(page(row)).content.decode()
        assert 'id="journaltekst"' in content
        assert row.reference in content


def test_the_page_of_a_code_shows_the_reference_and_never_the_code(world, client_for, offer):
    sent = sent_code(world, offer)

    content = client_for(world.gp).get(page(sent.referral)).content.decode()

    assert sent.referral.reference in content
    assert sent.code not in content
    assert reverse("referrals:reissue", args=[sent.referral.pk]) in content
    assert client_for(world.receiver_handler).get(page(sent.referral)).status_code == 404


def test_a_refused_referral_says_why_to_the_sender(world, client_for, offer):
    referral = sent_identified(world, offer, actor=world.new_gp.actor())
    act("refuse", world.coordinator.actor(), referral, reason="sender_unknown")

    response = client_for(world.new_gp).get(page(referral))

    assert "Vi kan ikke bekræfte, hvem afsenderen er" in text_of(response)


# --- consent (2) ----------------------------------------------------------------------------


@pytest.fixture
def silent(world, offer):
    """The citizen has said yes to sending and no to feedback."""
    return sent_identified(world, offer, consent=consent(feedback=False))


def test_without_consent_to_feedback_the_sender_reads_only_that_it_ended(world, client_for, silent):
    handler = world.receiver_handler.actor()
    act("accept", handler, silent)
    act("start", handler, silent)
    under_way = text_of(client_for(world.gp).get(page(silent)))
    act("give_up", handler, silent, reason="did_not_come")
    ended = text_of(client_for(world.gp).get(page(silent)))
    received = text_of(client_for(world.receiver_handler).get(page(silent)))

    assert "i gang" not in under_way.lower()
    assert "Modtaget" in under_way
    assert "Afsluttet, ingen tilbagemelding" in ended
    secrets = ("Borgeren kom ikke", "Ikke gennemført", "Det blev ikke til noget", "kommet i gang")
    for word in secrets:
        assert word not in ended, word
    assert "Borgeren kom ikke" in received


@pytest.mark.parametrize("verb_done", ["withdraw", "mark_error"])
def test_what_the_sender_ended_is_not_told_as_the_associations_answer(
    world, client_for, silent, verb_done
):
    act(verb_done, world.gp.actor(), silent, **arguments(verb_done))

    told = text_of(client_for(world.gp).get(page(silent)))

    assert "Foreningen har svaret" not in told
    assert "Du skal ikke gøre mere." in told


def test_without_consent_to_feedback_the_receiver_writes_no_more_after_the_answer(
    world, client_for, silent
):
    client = client_for(world.receiver_handler)
    act("accept", world.receiver_handler.actor(), silent)

    response = client.post(verb("message", silent), {"text": "Det går godt"}, follow=True)

    assert "kan ikke skrives" in text_of(response)
    with unguarded():
        assert not Message.objects.exists()
    form = client.get(verb("give-up", silent)).content.decode()
    assert 'name="text"' not in form


def test_feedback_may_be_taken_back(world, client_for, referral):
    handler = world.receiver_handler.actor()
    act("accept", handler, referral)
    act("complete", handler, referral, result="partly")
    before = text_of(client_for(world.gp).get(page(referral)))

    refused = client_for(world.receiver_handler).post(verb("withdraw-feedback", referral))
    client_for(world.gp).post(verb("withdraw-feedback", referral))
    after = text_of(client_for(world.gp).get(page(referral)))

    assert refused.status_code == 403
    assert "Delvist gennemført" in before
    assert "Delvist gennemført" not in after
    assert "Afsluttet, ingen tilbagemelding" in after


# --- messages -------------------------------------------------------------------------------


def test_both_sides_write_to_each_other(world, client_for, referral):
    client_for(world.receiver_handler).post(verb("message", referral), {"text": "Må vi ringe nu?"})
    client_for(world.gp).post(verb("message", referral), {"text": "Ja, om formiddagen."})

    for person_ in (world.gp, world.receiver_handler):
        thread = text_of(client_for(person_).get(page(referral)))
        assert thread.index("Må vi ringe nu?") < thread.index("Ja, om formiddagen.")


def test_a_message_with_a_cpr_number_comes_back_and_is_not_kept(world, client_for, referral):
    response = client_for(world.gp).post(
        verb("message", referral), {"text": "Hun hedder 010190-1234 hos os"}
    )

    assert response.status_code == 422
    assert "Det ligner et CPR-nummer" in text_of(response)
    assert "hos os" in response.content.decode()
    with unguarded():
        assert not Message.objects.exists()


def test_a_code_and_a_self_referral_have_no_thread(world, client_for, offer):
    code = sent_code(world, offer).referral
    own, _token = sent_self(world, offer)

    for row, who in ((code, world.gp), (own, world.receiver_handler)):
        client = client_for(who)
        assert 'id="beskeder"' not in client.get(page(row)).content.decode()
        client.post(verb("message", row), {"text": "Hej"})
    with unguarded():
        assert not Message.objects.exists()


# --- cost -----------------------------------------------------------------------------------


def test_the_page_costs_the_same_with_a_long_history(world, client_for, referral):
    client = client_for(world.gp)
    client_for(world.receiver_handler).get(page(referral))
    act("write_message", world.receiver_handler.actor(), referral, text="Hej")
    client.get(page(referral))
    with CaptureQueriesContext(connection) as short:
        client.get(page(referral))
    for number in range(20):
        colleague = add_member(
            world.receiver, "handler", name=f"Nr {number}", email=f"nr{number}@samspil.example"
        )
        act("write_message", world.receiver_handler.actor(), referral, text=f"Linje {number}")
        assert colleague.pk
    with CaptureQueriesContext(connection) as long:
        client.get(page(referral))

    assert len(short) == len(long)
    assert len(long) <= 30, [query["sql"][:90] for query in long]


@pytest.mark.parametrize("hostile", ["\x00", "A" * 5000, "\u202etekst", "<script>x</script>", "😀"])
def test_no_words_make_the_page_fail(world, client_for, referral, hostile):
    client = client_for(world.receiver_handler)
    data = {"text": hostile}

    for name in ("message", "decline", "waitlist", "complete", "give-up", "keep-waiting", "assign"):
        fields = {**data, "reason": hostile[:9], "review_on": hostile[:9], "handler": hostile[:9]}
        response = client.post(verb(name, referral), fields)
        assert response.status_code < 500, name
        assert b"<script>x" not in response.content


def test_no_mail_leaves_from_a_page(world, client_for, referral):
    client_for(world.receiver_handler).post(verb("accept", referral))

    assert not mail.outbox


# --- navigators -----------------------------------------------------------------------------


@pytest.fixture
def bridged(world):
    """A referral to the municipality's navigator, accepted."""
    offer = make_offer(world.municipality, title="Brobygger", takes_navigator_referrals=True)
    accept_terms_for(world.municipality, world.navigator.user)
    NamedHandlerFactory(organisation=world.municipality, email="bente@samspil.example")
    referral = sent_identified(world, offer, kind=Kind.NAVIGATOR)
    act("accept", world.navigator.actor(), referral)
    return referral


def test_a_navigator_is_led_to_offers_and_sends_a_child(world, client_for, offer, bridged):
    client = client_for(world.navigator)

    content = client.get(page(bridged)).content.decode()
    address = f"{reverse('referrals:create')}?tilbud={offer.slug}&forloeb={bridged.pk}"
    form = client.get(address)
    sent = client.post(
        address,
        {
            "kind": "code",
            "code": form.context["form"]["code"].value(),
            "handout": "told",
            "municipality": "0751",
            "needs": ["netvaerk"],
        },
    )
    with unguarded():
        child = Referral.objects.get(parent=bridged)

    assert f"forloeb={bridged.pk}" in content
    assert "Henvis hertil" in content
    assert form.status_code == 200
    assert sent["Location"] == page(child)
    assert child.reference in client.get(page(bridged)).content.decode()
    assert client.get(page(child)).status_code == 200
    assert client_for(world.gp).get(page(child)).status_code == 404


def test_a_navigator_searches_drafts_and_sends_from_a_running_referral(
    world, client_for, offer, bridged
):
    indexing.rebuild_index()
    client = client_for(world.navigator)

    search = followed(client, client.get(page(bridged)), "Find et tilbud til borgeren")
    filtered = client.get(
        "/tilbud/", {"q": "hjertecafé", "sted": "8000", **hidden_fields(search, "soeg")}
    )
    shown = followed(client, filtered, offer.title)
    sending = followed(client, shown, "Henvis")
    from_card = followed(client, filtered, "Henvis")
    address = re.search(r'data-autosave="([^"]+)"', sending.content.decode())[1]
    saved = client.post(unescape(address), {"kind": "identified", "name": "Karen Prøve"})
    again = client.get(sending.request["PATH_INFO"] + "?" + sending.request["QUERY_STRING"])

    assert "Tilbage til henvisningen" in search.content.decode()
    assert from_card.request["QUERY_STRING"] == sending.request["QUERY_STRING"]
    assert f"forloeb={bridged.pk}" in sending.request["QUERY_STRING"]
    assert saved.status_code == 200
    assert "gemt kl." in saved.content.decode()
    assert again.context["form"]["name"].value() == "Karen Prøve"


def test_what_a_navigator_typed_of_one_citizen_is_not_shown_for_another(
    world, client_for, offer, bridged
):
    other = sent_identified(
        world, bridged.offer, kind=Kind.NAVIGATOR, patient=person(name="Otto", phone="00000088")
    )
    act("accept", world.navigator.actor(), other)
    client = client_for(world.navigator)
    draft = f"{reverse('referrals:save-draft')}?tilbud={offer.slug}"
    new = f"{reverse('referrals:create')}?tilbud={offer.slug}"

    client.post(f"{draft}&forloeb={bridged.pk}", {"name": "Karen Prøve"})

    assert "Karen Prøve" in client.get(f"{new}&forloeb={bridged.pk}").content.decode()
    assert "Karen Prøve" not in client.get(f"{new}&forloeb={other.pk}").content.decode()
    client.post(f"{reverse('referrals:discard-draft')}?tilbud={offer.slug}&forloeb={bridged.pk}")
    assert "Karen Prøve" not in client.get(f"{new}&forloeb={bridged.pk}").content.decode()


def test_a_draft_is_for_those_who_may_send(world, client_for, offer, referral):
    draft = f"{reverse('referrals:save-draft')}?tilbud={offer.slug}"

    for client in (client_for(world.receiver_handler), client_for(world.outsider_handler)):
        assert client.post(draft).status_code == 403
        assert client.post(f"{draft}&forloeb={uuid4()}").status_code == 404
    assert (
        client_for(world.receiver_handler).post(f"{draft}&forloeb={referral.pk}").status_code == 403
    )
    with unguarded():
        assert not ReferralDraft.objects.exists()


def test_a_stranger_who_is_given_the_address_of_the_search_sees_only_the_search(
    world, client_for, client, offer, bridged
):
    indexing.rebuild_index()

    for reader in (client, client_for(world.receiver_editor)):
        content = reader.get("/tilbud/", {"forloeb": str(bridged.pk)}).content.decode()
        assert "Tilbage til henvisningen" not in content
        assert reverse("referrals:create") not in content
    assert client.get("/tilbud/", {"forloeb": "x' OR 1=1"}).status_code == 200


def followed(client, response, label):
    """The page behind the first link with these words."""
    links = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', response.content.decode(), re.S)
    found = [href for href, words in links if label in re.sub(r"<[^>]+>", "", words)]
    assert found, label
    page = client.get(unescape(found[0]))
    assert page.status_code == 200
    return page


def hidden_fields(response, form):
    fields = re.findall(
        rf'<input type="hidden" form="{form}" name="([^"]+)" value="([^"]*)">',
        response.content.decode(),
    )
    return dict(fields)


def test_a_handler_without_navigator_work_may_not_send(world, client_for, offer, referral):
    client = client_for(world.receiver_handler)
    address = f"{reverse('referrals:create')}?tilbud={offer.slug}"

    assert client.get(address).status_code == 403
    assert client.get(f"{address}&forloeb={referral.pk}").status_code == 403
    assert client.get(f"{address}&forloeb={uuid4()}").status_code == 404


def test_the_sender_reads_until_when_a_no_may_be_undone(world, client_for, referral):
    act("decline", world.receiver_handler.actor(), referral, reason="no_capacity")
    until = clock.local(again(referral).undo_until)

    assert f"kan fortryde sit svar til {until:%H.%M}" in text_of(
        client_for(world.gp).get(page(referral))
    )
