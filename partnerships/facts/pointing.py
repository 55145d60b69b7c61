"""Rows of a section that name a row of another part of it, by its id."""

from collections.abc import Mapping
from typing import Any

from partnerships.facts.shape import Column, Kind, Part

# Part → what a row was called → what it is called now.
Renamed = Mapping[str, Mapping[str, str]]


def pointers(part: Part) -> tuple[Column, ...]:
    return tuple(column for column in part.columns if column.kind is Kind.ROW)


def follow(part: Part, row: Mapping[str, Any], renamed: Renamed) -> dict[str, Any]:
    """The row, with the new names of those that it names. One that is not there is named no more.
    A part stands after those that its rows name."""
    named = {
        column.name: renamed[column.of].get(str(row.get(column.name) or ""), "")
        for column in pointers(part)
    }
    return {**row, **named}
