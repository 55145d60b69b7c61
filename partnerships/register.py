"""The register: what one may ask of agreements, and what a row of the answer holds.

Conditions look at the rows that the actor sees, never at a whole table: each is correlated with the
agreement, so that a hundred agreements among ten thousand cost a hundred look-ups.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThan

from partnerships import dates
from partnerships.models import (
    Agreement,
    AgreementParty,
    AgreementState,
    BudgetAmount,
    BudgetLine,
    FrameAnswer,
    Question,
    Side,
)
from partnerships.models.agreement import BEFORE_SIGNATURE, IN_FORCE, AgreementQuerySet
from portal.common import clock
from portal.common.sorting import DanishSortKey

S = AgreementState
ENDED: Final = (S.EXPIRED, S.TERMINATED, S.CLOSED, S.CANCELLED)
# Several states under one word of the address.
GROUPS: Final[dict[str, tuple[AgreementState, ...]]] = {
    "paa-vej": BEFORE_SIGNATURE,
    "gaeldende": IN_FORCE,
    "slut": ENDED,
}
_FACTS_OF_FRAME: Final = ("shares_personal_data", "involves_minors", "home_visits", "time_limited")
_CHUNK: Final = 500


# --- conditions -------------------------------------------------------------------------------
def text_like(text: str) -> Q:
    """In the title, at the start of the number, or in the name of a party."""
    named = AgreementParty.objects.filter(
        agreement=OuterRef("pk"), organisation__name__icontains=text
    )
    return Q(title__icontains=text) | Q(number__istartswith=text) | Q(Exists(named))


def with_party(slug: str, side: Side) -> Q:
    rows = AgreementParty.objects.filter(
        agreement=OuterRef("pk"), organisation__slug=slug, side=side, left_on__isnull=True
    )
    return Q(Exists(rows))


def ends_within(days: int, today: date) -> Q:
    """Of what is in force; what has ended does not end again."""
    return Q(status__in=IN_FORCE, ends_on__gte=today, ends_on__lte=today + timedelta(days=days))


def _money() -> Any:
    return BudgetAmount.objects.filter(
        line__agreement=OuterRef("pk"), line__kind=BudgetLine.Kind.MONEY, amount__gt=0
    )


def with_money() -> Q:
    return Q(Exists(_money()))


def with_money_from(ore: int) -> Q:
    """At least so much in one year, whoever pays."""
    years = _money().order_by().values("year").annotate(total=Sum("amount"))
    return Q(Exists(years.filter(total__gte=ore)))


def lacking_answers() -> Q:
    """A fact of the frame that nobody has stated, or a frame question without an answer and its
    reason, while there still is something to answer for."""
    answered = (
        FrameAnswer.objects.filter(agreement=OuterRef("pk"))
        .exclude(answer="")
        .exclude(reason="")
        .order_by()
        .values("agreement")
        .annotate(n=Count("pk"))
        .values("n")
    )
    condition = Q(LessThan(Coalesce(Subquery(answered), 0), len(Question)))
    for name in _FACTS_OF_FRAME:
        condition |= Q(**{f"{name}__isnull": True})
    return condition & ~Q(status__in=ENDED)


def lacking_day_after() -> Q:
    """Project money with an end date and no plan for the day after (F153), while there still is
    something to plan."""
    return Q(
        time_limited=True,
        ends_on__isnull=False,
        after_end__regex=r"^\s*$",
        status__in=(*BEFORE_SIGNATURE, *IN_FORCE),
    )


def up_for_renewal(today: date) -> Q:
    return Q(status__in=dates.RUNNING, ends_on__lte=today + timedelta(days=dates.RENEWAL_DAYS))


# --- order ------------------------------------------------------------------------------------
_ORDERS: Final[dict[str, tuple[Any, ...]]] = {
    "slutter": (F("ends_on").asc(nulls_last=True), "pk"),
    "slutter-sidst": (F("ends_on").desc(nulls_last=True), "pk"),
    "titel": (DanishSortKey("title"), "pk"),
    "nummer": ("number",),
    "aendret": ("-updated_at", "pk"),
}
ORDERS: Final = tuple(_ORDERS)


def in_order(rows: AgreementQuerySet, order: str) -> AgreementQuerySet:
    return rows.order_by(*_ORDERS.get(order, _ORDERS["slutter"]))


# --- counts -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Counts:
    """What one statement counted, under all filters but state and kind: so a facet tells what its
    other choices would give."""

    cells: dict[tuple[str, str], int]

    def total(self, states: Iterable[str], kind: str) -> int:
        wanted = set(states)
        return sum(
            n
            for (state, of_kind), n in self.cells.items()
            if (not wanted or state in wanted) and kind in ("", of_kind)
        )


def count(rows: AgreementQuerySet) -> Counts:
    found = rows.order_by().values_list("status", "kind").annotate(n=Count("pk"))
    return Counts({(state, kind): n for state, kind, n in found})


# --- rows -------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Row:
    """One agreement as the list and the export show it."""

    agreement: Agreement
    associations: tuple[str, ...]
    publics: tuple[str, ...]
    largest_year_ore: int
    answers_lacking: int

    @property
    def lacks_day_after(self) -> bool:
        return self.agreement.status not in ENDED and dates.lacks_day_after(self.agreement)

    @property
    def up_for_renewal(self) -> bool:
        return dates.is_up_for_renewal(self.agreement, clock.today())


def with_list_data(rows: AgreementQuerySet) -> AgreementQuerySet:
    parties = AgreementParty.objects.filter(left_on__isnull=True).select_related("organisation")
    return rows.select_related(
        "scope_region", "scope_council", "scope_municipality", "scope_organisation"
    ).prefetch_related(Prefetch("parties", queryset=parties, to_attr="present_parties"))


def table(agreements: Iterable[Agreement]) -> list[Row]:
    """Rows for loaded agreements (`with_list_data`): two statements, whatever their number."""
    found = list(agreements)
    money = _largest_years([row.pk for row in found])
    answered = _answered([row.pk for row in found])
    return [
        Row(
            agreement=row,
            associations=_names(row, Side.ASSOCIATION),
            publics=_names(row, Side.PUBLIC),
            largest_year_ore=money.get(row.pk, 0),
            answers_lacking=0
            if row.status in ENDED
            else len(Question)
            - answered.get(row.pk, 0)
            + sum(getattr(row, name) is None for name in _FACTS_OF_FRAME),
        )
        for row in found
    ]


def every_row(rows: AgreementQuerySet) -> Iterator[Row]:
    """All of them, a few hundred at a time, so that ten thousand never stand in memory at once."""
    source = with_list_data(rows).iterator(chunk_size=_CHUNK)
    while chunk := list(islice(source, _CHUNK)):
        yield from table(chunk)


def _names(agreement: Agreement, side: Side) -> tuple[str, ...]:
    parties: list[AgreementParty] = agreement.present_parties  # type: ignore[attr-defined]
    return tuple(row.organisation.name for row in parties if row.side == side)


def _largest_years(keys: list[UUID]) -> dict[UUID, int]:
    years = (
        BudgetAmount.objects.filter(line__agreement__in=keys, line__kind=BudgetLine.Kind.MONEY)
        .order_by()
        .values_list("line__agreement_id", "year")
        .annotate(total=Sum("amount"))
    )
    largest: dict[UUID, int] = {}
    for pk, _year, total in years:
        largest[pk] = max(largest.get(pk, 0), total)
    return largest


def _answered(keys: list[UUID]) -> dict[UUID, int]:
    rows = (
        FrameAnswer.objects.filter(agreement__in=keys)
        .exclude(answer="")
        .exclude(reason="")
        .order_by()
        .values_list("agreement_id")
        .annotate(n=Count("pk"))
    )
    return dict(rows)
