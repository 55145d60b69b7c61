"""Queueing: in the transaction of the change, once per key, and never at the broker's mercy."""

import ast
import logging
import os
import signal
import time
from datetime import timedelta
from functools import cache
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.access.actor import Actor
from portal.audit.models import AuditEntry
from portal.common import clock
from portal.common.errors import NotAllowed, NotFound, WrongState
from portal.common.logging import bound_request_id
from portal.notifications import bell as bell_module
from portal.notifications import registry, services
from portal.notifications.bell import Bell
from portal.notifications.models import OutgoingMessage
from portal.notifications.services import muted, queue, retry_message
from tests.portal import outbox_doubles  # noqa: F401 (registers messages)
from tests.portal.crew import Crew, crew  # noqa: F401 (a fixture)
from tests.world import World

SOURCES = ("portal", "organisations", "offers", "referrals", "partnerships")


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    rung: list[int] = []
    monkeypatch.setattr(services.bell, "ring", rung.append)
    return rung


def plain(key: str = "test:1", **more) -> OutgoingMessage | None:
    return queue(key=key, template="test.plain", ids={"n": 1}, **more)


# --- in the caller's transaction --------------------------------------------------------------
@pytest.mark.django_db
def test_a_queued_message_waits_with_template_and_ids() -> None:
    with bound_request_id("req-1"):
        message = queue(
            key="test:1", template="test.plain", ids={"n": 7}, organisation_id=3, channel="sms"
        )

    stored = OutgoingMessage.objects.get(key="test:1")
    assert message is not None
    assert message.pk == stored.pk
    assert (stored.template, stored.ids, stored.organisation_id) == ("test.plain", {"n": 7}, 3)
    assert (stored.status, stored.channel, stored.request_id) == ("waiting", "sms", "req-1")
    assert stored.due_at == stored.created_at == message.created_at


@pytest.mark.django_db
def test_a_key_queues_once(django_capture_on_commit_callbacks, rings: list[int]) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first = plain()
        second = plain(due_at=clock.now() + timedelta(days=1))

    assert first is not None
    assert second is None
    assert rings == [first.pk]
    assert OutgoingMessage.objects.get().due_at == first.due_at


@pytest.mark.django_db
def test_queueing_costs_one_statement() -> None:
    with CaptureQueriesContext(connection) as first:
        plain()
    with CaptureQueriesContext(connection) as again:
        plain()

    assert len(first) == len(again) == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_message_and_no_ring(rings: list[int]) -> None:
    @transaction.atomic
    def half_a_change() -> None:
        plain()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_a_change()

    assert not OutgoingMessage.objects.exists()
    assert rings == []


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_after_the_commit_and_not_before(rings: list[int]) -> None:
    with transaction.atomic():
        message = plain()
        assert rings == []

    assert rings == [message.pk]


@pytest.mark.django_db(transaction=True)
def test_a_message_is_refused_outside_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        plain()


@pytest.mark.django_db
def test_what_is_due_later_rings_nobody(
    django_capture_on_commit_callbacks, rings: list[int]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        plain(due_at=clock.now() + timedelta(seconds=1))

    assert rings == []
    assert not OutgoingMessage.objects.due().exists()


@pytest.mark.django_db
def test_what_is_muted_stays_as_history_and_never_goes_out(
    django_capture_on_commit_callbacks, rings: list[int]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        with muted():
            plain("test:past")
        plain("test:now")

    assert OutgoingMessage.objects.get(key="test:past").status == "suppressed"
    assert len(rings) == 1


# --- ids only (LOG-2) -------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_template_that_nobody_builds_is_refused() -> None:
    with pytest.raises(LookupError, match="no.such"):
        queue(key="test:1", template="no.such", ids={})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value",
    [
        "Birthe Krogh",
        "borger@example.dk",
        "+4520123456",
        "20123456",
        "ensom efter hjerteinfarkt",
        "Bøje",
        "x" * 65,
        ["Birthe Krogh"],
        {"name": "Birthe"},
        1.5,
        None,
    ],
)
def test_what_is_no_id_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is no id"):
        queue(key="test:1", template="test.plain", ids={"n": value})

    assert not OutgoingMessage.objects.exists()


@pytest.mark.django_db
def test_ids_codes_and_moments_are_kept() -> None:
    one, now = UUID("01890a5d-ac96-774b-bcce-b302099a8057"), clock.now()

    queue(
        key="test:1",
        template="test.plain",
        ids={
            "n": 1,
            "uuid": one,
            "stage": "answer-2",
            "until": now,
            "day": now.date(),
            "some": [one],
        },
    )

    assert OutgoingMessage.objects.get().ids == {
        "n": 1,
        "uuid": str(one),
        "stage": "answer-2",
        "until": now.isoformat(),
        "day": now.date().isoformat(),
        "some": [str(one)],
    }


# --- the database is the last guard -----------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("outgoing_sent_when", {"status": "sent"}),
        ("outgoing_sent_when", {"sent_at": "2026-01-01T00:00Z"}),
        ("outgoing_claimed_until", {"status": "claimed"}),
        ("outgoing_claimed_until", {"claimed_until": "2026-01-01T00:00Z"}),
        ("outgoing_losses_are_attempts", {"losses": 1}),
    ],
)
def test_a_half_recorded_row_is_refused(constraint: str, changes: dict[str, object]) -> None:
    plain()

    with pytest.raises(IntegrityError, match=constraint):
        OutgoingMessage.objects.update(**changes)


# --- the broker may be anything (REL-6) -------------------------------------------------------
def _commit_times(count: int) -> list[float]:
    times = []
    for _ in range(count):
        began = time.perf_counter()
        with transaction.atomic():
            plain(f"test:{uuid4()}")
        times.append(time.perf_counter() - began)
    return sorted(times)


def _typical(times: list[float]) -> float:
    return times[len(times) * 9 // 10]


@pytest.mark.django_db(transaction=True)
def test_a_frozen_broker_makes_no_commit_slow(crew: Crew) -> None:  # noqa: F811
    _commit_times(60)
    assert crew.bell.flush(5)
    os.kill(crew.valkey.pid, signal.SIGSTOP)

    frozen = _commit_times(60)
    os.kill(crew.valkey.pid, signal.SIGCONT)

    # A broker that is waited for costs each commit a whole second (`socket_timeout`). How much
    # less than that a commit takes is the machine's.
    assert _typical(frozen) < 0.9
    assert OutgoingMessage.objects.count() == 120


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_gone_costs_nothing_and_rings_again_when_back(
    crew: Crew,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bell_module, "PAUSE", 0.05)
    crew.valkey.stop()

    with caplog.at_level(logging.WARNING, "portal.notifications"):
        gone = _commit_times(30)
        assert crew.bell.flush(20)
    crew.valkey.start()
    _commit_times(1)
    assert crew.bell.flush(10)

    assert _typical(gone) < 0.9
    assert len(caplog.records) == 1, "one line for one outage, not one per message"
    assert crew.redis().llen(settings.CELERY_TASK_DEFAULT_QUEUE) >= 1


def test_rings_beyond_the_list_are_left_to_the_sweeper(monkeypatch: pytest.MonkeyPatch) -> None:
    bell = Bell()
    monkeypatch.setattr(bell, "_work", lambda: time.sleep(0.2))
    for number in range(bell_module.LONGEST_LIST + 50):
        bell.ring(number)

    assert bell._list.qsize() == bell_module.LONGEST_LIST


def test_a_forked_child_begins_with_an_empty_list_and_no_thread() -> None:
    bell = Bell()
    bell._list.put_nowait(1)
    bell._lock.acquire()

    bell.after_fork()

    assert bell._list.qsize() == 0
    assert bell._thread is None
    assert bell._lock.acquire(blocking=False)


@pytest.mark.django_db(transaction=True)
def test_the_broker_holds_ids_and_nothing_else(crew: Crew) -> None:  # noqa: F811
    with transaction.atomic():
        message = plain("test:hemmelig-noegle")
    assert crew.bell.flush(5)

    client = crew.redis()
    dump = b"".join(
        client.dump(key)
        + (b"".join(client.lrange(key, 0, -1)) if client.type(key) == b"list" else b"")
        for key in client.keys("*")
    )

    assert f'"argsrepr": "[{message.pk}]"'.encode() in dump
    assert b"modtager" not in dump
    assert b"hemmelig" not in dump
    assert b'"eta": null' in dump


# --- set aside, and let in again (REL-10) -----------------------------------------------------
@pytest.fixture
def failed(db: None) -> OutgoingMessage:
    plain()
    OutgoingMessage.objects.update(
        status="failed", attempts=8, losses=1, last_error="SMTPException"
    )
    return OutgoingMessage.objects.get()


def test_the_operator_lets_a_failed_message_try_again(
    failed: OutgoingMessage,
    world: World,
    django_capture_on_commit_callbacks,
    rings: list[int],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        retry_message(message_id=failed.pk, actor=world.operator.actor())

    failed.refresh_from_db()
    assert (failed.status, failed.attempts, failed.losses) == ("waiting", 0, 0)
    assert rings == [failed.pk]
    assert AuditEntry.objects.get(action="outgoing.retry").subject_ids == [str(failed.pk)]


@pytest.mark.parametrize(
    "who", ["gp", "coordinator", "dpo", "receiver_manager", "outsider_handler"]
)
def test_nobody_else_does(failed: OutgoingMessage, world: World, who: str) -> None:
    actor: Actor = getattr(world, who).actor()

    with pytest.raises(NotAllowed):
        retry_message(message_id=failed.pk, actor=actor)


def test_only_what_failed_can_be_tried_again(failed: OutgoingMessage, world: World) -> None:
    OutgoingMessage.objects.update(status="suppressed")

    with pytest.raises(WrongState):
        retry_message(message_id=failed.pk, actor=world.operator.actor())
    with pytest.raises(NotFound):
        retry_message(message_id=failed.pk + 1, actor=world.operator.actor())


# --- the registry -----------------------------------------------------------------------------
def test_two_builders_of_one_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="test.plain"):
        registry.message("test.plain")(lambda ids: None)


def test_every_template_that_is_queued_has_a_builder() -> None:
    """Found by reading the sources, so that a message of a rare event cannot be forgotten."""
    queued = {
        word.value.value
        for _path, call in _calls("queue")
        for word in call.keywords
        if word.arg == "template" and isinstance(word.value, ast.Constant)
    }

    assert queued
    assert queued - set(registry.registered()) == set()


# --- what no source file may do ---------------------------------------------------------------
@cache
def _nodes() -> list[tuple[str, ast.AST]]:
    """Every node of every source file, read once."""
    return [
        (str(path.relative_to(settings.BASE_DIR)), node)
        for folder in SOURCES
        for path in (settings.BASE_DIR / folder).rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call | ast.FunctionDef)
    ]


def _calls(name: str) -> list[tuple[str, ast.Call]]:
    return [
        (path, node)
        for path, node in _nodes()
        if isinstance(node, ast.Call)
        and name
        == (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
    ]


def test_nothing_is_held_in_the_broker_for_later() -> None:
    """REL-5: due times are rows. No eta, no countdown, no retry by Celery."""
    late = [
        path
        for name in ("apply_async", "send_task", "signature", "s", "si", "retry", "delay")
        for path, call in _calls(name)
        for word in call.keywords
        if word.arg in {"eta", "countdown"}
    ]
    retries = [
        path
        for path, call in _calls("retry")
        if isinstance(call.func, ast.Attribute)
        and getattr(call.func.value, "id", "") in {"self", "task"}
    ]

    assert late == []
    assert retries == []


def test_only_the_bell_talks_to_the_broker() -> None:
    """REL-2: what shall happen later is a row; nobody enqueues a task beside it."""
    callers = {path for name in ("apply_async", "send_task", "delay") for path, _ in _calls(name)}

    assert callers == {"portal/notifications/bell.py"}


def test_only_delivery_sends_mail() -> None:
    callers = {
        path
        for name in ("send_mail", "EmailMessage", "EmailMultiAlternatives", "mail_admins")
        for path, _ in _calls(name)
    }

    assert callers == {"portal/notifications/delivery.py"}


def test_tasks_take_ids_and_names_of_jobs_only() -> None:
    """LOG-2: what a task is given lies in the broker in the clear."""
    tasks = [
        (path, node)
        for path, node in _nodes()
        if isinstance(node, ast.FunctionDef)
        and any(
            ast.unparse(mark).startswith(("app.task", "shared_task"))
            for mark in node.decorator_list
        )
    ]

    assert len(tasks) >= 2
    for path, task in tasks:
        for argument in task.args.args + task.args.kwonlyargs:
            kind = ast.unparse(argument.annotation) if argument.annotation else ""
            assert argument.arg.endswith("_id") or argument.arg == "name", (path, argument.arg)
            assert kind in {"int", "str", "UUID"}, (path, argument.arg)


def test_only_the_demo_mutes_the_outbox() -> None:
    assert {path.split("/")[1] for path, _ in _calls("muted")} <= {"demo"}


def test_the_operators_list_shows_what_failed_and_lets_it_in_again(
    failed: OutgoingMessage, world: World, client_for, rings: list[int]
) -> None:
    user = world.operator.user
    user.is_staff = user.is_superuser = True
    user.save()
    client = client_for(world.operator)
    address = reverse("admin:notifications_outgoingmessage_changelist")

    page = client.get(f"{address}?status=failed")
    answer = client.post(address, {"action": "retry", "_selected_action": [failed.pk]}, follow=True)

    assert "SMTPException" in page.content.decode()
    assert "1 besked prøves igen." in answer.content.decode()
    failed.refresh_from_db()
    assert failed.status == "waiting"
