"""The jobs that keep every referral moving: reminders, ends, digests. Each is safe to run twice.

Candidates are read in batches; what is due is computed from rows; each is then done in a
transaction of its own, under the row's lock and after a second look.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from organisations.models import ClosingPeriod
from portal.access.actor import system_actor
from portal.audit.scope import tenant
from portal.common import clock
from portal.common.errors import DomainError
from portal.common.workdays import add_working_days
from portal.notifications.models import OutgoingMessage
from referrals import notifications, services
from referrals.deadlines import DEFAULT, Days, Due, Pauses, days_by_municipality, due_now
from referrals.models import Consent, Kind, Referral, ReferralEvent, State
from referrals.retention import forget_delivered_sms
from referrals.services.mover import lock_referral

logger = logging.getLogger(__name__)

ACTOR = system_actor("referrals.clocks")
_BATCH = 500


def run_clocks(*, only: Collection[UUID] | None = None) -> int:
    """Do all that is due now, of all referrals or of some; returns how many were reminded of or
    ended."""
    if only is None:
        forget_delivered_sms()
    done = 0
    rows = _candidates() if only is None else _candidates().filter(pk__in=only)
    for batch in _batches(rows):
        for seen, due in _due_in(batch):
            done += _do(seen, due)
    return done


def _candidates() -> "QuerySet[Referral]":
    return Referral.objects.filter(
        status__in=[
            State.AWAITING_MODERATION,
            State.SENT,
            State.ACCEPTED,
            State.WAITLISTED,
            State.IN_PROGRESS,
        ]
    ).order_by("pk")


def _batches(rows: "QuerySet[Referral]") -> Iterator[list[Referral]]:
    """By key, not by offset: rows leave the set while we work."""
    after: UUID | None = None
    while True:
        with tenant(ACTOR, readonly=True):
            page = rows if after is None else rows.filter(pk__gt=after)
            batch = list(page[:_BATCH])
        if not batch:
            return
        yield batch
        after = batch[-1].pk


def _due_in(batch: Sequence[Referral]) -> list[tuple[Referral, Due]]:
    """What is due in this batch and not queued before, in a constant number of statements."""
    with tenant(ACTOR, readonly=True):
        pauses = _pauses({row.receiver_id for row in batch})
        consents = dict(
            Consent.objects.filter(pk__in=[row.consent_id for row in batch if row.consent_id])
            .order_by()
            .values_list("pk", "expires_at")
        )
        days = days_by_municipality()
    found: list[tuple[Referral, Due]] = []
    for row in batch:
        due = due_now(
            row,
            pauses=pauses[row.receiver_id],
            consent_expires_at=consents.get(row.consent_id) if row.consent_id else None,
            days=days.get(row.municipality_id, DEFAULT),
        )
        if due is not None:
            found.append((row, due))
    keys = {_key(row.pk, due.stage) for row, due in found if due.verb == "remind"}
    queued = set(OutgoingMessage.objects.filter(key__in=keys).values_list("key", flat=True))
    return [
        (row, due)
        for row, due in found
        if due.verb != "remind" or _key(row.pk, due.stage) not in queued
    ]


def _key(referral_id: UUID, stage: str) -> str:
    return f"referral:{referral_id}:reminder:{stage}"


def _pauses(organisations: set[int]) -> "defaultdict[int, list[tuple[date, date]]]":
    found: defaultdict[int, list[tuple[date, date]]] = defaultdict(list)
    recent = clock.today() - timedelta(days=370)
    for row in ClosingPeriod.objects.filter(
        organisation_id__in=organisations, last_day__gte=recent
    ):
        found[row.organisation_id].append(row.as_pause())
    return found


def _do(seen: Referral, due: Due) -> bool:
    """One referral, one transaction. A person may have been quicker; then what was due may not be
    any more, and the next run looks again."""
    try:
        with tenant(ACTOR):
            referral = lock_referral(referral_id=seen.pk, actor=ACTOR)
            if referral.updated_at != seen.updated_at:
                return False
            match due.verb:
                case "remind":
                    return notifications.queue_reminder(referral, due.stage)
                case "refuse":
                    services.refuse(actor=ACTOR, referral_id=seen.pk, reason=due.reason)
                case "expire":
                    services.expire(actor=ACTOR, referral_id=seen.pk)
                case "give_up":
                    services.give_up(actor=ACTOR, referral_id=seen.pk, reason=due.reason)
    except DomainError:
        logger.info("Referral changed before its clock ran.")
        return False
    return True


# --- the clinicians' daily digest -----------------------------------------------------------

_TOLD = ("accept", "waitlist", "start", "complete", "give_up")
# Who had no digest for so long had no news; a pause of the machine may have been as long.
_LOOK_BACK = timedelta(days=31)


def queue_digests() -> int:
    """One mail a clinician and day, when there is something to say. Decline and expiry have mails
    of their own; answers that can still be undone wait for the next digest."""
    until = clock.now()
    with tenant(ACTOR):
        since = _last_digests()
        waiting = _users_with_news(until, since)
        return sum(
            notifications.queue_digest(user_id=user, since=start, until=until)
            for user, start in waiting.items()
        )


def _last_digests() -> dict[int, datetime]:
    rows = OutgoingMessage.objects.filter(
        template="referrals.digest", created_at__gte=clock.now() - _LOOK_BACK
    ).order_by("created_at")
    return {row.ids["user"]: datetime.fromisoformat(row.ids["until"]) for row in rows}


def _users_with_news(until: datetime, last: dict[int, datetime]) -> dict[int, datetime]:
    earliest = until - _LOOK_BACK
    found: dict[int, datetime] = {}
    events = ReferralEvent.objects.filter(
        verb__in=_TOLD,
        at__gt=earliest,
        at__lte=until - timedelta(minutes=30),
        referral__sent_by__isnull=False,
    ).values_list("referral__sent_by_id", "at")
    for user, at in events:
        start = last.get(user, earliest)
        # An answer of the half hour before the last digest was left to this one.
        if user is not None and at > start - timedelta(minutes=30):
            found[user] = start
    silent = list(
        Referral.objects.filter(
            status=State.SENT, sent_by__isnull=False, sent_at__lte=until - timedelta(days=1)
        ).exclude(kind=Kind.CODE)
    )
    pauses = _pauses({row.receiver_id for row in silent})
    days = days_by_municipality()
    for row in silent:
        sender = row.sent_by_id
        if sender is None or sender in found:
            continue
        start = last.get(sender, earliest)
        own = days.get(row.municipality_id, DEFAULT)
        if start < no_answer_at(row, pauses[row.receiver_id], own) <= until:
            found[sender] = start
    return found


def no_answer_at(referral: Referral, pauses: Pauses, days: Days = DEFAULT) -> datetime:
    """Day 10: the clinician's digest says "no answer yet", the coordinator's list shows it."""
    assert referral.sent_at is not None  # noqa: S101
    return add_working_days(referral.sent_at, days.no_answer, pauses)
