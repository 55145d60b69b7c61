"""The one way to patient data: a transaction that knows for whom it runs.

The shape is that of `tenancy-and-audit.md`, 2: variables and role for this transaction alone, an
inner savepoint that is READ ONLY for reads, and the audit rows of what was read inserted after it,
before COMMIT. So *GET never writes* holds by construction, and a read that cannot be logged becomes
an error instead of a page. On failure only the inner block is undone; denied access is still
logged."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction

from portal.access.actor import Actor, ActorKind
from portal.access.grants import allows
from portal.access.permissions import Permission

NO_REFERRAL = UUID(int=0)


class ScopeError(RuntimeError):
    """A mistake of ours, never of a user: no scope, two scopes, or an unlogged read."""


@dataclass(slots=True)
class Scope:
    actor: Actor
    readonly: bool
    reads: list[Any] = field(default_factory=list)  # unsaved AuditEntry rows
    touched: set[tuple[str, str]] = field(default_factory=set)
    covered: set[tuple[str, str]] = field(default_factory=set)
    failed: bool = False

    def touch(self, row: models.Model) -> None:
        self.touched.add((row._meta.label_lower, str(row.pk)))

    def cover(self, rows: Iterable[models.Model]) -> None:
        self.covered.update((row._meta.label_lower, str(row.pk)) for row in rows)

    def refuse_unlogged_reads(self) -> None:
        unlogged = self.touched - self.covered
        if unlogged:
            labels = sorted({label for label, _ in unlogged})
            raise ScopeError(f"Patient rows were read without an audit entry: {labels}")


_current: ContextVar[Scope | None] = ContextVar("scope", default=None)
_unguarded: ContextVar[bool] = ContextVar("unguarded", default=False)


class _Undo(Exception):
    """Leaves the inner block without an error for the caller (an answer of 4xx or 5xx)."""


def current_scope() -> Scope:
    """The open scope. Raises `ScopeError` where there is none."""
    scope = _current.get()
    if scope is None:
        raise ScopeError("Patient data is reached through portal.audit.scope.tenant() only.")
    return scope


def scope_is_open() -> bool:
    return _current.get() is not None


@contextmanager
def unguarded() -> Iterator[None]:
    """For factories and assertions in tests, which run outside scopes. No other code calls it; a
    test says so."""
    token = _unguarded.set(True)
    try:
        yield
    finally:
        _unguarded.reset(token)


def note_read_of(row: models.Model) -> None:
    """Called by `from_db` of patient models: refuses a read outside a scope, remembers one
    inside."""
    if _unguarded.get() and _current.get() is None:
        return
    current_scope().touch(row)


def _wall(actor: Actor) -> tuple[int, str]:
    """What the second wall is told: own organisation (0 for none) and the kind of scope.

    A member whose roles give nothing of a referral gets no organisation at all, so the wall holds
    even where a page forgot to ask; a manager sees rows (numbers, states) but no patient row.
    """
    if actor.is_system:
        return actor.organisation_id, "system"
    if actor.kind is ActorKind.REPLY_LINK:
        # Name, contact and words need the six-digit code; without it the patient's row is walled
        # off.
        return 0, "reply" if actor.phone_confirmed else "link"
    if actor.kind is ActorKind.PATIENT_LINK:
        return 0, "patient"
    if not actor.is_user:
        # A public form that carries a signed token for one receiver (self-referral).
        return actor.organisation_id, "user"
    clinical = allows(actor, Permission.REFERRAL_FOLLOW) or allows(
        actor, Permission.REFERRAL_RECEIVE
    )
    if clinical:
        return actor.organisation_id, "user"
    if allows(actor, Permission.FIGURES_VIEW):
        return actor.organisation_id, "figures"
    return 0, "user"


def _set_local(actor: Actor) -> None:
    organisation, kind = _wall(actor)
    area = actor.area if allows(actor, Permission.REFERRAL_OVERSEE) else ()
    role = settings.WORKER_ROLE if actor.is_system else settings.SCOPE_ROLE
    values = {
        "app.user": str(actor.user_id or 0),
        "app.organisation": str(organisation),
        "app.referral": str(actor.referral_id or NO_REFERRAL),
        "app.scope": kind,
        "app.area": "{" + ",".join(str(code) for code in area) + "}",
    }
    if role:
        values["role"] = role
    _set_config(values)


def _set_config(values: dict[str, str]) -> None:
    calls = ", ".join(["set_config(%s, %s, true)"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", [part for pair in values.items() for part in pair])


@contextmanager
def tenant(actor: Actor, *, readonly: bool = False) -> Iterator[Scope]:
    """Open the scope of `actor`: one transaction, walled by row-level security.

    Raises `ScopeError` when scopes nest or when patient rows were read without an audit entry.
    Middleware, tasks, commands and tests use it alike. No external call belongs inside.
    """
    if _current.get() is not None:
        raise ScopeError("Scopes do not nest.")
    scope = Scope(actor=actor, readonly=readonly)
    error: Exception | None = None
    token = _current.set(scope)
    try:
        with transaction.atomic():
            _set_local(actor)
            try:
                with transaction.atomic():
                    if readonly:
                        with connection.cursor() as cursor:
                            cursor.execute("SET TRANSACTION READ ONLY")
                    yield scope
                    scope.refuse_unlogged_reads()
                    if scope.failed:
                        raise _Undo
            except _Undo:
                pass
            except Exception as caught:
                error = caught
            if scope.reads:
                type(scope.reads[0]).objects.bulk_create(scope.reads)
        if connection.in_atomic_block:
            # Only where a test wraps everything in a transaction of its own: LOCAL settings outlive
            # the savepoint there, and the factories after us run as the owner again.
            _set_config(
                {"role": "none", "app.organisation": "", "app.referral": "", "app.scope": ""}
            )
    finally:
        _current.reset(token)
    if error is not None:
        raise error
