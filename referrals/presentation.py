"""What pages say of one referral: its state in a sentence, its history, and who has looked.

The rule of consent (2) lives here once: without it the sender reads *modtaget* and then *afsluttet,
ingen tilbagemelding*, on the page, in the list and in its filters.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisations.models import Organisation, Role
from portal.access.actor import Actor, ActorKind
from portal.accounts.models import User
from portal.audit import trail
from portal.audit.models import AuditEntry
from portal.common.templatetags.look import capitalised, long_date, weekday_date, weekday_time
from portal.common.workdays import add_working_days
from referrals.deadlines import Days, Pauses, answer_due, start_of
from referrals.models import Kind, Referral, ReferralEvent, State
from referrals.reasons import (
    DeclineReason,
    ErrorReason,
    ExpiryReason,
    GiveUpReason,
    RefuseReason,
)

# --- state ----------------------------------------------------------------------------------

_UNDER_WAY = (State.ACCEPTED, State.WAITLISTED, State.IN_PROGRESS)
_TOLD_AT_THE_END = (State.COMPLETED, State.NOT_COMPLETED)
WITHOUT_FEEDBACK: Final = gettext_lazy("Afsluttet, ingen tilbagemelding")


def shown_status() -> Combinable:
    """`Referral.status` as a sender may read it, in SQL: a filter tells no more than the page."""
    open_book = Q(kind=Kind.CODE) | Q(consent__feedback=True) | Q(consent__isnull=True)
    return Case(
        When(open_book, then=F("status")),
        When(status__in=_UNDER_WAY, then=Value(State.ACCEPTED.value)),
        When(status__in=_TOLD_AT_THE_END, then=Value(State.COMPLETED.value)),
        default=F("status"),
        output_field=CharField(),
    )


def status_for(status: str, *, hidden: bool) -> tuple[str, str]:
    """The state to show and its word. `hidden` is `selectors.feedback_hidden`."""
    state = State(status)
    if hidden and state in _UNDER_WAY:
        return State.ACCEPTED, str(State.ACCEPTED.label)
    if hidden and state in _TOLD_AT_THE_END:
        return State.COMPLETED, str(WITHOUT_FEEDBACK)
    return state, str(state.label)


_REASONS: Final[Mapping[str, Any]] = {
    State.DECLINED: DeclineReason,
    State.NOT_COMPLETED: GiveUpReason,
    State.EXPIRED: ExpiryReason,
    State.DRAFT: RefuseReason,
    State.ENTERED_IN_ERROR: ErrorReason,
}


def reason_label(state: str, reason: str) -> str:
    """The words of a coded reason; empty where there is none."""
    reasons = _REASONS.get(state)
    if reasons is None or reason not in reasons.values:
        return ""
    return str(reasons(reason).label)


# --- history --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One dot of the timeline; open dots ("next", "later") are still to come."""

    title: str
    text: str = ""
    when: str = ""
    state: str = "done"


_HAPPENED: Final[Mapping[str, Promise]] = {
    "send": gettext_lazy("Sendt af %(who)s"),
    "submit_for_moderation": gettext_lazy("Sendt af %(who)s til godkendelse"),
    "approve": gettext_lazy("Godkendt af en koordinator"),
    "refuse": gettext_lazy("Sendt tilbage til afsenderen"),
    "accept": gettext_lazy("Modtaget af %(who)s"),
    "decline": gettext_lazy("%(who)s kan ikke tage imod"),
    "waitlist": gettext_lazy("Sat på venteliste af %(who)s"),
    "start": gettext_lazy("Borgeren er kommet i gang"),
    "complete": gettext_lazy("Forløbet er afsluttet"),
    "give_up": gettext_lazy("Det blev ikke til noget"),
    "withdraw": gettext_lazy("Trukket tilbage af %(who)s"),
    "expire": gettext_lazy("Udløbet"),
    "undo": gettext_lazy("%(who)s fortrød svaret"),
    "mark_error": gettext_lazy("Markeret som fejl af %(who)s"),
}
_AFTER_ANSWER: Final = frozenset({"start", "complete", "give_up", "undo", "waitlist"})


def past_steps(
    referral: Referral,
    events: Sequence[ReferralEvent],
    *,
    names: Mapping[int, str],
    actor: Actor,
    hidden: bool,
) -> list[Step]:
    """What happened, oldest first. `names` are of the actor's own colleagues; of others only the
    organisation is told."""
    if hidden:
        events = [
            event
            for event in events
            if event.verb not in _AFTER_ANSWER
            or (event.verb == "waitlist" and event.old == State.SENT)
        ]
    steps = [_happened(referral, event, names, actor, hidden) for event in events]
    if hidden and referral.status in _TOLD_AT_THE_END:
        steps.append(
            Step(
                title=str(WITHOUT_FEEDBACK),
                text=_("Borgeren har ikke sagt ja til, at I får at vide, hvordan det gik."),
            )
        )
    return steps


def _happened(
    referral: Referral,
    event: ReferralEvent,
    names: Mapping[int, str],
    actor: Actor,
    hidden: bool,
) -> Step:
    verb = "accept" if hidden and event.verb == "waitlist" else event.verb
    title = str(_HAPPENED.get(verb, event.get_new_display()))
    if "%(who)s" in title:
        title %= {"who": _who(referral, event, names, actor)}
    return Step(
        title=title[:1].upper() + title[1:],
        text=_about(referral, event),
        when=capitalised(weekday_time(event.at)),
    )


def _who(referral: Referral, event: ReferralEvent, names: Mapping[int, str], actor: Actor) -> str:
    if event.actor_kind in {ActorKind.PATIENT_LINK, ActorKind.ANONYMOUS}:
        return _("borgeren selv")
    if event.actor_kind == ActorKind.SYSTEM:
        return _("Samspil")
    sides = {
        referral.receiver_id: referral.receiver.name,
        referral.sender_id: referral.sender.name,
    }
    side = event.actor_organisation_id or (
        referral.receiver_id if event.actor_kind == ActorKind.REPLY_LINK else 0
    )
    own_name = names.get(event.actor_user_id or 0, "")
    if side == actor.organisation_id and own_name:
        return own_name
    return sides.get(side, _("en koordinator"))


def _about(referral: Referral, event: ReferralEvent) -> str:
    match event.verb:
        case "accept" if referral.kind == Kind.CODE:
            return _("Borgeren kom med sin kode.")
        case "complete":
            return outcome_words(referral)
        case "refuse" | "decline" | "give_up" | "expire" | "mark_error":
            return reason_label(event.new, event.reason)
    return ""


def outcome_words(referral: Referral) -> str:
    """The result and the two questions in one line; empty before there is an outcome."""
    outcome = getattr(referral, "outcome", None)
    if outcome is None:
        return ""
    parts = [str(outcome.get_result_display())]
    if outcome.still_takes_part:
        parts.append(
            _("Deltager stadig: %(answer)s")
            % {"answer": outcome.get_still_takes_part_display().lower()}
        )
    if outcome.has_helped:
        parts.append(
            _("Har hjulpet: %(answer)s") % {"answer": outcome.get_has_helped_display().lower()}
        )
    return ". ".join(parts) + "."


def coming_steps(
    referral: Referral, *, pauses: Pauses, days: Days, hidden: bool, receiving: bool
) -> list[Step]:
    """What comes by itself or is asked for, from the clocks, in words to the reader's side. Nothing
    after an end."""
    if hidden and referral.status in _UNDER_WAY:
        return [
            Step(
                title=str(WITHOUT_FEEDBACK),
                text=_("Du får at vide, når forløbet er slut, men ikke hvordan det gik."),
                state="later",
            )
        ]
    contact = Step(title=_("Første kontakt"), state="later")
    outcome = Step(
        title=_("Hvordan gik det?"),
        text=_("Vi spørger jer. To korte spørgsmål.")
        if receiving
        else _("Vi spørger foreningen. To korte spørgsmål."),
        state="later",
    )
    since = referral.status_changed_at
    match referral.status:
        case State.AWAITING_MODERATION:
            return [
                _next(
                    _("En koordinator godkender jer"),
                    add_working_days(since, days.moderation_ends),
                    _("Ellers kommer den tilbage til jer."),
                ),
                Step(title=_("Foreningen svarer"), state="later"),
            ]
        case State.SENT if referral.kind == Kind.CODE:
            step = _next(_("Borgeren bruger koden"), referral.expires_at, "")
            return [step, contact, outcome]
        case State.SENT:
            due = answer_due(referral, pauses, days)
            text = _("Ellers udløber henvisningen, og du får besked med andre tilbud.")
            title = _("%(who)s svarer") % {"who": referral.receiver.name}
            if receiving:
                text, title = _("Ellers udløber henvisningen."), _("I svarer")
            return [_next(title, due, text), contact, outcome]
        case State.ACCEPTED:
            due = add_working_days(since, days.contact_reminder, pauses)
            text = _("Vi minder jer om det.") if receiving else _("Vi minder foreningen om det.")
            return [_next(_("Første kontakt"), due, text), outcome]
        case State.WAITLISTED if referral.waitlist_review_on is not None:
            text = ""
            if referral.waitlist_expected_on is not None:
                text = _("Plads ventes %(day)s.") % {
                    "day": long_date(referral.waitlist_expected_on)
                }
            asked = _next(
                _("Vi spørger jer, om borgeren stadig venter")
                if receiving
                else _("Vi spørger, om borgeren stadig venter"),
                start_of(referral.waitlist_review_on),
                text,
            )
            return [asked, contact, outcome]
        case State.IN_PROGRESS:
            moments = [since + timedelta(weeks=weeks) for weeks in days.outcome_weeks]
            return [
                Step(
                    title=outcome.title,
                    text=outcome.text,
                    when=" · ".join(
                        _("omkring %(day)s") % {"day": long_date(at)} for at in moments
                    ),
                    state="next",
                )
            ]
    return []


def _next(title: str, moment: datetime | None, text: str) -> Step:
    when = _("Senest %(day)s") % {"day": weekday_date(moment)} if moment is not None else ""
    return Step(title=title, text=text, when=when, state="next")


# --- who has looked -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One that has opened the referral: role and organisation; a name only of one's own."""

    who: str
    where: str
    at: datetime


_LOOKS_READ = 200
_LOOKS_SHOWN = 8


def lookups_shown(referral: Referral) -> list[AuditEntry]:
    """The newest look of each person or link, newest first; jobs are left out."""
    rows = (
        trail.lookups_of(referral)
        .filter(action__startswith="referral.view")
        .exclude(actor_kind=ActorKind.SYSTEM)[:_LOOKS_READ]
    )
    newest: dict[tuple[object, ...], AuditEntry] = {}
    for row in rows:
        key = (row.actor_kind, row.actor_user_id, row.actor_link_id, row.actor_organisation_id)
        newest.setdefault(key, row)
    return list(newest.values())[:_LOOKS_SHOWN]


def looks(
    entries: Iterable[AuditEntry],
    *,
    actor: Actor,
    names: Mapping[int, str],
    organisations: Mapping[int, str],
) -> list[Look]:
    return [
        Look(
            who=_person(entry, actor, names),
            where=organisations.get(entry.actor_organisation_id or 0, ""),
            at=entry.at,
        )
        for entry in entries
    ]


def _person(entry: AuditEntry, actor: Actor, names: Mapping[int, str]) -> str:
    if entry.actor_kind == ActorKind.PATIENT_LINK:
        return _("Borgeren selv")
    if entry.actor_kind == ActorKind.REPLY_LINK:
        return _("Svarlink i mail")
    own = entry.actor_organisation_id == actor.organisation_id
    name = names.get(entry.actor_user_id or 0, "")
    if own and name:
        return name
    return role_words(entry.actor_role)


def role_words(roles: str) -> str:
    """The labels of a comma-separated list of roles, as events and the trail keep it."""
    known = [str(Role(role).label) for role in roles.split(",") if role in Role.values]
    return ", ".join(known) or _("Ukendt rolle")


# --- names ----------------------------------------------------------------------------------


def names_of(user_ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {pk for pk in user_ids if pk}
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "name"))


def organisation_names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {pk for pk in ids if pk}
    return dict(Organisation.objects.filter(pk__in=wanted).values_list("pk", "name"))
