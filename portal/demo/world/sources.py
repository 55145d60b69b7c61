"""The files that the demo world is built from. They hold only what a person would write."""

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent.parent / "data"

Record = dict[str, Any]


def records(name: str) -> list[Record]:
    """The lines of one JSON Lines file."""
    with (FOLDER / name).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def hospitals() -> Iterator[dict[str, str]]:
    with (FOLDER / "hospitaler.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def fingerprint(*names: str) -> str:
    """Changes when one of the files does."""
    digest = hashlib.sha256()
    for name in names:
        digest.update((FOLDER / name).read_bytes())
    return digest.hexdigest()[:16]
