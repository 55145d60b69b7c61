"""One private PostgreSQL cluster in one folder, reachable only through a Unix socket."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from portal.embedded.binaries import PostgresBinaries
from portal.embedded.errors import ServerError
from portal.embedded.processes import (
    Identity,
    clean_environment,
    launch,
    run,
    stop,
    unprivileged_identity,
    wait_until_left,
)

SUPERUSER = "postgres"
OWNER = "portal_owner"
# With plain C pg_trgm silently drops æøå. Not every system knows the first name.
LOCALES = ("C.UTF-8", "C.utf8", "en_US.UTF-8")


@dataclass
class Postgres:
    """`durable=False` gives up crash safety for speed: for tests, whose data is thrown away."""

    data: Path
    sockets: Path
    log: Path
    binaries: PostgresBinaries
    durable: bool = True
    settings: dict[str, str] = field(default_factory=dict)
    _identity: Identity = field(default_factory=unprivileged_identity, init=False)
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    # --- life ---------------------------------------------------------------------------------

    @property
    def exists(self) -> bool:
        return (self.data / "PG_VERSION").is_file()

    def create(self) -> None:
        """Make the cluster. Sweeping away a half-made one is for the caller."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.data.chmod(0o700)
        self._identity.own(self.data)
        for locale in LOCALES:
            command: list[str | Path] = [
                self.binaries["initdb"],
                f"--pgdata={self.data}",
                f"--username={SUPERUSER}",
                "--auth=trust",  # the 0700 socket folder is the lock
                "--encoding=UTF8",
                f"--locale={locale}",
                "--no-instructions",
                "--no-sync",
            ]
            if run(command, log=self.log, identity=self._identity, environment=_environment()) == 0:
                return
        raise ServerError(f"PostgreSQL kunne ikke lave en database i {self.data}. Se {self.log}.")

    def refuse_other_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != str(self.binaries.version):
            raise ServerError(
                f"Datamappen {self.data} er lavet af PostgreSQL {found}, men her kører PostgreSQL "
                f"{self.binaries.version}. Kør `make reset` for at begynde forfra, eller sæt "
                f"PORTAL_PG_BIN til mappen med PostgreSQL {found}."
            )

    def start(self, *, patience: float = 60) -> None:
        """Start and wait until it answers. The caller holds the folder's lock."""
        self.refuse_other_version()
        owner = self.data.stat().st_uid
        expected = {"same": {os.getuid()}, "namespace": {0}}.get(
            self._identity.kind, {0, self._identity.uid}
        )
        if owner not in expected:
            raise ServerError(
                f"Datamappen {self.data} tilhører en anden bruger (nummer {owner}). Start som den "
                "bruger, eller vælg en anden mappe med DATA=."
            )
        self._identity.own(self.data)
        self._identity.own(self.sockets)
        self._settle()
        with self.log.open("ab") as output:
            self._process = launch(
                [self.binaries["postgres"], "-D", self.data, *self._options()],
                # Fast shutdown: connections are cut, data is written, nothing stays behind.
                on_parent_death=signal.SIGINT if self.durable else signal.SIGQUIT,
                identity=self._identity,
                environment=_environment(),
                output=output,
            )
        deadline = time.monotonic() + patience
        while not self._answers():
            if self._process.poll() is not None:
                raise ServerError(f"PostgreSQL ville ikke starte. Se {self.log}.")
            if time.monotonic() > deadline:
                self.stop()
                raise ServerError(f"PostgreSQL svarede ikke i tide. Se {self.log}.")
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            by = signal.SIGINT if self.durable else signal.SIGQUIT
            stop(self._process, by=by, patience=20)
            self._process = None

    def poll(self) -> int | None:
        return self._process.poll() if self._process is not None else None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def _settle(self) -> None:
        """After a kill -9 an old server may be dying still, and its pid file name a stranger."""
        if not wait_until_left(self.data, patience=20):
            raise ServerError(f"En tidligere PostgreSQL på {self.data} vil ikke stoppe.")
        if Path("/proc/self").exists():
            # Nobody stands in the folder, so whoever has that number now is no server of ours.
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "port": "5432",
            "max_connections": "60",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_checkpoints": "off",
            "jit": "off",
            "max_wal_size": "2GB",
            **({} if self.durable else _FAST),
            **self.settings,
        }
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    # --- use ----------------------------------------------------------------------------------

    def url(self, *, database: str = "samspil", user: str = OWNER) -> str:
        return f"postgresql://{user}@/{database}?host={quote(str(self.sockets), safe='')}"

    def connect(
        self, *, database: str = "postgres", user: str = SUPERUSER
    ) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(
            host=str(self.sockets),
            port=5432,
            dbname=database,
            user=user,
            password="",
            sslmode="disable",
            connect_timeout=5,
            autocommit=True,
        )

    def prepare(self, *, database: str = "samspil") -> None:
        """The owner role and its database. Repeating it changes nothing.

        The owner may create roles and databases but is no superuser: what works here works in
        production, where nobody hands out a superuser.
        """
        with self.connect() as connection:
            self._check_letters(connection)
            if not connection.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]
            ).fetchone():
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE").format(
                        sql.Identifier(OWNER)
                    )
                )
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            if not known.fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(database), sql.Identifier(OWNER)
                    )
                )

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    @staticmethod
    def _check_letters(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        """Search is blind to æøå under the wrong locale, and nothing else would say so."""
        with connection.transaction(force_rollback=True):
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            row = connection.execute("SELECT cardinality(show_trgm('æ'))").fetchone()
        if row is None or not row[0]:
            raise ServerError(
                "Databasen kan ikke søge i æ, ø og å: den er lavet med et forkert tegnsæt. "
                "Kør `make reset`."
            )


_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


def _environment() -> dict[str, str]:
    # TZ and LC_* of the terminal are none of the server's business.
    return {**clean_environment(), "LC_ALL": "C", "TZ": "UTC"}
