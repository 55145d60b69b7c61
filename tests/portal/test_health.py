"""Three depths of health: what breaks changes its own answer and no other (OPS-1)."""

import json
import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import Client

from portal import health
from portal.common import clock
from portal.health import Probe
from portal.jobs.running import run_once
from portal.notifications import bell
from portal.notifications.models import OutgoingMessage
from portal.notifications.services import queue
from tests.portal import outbox_doubles  # noqa: F401 (registers messages)
from tests.portal.crew import Crew, crew  # noqa: F401 (a fixture)

LONG = 30.0  # seconds; an answer that had waited for it is told from a slow machine's
ALIVE, READY, STATUS = "/drift/levende", "/drift/klar", "/drift/status"


@pytest.fixture(autouse=True)
def fresh_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("database_probe", "rows_probe", "broker_probe"):
        monkeypatch.setattr(health, name, Probe(getattr(health, name)._ask))
    monkeypatch.setattr(health, "PATIENCE", 3.0)


def breaks(*_args: object) -> bool:
    raise OSError


def never_answers() -> bool:
    """Longer than any test waits; the thread is a daemon and holds nothing up."""
    time.sleep(LONG)
    return True


def beat_is_alive() -> None:
    run_once(job=health.HEARTBEAT, period=clock.now(), action=lambda: None)


def test_liveness_asks_nobody() -> None:
    """No database: pytest would refuse a query here."""
    response = Client().get(ALIVE)

    assert response.status_code == 200
    assert response.json() == {"state": "ok", "checks": {}}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_a_node_with_its_database_is_ready() -> None:
    response = Client().get(READY)

    assert response.status_code == 200
    assert response.json() == {"state": "ok", "checks": {"database": True, "disk": True}}


@pytest.mark.django_db(transaction=True)
def test_a_node_whose_tables_are_behind_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health._Migrations, "applied", False)
    monkeypatch.setattr(
        health.MigrationExecutor, "migration_plan", lambda *_args: [("app", "0002_new")]
    )

    assert Client().get(READY).status_code == 503


@pytest.mark.parametrize("broken", [breaks, never_answers])
def test_a_database_that_fails_or_hangs_is_noticed_in_time(
    monkeypatch: pytest.MonkeyPatch, broken: Callable[[], bool]
) -> None:
    monkeypatch.setattr(health, "database_probe", Probe(broken))

    began = time.monotonic()
    ready, status = Client().get(READY), Client().get(STATUS)

    assert time.monotonic() - began < LONG / 2
    assert (ready.status_code, status.status_code) == (503, 503)
    assert ready.json()["checks"] == {"database": False, "disk": True}
    assert status.json()["checks"]["database"] == {"ok": False}
    assert Client().get(ALIVE).status_code == 200


def test_a_hanging_neighbour_costs_one_thread_however_often_it_is_asked() -> None:
    asked = []

    def hang() -> bool:
        asked.append(1)
        time.sleep(LONG)
        return True

    probe = Probe(hang)

    assert [probe.answer(), probe.answer()] == [None, None]
    assert asked == [1]


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_takes_the_node_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_DISK", 1 << 62)

    assert Client().get(READY).json()["checks"] == {"database": True, "disk": False}


@pytest.mark.django_db(transaction=True)
def test_all_is_well() -> None:
    beat_is_alive()

    response = Client().get(STATUS)

    assert response.status_code == 200, response.content
    checks = response.json()["checks"]
    assert set(checks) == {"database", "broker", "disk", "outbox", "schedule"}
    assert checks["outbox"] == {"ok": True, "waiting": 0, "failed": 0, "oldest_due_seconds": 0}
    assert checks["schedule"]["finished_seconds_ago"][health.HEARTBEAT] < LONG


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["frozen", "gone"])
def test_a_broken_broker_shows_in_the_status_and_takes_no_node_out(crew: Crew, how: str) -> None:  # noqa: F811
    beat_is_alive()
    assert Client().get(STATUS).status_code == 200
    if how == "frozen":
        os.kill(crew.valkey.pid, signal.SIGSTOP)
    else:
        crew.valkey.stop()

    began = time.monotonic()
    status = Client().get(STATUS)

    assert time.monotonic() - began < LONG / 2
    assert status.status_code == 503
    assert [name for name, check in status.json()["checks"].items() if not check["ok"]] == [
        "broker"
    ]
    assert Client().get(READY).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_relay_that_lags_and_a_message_set_aside_are_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("portal.notifications.services.bell.ring", lambda message_id: None)
    beat_is_alive()
    with clock.at(clock.now() - timedelta(minutes=6)), transaction.atomic():
        queue(key="late", template="test.plain", ids={"n": 1})
        queue(key="failed", template="test.plain", ids={"n": 2})
    OutgoingMessage.objects.filter(key="failed").update(status="failed")

    response = Client().get(STATUS)

    outbox = response.json()["checks"]["outbox"]
    assert response.status_code == 503
    assert (outbox["ok"], outbox["waiting"], outbox["failed"]) == (False, 1, 1)
    assert 360 <= outbox["oldest_due_seconds"] < 400


@pytest.mark.django_db(transaction=True)
def test_a_beat_that_is_silent_is_noticed() -> None:
    with clock.at(clock.now() - timedelta(minutes=4)):
        beat_is_alive()

    response = Client().get(STATUS)

    assert response.status_code == 503
    assert response.json()["checks"]["schedule"]["ok"] is False


@pytest.mark.django_db(transaction=True)
def test_no_answer_holds_a_secret_or_an_address() -> None:
    text = b"".join(Client().get(path).content for path in (ALIVE, READY, STATUS)).decode()
    values = json.dumps(connections["default"].settings_dict, default=str)

    for secret in (settings.SECRET_KEY, settings.BROKER_URL, str(settings.MEDIA_ROOT)):
        assert secret not in text
    assert connections["default"].settings_dict["HOST"] in values
    assert connections["default"].settings_dict["HOST"] not in text


@pytest.mark.parametrize("path", [ALIVE, READY, STATUS])
def test_health_is_only_read(path: str) -> None:
    assert Client().post(path).status_code == 405


def test_the_broker_of_this_run_answers() -> None:
    assert bell.broker_answers()
