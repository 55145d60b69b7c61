"""How long a session lives, what ends it at once, what is kept of a form (AUT-2, AUT-7, A11Y-5)."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from organisations import services
from organisations.models import Membership, OrganisationProfile, Role
from portal.accounts import kept_forms, sessions
from portal.accounts.models import KeptForm, User
from portal.common import clock
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db

EDIT = "/organisation/oplysninger/"
TYPED = {"description": "Vi går tur hver tirsdag", "workforce": "both", "email": "", "phone": ""}


@pytest.fixture
def now():
    moment = clock.now()
    with clock.at(moment):
        yield moment


def membership_of(person):
    return Membership.objects.get(user=person.user, organisation=person.organisation)


# --- limits -----------------------------------------------------------------------------------
def test_a_session_ends_after_thirty_idle_minutes(world, client_for, now):
    client = client_for(world.receiver_manager)
    assert client.get(EDIT).status_code == 200

    clock.advance_to(now + timedelta(minutes=29, seconds=59))
    still = client.get(EDIT)
    clock.advance_to(now + timedelta(minutes=59, seconds=59))
    over = client.get(EDIT)

    assert still.status_code == 200
    assert over["Location"] == f"/konto/log-ind/?next={EDIT}"
    assert "_auth_user_id" not in client.session


def test_a_session_in_use_ends_after_twelve_hours(world, client_for, now):
    client = client_for(world.receiver_manager)
    served = 0

    for minutes in range(0, 12 * 60, 20):
        clock.advance_to(now + timedelta(minutes=minutes))
        served += client.get(EDIT).status_code == 200
    clock.advance_to(now + timedelta(hours=11, minutes=59, seconds=59))
    last = client.get(EDIT)
    clock.advance_to(now + timedelta(hours=12))
    over = client.get(EDIT)

    assert served == 36
    assert last.status_code == 200
    assert over.status_code == 302


def test_a_public_page_opens_for_whoever_was_logged_out(world, client_for, now):
    client = client_for(world.receiver_manager)
    client.get(EDIT)
    clock.advance_to(now + timedelta(minutes=31))

    response = client.get(f"/organisationer/{world.receiver.slug}/")

    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


def test_the_key_of_a_session_changes_at_sign_in(client, world):
    client.get("/konto/log-ind/")
    session = client.session
    session["planted"] = "yes"
    session.save()
    before = session.session_key
    client.cookies["session"] = before

    editor = world.receiver_editor.user
    client.post("/konto/log-ind/", {"login": editor.email, "password": PASSWORD})

    assert client.session.session_key != before


# --- the end of all of them -------------------------------------------------------------------
def disable(world):
    services.disable_user(user_id=world.receiver_manager.user.pk, actor=world.operator.actor())


def new_password(world):
    user = User.objects.get(pk=world.receiver_manager.user.pk)
    user.set_password("bjerghytte-kompas-19")
    user.save()


def other_roles(world):
    services.appoint_member(
        organisation_id=world.receiver.pk,
        email=world.receiver_manager.user.email,
        name="",
        roles=[Role.HANDLER],
        actor=world.operator.actor(),
    )


@pytest.mark.parametrize("happens", [disable, new_password, other_roles])
def test_every_session_ends_on_the_very_next_request(world, client_for, now, happens):
    browsers = [client_for(world.receiver_manager) for _ in range(2)]
    assert [browser.get(EDIT).status_code for browser in browsers] == [200, 200]

    happens(world)

    assert [browser.get(EDIT).status_code for browser in browsers] == [302, 302]


def test_a_role_taken_away_ends_the_sessions_of_that_person_alone(world, client_for):
    theirs, mine = client_for(world.receiver_handler), client_for(world.receiver_manager)

    services.change_roles(
        membership_id=membership_of(world.receiver_handler).pk,
        roles=[Role.EDITOR],
        actor=world.receiver_manager.actor(),
    )

    assert theirs.get("/konto/").status_code == 302
    assert mine.get("/konto/").status_code == 200


def test_changing_the_password_keeps_this_session_and_ends_the_others(world):
    user = world.receiver_editor.user
    here, there = Client(), Client()
    for browser in (here, there):
        browser.post("/konto/log-ind/", {"login": user.email, "password": PASSWORD})
    before = here.session.session_key
    new = "bjerghytte-kompas-19"

    response = here.post(
        "/konto/adgangskode/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )

    assert response.status_code == 302
    assert here.get("/konto/").status_code == 200
    assert here.session.session_key != before
    assert there.get("/konto/").status_code == 302


def test_a_person_sees_the_own_sessions_and_ends_another(world):
    user = world.receiver_editor.user
    here, there = Client(), Client(headers={"User-Agent": "Mozilla Firefox/140 Windows NT"})
    for browser in (here, there):
        browser.post("/konto/log-ind/", {"login": user.email, "password": PASSWORD})
    page = here.get("/konto/sessioner/")
    assert "Firefox på Windows" in page.content.decode()
    other = UserSession.objects.get(session_key=there.session.session_key)

    here.post("/konto/sessioner/", {"session": other.pk})

    assert there.get("/konto/").status_code == 302
    assert here.get("/konto/").status_code == 200


def test_a_person_ends_all_other_sessions_at_once(world):
    user = world.receiver_editor.user
    here, there = Client(), Client()
    for browser in (here, there):
        browser.post("/konto/log-ind/", {"login": user.email, "password": PASSWORD})

    here.post("/konto/sessioner/")

    assert there.get("/konto/").status_code == 302
    assert here.get("/konto/").status_code == 200
    assert len(here.get("/konto/sessioner/").context["sessions"]) == 1


def test_nobody_ends_the_session_of_somebody_else(world):
    theirs, mine = Client(), Client()
    theirs.post(
        "/konto/log-ind/", {"login": world.receiver_editor.user.email, "password": PASSWORD}
    )
    editor = services.appoint_member(
        organisation_id=world.outsider.pk,
        email="redaktoer@samspil.example",
        name="Rie Redaktør",
        roles=[Role.EDITOR],
        actor=world.operator.actor(),
    )
    editor.set_password(PASSWORD)
    editor.save()
    mine.post("/konto/log-ind/", {"login": editor.email, "password": PASSWORD})
    row = UserSession.objects.get(user=world.receiver_editor.user)

    response = mine.post("/konto/sessioner/", {"session": row.pk})

    assert response.status_code == 404
    assert theirs.get("/konto/").status_code == 200


# --- what was typed ---------------------------------------------------------------------------
def post_too_late(client, now, **headers):
    client.get(EDIT)
    clock.advance_to(now + timedelta(minutes=31))
    return client.post(EDIT, TYPED, headers=headers)


def test_what_was_typed_comes_back_after_sign_in_and_is_sent_on(world, client_for, now):
    client = client_for(world.receiver_manager)
    answer = post_too_late(client, now)
    kept = KeptForm.objects.get()
    address = reverse("account_kept_form", args=[kept.pk])
    assert answer["Location"] == f"/konto/log-ind/?next={address}"

    again = client_for(world.receiver_manager)
    page = again.get(address)
    fields = dict(page.context["fields"])
    done = again.post(address, fields, follow=True)

    assert fields["description"] == TYPED["description"]
    assert done.redirect_chain[0] == (EDIT, 307)
    world.receiver.refresh_from_db()
    assert world.receiver.description == TYPED["description"]
    assert OrganisationProfile.objects.get(organisation=world.receiver).workforce == "both"
    assert not KeptForm.objects.exists()


def test_a_kept_form_is_sealed_in_the_database(world, client_for, now):
    post_too_late(client_for(world.receiver_manager), now)

    kept = KeptForm.objects.get()

    assert "går tur" not in repr(KeptForm.objects.values_list("data", flat=True).get())
    assert ["description", TYPED["description"]] in [list(pair) for pair in kept.data]


@pytest.mark.parametrize("who", ["receiver_handler", "outsider_manager", "operator"])
def test_a_kept_form_is_for_its_author_alone(world, client_for, now, who):
    post_too_late(client_for(world.receiver_manager), now)
    address = reverse("account_kept_form", args=[KeptForm.objects.get().pk])

    assert client_for(getattr(world, who)).get(address).status_code == 404


def test_a_kept_form_of_a_strong_session_is_not_shown_to_a_low_one(world, client_for, now):
    post_too_late(client_for(world.receiver_manager), now)
    address = reverse("account_kept_form", args=[KeptForm.objects.get().pk])

    assert client_for(world.receiver_manager, "low").get(address).status_code == 404
    assert client_for(world.receiver_manager).get(address).status_code == 200


def test_a_kept_form_is_gone_after_an_hour(world, client_for, now):
    post_too_late(client_for(world.receiver_manager), now)
    address = reverse("account_kept_form", args=[KeptForm.objects.get().pk])
    clock.advance_to(now + timedelta(minutes=92))

    assert client_for(world.receiver_manager).get(address).status_code == 404
    assert kept_forms.forget_old() == 1


def test_a_form_posted_from_another_site_is_not_kept(world, now):
    from tests.world import client_for

    client = client_for(world.receiver_manager, enforce_csrf_checks=True)
    answer = post_too_late(client, now, Origin="https://ondsindet.example")

    assert answer["Location"] == "/konto/log-ind/?next=/"
    assert not KeptForm.objects.exists()


def test_a_script_that_saves_a_draft_hears_that_the_session_is_over(world, client_for, now):
    answer = post_too_late(client_for(world.receiver_manager), now, Sec_Fetch_Mode="cors")

    assert answer.status_code == 401
    assert "loggede dig af" in answer.content.decode()


def test_a_piece_of_a_page_is_not_answered_by_the_sign_in_page(world, client_for, now):
    answer = post_too_late(client_for(world.receiver_manager), now, HX_Request="true")

    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith("/konto/log-ind/?next=/konto/skrevet/")


def test_passwords_are_never_kept(world, client_for, now):
    client = client_for(world.receiver_manager)
    client.get(EDIT)
    clock.advance_to(now + timedelta(minutes=31))

    client.post("/konto/adgangskode/", {"oldpassword": PASSWORD, "password1": "x", "more": "y"})

    assert not KeptForm.objects.exists()


def test_a_session_without_its_times_counts_from_its_first_request(world, client_for, now):
    client = client_for(world.gp)

    client.get("/konto/")

    assert client.session[sessions.SIGNED_IN_AT] == int(now.timestamp())
