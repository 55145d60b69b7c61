"""What many tests begin with, built once a process and laid down again: the cast of
`tests/world.py`, and agreements that have come some way.

Building the cast costs eighty-six statements and a signed agreement seven hundred; laying them
down again costs one or a few. The rows keep their keys, which no sequence gives out twice.
"""

import json
import pickle
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from portal.common import clock

_INSERT = re.compile(r'^\s*INSERT INTO "?(\w+)"?')


@dataclass(frozen=True)
class Copy:
    sql: str
    rows: list[str]  # of each table, as JSON
    guarded: list[str]
    pickled: bytes

    def lay_down(self) -> Any:
        with transaction.atomic(), connection.cursor() as cursor:
            self._guards(cursor, "DISABLE")
            cursor.execute(self.sql, self.rows)
            if self.guarded:
                # A table with a question open cannot be altered, not even for its guards.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                self._guards(cursor, "ENABLE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        return pickle.loads(self.pickled)  # noqa: S301 - our own

    def _guards(self, cursor: Any, verb: str) -> None:
        cursor.execute(
            "; ".join(f"ALTER TABLE {table} {verb} TRIGGER USER" for table in self.guarded)
            or "SELECT 1"
        )


class Copier:
    """Builds by `build` until a copy can be kept, and from then on lays the copy down."""

    def __init__(self, build: Any) -> None:
        self.build = build
        self.copy: Copy | None = None

    def forget(self) -> None:
        """What the copy points at is gone or has got other keys."""
        self.copy = None

    def __call__(self) -> Any:
        if clock.is_set():
            return self.build()  # the rows bear its time
        if self.copy is not None:
            return self.copy.lay_down()
        tables: list[str] = []
        before = _keys_of_everything()
        with _watched(tables):
            built = self.build()
        self.copy = _copy(tables, before, built)
        return built


class AgreementCopier:
    """Builds by `build(state, world, **fields)`, once for each question, and lays copies down.

    The services have carried each row past the guards once, so a copy goes in with those silent.
    """

    def __init__(self, build: Any) -> None:
        self.build = build
        self.copies: dict[str, Copy] = {}

    def __call__(self, state: str, world: Any, **fields: Any) -> Any:
        if _agreements().objects.exists():
            return self.build(state, world, **fields)
        # Its rows name this cast, and bear the time.
        key = f"{world.receiver.pk} {clock.now():%x %H} {state} {sorted(fields.items())}"
        if key in self.copies:
            key_of_row = self.copies[key].lay_down()
            return _agreements().objects.get(pk=key_of_row)
        before = _keys_of_everything()
        tables = [
            model._meta.db_table for model in apps.get_app_config("partnerships").get_models()
        ]
        with _watched(tables):
            built = self.build(state, world, **fields)
        self.copies[key] = _copy(tables, before, built.pk)
        return built


def _agreements() -> Any:
    return apps.get_model("partnerships", "Agreement")


@contextmanager
def _watched(tables: list[str]) -> Iterator[None]:
    """Adds to `tables` what is written to."""

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = _INSERT.match(sql)
        if found and found[1] not in tables:
            tables.append(found[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield


def _keys_of_everything() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value > 0")
        return dict(cursor.fetchall())


def _copy(tables: list[str], before: dict[str, int], built: Any) -> Copy:
    columns = {model._meta.db_table: _columns(model) for model in apps.get_models()}
    steps, rows = [], []
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename FROM pg_sequences")
        sequences = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger "
            "WHERE NOT tgisinternal AND tgtype & 4 > 0"  # those that look at what comes in
        )
        guarded = [name for (name,) in cursor.fetchall() if name in tables]
        for table in tables:
            names = ", ".join(f'"{name}"' for name in columns[table])
            since = ""
            if f"{table}_id_seq" in sequences:
                since = f"WHERE id > {before.get(f'{table}_id_seq', 0)}"
            cursor.execute(
                f"SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]') FROM {table} t {since}"  # noqa: S608 - names of our own tables
            )
            found = cursor.fetchone()[0]
            if not found or found == "[]":
                continue
            rows.append(found if isinstance(found, str) else json.dumps(found))
            steps.append(
                f"into_{table} AS (INSERT INTO {table} ({names}) SELECT {names} "  # noqa: S608
                f"FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb))"
            )
    return Copy(f"WITH {', '.join(steps)} SELECT 1", rows, guarded, pickle.dumps(built))


def _columns(model: type[models.Model]) -> list[str]:
    return [
        field.column
        for field in model._meta.concrete_fields
        if not isinstance(field, models.GeneratedField)
    ]
