"""`manage.py` with production's settings and made-up secrets: `as_production.py check --deploy`.

For checks and for building the image. Nothing is connected to: nobody listens at these addresses.
"""

import base64
import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def environment() -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings.base",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "samspil.example",
        "DATABASE_URL": "postgresql://portal_app:x@database.example/samspil?sslmode=verify-full",
        "BROKER_URL": "rediss://valkey.example:6379/0",
        "FIELD_KEYS": "1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "BLIND_INDEX_KEY": secrets.token_urlsafe(48),
        "SEAL_KEY": secrets.token_urlsafe(48),
        "SEAL_FILE": "/srv/samspil/seals.jsonl",
        "SITE_URL": "https://samspil.example",
    }


if __name__ == "__main__":
    command = [sys.executable, "manage.py", *sys.argv[1:]]
    sys.exit(subprocess.call(command, cwd=ROOT, env=environment()))  # noqa: S603 - our own command
