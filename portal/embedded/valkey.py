"""One private Valkey on a Unix socket. It holds nothing that may not be lost; it saves nothing."""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from portal.embedded.errors import ServerError
from portal.embedded.processes import launch, stop


@dataclass
class Valkey:
    program: Path
    sockets: Path
    log: Path
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """Celery's spelling. Django's cache wants `unix://`; settings translate."""
        return f"redis+socket://{self.socket}"

    def start(self, *, patience: float = 20) -> None:
        self.socket.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "daemonize": "no",
            "maxmemory": "128mb",
            "maxmemory-policy": "noeviction",
            "dir": str(self.sockets),
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        with self.log.open("ab") as output:
            self._process = launch(
                [self.program, *arguments],
                on_parent_death=signal.SIGKILL,
                environment={**os.environ, "LC_ALL": "C"},
                output=output,
            )
        deadline = time.monotonic() + patience
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServerError(f"Valkey ville ikke starte. Se {self.log}.")
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process, by=signal.SIGTERM, patience=5)
            self._process = None
        self.socket.unlink(missing_ok=True)

    def poll(self) -> int | None:
        return self._process.poll() if self._process is not None else None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False
