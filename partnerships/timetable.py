"""What happens when: the days of the agreements that the actor takes part in, for the calendar
page, its file and its feed.

Each kind of day is one question to the database. Meetings are those of the forums in which the
actor's organisation has a seat.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships import dates
from partnerships.models import (
    Agreement,
    AgreementParty,
    AgreementState,
    Meeting,
    Milestone,
    Obligation,
    Payment,
    StatusReport,
)
from partnerships.models.agreement import IN_FORCE, AgreementQuerySet
from portal.access.actor import Actor
from portal.common import clock
from portal.common.clock import local
from portal.common.templatetags.look import kroner
from portal.documents.calendar_file import CalendarEvent
from portal.notifications.rendering import absolute

KINDS: Final = {
    "aftaler": gettext_lazy("Begynder og slutter"),
    "varsler": gettext_lazy("Opsigelse"),
    "rapporter": gettext_lazy("Statusrapporter"),
    "opgaver": gettext_lazy("Milepæle og opgaver"),
    "penge": gettext_lazy("Betalinger"),
    "moeder": gettext_lazy("Møder"),
}
# How far back and ahead a file or a feed goes.
BEFORE: Final = timedelta(days=31)
AHEAD: Final = timedelta(days=550)
S = AgreementState


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing on one day. `uid` names it for ever, so that a calendar moves it and does not
    enter it twice."""

    uid: str
    kind: str
    on: date
    title: str
    about: str
    url: str
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    place: str = ""
    done: bool = False


def entries(actor: Actor, first: date, last: date, kind: str = "") -> list[Entry]:
    """All of the days from `first` to `last`, in order. A constant number of statements."""
    sources = [source for name, source in _SOURCES if kind in ("", name)]
    found = [entry for source in sources for entry in source(actor, first, last)]
    moment = _start_of_day
    return sorted(found, key=lambda row: (row.on, row.begins_at or moment(row.on), row.title))


def months(found: list[Entry]) -> list[tuple[date, list[Entry]]]:
    """By month, the first of the month for each; months without anything are left out."""
    return [
        (month, list(rows)) for month, rows in groupby(found, key=lambda row: row.on.replace(day=1))
    ]


def coming_events(actor: Actor) -> list[CalendarEvent]:
    """For a calendar program: a month back, a year and a half ahead, without what is done."""
    today = clock.today()
    return [
        CalendarEvent(
            uid=f"{row.uid}@samspil",
            title=f"{row.title}: {row.about}",
            begins_at=row.begins_at or row.on,
            ends_at=row.ends_at,
            place=row.place,
            url=absolute(row.url),
        )
        for row in entries(actor, today - BEFORE, today + AHEAD)
        if not row.done
    ]


def _start_of_day(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=clock.COPENHAGEN)


def _own(actor: Actor) -> AgreementQuerySet:
    """Of the actor's own organisation. What an owner above may read fills nobody's calendar."""
    present = AgreementParty.objects.filter(
        organisation_id=actor.organisation_id, left_on__isnull=True
    )
    return Agreement.objects.visible_to(actor).filter(pk__in=present.values("agreement_id"))


def _page(agreement: Agreement) -> str:
    return reverse("partnerships:detail", args=[agreement.pk])


def _terms(actor: Actor, first: date, last: date) -> Iterator[Entry]:
    span = (first, last)
    rows = _own(actor).filter(
        Q(starts_on__range=span) | Q(ends_on__range=span) | Q(terminates_on__range=span),
        status__in=(*IN_FORCE, S.EXPIRED, S.TERMINATED, S.CLOSED),
    )
    for row in rows:
        # Notice that has been given decides the day; a term beyond it never comes.
        end = row.terminates_on or row.ends_on
        title = _("Opsagt aftale slutter") if row.terminates_on else _("Aftale slutter")
        for what, day, words in (
            ("start", row.starts_on, _("Aftale begynder")),
            ("end", end, title),
        ):
            if day is not None and first <= day <= last:
                yield Entry(
                    uid=f"agreement-{row.pk}-{what}",
                    kind="aftaler",
                    on=day,
                    title=words,
                    about=row.title,
                    url=_page(row),
                )


def _notices(actor: Actor, first: date, last: date) -> Iterator[Entry]:
    rows = (
        _own(actor)
        .filter(status__in=IN_FORCE, notice_months__gt=0, terminates_on__isnull=True)
        .annotate(last_day=dates.notice_day())
        .filter(last_day__range=(first, last))
    )
    for row in rows:
        day = dates.last_day_of_notice(row)
        if day is not None:
            yield Entry(
                uid=f"agreement-{row.pk}-notice",
                kind="varsler",
                on=day,
                title=_("Sidste dag for at opsige"),
                about=row.title,
                url=_page(row),
            )


def _reports(actor: Actor, first: date, last: date) -> Iterator[Entry]:
    rows = StatusReport.objects.filter(
        agreement__in=_own(actor).values("pk"), due_on__range=(first, last)
    ).select_related("agreement")
    for row in rows:
        yield Entry(
            uid=f"report-{row.pk}",
            kind="rapporter",
            on=row.due_on,
            title=_("Statusrapport skal være færdig"),
            about=row.agreement.title,
            url=_page(row.agreement),
            done=row.state == StatusReport.State.PUBLISHED,
        )


def _milestones(actor: Actor, first: date, last: date) -> Iterator[Entry]:
    rows = Milestone.objects.filter(
        agreement__in=_own(actor).filter(status__in=IN_FORCE).values("pk"),
        due_on__range=(first, last),
    ).select_related("agreement")
    for row in rows:
        yield Entry(
            uid=f"milestone-{row.pk}",
            kind="opgaver",
            on=row.due_on,
            title=_("Milepæl: %(text)s") % {"text": row.text},
            about=row.agreement.title,
            url=_page(row.agreement),
            done=row.done_on is not None,
        )


def _obligations(actor: Actor, first: date, last: date) -> Iterator[Entry]:
    rows = Obligation.objects.filter(
        agreement__in=_own(actor).filter(status__in=IN_FORCE).values("pk"),
        due_on__range=(first, last),
    ).select_related("agreement", "party__organisation")
    for row in rows:
        if row.due_on is not None:
            yield Entry(
                uid=f"obligation-{row.pk}",
                kind="opgaver",
                on=row.due_on,
                title=_("%(who)s: %(text)s")
                % {"who": row.party.organisation.name, "text": row.text},
                about=row.agreement.title,
                url=_page(row.agreement),
                done=row.done_on is not None,
            )


def _payments(actor: Actor, first: date, last: date) -> Iterator[Entry]:
    rows = Payment.objects.filter(
        agreement__in=_own(actor).filter(status__in=IN_FORCE).values("pk"),
        due_on__range=(first, last),
    ).select_related("agreement", "line")
    for row in rows:
        yield Entry(
            uid=f"payment-{row.pk}",
            kind="penge",
            on=row.due_on,
            title=_("Betaling, %(amount)s: %(line)s")
            % {"amount": kroner(row.amount_ore), "line": row.line.text},
            about=row.agreement.title,
            url=_page(row.agreement),
            done=row.paid_on is not None,
        )


def _meetings(actor: Actor, first: date, last: date) -> Iterator[Entry]:
    rows = (
        Meeting.objects.visible_to(actor)
        .filter(
            begins_at__gte=_start_of_day(first),
            begins_at__lt=_start_of_day(last + timedelta(days=1)),
        )
        .exclude(state=Meeting.State.CALLED_OFF)
        .select_related("forum")
    )
    for row in rows:
        yield Entry(
            uid=f"meeting-{row.pk}",
            kind="moeder",
            on=local(row.begins_at).date(),
            title=row.title,
            about=row.forum.name,
            url=reverse("partnerships:meeting-detail", args=[row.pk]),
            begins_at=row.begins_at,
            ends_at=row.ends_at,
            place=row.place,
        )


_SOURCES: Final[tuple[tuple[str, Callable[[Actor, date, date], Iterator[Entry]]], ...]] = (
    ("aftaler", _terms),
    ("varsler", _notices),
    ("rapporter", _reports),
    ("opgaver", _milestones),
    ("opgaver", _obligations),
    ("penge", _payments),
    ("moeder", _meetings),
)
