"""The demo's page *Udsendte beskeder*."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from portal.common import clock
from portal.demo.mail import EmlBackend
from portal.demo.messages import PAGE_SIZE
from portal.notifications.messages import Sms
from portal.notifications.models import OutgoingMessage
from portal.notifications.sms import StoredSms
from tests.world import World

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.SITE_URL = "http://127.0.0.1:8000"
    return tmp_path / "mail"


@pytest.fixture
def page(world: World, client_for) -> Client:
    return client_for(world.operator)


def send(to: str, subject: str, text: str, *, minutes: int = 0) -> None:
    with clock.at(NOON + timedelta(minutes=minutes)):
        EmlBackend().send_messages([EmailMessage(subject, text, "site@samspil.example", [to])])


def text_to(number: str, text: str, *, minutes: int = 0) -> None:
    with clock.at(NOON + timedelta(minutes=minutes)):
        StoredSms().send(Sms(to=number, text=text), message_id="<1@x>")


def get(page: Client, query: str = "") -> str:
    response = page.get(reverse("demo:messages") + query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_reply_link_can_be_clicked_and_the_code_read(folder: Path, page: Client) -> None:
    send(
        "helle@forening.example",
        "Ny henvisning 26-1184",
        "Svar: http://127.0.0.1:8000/svar/Ab_9/\n",
    )
    text_to("+4520123456", "Samspil: din kode er 004711. Den gælder i 10 minutter.", minutes=1)

    html = get(page)

    assert '<a href="http://127.0.0.1:8000/svar/Ab_9/">http://127.0.0.1:8000/svar/Ab_9/</a>' in html
    assert '<b class="code">004711</b>' in html
    assert html.index("004711") < html.index("Ny henvisning 26-1184"), "newest first"
    assert "helle@forening.example" in html
    assert "+4520123456" in html


def test_no_foreign_address_becomes_a_link_and_nothing_is_markup(
    folder: Path, page: Client
) -> None:
    send(
        "a@b.example",
        "<i>æ</i>",
        "http://evil.example/ http://127.0.0.1:8000.evil.example/ <script>",
    )

    html = get(page)

    assert 'href="http://evil' not in html
    assert ".evil.example/</a>" not in html
    assert "&lt;i&gt;æ&lt;/i&gt;" in html
    assert "&lt;script&gt;" in html


def test_messages_are_found_by_a_part_of_the_recipient(folder: Path, page: Client) -> None:
    send("helle@forening.example", "Til Helle", "x")
    send("ove@lungen.example", "Til Ove", "x")
    text_to("+4520123456", "Til telefonen")

    assert "Til Helle" in get(page, "?til=HELLE@")
    assert "Til Ove" not in get(page, "?til=HELLE@")
    assert "Til telefonen" in get(page, "?til=2012 3456")
    assert "Ingen beskeder til den modtager" in get(page, "?til=ingen")
    assert "Ingen beskeder til den modtager" in get(page, "?til=%2F..%2F")


def test_a_long_list_has_pages(folder: Path, page: Client) -> None:
    for number in range(PAGE_SIZE + 1):
        send("a@b.example", f"Mail nr. {number:02}", "x", minutes=number)

    first, second = get(page, "?til=a@b"), get(page, "?til=a@b&side=2")

    assert "Mail nr. 20" in first
    assert "Mail nr. 00" not in first
    assert "?til=a%40b&amp;side=2" in first
    assert "Mail nr. 00" in second
    assert "Mail nr. 00" in get(page, "?side=999"), "beyond the end is the last page"


def test_an_empty_page_says_what_will_come(folder: Path, page: Client) -> None:
    assert "Ingen beskeder endnu" in get(page)


def test_what_waits_and_what_failed_is_told(folder: Path, page: Client) -> None:
    OutgoingMessage.objects.create(key="a", template="test.plain")
    OutgoingMessage.objects.create(key="b", template="test.plain", status="failed")

    html = get(page)

    assert "1 venter på at blive sendt" in html
    assert "1 besked kunne ikke sendes." in html


def test_the_page_fetches_by_itself_only_when_asked(folder: Path, page: Client) -> None:
    address = reverse("demo:messages")

    assert "Refresh" not in page.get(address)
    assert page.get(f"{address}?opdater=ja")["Refresh"] == "5"


def test_half_written_and_foreign_files_are_left_alone(folder: Path, page: Client) -> None:
    folder.mkdir()
    (folder / ".20261123T120000.000000-a-ab12cd.eml.part").write_text("x")
    (folder / "notes.txt").write_text("x")
    (folder / "evil.eml").write_text("x")

    assert "Ingen beskeder endnu" in get(page)


@pytest.mark.parametrize(
    "who", ["gp", "receiver_handler", "coordinator", "dpo", "outsider_manager"]
)
def test_others_do_not_see_it(folder: Path, world: World, client_for, who: str) -> None:
    assert client_for(getattr(world, who)).get(reverse("demo:messages")).status_code == 403


def test_strangers_are_asked_to_sign_in(folder: Path, world: World) -> None:
    assert Client().get(reverse("demo:messages")).status_code == 302
