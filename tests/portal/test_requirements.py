"""The lock files: pinned, hashed, and working with any package index."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.check_requirements import faults_of, missing_of

ROOT = Path(__file__).resolve().parents[2]
HASH = "    --hash=sha256:" + "0" * 64


def test_our_lock_files_hold_no_address_and_every_package_has_a_hash() -> None:
    answer = subprocess.run([sys.executable, "tools/check_requirements.py"], cwd=ROOT)

    assert answer.returncode == 0


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://pypi.example/simple",
        "--extra-index-url file:///opt/simple",
        "--find-links /opt/wheels",
        f"django @ https://files.example/django.whl \\\n{HASH}",
        f"django>=5 \\\n{HASH}",
        "django==5.2.1",
        "-e .",
    ],
)
def test_a_line_that_make_lock_would_not_write_is_refused(line: str) -> None:
    good = f"amqp==5.4.2 \\\n{HASH}\n    # via kombu\n"

    assert faults_of("requirements.txt", good) == []
    assert faults_of("requirements.txt", f"{good}{line}\n")


def test_a_dependency_that_is_not_locked_is_named() -> None:
    locked = f"django-allauth[mfa]==65.1 \\\n{HASH}\n"

    assert missing_of("r", locked, ["Django_allauth[mfa]>=65,<66"]) == []
    assert "celery" in missing_of("r", locked, ["celery[redis]>=5"])[0]
