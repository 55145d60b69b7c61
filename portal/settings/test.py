"""For `make test`: the demo's looseness, cheap passwords, mail kept in memory."""

import os

os.environ.setdefault("BROKER_URL", "memory://")

from portal.settings.demo import *
from portal.settings.demo import TEMPLATES

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
SMS_BACKEND = "portal.notifications.sms.MemorySms"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# A name that a template uses and no view gives is a mistake, not an empty string.
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "!!UNDEFINED: %s!!"
CELERY_TASK_ALWAYS_EAGER = False
FRONT_PAGE_SECONDS = 0  # no number lives longer than its test
# Static files are looked for when one is asked for: each of the thousands of test clients starts
# the middleware anew, and would read all folders.
WHITENOISE_AUTOREFRESH = True
