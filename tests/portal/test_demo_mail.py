"""The demo's outgoing mail: one readable `.eml` file each, whole or not there at all."""

import email
import email.policy
from pathlib import Path
from typing import Any

from django.core.mail import EmailMessage

from portal.demo.mail import EmlBackend


def test_each_mail_is_one_file_that_any_mail_program_opens(tmp_path: Path, settings: Any) -> None:
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    backend = EmlBackend()
    bodies = ["Der er en ny henvisning: http://127.0.0.1:8000/svar/abc", "Én linje til"]

    sent = backend.send_messages(
        [EmailMessage("Nyt på vej", body, to=["æble@forening.example"]) for body in bodies]
    )

    files = sorted((tmp_path / "mail").iterdir())
    assert sent == 2
    assert [path.suffix for path in files] == [".eml", ".eml"]
    read = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files
    ]
    assert [message["Subject"] for message in read] == ["Nyt på vej"] * 2
    assert {message.get_content().strip() for message in read} == set(bodies)


def test_a_recipient_cannot_choose_where_the_file_lands(tmp_path: Path, settings: Any) -> None:
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")

    EmlBackend().send_messages([EmailMessage("x", "y", to=['"../../x"@forening.example'])])

    (written,) = tmp_path.rglob("*.eml")
    assert written.parent == tmp_path / "mail"


def test_a_mail_to_nobody_writes_nothing(tmp_path: Path, settings: Any) -> None:
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")

    EmlBackend().send_messages([EmailMessage("x", "y")])

    assert not list(tmp_path.rglob("*.eml"))
