"""Starts everything the demo is, keeps it running, and leaves nothing behind.

Needs no Django: `manage.py demo` calls it, and each part runs as a child process of its own.
"""

import contextlib
import http.client
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

import psycopg

from portal.demo.folder import DataFolder
from portal.demo.stamps import Stamp, Verdict
from portal.embedded.binaries import find_postgres, find_valkey
from portal.embedded.errors import ServerError
from portal.embedded.postgres import Postgres
from portal.embedded.processes import clean_environment, die_with_parent, launch, stop
from portal.embedded.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
HIGHEST_PORT = 32767  # above, the system hands ports out by itself
RESTARTS = 5


class Stopped(Exception):  # noqa: N818 - not an error: somebody pressed Ctrl-C
    pass


def say(line: str = "") -> None:
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


@dataclass
class Child:
    """One long-running part, started again when it falls over."""

    name: str
    command: list[str | Path]
    by: signal.Signals = signal.SIGTERM
    on_parent_death: signal.Signals = signal.SIGKILL
    patience: float = 8
    lasting: bool = True
    options: str = ""
    process: "subprocess.Popen[bytes] | None" = None
    starts: list[float] = field(default_factory=list)


class Supervisor:
    def __init__(self, *, data: Path, port: str, root: Path = ROOT) -> None:
        self.root = root
        self.port = checked_port(port)
        self.address = f"http://{HOST}:{self.port}/"
        self.folder = DataFolder(data)
        self.children: list[Child] = []
        self.environment: dict[str, str] = {}

    # --- the whole ----------------------------------------------------------------------------

    def run(self) -> None:
        """Until somebody stops us. Raises ServerError with one sentence when it cannot go on."""
        began = time.monotonic()
        refuse_taken_port(self.port)
        self.folder.open(address=self.address)
        try:
            self._start_servers()
            self._build()
            self._start_site()
            for line in demo_users(self.root):
                say(line)
            say(f"Klar efter {time.monotonic() - began:.1f} sekunder. Stop med Ctrl-C.")
            say(f"READY {self.address}")
            self._start_rest()
            while True:
                time.sleep(0.5)
                self._look_after()
        finally:
            self._stop_all()

    def _start_servers(self) -> None:
        sockets = self.folder.sockets()
        self.valkey = Valkey(find_valkey(), sockets, self.folder.logs / "valkey.log")
        self.postgres = Postgres(
            self.folder.database, sockets, self.folder.logs / "postgresql.log", find_postgres()
        )
        lasting = self.folder.secrets()
        fresh = not self.postgres.exists
        if fresh:
            say("Laver en database …")
            self._create_database()
        self.postgres.start()
        self.postgres.prepare()
        self.valkey.start()
        self.environment = {
            **clean_environment(),
            **lasting,
            "DJANGO_SETTINGS_MODULE": "portal.settings.demo",
            "PYTHONUNBUFFERED": "1",
            "SAMSPIL_DATA": str(self.folder.path),
            "SEAL_FILE": str(self.folder / "seals.jsonl"),
            "MEDIA_ROOT": str(self.folder / "media"),
            "SITE_URL": self.address.rstrip("/"),
            "ALLOWED_HOSTS": f"{HOST},localhost",
            "DATABASE_URL": self.postgres.url(),
            "BROKER_URL": self.valkey.url,
            "CELERY_QUEUE": "samspil-demo",
        }
        # For `set -a; . var/demo/environment; .venv/bin/python manage.py shell` beside the demo.
        own = {
            name: value
            for name, value in self.environment.items()
            if os.environ.get(name) != value and name != "PYTHONUNBUFFERED"
        }
        self.folder.write_private("environment", own)

    def _create_database(self) -> None:
        """Made under another name first: an interrupted start must not look like a finished one."""
        final = self.postgres.data
        self.postgres.data = final.with_name("postgresql.new")
        shutil.rmtree(self.postgres.data, ignore_errors=True)
        self.postgres.create()
        self.postgres.data.rename(final)
        self.postgres.data = final

    # --- content ------------------------------------------------------------------------------

    def _build(self) -> None:
        """Tables, reference data and the demo world, unless the folder was built from this code."""
        stamp = self.folder / "stamp.json"
        built, code = Stamp.read(stamp), Stamp.of_code(self.root)
        verdict = built.judge(code) if built else Verdict.BEHIND
        if verdict is Verdict.SAME:
            return
        if verdict is Verdict.OTHER:
            raise ServerError(
                f"Datamappen {self.folder.path} er lavet med andre migrationer end dem, der er her "
                "nu. Kør `make reset` for at begynde forfra, eller vælg en anden mappe med DATA=."
            )
        if built is None:
            # Kept from now on: if the tables change before the first start has finished, we see it.
            Stamp(code.migrations, "", "").write(stamp)
        self._run_once("prepare_demo", stamp_to=stamp)
        code.write(stamp)

    def _run_once(self, command: str, *, stamp_to: Path) -> None:
        log = self.folder.logs / f"{command}.log"
        with log.open("ab") as errors:
            process = launch(
                self._manage(command),
                on_parent_death=signal.SIGKILL,
                environment={**self.environment, "PGOPTIONS": _FORGIVING},
                output=_standard_output(),
                errors=errors,
                folder=self.root,
            )
            child = Child(command, [], process=process, lasting=False)
            self.children.append(child)
            process.wait()
            self.children.remove(child)
        if process.returncode == 0:
            return
        if process.returncode == 3:
            raise ServerError(
                f"Tabellerne i {self.folder.path} kan ikke føres frem til denne udgave. Kør "
                f"`make reset` for at begynde forfra. Fejlen står i {log}."
            )
        raise ServerError(f"Demoens indhold kunne ikke bygges. Fejlen står i {log}.")

    # --- the site -----------------------------------------------------------------------------

    def _start_site(self) -> None:
        web = Child(
            "web",
            [
                sys.executable,
                "-m",
                "gunicorn",
                "portal.wsgi:application",
                f"--bind={HOST}:{self.port}",
                "--workers=2",
                "--preload",
                "--timeout=60",
                "--graceful-timeout=3",
                "--no-control-socket",
                f"--config={Path(__file__).with_name('gunicorn_conf.py')}",
                *(["--worker-tmp-dir=/dev/shm"] if Path("/dev/shm").is_dir() else []),  # noqa: S108
            ],
            on_parent_death=signal.SIGTERM,
        )
        self._start(web)
        log = self.folder.logs / "web.log"
        deadline = time.monotonic() + 60
        status = None
        while status is None or status >= 500:
            if web.process is None or web.process.poll() is not None:
                raise ServerError(f"Websiden ville ikke starte. Fejlen står i {log}.")
            if time.monotonic() > deadline:
                raise ServerError(f"Websiden svarede ikke i tide. Fejlen står i {log}.")
            status = answer_of(self.port)
            if status is not None and status >= 500:
                raise ServerError(f"Websiden svarer med en fejl ({status}). Fejlen står i {log}.")
            time.sleep(0.05)

    def _start_rest(self) -> None:
        celery = [sys.executable, "-m", "celery", "-A", "portal.celery"]
        self._start(
            Child(
                "worker",
                [
                    *celery,
                    "worker",
                    "--concurrency=1",
                    "--hostname=demo@localhost",
                    "--loglevel=INFO",
                    "--without-gossip",
                    "--without-mingle",
                    "--without-heartbeat",
                ],
            )
        )
        schedule = self.folder / "beat.schedule"
        self._start(
            Child(
                "beat", [*celery, "beat", f"--schedule={schedule}", "--pidfile=", "--loglevel=INFO"]
            )
        )
        if (self.root / "portal/demo/management/commands/fill_demo_history.py").is_file():
            nice = shutil.which("nice")
            self._start(
                Child(
                    "history",
                    [*([nice, "-n", "10"] if nice else []), *self._manage("fill_demo_history")],
                    lasting=False,
                    options=_FORGIVING,
                )
            )

    def _manage(self, command: str) -> list[str | Path]:
        return [sys.executable, self.root / "manage.py", command]

    def _start(self, child: Child) -> None:
        environment = dict(self.environment)
        if child.options:
            environment["PGOPTIONS"] = child.options
        with (self.folder.logs / f"{child.name}.log").open("ab") as output:
            child.process = launch(
                child.command,
                on_parent_death=child.on_parent_death,
                environment=environment,
                output=output,
                folder=self.root,
            )
        child.starts.append(time.monotonic())
        if child not in self.children:
            self.children.append(child)

    def _look_after(self) -> None:
        """Start again what has fallen over; give up, saying so, when it falls again and again."""
        for server in (self.postgres, self.valkey):
            if server.poll() is not None:
                say(f"{type(server).__name__} stoppede. Vi starter den igen.")
                server.start()
        for child in list(self.children):
            if child.process is None or child.process.poll() is None:
                continue
            log = self.folder.logs / f"{child.name}.log"
            if not child.lasting:
                self.children.remove(child)
                if child.process.returncode != 0:
                    say(f"Delen »{child.name}« blev ikke færdig. Fejlen står i {log}.")
                continue
            stop(child.process, by=child.by, patience=0, group=True)
            recent = [moment for moment in child.starts if moment > time.monotonic() - 60]
            if len(recent) >= RESTARTS:
                raise ServerError(f"Delen »{child.name}« bliver ved med at falde. Se {log}.")
            say(f"Delen »{child.name}« stoppede. Vi starter den igen.")
            self._start(child)

    def _stop_all(self) -> None:
        """First those who write, then what they write to. A second Ctrl-C cuts it short."""
        hurry = _Hurry()
        for child in self.children:
            if child.process is not None and child.process.poll() is None:
                child.process.send_signal(child.by if child.lasting else signal.SIGKILL)
        for child in self.children:
            if child.process is not None:
                deadline = time.monotonic() + child.patience
                while child.process.poll() is None and time.monotonic() < deadline and not hurry:
                    time.sleep(0.02)
                stop(child.process, by=signal.SIGKILL, patience=2, group=True)
        for server in ("valkey", "postgres"):
            if hasattr(self, server):
                getattr(self, server).stop()
        self.folder.forget_sockets()
        self.folder.close()


class _Hurry:
    """True once a second signal has come."""

    def __init__(self) -> None:
        self._seen = False
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._seen = True

    def __bool__(self) -> bool:
        return self._seen


# A demo world that is half built is built again, so each commit need not wait for the disk.
_FORGIVING = "-c synchronous_commit=off"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _standard_output() -> IO[bytes] | None:
    try:
        sys.stdout.fileno()
    except (OSError, ValueError):
        return None
    return sys.stdout.buffer


def checked_port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= HIGHEST_PORT:
        raise ServerError(f"PORT skal være et tal fra 1 til {HIGHEST_PORT}, ikke »{text}«.")
    return int(text)


def refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise ServerError(
                f"Port {port} kræver særlige rettigheder. Vælg en fra 1024 med PORT=."
            ) from None
        except OSError:
            raise ServerError(
                f"Port {port} er optaget af et andet program. Vælg en anden, fx PORT={port + 1}."
            ) from None


def answer_of(port: int) -> int | None:
    """The status of the front page, or None while nobody answers."""
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        connection.request("GET", "/", headers={"User-Agent": "samspil-demo"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def demo_users(root: Path) -> list[str]:
    """One line per persona. They sign in with one click, so there are no passwords to print."""
    try:
        with (root / "portal/demo/data/personas.jsonl").open(encoding="utf-8") as file:
            people = [json.loads(line) for line in file if line.strip()]
    except OSError:
        return []
    lines = [f"  {person['name']:<22} {person.get('title', '')}" for person in people]
    return ["Demobrugere (vælg en på siden »Log ind«):", *lines] if lines else []


def follow_parent() -> None:
    """Under make, end when make is killed: nobody else would press Ctrl-C for us."""
    if "MAKELEVEL" in os.environ and sys.platform.startswith("linux"):
        parent = os.getppid()
        die_with_parent(signal.SIGTERM)
        if os.getppid() != parent:
            raise Stopped


def guarded(action: Callable[[], None]) -> int:
    """Run with our signals; every expected trouble is one sentence on stderr and exit code 2."""

    def on_signal(number: int, _frame: FrameType | None) -> None:
        for other in STOP_SIGNALS:
            signal.signal(other, signal.SIG_IGN)
        raise Stopped(number)

    # `nohup` asks for hang-ups to be ignored; sh ignores Ctrl-C for background jobs unasked.
    ignored = {signal.SIGHUP} if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else set()
    for number in STOP_SIGNALS:
        if number not in ignored:
            signal.signal(number, on_signal)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without æ still gets its READY
    try:
        follow_parent()
        action()
    except Stopped:
        say("Demoen er stoppet. Dataene er gemt.")
    except ServerError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (OSError, psycopg.Error) as error:
        # A full disk, a database that has died: nothing of ours to trace.
        sys.stderr.write(f"Demoen kan ikke fortsætte: {' '.join(str(error).split())}\n")
        return 2
    return 0
