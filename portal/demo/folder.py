"""The demo's data folder: whose it is, who uses it now, and its lasting secrets."""

import base64
import contextlib
import errno
import fcntl
import json
import os
import secrets
import shutil
import time
from pathlib import Path
from typing import IO

from portal.embedded.errors import ServerError
from portal.embedded.processes import wait_until_left
from portal.embedded.sockets import socket_folder

MARKER = "samspil-demo.json"


def new_secrets() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": "1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "BLIND_INDEX_KEY": secrets.token_urlsafe(48),
        "SEAL_KEY": secrets.token_urlsafe(48),
    }


class DataFolder:
    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._lock: IO[str] | None = None

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    @property
    def database(self) -> Path:
        return self / "postgresql"

    @property
    def logs(self) -> Path:
        return self / "log"

    # --- whose, and who now -------------------------------------------------------------------

    def open(self, *, address: str) -> None:
        """Take the folder for this process. Raises ServerError when it is foreign or in use."""
        try:
            self._refuse_foreign()
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._take_lock(address)
            self._refuse_foreign()
            (self / MARKER).write_text(json.dumps({"made_by": "samspil demo", "form": 1}) + "\n")
            self.logs.mkdir(exist_ok=True)
            (self / "mail").mkdir(exist_ok=True)
            (self / "media").mkdir(exist_ok=True)
        except OSError as error:
            raise ServerError(
                f"Vi kan ikke bruge datamappen {self.path}: {_reason(error)}. Vælg en anden mappe "
                "med DATA=."
            ) from error

    def close(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _refuse_foreign(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise ServerError(f"{self.path} er ikke en mappe. Vælg en anden mappe med DATA=.")
        if self.path.exists() and not (self / MARKER).is_file():
            others = {entry.name for entry in self.path.iterdir()} - {"lock"}
            if others:
                raise ServerError(
                    f"Mappen {self.path} er ikke lavet af Samspil og er ikke tom. Vælg en ny eller "
                    "tom mappe med DATA=."
                )

    def _take_lock(self, address: str) -> None:
        lock = (self / "lock").open("a+")
        # A moment of patience: the one before us may be on its way out.
        for attempt in range(15):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if attempt == 14:
                    lock.seek(0)
                    who = lock.read().strip() or "en anden proces"
                    lock.close()
                    raise ServerError(
                        f"Datamappen {self.path} er i brug af en demo, der kører ({who}). Stop den "
                        "først, eller vælg en anden mappe med DATA=."
                    ) from None
                time.sleep(0.1)
        lock.truncate(0)
        lock.write(f"proces {os.getpid()}, {address}\n")
        lock.flush()
        self._lock = lock

    def reset(self) -> None:
        """Remove everything. The folder must be ours and not in use."""
        if not self.path.exists():
            return
        self.open(address="make reset")
        try:
            if not wait_until_left(self.database, patience=10):
                raise ServerError(f"En PostgreSQL på {self.database} vil ikke stoppe.")
            self.forget_sockets()
            shutil.rmtree(self.path)
        except OSError as error:
            raise ServerError(f"Vi kan ikke slette {self.path}: {_reason(error)}.") from error
        finally:
            self.close()

    # --- lasting secrets ----------------------------------------------------------------------

    def secrets(self) -> dict[str, str]:
        """Read the secrets, or make them on the first start. Never replaced under existing data."""
        path = self / "secrets.env"
        found: dict[str, str] = {}
        if path.is_file():
            for line in path.read_text().splitlines():
                name, separator, value = line.partition("=")
                if separator and not name.startswith("#"):
                    found[name.strip()] = value.strip()
        fresh = new_secrets()
        if missing := [name for name in fresh if not found.get(name)]:
            if self.database.exists():
                raise ServerError(
                    f"{path} mangler {', '.join(missing)}. Uden nøglerne kan dataene ikke læses. "
                    "Læg filen tilbage, eller kør `make reset` for at begynde forfra."
                )
            found = {**fresh, **found}
            self.write_private("secrets.env", found)
        return {name: found[name] for name in fresh}

    def write_private(self, name: str, values: dict[str, str]) -> None:
        """Whole or not at all, and readable for us only from the first byte."""
        part = self / f"{name}.part"
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"{key}={value}\n" for key, value in values.items())
            file.flush()
            os.fsync(file.fileno())
        part.replace(self / name)

    # --- sockets ------------------------------------------------------------------------------

    def sockets(self) -> Path:
        return socket_folder(self.path)

    def forget_sockets(self) -> None:
        """The socket folder may lie in /tmp; leave nothing there."""
        folder = self.sockets()
        if folder.is_relative_to(self.path):
            return
        with contextlib.suppress(OSError):
            shutil.rmtree(folder)


def _reason(error: OSError) -> str:
    known = {
        errno.ENOENT: "stien findes ikke og kan ikke laves",
        errno.EACCES: "vi mangler rettigheder",
        errno.EPERM: "vi mangler rettigheder",
        errno.EROFS: "disken kan kun læses",
        errno.ENOSPC: "disken er fuld",
        errno.ENOTDIR: "en del af stien er ikke en mappe",
        errno.ENAMETOOLONG: "stien er for lang",
    }
    return known.get(error.errno or 0, error.strerror or str(error))
