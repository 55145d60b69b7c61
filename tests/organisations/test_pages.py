"""The pages of one's own organisation and of the register."""

import pytest
from django.test import Client
from django.urls import reverse

from organisations import public_page, services
from organisations.models import (
    ClosingPeriod,
    Contact,
    Invitation,
    Membership,
    NamedHandler,
    Organisation,
    Role,
    TermsAcceptance,
)
from organisations.services.invitations import token_of
from organisations.terms_texts import CURRENT_VERSION
from portal.access.actor import ANONYMOUS
from portal.accounts.models import User
from portal.audit.models import AuditEntry
from tests.factories.organisations import add_member

pytestmark = pytest.mark.django_db

MEMBERS = "/organisation/medlemmer/"
NEW_PASSWORD = {"password1": "bjerghytte-kompas-19", "password2": "bjerghytte-kompas-19"}
MANAGERS_PAGES = [
    MEMBERS,
    "/organisation/medlemmer/inviter/",
    "/organisation/oplysninger/",
    "/organisation/kontakter/",
    "/organisation/lukkedage/",
    "/organisation/vilkaar/",
    "/organisation/modtagere/ny/",
]


@pytest.mark.parametrize("address", MANAGERS_PAGES)
@pytest.mark.parametrize("name", ["receiver_manager", "practice_manager", "region_manager"])
def test_a_manager_opens_every_page_of_the_organisation(world, client_for, address, name):
    response = client_for(getattr(world, name)).get(address)

    assert response.status_code == 200
    assert "UNDEFINED" not in response.content.decode()


@pytest.mark.parametrize("address", MANAGERS_PAGES)
def test_others_are_told_that_their_role_does_not_open_it(world, client_for, address):
    for name in ("receiver_handler", "receiver_editor", "gp", "coordinator", "newcomer"):
        assert client_for(getattr(world, name)).get(address).status_code == 403, name
    assert Client().get(address)["Location"] == f"/konto/log-ind/?next={address}"


def test_the_list_names_colleagues_and_nobody_else(world, client_for):
    html = client_for(world.receiver_manager).get(MEMBERS).content.decode()

    assert world.receiver_handler.user.name in html
    for person in (world.outsider_handler, world.parent_handler, world.sibling_handler):
        assert person.user.name not in html


def test_the_list_costs_the_same_with_many_colleagues(world, client_for, django_assert_num_queries):
    client = client_for(world.receiver_manager)
    client.get(MEMBERS)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        client.get(MEMBERS)
    for _ in range(20):
        add_member(world.receiver, Role.EDITOR)
    with CaptureQueriesContext(connection) as many:
        client.get(MEMBERS)

    assert len(many) == len(few)


def test_a_manager_changes_roles_on_the_page(world, client_for):
    member = Membership.objects.get(user=world.receiver_handler.user)

    response = client_for(world.receiver_manager).post(
        f"{MEMBERS}{member.pk}/", {"roles": [Role.EDITOR]}
    )

    assert response.status_code == 302
    assert list(member.roles.values_list("role", flat=True)) == [Role.EDITOR]


def test_giving_oneself_more_is_said_beside_the_form_and_not_done(world, client_for):
    member = Membership.objects.get(user=world.receiver_manager.user)

    response = client_for(world.receiver_manager).post(
        f"{MEMBERS}{member.pk}/", {"roles": [Role.MANAGER, Role.HANDLER]}
    )

    assert response.status_code == 422
    assert "Bed en anden leder om det" in response.content.decode()
    assert list(member.roles.values_list("role", flat=True)) == [Role.MANAGER]


@pytest.mark.parametrize("verb", ["", "afslut/", "bekraeft-identitet/", "nulstil-to-faktor/"])
def test_a_member_of_somebody_else_is_not_found(world, client_for, verb):
    foreign = Membership.objects.get(user=world.outsider_handler.user)
    client = client_for(world.receiver_manager)

    there = client.post(f"{MEMBERS}{foreign.pk}/{verb}", {"roles": [Role.EDITOR]})
    nowhere = client.post(f"{MEMBERS}999999/{verb}", {"roles": [Role.EDITOR]})

    assert there.status_code == nowhere.status_code == 404
    assert Membership.objects.filter(pk=foreign.pk).exists()


def test_letting_a_colleague_go_closes_the_open_session_on_the_next_request(world, client_for):
    theirs = client_for(world.receiver_handler)
    member = Membership.objects.get(user=world.receiver_handler.user)
    assert theirs.get("/konto/").status_code == 200

    client_for(world.receiver_manager).post(f"{MEMBERS}{member.pk}/afslut/")

    assert theirs.get("/konto/").status_code == 302


def test_a_right_taken_away_in_the_database_is_gone_on_the_next_request(world, client_for):
    client = client_for(world.receiver_manager)
    assert client.get(MEMBERS).status_code == 200

    Membership.objects.get(user=world.receiver_manager.user).roles.all().delete()

    assert client.get(MEMBERS).status_code == 403


# --- invitations ------------------------------------------------------------------------------
def invite(world, **changes):
    given = {
        "name": "Nina Ny",
        "email": "nina.ny@samspil.example",
        "roles": [Role.HANDLER],
        "knows_person": True,
        "actor": world.receiver_manager.actor(),
    }
    return services.invite_member(**{**given, **changes})


def test_a_manager_invites_on_the_page(world, client_for):
    client = client_for(world.receiver_manager)
    typed = {"name": "Nina Ny", "email": "nina.ny@samspil.example", "roles": [Role.HANDLER]}

    without = client.post(f"{MEMBERS}inviter/", typed)
    with_promise = client.post(f"{MEMBERS}inviter/", {**typed, "knows_person": "on"})

    assert without.status_code == 422
    assert "Sæt flueben ved »Jeg ved, hvem personen er«" in without.content.decode()
    assert with_promise["Location"] == MEMBERS
    assert Invitation.objects.get().invited_by == world.receiver_manager.user


def test_opening_an_invitation_changes_nothing(world, client):
    row = invite(world)

    page = client.get(f"/invitation/{token_of(row)}/")

    assert page.status_code == 200
    assert "Vil du være med i Hjertet Aarhus?" in page.content.decode()
    assert Invitation.objects.get().accepted_at is None
    assert not User.objects.filter(email=row.email).exists()


def test_a_new_person_joins_and_is_led_to_the_second_factor(world, client):
    row = invite(world)

    response = client.post(f"/invitation/{token_of(row)}/", NEW_PASSWORD)

    assert client.session["assurance"] == "low"
    assert client.session["organisation"] == world.receiver.pk
    page = client.get(response["Location"], follow=True)
    assert page.request["PATH_INFO"] == "/konto/to-faktor/"
    assert "Sæt to-faktor op" in page.content.decode()
    assert client.get("/konto/to-faktor/app/").status_code == 200


def test_a_new_editor_goes_straight_in(world, client):
    row = invite(world, roles=[Role.EDITOR])

    client.post(f"/invitation/{token_of(row)}/", NEW_PASSWORD)

    assert client.get("/konto/").status_code == 200
    assert client.get("/organisationer/hjertet-aarhus/").status_code == 200


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"password1": "kort", "password2": "kort"}, "mindst 12 tegn"),
        ({"password1": "password1234", "password2": "password1234"}, "for almindelig"),
        ({**NEW_PASSWORD, "password2": "noget-helt-andet"}, "ikke ens"),
        ({}, "Udfyld »Vælg en adgangskode«"),
    ],
)
def test_a_poor_password_is_refused_beside_the_field(world, client, typed, says):
    row = invite(world)

    response = client.post(f"/invitation/{token_of(row)}/", typed)

    assert response.status_code == 422
    assert says in response.content.decode()
    assert not User.objects.filter(email=row.email).exists()


def test_a_known_person_is_asked_to_sign_in_and_joins_with_one_button(world, client_for):
    row = invite(world, email=world.gp.user.email)
    address = f"/invitation/{token_of(row)}/"

    anonymous = Client().get(address).content.decode()
    stranger = client_for(world.nurse).get(address).content.decode()
    own = client_for(world.gp)
    before = own.session.session_key
    joined = own.post(address)

    assert "Log ind for at sige ja" in anonymous
    assert "til en anden end den, du er logget ind som" in stranger
    assert joined["Location"] == "/start/"
    assert own.session["assurance"] == "strong"
    assert own.session.session_key != before
    assert own.session["organisation"] == world.receiver.pk


def test_a_dead_link_is_a_page_that_says_what_to_do(world, client):
    row = invite(world)
    services.accept_invitation(
        token=token_of(row), actor=ANONYMOUS, password=NEW_PASSWORD["password1"]
    )

    used = client.get(f"/invitation/{token_of(row)}/")
    never = client.get("/invitation/AAAAAAAAAAAAAAAAAAAAAA/")

    assert used.status_code == never.status_code == 404
    assert "Bed den, der inviterede dig, om en ny" in used.content.decode()


# --- start and switch -------------------------------------------------------------------------
def test_somebody_without_any_organisation_sees_what_to_do(world, client_for):
    page = client_for(world.newcomer, "low").get("/start/")

    assert page.status_code == 200
    assert "Bed en leder i din organisation om at invitere dig" in page.content.decode()
    assert 'action="/konto/log-af/"' in page.content.decode()


def test_somebody_without_a_role_sees_what_to_do(world, client_for):
    Membership.objects.get(user=world.gp.user).roles.all().delete()

    page = client_for(world.gp, "low").get("/start/")

    assert "har ikke fået en rolle" in page.content.decode()


def test_a_manager_starts_at_the_members(world, client_for):
    assert client_for(world.receiver_manager).get("/start/")["Location"] == MEMBERS


def test_a_person_of_two_organisations_switches(world, client_for):
    add_member(world.outsider, Role.MANAGER, user=world.receiver_manager.user)
    client = client_for(world.receiver_manager)

    response = client.post("/organisation/skift/", {"organisation": world.outsider.pk})

    assert response["Location"] == "/start/"
    html = client.get(MEMBERS).content.decode()
    assert world.outsider_handler.user.name in html
    assert world.receiver_handler.user.name not in html
    assert "Skift til" in html


@pytest.mark.parametrize("number", ["999999", "abc", ""])
def test_switching_to_a_foreign_organisation_is_not_found(world, client_for, number):
    client = client_for(world.receiver_manager)

    assert client.post("/organisation/skift/", {"organisation": number}).status_code == 404
    assert (
        client.post("/organisation/skift/", {"organisation": world.outsider.pk}).status_code == 404
    )
    assert client.session["organisation"] == world.receiver.pk


# --- terms ------------------------------------------------------------------------------------
def test_a_manager_reads_and_accepts_the_terms_and_names_a_handler(world, client_for):
    TermsAcceptance.objects.all().delete()
    NamedHandler.objects.all().delete()
    client = client_for(world.receiver_manager)
    page = client.get("/organisation/vilkaar/").content.decode()
    assert "Vi siger ja til vilkårene" in page

    client.post("/organisation/vilkaar/godkend/", {"version": CURRENT_VERSION})
    typed = {"name": "Hans", "email": "hans@forening.example", "phone": "00 00 00 55"}
    refused = client.post("/organisation/modtagere/ny/", typed)
    named = client.post("/organisation/modtagere/ny/", {**typed, "promised": "on"})

    assert refused.status_code == 422
    assert named["Location"] == "/organisation/vilkaar/"
    page = client.get("/organisation/vilkaar/").content.decode()
    assert "Marie Leder sagde ja" in page
    assert "•• •• •• 55" in page
    assert "00 00 00 55" not in page


def test_a_handler_is_taken_off_the_list(world, client_for):
    client_for(world.receiver_manager).post(
        f"/organisation/modtagere/{world.named_handler.pk}/afslut/"
    )

    assert not NamedHandler.objects.current().filter(organisation=world.receiver).exists()


# --- facts ------------------------------------------------------------------------------------
def test_what_is_edited_is_saved_and_recorded_and_read_by_all(world, client_for, client):
    typed = {
        "description": "Vi går tur hver tirsdag",
        "website": "hjertet.example",
        "email": "post@hjertet.example",
        "phone": "00 00 00 77",
        "takes_referrals": "on",
        "workforce": "both",
        "volunteer_support": "Alle får et kursus",
    }

    client_for(world.receiver_manager).post("/organisation/oplysninger/", typed)

    html = client.get("/organisationer/hjertet-aarhus/").content.decode()
    for words in ("Vi går tur hver tirsdag", "https://hjertet.example", "Alle får et kursus"):
        assert words in html
    fields = AuditEntry.objects.get(action="organisation.edit").labels["fields"]
    assert "description" in fields


@pytest.mark.parametrize("field", ["description", "volunteer_support", "funding_note"])
def test_a_cpr_number_is_refused_in_every_free_text(world, client_for, field):
    typed = {"workforce": "both", "takes_referrals": "on", field: "Ring om 010190-1234 i morgen"}

    response = client_for(world.receiver_manager).post("/organisation/oplysninger/", typed)

    assert response.status_code == 422
    assert "CPR-nummer" in response.content.decode()


def test_a_contact_and_closing_days_are_set_on_their_pages(world, client_for):
    client = client_for(world.receiver_manager)

    client.post(
        "/organisation/kontakter/",
        {"purpose": "referrals", "name": "Kim", "email": "kim@forening.example", "phone": ""},
    )
    closed = client.post(
        "/organisation/lukkedage/", {"first_day": "2030-12-24", "last_day": "2031-01-02"}
    )
    backwards = client.post(
        "/organisation/lukkedage/", {"first_day": "2030-12-24", "last_day": "2030-12-01"}
    )

    assert Contact.objects.get().organisation == world.receiver
    assert closed.status_code == 302
    assert backwards.status_code == 422
    assert "24. december 2030" in client.get("/organisation/lukkedage/").content.decode()


# --- the register -----------------------------------------------------------------------------
def test_everybody_reads_the_public_page_and_a_closed_one_is_gone(world, client, client_for):
    address = reverse("organisations:detail", args=[world.outsider.slug])
    assert client.get(address).status_code == 200

    Organisation.objects.filter(pk=world.outsider.pk).update(status="closed")

    assert client.get(address).status_code == 404
    assert client_for(world.gp).get(address).status_code == 404


def test_apps_above_add_their_part_to_the_public_page(world, client, monkeypatch):
    section = public_page.Section(
        "components/notice.html", {"text": "Tre tilbud", "kind": "", "title": ""}
    )
    monkeypatch.setattr(public_page, "_providers", [lambda request, organisation: section])

    assert "Tre tilbud" in client.get("/organisationer/hjertet-aarhus/").content.decode()


def test_a_coordinator_of_the_region_finds_and_verifies_the_new_ones(world, client_for):
    client = client_for(world.coordinator)
    assert "Den Nye Praksis" in client.get("/organisationer/til-godkendelse/").content.decode()

    response = client.post("/organisationer/praksis-ny/godkend/")

    assert response.status_code == 302
    assert Organisation.objects.get(slug="praksis-ny").is_verified
    assert "Ingen venter" in client.get("/organisationer/til-godkendelse/").content.decode()


def test_a_coordinator_elsewhere_neither_sees_nor_verifies_them(world, client_for):
    client = client_for(world.other_coordinator)

    assert "Den Nye Praksis" not in client.get("/organisationer/til-godkendelse/").content.decode()
    assert client.post("/organisationer/praksis-ny/godkend/").status_code == 403
    assert not Organisation.objects.get(slug="praksis-ny").is_verified


def test_log_out_stands_on_every_signed_in_page(world, client_for):
    client = client_for(world.receiver_manager)
    pages = [
        *MANAGERS_PAGES,
        "/konto/",
        "/konto/to-faktor/",
        "/konto/sessioner/",
        "/konto/adgangskode/",
    ]

    for address in pages:
        assert 'action="/konto/log-af/"' in client.get(address).content.decode(), address


def test_a_manager_vouches_resets_renews_and_withdraws_on_the_pages(world, client_for):
    client = client_for(world.receiver_manager)
    User.objects.filter(pk=world.receiver_handler.user.pk).update(identity_checked_at=None)
    member = Membership.objects.get(user=world.receiver_handler.user)
    row = invite(world)
    assert "Identitet mangler" in client.get(MEMBERS).content.decode()

    client.post(f"{MEMBERS}{member.pk}/bekraeft-identitet/")
    assert User.objects.get(pk=world.receiver_handler.user.pk).identity_checked_at
    client.post(f"{MEMBERS}{member.pk}/nulstil-to-faktor/")
    assert not User.objects.get(pk=world.receiver_handler.user.pk).identity_checked_at
    client.post(f"/organisation/invitationer/{row.pk}/send-igen/")
    client.post(f"/organisation/invitationer/{row.pk}/traek-tilbage/")

    assert Invitation.objects.get().withdrawn_at
    assert "Ingen venter på at sige ja" in client.get(MEMBERS).content.decode()


def test_closing_days_are_taken_back_on_the_page(world, client_for):
    client = client_for(world.receiver_manager)
    client.post("/organisation/lukkedage/", {"first_day": "2030-12-24", "last_day": "2031-01-02"})
    period = ClosingPeriod.objects.get()

    assert (
        client_for(world.outsider_manager)
        .post(f"/organisation/lukkedage/{period.pk}/slet/")
        .status_code
        == 404
    )
    client.post(f"/organisation/lukkedage/{period.pk}/slet/")

    assert not ClosingPeriod.objects.exists()


def test_inviting_somebody_who_is_there_is_said_beside_the_field(world, client_for):
    typed = {
        "name": "Erik",
        "email": world.receiver_editor.user.email,
        "roles": [Role.EDITOR],
        "knows_person": "on",
    }

    response = client_for(world.receiver_manager).post(f"{MEMBERS}inviter/", typed)

    assert response.status_code == 422
    assert "allerede med" in response.content.decode()


def test_naming_the_same_handler_twice_is_said_beside_the_field(world, client_for):
    typed = {
        "name": "Helle",
        "email": world.named_handler.email,
        "phone": "00 00 00 55",
        "promised": "on",
    }

    response = client_for(world.receiver_manager).post("/organisation/modtagere/ny/", typed)

    assert response.status_code == 422
    assert "står allerede på listen" in response.content.decode()
