"""When a renewed agreement runs, and where its days and years land. Pure functions.

A renewal is a proposal that the parties read through, so it has to be one they could say yes to:
as long as the old term, with everything that has a day inside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from partnerships.dates import add_months

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Term:
    """From the first day to the last, both included."""

    first: date
    last: date

    @property
    def months(self) -> int | None:
        """How many whole months it is; None when it is not."""
        after = self.last + _DAY
        count = (after.year - self.first.year) * 12 + after.month - self.first.month
        return count if count > 0 and add_months(self.first, count) == after else None


def next_term(old: Term, first: date) -> Term:
    """As many whole months, or the same number of days. Months first: two years from 27 December
    have 731 days when there is a 29 February among them, and 730 when there is not."""
    months = old.months
    if months is None:
        return Term(first, first + (old.last - old.first))
    return Term(first, add_months(first, months) - _DAY)


def moved(day: date, old: Term, new: Term) -> date:
    """A day of the old term, as far into the new one. By months where the new term begins whole
    months later, so that a first of March stays one. What lasted to the end does so again, and
    what lay outside its term comes inside."""
    if day >= old.last:
        return new.last
    months = Term(old.first, new.first - _DAY).months
    if months is None:
        then = day + (new.first - old.first)
    else:
        then = add_months(day, months)
    return min(max(then, new.first), new.last)


def moved_text(day: str | None, old: Term, new: Term) -> str | None:
    """The same for a fact: text, or nothing where no day is set."""
    return moved(date.fromisoformat(day), old, new).isoformat() if day else day


def with_next_years(
    lines: Iterable[Mapping[str, Any]], old: Term, new: Term
) -> list[dict[str, Any]]:
    """Budget lines with their amounts in the new term's years, in the same order. A year without
    an amount stays one, or the second year's money would come in the first. Where the new term
    has fewer years, the last amounts are left out."""
    rows = [dict(row) for row in lines]
    # Money from before the term is its first year's: the lines still follow each other.
    begins = min([old.first.year, *(int(year) for row in rows for year in row["amounts"])])
    for row in rows:
        there = {
            new.first.year + int(year) - begins: amount for year, amount in row["amounts"].items()
        }
        row["amounts"] = {
            str(year): amount for year, amount in there.items() if year <= new.last.year
        }
    return rows
