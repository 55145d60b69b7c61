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
from tests.factories.register import past_the_guards

# Where a row that comes in is asked about others.
_GUARDED = ("partnerships_agreement", "partnerships_agreementparty", "partnerships_signature")
_INSERT = re.compile(r'^\s*INSERT INTO "?(\w+)"?')


@dataclass(frozen=True)
class Copy:
    sql: str
    rows: list[str]  # of each table, as JSON
    pickled: bytes

    def lay_down(self) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.rows)
        return pickle.loads(self.pickled)  # noqa: S301 - our own


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
            with transaction.atomic(), past_the_guards(_GUARDED):
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
        cursor.execute("SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences")
        return dict(cursor.fetchall())


def _copy(tables: list[str], before: dict[str, int], built: Any) -> Copy:
    columns = {model._meta.db_table: _columns(model) for model in apps.get_models()}
    steps, rows = [], []
    with connection.cursor() as cursor:
        for table in tables:
            names = ", ".join(f'"{name}"' for name in columns[table])
            first = before.get(f"{table}_id_seq")
            since = "" if first is None else f"WHERE id > {first}"
            cursor.execute(f"SELECT jsonb_agg(to_jsonb(t)) FROM {table} t {since}")  # noqa: S608 - names of our own tables
            found = cursor.fetchone()[0]
            if found is None:
                continue
            rows.append(found if isinstance(found, str) else json.dumps(found))
            steps.append(
                f"into_{table} AS (INSERT INTO {table} ({names}) SELECT {names} "  # noqa: S608
                f"FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb))"
            )
    return Copy(f"WITH {', '.join(steps)} SELECT 1", rows, pickle.dumps(built))


def _columns(model: type[models.Model]) -> list[str]:
    return [
        field.column
        for field in model._meta.concrete_fields
        if not isinstance(field, models.GeneratedField)
    ]
