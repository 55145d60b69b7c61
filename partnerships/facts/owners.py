"""Whose a fact is: of both sides, of one side, or of one party alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from partnerships.facts.shape import Column, Part, Section, side_of_question
from partnerships.models import Side

# A side, one organisation's slug, or None for both sides.
Owner = Side | str | None


@dataclass(frozen=True, slots=True)
class Staying:
    """Who there is to own something while an amendment is written.

    What an organisation shall do and pay is its own while it is a party and stays one. When it
    comes in by the amendment it cannot write yet, and when it leaves it may not care to: then all
    parties write that, and it signs. Its own words and what it has done stay its own.
    """

    parties: frozenset[str]  # slugs of those that are parties today
    leaving: frozenset[str]  # of those that the amendment lets go
    done: frozenset[str]  # ids of obligations that are done

    def owns_words(self, slug: str) -> bool:
        return slug in self.parties

    def owns_work(self, slug: str, row: Mapping[str, Any]) -> bool:
        return slug in self.parties - self.leaving or row.get("id") in self.done


def owner_of(
    section: Section, part: Part, row: Mapping[str, Any], staying: Staying | None = None
) -> Owner:
    """Whose a row is. The association's part cannot be edited by the public side, nor the other
    way round; and no party writes another's obligations, money or own words."""
    match part.name:
        case "parties":
            slug = str(row["organisation"])
            return slug if staying is None or staying.owns_words(slug) else None
        case "obligations":
            slug = str(row["party"])
            return slug if staying is None or staying.owns_work(slug, row) else None
        case "lines":
            slug = str(row["paid_by"])
            owned = slug and (staying is None or staying.owns_work(slug, row))
            return slug if owned else None
        case "answers":
            return side_of_question(row["question"])
    return section.owner


def column_owner(section: Section, column: Column) -> Owner:
    return column.owner or section.owner


def belongs_to(owner: Owner, *, side: str, slug: str) -> bool:
    """Whether the party of that side and organisation may change what `owner` owns."""
    if owner is None:
        return True
    return side == owner if isinstance(owner, Side) else slug == owner
