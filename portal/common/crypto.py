"""Encryption of patient fields, and keyed hashes to look such values up.

A sealed value is version (1 byte), key id (1), nonce (12), then AES-256-GCM text and tag. The
associated data is `table.column.primary key`: a value moved to another row or column does not open.
Keys come from `settings.FIELD_KEYS`, never from the database; the highest id seals, every id opens.

Because the row's key is part of the seal, the key must be known before saving (UUIDv7 defaults
are), and `update()`, `bulk_update()` and every filter but `isnull` are refused. Setting to null
needs no seal and is allowed everywhere, so that an erasing job may use `update()`. A
`bulk_create(update_conflicts=True)` on a sealed column would put one row's seal on another; opening
it then fails.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django import forms
from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.exceptions import FieldError
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxLengthValidator
from django.db import connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Lookup
from django.db.models.query_utils import DeferredAttribute
from psycopg import sql

VERSION = 1
_NONCE_BYTES = 12
_HEAD_BYTES = 2 + _NONCE_BYTES


class SealBroken(Exception):
    """The value was changed or moved, or was sealed with a key that we do not have."""


# --- keys -----------------------------------------------------------------------------------------


def _keyring() -> Mapping[int, bytes]:
    keys: Mapping[int, bytes] = settings.FIELD_KEYS
    return keys


def current_key_id() -> int:
    return max(_keyring())


@lru_cache(maxsize=64)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


@lru_cache(maxsize=64)
def _hash_key(master: bytes, purpose: str) -> bytes:
    return hmac.digest(master, b"samspil:" + purpose.encode(), hashlib.sha256)


def blind_index(value: str, purpose: str = "contact") -> bytes:
    """A keyed hash (32 bytes) that finds equal values without storing them. Normalise the value
    first.

    Each purpose has its own key, so that equal values of two purposes cannot be joined.
    """
    key = _hash_key(settings.BLIND_INDEX_KEY, purpose)
    return hmac.digest(key, value.encode(), hashlib.sha256)


# --- sealing --------------------------------------------------------------------------------------


def seal(text: str, context: str) -> bytes:
    """Encrypt `text` for the place that `context` names."""
    key_id = current_key_id()
    nonce = os.urandom(_NONCE_BYTES)
    head = bytes((VERSION, key_id))
    body = _cipher(_keyring()[key_id]).encrypt(nonce, text.encode(), head + context.encode())
    return head + nonce + body


def open_sealed(sealed: bytes, context: str) -> str:
    """Decrypt, or raise SealBroken. The error names the place and never the value."""
    if len(sealed) < _HEAD_BYTES or sealed[0] != VERSION:
        raise SealBroken(f"{context}: not a sealed value of a known version.")
    key = _keyring().get(sealed[1])
    if key is None:
        raise SealBroken(f"{context}: sealed with key {sealed[1]}, which is not in FIELD_KEYS.")
    head, nonce, body = sealed[:2], sealed[2:_HEAD_BYTES], sealed[_HEAD_BYTES:]
    try:
        return _cipher(key).decrypt(nonce, body, head + context.encode()).decode()
    except InvalidTag as error:
        raise SealBroken(f"{context}: the value was changed or moved.") from error


def _context(column: "_EncryptedField[Any, Any]", pk: object) -> str:
    model = column.model
    key = model._meta.pk.to_python(pk)
    return f"{model._meta.db_table}.{column.column}.{key}"


class Sealed:
    """What the database holds. It opens only through its own model instance."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __repr__(self) -> str:
        return "<sealed>"


class _ForColumn:
    """Made by `pre_save` alone: the proof that a value was sealed for the row it goes to."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data


# --- fields ---------------------------------------------------------------------------------------


class _OpenAtFirstAccess(DeferredAttribute):
    """Keeps the sealed bytes until somebody reads the attribute: lists of rows decrypt nothing."""

    field: "_EncryptedField[Any, Any]"

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is not None and isinstance(value, Sealed):
            text = open_sealed(value.data, _context(self.field, instance.pk))
            value = instance.__dict__[self.field.attname] = self.field.parse(text)
        return value

    def __set__(self, instance: models.Model, value: object) -> None:
        # Without a setter the instance's own dictionary would be read past `__get__`.
        instance.__dict__[self.field.attname] = value


_Set = TypeVar("_Set", contravariant=True)
_Get = TypeVar("_Get", covariant=True)

if TYPE_CHECKING:
    _Field = models.Field
else:
    # Django's field cannot be subscripted when running; the types are for mypy's plugin.
    class _Field(models.Field, Generic[_Set, _Get]):
        pass


class _EncryptedField(_Field[_Set, _Get]):
    descriptor_class = _OpenAtFirstAccess

    def render(self, value: Any) -> str:
        raise NotImplementedError

    def parse(self, text: str) -> Any:
        raise NotImplementedError

    def get_internal_type(self) -> str:
        return "BinaryField"

    def from_db_value(self, value: bytes | None, *_: object) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> _ForColumn | None:
        # Reading through the descriptor opens an untouched value, so a row whose key was changed in
        # memory fails here and not at the next reading.
        value = getattr(model_instance, self.attname)
        if value is None:
            return None
        if hasattr(value, "resolve_expression"):
            raise FieldError(f"{self.name} is encrypted and cannot take a database expression.")
        if model_instance.pk is None:
            raise FieldError(f"{self.name} is encrypted: the row needs its key before it is saved.")
        return _ForColumn(seal(self.render(value), _context(self, model_instance.pk)))

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> bytes | None:
        if value is None:
            return None
        if not isinstance(value, _ForColumn):
            raise FieldError(
                f"{self.name} is encrypted: it can only be written by save() or bulk_create()."
            )
        return value.data

    def get_placeholder(self, value: object, compiler: object, connection: object) -> str:
        # An expression passes by `get_db_prep_value` and would put clear text into the column.
        if hasattr(value, "resolve_expression"):
            raise FieldError(f"{self.name} is encrypted and cannot take a database expression.")
        return "%s"

    def get_lookup(self, lookup_name: str) -> "type[Lookup[Any]] | None":
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be filtered by {lookup_name!r}.")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> None:
        raise FieldError(f"{self.name} is encrypted and cannot be looked into.")

    def value_to_string(self, obj: models.Model) -> str:
        raise FieldError(f"{self.name} is encrypted and is not serialised.")

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        errors = super().check(**kwargs)
        key = self.model._meta.pk
        if self.unique or getattr(self, "db_index", False):
            errors.append(
                checks.Error("An encrypted field cannot be indexed.", obj=self, id="crypto.E001")
            )
        if isinstance(key, models.AutoField):
            errors.append(
                checks.Error(
                    "An encrypted field needs a primary key that is known before saving.",
                    obj=self,
                    id="crypto.E002",
                )
            )
        return errors


class EncryptedTextField(_EncryptedField[_Set, _Get]):
    """Text that only the running application can read. `max_length` is checked before sealing."""

    _pyi_private_set_type: str
    _pyi_private_get_type: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def render(self, value: Any) -> str:
        return str(value)

    def parse(self, text: str) -> str:
        return text

    def to_python(self, value: Any) -> str | None:
        return value if value is None or isinstance(value, str) else str(value)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"max_length": self.max_length, **kwargs})


class EncryptedJSONField(_EncryptedField[_Set, _Get]):
    """Lists and dictionaries, sealed as one value."""

    empty_strings_allowed = False
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def render(self, value: Any) -> str:
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))

    def parse(self, text: str) -> Any:
        return json.loads(text)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": forms.JSONField, **kwargs})


# --- changing keys --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rotation:
    """What one run did. A broken value is left as it is and named, so that it stops nobody else."""

    resealed: int = 0
    broken: tuple[str, ...] = field(default=())

    def __add__(self, other: "Rotation") -> "Rotation":
        return Rotation(self.resealed + other.resealed, self.broken + other.broken)


def encrypted_fields(model: type[models.Model]) -> list[_EncryptedField[Any, Any]]:
    return [column for column in model._meta.local_fields if isinstance(column, _EncryptedField)]


def encrypted_models() -> Iterable[type[models.Model]]:
    return (model for model in apps.get_models() if encrypted_fields(model))


def rotate(model: type[models.Model], *, batch: int = 500) -> Rotation:
    """Seal anew with the newest key what an older key sealed. May be stopped and run again at any
    time.

    Each batch is one transaction. A row is written only when it still holds the bytes that were
    read, so a change made meanwhile wins. It reads past row-level security and therefore runs as
    the owner.
    """
    if batch < 1:
        raise ValueError("A batch holds at least one row.")
    done = Rotation()
    for column in encrypted_fields(model):
        done += _rotate_column(column, batch)
    return done


def rotate_all(*, batch: int = 500) -> Rotation:
    """`rotate` for every model of the installed apps."""
    done = Rotation()
    for model in encrypted_models():
        done += rotate(model, batch=batch)
    return done


def _rotate_column(column: _EncryptedField[Any, Any], batch: int) -> Rotation:
    model = column.model
    using = router.db_for_write(model)
    names = {
        "table": sql.Identifier(model._meta.db_table),
        "column": sql.Identifier(str(column.column)),
        "key": sql.Identifier(str(model._meta.pk.column)),
    }
    read = sql.SQL(
        "SELECT {key}, {column} FROM {table}"
        " WHERE get_byte({column}, 1) <> %s AND (%s OR {key} > %s) ORDER BY {key} LIMIT %s"
    ).format(**names)
    write = sql.SQL("UPDATE {table} SET {column} = %s WHERE {key} = %s AND {column} = %s").format(
        **names
    )
    done = Rotation()
    last: UUID | str | None = None
    while True:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute(read, [current_key_id(), last is None, last, batch])
            rows = cursor.fetchall()
            for pk, old in rows:
                context = _context(column, pk)
                try:
                    new = seal(open_sealed(bytes(old), context), context)
                except SealBroken as error:
                    done += Rotation(broken=(str(error),))
                    continue
                cursor.execute(write, [new, pk, old])
                done += Rotation(resealed=cursor.rowcount)
        if not rows:
            return done
        last = rows[-1][0]
