"""Gives a test run its own PostgreSQL and Valkey, before Django reads its settings.

Loaded by `-p portal.embedded.pytest_plugin` in pyproject.toml. The controller starts the servers;
xdist's workers inherit the environment. Where DATABASE_URL is set, nothing is started.
"""

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from portal.embedded.binaries import find_postgres, find_valkey
from portal.embedded.errors import ServerError
from portal.embedded.postgres import Postgres
from portal.embedded.processes import processes_in
from portal.embedded.valkey import Valkey

PREFIX = "samspil-test-"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    # A wrapper: pytest-django reads the settings in this same hook and wants to be first too.
    if "PYTEST_XDIST_WORKER" not in os.environ and not os.environ.get("DATABASE_URL"):
        stack = ExitStack()
        early_config.add_cleanup(stack.close)
        try:
            start_servers(stack)
        except ServerError as error:
            raise pytest.UsageError(str(error)) from None
    return (yield)


def start_servers(stack: ExitStack) -> None:
    """Start both servers in a fresh folder and put their addresses into the environment."""
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_temporary_folder()))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    stack.enter_context(hold(folder))
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]  # libpq reads them in this process too
    sockets = folder / "s"
    sockets.mkdir(mode=0o700)
    valkey = Valkey(find_valkey(), sockets, folder / "valkey.log")
    stack.callback(valkey.stop)
    valkey.start()
    postgres = Postgres(
        folder / "pg", sockets, folder / "postgres.log", find_postgres(), durable=False
    )
    postgres._identity.own(folder)
    postgres.create()
    stack.callback(postgres.stop)
    postgres.start()
    postgres.prepare()
    os.environ["DATABASE_URL"] = postgres.url()
    os.environ["BROKER_URL"] = valkey.url
    os.environ["CELERY_QUEUE"] = f"test-{secrets.token_hex(4)}"


class hold:  # noqa: N801 - reads as a verb at its only use
    """Holds the folder's lock as long as this process lives, however it ends."""

    def __init__(self, folder: Path) -> None:
        self.file = (folder / "lock").open("w")

    def __enter__(self) -> None:
        fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def __exit__(self, *_error: object) -> None:
        self.file.close()


def sweep() -> None:
    """Remove the folders of runs that were killed: the kernel has let go of their locks."""
    for folder in Path(_temporary_folder()).glob(f"{PREFIX}*"):
        lock = folder / "lock"
        try:
            with lock.open("r+") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not processes_in(folder / "pg"):
                    shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # in use, just being made, or another user's


def _temporary_folder() -> str:
    # Short, because a socket's whole path must fit into 107 bytes.
    return "/tmp" if os.access("/tmp", os.W_OK) else tempfile.gettempdir()  # noqa: S108
