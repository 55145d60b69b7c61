"""Three questions that a machine asks the site (OPS-1). The answers hold no secrets and no persons.

`/drift/levende`: does the process answer? Asks nobody. `/drift/klar`: may it be given requests?
Asks the database alone, so that a broken broker takes no web node out. `/drift/status`: is all
well? For whoever watches, never for whoever routes.
"""

import logging
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from django.conf import settings
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Max, Min, Q
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.access.decorators import public
from portal.common import clock
from portal.jobs.models import ScheduledRun
from portal.notifications import bell
from portal.notifications.models import OutgoingMessage

log = logging.getLogger("portal.health")

PATIENCE: Final = (
    2.0  # seconds; a database that is frozen would otherwise hold the question for ever
)
LEAST_DISK: Final = 200 * 1024 * 1024
LONGEST_WAIT: Final = timedelta(minutes=5)  # of a message that is due (REL-4)
LONGEST_SILENCE: Final = timedelta(minutes=3)  # of the job that runs every minute
HEARTBEAT: Final = "notifications.sweep"

T = TypeVar("T")


class Probe(Generic[T]):
    """Asks in a thread of its own and waits for a while. While one question hangs no second thread
    is spent on it; questions at the same time share one answer."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._running: Future[T] | None = None

    def answer(self) -> T | None:
        """None when it failed or took too long."""
        with self._lock:
            if self._running is None or self._running.done():
                self._running = Future()
                threading.Thread(target=self._work, args=(self._running,), daemon=True).start()
            running = self._running
        try:
            return running.result(timeout=PATIENCE)
        except Exception:
            log.warning("a health check failed", exc_info=True)
            return None

    def _work(self, future: "Future[T]") -> None:
        try:
            future.set_result(self._ask())
        except BaseException as error:
            future.set_exception(error)
        finally:
            connections.close_all()


class _Migrations:
    """Once all are applied this process stays ready: the next release's migrations come before its
    code, and must not take the old code's nodes out."""

    applied = False

    @classmethod
    def are_applied(cls) -> bool:
        if not cls.applied:
            executor = MigrationExecutor(connection)
            cls.applied = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return cls.applied


def _ask_database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return _Migrations.are_applied()


def _ask_rows() -> dict[str, Any]:
    now = clock.now()
    outbox = OutgoingMessage.objects.aggregate(
        waiting=Count("pk", filter=Q(status__in=["waiting", "claimed"])),
        failed=Count("pk", filter=Q(status="failed")),
        oldest=Min("due_at", filter=Q(status__in=["waiting", "claimed"], due_at__lte=now)),
    )
    finished = dict(
        ScheduledRun.objects.filter(finished_at__isnull=False)
        .values_list("job")
        .annotate(newest=Max("finished_at"))
    )
    lag = now - outbox["oldest"] if outbox["oldest"] else timedelta()
    silence = now - finished[HEARTBEAT] if HEARTBEAT in finished else None
    return {
        "outbox": {
            "ok": lag <= LONGEST_WAIT,
            "waiting": outbox["waiting"],
            "failed": outbox["failed"],
            "oldest_due_seconds": int(lag.total_seconds()),
        },
        "schedule": {
            "ok": silence is not None and silence <= LONGEST_SILENCE,
            "finished_seconds_ago": {
                job: int((now - moment).total_seconds()) for job, moment in sorted(finished.items())
            },
        },
    }


database_probe = Probe(_ask_database)
rows_probe = Probe(_ask_rows)
broker_probe = Probe(bell.broker_answers)


def _disk_has_room() -> bool:
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free >= LEAST_DISK


def _answer(checks: dict[str, Any], ok: bool) -> JsonResponse:
    body = {"state": "ok" if ok else "trouble", "checks": checks}
    return JsonResponse(body, status=200 if ok else 503)


@public
@never_cache
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    return _answer({}, ok=True)


@public
@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    checks = {"database": bool(database_probe.answer()), "disk": _disk_has_room()}
    return _answer(checks, ok=all(checks.values()))


@public
@never_cache
@require_safe
def status(request: HttpRequest) -> JsonResponse:
    """503 when something is wrong anywhere, so that the simplest monitor sees it."""
    unknown = {"outbox": {"ok": False}, "schedule": {"ok": False}}
    checks: dict[str, Any] = {
        "database": {"ok": bool(database_probe.answer())},
        "broker": {"ok": bool(broker_probe.answer())},
        "disk": {"ok": _disk_has_room()},
    }
    # A frozen database has already cost its patience above.
    checks |= (rows_probe.answer() if checks["database"]["ok"] else None) or unknown
    return _answer(checks, ok=all(check["ok"] for check in checks.values()))
