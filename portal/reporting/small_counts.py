"""Which counts of persons may leave the circle that may see the persons themselves.

A count of one to four is hidden, and so is every number from which such a one could be worked out:
by taking one shown number from another (received less accepted is those who were turned away), by a
share, or by taking the shown parts from a shown total. Zero persons are nobody and may be shown.

Counts come as *levels*, each a part of the one before: received, accepted, completed. A row is safe
when every shown level and every difference between two shown levels is 0 or large enough. Sums of
safe rows are safe, so where the total, each shown part and the rest that is not shown are safe,
nothing small follows from them. A property test tries to work it out.
"""

from collections.abc import Mapping, Sequence

Levels = Sequence[int]


def is_large(count: int, fewest: int) -> bool:
    return count == 0 or count >= fewest


def shown_levels(levels: Levels, fewest: int) -> tuple[int, ...]:
    """The levels that may be shown together, the first ones first."""
    shown: list[int] = []
    for place in range(len(levels)):
        if is_safe(levels, (*shown, place), fewest):
            shown.append(place)
    return tuple(shown)


def is_safe(levels: Levels, shown: Sequence[int], fewest: int) -> bool:
    counts = [levels[place] for place in shown]
    return all(is_large(count, fewest) for count in counts) and all(
        is_large(bigger - smaller, fewest)
        for place, bigger in enumerate(counts)
        for smaller in counts[place + 1 :]
    )


def total_of(rows: Sequence[Levels], width: int) -> tuple[int, ...]:
    return tuple(sum(row[place] for row in rows) for place in range(width))


def shown_parts(parts: Mapping[int, Levels], shown: Sequence[int], fewest: int) -> frozenset[int]:
    """Which parts may be shown beside their total, of which the levels `shown` are shown.

    Secondary suppression: while what is left out adds up to something small, the smallest shown
    part is left out too.
    """
    if not shown:
        return frozenset()
    width = max(shown) + 1
    kept = {key for key, levels in parts.items() if is_safe(levels, shown, fewest)}
    while kept:
        rest = total_of([levels for key, levels in parts.items() if key not in kept], width)
        if is_safe(rest, shown, fewest):
            break
        kept.discard(min(kept, key=lambda key: (*(parts[key][place] for place in shown), key)))
    return frozenset(kept)
