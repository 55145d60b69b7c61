"""One click, one person: in the demo and nowhere else."""

import base64
import os
import random
import subprocess
import sys
from string import ascii_letters

import pytest
from django.conf import settings
from django.test import Client, override_settings

from portal.accounts import checks
from portal.demo import personas
from tests.factories.organisations import OrganisationFactory, add_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse():
    persona = next(row for row in personas.personas() if row.slug == "p-praksissygeplejerske")
    practice = OrganisationFactory(
        kind="practice", slug=persona.organisation, name="Lægehuset Midtvest"
    )
    return add_member(
        practice, *persona.roles, name=persona.name, email=personas.email_of(persona.slug)
    )


def test_the_sign_in_page_offers_every_persona(client, nurse):
    html = client.get("/konto/log-ind/").content.decode()

    assert len(personas.personas()) == 14
    for persona in personas.personas():
        assert persona.name in html
        assert (f'action="/demo/skift/{persona.slug}/"' in html) is not persona.is_citizen
    assert "Praksissygeplejerske · Lægehuset Midtvest" in html


def test_a_click_is_a_strong_session_of_that_person_and_organisation(client, nurse):
    response = client.post("/demo/skift/p-praksissygeplejerske/")

    assert response["Location"] == "/start/"
    assert client.session["assurance"] == "strong"
    assert client.session["_auth_user_id"] == str(nurse.pk)
    assert client.get("/konto/").context["actor"].organisation_name == "Lægehuset Midtvest"


def test_the_slug_of_an_organisation_is_its_handler(client, world):
    client.post(f"/demo/skift/{world.receiver.slug}/")

    assert client.session["_auth_user_id"] == str(world.receiver_handler.user.pk)


def test_a_second_click_leaves_nothing_of_the_first_person(client, nurse, world):
    client.post("/demo/skift/p-praksissygeplejerske/")
    first = client.session.session_key

    client.post(f"/demo/skift/{world.receiver.slug}/")

    assert client.session.session_key != first
    assert client.session["organisation"] == world.receiver.pk
    assert client.session["_auth_user_id"] == str(world.receiver_handler.user.pk)


@pytest.mark.parametrize("slug", ["findes-ikke", "p-borger", "p-laege"])
def test_somebody_who_is_not_there_is_not_found(client, slug):
    assert client.post(f"/demo/skift/{slug}/").status_code == 404
    assert "_auth_user_id" not in client.session


def test_opening_the_address_signs_nobody_in(client, nurse):
    assert client.get("/demo/skift/p-praksissygeplejerske/").status_code == 405


def test_another_site_cannot_click(nurse):
    browser = Client(enforce_csrf_checks=True)

    assert browser.post("/demo/skift/p-praksissygeplejerske/").status_code == 403


@override_settings(DEMO=True, SESSION_COOKIE_SECURE=True)
def test_the_check_refuses_the_demo_in_settings_made_for_production():
    errors = checks.demo_never_behind_production_cookies()

    assert [error.id for error in errors] == ["accounts.E002"]


@override_settings(DEMO=False)
def test_the_check_refuses_the_app_without_the_flag():
    assert [error.id for error in checks.personas_only_in_the_demo()] == ["accounts.E001"]


def test_the_check_is_silent_about_the_demo_itself():
    assert checks.personas_only_in_the_demo() == []
    assert checks.demo_never_behind_production_cookies() == []


PRODUCTION = {
    "SECRET_KEY": "".join(random.choices(ascii_letters, k=60)),
    "ALLOWED_HOSTS": "samspil.example",
    "DATABASE_URL": "postgresql://app:secret@db.example/samspil?sslmode=verify-full",
    "BROKER_URL": "rediss://broker.example/0",
    "FIELD_KEYS": "1:" + base64.b64encode(random.randbytes(32)).decode(),
    "BLIND_INDEX_KEY": ascii_letters[:40],
    "SEAL_KEY": ascii_letters[10:50],
    "SEAL_FILE": "/tmp/seals.jsonl",  # noqa: S108 - never written here
    "SITE_URL": "https://samspil.example",
}


def start_production(**environment: str) -> subprocess.CompletedProcess[str]:
    code = "import portal.settings.base as s; print(s.DEMO, 'portal.demo' in s.INSTALLED_APPS)"
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"], **PRODUCTION, **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_has_neither_the_flag_nor_the_app():
    done = start_production()

    assert done.stdout.strip() == "False False", done.stderr


def test_production_refuses_to_start_when_the_environment_asks_for_the_demo():
    done = start_production(DEMO="true")

    assert done.returncode != 0
    assert "DEMO" in done.stderr
