"""The clocks of `workflows.md`, as days and as moments computed from rows.

Working days are Danish, in Europe/Copenhagen; an organisation's announced closing periods pause the
answer clocks. `settings.REFERRAL_CLOCKS` overrides days per region, by the names of `Days`:
{"midtjylland": {"expire": 20}}.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings

from portal.common import clock
from portal.common.workdays import add_days, add_working_days
from portal.geography.models import AreaMembership
from referrals.models import Kind, Referral, State

Pauses = Sequence[tuple[date, date]]


@dataclass(frozen=True, slots=True)
class Days:
    """Working days from the moment of the state, unless the name says weeks or calendar days."""

    first_reminder: int = 3
    second_reminder: int = 7
    no_answer: int = 10
    expire: int = 14
    moderation_reminder: int = 2
    moderation_ends: int = 5
    contact_reminder: int = 10
    contact_overdue: int = 20
    outcome_weeks: tuple[int, int] = (6, 12)
    silent_calendar_days: int = 180


DEFAULT = Days()


def days_by_municipality() -> dict[int, Days]:
    """Overrides by municipality id today. Empty, and free of charge, where no region has any."""
    overrides = settings.REFERRAL_CLOCKS
    if not overrides:
        return {}
    rows = AreaMembership.objects.filter(
        region__slug__in=overrides, valid__contains=clock.today()
    ).values_list("municipality_id", "region__slug")
    return {
        municipality: replace(DEFAULT, **cast(dict[str, Any], overrides[region]))
        for municipality, region in rows
        if region is not None
    }


def answer_due(referral: Referral, pauses: Pauses, days: Days = DEFAULT) -> datetime:
    """When an unanswered referral expires."""
    assert referral.sent_at is not None  # noqa: S101 - only asked of what has been sent
    return add_working_days(referral.sent_at, days.expire, pauses)


def next_deadline(referral: Referral, pauses: Pauses, days: Days = DEFAULT) -> datetime:
    """The next moment at which something happens by itself; reply links live seven days longer."""
    if referral.kind == Kind.CODE and referral.status == State.SENT and referral.expires_at:
        return referral.expires_at
    since = referral.status_changed_at
    match referral.status:
        case State.SENT:
            return answer_due(referral, pauses, days)
        case State.AWAITING_MODERATION:
            return add_working_days(since, days.moderation_ends)
        case State.ACCEPTED:
            return add_working_days(since, days.contact_overdue, pauses)
        case State.WAITLISTED if referral.waitlist_review_on:
            return start_of(referral.waitlist_review_on)
        case State.IN_PROGRESS:
            return since + timedelta(weeks=days.outcome_weeks[1])
    return clock.now()


def start_of(day: date) -> datetime:
    """The first moment of a Danish day."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.TIME_ZONE))


@dataclass(frozen=True, slots=True)
class Due:
    """What a job shall do now: a verb of the workflow, or a reminder with its stage."""

    verb: str
    stage: str = ""
    reason: str = ""


def due_now(
    referral: Referral,
    *,
    pauses: Pauses = (),
    consent_expires_at: datetime | None = None,
    days: Days = DEFAULT,
) -> Due | None:
    """The one thing that is due: an end before a reminder, and of several reminders only the
    latest, so that a pause of the machine gives one mail and not a heap."""
    return _end_due(referral, pauses, consent_expires_at, days) or _reminder_due(
        referral, pauses, consent_expires_at, days
    )


def _end_due(
    referral: Referral, pauses: Pauses, consent_expires_at: datetime | None, days: Days
) -> Due | None:
    now = clock.now()
    lapsed = consent_expires_at is not None and consent_expires_at <= now
    match referral.status:
        case State.AWAITING_MODERATION:
            if add_working_days(referral.status_changed_at, days.moderation_ends) <= now:
                return Due("refuse", reason="not_moderated")
        case State.SENT:
            if referral.kind == Kind.CODE:
                if referral.expires_at is not None and referral.expires_at <= now:
                    return Due("expire")
            elif lapsed or answer_due(referral, pauses, days) <= now:
                return Due("expire")
        case State.ACCEPTED | State.WAITLISTED | State.IN_PROGRESS:
            if lapsed:
                return Due("give_up", reason="consent_ended")
            if _silent_until(referral, days) <= now:
                return Due("give_up", reason="no_feedback")
    return None


def _silent_until(referral: Referral, days: Days) -> datetime:
    """When an open loop is closed. Time on the waiting list does not count: there the consent's own
    end closes it. A code has no consent, so it counts from the day the receiver was asked "still
    waiting?" and gave no answer; otherwise it would wait for ever (REL-16)."""
    since = referral.last_event_at
    if referral.status == State.WAITLISTED:
        if referral.kind != Kind.CODE or referral.waitlist_review_on is None:
            return datetime.max.replace(tzinfo=UTC)
        since = max(since, start_of(referral.waitlist_review_on))
    return add_days(since, days.silent_calendar_days)


def moments(
    referral: Referral,
    *,
    pauses: Pauses = (),
    consent_expires_at: datetime | None = None,
    days: Days = DEFAULT,
) -> list[datetime]:
    """Every moment of the present state at which something falls due, in order: its reminders and
    its end. For whoever lets time pass without asking every day."""
    found = [at for at, _stage in _reminders(referral, pauses, consent_expires_at, days)]
    match referral.status:
        case State.AWAITING_MODERATION | State.SENT:
            found.append(next_deadline(referral, pauses, days))
        case State.ACCEPTED | State.WAITLISTED | State.IN_PROGRESS:
            found.append(_silent_until(referral, days))
    if consent_expires_at is not None:
        found.append(consent_expires_at)
    return sorted(found)


def _reminder_due(
    referral: Referral, pauses: Pauses, consent_expires_at: datetime | None, days: Days
) -> Due | None:
    now = clock.now()
    latest: tuple[datetime, str] | None = None
    for moment, stage in _reminders(referral, pauses, consent_expires_at, days):
        if moment <= now and (latest is None or moment >= latest[0]):
            latest = (moment, stage)
    return Due("remind", stage=latest[1]) if latest else None


def _reminders(
    referral: Referral, pauses: Pauses, consent_expires_at: datetime | None, days: Days
) -> list[tuple[datetime, str]]:
    """All reminders of the present state, with the moment each is due. A stage that may come again
    carries the day its state began, so that its key is new."""
    since = referral.status_changed_at
    began = f"{clock.local(since):%Y%m%d}"
    found: list[tuple[datetime, str]] = []
    match referral.status:
        case State.AWAITING_MODERATION:
            found = [(add_working_days(since, days.moderation_reminder), f"moderation-{began}")]
        case State.SENT if referral.kind != Kind.CODE and referral.sent_at is not None:
            sent = referral.sent_at
            found = [
                (add_working_days(sent, days.first_reminder, pauses), "answer-1"),
                (add_working_days(sent, days.second_reminder, pauses), "answer-2"),
            ]
        case State.ACCEPTED:
            found = [(add_working_days(since, days.contact_reminder, pauses), f"contact-{began}")]
        case State.WAITLISTED if referral.waitlist_review_on is not None:
            day = referral.waitlist_review_on
            found = [(start_of(day), f"waitlist-{day:%Y%m%d}")]
        case State.IN_PROGRESS:
            found = [
                (since + timedelta(weeks=weeks), f"outcome-{weeks}-{began}")
                for weeks in days.outcome_weeks
            ]
    if consent_expires_at is not None:
        for before in (30, 7):
            moment = consent_expires_at - timedelta(days=before)
            found.append((moment, f"consent-{before}"))
    return found
