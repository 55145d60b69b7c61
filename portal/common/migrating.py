"""Many tables at once.

Django renders all related models anew for each new table, and everything here is related to the
user: most of the time of `migrate` on an empty database went into that.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# Of one kind in a row, none of these looks at what another one makes.
_KINDS = ((migrations.CreateModel,), (migrations.AddConstraint, migrations.AddIndex))


class Together(Operation):
    """Operations of one kind, with the models rendered once for all of them."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    @property
    def reversible(self) -> bool:  # type: ignore[override]
        return all(operation.reversible for operation in self.operations)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # a cached property: rendered again when asked for
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)


def together(operations: Sequence[Operation]) -> list[Operation]:
    """The same operations in the same order, neighbours of one kind made one step."""
    steps: list[Operation] = []
    for kind, group in groupby(operations, key=_kind):
        neighbours = list(group)
        steps += neighbours if kind is None else [Together(neighbours)]
    return steps


def _kind(operation: Operation) -> Any:
    return next((kind for kind in _KINDS if isinstance(operation, kind)), None)
