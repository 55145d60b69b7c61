"""What waits for the receiver, its own year, and what a navigator could send on to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Aggregate, Count, DurationField, F, Q
from django.db.models.expressions import ExpressionWrapper

from offers.models import Offer, OfferCapacity, OfferStatus
from offers.models.offer import HIDDEN_AFTER
from offers.selectors import covering, review_due
from portal.access.actor import Actor
from portal.common import clock
from referrals.deadlines import DEFAULT, answer_due, days_by_municipality
from referrals.models import Consent, Kind, Referral, State
from referrals.models.referral import ReferralQuerySet
from referrals.worklists.measures import (
    ENDED,
    days_of,
    pauses_by_organisation,
)


def inbox_waiting(actor: Actor) -> ReferralQuerySet:
    return Referral.objects.received_by(actor).awaiting_answer().with_list_data()


def inbox_to_tell(actor: Actor) -> ReferralQuerySet:
    """In progress for six weeks without an outcome, and waiting lists whose review day has come."""
    weeks = timedelta(weeks=DEFAULT.outcome_weeks[0])
    due = Q(status=State.IN_PROGRESS, status_changed_at__lte=clock.now() - weeks)
    review = Q(status=State.WAITLISTED, waitlist_review_on__lte=clock.today())
    return Referral.objects.received_by(actor).filter(due | review).with_list_data()


def inbox_in_hand(actor: Actor) -> ReferralQuerySet:
    in_hand = [State.ACCEPTED, State.WAITLISTED, State.IN_PROGRESS]
    return Referral.objects.received_by(actor).filter(status__in=in_hand).with_list_data()


def inbox_ended(actor: Actor) -> ReferralQuerySet:
    return Referral.objects.received_by(actor).filter(status__in=ENDED).with_list_data()


@dataclass(frozen=True, slots=True)
class AnswerBy:
    """When a waiting referral expires, and whether that is soon."""

    at: datetime
    is_soon: bool


def answer_by(rows: Sequence[Referral]) -> dict[UUID, AnswerBy]:
    """For the rows of one inbox, which all have the same receiver."""
    pauses = pauses_by_organisation(row.receiver_id for row in rows)
    days = days_by_municipality()
    soon = clock.now() + timedelta(days=4)
    found = {}
    for row in rows:
        due = answer_due(row, pauses.get(row.receiver_id, []), days_of(row.municipality_id, days))
        found[row.pk] = AnswerBy(due, due <= soon)
    return found


class _Median(Aggregate):
    """The middle value that really occurs; an aggregate of PostgreSQL."""

    function = "PERCENTILE_DISC"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnYear:
    received: int
    taken: int
    started: int
    # Calendar days to the first answer, as most do; None before there is one.
    typical_days: int | None


def own_year(actor: Actor) -> OwnYear:
    """The association's own figures since 1 January, exact: they are its own. One statement."""
    new_year = clock.local(clock.now()).replace(
        month=1, day=1, hour=0, minute=0, second=0, microsecond=0
    )
    waited = ExpressionWrapper(F("answered_at") - F("sent_at"), output_field=DurationField())
    row = (
        Referral.objects.received_by(actor)
        .filter(sent_at__gte=new_year)
        .exclude(status=State.ENTERED_IN_ERROR)
        .order_by()
        .aggregate(
            received=Count("pk"),
            taken=Count("pk", filter=Q(answered_at__isnull=False) & ~Q(status=State.DECLINED)),
            started=Count("pk", filter=Q(status__in=[State.IN_PROGRESS, State.COMPLETED])),
            typical=_Median(waited, filter=Q(answered_at__isnull=False) & ~Q(kind=Kind.CODE)),
        )
    )
    typical: timedelta | None = row.pop("typical")
    days = None if typical is None else max(1, round(typical / timedelta(days=1)))
    return OwnYear(**row, typical_days=days)


def own_offers(actor: Actor) -> list[Offer]:
    """The association's public offers, for room and freshness beside the inbox."""
    return list(
        Offer.objects.owned_by(actor)
        .filter(status=OfferStatus.PUBLISHED)
        .select_related("capacity")
        .order_by("title", "pk")[:12]
    )


def offers_for_needs(referral: Referral) -> list[Offer]:
    """Offers that a navigator could send the citizen on to: they meet one of the coded needs, cover
    the municipality, take referrals and are confirmed recently enough. One statement."""
    now = clock.now()
    rows = (
        covering(Offer.objects.public(), referral.municipality, clock.today())
        .filter(category__in=referral.needs, organisation__takes_referrals=True)
        .exclude(organisation_id=referral.receiver_id)
        .exclude(capacity__status=OfferCapacity.Status.FULL)
        .alias(due=review_due())
        .filter(due__gte=now - HIDDEN_AFTER)
        .select_related("organisation", "capacity")
        .order_by("title", "pk")
    )
    return list(rows[:5])


def consent_feedback(actor: Actor, referral: Referral) -> bool:
    """Whether the citizen has agreed that the sender is told how it went. True for a code: it names
    nobody."""
    if referral.kind == Kind.CODE:
        return True
    found = (
        Consent.objects.visible_to(actor)
        .filter(referrals=referral)
        .values_list("feedback", flat=True)
    )
    return bool(found.first())
