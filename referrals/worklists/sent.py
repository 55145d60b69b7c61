"""The sending unit's list, and what in it calls for eyes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from portal.access.actor import Actor
from portal.audit.models import AuditEntry
from portal.common import clock
from portal.common.drafts import LIFE
from portal.common.templatetags.look import long_date, when
from portal.common.workdays import add_working_days
from referrals.deadlines import Days, answer_due, days_by_municipality
from referrals.models import Kind, Message, Referral, ReferralDraft, State
from referrals.models.referral import ReferralQuerySet
from referrals.presentation import reason_label, shown_status
from referrals.worklists.measures import (
    ENDED,
    OPEN,
    TEN_WORKING_DAYS,
    days_of,
    pauses_by_organisation,
)


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
        .filter(saved_at__gt=clock.now() - LIFE)
        .order_by("-saved_at")
        .values("offer__slug", "offer__title", "parent_id", "saved_at")[:5]
    )
    return [
        {
            "slug": row["offer__slug"],
            "title": row["offer__title"],
            "parent": row["parent_id"],
            "saved_at": row["saved_at"],
        }
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
    unanswered = Q(status=State.SENT, sent_at__lte=now - TEN_WORKING_DAYS) & ~Q(kind=Kind.CODE)
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
        _eye(row, pauses.get(row.receiver_id, []), days_of(row.municipality_id, days), news)
        for row in rows
    ]
    return [eye for eye in eyes if eye is not None]


_STOPPED: Mapping[str, str] = {
    State.DECLINED: gettext_noop("Afvist"),
    State.EXPIRED: gettext_noop("Udløbet"),
    State.DRAFT: gettext_noop("Ikke godkendt"),
}


def _stopped(row: Referral) -> Eye:
    """A no, and when and why. From the association it leads on to others; from a coordinator, to
    what was missing."""
    fact = _("%(what)s %(when)s: %(reason)s") % {
        "what": _(_STOPPED[row.status]),
        "when": when(row.status_changed_at),
        "reason": reason_label(row.status, row.reason).lower(),
    }
    if row.status == State.DRAFT:
        return Eye(
            referral=row, fact=fact, label=_("Ikke sendt"), tone="stop", action=_("Se hvorfor")
        )
    return Eye(
        referral=row,
        fact=fact,
        label=_(_STOPPED[row.status]),
        tone="stop",
        action=_("Se andre tilbud"),
        anchor="andre",
    )


def _eye(
    row: Referral, pauses: Sequence[tuple[date, date]], days: Days, news: set[UUID]
) -> Eye | None:
    now = clock.now()
    if row.status in _STOPPED:
        return _stopped(row)
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
