"""The first administrator, and what is forgotten every night."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client

from organisations import services
from organisations.models import Membership, Organisation
from portal.accounts.models import KeptForm, SignInTries, User
from portal.common import clock
from portal.common.errors import NotAllowed
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def create(email="ida@samspil.example", name="Ida Skov") -> str:
    out = StringIO()
    call_command("create_operator", email, name=name, stdout=out)
    return out.getvalue()


def test_the_command_makes_an_operator_and_prints_a_link_that_works(client):
    text = create()

    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)
    assert list(user.memberships.get().roles.values_list("role", flat=True)) == ["operator"]
    path = re.search(r"http://[^/]+(/\S+)", text)[1]
    form = client.get(path, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    client.post("/konto/log-ind/", {"login": user.email, "password": PASSWORD})
    assert client.get("/drift/admin/")["Location"].startswith("/konto/to-faktor/")


def test_a_second_run_makes_no_second_anything():
    create()
    create(email="IDA@samspil.example")

    assert User.objects.count() == Organisation.objects.count() == Membership.objects.count() == 1


def test_nonsense_is_refused_in_one_sentence():
    with pytest.raises(CommandError, match="no e-mail address"):
        create(email="ida")


def test_no_page_can_make_an_operator(world):
    with pytest.raises(NotAllowed):
        services.create_operator(email="x@x.example", name="X", actor=world.operator.actor())


def test_the_nightly_job_forgets_what_is_over_and_keeps_what_is_not():
    now = clock.now()
    old, fresh = Client(), Client()
    person = UserFactory()
    with clock.at(now):
        for browser in (old, fresh):
            browser.post("/konto/log-ind/", {"login": person.email, "password": PASSWORD})
        KeptForm.objects.create(
            user=person, path="/", data=[], assurance="low", expires_at=now + timedelta(hours=1)
        )
        old.post("/konto/log-ind/", {"login": "ukendt@x.example", "password": "forkert"})
    over = Session.objects.filter(session_key=old.session.session_key)
    over.update(expire_date=now - timedelta(seconds=1))

    with clock.at(now):
        call_command("tidy_accounts")
        assert Session.objects.count() == UserSession.objects.count() == 1
        assert KeptForm.objects.exists()
        assert SignInTries.objects.exists()
    with clock.at(now + timedelta(hours=2)):
        call_command("tidy_accounts")

    assert not KeptForm.objects.exists()
    assert not SignInTries.objects.exists()
    assert fresh.get("/konto/").status_code == 200
