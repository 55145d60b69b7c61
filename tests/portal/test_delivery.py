"""From the outbox to the provider: once, in spite of rivals, crashes, clocks and bad messages."""

import json
import logging
import os
import random
import signal
import smtplib
import threading
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.db import connection, connections, transaction

from portal.common import clock
from portal.common.broker import LONGEST_PAUSE, PromptMessage, app
from portal.common.logging import JsonFormatter, bound_request_id
from portal.demo.mail import EmlBackend
from portal.notifications import bell as bell_module
from portal.notifications import delivery, registry
from portal.notifications.checks import a_claim_outlives_its_worker
from portal.notifications.delivery import Status, deliver, deliver_due, message_id_of, sweep
from portal.notifications.models import OutgoingMessage
from portal.notifications.registry import render_mail
from portal.notifications.services import queue
from portal.notifications.sms import MemorySms
from tests.portal.crew import Crew, crew  # noqa: F401 (a fixture)
from tests.portal.outbox_doubles import CANARY, provider_got
from tests.sizes import DRILL
from tests.waiting import patience, wait_for

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def put(key: str = "test:1", template: str = "test.plain", **more) -> OutgoingMessage:
    ids = more.pop("ids", {"n": 1})
    with transaction.atomic():
        message = queue(key=key, template=template, ids=ids, **more)
    assert message is not None
    return message


def again(message: OutgoingMessage) -> OutgoingMessage:
    return OutgoingMessage.objects.get(pk=message.pk)


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bell that nobody hears, so that a test alone decides who delivers."""
    from portal.notifications import services

    monkeypatch.setattr(services.bell, "ring", lambda message_id: None)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch):
    """A mail server that does what the test tells it; `got` is what it took over."""
    told = SimpleNamespace(got=[], act=lambda mail: None)

    class Backend(BaseEmailBackend):
        def send_messages(self, email_messages):
            for one in email_messages:
                told.act(one)
                told.got.append(one)
            return len(email_messages)

    monkeypatch.setattr(mail, "get_connection", lambda **_kwargs: Backend())
    return told


def refuse(error: Exception):
    def act(_mail) -> None:
        raise error

    return act


# --- what is sent -----------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_mail_goes_out_with_an_id_of_its_own_and_the_id_of_its_request() -> None:
    with bound_request_id("req-42"):
        message = put()

    assert deliver(message.pk) is Status.SENT

    (sent,) = mail.outbox
    assert sent.to == ["1@modtager.example"]
    assert sent.from_email == settings.DEFAULT_FROM_EMAIL
    assert sent.extra_headers["Message-ID"] == message_id_of("test:1")
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert sent.extra_headers["X-Request-Id"] == "req-42"
    row = again(message)
    assert (row.status, row.attempts, row.losses) == ("sent", 1, 0)
    assert row.sent_at is not None
    assert row.claimed_until is None


def test_the_message_id_tells_nothing_of_the_key_and_differs_for_each() -> None:
    assert message_id_of("referral:7:new") == message_id_of("referral:7:new")
    assert message_id_of("referral:7:new") != message_id_of("referral:8:new")
    assert "referral" not in message_id_of("referral:7:new")
    assert message_id_of("x").endswith("@samspil.example>")


@pytest.mark.django_db
def test_what_is_no_longer_true_is_not_sent() -> None:
    message = put(template="test.none")

    assert deliver(message.pk) is Status.SUPPRESSED
    assert mail.outbox == []
    assert deliver(message.pk) is None


@pytest.mark.django_db
def test_texts_are_plain_danish_without_escapes_and_holes(tmp_path: Path, settings) -> None:
    folder = tmp_path / "emails" / "test"
    folder.mkdir(parents=True)
    (folder / "a.subject.txt").write_text("Svar på\n {{ name }}\n")
    (folder / "a.txt").write_text(
        '{% extends "emails/base.txt" %}{% block body %}\nKære {{ name }}\n\n\n\n'
        "{% if 0 %}\n{% endif %}"
        "{{ site_url }}/svar/\n{% endblock %}"
    )
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}
    ]

    made = render_mail("test.a", {"name": "Bøje & Åse"}, to="a@b.example")

    assert made == render_mail("test/a", {"name": "Bøje & Åse"}, to="a@b.example")
    assert made.subject == "Svar på Bøje & Åse"
    assert made.text.startswith("Kære Bøje & Åse\n\nhttp")
    assert "Venlig hilsen\nSamspil\n" in made.text
    assert "\n\n\n" not in made.text
    assert "!!UNDEFINED" not in made.text


@pytest.mark.django_db
def test_the_demo_keeps_a_mail_as_a_file_that_mail_programs_open(tmp_path: Path, settings) -> None:
    settings.EMAIL_FILE_PATH = str(tmp_path)
    EmlBackend().send_messages(
        [
            mail.EmailMessage(
                "Æbler", "Blåbær\n", "a@b.example", ["c@d.example"], headers={"Message-ID": "<1@x>"}
            )
        ]
    )

    (path,) = tmp_path.glob("*.eml")
    parsed = message_from_bytes(path.read_bytes(), policy=default)
    assert parsed["Subject"] == "Æbler"
    assert parsed["Message-ID"] == "<1@x>"
    assert parsed.get_content().splitlines() == ["Blåbær"]


# --- text messages ----------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_text_message_is_held_until_there_is_a_provider(settings) -> None:
    settings.SMS_BACKEND = "portal.notifications.sms.UnconfiguredSms"
    message = put(template="test.sms", channel="sms", ids={"n": 123456})

    with clock.at(clock.now()):
        for _ in range(20):
            assert deliver(message.pk) is Status.WAITING
            assert deliver(message.pk) is None, "not before its pause is over"
            clock.advance_to(clock.now() + delivery.HELD_FOR)
        settings.SMS_BACKEND = "portal.notifications.sms.MemorySms"
        MemorySms.outbox.clear()

        assert deliver(message.pk) is Status.SENT

    assert [sms.text for sms in MemorySms.outbox] == ["Samspil: din kode er 123456."]
    assert again(message).attempts == 1, "waiting for a provider is no failed try"


@pytest.mark.django_db
def test_the_demo_stores_a_text_message_beside_the_mails(tmp_path: Path, settings) -> None:
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.SMS_BACKEND = "portal.notifications.sms.StoredSms"

    deliver(put(template="test.sms", channel="sms", ids={"n": 7}).pk)

    (path,) = (tmp_path / "mail").iterdir()
    assert path.suffix == ".sms"
    assert path.read_text().startswith("To: +4520000000\n")
    assert path.read_text().endswith("\n\nSamspil: din kode er 000007.\n")


@pytest.mark.django_db
def test_a_builder_may_answer_a_mail_with_a_text_message() -> None:
    message = put(template="test.sms", channel="mail")
    MemorySms.outbox.clear()

    assert deliver(message.pk) is Status.SENT
    assert len(MemorySms.outbox) == 1
    assert again(message).channel == "sms"


# --- once -------------------------------------------------------------------------------------
def at_once(workers: int, work) -> None:
    """Run `work(number)` in so many threads that start together; their errors are ours."""
    gate, errors = threading.Barrier(workers), []

    def run(number: int) -> None:
        try:
            gate.wait()
            work(number)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.django_db(transaction=True)
def test_five_rivals_send_one_message_once(provider, silent: None) -> None:
    provider.act = lambda _mail: time.sleep(0.05)
    message = put()
    results = []

    at_once(5, lambda _number: results.append(deliver(message.pk)))

    assert len(provider.got) == 1
    assert sorted(map(str, results)) == ["None", "None", "None", "None", "sent"]


@pytest.mark.drill
@pytest.mark.django_db(transaction=True)
def test_each_key_has_one_effect_however_often_and_in_whatever_order_it_rings(
    provider, silent: None, record_property
) -> None:
    """REL-3: each message rings 2 to 5 times, in parallel and out of order."""
    keys = [f"test:{number}" for number in range(10_000 if DRILL else 60)]
    rings = [pk for key in keys for pk in [put(key).pk] * random.randint(2, 5)]  # noqa: S311
    random.shuffle(rings)
    record_property("figure", f"{len(keys)} messages, {len(rings)} rings, each sent once")

    at_once(4, lambda number: [deliver(pk) for pk in rings[number::4]])

    sent = [one.extra_headers["Message-ID"] for one in provider.got]
    assert sorted(sent) == sorted(map(message_id_of, keys))


@pytest.mark.django_db(transaction=True)
def test_sending_happens_outside_any_transaction(provider, silent: None) -> None:
    states = []
    provider.act = lambda _mail: states.append(connection.in_atomic_block)

    assert deliver(put().pk) is Status.SENT
    assert states == [False]


@pytest.mark.django_db
def test_who_overslept_the_claim_does_not_write_over_the_successor(
    provider, caplog: pytest.LogCaptureFixture
) -> None:
    message = put()

    with clock.at(clock.now()):

        def oversleep(_mail) -> None:
            provider.act = lambda _mail: None
            clock.advance_to(clock.now() + timedelta(seconds=settings.OUTBOX_CLAIM_SECONDS + 1))
            assert deliver(message.pk) is Status.SENT
            raise smtplib.SMTPServerDisconnected

        provider.act = oversleep
        deliver(message.pk)

    assert again(message).status == "sent"
    assert "may have gone out twice" in caplog.text


def test_a_claim_must_outlive_its_worker(settings) -> None:
    assert a_claim_outlives_its_worker() == []
    settings.OUTBOX_CLAIM_SECONDS = settings.CELERY_TASK_TIME_LIMIT

    assert [error.id for error in a_claim_outlives_its_worker()] == ["notifications.E001"]


# --- when things go wrong ---------------------------------------------------------------------
@pytest.mark.django_db
def test_a_mail_server_that_is_away_is_asked_again_at_growing_pauses(provider) -> None:
    provider.act = refuse(ConnectionRefusedError())
    message = put()
    pauses = []

    with clock.at(clock.now()):
        while deliver(message.pk) is Status.WAITING:
            row = again(message)
            assert (row.status, row.last_error) == ("waiting", "ConnectionRefusedError")
            pauses.append(row.due_at - clock.now())
            clock.advance_to(row.due_at - timedelta(seconds=1))
            assert deliver(message.pk) is None, "not before its pause is over"
            clock.advance_to(row.due_at)

    assert pauses == list(delivery.PAUSES)
    assert pauses == sorted(pauses)
    assert sum(pauses, timedelta()) > timedelta(days=1), "a server may be away for a day"
    assert list(OutgoingMessage.objects.failed()) == [message]
    assert again(message).attempts == delivery.SEND_TRIES


@pytest.mark.django_db
def test_a_mail_server_that_comes_back_gets_the_message(provider) -> None:
    provider.act = refuse(smtplib.SMTPServerDisconnected())
    message = put()

    with clock.at(clock.now()):
        deliver(message.pk)
        provider.act = lambda _mail: None
        clock.advance_to(clock.now() + timedelta(minutes=1))
        assert deliver(message.pk) is Status.SENT

    assert len(provider.got) == 1
    assert again(message).last_error == ""


@pytest.fixture
def bounces(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    told: list[str] = []
    monkeypatch.setattr(registry, "_bounce_hooks", [])
    registry.on_bounce(told.append)
    return told


@pytest.mark.django_db
def test_an_address_that_does_not_exist_is_told_to_who_keeps_it(
    provider, bounces: list[str]
) -> None:
    @registry.on_bounce
    def broken(address: str) -> None:
        raise ValueError(address)

    registry._bounce_hooks.reverse()
    provider.act = refuse(
        smtplib.SMTPRecipientsRefused({"1@modtager.example": (550, b"no such user")})
    )
    message = put()

    assert deliver(message.pk) is Status.FAILED

    assert bounces == ["1@modtager.example"], "although another hook failed first"
    assert again(message).attempts == 1, "asking again would not help"


@pytest.mark.django_db
def test_a_full_mailbox_is_no_bounce(provider, bounces: list[str]) -> None:
    provider.act = refuse(smtplib.SMTPRecipientsRefused({"1@modtager.example": (452, b"full")}))

    assert deliver(put().pk) is Status.WAITING
    assert bounces == []


@pytest.mark.django_db
def test_of_several_only_who_did_not_get_it_is_tried_again(provider) -> None:
    def act(one) -> None:
        if one.to == ["2@modtager.example"]:
            raise smtplib.SMTPServerDisconnected

    provider.act = act
    message = put(template="test.several", ids={"people": [1, 2, 3]})

    with clock.at(clock.now()):
        assert deliver(message.pk) is Status.WAITING
        assert "modtager" not in json.dumps(again(message).done)
        clock.advance_to(clock.now() + timedelta(minutes=1))
        provider.act = lambda _mail: None
        assert deliver(message.pk) is Status.SENT

    assert sorted(one.to[0][0] for one in provider.got) == ["1", "2", "3"]
    assert len({one.extra_headers["Message-ID"] for one in provider.got}) == 3
    assert again(message).done == []


@pytest.mark.django_db
def test_of_several_one_wrong_address_does_not_stop_the_others(
    provider, bounces: list[str]
) -> None:
    def act(one) -> None:
        if one.to == ["1@modtager.example"]:
            raise smtplib.SMTPRecipientsRefused({one.to[0]: (550, b"no such user")})

    provider.act = act
    message = put(template="test.several", ids={"people": [1, 2]})

    assert deliver(message.pk) is Status.SENT
    assert [one.to for one in provider.got] == [["2@modtager.example"]]
    assert bounces == ["1@modtager.example"]


@pytest.mark.django_db
def test_nobody_left_to_tell_is_no_failure() -> None:
    assert deliver(put(template="test.several", ids={"people": []}).pk) is Status.SUPPRESSED


@pytest.mark.django_db
def test_poison_is_set_aside_after_three_tries_and_never_stops_the_rest(silent: None) -> None:
    """REL-10, for messages that raise and messages that exit."""
    poison = [put("poison:1", "test.raises"), put("poison:2", "test.exits")]
    good = [put(f"test:{number}", ids={"n": number}) for number in range(50)]

    with clock.at(clock.now()):
        for _ in range(10):
            deliver_due()
            clock.advance_to(clock.now() + timedelta(hours=1))

    assert len(mail.outbox) == 50
    assert {again(message).status for message in good} == {"sent"}
    assert [
        (row.status, row.attempts, row.last_error) for row in (again(message) for message in poison)
    ] == [("failed", 3, "ValueError"), ("failed", 3, "SystemExit")]
    assert set(OutgoingMessage.objects.failed()) == set(poison), "visible to the operator"


@pytest.mark.django_db
def test_a_message_that_takes_its_workers_down_is_set_aside_untried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    message = put()
    tries = []

    class KilledError(BaseException):
        """What no handler catches: the process is gone."""

    def kill(*_args):
        tries.append(1)
        raise KilledError

    monkeypatch.setattr(delivery, "_attempt", kill)
    with clock.at(clock.now()):
        for _ in range(3):
            with pytest.raises(KilledError):
                deliver(message.pk)
            assert deliver(message.pk) is None, "the claim holds"
            clock.advance_to(clock.now() + timedelta(seconds=settings.OUTBOX_CLAIM_SECONDS))
        assert deliver(message.pk) is Status.FAILED

    assert len(tries) == 3
    assert again(message).last_error == "WorkerLost"


@pytest.mark.django_db
def test_no_word_of_an_error_reaches_row_or_log(caplog: pytest.LogCaptureFixture) -> None:
    message = put(template="test.raises")

    with caplog.at_level(logging.DEBUG):
        deliver(message.pk)

    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert any("ValueError" in line for line in lines)
    assert not any(CANARY in line or "canary" in line for line in lines)
    assert again(message).last_error == "ValueError"


# --- time -------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_what_is_due_later_goes_out_then_and_once() -> None:
    with clock.at(NOON):
        message = put(due_at=NOON + timedelta(minutes=30))

        assert deliver(message.pk) is None
        clock.advance_to(NOON + timedelta(minutes=29, seconds=59))
        assert deliver_due() == 0
        clock.advance_to(NOON + timedelta(minutes=30))
        assert deliver_due() == 1
        clock.advance_to(NOON + timedelta(days=2))
        assert deliver_due() == 0

    assert len(mail.outbox) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "jump", [timedelta(hours=1), -timedelta(hours=1), timedelta(days=1), -timedelta(days=1)]
)
def test_a_clock_that_jumps_sends_nothing_twice_and_nothing_never(jump: timedelta) -> None:
    """REL-13. The clock is wrong for ten minutes in the middle of an hour of messages."""
    with clock.at(NOON - timedelta(hours=1)):
        put("test:past", ids={"n": 0})
        for number in range(1, 60):
            put(f"test:{number}", ids={"n": number}, due_at=NOON + timedelta(minutes=number))

    for minute in range(62):
        wrong = jump if 20 <= minute < 30 else timedelta()
        with clock.at(NOON + timedelta(minutes=minute) + wrong):
            deliver_due()

    assert sorted(int(one.to[0].partition("@")[0]) for one in mail.outbox) == list(range(60))


# --- the sweeper ------------------------------------------------------------------------------
@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    from contextlib import nullcontext

    numbers: list[int] = []
    monkeypatch.setattr(bell_module, "connect", nullcontext)
    monkeypatch.setattr(
        bell_module, "send", lambda _connection, message_id, **_more: numbers.append(message_id)
    )
    return numbers


@pytest.mark.django_db
def test_the_sweeper_rings_for_what_the_bell_missed_oldest_first(rung: list[int]) -> None:
    with clock.at(NOON):
        late = put("late")
        later = put("later", due_at=NOON + timedelta(seconds=1))
        fresh = put("fresh", due_at=NOON + timedelta(seconds=55))
        put("future", due_at=NOON + timedelta(hours=1))
        dead = put("dead", due_at=NOON - timedelta(hours=1))
        alive = put("alive", due_at=NOON - timedelta(hours=1))
        deliver(put("sent").pk)
        for row, until in ((dead, NOON), (alive, NOON + timedelta(minutes=2))):
            OutgoingMessage.objects.filter(pk=row.pk).update(
                status="claimed", claimed_until=until, attempts=1
            )

        clock.advance_to(NOON + timedelta(minutes=1))
        count = sweep()

    assert rung == [dead.pk, late.pk, later.pk]
    assert count == 3
    assert fresh.pk not in rung, "its own bell has just rung"


@pytest.mark.django_db
def test_a_sweep_rings_for_no_more_than_workers_can_take(
    rung: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SWEEP_SIZE", 3)
    with clock.at(NOON):
        for number in range(5):
            put(f"test:{number}")
        clock.advance_to(NOON + timedelta(minutes=1))

        assert sweep() == 3


@pytest.mark.django_db
def test_the_command_sends_without_a_broker(capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        put(f"test:{number}")

    call_command("sweep_outbox", at_most=2)
    call_command("sweep_outbox")

    assert len(mail.outbox) == 3
    assert capsys.readouterr().out.splitlines() == [
        "2 outgoing messages handled.",
        "1 outgoing messages handled.",
    ]


# --- a real worker and a real broker ----------------------------------------------------------
def all_sent() -> bool:
    return not OutgoingMessage.objects.exclude(status="sent").exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_delivers_within_seconds_and_one_id_leads_all_the_way(crew: Crew) -> None:  # noqa: F811
    """LOG-1 and LOG-2: request, row, log line and mail carry one id, and no line names a person."""
    crew.start_worker(concurrency=1)
    with bound_request_id("req-from-the-web"):
        put()
    bad = put("poison", "test.raises")

    wait_for(all_sent_but(bad), 10, "the bell delivers")
    wait_for(lambda: again(bad).attempts, 10, "the bad one was tried")

    (got,) = provider_got(crew.mail)
    assert got["request"] == "req-from-the-web"
    lines = [json.loads(line) for line in crew.log.splitlines() if line.startswith("{")]
    mine = [line for line in lines if line.get("request_id") == "req-from-the-web"]
    assert any("is sent" in line["message"] for line in mine)
    assert any("ValueError" in str(line.get("error", "")) for line in lines)
    assert "canary" not in crew.log
    assert "modtager" not in crew.log


def all_sent_but(bad: OutgoingMessage):
    return lambda: not OutgoingMessage.objects.exclude(pk=bad.pk).exclude(status="sent").exists()


@pytest.mark.drill
@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_when_the_broker_forgets_everything(
    crew: Crew,  # noqa: F811
    silent: None,
    record_property,
) -> None:
    """REL-4: FLUSHALL with messages waiting; the sweeper alone brings them all."""
    count = 1000 if DRILL else 40
    keys = [f"test:{number}" for number in range(count)]
    with clock.at(clock.now() - timedelta(minutes=1)):
        for key in keys:
            put(key)
    crew.start_worker()
    sweep()
    crew.redis().flushall()

    def swept() -> bool:
        return all_sent() or (sweep() and all_sent())

    took = wait_for(swept, 300, "the sweeper brings them all")
    record_property("figure", f"{count} messages, all sent after {took:.0f} s")

    sent = [got["id"] for got in provider_got(crew.mail)]
    assert sorted(sent) == sorted(map(message_id_of, keys))


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_at_work_loses_nothing_and_doubles_only_in_the_window(
    crew: Crew,  # noqa: F811
) -> None:
    """REL-3, REL-4, REL-10: die before sending, die between handing over and recording, and die
    each time. The doubles are counted: one per kill in the window, with the same Message-ID."""
    crew.start_worker()
    crew.start_beat()
    before = put("dies:before", "test.kills-once", ids={"n": 1})
    inside = put("dies:inside", "test.kills-after", ids={"n": 2})
    always = put("dies:always", "test.kills", ids={"n": 3})
    hang = put("hangs", "test.hangs", ids={"n": 4})
    good = [put(f"test:{number}", ids={"n": 10 + number}) for number in range(50)]

    def settled() -> bool:
        rows = OutgoingMessage.objects
        return rows.filter(status="sent").count() == 52 and again(always).status == "failed"

    wait_for(settled, 120, "all is sent but the poison")

    got = [one["id"] for one in provider_got(crew.mail)]
    assert {
        one: got.count(message_id_of(one)) for one in ("dies:before", "dies:always", "hangs")
    } == {
        "dies:before": 1,
        "dies:always": 0,
        "hangs": 0,
    }
    assert got.count(message_id_of("dies:inside")) == 2, "the documented window, once"
    assert [got.count(message_id_of(row.key)) for row in good] == [1] * 50
    assert (again(before).losses, again(inside).losses) == (1, 1)
    assert (again(always).losses, again(always).last_error) == (3, "WorkerLost")
    assert again(hang).last_error == "SoftTimeLimitExceeded"


@pytest.mark.drill
@pytest.mark.django_db(transaction=True)
def test_a_worker_comes_back_by_itself_after_its_broker(crew: Crew, record_property) -> None:  # noqa: F811
    """REL-6: stop, freeze and restart the broker; the worker resumes within 30 seconds."""
    crew.start_worker(concurrency=1)
    rounds = 10 if DRILL else 1
    record_property("figure", f"{rounds} stops and {rounds} frozen, {2 * rounds} times back")
    for number in range(rounds):
        crew.valkey.stop()
        put(f"gone:{number}")
        time.sleep(random.uniform(1, 12) if DRILL else 1)  # noqa: S311
        crew.valkey.start()
        wait_for(one_more_is_sent(f"back:{number}"), 30, "back from a stop")

        os.kill(crew.valkey.pid, signal.SIGSTOP)
        time.sleep(random.uniform(1, 12) if DRILL else 2)
        os.kill(crew.valkey.pid, signal.SIGCONT)
        wait_for(one_more_is_sent(f"thawed:{number}"), 30, "back from ice")

    with clock.at(clock.now() + timedelta(seconds=11)):
        sweep()
    wait_for(all_sent, 30, "what was queued while it was gone")
    assert len(provider_got(crew.mail)) == OutgoingMessage.objects.count()


def one_more_is_sent(key: str):
    """Queue one each second until one of them is sent. A broker that thaws gives the first ring to
    a connection that its worker has given up meanwhile: that ring is lost, as a ring may be."""
    asked: list[float] = []

    def check() -> bool:
        if not asked or time.monotonic() - asked[-1] > 1:
            put(f"{key}:{len(asked)}")
            asked.append(time.monotonic())
        return OutgoingMessage.objects.filter(key__startswith=f"{key}:", status="sent").exists()

    return check


@pytest.mark.drill
@pytest.mark.django_db(transaction=True)
def test_a_worker_asked_to_stop_finishes_what_it_holds(
    crew: Crew,  # noqa: F811
    silent: None,
    record_property,
) -> None:
    """REL-9: rolling restarts under load lose and double nothing."""
    keys = [f"test:{number}" for number in range(300 if DRILL else 30)]
    worker = crew.start_worker(concurrency=1)
    for position, key in enumerate(keys):
        message = put(key)
        with crew.connect() as broker:
            bell_module.send(broker, message.pk)
        if position % 100 == 15:
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(patience(60)) == 0
            worker = crew.start_worker(concurrency=1)

    wait_for(all_sent, 60, "all is sent")

    sent = [got["id"] for got in provider_got(crew.mail)]
    record_property("figure", f"{len(keys)} messages, {len(set(sent))} sent")
    assert sorted(sent) == sorted(map(message_id_of, keys))


def test_a_worker_connects_anew_when_it_cannot_acknowledge() -> None:
    """kombu would log it and count the message as unfinished for ever; see the drill above."""
    message = PromptMessage(
        {"properties": {"delivery_tag": "1"}}, channel=SimpleNamespace(no_ack_consumers=None)
    )

    def times_out(*_args: object, **_more: object) -> None:
        raise TimeoutError

    message.channel.basic_ack = message.channel.basic_reject = times_out
    errors = (TimeoutError,)

    with pytest.raises(TimeoutError):
        message.ack_log_error(logging.getLogger(), errors)
    with pytest.raises(TimeoutError):
        message.reject_log_error(logging.getLogger(), errors)


@pytest.mark.parametrize("url", ["redis+socket:///run/valkey.sock", "redis://h/0", "rediss://h/0"])
def test_connections_to_valkey_are_prompt(url: str) -> None:
    connection = app.connection_for_read(url)

    assert connection.get_transport_cls().Channel.Message is PromptMessage
    assert LONGEST_PAUSE <= 5
