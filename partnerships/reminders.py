"""The days on which an agreement's people are reminded, each once (workflows.md, "Reminders").

What is due is computed from rows, never held in the broker. A reminder that was due is a row of
its own, so a job may run twice, and a day that is moved is a new day. After downtime the newest
stage of a kind is sent; the older ones are recorded as passed.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from partnerships import notifications
from partnerships.dates import (
    DATA_PROTECTION_MONTHS,
    END,
    MILESTONE,
    NOTICE,
    RUNNING,
    add_months,
    last_day_of_notice,
)
from partnerships.models import Agreement, AgreementState, Reminder
from partnerships.recipients import live_people
from portal.common import clock

log = logging.getLogger("partnerships")

Kind = Reminder.Kind
S = AgreementState

UNSIGNED_DAYS: Final = 14
# Whose contacts matter: everything that is not over.
_ALIVE: Final = (
    S.IDEA,
    S.DRAFT,
    S.INTERNAL_REVIEW,
    S.NEGOTIATION,
    S.AWAITING_SIGNATURE,
    S.SIGNED,
    *RUNNING,
)
_BATCH: Final = 200

Mark = tuple[str, str, date, int]


@dataclass(frozen=True, slots=True)
class Stage:
    """One reminder of one thing. `remind_on` is its own day."""

    kind: str
    due_on: date
    offset: int = 0
    about: str = ""

    @property
    def remind_on(self) -> date:
        return self.due_on + timedelta(days=self.offset)

    @property
    def mark(self) -> Mark:
        return (self.kind, self.about, self.due_on, self.offset)


def stages_of(agreement: Agreement, today: date) -> Iterator[list[Stage]]:
    """The stages that the agreement's own dates give, each group in order: of a group the newest
    due one is sent. Pure but for the milestones that were loaded with it."""
    if agreement.status in RUNNING:
        yield from _of_term(agreement, today)
        for row in agreement.milestones.all():
            if row.done_on is None:
                yield [Stage(Kind.MILESTONE, row.due_on, days, str(row.pk)) for days in MILESTONE]
    if agreement.status == S.AWAITING_SIGNATURE:
        since = clock.local(agreement.status_changed_at).date()
        yield [Stage(Kind.UNSIGNED, since + timedelta(days=UNSIGNED_DAYS))]


def _of_term(agreement: Agreement, today: date) -> Iterator[list[Stage]]:
    if agreement.terminates_on is None and agreement.ends_on is not None:
        yield [Stage(Kind.END, agreement.ends_on, days) for days in END]
    last = last_day_of_notice(agreement)
    # Without a period of notice there is no deadline but the end itself.
    if last is not None and agreement.notice_months and today <= last:
        yield [Stage(Kind.NOTICE, last, days) for days in NOTICE]
    if agreement.shares_personal_data:
        since = agreement.data_protection_looked_at_on or agreement.starts_on
        if since is not None:
            yield list(_yearly(since, today))


def _yearly(since: date, today: date) -> Iterator[Stage]:
    year = 1
    while (due := add_months(since, DATA_PROTECTION_MONTHS * year)) <= today:
        yield Stage(Kind.DATA_PROTECTION, due)
        year += 1


def due_in(
    groups: Iterable[list[Stage]], *, today: date, since: date, known: set[Mark]
) -> Iterator[tuple[Stage, bool]]:
    """What is new today, with whether it is sent. A stage of before `since`, when nothing bound the
    parties yet, is passed without a word."""
    for group in groups:
        passed = [stage for stage in group if stage.remind_on <= today]
        for stage in passed:
            if stage.mark not in known:
                yield stage, stage is passed[-1] and stage.remind_on >= since


def run_reminders() -> int:
    """Queue what is due today; how many mails. Safe to run twice and by two at once."""
    return sum(_run_batch(batch) for batch in _batches())


def _batches() -> Iterator[list[Agreement]]:
    """By key, in a constant number of statements each."""
    after: UUID | None = None
    rows = (
        Agreement.objects.filter(status__in=_ALIVE)
        .order_by("pk")
        .prefetch_related("milestones", "parties", "reminders")
    )
    while True:
        batch = list((rows if after is None else rows.filter(pk__gt=after))[:_BATCH])
        if not batch:
            return
        yield batch
        after = batch[-1].pk


def _run_batch(batch: list[Agreement]) -> int:
    today = clock.today()
    live = live_people(
        party.organisation_id for agreement in batch for party in agreement.parties.all()
    )
    queued = 0
    for agreement in batch:
        reminders = list(agreement.reminders.all())
        known = {(row.kind, row.about, row.due_on, row.offset) for row in reminders}
        since = agreement.signed_on or clock.local(agreement.created_at).date()
        found = list(due_in(stages_of(agreement, today), today=today, since=since, known=known))
        told = {row.about for row in reminders if row.kind == Kind.CONTACT_GONE}
        found += [(stage, True) for stage in _gone(agreement, live, told, today)]
        queued += sum(_keep(agreement, stage, sent) for stage, sent in found)
    return queued


def _gone(
    agreement: Agreement, live: Mapping[int, Mapping[int, object]], told: set[str], today: date
) -> Iterator[Stage]:
    """Parties whose contact has no live membership any more; told once for each who left."""
    for party in agreement.parties.all():
        if party.contact_id is None or party.left_on is not None:
            continue
        about = f"{party.pk}:{party.contact_id}"
        if party.contact_id not in live.get(party.organisation_id, {}) and about not in told:
            yield Stage(Kind.CONTACT_GONE, today, 0, about)


def _keep(agreement: Agreement, stage: Stage, sent: bool) -> bool:
    """Row and mail together. Two jobs at once meet in the unique row, and one gives way."""
    try:
        with transaction.atomic():
            row = Reminder.objects.create(
                agreement=agreement,
                kind=stage.kind,
                about=stage.about,
                due_on=stage.due_on,
                offset=stage.offset,
                sent=sent,
                at=clock.now(),
            )
            return sent and notifications.queue_reminder(row)
    except IntegrityError:
        log.info("a reminder was written by another run")
        return False
