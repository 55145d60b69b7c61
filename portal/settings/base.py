"""What production runs. The other files only relax it; the environment is read here alone."""

import hashlib
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal.settings import environment as env

BASE_DIR = Path(__file__).resolve().parents[2]

# --- what the machine says -------------------------------------------------------------------
SECRET_KEY = env.secret("SECRET_KEY", at_least=50)
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS", "")
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS")
DATABASES: dict[str, dict[str, Any]] = {"default": env.database("DATABASE_URL", require_tls=True)}
BROKER_URL = env.text("BROKER_URL")
# Keys for patient fields and their blind indexes live outside the database and its backup.
FIELD_KEYS = env.keyring("FIELD_KEYS")
BLIND_INDEX_KEY = env.text("BLIND_INDEX_KEY", at_least=32).encode()
SEAL_KEY = env.text("SEAL_KEY", at_least=32).encode()
SEAL_FILE = Path(env.text("SEAL_FILE"))
# Why the trail ends stands in portal/audit/expiry.py. Less than a year and a month would remove
# months that `bootstrap_database` makes.
AUDIT_KEPT_MONTHS = env.number("AUDIT_KEPT_MONTHS", 60, lowest=14)
SITE_URL = env.text("SITE_URL")
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", BASE_DIR / "var" / "media"))
# From this much money in any one year a lawyer must look at an agreement (workflows.md).
AGREEMENT_LEGAL_THRESHOLD_ORE = env.number("AGREEMENT_LEGAL_THRESHOLD_DKK", 100_000) * 100
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 587, lowest=1)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Samspil <svar-ikke@samspil.example>")
# Who answers the public: on the accessibility statement and the error pages (A11Y-7).
CONTACT_MAIL = env.text("CONTACT_MAIL", "kontakt@samspil.example")
CONTACT_PHONE = env.text("CONTACT_PHONE", "")
ACCESSIBILITY_STATEMENT_URL = env.text("ACCESSIBILITY_STATEMENT_URL", "")
# Fewer persons than this are hidden in figures that leave those who may see the persons. It may be
# raised, never lowered.
FEWEST_PERSONS_SHOWN = env.number("FEWEST_PERSONS_SHOWN", 5, lowest=5)
# Uploads are looked at by this daemon (portal/common/scanning.py); empty looks at nothing.
MALWARE_SCANNER = env.text("MALWARE_SCANNER", "")
# Where agreements are signed outside (partnerships/signing_service.py); empty for nowhere.
SIGNING_SERVICE = env.text("SIGNING_SERVICE", "")
SIGNING_FOLDER = env.text("SIGNING_FOLDER", "")
SMS_BACKEND = env.text("SMS_BACKEND", "portal.notifications.sms.UnconfiguredSms")

if env.flag("DEBUG", False):
    raise ImproperlyConfigured("DEBUG is set. Use portal.settings.dev for it; remove it here.")
DEBUG = False
# Personas open every door with one click. Only portal.settings.demo turns them on; an environment
# that asks for them here is a mistake that must not start.
if env.flag("DEMO", False):
    raise ImproperlyConfigured("DEMO is set. Use portal.settings.demo for it; remove it here.")
DEMO = False

# --- application -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "portal.common",
    "portal.geography",
    "portal.accounts",
    "portal.access",
    "portal.audit",
    "portal.notifications",
    "portal.jobs",
    "organisations",
    "offers",
    "referrals",
    "partnerships",
    "portal.reporting",
    "portal.succession",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "portal.accounts.apps.OperatorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",  # the widgets' own templates, under those in templates/django/forms
    "django_htmx",
    "template_partials",
    "csp",
]

# The order is law (tenancy-and-audit.md, 4): the actor is resolved before the scope opens, because
# a stale session deletes itself, which a read-only scope refuses.
MIDDLEWARE = [
    "portal.common.middleware.RequestIdMiddleware",
    # Before those that may answer by themselves: a redirect to https and a static file carry the
    # browser's policies too (WEB-1, WEB-2).
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.common.middleware.NoNullBytesMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.accounts.middleware.SessionLimitsMiddleware",
    "organisations.middleware.ActorMiddleware",
    "organisations.middleware.SecondFactorMiddleware",
    "referrals.middleware.LinkActorMiddleware",
    "portal.common.middleware.DomainErrorMiddleware",
    "portal.audit.middleware.ScopeMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "portal.common.forms.FormRenderer"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "portal.common.context.site",
                "organisations.context.actor",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
                "portal.common.templatetags.look",
            ],
        },
    },
]

# --- database --------------------------------------------------------------------------------
DATABASES["default"] |= {
    "CONN_MAX_AGE": env.number("CONN_MAX_AGE", 60),
    "CONN_HEALTH_CHECKS": True,
    # A pooler in transaction mode may stand in front: no session state, no named cursors.
    "DISABLE_SERVER_SIDE_CURSORS": True,
    "ATOMIC_REQUESTS": False,
}
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = None
# The role that a scope takes on where the login role owns the tables (demo and tests). Empty in
# production: there the login role *is* portal_app and a start-up check refuses an owner.
SCOPE_ROLE = ""
WORKER_ROLE = ""

# --- sign-in (AUT) ---------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "portal.accounts.passwords.LengthValidator"},
    {"NAME": "portal.accounts.passwords.CommonPasswordValidator"},
    {"NAME": "portal.accounts.passwords.ProductWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "organisations:start"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Nobody signs up: an address is proven by the link of the invitation.
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ALLOW_UNVERIFIED_EMAIL = True
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # the other sessions end; this one goes on
ACCOUNT_SESSION_REMEMBER = False  # the cookie ends with the browser
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
# Passwords are counted in PostgreSQL (portal.accounts.throttle); these are for the codes of the
# second factor, and a cap on floods. A hospital or a town hall stands behind one address.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "10/15m/key",
    "reset_password": "60/m/ip,5/15m/key",
    "reset_password_from_key": "60/m/ip",
}
ACCOUNT_FORMS = {
    "login": "portal.accounts.forms.LoginForm",
    "reset_password": "portal.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "portal.accounts.forms.ResetPasswordKeyForm",
    "change_password": "portal.accounts.forms.ChangePasswordForm",
    "reauthenticate": "portal.accounts.forms.ReauthenticateForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
# How many proxies of ours stand in front; the caller's address is taken from that far back.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 1)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Samspil"
MFA_ADAPTER = "portal.accounts.adapter.MfaAdapter"
MFA_FORMS = {
    "authenticate": "portal.accounts.forms.AuthenticateForm",
    "reauthenticate": "portal.accounts.forms.ReauthenticateCodeForm",
    "activate_totp": "portal.accounts.forms.ActivateTOTPForm",
    "add_webauthn": "portal.accounts.forms.AddWebAuthnForm",
    "edit_webauthn": "portal.accounts.forms.EditWebAuthnForm",
}

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_SAMESITE = "Lax"
# Two hours past the absolute limit of portal.accounts.sessions, so that a form which comes too late
# still finds out whose it was.
SESSION_COOKIE_AGE = 14 * 60 * 60
SESSION_IDLE_MINUTES = 30  # AUT-7: idle limit
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- browser (WEB) ---------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: []
    for name in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
}
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER: tuple[str, str] | None = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REDIRECT_EXEMPT = [r"^drift/levende$", r"^drift/klar$"]
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# An agreement's economy may have 60 lines with a field for each year.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- files -----------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT: Path | None = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- language and time -----------------------------------------------------------------------
LANGUAGE_CODE = "da"
# English joins when its catalogue is complete; until then no page offers half a language.
LANGUAGES = [("da", _("Dansk"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Copenhagen"

# --- jobs ------------------------------------------------------------------------------------
# Valkey holds nothing that cannot be lost; every due time is a row (REL-4, REL-5).
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_DEFAULT_QUEUE = env.text("CELERY_QUEUE", "samspil")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker never gives the broker up
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # kilobytes; a hog is replaced after its task
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_ENABLE_UTC = True
# How long a worker may hold a message or a job before another takes it; longer than any task lives.
OUTBOX_CLAIM_SECONDS = 120
JOB_RING_SECONDS = 30

# --- the field's own rules -------------------------------------------------------------------
# One place for the numbers of acute help: search, the page *Akut hjælp* and the footer read it.
ACUTE_HELP = [
    {"label": _("Ved livsfare"), "number": "112", "note": _("Ring straks.")},
    {
        "label": _("Akut hjælp, når din læge har lukket"),
        "number": "1813",
        "note": _("Hovedstaden. Ring til lægevagten i resten af landet, eller til din egen læge."),
    },
    {
        "label": _("Livslinien, ved tanker om selvmord"),
        "number": "70 201 201",
        "note": _("Du kan ringe alle årets dage."),
    },
]

# Days of the referral clocks that a region has chosen otherwise, by region slug; the defaults and
# names stand in `referrals/deadlines.py`.
REFERRAL_CLOCKS: dict[str, dict[str, int]] = {}

# How long a worker may show the numbers of the front page before it counts again.
FRONT_PAGE_SECONDS = 600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "portal.common.logging.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}

# Cache in the database's neighbour only for throttling; losing it loses nothing else.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.cache_address(BROKER_URL),
        "KEY_PREFIX": hashlib.sha256(SECRET_KEY.encode()).hexdigest()[:8],
    }
}

env.refuse_misspelt()
