"""A broker, workers and beats of a test's own, so that they can be frozen, flushed and killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from portal.common.broker import app
from portal.embedded.binaries import find_valkey
from portal.embedded.processes import launch, stop
from portal.embedded.valkey import Valkey
from portal.notifications import bell as bell_module
from portal.notifications import services
from portal.notifications.bell import Bell
from tests.waiting import wait_for


class Crew:
    def __init__(self, folder: Path, valkey: Valkey) -> None:
        self.folder = folder
        self.valkey = valkey
        self.mail = folder / "mail"
        self.mail.mkdir()
        self.bell = Bell()
        self._processes: list[subprocess.Popen[bytes]] = []

    def connect(self):
        return app.connection_for_write(
            self.valkey.url, transport_options=bell_module._OPTIONS, connect_timeout=1
        )

    def redis(self):
        return self.connect().default_channel.client

    @property
    def log(self) -> str:
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def start_worker(self, *, concurrency: int = 2) -> subprocess.Popen[bytes]:
        before = self.log.count(" ready.")
        process = self._start("worker", f"--concurrency={concurrency}", *_QUIET)
        wait_for(
            lambda: self.log.count(" ready.") > before or process.poll() is not None,
            60,
            "the worker is ready",
        )
        assert process.poll() is None, self.log[-3000:]
        return process

    def start_beat(self) -> subprocess.Popen[bytes]:
        number = len(self._processes)
        return self._start("beat", f"--schedule={self.folder}/beat{number}", "--pidfile=")

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        parts = urlsplit(os.environ["DATABASE_URL"])
        database = parts._replace(path=f"/{connection.settings_dict['NAME']}")
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.portal.worker_settings",
            "DATABASE_URL": urlunsplit(database),
            "BROKER_URL": self.valkey.url,
            "MAIL_FOLDER": str(self.mail),
            "PYTHONUNBUFFERED": "1",
        }
        log = self.folder / f"{len(self._processes)}-{arguments[0]}.log"
        command = [sys.executable, "-m", "celery", "-A", "portal.celery", *arguments]
        with log.open("wb") as output:
            process = launch(
                [*command, "--loglevel=INFO"],
                on_parent_death=signal.SIGKILL,
                environment=environment,
                output=output,
                folder=settings.BASE_DIR,
            )
        self._processes.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """With all its children, as a machine that goes dark does."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self._processes:
            stop(process, by=signal.SIGTERM, patience=5, group=True)
        if self.valkey.pid:
            os.kill(self.valkey.pid, signal.SIGCONT)
        self.valkey.stop()


_QUIET = (
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
    "--hostname=test@localhost",
)


@pytest.fixture
def crew(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Crew]:
    """A broker of one's own, and this process's bell bound to it. Start workers as needed."""
    folder = Path(tmp_path_factory.mktemp("c"))
    valkey = Valkey(find_valkey(), folder, folder / "valkey.txt")
    valkey.start()
    crew = Crew(folder, valkey)
    monkeypatch.setattr(bell_module, "connect", crew.connect)
    monkeypatch.setattr(bell_module, "bell", crew.bell)
    monkeypatch.setattr(services, "bell", crew.bell)
    monkeypatch.setenv("MAIL_FOLDER", str(crew.mail))
    yield crew
    crew.stop()
