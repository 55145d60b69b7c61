"""Referrals under an agreement: what its linked offers received, took on and completed, counted
each night and stored on the agreement, the small numbers hidden.

An agreement's page is read by people outside the receiving association, who may not see its
referrals one by one. So everything stored here has left the circle (workflows.md, "Mapping").
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.conf import settings
from django.db.models import Count, Q

from partnerships.models import Agreement, AgreementState, Indicator
from partnerships.reports.periods import ONE_DAY, last_day, year_of
from partnerships.services.figures import OfferCount, store_live_value, store_offer_figures
from portal.access.actor import system_actor
from portal.audit.scope import tenant
from portal.common import clock
from portal.common.clock import COPENHAGEN
from portal.reporting.small_counts import shown_levels, shown_parts, total_of
from referrals.models import Kind, Referral, State

ACTOR = system_actor("reporting.linked_offers")
RECEIVED, ACCEPTED, COMPLETED = range(3)
Counts = tuple[int, int, int]
Shown = tuple[int | None, int | None, int | None]
NOTHING: Final[Counts] = (0, 0, 0)

Measure = Indicator.Measure
# Referrals of a year go on to be answered and completed after it; so long it is counted again.
AFTERMATH: Final = timedelta(days=90)
_COUNTED: Final = (
    AgreementState.ACTIVE,
    AgreementState.SUSPENDED,
    AgreementState.EXPIRED,
    AgreementState.TERMINATED,
)
_TAKEN_ON: Final = (
    State.ACCEPTED,
    State.WAITLISTED,
    State.IN_PROGRESS,
    State.COMPLETED,
    State.NOT_COMPLETED,
)
_NEVER_RECEIVED: Final = (State.DRAFT, State.AWAITING_MODERATION, State.ENTERED_IN_ERROR)


@dataclass(frozen=True, slots=True)
class Year:
    """One year of an agreement as far as it has come: whole days, both included."""

    since: date
    until: date


def years_to_count(agreement: Agreement, today: date) -> list[Year]:
    """The year that yesterday lies in, and the one before it while its referrals still move."""
    end = last_day(agreement)
    if agreement.starts_on is None or end is None:
        return []
    yesterday = today - ONE_DAY
    if agreement.starts_on > yesterday or end < yesterday - AFTERMATH:
        return []
    until = min(end, yesterday)
    since, _last = year_of(agreement.starts_on, until)
    years = [Year(since, until)]
    before = since - ONE_DAY
    if before >= agreement.starts_on and before >= yesterday - AFTERMATH:
        years.append(Year(year_of(agreement.starts_on, before)[0], before))
    return years


def count_referrals(offer_ids: Iterable[int], year: Year) -> dict[int, Counts]:
    """Offer → received, accepted, completed. One statement, inside a scope.

    A code counts from the day it was redeemed: before, nobody has received it. Taken on is what was
    answered with a yes or a place on the waiting list, also if it was withdrawn afterwards.
    """
    first = datetime.combine(year.since, time(), tzinfo=COPENHAGEN)
    after = datetime.combine(year.until + ONE_DAY, time(), tzinfo=COPENHAGEN)
    came = Q(~Q(kind=Kind.CODE), sent_at__gte=first, sent_at__lt=after) | Q(
        kind=Kind.CODE, redeemed_at__gte=first, redeemed_at__lt=after
    )
    taken_on = Q(status__in=_TAKEN_ON) | Q(status=State.WITHDRAWN, answered_at__isnull=False)
    rows = (
        Referral.objects.filter(came, offer_id__in=list(offer_ids))
        .exclude(status__in=_NEVER_RECEIVED)
        .order_by()
        .values_list("offer_id")
        .annotate(
            received=Count("pk"),
            accepted=Count("pk", filter=taken_on),
            completed=Count("pk", filter=Q(status=State.COMPLETED)),
        )
    )
    return {
        offer_id: (received, accepted, completed)
        for offer_id, received, accepted, completed in rows
    }


@dataclass(frozen=True, slots=True)
class Figures:
    """What may be shown of one year: of all linked offers together, and of each."""

    total: Shown
    offers: Mapping[int, Shown]
    # The exact total, for shares of what is shown; it is not stored.
    exact: Counts


def figures_of(counts: Mapping[int, Counts], fewest: int) -> Figures:
    """The counts with everything hidden that is small or would tell of something small."""
    total = total_of(list(counts.values()), 3)
    levels = shown_levels(total, fewest)
    parts = shown_parts(counts, levels, fewest)
    return Figures(
        total=_only(total, levels),
        offers={
            offer_id: _only(row, levels if offer_id in parts else ())
            for offer_id, row in counts.items()
        },
        exact=(total[RECEIVED], total[ACCEPTED], total[COMPLETED]),
    )


def _only(counts: Iterable[int], levels: Iterable[int]) -> Shown:
    kept = set(levels)
    received, accepted, completed = (
        count if place in kept else None for place, count in enumerate(counts)
    )
    return received, accepted, completed


def share(part: int, whole: int) -> Decimal | None:
    """In per cent with one decimal, rounded half up; None of nothing."""
    if not whole:
        return None
    exact = Decimal(part) * 100 / Decimal(whole)
    return exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def value_of(measure: str, figures: Figures) -> tuple[Decimal | None, bool]:
    """An indicator's value, and whether it is hidden. A share is shown with both its numbers or
    not at all."""
    places = {
        Measure.RECEIVED: (RECEIVED,),
        Measure.ACCEPTED: (ACCEPTED,),
        Measure.COMPLETED: (COMPLETED,),
        Measure.ACCEPTED_SHARE: (ACCEPTED, RECEIVED),
        Measure.COMPLETED_SHARE: (COMPLETED, ACCEPTED),
    }[Measure(measure)]
    if any(figures.total[place] is None for place in places):
        return None, True
    exact = figures.exact
    if len(places) == 1:
        return Decimal(exact[places[0]]), False
    return share(exact[places[0]], exact[places[1]]), False


def refresh_linked_offers() -> int:
    """Count all agreements that run or have just ended; one transaction each. Returns how many."""
    today = clock.today()
    counted = 0
    for agreement in _agreements():
        years = years_to_count(agreement, today)
        if not years:
            continue
        with tenant(ACTOR):
            for year in years:
                _store(agreement, year)
        counted += 1
    return counted


def _agreements() -> Iterator[Agreement]:
    rows = (
        Agreement.objects.filter(status__in=_COUNTED, linked_offers__isnull=False)
        .distinct()
        .prefetch_related("linked_offers", "indicators")
        .order_by("pk")
    )
    return rows.iterator(chunk_size=200)


def _store(agreement: Agreement, year: Year) -> None:
    linked = [row.offer_id for row in agreement.linked_offers.all()]
    found = count_referrals(linked, year)
    figures = figures_of(
        {offer_id: found.get(offer_id, NOTHING) for offer_id in linked},
        settings.FEWEST_PERSONS_SHOWN,
    )
    store_offer_figures(
        agreement=agreement,
        since=year.since,
        until=year.until,
        counts=[OfferCount(offer_id, *shown) for offer_id, shown in figures.offers.items()],
        actor=ACTOR,
    )
    for indicator in agreement.indicators.all():
        if indicator.measure == Measure.BY_HAND:
            continue
        value, hidden = value_of(indicator.measure, figures)
        store_live_value(
            indicator_id=indicator.pk,
            since=year.since,
            on=year.until,
            value=value,
            hidden=hidden,
            actor=ACTOR,
        )
