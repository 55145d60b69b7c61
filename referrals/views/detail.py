"""One page for both sides of a referral: the next step above its history, what the actor may do."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from offers.models import Offer
from offers.selectors import alternatives_to
from offers.vocabularies import CATEGORIES, TARGET_GROUPS
from organisations.models import Membership, NamedHandler, Role
from organisations.selectors import pauses_of
from portal.access.actor import Actor
from portal.access.decorators import ActorRequest, requires
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.phones import format_phone
from referrals import presentation, selectors
from referrals.clocks import no_answer_at
from referrals.deadlines import DEFAULT, Pauses, days_by_municipality
from referrals.forms.answering import (
    AnswerForm,
    AssignForm,
    KeepWaitingForm,
    MessageForm,
    ReassignForm,
)
from referrals.forms.sending import CALL_TIMES
from referrals.models import Kind, Message, Referral, ReferralEvent, State
from referrals.permissions import available_actions, can_undo, is_sender, works_on
from referrals.worklists import consent_feedback, offers_for_needs

_MESSAGES_SHOWN = 50


@requires(Permission.REFERRAL_FOLLOW, Permission.REFERRAL_RECEIVE)
@require_safe
def detail(request: ActorRequest, pk: UUID) -> HttpResponse:
    return detail_page(request, pk)


def detail_page(
    request: ActorRequest, pk: UUID, *, failed: AnswerForm | None = None
) -> HttpResponse:
    """The page, or the same page with the one form that was not right (422, nothing typed lost)."""
    actor = request.actor
    referral = selectors.referral_for_page(actor=actor, referral_id=pk)
    context = _context(actor, referral, failed)
    status = 422 if failed is not None else 200
    return render(request, "referrals/detail.html", context, status=status)


def _context(actor: Actor, referral: Referral, failed: AnswerForm | None) -> dict[str, Any]:
    sending = sends(actor, referral)
    receiving = allows(actor, Permission.REFERRAL_RECEIVE) and (
        referral.receiver_id == actor.organisation_id
    )
    feedback = consent_feedback(actor, referral)
    hidden = not receiving and not feedback
    opened = selectors.open_patient(actor=actor, referral=referral)
    events = list(ReferralEvent.objects.visible_to(actor).filter(referral=referral).order_by("id"))
    letters = _messages(actor, referral, hidden=hidden)
    looks = presentation.lookups_shown(referral)
    names = presentation.names_of(
        [
            *_own(actor, ((row.actor_organisation_id, row.actor_user_id) for row in events)),
            *_own(actor, ((row.actor_organisation_id, row.actor_user_id) for row in looks)),
            *(row.written_by_id for row in letters),
        ]
    )
    organisations = presentation.organisation_names(row.actor_organisation_id for row in looks)
    pauses: Pauses = pauses_of(referral.receiver_id)
    days = days_by_municipality().get(referral.municipality_id, DEFAULT)
    actions = available_actions(referral, actor)
    if "undo" in actions and not _answered_by(actor, events):
        actions.remove("undo")
    state, label = presentation.status_for(referral.status, hidden=hidden)
    past = presentation.past_steps(referral, events, names=names, actor=actor, hidden=hidden)
    coming = presentation.coming_steps(
        referral, pauses=pauses, days=days, hidden=hidden, receiving=receiving
    )
    overdue = _is_overdue(referral, pauses)
    return {
        "referral": referral,
        "sending": sending,
        "receiving": receiving,
        "hidden": hidden,
        "feedback": feedback,
        "state": state,
        "state_label": label,
        "opened": opened,
        "actions": actions,
        "undo_until": _undo_until(referral) if "undo" in actions else "",
        "may_be_undone": _undo_until(referral) if can_undo(referral) and not hidden else "",
        "reason": "" if hidden else presentation.reason_label(referral.status, referral.reason),
        "outcome": "" if hidden else presentation.outcome_words(referral),
        "call_times": _call_times(opened),
        "phone": format_phone(opened.patient.phone) if opened else "",
        "needs": CATEGORIES.labels(referral.needs),
        "target_groups": TARGET_GROUPS.labels(referral.target_groups),
        "steps": [*past, *coming],
        "looks": presentation.looks(looks, actor=actor, names=names, organisations=organisations),
        "letters": _letters(letters, actor, names),
        "may_write": may_write(referral, sending=sending, receiving=receiving, feedback=feedback),
        "record_text": selectors.record_text(referral) if sending else "",
        "overdue": overdue,
        "alternatives": _alternatives(referral, sending=sending, overdue=overdue),
        "asks_for_alternatives": sending and _may_go_on(referral, overdue),
        "is_code_out": referral.kind == Kind.CODE
        and referral.status == State.SENT
        and sending
        and allows(actor, Permission.REFERRAL_SEND),
        "replaced_by": _linked(actor, referral, "replaces"),
        "children": _linked(actor, referral, "parent") if referral.kind == Kind.NAVIGATOR else [],
        "finds_offers": works_on(actor, referral),
        "suggestions": _suggestions(actor, referral),
        "failed": failed,
        **_forms(actor, referral, failed, actions, sending=sending, receiving=receiving),
    }


def _call_times(opened: selectors.OpenedPatient | None) -> str:
    if opened is None or not opened.patient.call_times:
        return ""
    labels = {code: str(label) for code, label in CALL_TIMES}
    return ", ".join(labels.get(code, code) for code in opened.patient.call_times.split(","))


def _own(actor: Actor, pairs: Any) -> list[int | None]:
    """User ids of the actor's own organisation: nobody else's name is looked up."""
    return [user for organisation, user in pairs if organisation == actor.organisation_id]


def _answered_by(actor: Actor, events: Sequence[ReferralEvent]) -> bool:
    last = events[-1] if events else None
    return last is not None and last.actor_user_id == actor.user_id


def _undo_until(referral: Referral) -> str:
    if referral.undo_until is None:
        return ""
    return f"{clock.local(referral.undo_until):%H.%M}"


def sends(actor: Actor, referral: Referral) -> bool:
    """On the sending side: the unit's clinicians, and the navigator whose child this is."""
    is_child = referral.parent_id is not None and referral.sender_id == actor.organisation_id
    return is_sender(actor, referral) or is_child


def is_hidden(actor: Actor, referral: Referral) -> bool:
    """Whether the reader may be told no more than *modtaget* and *afsluttet*: consent (2) is not
    given, and it is not the receiver's own work."""
    receives = allows(actor, Permission.REFERRAL_RECEIVE) and (
        referral.receiver_id == actor.organisation_id
    )
    return not receives and not consent_feedback(actor, referral)


def _is_overdue(referral: Referral, pauses: Pauses) -> bool:
    return (
        referral.status == State.SENT
        and referral.kind != Kind.CODE
        and referral.sent_at is not None
        and no_answer_at(referral, pauses) <= clock.now()
    )


# --- other offers ---------------------------------------------------------------------------


def _may_go_on(referral: Referral, overdue: bool) -> bool:
    ended = {State.DECLINED, State.EXPIRED}
    return referral.status in ended or overdue


def _alternatives(referral: Referral, *, sending: bool, overdue: bool) -> list[Offer]:
    if not sending or not _may_go_on(referral, overdue):
        return []
    return alternatives_to(referral.offer, referral.municipality)


def _suggestions(actor: Actor, referral: Referral) -> list[Offer]:
    """What a navigator might send the citizen on to."""
    if not works_on(actor, referral):
        return []
    return offers_for_needs(referral)


def _linked(actor: Actor, referral: Referral, field: str) -> list[Referral]:
    """Later referrals that point back at this one, of those that the actor may see."""
    rows = (
        Referral.objects.visible_to(actor)
        .with_list_data()
        .filter(**{field: referral})
        .order_by("id")
    )
    found = list(rows[:20])
    trail.record_read(actor, "referral.list", found)
    return found


# --- messages -------------------------------------------------------------------------------


def may_write(referral: Referral, *, sending: bool, receiving: bool, feedback: bool) -> bool:
    """A line to the other side. A code has none, nor has a self-referral (there is no clinician);
    and after the answer the receiver writes only where the citizen wants word to go back."""
    if referral.kind in {Kind.CODE, Kind.SELF} or referral.status in {
        State.DRAFT,
        State.AWAITING_MODERATION,
        State.WITHDRAWN,
        State.ENTERED_IN_ERROR,
    }:
        return False
    if receiving and not sending and not feedback:
        return referral.status == State.SENT
    return sending or receiving


def _messages(actor: Actor, referral: Referral, *, hidden: bool) -> list[Message]:
    """The thread, oldest first; the read is logged. Without consent (2) the sender does not read
    what the receiver wrote after its answer."""
    if referral.kind in {Kind.CODE, Kind.SELF}:
        return []
    rows = Message.objects.visible_to(actor).filter(referral=referral)
    if hidden and referral.status not in {State.SENT, State.DECLINED}:
        rows = rows.filter(from_receiver=False)
    found = list(rows.order_by("-id")[:_MESSAGES_SHOWN])
    if found:
        trail.record_read(actor, "referral.view_messages", [referral], covers=found)
    return found[::-1]


def _letters(
    rows: Sequence[Message], actor: Actor, names: Mapping[int, str]
) -> list[dict[str, Any]]:
    return [
        {
            "own": (row.receiver_id if row.from_receiver else row.sender_id)
            == actor.organisation_id,
            "from_receiver": row.from_receiver,
            "name": names.get(row.written_by_id or 0, ""),
            "body": row.body,
            "at": row.at,
        }
        for row in rows
    ]


# --- forms ----------------------------------------------------------------------------------


def handlers_of(actor: Actor) -> list[NamedHandler]:
    return list(NamedHandler.objects.visible_to(actor).current().order_by("name", "pk"))


def colleagues_of(actor: Actor, referral: Referral) -> list[tuple[int, str]]:
    """Clinicians of the unit who do not have the referral already."""
    rows = (
        Membership.objects.visible_to(actor)
        .with_role(Role.CLINICIAN)
        .exclude(user_id=referral.sent_by_id or 0)
        .order_by("user__name", "pk")
    )
    return list(rows.values_list("user_id", "user__name"))


def _forms(
    actor: Actor,
    referral: Referral,
    failed: AnswerForm | None,
    actions: Sequence[str],
    *,
    sending: bool,
    receiving: bool,
) -> dict[str, AnswerForm | None]:
    """The small forms of the page; the one that failed comes back as it was sent."""
    forms: dict[str, AnswerForm | None] = {
        "message_form": MessageForm(),
        "waiting_form": None,
        "assign_form": None,
        "reassign_form": None,
    }
    if receiving and not referral.is_final:
        forms["assign_form"] = AssignForm(
            handlers=handlers_of(actor), initial={"handler": referral.handler_id or ""}
        )
        if referral.status == State.WAITLISTED and "start" in actions:
            forms["waiting_form"] = KeepWaitingForm()
    if sending and not referral.is_final and allows(actor, Permission.REFERRAL_SEND):
        colleagues = colleagues_of(actor, referral)
        forms["reassign_form"] = ReassignForm(colleagues=colleagues) if colleagues else None
    for name, kind in (
        ("message_form", MessageForm),
        ("waiting_form", KeepWaitingForm),
        ("assign_form", AssignForm),
        ("reassign_form", ReassignForm),
    ):
        if isinstance(failed, kind):
            forms[name] = failed
    return forms
