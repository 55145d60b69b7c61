"""Two frame agreements of one kind between the same two would both be in force: which goes on?

Asked before organisations merge, and answered on the day by the same function.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from partnerships.models import Agreement, AgreementKind, Side
from partnerships.models.agreement import IN_FORCE

# (agreement, organisation that is a party) → the organisation that takes its place.
Moves = Mapping[tuple[UUID, int], int]


@dataclass(frozen=True, slots=True)
class FrameClash:
    """`lasts` goes on as the frame agreement; the others go on under it. `asked`: nobody chose."""

    public_id: int
    association_id: int
    lasts: Agreement
    others: tuple[Agreement, ...]
    asked: bool


def _last_day(agreement: Agreement) -> date | None:
    days = [day for day in (agreement.ends_on, agreement.terminates_on) if day is not None]
    return min(days) if days else None


def _overlap(one: Agreement, other: Agreement) -> bool:
    first = max(day for day in (one.starts_on, other.starts_on, date.min) if day is not None)
    lasts = [day for day in (_last_day(one), _last_day(other)) if day is not None]
    return not lasts or first <= min(lasts)


def frame_clashes(moves: Moves, lasting: Collection[UUID] = ()) -> list[FrameClash]:
    """The pairs that would have two frame agreements at a time once `moves` are done.

    The one that somebody chose (`lasting`) goes on, else the one signed first.
    """
    organisations = {old for _agreement, old in moves} | set(moves.values())
    if not organisations:
        return []
    rows = (
        Agreement.objects.filter(
            kind=AgreementKind.FRAME,
            status__in=IN_FORCE,
            parties__organisation__in=organisations,
            parties__left_on__isnull=True,
        )
        .distinct()
        .prefetch_related("parties__organisation")
    )
    by_pair: dict[tuple[int, int], list[Agreement]] = defaultdict(list)
    for agreement in rows:
        sides: dict[str, set[int]] = {Side.PUBLIC: set(), Side.ASSOCIATION: set()}
        for party in agreement.parties.all():
            if party.left_on is None:
                old = party.organisation_id
                sides[party.side].add(moves.get((agreement.pk, old), old))
        for public in sides[Side.PUBLIC]:
            for association in sides[Side.ASSOCIATION]:
                by_pair[public, association].append(agreement)
    found = []
    for (public, association), agreements in sorted(by_pair.items()):
        agreements.sort(
            key=lambda row: (row.pk not in lasting, row.signed_on or date.max, row.number)
        )
        kept: list[Agreement] = []
        ended: dict[UUID, list[Agreement]] = defaultdict(list)
        for agreement in agreements:
            before = next((row for row in kept if _overlap(row, agreement)), None)
            if before is None:
                kept.append(agreement)
            else:
                ended[before.pk].append(agreement)
        found += [
            FrameClash(public, association, row, tuple(ended[row.pk]), row.pk not in lasting)
            for row in kept
            if ended[row.pk]
        ]
    return found
