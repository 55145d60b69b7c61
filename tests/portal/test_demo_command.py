"""`make demo`: each trap named in architecture.md, "Two commands", on a stand-in site."""

import os
import pwd
import random
import shutil
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.demo.stamps import Stamp, Verdict
from portal.embedded.processes import processes_in
from tests.portal import standin
from tests.waiting import patience, wait_for

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534


def free_port() -> int:
    while True:
        port = random.randint(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Demo:
    """One running demo, and what it left behind."""

    def __init__(self, site: Path, data: Path, *, nobody: bool = False) -> None:
        self.site, self.data, self.port = site, data, free_port()
        self.nobody = nobody
        self.environment: dict[str, str] = {}
        self.process: subprocess.Popen[str] | None = None

    def command(self, port: object) -> list[str]:
        python = self.environment.get("STANDIN_PYTHON", sys.executable)
        run = [python, str(self.site / "run.py"), str(ROOT), str(self.data), str(port)]
        return [*(as_nobody() if self.nobody else []), *run]

    def start(self) -> "Demo":
        self.process = subprocess.Popen(
            self.command(self.port),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**outer_environment(), **self.environment},
            start_new_session=True,
        )
        return self

    def ready(self, *, whole: bool = False) -> "Demo":
        assert self.process is not None
        assert self.process.stdout is not None
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("READY"):
                break
        else:
            raise AssertionError(f"never ready: {self.lines} {self.process.stderr.read()}")
        if whole:  # worker, its child and beat as well
            wait_for(
                lambda: len([pid for pid in self.family() if "celery" in command_of(pid)]) >= 3,
                15,
                self.story,
            )
        return self

    def family(self) -> set[int]:
        """Every process that descends from the supervisor, found by its session leaders."""
        assert self.process is not None
        found, seen = {self.process.pid}, set()
        while found != seen:
            seen = set(found)
            for pid, parent in parents().items():
                if parent in found:
                    found.add(pid)
        return found

    def story(self) -> str:
        """What a failed test must tell: who lives, and the end of every log."""
        assert self.process is not None
        lines = [f"supervisor: {self.process.poll()}"]
        lines += [f"{pid}: {command_of(pid)}" for pid in sorted(self.family())]
        for log in sorted((self.data / "log").glob("*.log")):
            lines += [f"--- {log.name}", *log.read_text(errors="replace").splitlines()[-15:]]
        return "\n".join(lines)

    def end(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
        assert self.process is not None
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=patience(30))
        return self.process.returncode, out, err

    def refused(self) -> str:
        """Starts and expects exit code 2 with one sentence; returns the sentence."""
        self.start()
        assert self.process is not None
        _out, err = self.process.communicate(timeout=patience(60))
        assert self.process.returncode == 2, err
        assert err.count("\n") == 1, err
        assert "Traceback" not in err
        return err

    def page(self) -> str:
        return self.get("/")

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return str(answer.read().decode())


def outer_environment() -> dict[str, str]:
    hidden = {"DATABASE_URL", "BROKER_URL", "CELERY_QUEUE", "DJANGO_SETTINGS_MODULE", "MAKELEVEL"}
    return {name: value for name, value in os.environ.items() if name not in hidden}


def parents() -> dict[int, int]:
    found = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = entry.read_text()
        except OSError:
            continue
        found[int(text.split(" ", 1)[0])] = int(text.rpartition(")")[2].split()[1])
    return found


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def alive(pids: set[int]) -> set[int]:
    left = set()
    for pid in pids:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                left.add(pid)
        except OSError:
            continue
    return left


def owners(pids: set[int]) -> set[int]:
    """User ids these processes run as; a helper of the servers may have ended meanwhile."""
    found = set()
    for pid in pids:
        try:
            found.add(Path(f"/proc/{pid}").stat().st_uid)
        except OSError:
            continue
    return found


def listening_ports(pids: set[int]) -> set[int]:
    """TCP ports on which any of these processes listens."""
    sockets = set()
    for pid in pids:
        for entry in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                sockets.add(os.readlink(entry))
            except OSError:
                continue
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A" and f"socket:[{columns[9]}]" in sockets:
                found.add(int(columns[1].rpartition(":")[2], 16))
    return found


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return standin.write(tmp_path / "site")


@pytest.fixture
def demo(site: Path, tmp_path: Path) -> Iterator[Demo]:
    made = Demo(site, tmp_path / "data")
    yield made
    if made.process is not None and made.process.poll() is None:
        family = made.family()
        made.process.kill()
        wait_for(lambda: not alive(family), 30, "all of the family is gone")
    if made.process is not None:
        made.process.communicate()


def test_ctrl_c_stops_everything_and_keeps_the_data(demo: Demo) -> None:
    demo.start().ready(whole=True)
    family = demo.family()
    assert demo.lines[-1] == f"READY http://127.0.0.1:{demo.port}/"
    assert any("Lise Madsen" in line for line in demo.lines)
    assert demo.page() == "built 1"
    assert len(family) > 10
    assert listening_ports(family) == {demo.port}

    status, out, err = demo.end()

    assert (status, err) == (0, "")
    assert "stoppet" in out
    assert not alive(family)
    assert (demo.data / "postgresql" / "PG_VERSION").exists()
    assert not (demo.data / "postgresql" / "postmaster.pid").exists()

    demo.start().ready()
    assert demo.page() == "built 1", "a second start builds nothing"


@pytest.mark.parametrize("watching", [False, True], ids=["kernel", "watcher"])
def test_kill_9_leaves_nothing_behind_and_the_next_start_works(demo: Demo, watching: bool) -> None:
    """`watcher` is the way of systems whose kernel does not tell a child of its parent's death."""
    if watching:
        demo.environment["SAMSPIL_WATCH_PARENT"] = "1"
    demo.start().ready(whole=True)
    family = demo.family()

    demo.process.kill()
    demo.process.communicate()

    wait_for(lambda: not alive(family), 15, "all of the family is gone")
    demo.environment.clear()
    demo.start().ready()
    assert demo.page() == "built 1"


def test_connections_on_which_nothing_is_said_hold_nobody_up(demo: Demo) -> None:
    """Chromium opens some in advance; two of them held both workers."""
    demo.start().ready()
    silent = [socket.create_connection(("127.0.0.1", demo.port)) for _ in range(6)]

    assert [demo.page() for _ in range(4)] == ["built 1"] * 4

    for connection in silent:
        connection.close()


def test_what_falls_over_is_started_again(demo: Demo) -> None:
    demo.start().ready()
    postmaster = int((demo.data / "postgresql/postmaster.pid").read_text().split()[0])
    web = next(pid for pid in demo.family() if "gunicorn" in command_of(pid))

    os.kill(postmaster, signal.SIGKILL)
    os.kill(web, signal.SIGKILL)

    def answers() -> bool:
        try:
            return demo.page() == "built 1"
        except OSError:
            return False

    # PostgreSQL first syncs the whole folder after a crash, which a busy disk makes long.
    wait_for(answers, 120, demo.story)


def test_a_stale_pid_file_that_names_a_living_stranger_is_no_obstacle(demo: Demo) -> None:
    demo.start().ready()
    demo.end()
    pid_file = demo.data / "postgresql/postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{demo.data}/postgresql\n0\n5432\n\n\n\n")

    demo.start().ready()

    assert demo.page() == "built 1"


def test_a_database_cut_short_while_being_made_is_made_again(demo: Demo) -> None:
    (demo.data / "postgresql.new" / "base").mkdir(parents=True)
    (demo.data / "samspil-demo.json").write_text("{}")

    demo.start().ready()

    assert not (demo.data / "postgresql.new").exists()


def test_a_second_demo_on_the_same_folder_gets_one_sentence(demo: Demo) -> None:
    demo.start().ready()
    second = Demo(demo.site, demo.data)

    assert "er i brug af en demo, der kører" in second.refused()
    assert demo.page() == "built 1"


def test_a_taken_port_gets_one_sentence(demo: Demo) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", demo.port))
        other.listen()

        assert f"Port {demo.port} er optaget" in demo.refused()
    assert not demo.data.exists()


@pytest.mark.parametrize("port", ["0", "80a", "-1", "32768", "65536", ""])
def test_a_port_that_is_none_gets_one_sentence(demo: Demo, port: str) -> None:
    demo.port = port

    assert "PORT skal være et tal" in demo.refused()


def test_a_folder_that_is_not_ours_gets_one_sentence_and_is_not_touched(demo: Demo) -> None:
    demo.data.mkdir()
    (demo.data / "feriebilleder.zip").write_text("x")

    assert "er ikke lavet af Samspil" in demo.refused()
    assert [path.name for path in demo.data.iterdir()] == ["feriebilleder.zip"]


@pytest.mark.parametrize("where", ["file", "below a file", "not writable"])
def test_a_folder_that_cannot_be_used_gets_one_sentence(demo: Demo, where: str) -> None:
    (demo.site / "file").write_text("x")
    demo.data = {
        "file": demo.site / "file",
        "below a file": demo.site / "file" / "data",
        "not writable": Path("/proc/samspil"),
    }[where]

    assert "Vælg en anden mappe med DATA=" in demo.refused()


def test_data_of_another_major_version_gets_one_sentence(demo: Demo) -> None:
    demo.start().ready()
    demo.end()
    (demo.data / "postgresql/PG_VERSION").write_text("13\n")

    sentence = demo.refused()

    assert "PostgreSQL 13" in sentence
    assert "make reset" in sentence


@pytest.mark.parametrize("wrong", ["gone", "broken", "old"])
def test_a_wrong_choice_of_binaries_gets_one_sentence(
    demo: Demo, tmp_path: Path, wrong: str
) -> None:
    folder = tmp_path / "bin"
    if wrong != "gone":
        folder.mkdir()
        for name in ("initdb", "postgres"):
            text = "#!/bin/sh\necho 'postgres (PostgreSQL) 14.2'\n" if wrong == "old" else "#!/x\n"
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
    demo.environment["PORTAL_PG_BIN"] = str(folder)

    assert "PORTAL_PG_BIN" in demo.refused()


def test_other_migrations_offer_make_reset_and_reset_cures(demo: Demo) -> None:
    demo.start().ready()
    demo.end()
    migration = demo.site / "portal/app/migrations/0001_first.py"
    migration.write_text("number = 2\n")

    assert "make reset" in demo.refused()
    reset = subprocess.run(demo.command("reset"), env=outer_environment(), check=True)
    assert reset.returncode == 0
    assert not demo.data.exists()
    demo.start().ready()


def test_a_failing_build_says_where_the_reason_stands_and_leaves_nothing(demo: Demo) -> None:
    demo.environment["STANDIN_PREPARE_STATUS"] = "1"
    assert "prepare_demo.log" in demo.refused()
    demo.environment["STANDIN_PREPARE_STATUS"] = "3"
    assert "make reset" in demo.refused()
    assert not processes_in(demo.data / "postgresql")

    demo.environment.clear()
    demo.start().ready()
    assert demo.page() == "built 3"


def test_reset_refuses_a_running_demo_and_a_foreign_folder(demo: Demo, tmp_path: Path) -> None:
    demo.start().ready()
    for folder in (demo.data, demo.site):
        other = Demo(demo.site, folder)
        answer = subprocess.run(
            other.command("reset"), env=outer_environment(), capture_output=True, text=True
        )
        assert answer.returncode == 2
        assert answer.stderr.count("\n") == 1
    assert (demo.site / "manage.py").exists()
    assert demo.page() == "built 1"


def test_secrets_last_are_private_and_are_never_replaced_under_data(demo: Demo) -> None:
    demo.start().ready()
    demo.end()
    secrets = demo.data / "secrets.env"
    before = secrets.read_text()
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert stat.S_IMODE(demo.data.stat().st_mode) == 0o700

    demo.start().ready()
    for pid in demo.family():
        for line in before.splitlines():
            assert line.partition("=")[2] not in command_of(pid), "a secret stands in `ps`"
    demo.end()
    assert secrets.read_text() == before

    secrets.unlink()
    assert "Uden nøglerne kan dataene ikke læses" in demo.refused()


def test_long_and_odd_folders_work_and_nothing_stays_in_tmp(demo: Demo, tmp_path: Path) -> None:
    before = set(Path("/tmp").glob("samspil-[0-9]*"))
    demo.data = tmp_path / "Mine filer, æøå" / ("en meget lang mappe " * 6).strip() / "data"

    demo.start().ready()
    assert demo.page() == "built 1"
    demo.end()

    assert set(Path("/tmp").glob("samspil-[0-9]*")) == before


def test_the_users_own_pg_variables_lead_nowhere(demo: Demo) -> None:
    demo.environment |= {"PGHOST": "/nowhere", "PGUSER": "x", "PGDATA": "/x", "PGPORT": "1"}

    demo.start().ready()

    assert demo.page() == "built 1"


def test_a_killed_make_takes_the_demo_with_it(demo: Demo) -> None:
    (demo.site / "Makefile").write_text("demo:\n\t@exec $(COMMAND)\n")
    make = subprocess.Popen(
        ["make", "demo", f"COMMAND={' '.join(demo.command(demo.port))}"],
        cwd=demo.site,
        env=outer_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    demo.process = make
    demo.ready(whole=True)
    family = demo.family()

    make.kill()
    make.communicate()
    demo.process = None

    wait_for(lambda: not alive(family), 15, "all of the family is gone")


# --- the portal itself ----------------------------------------------------------------------------


class RealDemo(Demo):
    def command(self, port: object) -> list[str]:
        return [
            *[sys.executable, str(ROOT / "manage.py"), "demo"],
            *["--port", str(port), "--data", str(self.data)],
        ]


def test_the_portal_itself_starts_serves_offers_and_builds_nothing_twice(tmp_path: Path) -> None:
    demo = RealDemo(ROOT, tmp_path / "data")
    try:
        demo.start().ready()
        assert demo.get("/tilbud/?q=ensom+efter+kr%C3%A6ft&sted=8000").count("data-offer=") > 3
        assert not list((demo.data / "log").glob("*.part"))
        demo.end()
        prepared = (demo.data / "log/prepare_demo.log").stat().st_mtime

        demo.start().ready()

        assert (demo.data / "log/prepare_demo.log").stat().st_mtime == prepared
        family = demo.family()
        demo.process.kill()
        demo.process.communicate()
        wait_for(lambda: not alive(family), 30, "all of the family is gone")
    finally:
        if demo.process.poll() is None:
            demo.process.kill()
            demo.process.communicate()


# --- root, and everybody else -------------------------------------------------------------------

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can try other users")


@only_root
def test_an_ordinary_user_can_run_it(site: Path) -> None:
    environment = environment_for_nobody()
    if environment is None:
        pytest.skip("the checkout or every Python lies where only root may look")
    home = Path("/tmp") / f"samspil-user-{os.getpid()}"
    shutil.copytree(site, home / "site")
    for path in [home, *home.rglob("*")]:
        os.chown(path, NOBODY, NOBODY)
    demo = Demo(home / "site", home / "data", nobody=True)
    demo.environment |= environment
    try:
        # Celery may be missing what another Python needs; the servers and the site are the point.
        demo.start().ready()
        assert demo.page() == "built 1"
        family = demo.family()
        assert owners(family) == {NOBODY}
        assert listening_ports(family) == {demo.port}
        demo.process.kill()
        demo.process.communicate()
        wait_for(lambda: not alive(family), 15, "all of the family is gone")
        demo.start().ready()
        assert demo.end()[0] == 0
    finally:
        if demo.process.poll() is None:
            demo.process.kill()
        demo.process.communicate()
        shutil.rmtree(home, ignore_errors=True)


@only_root
def test_root_without_user_namespaces_runs_the_server_as_another_user(demo: Demo) -> None:
    """As in most containers. A data folder that only root can reach must still be readable."""
    demo.data.parent.chmod(0o700)
    demo.environment["PORTAL_ROOT_IDENTITY"] = "user"
    demo.start().ready()
    family = demo.family()
    postmaster = int((demo.data / "postgresql/postmaster.pid").read_text().split()[0])
    assert Path(f"/proc/{postmaster}").stat().st_uid != 0
    assert pwd.getpwuid((demo.data / "postgresql").stat().st_uid).pw_uid != 0

    demo.process.kill()
    demo.process.communicate()
    wait_for(lambda: not alive(family), 15, "all of the family is gone")

    demo.start().ready()
    assert demo.page() == "built 1"


@only_root
def test_root_where_nothing_works_gets_one_sentence(demo: Demo) -> None:
    demo.environment["PORTAL_ROOT_IDENTITY"] = "impossible"

    assert "PostgreSQL vil ikke køre som root" in demo.refused()


@only_root
def test_a_database_that_belongs_to_somebody_else_gets_one_sentence(demo: Demo) -> None:
    demo.start().ready()
    demo.end()
    os.chown(demo.data / "postgresql", 12345, 12345)

    assert "tilhører en anden bruger" in demo.refused()


def as_nobody() -> list[str]:
    # The shell in between matters: setpriv still has root's eyes when it looks up its own command.
    drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return [*drop, "/bin/sh", "-c", 'exec "$0" "$@"']


def environment_for_nobody() -> dict[str, str] | None:
    """A Python that an ordinary user may run with our packages: ours, or else the system's."""
    packages = Path(pytest.__file__).parents[1]
    for python, path in ((sys.executable, ""), ("/usr/bin/python3", str(packages))):
        environment = {"STANDIN_PYTHON": python, "HOME": "/nonexistent"}
        if path:
            environment["PYTHONPATH"] = path
        look = [python, "-c", "import sys, psycopg; sys.path.insert(0, sys.argv[1]); import portal"]
        tried = subprocess.run(
            [*as_nobody(), *look, str(ROOT)],
            env={**outer_environment(), **environment},
            capture_output=True,
        )
        if tried.returncode == 0:
            return environment
    return None


# --- what a folder was built from ---------------------------------------------------------------


def test_a_comment_in_a_migration_is_no_other_migration(site: Path) -> None:
    built = Stamp.of_code(site)
    migration = site / "portal/app/migrations/0001_first.py"

    migration.write_text("number = 1  # another comment\n")

    assert built.judge(Stamp.of_code(site)) is Verdict.SAME


@pytest.mark.parametrize(
    ("name", "text", "verdict"),
    [
        ("portal/app/migrations/0002_second.py", "number = 2\n", Verdict.BEHIND),
        ("portal/app/migrations/0001_first.py", "number = 9\n", Verdict.OTHER),
        ("portal/app/migrations/0001_first.py", None, Verdict.OTHER),
        ("portal/demo/data/personas.jsonl", "{}\n", Verdict.BEHIND),
        ("requirements.txt", "django==6\n", Verdict.BEHIND),
        ("portal/demo/supervisor.py", "x = 1\n", Verdict.SAME),
    ],
)
def test_the_stamp_tells_growth_from_another_past(
    site: Path, name: str, text: str | None, verdict: Verdict
) -> None:
    built = Stamp.of_code(site)

    if text is None:
        (site / name).unlink()
    else:
        (site / name).write_text(text)

    assert built.judge(Stamp.of_code(site)) is verdict
