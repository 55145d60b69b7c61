"""Reference files: UTF-8 CSV with a fixed header, read strictly.

A mistake in a file is found by the operator who runs the loader, so every refusal says file, line
and column in Danish. Nothing is guessed and nothing is skipped.
"""

import csv
import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NoReturn

from django.utils.translation import gettext as _


class BadReferenceFile(ValueError):
    """The file cannot be used. The message is Danish and names line and column."""


@dataclass(frozen=True, slots=True)
class Row:
    file: str
    line: int
    values: dict[str, str]

    def fail(self, column: str, problem: str) -> NoReturn:
        raise BadReferenceFile(
            _("%(file)s, linje %(line)d, kolonne »%(column)s«: %(problem)s")
            % {"file": self.file, "line": self.line, "column": column, "problem": problem}
        )

    def optional_text(self, column: str, *, longest: int = 200) -> str:
        value = self.values[column]
        if value != value.strip():
            self.fail(column, _("Der er et mellemrum før eller efter teksten."))
        if len(value) > longest:
            self.fail(column, _("Teksten er længere end %(longest)d tegn.") % {"longest": longest})
        if any(ord(character) < 32 for character in value):
            self.fail(column, _("Teksten har et usynligt tegn."))
        return value

    def text(self, column: str, *, longest: int = 200) -> str:
        value = self.optional_text(column, longest=longest)
        if not value:
            self.fail(column, _("Feltet er tomt."))
        return value

    def matching(self, column: str, pattern: str, problem: str) -> str:
        value = self.text(column)
        if not re.fullmatch(pattern, value, re.ASCII):
            self.fail(column, f"»{value}«: {problem}")
        return value

    def slug(self, column: str) -> str:
        return self.matching(
            column, r"[a-z0-9]+(-[a-z0-9]+)*", _("Brug kun a-z, 0-9 og bindestreg.")
        )

    def one_of(self, column: str, allowed: Collection[str]) -> str:
        value = self.text(column)
        if value not in allowed:
            self.fail(column, _("»%(value)s« kendes ikke.") % {"value": value})
        return value

    def number(self, column: str, *, lowest: float, highest: float) -> float:
        value = self.text(column)
        try:
            number = float(value)
        except ValueError:
            self.fail(column, _("»%(value)s« er ikke et tal.") % {"value": value})
        if not math.isfinite(number) or not lowest <= number <= highest:
            self.fail(
                column,
                _("%(value)s ligger ikke mellem %(lowest)s og %(highest)s.")
                % {"value": value, "lowest": lowest, "highest": highest},
            )
        return number

    def day(self, column: str) -> date:
        value = self.text(column)
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(column, _("»%(value)s« er ikke en dato (ÅÅÅÅ-MM-DD).") % {"value": value})

    def optional_day(self, column: str) -> date | None:
        return self.day(column) if self.values[column] else None


def read_rows(path: Path, columns: Sequence[str], *, unique: Sequence[str] = ()) -> list[Row]:
    """Every row of the file. `unique` names the columns that together may occur once."""
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise BadReferenceFile(_("%(file)s findes ikke.") % {"file": path.name}) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadReferenceFile(
            _("%(file)s, linje %(line)d: Teksten er ikke UTF-8.")
            % {"file": path.name, "line": line}
        ) from error

    def refuse(line: int, problem: str) -> NoReturn:
        raise BadReferenceFile(
            _("%(file)s, linje %(line)d: %(problem)s")
            % {"file": path.name, "line": line, "problem": problem}
        )

    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    rows: list[Row] = []
    seen: dict[tuple[str, ...], int] = {}
    try:
        header = next(reader, [])
        if header != list(columns):
            refuse(1, _("Kolonnerne skal være: %(columns)s.") % {"columns": ", ".join(columns)})
        for cells in reader:
            if len(cells) != len(columns):
                refuse(
                    reader.line_num,
                    _("Der er %(found)d felter. Der skal være %(wanted)d.")
                    % {"found": len(cells), "wanted": len(columns)},
                )
            row = Row(path.name, reader.line_num, dict(zip(columns, cells, strict=True)))
            if unique:
                key = tuple(row.values[column] for column in unique)
                if key in seen:
                    row.fail(
                        unique[-1],
                        _("»%(value)s« står også i linje %(line)d.")
                        % {"value": " ".join(key), "line": seen[key]},
                    )
                seen[key] = row.line
            rows.append(row)
    except csv.Error:
        refuse(reader.line_num, _("Linjen er ikke gyldig CSV."))
    if not rows:
        refuse(1, _("Filen har ingen rækker."))
    return rows
