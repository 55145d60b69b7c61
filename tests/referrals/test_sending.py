"""Sending: kinds, guards, what is stored, and what two clicks do."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.audit.scope import tenant, unguarded
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, WrongState
from portal.notifications.models import OutgoingMessage
from referrals import services
from referrals.models import Consent, Kind, Referral, ReferralEvent, ReferralPatient, State
from tests.factories.referrals import (
    again,
    consent,
    facts,
    form_actor,
    make_offer,
    person,
    sent_code,
    sent_identified,
    sent_self,
)

pytestmark = pytest.mark.django_db


def test_code_referral_is_sent_without_a_person_and_without_a_mail(world):
    offer = make_offer(world.receiver)

    sent = sent_code(world, offer)

    row = again(sent.referral)
    assert row.status == State.SENT
    assert (row.patient_id, row.consent_id) == (None, None)
    assert row.expires_at == row.sent_at + timedelta(days=90)
    assert sent.code not in str(vars(row))
    assert not OutgoingMessage.objects.exists()


def test_double_click_on_a_code_sends_once(world):
    offer = make_offer(world.receiver)
    actor = world.gp.actor()
    _code, signed = services.draw_code()
    with tenant(actor):
        services.send_code(actor=actor, offer=offer, facts=facts(world), signed_code=signed)

    with pytest.raises(WrongState), tenant(actor):
        services.send_code(actor=actor, offer=offer, facts=facts(world), signed_code=signed)

    assert Referral.objects.count() == 1


def test_a_code_that_we_did_not_draw_is_refused(world):
    offer = make_offer(world.receiver)
    actor = world.gp.actor()

    with pytest.raises(InvalidInput), tenant(actor):
        services.send_code(actor=actor, offer=offer, facts=facts(world), signed_code="ABCD-1234")


def test_identified_referral_has_person_consent_event_and_one_mail(world):
    offer = make_offer(world.receiver)

    referral = sent_identified(world, offer)

    with unguarded():
        row = Referral.objects.select_related("patient", "consent").get()
        assert row.patient.name == "Karen Prøve"
        assert row.consent.text_shown.startswith("Må jeg give")
        assert row.patient_open
    event = ReferralEvent.objects.get()
    assert (event.old, event.new, event.actor_user_id) == ("draft", "sent", world.gp.user.pk)
    message = OutgoingMessage.objects.get()
    assert message.key == f"referral:{referral.pk}:new"
    assert "Karen" not in str(message.ids)


def test_identified_without_accepted_terms_is_refused(world):
    offer = make_offer(world.sibling)

    with pytest.raises(InvalidInput, match="Brug en kode"):
        sent_identified(world, offer)


@pytest.mark.parametrize(
    ("person_fields", "consent_fields", "field"),
    [
        ({"name": " "}, {}, "name"),
        ({"phone": "", "email": ""}, {}, "phone"),
        ({"phone": "12"}, {}, "phone"),
        ({"message": "Cpr 010190-1234"}, {}, "message"),
        ({"name": "Karen 0101901234"}, {}, "name"),
        ({}, {"form": ""}, "consent_form"),
        ({}, {"form": "oral", "oral_reason": " "}, "oral_reason"),
    ],
)
def test_what_is_missing_or_forbidden_is_named_by_field(
    world, person_fields, consent_fields, field
):
    offer = make_offer(world.receiver)

    with pytest.raises(InvalidInput) as caught:
        sent_identified(
            world, offer, patient=person(**person_fields), consent=consent(**consent_fields)
        )

    assert field in caught.value.errors
    assert not Referral.objects.exists()
    with unguarded():
        assert not ReferralPatient.objects.exists()


@pytest.mark.parametrize(
    "closed",
    [
        {"status": "paused"},
        {"verified_at": None, "verified_method": ""},
        {"capacity": "full"},
        {"max_referrals_per_month": 0},
    ],
)
def test_closed_intake_refuses_with_a_sentence(world, closed):
    offer = make_offer(world.receiver, **closed)

    with pytest.raises(InvalidInput) as caught:
        sent_code(world, offer)

    assert caught.value.errors["offer"]


def test_waiting_list_is_open(world):
    offer = make_offer(world.receiver, capacity="waiting_list")

    assert sent_code(world, offer).referral.status == State.SENT


def test_stale_offer_takes_no_referral_after_its_interval_and_90_days(world):
    verified = clock.now() - timedelta(days=182 + 91)
    offer = make_offer(world.receiver, verified_at=verified)

    with pytest.raises(InvalidInput, match="bekræftet"):
        sent_code(world, offer)


def test_organisation_that_takes_no_referrals_is_respected(world):
    world.receiver.takes_referrals = False
    world.receiver.save()
    offer = make_offer(world.receiver)

    with pytest.raises(InvalidInput, match="modtager ikke"):
        sent_code(world, offer)


def test_uncovered_municipality_needs_a_stated_reason(world):
    offer = make_offer(world.receiver, national=False)
    offer.coverage.create(type="municipality", municipality=world.odense)
    actor = world.gp.actor()
    _code, signed = services.draw_code()

    with pytest.raises(InvalidInput) as caught, tenant(actor):
        services.send_code(actor=actor, offer=offer, facts=facts(world), signed_code=signed)
    assert "outside_area_reason" in caught.value.errors

    with tenant(actor):
        sent = services.send_code(
            actor=actor,
            offer=offer,
            facts=facts(world, outside_area_reason="citizen_wishes"),
            signed_code=signed,
        )
    assert sent.referral.outside_area_reason == "citizen_wishes"


def test_month_maximum_counts_only_this_month(world):
    offer = make_offer(world.receiver, max_referrals_per_month=1)
    sent_code(world, offer)

    with pytest.raises(InvalidInput, match="månedens"):
        sent_code(world, offer)

    with clock.at(clock.now() + timedelta(days=32)):
        assert sent_code(world, offer).referral.status == State.SENT


def test_unverified_sender_waits_for_a_coordinator(world):
    offer = make_offer(world.receiver)

    referral = sent_identified(world, offer, actor=world.new_gp.actor())

    assert again(referral).status == State.AWAITING_MODERATION
    assert not again(referral).patient_open
    assert not OutgoingMessage.objects.exists()


@pytest.mark.parametrize(
    "who", ["receiver_handler", "receiver_manager", "coordinator", "practice_manager", "dpo"]
)
def test_only_clinicians_send(world, who):
    offer = make_offer(world.receiver)

    with pytest.raises(NotAllowed):
        sent_code(world, offer, actor=getattr(world, who).actor())


def test_clinician_with_one_factor_sends_nothing(world):
    offer = make_offer(world.receiver)

    with pytest.raises(NotAllowed):
        sent_code(world, offer, actor=world.gp.actor(assurance="low"))


def test_second_open_referral_of_one_person_to_one_offer_is_refused(world):
    offer = make_offer(world.receiver)
    sent_identified(world, offer)

    with pytest.raises(InvalidInput, match="allerede en åben"):
        sent_identified(world, offer, patient=person(phone="+45 00000077"))

    with unguarded():
        assert ReferralPatient.objects.count() == 1


def test_self_referral_belongs_to_the_receiver_and_gives_a_link(world):
    offer = make_offer(world.receiver)

    referral, token = sent_self(world, offer)

    row = again(referral)
    assert row.kind == Kind.SELF
    assert row.sender_id == row.receiver_id == world.receiver.pk
    assert row.sent_by_id is None
    assert token
    with unguarded():
        assert Consent.objects.get().legal_basis == "gdpr_9_2_a"


def test_form_for_one_receiver_writes_nothing_to_another(world):
    offer, other = make_offer(world.receiver), make_offer(world.outsider)
    actor = form_actor(other)

    with pytest.raises(NotAllowed), tenant(actor):
        services.send_self(actor=actor, offer=offer, facts=facts(world), patient=person())


def test_navigator_offer_takes_navigator_referrals_and_sends_children(world):
    bridge = make_offer(world.receiver, takes_navigator_referrals=True)
    target = make_offer(world.outsider)
    navigator = sent_identified(world, bridge, kind=Kind.NAVIGATOR)
    handler = world.receiver_handler.actor()
    with tenant(handler):
        services.accept(actor=handler, referral_id=navigator.pk)
    parent = again(navigator)
    _code, signed = services.draw_code()

    with tenant(handler):
        child = services.send_code(
            actor=handler, offer=target, facts=facts(world), signed_code=signed, parent=parent
        ).referral

    assert again(child).parent_id == parent.pk
    with pytest.raises(InvalidInput):
        sent_identified(world, target, kind=Kind.NAVIGATOR, patient=person(phone="00000078"))


def test_reissued_code_voids_the_old_one_and_its_link(world):
    from referrals.links import open_patient_link

    offer = make_offer(world.receiver)
    sent = sent_code(world, offer)
    actor = world.gp.actor()

    with tenant(actor):
        new = services.reissue_code(actor=actor, referral_id=sent.referral.pk)

    handler = world.receiver_handler.actor()
    with pytest.raises(InvalidInput), tenant(handler):
        services.redeem_code(actor=handler, typed=sent.code)
    assert open_patient_link(sent.link_token) is None
    with tenant(handler):
        assert services.redeem_code(actor=handler, typed=new.code).pk == sent.referral.pk


@pytest.mark.parametrize(("kind", "most"), [("code", 14), ("identified", 20)])
def test_sending_takes_few_statements(world, kind, most):
    offer = make_offer(world.receiver)
    actor = world.gp.actor()
    _code, signed = services.draw_code()

    with (
        CaptureQueriesContext(
            connection,
        ) as statements,
        tenant(actor),
    ):
        loaded = services.load_offer_for_sending(offer.slug)
        if kind == "code":
            services.send_code(actor=actor, offer=loaded, facts=facts(world), signed_code=signed)
        else:
            services.send_identified(
                actor=actor, offer=loaded, facts=facts(world), patient=person(), consent=consent()
            )

    # The scope's own cleaning-up exists in tests alone, where everything is one transaction.
    sql = [s["sql"] for s in statements if "SAVEPOINT" not in s["sql"]]
    assert len(sql) - 1 <= most, "\n".join(sql)
