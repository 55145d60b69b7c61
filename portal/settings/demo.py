"""`make demo`: production minus what needs TLS, plus personas and local mail. CSP stays on."""

import os
import secrets

for _name, _value in {
    # `manage.py demo` makes lasting values in the data folder and hands them to its children; these
    # only let commands such as `check` load the file by itself.
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "127.0.0.1,localhost",
    "DATABASE_URL": "postgresql:///samspil?host=/nonexistent",
    "BROKER_URL": "redis+socket:///nonexistent",
    "FIELD_KEYS": "1:" + "A" * 43 + "=",
    "BLIND_INDEX_KEY": "demo" * 8,
    "SEAL_KEY": "demo" * 8,
    "SEAL_FILE": "var/seals.jsonl",
    "SITE_URL": "http://127.0.0.1:8000",
    "CONTACT_PHONE": "70 00 00 00",
}.items():
    os.environ.setdefault(_name, _value)

from portal.settings.base import *
from portal.settings.base import INSTALLED_APPS, STORAGES

DEMO = True
INSTALLED_APPS = [*INSTALLED_APPS, "portal.demo"]
SCOPE_ROLE = "portal_app"
WORKER_ROLE = "portal_worker"

SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_NAME = "csrf"
CSRF_COOKIE_SECURE = False
LANGUAGE_COOKIE_SECURE = False
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = None
SECURE_HSTS_SECONDS = 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_HSTS_PRELOAD = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http"
ALLAUTH_TRUSTED_PROXY_COUNT = 0

DATA_DIR = os.environ.get("SAMSPIL_DATA", "var")
EMAIL_BACKEND = "portal.demo.mail.EmlBackend"
EMAIL_FILE_PATH = os.path.join(DATA_DIR, "mail")
SMS_BACKEND = "portal.notifications.sms.StoredSms"
STORAGES = {
    **STORAGES,
    # Served from the source tree: the first page shall not wait for collectstatic.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = None  # nothing is collected here, and WhiteNoise warns about a missing folder
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
