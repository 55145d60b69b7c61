"""Wakes a worker after a commit. It may be lost, late or doubled; it may never slow a page (REL-6).

A page only puts a number into a short list in memory. A thread of this process does the talking, so
a broker that is down, frozen or far away costs the page nothing. What the bell forgets, the sweeper
finds.
"""

import atexit
import logging
import os
import queue
import threading
import time

from kombu import Connection
from kombu.exceptions import OperationalError

from portal.common.broker import app

log = logging.getLogger("portal.notifications")

TASK = "notifications.deliver"
LONGEST_LIST = 1000
PAUSE = 2.0  # seconds between two tries while the broker does not answer
LAST_WORDS = 1.0  # seconds that a short-lived process waits for its rings at exit
# No retries of any kind: kombu would otherwise try for ever (celery#8030, #9054).
_OPTIONS = {"max_retries": 0, "socket_connect_timeout": 0.5, "socket_timeout": 1.0}


def connect() -> Connection:
    """A connection of its own that gives up within a second or so, whatever the broker does."""
    return app.connection_for_write(transport_options=_OPTIONS, connect_timeout=1)


def send(connection: Connection, message_id: int, *, expires: float | None = None) -> None:
    """Raises when the broker does not take it."""
    app.send_task(
        TASK,
        args=[message_id],
        connection=connection,
        retry=False,
        ignore_result=True,
        add_to_parent=False,
        expires=expires,
    )


def broker_answers() -> bool:
    try:
        with connect() as connection:
            connection.default_channel  # noqa: B018 - making it asks the broker for an answer
    except (OperationalError, OSError):
        return False
    return True


class Bell:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._list: queue.Queue[int] = queue.Queue(maxsize=LONGEST_LIST)
        self._thread: threading.Thread | None = None

    def after_fork(self) -> None:
        """The thread and its connection stayed with the parent."""
        self._lock = threading.Lock()
        self._forget()

    def ring(self, message_id: int) -> None:
        """Returns at once. A list that is full means that the broker is away; the sweeper knows."""
        try:
            self._list.put_nowait(message_id)
        except queue.Full:
            return
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="bell", daemon=True)
                self._thread.start()

    def flush(self, seconds: float) -> bool:
        """Wait until every ring so far was tried. False when `seconds` did not suffice."""
        deadline = time.monotonic() + seconds
        while self._list.unfinished_tasks:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def _work(self) -> None:
        connection: Connection | None = None
        silent = False
        while True:
            message_id = self._list.get()
            try:
                connection = connection or connect()
                send(connection, message_id)
                silent = False
            except Exception:
                if not silent:
                    log.warning("the bell did not ring; the sweeper will deliver", exc_info=True)
                silent = True
                _drop(connection)
                connection = None
            finally:
                self._list.task_done()
            if silent:
                time.sleep(PAUSE)


def _drop(connection: Connection | None) -> None:
    """Close without waiting for a broker that does not answer."""
    if connection is not None:
        try:
            connection.collect(socket_timeout=0.1)
        except Exception:
            log.debug("closing the bell's connection failed", exc_info=True)


bell = Bell()
os.register_at_fork(after_in_child=bell.after_fork)
atexit.register(bell.flush, LAST_WORDS)
