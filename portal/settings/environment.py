"""Typed readers for the environment. Only `base.py` uses them, so that every variable has one
place.

Each helper refuses nonsense at start-up: a forgotten variable stops the start, it never weakens it.
"""

import base64
import binascii
import difflib
import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_MISSING = object()
_known: set[str] = set()


def text(name: str, default: object = _MISSING, *, at_least: int = 0) -> str:
    _known.add(name)
    value = os.environ.get(name, "")
    if not value:
        if default is _MISSING:
            raise ImproperlyConfigured(f"{name} is not set. docs/operations.md says what it is.")
        return str(default)
    if len(value) < at_least:
        raise ImproperlyConfigured(f"{name} is shorter than {at_least} characters.")
    return value


def secret(name: str, *, at_least: int) -> str:
    """A random string. What stands in every example, and one letter many times, is refused."""
    value = text(name, at_least=at_least)
    if "insecure" in value or len(set(value)) < 12:
        raise ImproperlyConfigured(f"{name} is an example or not random. Make one of your own.")
    return value


def flag(name: str, default: bool) -> bool:
    value = text(name, "true" if default else "false").lower()
    if value not in {"true", "false"}:
        raise ImproperlyConfigured(f"{name} must be 'true' or 'false', not {value!r}.")
    return value == "true"


def number(name: str, default: int, *, lowest: int = 0) -> int:
    value = text(name, default)
    if not value.isdigit() or int(value) < lowest:
        raise ImproperlyConfigured(f"{name} must be a whole number of at least {lowest}.")
    return int(value)


def words(name: str, default: object = _MISSING) -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def hosts(name: str) -> list[str]:
    """Host names, comma separated. A wildcard is refused (SEC-1); a leading dot is one too."""
    found = words(name)
    if any("*" in host or host.startswith(".") for host in found) or not found:
        raise ImproperlyConfigured(f"{name} must name each host; '*' and '.domain' are wildcards.")
    return found


def keyring(name: str) -> dict[int, bytes]:
    """`id:base64` pairs, comma separated, each key 32 bytes; the highest id encrypts."""
    keys: dict[int, bytes] = {}
    for part in words(name):
        key_id, _, encoded = part.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ImproperlyConfigured(f"{name}: key {key_id!r} is not base64.") from error
        if not key_id.isdigit() or not 1 <= int(key_id) <= 255 or len(key) != 32:
            raise ImproperlyConfigured(f"{name}: each entry is 'number 1-255:32 bytes base64'.")
        if int(key_id) in keys:
            raise ImproperlyConfigured(f"{name}: key {key_id} stands there twice.")
        keys[int(key_id)] = key
    return keys


_TLS_CHOICES = {"verify-full", "verify-ca", "require", "disable"}


def database(name: str, *, require_tls: bool) -> dict[str, Any]:
    """A PostgreSQL address: `postgresql://user:password@host:port/name?sslmode=verify-full`.

    A socket folder goes in the query as `host=/folder`. With `require_tls` an address over the
    network must say its `sslmode`, so that nobody talks in clear without having chosen to (SEC-1).
    """
    address = urlsplit(text(name))
    if address.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(f"{name} must be a postgresql:// address, and nothing else.")
    options = dict(parse_qsl(address.query))
    host = options.pop("host", "") or unquote(address.hostname or "")
    # `allow` and `prefer` fall back to clear text without a word; `disable` at least says so.
    if require_tls and not host.startswith("/") and options.get("sslmode") not in _TLS_CHOICES:
        raise ImproperlyConfigured(
            f"{name} must say its sslmode: verify-full, verify-ca, require or disable."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(address.path.lstrip("/")),
        "USER": unquote(address.username or ""),
        "PASSWORD": unquote(address.password or ""),
        "HOST": host,
        "PORT": str(address.port or options.pop("port", "")),
        "OPTIONS": {"connect_timeout": 4, **options},
    }


def cache_address(broker: str) -> str:
    """The broker's address as Django's cache spells it: a Unix socket is `unix://`, not `redis+socket://`."""
    scheme, separator, rest = broker.partition("://")
    return f"unix://{rest}" if scheme == "redis+socket" else f"{scheme}{separator}{rest}"


def refuse_misspelt() -> None:
    """A variable that is nearly one of ours is a setting that silently does nothing (SEC-1)."""
    for name in os.environ:
        near = difflib.get_close_matches(name, _known, n=1, cutoff=0.93)
        if near and name not in _known:
            raise ImproperlyConfigured(f"{name} is unknown. Is {near[0]} meant?")
