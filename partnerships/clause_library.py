"""The general clauses, for everybody, from `reference/clauses.md`.

    ## tavshed · clause · Tavshed
    Tekst i et eller flere afsnit.

A changed text becomes a new version, a text that is gone is retired. Loading again changes nothing.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db import transaction

from partnerships.models import Clause
from portal.common import clock
from portal.common.text import clean_text

FILE: Final = Path(__file__).parent / "reference" / "clauses.md"
_HEAD: Final = re.compile(r"([a-z0-9-]+) · (clause|appendix) · (.+)")


class BadClauseFile(ValueError):
    """The file cannot be used; the message names the heading."""


@dataclass(frozen=True, slots=True)
class General:
    key: str
    kind: str
    title: str
    text: str


def read_clauses(text: str) -> list[General]:
    found: list[General] = []
    for piece in text.split("\n## ")[1:]:
        head, _end, body = piece.partition("\n")
        parts = _HEAD.fullmatch(head.strip())
        if parts is None or not body.strip():
            raise BadClauseFile(f"{FILE.name}: »{head}« skal være: nøgle · slags · titel, og tekst")
        found.append(General(parts[1], parts[2], parts[3], clean_text(body)))
    if len({row.key for row in found}) != len(found):
        raise BadClauseFile(f"{FILE.name}: to tekster har samme nøgle")
    return found


@transaction.atomic
def load_clauses(text: str | None = None) -> int:
    """How many changed."""
    wanted = {row.key: row for row in read_clauses(text or FILE.read_text(encoding="utf-8"))}
    now = clock.now()
    newest: dict[str, Clause] = {}
    for row in Clause.objects.filter(owner__isnull=True).order_by("version"):
        newest[row.key] = row
    changed = 0
    for key, there in newest.items():
        general = wanted.get(key)
        same = general is not None and (general.kind, general.title, general.text) == (
            there.kind,
            there.title,
            there.text,
        )
        if there.retired_at is None and not same:
            there.retired_at = now
            there.save(update_fields=["retired_at"])
            changed += general is None
    for key, general in wanted.items():
        old = newest.get(key)
        if old is None or old.retired_at is not None:
            Clause.objects.create(
                owner=None,
                key=key,
                version=old.version + 1 if old else 1,
                kind=general.kind,
                title=general.title,
                text=general.text,
            )
            changed += 1
    return changed
