"""Which word of our vocabulary somebody meant. Never over titles, and never far away."""

from collections.abc import Iterable
from typing import Final

from offers.search.vocabulary import Spelling

SHORTEST: Final = 4


def distance(typed: str, meant: str, at_most: int) -> int:
    """Letters to change, add, leave out or swap; `at_most + 1` where there are more."""
    if abs(len(typed) - len(meant)) > at_most:
        return at_most + 1
    before: list[int] = []
    above = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, 1):
        row = [i]
        for j, other in enumerate(meant, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > at_most:
            return at_most + 1
        before, above = above, row
    return above[-1]


def best(typed: str, near: Iterable[Spelling]) -> Spelling | None:
    """The word that was meant, if one is near enough; the commoner of two that are equally near."""
    if len(typed) < SHORTEST or any(letter.isdigit() for letter in typed):
        return None
    allowed = 1 if len(typed) <= 5 else 2 if len(typed) <= 9 else 3
    ranked = sorted(
        (
            (
                letters,
                # Letters that changed places are likelier than a letter that is another.
                sorted(spelling.folded) != sorted(typed),
                spelling.folded[:1] != typed[:1],
                -spelling.occurrences,
                spelling.written,
            ),
            spelling,
        )
        for spelling in near
        if (letters := distance(_sounds(typed), _sounds(spelling.folded), allowed)) <= allowed
    )
    return ranked[0][1] if ranked else None


def _sounds(folded: str) -> str:
    """Double letters and letters that sound alike count as one, since that is how people miss."""
    out = ""
    for letter in folded.replace("ph", "f").replace("sch", "sc").replace("sk", "sc"):
        letter = {"z": "s", "w": "v", "k": "c", "q": "c"}.get(letter, letter)
        if not out or out[-1] != letter:
            out += letter
    return out
