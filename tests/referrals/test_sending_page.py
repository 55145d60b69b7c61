"""The one page from a search result to sent."""

from dataclasses import fields
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from offers.leaflets import leaflet_of as offer_leaflet_of
from offers.models import Offer, OfferSession
from offers.page import with_page_facts
from portal.audit.models import AuditEntry
from portal.audit.scope import unguarded
from portal.common import clock
from referrals.models import Kind, Referral, ReferralDraft, ReferralPatient, SignpostCount, State
from tests.factories.referrals import make_offer, sent_identified

pytestmark = pytest.mark.django_db


def address(offer, name="create", **query):
    return f"{reverse(f'referrals:{name}')}?{urlencode({'tilbud': offer.slug, **query})}"


def code_on(page):
    return page.context["form"]["code"].value()


def by_code(page, **fields):
    return {
        "kind": "code",
        "code": code_on(page),
        "handout": "print",
        "municipality": "0751",
        "needs": ["netvaerk"],
        **fields,
    }


def with_details(page, **fields):
    return by_code(
        page,
        **{
            "kind": "identified",
            "name": "Karen Prøve",
            "contact": "00 00 00 77",
            "message": "Vil gerne møde andre.",
            "consent_send": "on",
            "consent_form": "written",
            "given_by": "self",
            **fields,
        },
    )


def test_page_opens_with_code_chosen_and_nothing_about_consent(world, client_for):
    offer = make_offer(world.receiver)

    page = client_for(world.gp).get(address(offer, kommune="0461"))

    form = page.context["form"]
    assert page.status_code == 200
    assert form["kind"].value() == Kind.CODE
    assert form["municipality"].value() == "0461"
    assert form["needs"].value() == ["netvaerk"]
    for name in ("consent_send", "consent_feedback", "consent_follow_up", "consent_form"):
        assert not form[name].value()
    assert not form["given_by"].value()
    assert page.context["code"] in page.content.decode()


def test_code_is_sent_and_the_leaflet_is_the_answer(world, client_for):
    offer = make_offer(world.receiver)
    client = client_for(world.gp)
    page = client.get(address(offer))

    answer = client.post(address(offer), by_code(page))

    assert answer.status_code == 200
    assert page.context["code"] in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    referral = Referral.objects.get()
    assert (referral.kind, referral.status) == (Kind.CODE, State.SENT)
    pdf = client.post(
        reverse("referrals:leaflet", args=[referral.pk]), {"sealed": answer.context["sealed"]}
    )
    assert pdf.content.startswith(b"%PDF")


def test_the_leaflet_with_a_code_says_what_the_offers_own_leaflet_says(world, client_for):
    offer = make_offer(
        world.receiver, how_to_join_citizen="Bare kom.", accessibility=["teleslynge"]
    )
    OfferSession.objects.create(offer=offer, text="Hver tirsdag")
    client = client_for(world.gp)

    answer = client.post(address(offer), by_code(client.get(address(offer))))

    leaflet = answer.context["leaflet"]
    own = offer_leaflet_of(with_page_facts(Offer.objects.filter(pk=offer.pk)).get())
    named = {"code", "link", "valid_until", "sender"}
    for fact in fields(leaflet):
        same = getattr(leaflet, fact.name) == getattr(own, fact.name)
        assert same is (fact.name not in named), fact.name
    assert own.good_to_know
    for line in (*own.how_to_join, *own.when, *own.good_to_know):
        assert line in answer.content.decode()


def test_a_leaflet_is_in_hand_while_a_coordinator_looks_at_the_sender(world, client_for):
    offer = make_offer(world.receiver)
    client = client_for(world.new_gp)

    answer = client.post(address(offer), by_code(client.get(address(offer))))

    assert Referral.objects.get().status == State.AWAITING_MODERATION
    assert answer.context["leaflet"].valid_until == clock.today() + timedelta(days=90)


def test_sending_the_same_page_twice_sends_once_and_shows_the_first(world, client_for):
    offer = make_offer(world.receiver)
    client = client_for(world.gp)
    page = client.get(address(offer))
    client.post(address(offer), by_code(page))

    second = client.post(address(offer), by_code(page))

    assert second["Location"] == reverse("referrals:detail", args=[Referral.objects.get().pk])


def test_details_are_sent_with_consent(world, client_for):
    offer = make_offer(world.receiver)
    client = client_for(world.gp)

    answer = client.post(address(offer), with_details(client.get(address(offer))))

    referral = Referral.objects.get()
    assert answer["Location"] == reverse("referrals:detail", args=[referral.pk])
    with unguarded():
        assert ReferralPatient.objects.get().phone == "+4500000077"


def test_email_is_a_contact_way_too(world, client_for):
    offer = make_offer(world.receiver)
    client = client_for(world.gp)

    client.post(
        address(offer),
        with_details(client.get(address(offer)), contact="karen@borger.example"),
    )

    with unguarded():
        assert ReferralPatient.objects.get().email == "karen@borger.example"


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"consent_send": ""}, "consent_send"),
        ({"consent_form": ""}, "consent_form"),
        ({"given_by": ""}, "given_by"),
        ({"consent_form": "oral"}, "oral_reason"),
        ({"name": ""}, "name"),
        ({"contact": "abc"}, "contact"),
        ({"contact": "a@"}, "contact"),
        ({"message": "cpr 010190-1234"}, "message"),
        ({"message": "x" * 145_000}, "message"),
        ({"municipality": "9999"}, "municipality"),
        ({"needs": ["vejret"]}, "needs"),
        ({"age_band": "47"}, "age_band"),
    ],
)
def test_mistakes_are_named_beside_the_field_and_nothing_typed_is_lost(
    world, client_for, fields, where
):
    offer = make_offer(world.receiver)
    client = client_for(world.gp)
    sent = with_details(client.get(address(offer)), **fields)

    answer = client.post(address(offer), sent)

    assert answer.status_code == 422
    form = answer.context["form"]
    assert form.errors[where]
    assert form["message"].value() == sent["message"]
    assert form["name"].value() == sent["name"]
    assert not Referral.objects.exists()


def test_closed_offer_says_why(world, client_for):
    offer = make_offer(world.receiver, capacity="full")
    client = client_for(world.gp)

    answer = client.post(address(offer), by_code(client.get(address(offer))))

    assert answer.status_code == 422
    assert "fuldt" in answer.content.decode()


def test_receiver_without_terms_is_offered_no_details(world, client_for):
    offer = make_offer(world.sibling)
    client = client_for(world.gp)

    page = client.get(address(offer))

    assert [value for value, _ in page.context["form"].fields["kind"].choices] == ["code"]
    assert client.post(address(offer), with_details(page)).status_code == 422


def test_words_of_acute_crisis_show_the_numbers_before_anything_is_sent(world, client_for):
    offer = make_offer(world.receiver)
    client = client_for(world.gp)
    sent = with_details(client.get(address(offer)), message="Hun vil tage sit eget liv")

    first = client.post(address(offer), sent)
    assert first.status_code == 422
    assert "70 201 201" in first.content.decode()
    assert not Referral.objects.exists()

    client.post(address(offer), {**sent, "acute_seen": "1"})
    assert Referral.objects.count() == 1


@pytest.mark.parametrize("who", ["receiver_handler", "coordinator", "operator", "practice_manager"])
def test_others_do_not_send(world, client_for, who):
    offer = make_offer(world.receiver)

    assert client_for(getattr(world, who)).get(address(offer)).status_code == 403


def test_unknown_offer_is_not_found(world, client_for):
    client = client_for(world.gp)

    assert client.get(reverse("referrals:create")).status_code == 404
    assert client.get(reverse("referrals:create") + "?tilbud=%00").status_code == 400


def test_draft_saves_itself_for_its_author_alone(world, client_for):
    offer = make_offer(world.receiver)
    client = client_for(world.gp)

    answer = client.post(
        address(offer, "save-draft"), {"name": "Karen", "message": "Nervøs", "code": "x"}
    )

    assert "Kladden er gemt kl." in answer.content.decode()
    page = client.get(address(offer))
    assert page.context["form"]["name"].value() == "Karen"
    assert client_for(world.nurse).get(address(offer)).context["form"]["name"].value() is None
    assert AuditEntry.objects.filter(action="referral_draft.read").count() == 1


def test_a_draft_brings_no_consent_back_and_says_that_it_is_one(world, client_for):
    """A consent is one citizen's; the next one's starts empty."""
    offer = make_offer(world.receiver)
    client = client_for(world.gp)
    fresh = client.get(address(offer))
    client.post(
        address(offer, "save-draft"),
        {
            "name": "Karen",
            "consent_send": "on",
            "consent_feedback": "on",
            "consent_follow_up": "on",
            "consent_form": "oral",
            "oral_reason": "I telefonen",
            "given_by": "self",
        },
    )

    page = client.get(address(offer))

    for name in (
        "consent_send",
        "consent_feedback",
        "consent_follow_up",
        "consent_form",
        "oral_reason",
        "given_by",
        "subject_role",
    ):
        assert page.context["form"][name].value() == fresh.context["form"][name].value(), name
    assert "er hentet frem" in page.content.decode()
    assert "er hentet frem" not in fresh.content.decode()


def test_draft_keeps_no_cpr_number(world, client_for):
    offer = make_offer(world.receiver)

    answer = client_for(world.gp).post(address(offer, "save-draft"), {"message": "cpr 010190-1234"})

    assert "ikke gemt" in answer.content.decode()
    with unguarded():
        assert not ReferralDraft.objects.exists()


def test_sending_drops_the_draft(world, client_for):
    offer = make_offer(world.receiver)
    client = client_for(world.gp)
    client.post(address(offer, "save-draft"), {"name": "Karen"})

    client.post(address(offer), by_code(client.get(address(offer))))

    with unguarded():
        assert not ReferralDraft.objects.exists()


def test_signpost_is_one_click_and_one_counter(world, client_for):
    offer = make_offer(world.receiver)
    client = client_for(world.gp)

    for _ in range(3):
        client.post(address(offer, "signpost"), {"kommune": "0751"})

    assert SignpostCount.objects.get().count == 3
    assert not Referral.objects.exists()


def test_sending_onward_is_a_new_linked_referral_with_new_consent(world, client_for):
    first = sent_identified(world, make_offer(world.receiver))
    other = make_offer(world.outsider)
    client = client_for(world.gp)

    page = client.get(address(other, erstatter=str(first.pk)))
    assert page.context["form"]["kind"].value() == Kind.IDENTIFIED
    assert not page.context["form"]["consent_send"].value()
    client.post(address(other, erstatter=str(first.pk)), with_details(page))

    new = Referral.objects.exclude(pk=first.pk).get()
    assert new.replaces_id == first.pk
    assert new.consent_id != first.consent_id


def test_nobody_links_to_somebody_elses_referral(world, client_for):
    first = sent_identified(world, make_offer(world.receiver))
    offer = make_offer(world.outsider)

    answer = client_for(world.nurse).get(address(offer, erstatter=str(first.pk)))

    assert answer.status_code == 404


def test_printing_again_makes_a_new_code(world, client_for):
    offer = make_offer(world.receiver)
    client = client_for(world.gp)
    page = client.get(address(offer))
    first = client.post(address(offer), by_code(page))
    referral = Referral.objects.get()

    again = client.post(reverse("referrals:reissue", args=[referral.pk]))

    assert page.context["code"] not in again.content.decode()
    old = client.post(
        reverse("referrals:leaflet", args=[referral.pk]), {"sealed": first.context["sealed"]}
    )
    assert old.status_code == 409
    foreign = client_for(world.nurse).post(reverse("referrals:reissue", args=[referral.pk]))
    assert foreign.status_code == 404


# --- one field for telephone or e-mail ---------------------------------------------------------


@pytest.mark.parametrize(
    ("contact", "sentence"),
    [
        ("karen@", "E-mailen er ikke skrevet rigtigt."),
        ("karen@samspil.example 010190-1234", "cpr"),
        ("12", "nummer"),
        ("", "påkrævet"),
    ],
)
def test_a_citizen_and_a_clinician_are_told_the_same_of_a_contact(
    world, client_for, client, contact, sentence
):
    offer = make_offer(world.receiver)
    gp, own = client_for(world.gp), reverse("referrals:self", args=[offer.slug])
    token = client.get(own).context["form"]["token"].value()

    by_clinician = gp.post(
        address(offer), with_details(gp.get(address(offer)), contact=contact)
    ).context["form"]
    by_citizen = client.post(
        own,
        {
            "token": token,
            "name": "Karen",
            "contact": contact,
            "message": "Hej",
            "municipality": "0751",
            "consent": "on",
        },
    ).context["form"]

    assert by_clinician.errors["contact"] == by_citizen.errors["contact"]
    assert sentence.lower() in by_citizen.errors["contact"][0].lower()
