"""Starting programs that die with us, and finding those that have not died yet."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from portal.embedded.errors import ServerError

_PR_SET_PDEATHSIG = 1
LAUNCHER = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Identity:
    """Whom a server runs as: ourselves, ourselves under another name, or really somebody else."""

    kind: str
    uid: int = 0
    gid: int = 0

    def __str__(self) -> str:
        return self.kind if self.kind == "same" else f"{self.kind}:{self.uid}:{self.gid}"

    def own(self, folder: Path) -> None:
        """Hand a folder and all in it to the server's user, where that is another user than we."""
        if self.kind != "user" or folder.stat().st_uid == self.uid:
            return
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


SAME = Identity("same")


def clean_environment() -> dict[str, str]:
    """Our environment without PG*: a user's PGDATA or PGHOST must not lead a server astray."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def die_with_parent(by: signal.Signals) -> None:
    """From now on the kernel sends us `by` when the process that started us ends. Linux only;
    elsewhere nothing happens. The parent may have died already: compare `os.getppid()` after."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(by), 0, 0, 0)


def launch(
    command: Sequence[str | Path],
    *,
    on_parent_death: signal.Signals = signal.SIGTERM,
    identity: Identity = SAME,
    environment: Mapping[str, str] | None = None,
    output: IO[bytes] | None = None,
    errors: IO[bytes] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, so that Ctrl-C reaches only us and we stop in order.

    The kernel sends the death signal when the starting *thread* ends, so only the main thread may.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("launch() from a thread: the child would die with it")
    return subprocess.Popen(  # noqa: S603 - paths come from the finders
        [
            sys.executable,
            "-I",
            "-S",
            str(LAUNCHER),
            str(os.getpid()),
            str(int(on_parent_death)),
            str(identity),
            *map(str, command),
        ],
        stdin=subprocess.DEVNULL,
        stdout=output if output is not None else subprocess.DEVNULL,
        stderr=errors or (subprocess.STDOUT if output is not None else subprocess.DEVNULL),
        env=dict(environment) if environment is not None else clean_environment(),
        cwd=folder,
        start_new_session=True,
    )


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    identity: Identity = SAME,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> int:
    """Run to the end with the output in `log`; returns the exit status."""
    with log.open("ab") as output:
        return launch(
            command,
            on_parent_death=signal.SIGKILL,
            identity=identity,
            environment=environment,
            output=output,
            folder=folder,
        ).wait()


def stop(
    process: subprocess.Popen[bytes], *, by: signal.Signals, patience: float, group: bool = False
) -> None:
    """Ask, wait, and only then kill. With `group` the stragglers of its session go as well."""
    if process.poll() is None:
        process.send_signal(by)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if group:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass


@cache
def unprivileged_identity() -> Identity:
    """How a server that refuses root runs here. Raises ServerError where no way works."""
    if os.geteuid() != 0:
        return SAME
    # initdb looks its user up by number, so the number must exist on this machine.
    users = {entry.pw_uid: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    chosen = users.get(1000) or next(
        (entry for entry in users.values() if entry.pw_name == "nobody"), None
    )
    chosen = chosen or next(iter(users.values()), None)
    if chosen is not None:
        for kind in _kinds():
            identity = Identity(kind, chosen.pw_uid, chosen.pw_gid or chosen.pw_uid)
            probe = launch(_ROOT_IS_GONE, identity=identity)
            if probe.wait() == 0:
                return identity
    raise ServerError(
        "PostgreSQL vil ikke køre som root, og her kan vi hverken lave et brugerområde (user "
        "namespace) eller skifte bruger. Start som en almindelig bruger i stedet."
    )


_ROOT_IS_GONE = [
    sys.executable,
    "-I",
    "-S",
    "-c",
    "import os, sys; sys.exit(os.geteuid() == 0)",
]


def _kinds() -> list[str]:
    forced = os.environ.get("PORTAL_ROOT_IDENTITY")
    return [forced] if forced else ["namespace", "user"]


def processes_in(folder: Path) -> list[int]:
    """Numbers of the processes that stand in `folder` (a PostgreSQL stands in its data folder).

    Empty where there is no /proc.
    """
    wanted, found = str(folder.resolve()), []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(entry / "cwd") == wanted:
                found.append(int(entry.name))
        except OSError:
            continue  # gone meanwhile, or not ours to look at
    return found


def wait_until_left(folder: Path, *, patience: float) -> bool:
    """Wait for earlier servers on `folder` to finish dying; after `patience` seconds help them."""
    deadline = time.monotonic() + patience
    while left := processes_in(folder):
        overdue = time.monotonic() - deadline
        if overdue > 5:
            return False
        if overdue > 0:
            for pid in left:
                try:
                    os.kill(pid, signal.SIGQUIT if overdue < 3 else signal.SIGKILL)
                except (ProcessLookupError, PermissionError):
                    continue
        time.sleep(0.05 if overdue < 0 else 0.5)
    return True
