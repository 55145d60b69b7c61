"""What waits for whom: the reads behind the inbox, the sent list and the coordinator's overview.

Each is a constant number of statements, whatever the number of rows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Aggregate, Count, DurationField, Exists, F, Max, Min, OuterRef, Q
from django.db.models.expressions import ExpressionWrapper
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from offers.models import Offer, OfferCapacity, OfferStatus
from offers.models.offer import HIDDEN_AFTER
from offers.selectors import covering, review_due, stale_offers_in
from organisations.models import ClosingPeriod, NamedHandler
from portal.access.actor import Actor
from portal.audit.models import AuditEntry
from portal.common import clock
from portal.common.templatetags.look import long_date, when
from portal.common.workdays import add_working_days
from referrals.deadlines import DEFAULT, Days, answer_due, days_by_municipality
from referrals.models import Concern, Consent, Kind, Message, Referral, ReferralDraft, State
from referrals.models.referral import ReferralQuerySet
from referrals.presentation import reason_label, shown_status

OPEN = (State.SENT, State.ACCEPTED, State.WAITLISTED, State.IN_PROGRESS)
ENDED = (
    State.COMPLETED,
    State.NOT_COMPLETED,
    State.DECLINED,
    State.WITHDRAWN,
    State.EXPIRED,
    State.ENTERED_IN_ERROR,
)
TWO_WEEKS = timedelta(days=14)
# Nothing is due in fewer calendar days than this for ten (twenty) working days.
_TEN_WORKING_DAYS = timedelta(days=12)
_TWENTY_WORKING_DAYS = timedelta(days=26)


def pauses_by_organisation(ids: Iterable[int]) -> dict[int, list[tuple[date, date]]]:
    """Closing periods of many organisations in one statement."""
    found: defaultdict[int, list[tuple[date, date]]] = defaultdict(list)
    recent = clock.today() - timedelta(days=370)
    rows = ClosingPeriod.objects.filter(organisation_id__in=set(ids), last_day__gte=recent)
    for row in rows:
        found[row.organisation_id].append(row.as_pause())
    return found


# --- the receiver's inbox -------------------------------------------------------------------


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
        due = answer_due(row, pauses.get(row.receiver_id, []), _days_of(row.municipality_id, days))
        found[row.pk] = AnswerBy(due, due <= soon)
    return found


def _days_of(municipality_id: int, days: Mapping[int, Days]) -> Days:
    return days.get(municipality_id, DEFAULT)


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


# --- the clinician's sent list --------------------------------------------------------------


def sent_rows(actor: Actor) -> ReferralQuerySet:
    """The sending unit's referrals with the state that it may be told as `shown`; `told` is False
    where the citizen wants no feedback given."""
    rows = Referral.objects.sent_by(actor).with_list_data()
    return rows.annotate(shown=shown_status(), told=F("consent__feedback"))


SENT_GROUPS: Mapping[str, tuple[str, ...]] = {
    "i-gang": (State.AWAITING_MODERATION, *OPEN),
    "afsluttet": ENDED,
    "tilbage": (State.DRAFT,),
}


def sent_counts(actor: Actor) -> dict[str, int]:
    """How many referrals each tab of the sent list holds. One statement."""
    rows = Referral.objects.sent_by(actor).order_by().values_list("status").annotate(Count("pk"))
    by_state = dict(rows)
    return {
        name: sum(by_state.get(state, 0) for state in states)
        for name, states in SENT_GROUPS.items()
    }


def own_drafts(actor: Actor) -> list[dict[str, object]]:
    """What one has typed and not sent: offer and time, never the words."""
    rows = (
        ReferralDraft.objects.visible_to(actor)
        .filter(saved_at__gt=clock.now() - timedelta(days=7))
        .order_by("-saved_at")
        .values("offer__slug", "offer__title", "saved_at")[:5]
    )
    return [
        {"slug": row["offer__slug"], "title": row["offer__title"], "saved_at": row["saved_at"]}
        for row in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Eye:
    """One referral that calls for the sender's eyes: the fact, and the way on."""

    referral: Referral
    fact: str
    label: str
    tone: str
    action: str
    anchor: str = ""


_RECENT = timedelta(days=30)
_MOST_EYES = 50


def needs_eyes(actor: Actor) -> list[Eye]:
    """Declined, unanswered, expired, refused by moderation, consent ending, a new message. All else
    is quiet. Newest first; what has been sent on to another offer is dealt with."""
    now = clock.now()
    recent = Q(status_changed_at__gte=now - _RECENT)
    sent_on = Referral.objects.filter(replaces=OuterRef("pk")).order_by()
    unanswered = Q(status=State.SENT, sent_at__lte=now - _TEN_WORKING_DAYS) & ~Q(kind=Kind.CODE)
    ended = Q(status__in=[State.DECLINED, State.EXPIRED, State.DRAFT]) & recent
    ending = Q(
        status__in=OPEN,
        consent__withdrawn_at__isnull=True,
        consent__expires_at__lte=now + _RECENT,
    )
    rows = list(
        sent_rows(actor)
        .annotate(consent_ends=F("consent__expires_at"))
        .filter((ended & ~Exists(sent_on)) | unanswered | ending)
        .order_by("-last_event_at", "-id")[:_MOST_EYES]
    )
    written = _with_new_message(actor)
    rows += [row for row in written if row.pk not in {other.pk for other in rows}]
    pauses = pauses_by_organisation(row.receiver_id for row in rows)
    days = days_by_municipality()
    news = {row.pk for row in written}
    eyes = [
        _eye(row, pauses.get(row.receiver_id, []), _days_of(row.municipality_id, days), news)
        for row in rows
    ]
    return [eye for eye in eyes if eye is not None]


def _eye(
    row: Referral, pauses: Sequence[tuple[date, date]], days: Days, news: set[UUID]
) -> Eye | None:
    now = clock.now()
    match row.status:
        case State.DECLINED:
            fact = _("Afvist %(when)s: %(reason)s") % {
                "when": when(row.status_changed_at),
                "reason": reason_label(row.status, row.reason).lower(),
            }
            return Eye(
                referral=row,
                fact=fact,
                label=_("Afvist"),
                tone="stop",
                action=_("Se andre tilbud"),
                anchor="andre",
            )
        case State.EXPIRED:
            fact = _("Udløbet %(when)s: %(reason)s") % {
                "when": when(row.status_changed_at),
                "reason": reason_label(row.status, row.reason).lower(),
            }
            return Eye(
                referral=row,
                fact=fact,
                label=_("Udløbet"),
                tone="stop",
                action=_("Se andre tilbud"),
                anchor="andre",
            )
        case State.DRAFT:
            fact = _("Ikke godkendt %(when)s: %(reason)s") % {
                "when": when(row.status_changed_at),
                "reason": reason_label(row.status, row.reason).lower(),
            }
            return Eye(
                referral=row, fact=fact, label=_("Ikke sendt"), tone="stop", action=_("Se hvorfor")
            )
    if row.pk in news:
        return Eye(
            referral=row,
            fact=_("Foreningen har skrevet til jer"),
            label=_("Ny besked"),
            tone="wait",
            action=_("Læs"),
            anchor="beskeder",
        )
    if row.status == State.SENT and row.kind != Kind.CODE and row.sent_at is not None:
        if add_working_days(row.sent_at, days.no_answer, pauses) <= now:
            fact = _("Intet svar i %(days)s hverdage. Udløber %(day)s") % {
                "days": days.no_answer,
                "day": long_date(answer_due(row, pauses, days)),
            }
            return Eye(
                referral=row,
                fact=fact,
                label=_("Intet svar"),
                tone="few",
                action=_("Se andre tilbud"),
                anchor="andre",
            )
    ends: datetime | None = getattr(row, "consent_ends", None)
    if ends is not None and ends <= now + _RECENT:
        fact = _("Samtykket udløber %(day)s. Forløbet er stadig åbent") % {"day": long_date(ends)}
        return Eye(
            referral=row,
            fact=fact,
            label=_("Samtykke udløber"),
            tone="few",
            action=_("Se samtykket"),
            anchor="samtykke",
        )
    return None


def _with_new_message(actor: Actor) -> list[Referral]:
    """Referrals whose newest line is the receiver's and not seen by this person yet. Times only;
    the words stay sealed. Where the citizen wants no feedback given, nothing that was written later
    than the first answer is news to the sender."""
    newest = (
        Message.objects.visible_to(actor)
        .filter(sender_id=actor.organisation_id, at__gte=clock.now() - _RECENT)
        .order_by()
        .values("referral_id")
        .annotate(
            theirs=Max("at", filter=Q(from_receiver=True)),
            ours=Max("at", filter=Q(from_receiver=False)),
        )
        .filter(theirs__isnull=False)
        .filter(Q(ours__isnull=True) | Q(theirs__gt=F("ours")))
        .values_list("referral_id", "theirs")
    )
    at = dict(newest[:_MOST_EYES])
    if not at:
        return []
    opened = Q()
    for referral_id in at:
        opened |= Q(subject_ids__contains=[str(referral_id)])
    looks = AuditEntry.objects.filter(
        opened, action="referral.view", actor_user_id=actor.user_id, at__gte=min(at.values())
    ).values_list("subject_ids", "at")
    for subject_ids, seen_at in looks:
        for text in subject_ids:
            if (written := at.get(UUID(text))) is not None and seen_at >= written:
                del at[UUID(text)]
    may_be_told = Q(consent__feedback=True) | Q(status__in=[State.SENT, State.DECLINED])
    rows = sent_rows(actor).filter(may_be_told, pk__in=list(at))
    return list(rows.annotate(consent_ends=F("consent__expires_at")).order_by("-id"))


# --- the coordinator's overview -------------------------------------------------------------


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
        .filter(sent_at__lte=clock.now() - _TEN_WORKING_DAYS)
    )
    return _overdue(rows, since="sent_at", days=lambda days: days.no_answer)


def overdue_contact(actor: Actor) -> list[Overdue]:
    """Accepted, and no contact in twenty working days, by offer."""
    rows = Referral.objects.overseen_by(actor).filter(
        status=State.ACCEPTED, status_changed_at__lte=clock.now() - _TWENTY_WORKING_DAYS
    )
    return _overdue(rows, since="status_changed_at", days=lambda days: days.contact_overdue)


def _overdue(rows: ReferralQuerySet, *, since: str, days: Callable[[Days], int]) -> list[Overdue]:
    found = list(rows.order_by().values(*_OVERDUE_FIELDS, began=F(since)))
    pauses = pauses_by_organisation(row["receiver_id"] for row in found)
    by_area = days_by_municipality()
    now = clock.now()
    groups: dict[int, Overdue] = {}
    for row in found:
        limit = days(_days_of(row["municipality_id"], by_area))
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
