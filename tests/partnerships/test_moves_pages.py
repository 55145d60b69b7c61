"""The pages of an agreement's moves: each says what is missing, does it once, and keeps what was
typed when it says no."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from partnerships import services
from partnerships.dates import add_months
from partnerships.facts import read
from partnerships.models import Agreement, Amendment, Review
from portal.common import clock
from portal.common.errors import InvalidInput
from portal.common.templatetags.look import long_date
from tests.factories.partnerships import (
    Pen,
    agreement_in,
    approve_everything,
    fresh,
    pass_reviews,
    sign,
)
from tests.factories.reports import told_to_the_end
from tests.world import World

pytestmark = pytest.mark.django_db

TOMORROW = (clock.today() + timedelta(days=1)).isoformat()
PDF = b"%PDF-1.7\nOpsigelse\n%%EOF\n"


def url(name: str, agreement: Agreement, *more: object) -> str:
    return reverse(f"partnerships:{name}", args=[agreement.pk, *more])


def pdf(content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile("brev.pdf", content, content_type="application/pdf")


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def public(world, client_for):
    return client_for(world.coordinator)


@pytest.fixture
def association(world, client_for):
    return client_for(world.receiver_manager)


def running(world: World, **fields) -> Agreement:
    """An agreement that is in force today; its history lies in the past, as it would."""
    today = clock.now()
    with clock.at(today - timedelta(days=40)):
        agreement = agreement_in("signed", world, **fields)
    services.run_dates()
    return fresh(agreement)


# --- review -------------------------------------------------------------------------------------
def test_what_is_missing_stands_there_as_links_to_the_sections(world, public):
    agreement = agreement_in("draft", world)

    page = text_of(public.get(url("review-submit", agreement)))

    assert f'href="/aftaler/{agreement.pk}/#purpose"' in page
    assert "Skriv, hvad formålet er." in page
    assert "Send til høring" not in page


def test_nothing_goes_to_review_while_something_is_missing(world, public):
    agreement = agreement_in("draft", world)

    response = public.post(
        url("review-submit", agreement), {"professional": world.coordinator.user.pk}
    )

    assert response.status_code == 422
    assert fresh(agreement).status == "draft"


def test_the_named_reviewers_are_asked(world, public):
    agreement = agreement_in("draft", world, frame={"home_visits": True})
    page = text_of(public.get(url("review-submit", agreement)))
    assert "En jurist skal se på aftalen, fordi nogen kommer i borgeres hjem." in page

    response = public.post(
        url("review-submit", agreement),
        {"professional": world.coordinator.user.pk, "legal": world.lawyer.user.pk},
    )

    assert response.status_code == 302
    assert fresh(agreement).status == "internal_review"
    names = dict(agreement.reviews.values_list("kind", "reviewer_name"))
    assert names == {"professional": "Karen Koordinator", "legal": "Lone Jurist"}


def test_a_kind_that_must_be_asked_cannot_be_left_out(world, public):
    agreement = agreement_in("draft", world, frame={"home_visits": True})

    response = public.post(
        url("review-submit", agreement), {"professional": world.coordinator.user.pk}
    )

    assert response.status_code == 422
    assert fresh(agreement).status == "draft"


def test_the_reviewer_sees_the_answers_and_what_changed_since_last_time(world, public, client_for):
    agreement = agreement_in("internal_review", world, frame={"home_visits": True})
    legal = agreement.reviews.get(kind="legal")
    lawyer = client_for(world.lawyer)
    assert "Det er første gang" in text_of(lawyer.get(url("review", agreement, legal.pk)))
    lawyer.post(
        url("review", agreement, legal.pk),
        {"decision": "send_back", "comment": "Skriv om attester."},
    )
    assert fresh(agreement).status == "draft"
    later = clock.now() + timedelta(hours=1)
    with clock.at(later):
        Pen(agreement, world.coordinator.actor()).write(
            "governance", steering_group="Lederen viser attester frem."
        )
        services.submit_for_review(agreement_id=agreement.pk, actor=world.coordinator.actor())
    again = agreement.reviews.get(kind="legal", round=2)

    page = text_of(lawyer.get(url("review", agreement, again.pk)))

    assert "Lederen viser attester frem." in page
    assert "Skriv om attester." in page  # said in the round before
    assert "Lader de frivillige ansatte beholde deres opgaver?" in page


@pytest.mark.parametrize("decision", ["approve", "send_back"])
def test_a_decision_without_a_comment_is_refused_and_what_was_chosen_is_kept(
    world, client_for, decision
):
    agreement = agreement_in("internal_review", world)
    row = agreement.reviews.get()

    response = client_for(world.coordinator).post(
        url("review", agreement, row.pk), {"decision": decision, "comment": " "}
    )

    assert response.status_code == 422
    assert f'value="{decision}"' in text_of(response)
    assert re.search(rf'value="{decision}"[^>]*checked', text_of(response))
    assert fresh(agreement).reviews.get().decision == "pending"


def test_a_second_answer_to_a_review_changes_nothing(world, client_for):
    agreement = agreement_in("internal_review", world)
    row = agreement.reviews.get()
    client = client_for(world.coordinator)
    read = client.get(url("review", agreement, row.pk)).context["read"]
    answer = {"decision": "approve", "comment": "Fin.", "read": read}
    client.post(url("review", agreement, row.pk), answer)

    client.post(url("review", agreement, row.pk), {"decision": "send_back", "comment": "Nej."})

    assert agreement.reviews.get().decision == "approved"
    assert fresh(agreement).status == "internal_review"
    assert "Svaret er givet" in text_of(client.get(url("review", agreement, row.pk)))


def test_only_who_was_asked_sees_the_review(world, client_for):
    agreement = agreement_in("internal_review", world, frame={"home_visits": True})
    legal = agreement.reviews.get(kind="legal")
    address = url("review", agreement, legal.pk)

    assert client_for(world.lawyer).get(address).status_code == 200
    assert client_for(world.dpo).get(address).status_code == 403
    assert client_for(world.receiver_manager).get(address).status_code == 403
    assert client_for(world.other_coordinator).get(address).status_code == 404


def test_negotiation_opens_when_all_have_answered(world, public):
    agreement = agreement_in("internal_review", world)
    assert "Venter på gennemgang: Faglig" in text_of(public.get(url("negotiate", agreement)))
    assert public.post(url("negotiate", agreement)).status_code == 422
    pass_reviews(agreement, world)

    assert public.post(url("negotiate", agreement)).status_code == 302
    assert fresh(agreement).status == "negotiation"


def test_sending_back_needs_a_comment(world, public):
    agreement = agreement_in("internal_review", world)

    assert public.post(url("send-back", agreement), {"comment": ""}).status_code == 422
    assert fresh(agreement).status == "internal_review"
    public.post(url("send-back", agreement), {"comment": "Målet er uklart."})
    assert fresh(agreement).status == "draft"


def test_one_more_look_is_asked_for_by_name(world, public):
    agreement = agreement_in("negotiation", world)
    assert public.post(url("ask-review", agreement), {}).status_code == 422

    response = public.post(url("ask-review", agreement), {"who": f"legal:{world.lawyer.user.pk}"})

    assert response.status_code == 302
    row = agreement.reviews.get(kind="legal")
    assert (row.reviewer_name, row.decision) == ("Lone Jurist", Review.Decision.PENDING)


# --- signing ------------------------------------------------------------------------------------
def test_the_text_is_locked_when_all_have_said_yes(world, association):
    agreement = agreement_in("negotiation", world)
    page = text_of(association.get(url("send-to-signature", agreement)))
    assert "mangler et ja fra Hjertet Aarhus" in page
    assert association.post(url("send-to-signature", agreement)).status_code == 422
    approve_everything(agreement, world.coordinator.actor(), world.receiver_manager.actor())

    assert association.post(url("send-to-signature", agreement)).status_code == 302
    assert fresh(agreement).status == "awaiting_signature"


def test_signing_shows_the_text_and_its_fingerprint_and_who_has_signed(world, association):
    agreement = agreement_in("awaiting_signature", world)
    sign(agreement, world.coordinator.actor())

    page = text_of(association.get(url("sign", agreement)))

    assert agreement.frozen.sha256 in page
    assert f"/dokumenter/{agreement.frozen_id}/" in page
    assert "Underskrevet af Karen Koordinator" in page
    assert "Jeg har læst teksten og må skrive under for Hjertet Aarhus" in page


def test_nobody_signs_without_the_tick(world, association):
    agreement = agreement_in("awaiting_signature", world)
    data = {"sha256": agreement.frozen.sha256, "title": "Formand"}

    response = association.post(url("sign", agreement), data)

    assert response.status_code == 422
    assert 'value="Formand"' in text_of(response)
    assert not agreement.signatures.exists()


def test_both_sign_and_the_second_click_signs_nothing_more(world, association, public):
    agreement = agreement_in("awaiting_signature", world)
    data = {"sha256": agreement.frozen.sha256, "title": "Formand", "confirm": "on"}

    for client in (association, association, public):
        assert client.post(url("sign", agreement), data).status_code == 302

    assert fresh(agreement).status == "signed"
    assert agreement.signatures.count() == 2


def test_a_text_that_was_not_read_is_not_signed(world, association):
    agreement = agreement_in("awaiting_signature", world)
    data = {"sha256": "0" * 64, "title": "Formand", "confirm": "on"}

    response = association.post(url("sign", agreement), data, follow=True)

    assert "Teksten er en anden end den, du læste." in text_of(response)
    assert not agreement.signatures.exists()


def test_a_signed_paper_is_another_way(world, association):
    agreement = agreement_in("awaiting_signature", world)
    sha256 = association.get(url("sign-upload", agreement)).context["form"]["sha256"].value()
    data = {
        "sha256": sha256,
        "signed_on": clock.today().isoformat(),
        "name": "Marie Leder",
        "file": pdf(),
    }

    assert association.post(url("sign-upload", agreement), data).status_code == 302

    row = agreement.signatures.get()
    assert (row.method, row.signer_name) == ("upload", "Marie Leder")
    assert bytes(row.proof.content) == PDF


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"file": pdf(b"GIF89a nej")}, "Filen er ikke en PDF."),
        ({"file": pdf(b"%PDF-1.7" + b" " * (10 * 1024 * 1024) + b"%%EOF")}, "over 10 MB"),
        ({"file": pdf(b"")}, "Filen er tom"),
        ({"file": ""}, "Udfyld »Det underskrevne dokument«."),
        ({"signed_on": TOMORROW}, "Underskriften kan ikke ligge i fremtiden."),
        ({"name": " "}, "Udfyld »Hvem har skrevet under?«."),
    ],
)
def test_what_is_no_signed_paper_is_refused_beside_its_field(world, association, change, sentence):
    agreement = agreement_in("awaiting_signature", world)
    data = {
        "sha256": agreement.frozen.sha256,
        "signed_on": clock.today().isoformat(),
        "name": "Marie Leder",
        "title": "Formand for det hele",
        "file": pdf(),
        **change,
    }

    response = association.post(url("sign-upload", agreement), data)

    assert response.status_code == 422
    assert sentence in text_of(response)
    assert "Formand for det hele" in text_of(response)
    assert not agreement.signatures.exists()


def test_a_party_that_will_not_sign_says_why(world, association):
    agreement = agreement_in("awaiting_signature", world)
    sign(agreement, world.coordinator.actor())
    assert association.post(url("refuse", agreement), {"comment": ""}).status_code == 422

    association.post(url("refuse", agreement), {"comment": "Varslet er for kort."})

    assert fresh(agreement).status == "negotiation"
    assert agreement.events.last().comment == "Varslet er for kort."


def test_any_party_cancels_with_a_reason(world, association):
    agreement = agreement_in("internal_review", world)
    assert association.post(url("cancel", agreement), {"comment": ""}).status_code == 422

    association.post(url("cancel", agreement), {"comment": "Vi har ikke kræfter til det nu."})

    assert fresh(agreement).status == "cancelled"


def test_a_cpr_number_in_a_reason_is_refused_and_the_text_kept(world, association):
    agreement = agreement_in("draft", world)

    response = association.post(
        url("cancel", agreement), {"comment": "Det handler om 010190-1234."}
    )

    assert response.status_code == 422
    assert "CPR" in text_of(response)
    assert "Det handler om" in text_of(response)
    assert fresh(agreement).status == "draft"


# --- documents ----------------------------------------------------------------------------------
def test_a_document_is_handed_over_as_a_file_that_runs_nowhere(world, association, client_for):
    agreement = agreement_in("awaiting_signature", world)
    address = url("document", agreement, agreement.frozen_id)

    response = association.get(address)

    assert response.content == bytes(agreement.frozen.content)
    disposition = response["Content-Disposition"]
    assert disposition == f'attachment; filename="{agreement.number}-aftalens-tekst-v1.pdf"'
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert client_for(world.outsider_manager).get(address).status_code == 404


def test_a_document_of_another_agreement_is_not_found(world, association):
    one, other = agreement_in("awaiting_signature", world), agreement_in("draft", world)

    assert association.get(url("document", other, one.frozen_id)).status_code == 404


# --- amendments ---------------------------------------------------------------------------------
def begin(agreement: Agreement, client, **changed: str) -> Amendment:
    data = {
        "kind": "content",
        "title": "Flere møder",
        "reason": "Vi vil mødes oftere.",
        "effective_on": clock.today().isoformat(),
        **changed,
    }
    assert client.post(url("amendment-create", agreement), data).status_code == 302
    return agreement.amendments.get()


def write(agreement: Agreement, row: Amendment, world: World) -> None:
    services.save_amended_section(
        agreement_id=agreement.pk,
        amendment_id=row.pk,
        key="governance",
        facts={**read(agreement, "governance"), "meeting_rhythm": "Hver måned"},
        version=0,
        actor=world.coordinator.actor(),
    )


def test_an_amendment_goes_from_words_to_force(world, public, association):
    agreement = running(world)
    row = begin(agreement, public)
    page = text_of(public.get(url("amendment", agreement, row.pk)))
    assert "Tillægget ændrer ikke noget endnu" in page
    public.post(url("amendment-send", agreement, row.pk))
    assert fresh(agreement).amendments.get().state == "draft"  # nothing to sign yet
    write(agreement, row, world)
    page = text_of(association.get(url("amendment", agreement, row.pk)))
    assert "Hver måned" in page

    public.post(url("amendment-send", agreement, row.pk))
    row.refresh_from_db()
    data = {"sha256": row.document.sha256, "title": "Leder", "confirm": "on"}
    for client in (public, association):
        assert client.post(url("amendment-sign", agreement, row.pk), data).status_code == 302

    row.refresh_from_db()
    assert row.state == "in_force"
    assert fresh(agreement).meeting_rhythm == "Hver måned"
    assert "Gælder" in text_of(association.get(url("amendment", agreement, row.pk)))


def test_a_party_sends_an_amendment_back_with_a_comment(world, public, association):
    agreement = running(world)
    row = begin(agreement, public)
    write(agreement, row, world)
    public.post(url("amendment-send", agreement, row.pk))
    address = url("amendment-refuse", agreement, row.pk)
    assert association.post(address, {"comment": ""}).status_code == 422

    association.post(address, {"comment": "Hver anden måned er nok."})

    row.refresh_from_db()
    assert row.state == "draft"
    page = text_of(public.get(url("amendment", agreement, row.pk)))
    assert "Hver anden måned er nok." in page


def test_an_amendment_is_taken_back_with_a_reason(world, public, association):
    agreement = running(world)
    row = begin(agreement, public)
    address = url("amendment-withdraw", agreement, row.pk)
    assert association.post(address, {"comment": ""}).status_code == 422

    association.post(address, {"comment": "Vi venter til nytår."})

    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_an_amendment_of_yesterday_is_refused_with_the_words_kept(world, public):
    agreement = running(world)
    data = {
        "kind": "content",
        "title": "Flere møder",
        "reason": "Vi vil mødes oftere.",
        "effective_on": (clock.today() - timedelta(days=1)).isoformat(),
    }

    response = public.post(url("amendment-create", agreement), data)

    assert response.status_code == 422
    assert "Vælg i dag eller en senere dag." in text_of(response)
    assert "Vi vil mødes oftere." in text_of(response)


# --- while it runs ------------------------------------------------------------------------------
def test_a_pause_and_its_end(world, public):
    agreement = running(world)
    assert public.post(url("suspend", agreement), {"comment": ""}).status_code == 422

    public.post(url("suspend", agreement), {"comment": "Lokalet bygges om.", "file": pdf()})
    assert fresh(agreement).status == "suspended"
    assert bytes(agreement.documents.get(kind="suspension").content) == PDF
    public.post(url("resume", agreement), {"comment": ""})

    assert fresh(agreement).status == "active"


def test_a_file_that_is_no_pdf_stops_the_pause(world, public):
    agreement = running(world)

    response = public.post(
        url("suspend", agreement), {"comment": "Lokalet bygges om.", "file": pdf(b"MZ virus")}
    )

    assert response.status_code == 422
    assert "Lokalet bygges om." in text_of(response)
    assert fresh(agreement).status == "active"


def test_notice_says_the_earliest_day_and_keeps_to_it(world, association):
    agreement = running(world)
    page = association.get(url("give-notice", agreement))
    first = page.context["form"].initial["ends_on"]
    assert (first - clock.today()).days >= 89  # three months
    early = {"ends_on": (first - timedelta(days=1)).isoformat(), "comment": "Vi flytter."}

    refused = association.post(url("give-notice", agreement), early)
    assert refused.status_code == 422
    assert "Vi flytter." in text_of(refused)
    association.post(url("give-notice", agreement), early | {"ends_on": first.isoformat()})

    assert fresh(agreement).terminates_on == first
    assert fresh(agreement).termination_document is not None


def test_the_end_is_evaluated_and_closed(world, public, association):
    agreement = running(world)
    agreement = fresh(agreement)
    with clock.at(clock.now() + timedelta(days=1000)):
        services.run_dates()
        assert fresh(agreement).status == "expired"
        assert "Skriv den afsluttende evaluering." in text_of(public.get(url("close", agreement)))
        assert public.post(url("close", agreement)).status_code == 422
        association.post(url("evaluate", agreement), {"text": "Flere fik en samtale."})
        lacks = (
            f"Statusrapporten for {long_date(add_months(agreement.starts_on, 12))}"
            f" til {long_date(agreement.ends_on)} mangler."
        )
        assert lacks in text_of(public.get(url("close", agreement)))
        assert lacks in text_of(public.get(url("detail", agreement)))
        assert public.post(url("close", agreement)).status_code == 422
        told_to_the_end(agreement, world.coordinator.actor(), world.receiver_manager.actor())
        public.post(url("close", agreement))

    assert fresh(agreement).status == "closed"
    assert fresh(agreement).final_evaluation == "Flere fik en samtale."


def test_a_renewal_opens_the_new_draft(world, association):
    agreement = running(world)

    response = association.post(url("renew", agreement))

    new = Agreement.objects.get(renews=agreement)
    assert response["Location"] == f"/aftaler/{new.pk}/"
    assert new.status == "draft"


def test_milestones_obligations_and_payments_are_noted(world, public, association):
    agreement = running(world)
    milestone = agreement.milestones.get()
    party = agreement.parties.get(organisation=world.receiver)
    obligation = agreement.obligations.create(party=party, text="Finde værter")
    payment = agreement.payments.create(
        line=agreement.budget.get(), amount_ore=100_00, due_on=clock.today()
    )

    association.post(url("milestone-done", agreement, milestone.pk))
    association.post(url("milestone-done", agreement, milestone.pk))
    public.post(url("obligation-done", agreement, obligation.pk))
    obligation.refresh_from_db()
    assert obligation.done_on is None  # it is the association's
    association.post(url("obligation-done", agreement, obligation.pk))
    paid = {"paid_on": clock.today().isoformat(), "reference": "Bilag 7"}
    association.post(url("payment", agreement, payment.pk), paid)

    for row in (milestone, obligation, payment):
        row.refresh_from_db()
    assert milestone.done_on == obligation.done_on == payment.paid_on == clock.today()
    assert payment.reference == "Bilag 7"
    assert agreement.events.filter(verb="milestone_done").count() == 1


def test_a_payment_of_tomorrow_is_refused(world, association):
    agreement = running(world)
    payment = agreement.payments.create(
        line=agreement.budget.get(), amount_ore=100_00, due_on=clock.today()
    )
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()

    response = association.post(url("payment", agreement, payment.pk), {"paid_on": tomorrow})

    assert response.status_code == 422
    payment.refresh_from_db()
    assert payment.paid_on is None


@pytest.mark.parametrize("name", ["coordinator", "dpo"])
def test_the_public_side_looks_at_data_protection(world, client_for, name):
    agreement = running(
        world, frame={"shares_personal_data": True, "data_protection": "Fælles ansvar."}
    )
    client = client_for(world.people[name])
    assert "Fælles ansvar." in text_of(client.get(url("data-review", agreement)))

    client.post(url("data-review", agreement))

    assert fresh(agreement).data_protection_looked_at_on == clock.today()


@pytest.mark.parametrize("name", ["receiver_manager", "region_manager", "lawyer"])
def test_nobody_else_says_that_data_protection_was_looked_at(world, client_for, name):
    agreement = running(
        world, frame={"shares_personal_data": True, "data_protection": "Fælles ansvar."}
    )

    response = client_for(world.people[name]).post(url("data-review", agreement))

    assert response.status_code == 403
    assert fresh(agreement).data_protection_looked_at_on is None


# --- what is no longer the time -----------------------------------------------------------------
@pytest.mark.parametrize(
    "name",
    [
        "review-submit",
        "negotiate",
        "send-back",
        "ask-review",
        "send-to-signature",
        "sign",
        "sign-upload",
        "refuse",
        "suspend",
        "resume",
        "give-notice",
        "evaluate",
        "close",
        "renew",
        "amendment-create",
    ],
)
def test_a_step_at_the_wrong_time_leads_back_and_says_what_stands(world, public, name):
    agreement = agreement_in("idea", world)

    for response in (public.get(url(name, agreement)), public.post(url(name, agreement))):
        assert response.status_code == 302
        assert response["Location"] == f"/aftaler/{agreement.pk}/"

    assert fresh(agreement).status == "idea"
    assert agreement.events.count() == 1


# --- the agreement's own page leads here --------------------------------------------------------
def test_the_page_asks_for_what_is_promised_and_not_yet_done(world, public, association):
    agreement = running(world)
    party = agreement.parties.get(organisation=world.receiver)
    obligation = agreement.obligations.create(
        party=party, text="Finde værter", due_on=clock.today()
    )
    payment = agreement.payments.create(
        line=agreement.budget.get(), amount_ore=12_345_00, due_on=clock.today()
    )

    own, others = (
        text_of(client.get(url("detail", agreement))) for client in (association, public)
    )

    promised, reached = (
        url(f"{name}-done", agreement, row.pk)
        for name, row in (("obligation", obligation), ("milestone", agreement.milestones.get()))
    )
    assert promised in own
    assert promised not in others
    assert reached in others
    assert url("payment", agreement, payment.pk) in others


def test_the_page_leads_to_a_review_and_to_data_protection_for_those_who_may(
    world, public, association
):
    negotiated = agreement_in("negotiation", world)
    shared = running(
        world, frame={"shares_personal_data": True, "data_protection": "Fælles ansvar."}
    )

    for name, agreement in (("ask-review", negotiated), ("data-review", shared)):
        link = f'href="{url(name, agreement)}"'
        assert link in text_of(public.get(url("detail", agreement)))
        assert link not in text_of(association.get(url("detail", agreement)))


def test_an_amendment_of_days_that_are_over_is_refused(world, public):
    agreement = running(world)
    late = (fresh(agreement).ends_on + timedelta(days=1)).isoformat()
    data = {"kind": "other", "title": "Sent", "reason": "For sent.", "effective_on": late}

    response = public.post(url("amendment-create", agreement), data)

    assert response.status_code == 422
    assert "Vælg en dag, før aftalen slutter." in text_of(response)


@pytest.mark.parametrize(
    ("days", "field"),
    [({"starts_on": -5}, "starts_on"), ({"ends_on": -1}, "ends_on")],
)
def test_an_amendment_cannot_move_days_that_have_passed(world, public, days, field):
    agreement = running(world)
    row = begin(agreement, public)
    changed = {
        name: (clock.today() + timedelta(days=number)).isoformat() for name, number in days.items()
    }

    with pytest.raises(InvalidInput) as refused:
        services.save_amended_section(
            agreement_id=agreement.pk,
            amendment_id=row.pk,
            key="purpose",
            facts={**read(fresh(agreement), "purpose"), **changed},
            version=0,
            actor=world.coordinator.actor(),
        )

    assert field in refused.value.errors
