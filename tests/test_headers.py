"""What every answer tells the browser, and what production refuses to start with (WEB-1 to WEB-5,
SEC-1)."""

import os
import runpy
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import path

from portal.access.decorators import public
from portal.common.errors import Throttled
from tests.portal import scope_urls
from tests.world import World, client_for

ROOT = django_settings.BASE_DIR


# --- a site with production's settings ------------------------------------------------------------


@public
def throttled(request: Any) -> Any:
    raise Throttled(retry_after=30)


@public
def broken(request: Any) -> Any:
    raise RuntimeError("on purpose")


urlpatterns = [
    path("t/429/", throttled),
    path("t/500/", broken),
    *scope_urls.urlpatterns,
]

PRODUCTION = {
    "SECRET_KEY": "Qh7-vPz2_mXc9Lr4TsYw8Bn3Kd6Fg5Jx1Za0Ue-OiRtNbVqHwE2kSyMl",
    "ALLOWED_HOSTS": "samspil.example",
    "DATABASE_URL": "postgresql://portal_app:x@database.example/samspil?sslmode=verify-full",
    "BROKER_URL": "rediss://valkey.example:6379/0",
    "FIELD_KEYS": "1:" + "q" * 43 + "=",
    "BLIND_INDEX_KEY": "b7Kd6Fg5Jx1Za0Ue-OiRtNbVqHwE2kSyMl9LrQh7",
    "SEAL_KEY": "s9Lr4TsYw8Bn3Kd6Fg5Jx1Za0Ue-OiRtNbVqHwE2",
    "SEAL_FILE": "/srv/samspil/seals.jsonl",
    "SITE_URL": "https://samspil.example",
}


def production(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> dict[str, Any]:
    """Read `base.py` anew, with this environment and no other."""
    for name in {*PRODUCTION, "DEBUG", "DEMO", "EMAIL_PORT", "EMAIL_USE_TLS", "CONN_MAX_AGE"}:
        monkeypatch.delenv(name, raising=False)
    for name, value in (PRODUCTION | changes).items():
        if value is not None:
            monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "portal/settings/base.py"))


# What the browser is told by settings; the rest of the site stays as in the tests.
_TOLD = (
    "CONTENT_SECURITY_POLICY",
    "MIDDLEWARE",
    "PERMISSIONS_POLICY",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_PRELOAD",
    "SECURE_HSTS_SECONDS",
    "SECURE_PROXY_SSL_HEADER",
    "SECURE_REDIRECT_EXEMPT",
    "SECURE_REFERRER_POLICY",
    "SECURE_SSL_REDIRECT",
    "X_FRAME_OPTIONS",
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_SAMESITE",
    "CSRF_COOKIE_NAME",
    "CSRF_COOKIE_SECURE",
    "CSRF_COOKIE_HTTPONLY",
    "CSRF_COOKIE_SAMESITE",
)


@pytest.fixture
def site(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in production(monkeypatch).items():
        if name in _TOLD:
            setattr(settings, name, value)
    settings.ROOT_URLCONF = __name__


CASES = {
    200: ("GET", "/"),
    302: ("GET", "/t/alt/"),
    400: ("GET", "/?q=%00"),
    403: ("POST", "/t/naegtet/"),
    404: ("GET", "/findes-ikke/"),
    405: ("POST", "/hjaelp/"),
    429: ("GET", "/t/429/"),
    500: ("GET", "/t/500/"),
}


def ask(status: int, world: World) -> Any:
    method, address = CASES[status]
    options = {"raise_request_exception": False, "headers": {"X-Forwarded-Proto": "https"}}
    client = client_for(world.gp, **options) if status == 403 else Client(**options)
    response = client.generic(method, address)
    assert response.status_code == status
    return response


def check_headers(headers: Any) -> None:
    policy = headers["Content-Security-Policy"]
    for part in (
        "default-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "script-src 'self'",
        "style-src 'self'",
    ):
        assert part in policy
    assert "unsafe" not in policy
    assert "http" not in policy  # nothing of anybody else's
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Server" not in headers
    assert "X-Powered-By" not in headers


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("status", CASES)
def test_every_status_carries_every_header(status: int, world: World) -> None:
    headers = ask(status, world).headers
    check_headers(headers)
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


@pytest.mark.django_db
@pytest.mark.usefixtures("site")
def test_the_redirect_to_https_carries_them_too() -> None:
    response = Client().get("/hjaelp/")
    assert response.status_code == 301
    assert response.headers["Location"] == "https://testserver/hjaelp/"
    check_headers(response.headers)


@pytest.mark.django_db
@pytest.mark.usefixtures("site")
def test_static_files_carry_them_too() -> None:
    response = Client(headers={"X-Forwarded-Proto": "https"}).get("/static/css/samspil.css")
    assert response.status_code == 200
    check_headers(response.headers)
    response.close()


@pytest.mark.django_db
@pytest.mark.usefixtures("site")
def test_a_foreign_host_gets_the_plain_refusal_with_headers() -> None:
    client = Client(headers={"X-Forwarded-Proto": "https"}, raise_request_exception=False)
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    check_headers(response.headers)


@pytest.mark.usefixtures("site")
def test_the_login_page_sets_only_hardened_cookies(world: World) -> None:
    client = Client(headers={"X-Forwarded-Proto": "https"})
    response = client.get("/konto/log-ind/")
    assert response.cookies
    for name, morsel in response.cookies.items():
        assert name.startswith("__Host-"), name
        assert morsel["secure"], name
        assert morsel["httponly"], name
        assert morsel["samesite"] in {"Lax", "Strict"}, name
        assert morsel["path"] == "/", name
        assert not morsel["domain"], name


@pytest.mark.usefixtures("site")
def test_pages_for_one_person_are_never_stored_and_vary(world: World) -> None:
    client = client_for(world.gp, headers={"X-Forwarded-Proto": "https"})
    response = client.get("/t/alt/")
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert "Cookie" in response.headers["Vary"]


# --- production's start ---------------------------------------------------------------------------

REFUSED: list[tuple[str, dict[str, str | None], str]] = [
    ("no secret", {"SECRET_KEY": None}, "SECRET_KEY is not set"),
    ("short secret", {"SECRET_KEY": "kort"}, "SECRET_KEY is shorter than 50"),
    ("example secret", {"SECRET_KEY": "django-insecure-" + PRODUCTION["SECRET_KEY"]}, "example"),
    ("one letter", {"SECRET_KEY": "x" * 60}, "not random"),
    ("no hosts", {"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is not set"),
    ("empty hosts", {"ALLOWED_HOSTS": " , "}, "ALLOWED_HOSTS must name"),
    ("all hosts", {"ALLOWED_HOSTS": "*"}, "wildcards"),
    ("hosts of a domain", {"ALLOWED_HOSTS": ".samspil.example"}, "wildcards"),
    ("one wildcard among hosts", {"ALLOWED_HOSTS": "a.example,*.b.example"}, "wildcards"),
    ("no database", {"DATABASE_URL": None}, "DATABASE_URL is not set"),
    ("another database", {"DATABASE_URL": "sqlite:///db.sqlite3"}, "postgresql://"),
    ("no choice of TLS", {"DATABASE_URL": "postgresql://u:p@db.example/x"}, "sslmode"),
    (
        "TLS that may fall back",
        {"DATABASE_URL": "postgresql://u:p@db.example/x?sslmode=prefer"},
        "sslmode",
    ),
    (
        "misspelt TLS",
        {"DATABASE_URL": "postgresql://u:p@db.example/x?sslmode=verify_full"},
        "sslmode",
    ),
    ("no broker", {"BROKER_URL": None}, "BROKER_URL is not set"),
    ("no field keys", {"FIELD_KEYS": None}, "FIELD_KEYS is not set"),
    ("field key not base64", {"FIELD_KEYS": "1:not base64!"}, "is not base64"),
    ("field key of 16 bytes", {"FIELD_KEYS": "1:" + "q" * 22 + "=="}, "32 bytes"),
    ("field key without number", {"FIELD_KEYS": "q" * 43 + "="}, "FIELD_KEYS"),
    ("field key number 0", {"FIELD_KEYS": "0:" + "q" * 43 + "="}, "1-255"),
    ("field key twice", {"FIELD_KEYS": ",".join(["1:" + "q" * 43 + "="] * 2)}, "twice"),
    ("short index key", {"BLIND_INDEX_KEY": "kort"}, "BLIND_INDEX_KEY is shorter"),
    ("no seal key", {"SEAL_KEY": None}, "SEAL_KEY is not set"),
    ("no seal file", {"SEAL_FILE": None}, "SEAL_FILE is not set"),
    ("no address of the site", {"SITE_URL": None}, "SITE_URL is not set"),
    ("a port in words", {"EMAIL_PORT": "smtp"}, "EMAIL_PORT must be a whole number"),
    ("a negative age", {"CONN_MAX_AGE": "-1"}, "CONN_MAX_AGE must be a whole number"),
    ("debugging on", {"DEBUG": "true"}, "DEBUG is set"),
    ("debugging half on", {"DEBUG": "yes"}, "DEBUG must be"),
    ("personas on", {"DEMO": "true"}, "DEMO is set"),
    ("a misspelt setting", {"ALLOWED_HOST": "samspil.example"}, "ALLOWED_HOST is unknown"),
]


def test_production_starts_with_a_sound_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    base = production(monkeypatch)
    assert base["DEBUG"] is False
    assert base["DEMO"] is False
    assert base["SCOPE_ROLE"] == base["WORKER_ROLE"] == ""
    assert base["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert "SILENCED_SYSTEM_CHECKS" not in base


@pytest.mark.parametrize(
    ("changes", "cause"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_production_refuses_to_start_and_says_why(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str | None], cause: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=".") as refused:
        production(monkeypatch, **changes)
    assert cause in str(refused.value)


def test_the_deployment_check_has_no_warnings() -> None:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PG", "DJANGO"))
    }
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment | PRODUCTION | {"DJANGO_SETTINGS_MODULE": "portal.settings.base"},
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stderr
    assert "0 silenced" in checked.stdout
