"""`manage.py check --deploy` as production would run it, and any warning is an error."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Shaped like production's; nobody listens there, and no check may need that.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "portal.settings.base",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "ALLOWED_HOSTS": "samspil.example",
    "DATABASE_URL": "postgresql://portal_app:x@database.example/samspil?sslmode=verify-full",
    "BROKER_URL": "rediss://valkey.example:6379/0",
    "FIELD_KEYS": "1:" + "q" * 43 + "=",
    "BLIND_INDEX_KEY": secrets.token_urlsafe(48),
    "SEAL_KEY": secrets.token_urlsafe(48),
    "SEAL_FILE": "/srv/samspil/seals.jsonl",
    "SITE_URL": "https://samspil.example",
}

if __name__ == "__main__":
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    environment = {**os.environ, **PRODUCTION}
    sys.exit(subprocess.call(command, cwd=ROOT, env=environment))  # noqa: S603 - our own command
