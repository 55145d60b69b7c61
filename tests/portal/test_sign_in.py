"""Ways in: password, second factor, throttling, reset, log-out (AUT-1 to AUT-6, AUT-8)."""

import re
import statistics
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client, override_settings
from django.urls import get_resolver, reverse

from organisations import services
from organisations.models import Role
from organisations.services.invitations import token_of
from portal.accounts import outgoing, throttle
from portal.accounts.models import SignInTries, User
from portal.common import clock
from portal.notifications import registry
from portal.notifications.models import OutgoingMessage
from portal.settings import demo
from tests.factories.accounts import PASSWORD, UserFactory, code_of, give_app
from tests.factories.organisations import OrganisationFactory, add_member
from tests.sizes import DRILL

pytestmark = pytest.mark.django_db

LOGIN = "/konto/log-ind/"
# The pages that must be within everybody's reach, by law and for anybody in need.
LAW_AND_NEED = (
    "/hjaelp/",
    "/akut-hjaelp/",
    "/tilgaengelighed/",
    "/was/",
    "/persondata/",
    "/tema/",
    "/sprog/",
)


@pytest.fixture(autouse=True)
def _no_memory_of_other_tests():
    cache.clear()


def type_password(client: Client, user: User, password: str = PASSWORD, **more: str):
    return client.post(LOGIN, {"login": user.email, "password": password, **more})


@pytest.fixture
def editor():
    return add_member(OrganisationFactory(), Role.EDITOR)


@pytest.fixture
def clinician():
    return add_member(OrganisationFactory(kind="practice"), Role.CLINICIAN)


# --- password and second factor ---------------------------------------------------------------
def test_an_editor_signs_in_with_a_password_alone_at_level_low(client, editor):
    response = type_password(client, editor)

    assert response.status_code == 302
    assert response["Location"] == reverse("organisations:start")
    assert client.session["assurance"] == "low"
    assert client.session["_auth_user_id"] == str(editor.pk)


def test_a_clinician_with_an_app_is_nobody_until_the_code_is_given_and_strong_after(
    client, clinician
):
    secret = give_app(clinician)

    first = type_password(client, clinician)

    assert first["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    assert client.get("/konto/").status_code == 302

    second = client.post(first["Location"], {"code": code_of(secret)})

    assert second["Location"] == reverse("organisations:start")
    assert client.session["assurance"] == "strong"


def test_a_code_works_once(client, clinician):
    secret = give_app(clinician)
    code = code_of(secret)
    type_password(client, clinician)
    client.post("/konto/to-faktor/kode/", {"code": code})
    other = Client()
    type_password(other, clinician)

    again = other.post("/konto/to-faktor/kode/", {"code": code})

    assert again.status_code == 422
    assert "_auth_user_id" not in other.session


def test_an_emergency_code_opens_once(client, clinician):
    give_app(clinician)
    codes = Authenticator.objects.get(user=clinician, type="recovery_codes").wrap()
    code = codes.get_unused_codes()[0]
    type_password(client, clinician)

    assert client.post("/konto/to-faktor/kode/", {"code": code}).status_code == 302
    other = Client()
    type_password(other, clinician)
    assert other.post("/konto/to-faktor/kode/", {"code": code}).status_code == 422


def test_without_a_checked_identity_two_factors_stay_low_and_the_page_says_what_to_do(client):
    person = add_member(
        OrganisationFactory(kind="practice"), Role.CLINICIAN, identity_checked_at=None
    )
    secret = give_app(person)
    type_password(client, person)
    client.post("/konto/to-faktor/kode/", {"code": code_of(secret)})

    response = client.get("/start/", follow=True)

    assert client.session["assurance"] == "low"
    assert response.request["PATH_INFO"] == "/konto/to-faktor/"
    assert "skal bekræfte, hvem du er" in response.content.decode()


def test_the_session_rises_by_itself_once_somebody_has_checked_the_identity(client):
    person = add_member(
        OrganisationFactory(kind="practice"), Role.CLINICIAN, identity_checked_at=None
    )
    secret = give_app(person)
    type_password(client, person)
    client.post("/konto/to-faktor/kode/", {"code": code_of(secret)})
    before = client.session.session_key
    User.objects.filter(pk=person.pk).update(identity_checked_at=clock.now())

    response = client.get("/konto/to-faktor/?videre=1")

    assert response.status_code == 302
    assert client.session["assurance"] == "strong"
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("types", "page"),
    [
        (["totp"], "mfa_reauthenticate"),
        (["webauthn"], "mfa_reauthenticate_webauthn"),
        (["webauthn", "totp"], "mfa_reauthenticate"),
    ],
)
def test_who_has_not_used_a_factor_this_time_is_asked_for_one_they_have(
    client, clinician, types, page
):
    for kind in types:
        Authenticator.objects.create(user=clinician, type=kind, data={"name": kind})
    client.force_login(clinician)

    response = client.get("/konto/to-faktor/")

    assert response.context["missing"] == "use"
    assert response.context["confirm_url"].startswith(reverse(page) + "?")


def test_setting_an_app_up_makes_the_session_strong_under_a_new_key(client, clinician):
    type_password(client, clinician)
    assert client.get("/start/")["Location"].startswith("/konto/to-faktor/")
    page = client.get("/konto/to-faktor/app/")
    secret = page.context["form"].secret
    before = client.session.session_key

    response = client.post("/konto/to-faktor/app/", {"code": code_of(secret)})

    assert response["Location"] == reverse("mfa_view_recovery_codes")
    assert client.session["assurance"] == "strong"
    assert client.session.session_key != before
    assert Session.objects.filter(session_key=before).count() == 0


class CaptureCommits:
    """Run what waits for the commit, as after a real one."""

    def __enter__(self):
        from django.test import TestCase

        self.inner = TestCase.captureOnCommitCallbacks(execute=True)
        return self.inner.__enter__()

    def __exit__(self, *error):
        return self.inner.__exit__(*error)


def test_the_secret_of_an_app_is_sealed_in_the_database(clinician):
    secret = give_app(clinician)

    stored = Authenticator.objects.get(user=clinician, type="totp").data["secret"]

    assert secret not in stored


def test_the_last_factor_cannot_be_removed(client, clinician):
    secret = give_app(clinician)
    type_password(client, clinician)
    client.post("/konto/to-faktor/kode/", {"code": code_of(secret)})

    response = client.post("/konto/to-faktor/app/fjern/")

    assert "Sæt en anden faktor op først" in response.content.decode()
    assert Authenticator.objects.filter(user=clinician, type="totp").exists()


def addresses(**arguments: str) -> list[tuple[str, str]]:
    """Every address of the site: its route, and the same with something in place of each part."""
    found = []

    def fill(part: re.Match[str]) -> str:
        name = re.search(r"\w+>", part[0])[0][:-1]
        return arguments.get(
            name, "00000000-0000-7000-8000-000000000000" if "uuid" in part[0] else "1"
        )

    def walk(resolver, prefix):
        for entry in resolver.url_patterns:
            route = prefix + re.sub(r"^\^|\$$", "", str(entry.pattern))
            if hasattr(entry, "url_patterns"):
                walk(entry, route)
            else:
                filled = re.sub(r"\(\?P<\w+>(\[[^]]*\]|[^()\[\]])*\)|<[^>]+>", fill, route)
                found.append((f"/{route}", "/" + re.sub(r"[\\$]|\(\?:|\)", "", filled)))

    walk(get_resolver(), "")
    return sorted(found)


def addresses_with_arguments() -> list[str]:
    return [address for _route, address in addresses()]


def test_no_address_leads_past_the_second_factor(clinician):
    client = Client(raise_request_exception=False)
    type_password(client, clinician)
    assert client.session["assurance"] == "low"
    opened = []

    for address in addresses_with_arguments():
        if address.startswith(("/konto/", "/invitation/", "/demo/skift/", "/organisation/skift/")):
            continue
        for method in ("get", "post"):
            response = getattr(client, method)(address)
            goes_to = response.get("Location", "")
            if not goes_to.startswith("/konto/to-faktor/"):
                opened.append((method, address, response.status_code))

    assert [row for row in opened if not row[1].startswith(LAW_AND_NEED)] == []
    assert len(addresses_with_arguments()) > 40


# --- guessing ---------------------------------------------------------------------------------
@pytest.mark.parametrize("known", [True, False])
def test_at_most_ten_tries_an_account_get_a_password_check(client, monkeypatch, editor, known):
    email = editor.email if known else "ukendt@samspil.example"
    looked_at = []
    monkeypatch.setattr(
        "allauth.account.auth_backends.AuthenticationBackend.authenticate",
        lambda *_args, **_kwargs: looked_at.append(1),
    )

    for attempt in range(60):
        client.post(LOGIN, {"login": email, "password": f"forkert-kode-{attempt}"})

    assert len(looked_at) == 10


def test_the_window_slides_and_the_right_password_works_again_after_it(client, editor):
    now = clock.now()
    with clock.at(now):
        for _ in range(10):
            type_password(client, editor, "forkert-kode-igen")
        assert type_password(client, editor).status_code == 422
    with clock.at(now + timedelta(minutes=14)):
        assert type_password(client, editor).status_code == 422
    with clock.at(now + timedelta(minutes=15, seconds=1)):
        assert type_password(client, editor).status_code == 302


def test_the_right_password_gives_ten_new_tries(client, editor):
    for _ in range(9):
        type_password(client, editor, "forkert-kode-igen")
    assert type_password(client, editor).status_code == 302
    client.post("/konto/log-af/")

    for _ in range(9):
        type_password(client, editor, "forkert-kode-igen")

    assert type_password(client, editor).status_code == 302


def test_an_address_that_floods_is_stopped_for_every_account(client):
    bucket = throttle.address_bucket("127.0.0.1")
    for _ in range(throttle.TRIES_PER_ADDRESS):
        assert throttle.take_try(bucket, throttle.TRIES_PER_ADDRESS)

    response = type_password(client, UserFactory())

    assert response.status_code == 422
    assert "Vent et kvarter" in response.content.decode()


def test_the_table_of_tries_names_nobody_and_is_swept(client, editor):
    type_password(client, editor, "forkert-kode-igen")
    stored = b"".join(bytes(row.bucket) for row in SignInTries.objects.all())

    assert editor.email.encode() not in stored
    with clock.at(clock.now() + timedelta(minutes=16)):
        assert throttle.forget_old_tries() == 2
    assert not SignInTries.objects.exists()


def without_token(html: bytes, email: str) -> str:
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", html.decode())
    text = re.sub(r'X-CSRFToken": "[^"]+"', "", text)
    text = re.sub(r"<small[^>]*>[^<]{16}</small>|[0-9a-f]{16}", "", text)
    return text.replace(email, "EMAIL")


@pytest.mark.parametrize("tries", [1, 12])
def test_the_reply_is_the_same_for_known_and_unknown_accounts(editor, tries):
    bodies = []
    for email in (editor.email, "ukendt@samspil.example"):
        browser = Client()
        for _ in range(tries):
            response = browser.post(LOGIN, {"login": email, "password": "forkert-kode-igen"})
        bodies.append((response.status_code, without_token(response.content, email)))

    assert bodies[0] == bodies[1]


@pytest.fixture
def cheap_argon2(monkeypatch):
    """The real algorithm at a size that leaves the rest of a request visible beside it."""
    for name, value in {"time_cost": 1, "memory_cost": 64, "parallelism": 1}.items():
        monkeypatch.setattr(Argon2PasswordHasher, name, value)
    monkeypatch.setattr(throttle, "TRIES_PER_ACCOUNT", 10_000)
    monkeypatch.setattr(throttle, "TRIES_PER_ADDRESS", 10_000)
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"]):
        yield


@pytest.mark.usefixtures("cheap_argon2")
def test_a_password_is_hashed_once_for_known_and_unknown_accounts(monkeypatch):
    """AUT-5: what a password's check costs is one hash, so both must cost it."""
    hashed: list[str] = []
    encode = Argon2PasswordHasher.encode
    monkeypatch.setattr(
        Argon2PasswordHasher,
        "encode",
        lambda self, password, salt: hashed.append("made") or encode(self, password, salt),
    )
    verify = Argon2PasswordHasher.verify
    monkeypatch.setattr(
        Argon2PasswordHasher,
        "verify",
        lambda self, password, encoded: hashed.append("checked") or verify(self, password, encoded),
    )
    known = UserFactory()
    counts = []
    for email in (known.email, "ukendt@samspil.example"):
        hashed.clear()
        Client().post(LOGIN, {"login": email, "password": "forkert-kode-igen"})
        counts.append(len(hashed))

    assert counts == [1, 1]


@pytest.mark.drill
@pytest.mark.skipif(not DRILL, reason="seconds are judged in the drill only")
@pytest.mark.usefixtures("cheap_argon2")
def test_the_time_is_the_same_for_known_and_unknown_accounts(record_property):
    """AUT-5: the medians of 200 wrong passwords each lie less than 10 ms apart."""
    known = UserFactory()
    times: dict[str, list[float]] = {known.email: [], "ukendt@samspil.example": []}
    browser = Client()
    for _ in range(200):
        for email, measured in times.items():
            began = time.perf_counter()
            browser.post(LOGIN, {"login": email, "password": "forkert-kode-igen"})
            measured.append(time.perf_counter() - began)

    medians = [statistics.median(measured) for measured in times.values()]

    apart = abs(medians[0] - medians[1])
    record_property("figure", f"{apart * 1000:.1f} ms apart")
    assert apart < 0.010


# --- reset ------------------------------------------------------------------------------------
def test_a_reset_says_the_same_to_all_and_writes_only_to_a_known_address(client, editor):
    answers = [
        client.post("/konto/glemt-kode/", {"email": email})
        for email in (editor.email, "ukendt@samspil.example")
    ]

    assert {answer["Location"] for answer in answers} == {"/konto/glemt-kode/sendt/"}
    queued = OutgoingMessage.objects.get()
    assert queued.template == "organisations.reset_password"
    assert queued.ids == {"user": editor.pk}


def test_the_link_of_a_reset_sets_a_password_once_and_ends_every_session(client, editor):
    elsewhere = Client()
    type_password(elsewhere, editor)
    client.post("/konto/glemt-kode/", {"email": editor.email})
    (mail,) = registry.build("organisations.reset_password", OutgoingMessage.objects.get().ids)
    path = re.search(r"http://[^/]+(/konto/glemt-kode/ny/\S+)", mail.text)[1]

    page = client.get(path, follow=True)
    form = page.redirect_chain[-1][0]
    new = {"password1": "bjerghytte-kompas-19", "password2": "bjerghytte-kompas-19"}
    done = client.post(form, new)

    assert done["Location"] == "/konto/glemt-kode/faerdig/"
    assert "_auth_user_id" not in client.session
    assert elsewhere.get("/konto/").status_code == 302
    assert type_password(Client(), editor, "bjerghytte-kompas-19").status_code == 302
    assert "gælder ikke længere" in Client().get(path, follow=True).content.decode()


# --- passwords --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "password",
    [
        "kort-kode-1",
        "password1234",
        "qwerty123456",
        "iloveyouiloveyou",
        "123456789012",
        "samspil12345",
        "Samspil-2026!",
        "S4mspil!2026",
        "velkommen1234",
        "henvisning2026",
        "Aarhus2026!!",
        "grethe-hansen-1",
        "x" * 129,
    ],
)
def test_refused_passwords(password):
    person = User(name="Grethe Hansen", email="grethe.hansen@samspil.example")

    with pytest.raises(ValidationError):
        validate_password(password, person)


@pytest.mark.parametrize(
    "password",
    [
        "skovsti-lanterne-72",
        "38471029384756",
        "æblegrød på trappen",
        "samspil elsker kolde fjorde",
        "ø" * 10 + "æblegrød på en vinterdag" + "ß" * 94,
    ],
)
def test_accepted_passwords(password):
    assert len(password) <= 128

    validate_password(password, User(name="Grethe Hansen", email="grethe@samspil.example"))


def test_a_password_of_128_characters_signs_in(client):
    long = ("æ😀" + "kæmpehøj-" * 20)[:128]
    person = UserFactory(password=long)

    assert type_password(client, person, long).status_code == 302
    assert type_password(Client(), person, long[:-1]).status_code == 422


def test_passwords_are_hashed_with_argon2id_in_production():
    hasher = Argon2PasswordHasher()

    assert demo.PASSWORD_HASHERS[0] == "django.contrib.auth.hashers.Argon2PasswordHasher"
    assert hasher.encode("skovsti-lanterne-72", hasher.salt()).startswith("argon2$argon2id$")


# --- out --------------------------------------------------------------------------------------
def test_log_out_ends_the_session_on_the_server_and_clears_the_browser(client, editor):
    type_password(client, editor)
    cookie = client.cookies["session"].value

    response = client.post("/konto/log-af/")

    assert response["Clear-Site-Data"] == '"cache", "storage"'
    replay = Client()
    replay.cookies["session"] = cookie
    assert replay.get("/konto/").status_code == 302


def test_opening_the_log_out_page_logs_nobody_out(client, editor):
    type_password(client, editor)

    assert client.get("/konto/log-af/").status_code == 200
    assert client.get("/konto/").status_code == 200


def test_signed_in_pages_stay_in_no_cache(client, editor):
    type_password(client, editor)

    assert "no-store" in client.get("/konto/")["Cache-Control"]


# --- ways in ----------------------------------------------------------------------------------
def documented_ways() -> set[str]:
    """The addresses of docs/ways-in.md whose row says that they make a user's session."""
    lines = (settings.BASE_DIR / "docs" / "ways-in.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line[:3] == "| `"]
    return {cells[0].strip("`") for cells in rows if len(cells) == 5 and cells[3] == "user"}


def test_no_address_makes_a_session_but_the_documented_ones(world, clinician):
    """Post to every address as nobody, with right credentials wherever a way in may ask."""
    editor = world.receiver_editor.user
    secret = give_app(clinician)
    invitation = services.invite_member(
        email="nina.ny@samspil.example",
        name="Nina Ny",
        roles=[Role.EDITOR],
        knows_person=True,
        actor=world.receiver_manager.actor(),
    )
    real = {"token": token_of(invitation), "slug": world.receiver.slug}
    typed = {
        "login": editor.email,
        "password": PASSWORD,
        "password1": "bjerghytte-kompas-19",
        "password2": "bjerghytte-kompas-19",
    }
    found = set()

    for route, address in addresses(**real):
        # Half-way: the password has been given, the code has not.
        for halfway in (False, True) if route.startswith("/konto/") else (False,):
            browser = Client(raise_request_exception=False)
            if halfway:
                type_password(browser, clinician)
            browser.post(address, {**typed, "code": code_of(secret)})  # a code lives half a minute
            row = Session.objects.filter(session_key=browser.session.session_key).first()
            if row is not None and "_auth_user_id" in row.get_decoded():
                found.add(route)

    assert found == documented_ways()


@pytest.mark.parametrize(
    "name", ["account_signup", "account_email", "account_set_password", "account_confirm_email"]
)
def test_pages_of_allauth_that_we_do_not_want_do_not_exist(name):
    assert name not in get_resolver().reverse_dict


def test_a_notice_goes_out_when_a_second_factor_is_added(client, clinician):
    type_password(client, clinician)
    secret = client.get("/konto/to-faktor/app/").context["form"].secret

    with CaptureCommits():
        client.post("/konto/to-faktor/app/", {"code": code_of(secret)})

    templates = set(OutgoingMessage.objects.values_list("template", flat=True))
    assert templates == {"organisations.second_factor_added"}


@pytest.mark.parametrize("kind", sorted({outgoing.RESET, *outgoing.NOTICES.values()}))
def test_every_mail_about_an_account_can_be_made(kind, editor):
    (mail,) = registry.build(f"organisations.{kind}", {"user": editor.pk})

    assert mail.to == editor.email
    assert editor.name in mail.text
    assert "UNDEFINED" not in mail.text + mail.subject


# --- the operator -----------------------------------------------------------------------------
def test_django_admin_opens_for_the_operator_at_level_strong_alone(world, client_for):
    User.objects.filter(pk=world.operator.user.pk).update(is_staff=True)
    User.objects.filter(pk=world.gp.user.pk).update(is_staff=True, is_superuser=True)

    assert client_for(world.operator).get("/drift/admin/").status_code == 200
    assert client_for(world.operator, "low").get("/drift/admin/").status_code == 302
    assert client_for(world.gp).get("/drift/admin/", follow=True).status_code == 403
    assert Client().get("/drift/admin/")["Location"].startswith("/drift/admin/login/")
    assert Client().get("/drift/admin/login/")["Location"].startswith(LOGIN)


def test_django_admin_shows_no_model_that_is_not_on_its_list():
    from django.contrib import admin

    from portal.accounts.admin_site import SHOWN

    assert {model._meta.label_lower for model in admin.site._registry} <= SHOWN


def test_a_flood_of_resets_is_told_to_wait_in_danish(client):
    answers = [
        client.post("/konto/glemt-kode/", {"email": "ukendt@samspil.example"}) for _ in range(6)
    ]

    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert "Vent lidt" in answers[-1].content.decode()
