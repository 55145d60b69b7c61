"""What waits for a coordinator: offer, state and ages of states; never which referral."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q
from django.db.models.functions import TruncMonth

from offers.models import Offer
from offers.selectors import stale_offers_in
from organisations.models import NamedHandler
from portal.access.actor import Actor
from portal.common import clock
from portal.common.workdays import add_working_days
from referrals.deadlines import Days, days_by_municipality
from referrals.models import Concern, Kind, Referral, State
from referrals.models.referral import ReferralQuerySet
from referrals.worklists.measures import (
    OPEN,
    TEN_WORKING_DAYS,
    TWENTY_WORKING_DAYS,
    days_of,
    pauses_by_organisation,
)


@dataclass(slots=True, kw_only=True)
class Overdue:
    """Referrals to one offer that stand still: how many, and since when. Never which."""

    offer: str
    slug: str
    receiver: str
    phone: str
    email: str
    count: int = 0
    oldest: datetime | None = None


_OVERDUE_FIELDS = (
    "offer_id",
    "offer__title",
    "offer__slug",
    "receiver_id",
    "receiver__name",
    "receiver__phone",
    "receiver__email",
    "municipality_id",
)


def overdue_unanswered(actor: Actor) -> list[Overdue]:
    """Nobody has answered in ten working days, by offer."""
    rows = (
        Referral.objects.overseen_by(actor)
        .awaiting_answer()
        .filter(sent_at__lte=clock.now() - TEN_WORKING_DAYS)
    )
    return _overdue(rows, since="sent_at", days=lambda days: days.no_answer)


def overdue_contact(actor: Actor) -> list[Overdue]:
    """Accepted, and no contact in twenty working days, by offer."""
    rows = Referral.objects.overseen_by(actor).filter(
        status=State.ACCEPTED, status_changed_at__lte=clock.now() - TWENTY_WORKING_DAYS
    )
    return _overdue(rows, since="status_changed_at", days=lambda days: days.contact_overdue)


def _overdue(rows: ReferralQuerySet, *, since: str, days: Callable[[Days], int]) -> list[Overdue]:
    found = list(rows.order_by().values(*_OVERDUE_FIELDS, began=F(since)))
    pauses = pauses_by_organisation(row["receiver_id"] for row in found)
    by_area = days_by_municipality()
    now = clock.now()
    groups: dict[int, Overdue] = {}
    for row in found:
        limit = days(days_of(row["municipality_id"], by_area))
        began = row["began"]
        if add_working_days(began, limit, pauses.get(row["receiver_id"], [])) > now:
            continue
        group = groups.setdefault(
            row["offer_id"],
            Overdue(
                offer=row["offer__title"],
                slug=row["offer__slug"],
                receiver=row["receiver__name"],
                phone=row["receiver__phone"],
                email=row["receiver__email"],
            ),
        )
        group.count += 1
        group.oldest = began if group.oldest is None else min(group.oldest, began)
    return sorted(groups.values(), key=lambda group: group.oldest or now)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateAge:
    state: str
    label: str
    count: int
    oldest: datetime


def ages_of_states(actor: Actor) -> list[StateAge]:
    """How many open referrals of the area stand in each state, and since when. One statement."""
    open_states = [State.AWAITING_MODERATION, *OPEN]
    rows = (
        Referral.objects.overseen_by(actor)
        .filter(status__in=open_states)
        .order_by()
        .values("status")
        .annotate(count=Count("pk"), oldest=Min("status_changed_at"))
    )
    by_state = {row["status"]: row for row in rows}
    return [
        StateAge(
            state=state,
            label=str(state.label),
            count=by_state[state]["count"],
            oldest=by_state[state]["oldest"],
        )
        for state in open_states
        if state in by_state
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    first: date
    sent: int = 0
    answered_in_a_week: int = 0
    due_for_answer: int = 0
    no_room: int = 0
    started: int = 0

    @property
    def in_time(self) -> int | None:
        """Per cent answered within a week; codes are answered by being used and do not count."""
        if not self.due_for_answer:
            return None
        return round(100 * self.answered_in_a_week / self.due_for_answer)


def twelve_months(actor: Actor) -> list[Month]:
    """The area's last twelve months by month of sending, the current one last. One statement."""
    this_month = clock.today().replace(day=1)
    first = (this_month - timedelta(days=335)).replace(day=1)
    start = clock.local(clock.now()).replace(
        year=first.year, month=first.month, day=1, hour=0, minute=0, second=0, microsecond=0
    )
    within = Q(answered_at__lte=F("sent_at") + timedelta(days=7))
    by_mail = ~Q(kind=Kind.CODE)
    rows = (
        Referral.objects.overseen_by(actor)
        .filter(sent_at__gte=start)
        .exclude(status=State.ENTERED_IN_ERROR)
        .order_by()
        .annotate(month=TruncMonth("sent_at", tzinfo=clock.COPENHAGEN))
        .values("month")
        .annotate(
            sent=Count("pk"),
            due_for_answer=Count(
                "pk", filter=by_mail & (Q(answered_at__isnull=False) | _a_week_old())
            ),
            answered_in_a_week=Count("pk", filter=by_mail & within),
            no_room=Count("pk", filter=Q(status=State.DECLINED, reason="no_capacity")),
            started=Count("pk", filter=Q(status__in=[State.IN_PROGRESS, State.COMPLETED])),
        )
    )
    found: dict[date, dict[str, int]] = {}
    for row in rows:
        counts: dict[str, Any] = dict(row)
        found[clock.local(counts.pop("month")).date()] = counts
    months = []
    month = first
    while month <= this_month:
        months.append(Month(first=month, **found.get(month, {})))
        month = (month + timedelta(days=32)).replace(day=1)
    return months[-12:]


def _a_week_old() -> Q:
    return Q(sent_at__lte=clock.now() - timedelta(days=7))


def bounced_handlers_in(area: tuple[int, ...]) -> list[NamedHandler]:
    """Named handlers whose mail came back, of organisations in the area: nobody hears of a referral
    there until somebody corrects the address or a deputy answers."""
    return list(
        NamedHandler.objects.current()
        .filter(bounced_at__isnull=False, organisation__municipality_id__in=area)
        .select_related("organisation")
        .order_by("bounced_at", "pk")[:20]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MyTurn:
    unanswered: list[Overdue] = field(default_factory=list)
    without_contact: list[Overdue] = field(default_factory=list)
    to_moderate: int = 0
    oldest_to_moderate: datetime | None = None
    concerns: int = 0
    oldest_concern: datetime | None = None
    bounced: list[NamedHandler] = field(default_factory=list)

    @property
    def lines(self) -> int:
        return (
            len(self.unanswered)
            + len(self.without_contact)
            + bool(self.to_moderate)
            + bool(self.concerns)
            + len(self.bounced)
        )


def my_turn(actor: Actor) -> MyTurn:
    """Everything that waits for this coordinator."""
    moderated = (
        Referral.objects.moderated_by(actor)
        .order_by()
        .aggregate(n=Count("pk"), oldest=Min("status_changed_at"))
    )
    concerns = (
        Concern.objects.visible_to(actor)
        .exclude(status=Concern.Status.CLOSED)
        .order_by()
        .aggregate(n=Count("pk"), oldest=Min("reported_at"))
    )
    return MyTurn(
        unanswered=overdue_unanswered(actor),
        without_contact=overdue_contact(actor),
        to_moderate=moderated["n"] or 0,
        oldest_to_moderate=moderated["oldest"],
        concerns=concerns["n"] or 0,
        oldest_concern=concerns["oldest"],
        bounced=bounced_handlers_in(actor.area),
    )


def stale_offers(actor: Actor) -> tuple[list[Offer], int]:
    """The ten offers longest without confirmation in the area, and how many there are."""
    rows = stale_offers_in(actor.area)
    return list(rows[:10]), rows.count()
