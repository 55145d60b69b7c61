"""Who signs shows the second factor for it: a browser left open signs nothing."""

import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from partnerships import services
from partnerships.models import Signature
from portal.accounts.confirming import LASTS
from portal.accounts.models import KeptForm
from tests.factories.accounts import code_of, give_app
from tests.factories.partnerships import agreement_in, amend_parties
from tests.factories.reports import simple_report
from tests.world import shown_second_factor

pytestmark = pytest.mark.django_db

CODE_PAGE = reverse("mfa_reauthenticate")


@pytest.fixture
def secret(world):
    return give_app(world.coordinator.user)


@pytest.fixture
def left_open(world, client_for):
    """A session whose second factor was shown a little too long ago."""
    client = client_for(world.coordinator)
    session = client.session
    long_ago = time.time() - (LASTS + timedelta(seconds=5)).total_seconds()
    session.update(shown_second_factor(world.coordinator.user, at=long_ago))
    session.save()
    return client


def sign_page(agreement):
    return reverse("partnerships:sign", args=[agreement.pk])


def where_next(response):
    assert response.status_code == 302, response.content
    address = urlsplit(response["Location"])
    assert address.path == CODE_PAGE
    return parse_qs(address.query)["next"][0]


def test_the_page_asks_for_the_code_and_leads_back(world, left_open, secret):
    agreement = agreement_in("awaiting_signature", world)

    assert where_next(left_open.get(sign_page(agreement))) == sign_page(agreement)


def test_what_was_typed_is_kept_and_signs_after_the_code(world, left_open, secret):
    agreement = agreement_in("awaiting_signature", world)
    typed = {"sha256": agreement.frozen.sha256, "title": "Regionsdirektør", "confirm": "on"}

    back = where_next(left_open.post(sign_page(agreement), typed))

    assert not Signature.objects.exists()
    assert back == reverse("account_kept_form", args=[KeptForm.objects.get().pk])
    answer = left_open.post(CODE_PAGE, {"code": code_of(secret), "next": back})
    assert answer["Location"] == back
    on = left_open.post(back)
    assert (on.status_code, on["Location"]) == (307, sign_page(agreement))
    left_open.post(sign_page(agreement), typed)
    assert Signature.objects.get().signer_title == "Regionsdirektør"


def test_who_has_just_shown_it_is_not_asked(world, client_for, secret):
    agreement = agreement_in("awaiting_signature", world)

    assert client_for(world.coordinator).get(sign_page(agreement)).status_code == 200


def test_a_report_asks_too(world, left_open, secret):
    report = simple_report(world)

    response = left_open.post(reverse("partnerships:report-sign", args=[report.pk]), {"version": 1})

    assert where_next(response) == reverse("account_kept_form", args=[KeptForm.objects.get().pk])
    assert not report.signatures.exists()


def test_without_any_second_factor_it_is_set_up_first(world, left_open, settings):
    settings.DEMO = False
    agreement = agreement_in("awaiting_signature", world)

    response = left_open.get(sign_page(agreement))

    assert response["Location"] == reverse("mfa_index")


def test_a_persona_of_the_demo_has_none_to_show(world, left_open, settings):
    settings.DEMO = True
    agreement = agreement_in("awaiting_signature", world)

    assert left_open.get(sign_page(agreement)).status_code == 200


def test_an_amendment_asks_too(world, left_open, secret):
    agreement = agreement_in("signed", world)
    actor = world.coordinator.actor()
    row = amend_parties(agreement, actor)
    which = {"agreement_id": agreement.pk, "amendment_id": row.pk, "actor": actor}
    services.ask_party_in(**which, organisation=world.outsider)
    services.send_amendment_to_signature(**which)

    for name in ("amendment-sign", "amendment-sign-upload"):
        address = reverse(f"partnerships:{name}", args=[agreement.pk, row.pk])
        assert where_next(left_open.get(address)) == address


def test_a_signed_paper_asks_too_and_keeps_what_was_typed(world, left_open, secret):
    agreement = agreement_in("awaiting_signature", world)
    address = reverse("partnerships:sign-upload", args=[agreement.pk])

    assert where_next(left_open.get(address)) == address
    back = where_next(left_open.post(address, {"name": "Marie Leder"}))

    assert back == reverse("account_kept_form", args=[KeptForm.objects.get().pk])


def test_a_stranger_finds_nothing_and_is_asked_nothing(world, client_for):
    agreement = agreement_in("awaiting_signature", world)
    stranger = client_for(world.outsider_manager)
    session = stranger.session
    session.update(shown_second_factor(world.outsider_manager.user, at=0))
    session.save()

    assert stranger.get(sign_page(agreement)).status_code == 404
