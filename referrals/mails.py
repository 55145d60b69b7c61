"""How each message of a referral is put together when it is sent, in the worker.

Every builder opens its own scope and looks again: what is no longer true is not sent (`None`).
Reply links are minted here, so their tokens never stand in the outbox. No builder puts a name, an
illness, initials or an offer's title into a mail.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from offers.selectors import alternatives_to
from organisations.models import Contact, Membership, NamedHandler, Role
from organisations.selectors import handlers_for, pauses_of
from portal.access.actor import system_actor
from portal.accounts.models import User
from portal.audit import trail
from portal.audit.scope import tenant
from portal.common import clock
from portal.notifications.registry import Ids, Mail, Sms, message, on_bounce
from portal.notifications.rendering import render_mail
from referrals.clocks import no_answer_at
from referrals.deadlines import DEFAULT, Days, days_by_municipality, next_deadline
from referrals.links import mint_patient_link, mint_reply_link
from referrals.models import (
    CodeSms,
    Kind,
    Referral,
    ReferralEvent,
    ReferralPatient,
    ReplyLink,
    State,
)
from referrals.presentation import status_for
from referrals.services.phone_codes import make_phone_code

ACTOR = system_actor("referrals.mails")


def _url(name: str, *args: object) -> str:
    return settings.SITE_URL + reverse(name, args=args)


def _find(ids: Ids) -> Referral | None:
    return (
        Referral.objects.visible_to(ACTOR)
        .select_related("offer", "receiver", "sender", "sent_by", "municipality")
        .filter(pk=ids["referral"])
        .first()
    )


def _days_for(referral: Referral) -> Days:
    return days_by_municipality().get(referral.municipality_id, DEFAULT)


def _to_handler(
    referral: Referral, template: str, *, deputy: bool = False, **context: object
) -> Mail | None:
    """A mail with a fresh reply link. Only a named handler under the accepted terms gets one; the
    deputy is the second in turn, where there is one."""
    turn = 1 if deputy else 0
    handlers = handlers_for(referral.receiver_id)
    if len(handlers) <= turn:
        return None
    handler: NamedHandler = handlers[turn]
    deadline = next_deadline(referral, pauses_of(referral.receiver_id), _days_for(referral))
    token = mint_reply_link(referral, handler_id=handler.pk, deadline=deadline)
    return render_mail(
        template,
        {
            "handler": handler,
            "reference": referral.reference,
            "link": _url("referrals:reply-open", token),
            "deadline": deadline,
            **context,
        },
        to=handler.email,
    )


def _to_clinician(referral: Referral, name: str, **context: object) -> Mail | None:
    """To the one who sent it, if still a clinician of the sending unit."""
    user = referral.sent_by
    if user is None or not _is_clinician(user.pk, referral.sender_id):
        return None
    return render_mail(
        name,
        {
            "name": user.get_short_name(),
            "reference": referral.reference,
            "link": _url("referrals:detail", referral.pk),
            **context,
        },
        to=user.email,
    )


def _is_clinician(user_id: int, organisation_id: int) -> bool:
    return (
        Membership.objects.of_user(user_id)
        .with_role(Role.CLINICIAN)
        .filter(organisation_id=organisation_id, user__is_active=True)
        .exists()
    )


# --- to the receiver ------------------------------------------------------------------------


@message("referrals.new")
def new(ids: Ids) -> Mail | None:
    with tenant(ACTOR):
        referral = _find(ids)
        if referral is None or referral.status != State.SENT:
            return None
        return _to_handler(referral, "referrals/new")


_REMINDERS = {
    "answer": (State.SENT, "referrals/reminder_answer"),
    "contact": (State.ACCEPTED, "referrals/reminder_contact"),
    "waitlist": (State.WAITLISTED, "referrals/reminder_waitlist"),
    "outcome": (State.IN_PROGRESS, "referrals/reminder_outcome"),
}


@message("referrals.reminder")
def reminder(ids: Ids) -> Mail | None:
    stage: str = ids["stage"]
    kind = stage.split("-")[0]
    with tenant(ACTOR):
        referral = _find(ids)
        if referral is None or kind not in {*_REMINDERS, "consent"}:
            return None
        if kind == "consent":
            return _consent_ends(referral) if _is_open(referral) else None
        state, template = _REMINDERS[kind]
        return _to_handler(referral, template) if referral.status == state else None


def _consent_ends(referral: Referral) -> Mail | None:
    """To the clinician, who asks again; of a self-referral to the receiver, as nobody else can."""
    if referral.kind != Kind.SELF:
        return _to_clinician(referral, "referrals/consent_ends")
    handlers = handlers_for(referral.receiver_id)
    name = handlers[0].name if handlers else ""
    return _to_handler(referral, "referrals/consent_ends", name=name)


@message("referrals.reminder-deputy")
def reminder_deputy(ids: Ids) -> Mail | None:
    with tenant(ACTOR):
        referral = _find(ids)
        if referral is None or referral.status != State.SENT:
            return None
        return _to_handler(referral, "referrals/reminder_answer", deputy=True)


def _is_open(referral: Referral) -> bool:
    return referral.status in {
        State.SENT,
        State.ACCEPTED,
        State.WAITLISTED,
        State.IN_PROGRESS,
    }


@message("referrals.withdrawn")
def withdrawn(ids: Ids) -> Mail | None:
    return _ended(ids, State.WITHDRAWN)


@message("referrals.made-in-error")
def made_in_error(ids: Ids) -> Mail | None:
    return _ended(ids, State.ENTERED_IN_ERROR)


@message("referrals.consent-ended")
def consent_ended(ids: Ids) -> Mail | None:
    return _ended(ids, State.NOT_COMPLETED)


def _ended(ids: Ids, state: State) -> Mail | None:
    """The receiver is told to delete its own copy (GDPR 7(3), 17)."""
    with tenant(ACTOR, readonly=True):
        referral = _find(ids)
        handlers = handlers_for(referral.receiver_id) if referral else []
        if referral is None or referral.status != state or not handlers:
            return None
        return render_mail(
            "referrals/delete_copy",
            {"handler": handlers[0], "reference": referral.reference},
            to=handlers[0].email,
        )


@message("referrals.link-renewed")
def link_renewed(ids: Ids) -> Mail | None:
    """A new link to the same registered address; the old one ends."""
    with tenant(ACTOR):
        old = ReplyLink.objects.select_related("handler", "referral").filter(pk=ids["link"]).first()
        if old is None or old.handler.ended_at is not None:
            return None
        referral = old.referral
        deadline = next_deadline(referral, pauses_of(referral.receiver_id), _days_for(referral))
        token = mint_reply_link(referral, handler_id=old.handler_id, deadline=deadline)
        ReplyLink.objects.filter(pk=old.pk, revoked_at__isnull=True).update(revoked_at=clock.now())
        return render_mail(
            "referrals/new",
            {
                "handler": old.handler,
                "reference": referral.reference,
                "link": _url("referrals:reply-open", token),
                "deadline": deadline,
            },
            to=old.handler.email,
        )


@message("referrals.phone-code")
def phone_code(ids: Ids) -> Sms | None:
    with tenant(ACTOR):
        link = (
            ReplyLink.objects.select_related("handler")
            .select_for_update(of=("self",))
            .filter(pk=ids["link"])
            .first()
        )
        if link is None or not link.is_valid:
            return None
        code = make_phone_code(link)
        text = f"Samspil: din kode er {code}. Den gælder i 10 minutter."
        return Sms(to=link.handler.phone, text=text)


# --- to the sender --------------------------------------------------------------------------


@message("referrals.declined")
def declined(ids: Ids) -> Mail | None:
    """When the 30 minutes are over, unless the answer was undone."""
    with tenant(ACTOR, readonly=True):
        referral = _find(ids)
        if referral is None or referral.status != State.DECLINED:
            return None
        return _to_clinician(referral, "referrals/declined", alternatives=_alternatives(referral))


@message("referrals.expired")
def expired(ids: Ids) -> Mail | None:
    with tenant(ACTOR, readonly=True):
        referral = _find(ids)
        if referral is None or referral.status != State.EXPIRED:
            return None
        return _to_clinician(referral, "referrals/expired", alternatives=_alternatives(referral))


@message("referrals.refused")
def refused(ids: Ids) -> Mail | None:
    with tenant(ACTOR, readonly=True):
        referral = _find(ids)
        if referral is None or referral.status != State.DRAFT:
            return None
        return _to_clinician(referral, "referrals/refused")


def _alternatives(referral: Referral) -> list[dict[str, str]]:
    """Number and address alone: a title may reveal a condition."""
    offers = alternatives_to(referral.offer, referral.municipality, limit=3)
    return [{"link": _url("offers:detail", offer.slug)} for offer in offers]


def _told_of(user: User) -> set[UUID]:
    """The user's referrals of which more may be said than that they were received and have ended:
    codes, and those with consent (2)."""
    open_book = Q(kind=Kind.CODE) | Q(consent__feedback=True)
    rows = Referral.objects.filter(open_book, sent_by=user).order_by()
    return set(rows.values_list("pk", flat=True))


# Without consent to feedback the clinician hears that it was received and that it ended; no more.
_QUIET = frozenset({State.WAITLISTED, State.IN_PROGRESS})


@message("referrals.digest")
def digest(ids: Ids) -> Mail | None:
    """What became of a clinician's referrals since the last digest: numbers and states."""
    since = datetime.fromisoformat(ids["since"])
    until = datetime.fromisoformat(ids["until"])
    undo = timedelta(minutes=30)
    with tenant(ACTOR, readonly=True):
        user = User.objects.filter(pk=ids["user"], is_active=True).first()
        if user is None:
            return None
        events = (
            ReferralEvent.objects.filter(
                referral__sent_by=user,
                verb__in=["accept", "waitlist", "start", "complete", "give_up"],
                at__gt=since - undo,
                at__lte=until - undo,
            )
            .select_related("referral")
            .order_by("at")
        )
        told = _told_of(user)
        lines = [
            {
                "reference": event.referral.reference,
                "state": status_for(event.new, hidden=event.referral_id not in told)[1],
            }
            for event in events
            if event.referral.status == event.new
            and (event.referral_id in told or event.new not in _QUIET)
        ]
        silent = [
            {"reference": row.reference, "alternatives": _alternatives(row)}
            for row in Referral.objects.filter(sent_by=user, status=State.SENT)
            .exclude(kind=Kind.CODE)
            .select_related("offer", "municipality")
            .order_by("sent_at")
            if since < no_answer_at(row, pauses_of(row.receiver_id), _days_for(row)) <= until
        ]
        if not lines and not silent:
            return None
        return render_mail(
            "referrals/digest",
            {
                "name": user.get_short_name(),
                "lines": lines,
                "silent": silent,
                "link": _url("referrals:sent"),
            },
            to=user.email,
        )


# --- to the patient -------------------------------------------------------------------------


@message("referrals.expired-patient")
def expired_patient(ids: Ids) -> Mail | Sms | None:
    """Nobody answered: the citizen is told at once, with a way to see what else there is."""
    with tenant(ACTOR):
        referral = _find(ids)
        if referral is None or referral.status != State.EXPIRED or referral.patient_id is None:
            return None
        patient = ReferralPatient.objects.visible_to(ACTOR).get(pk=referral.patient_id)
        trail.record(ACTOR, "referral.tell_patient", referral, covers=[patient])
        if patient.erased_at is not None:
            return None
        link = _url("referrals:patient-open", mint_patient_link(referral))
        if patient.email:
            return render_mail("referrals/patient_expired", {"link": link}, to=patient.email)
        text = f"Du har ikke fået svar endnu. Se, hvad du kan gøre: {link}"
        return Sms(to=patient.phone, text=text)


@message("referrals.code-sms")
def code_sms(ids: Ids) -> Sms | None:
    with tenant(ACTOR):
        row = CodeSms.objects.filter(pk=ids["sms"]).select_related("referral").first()
        if row is None:
            return None
        trail.record(ACTOR, "referral.code_sms", row.referral, covers=[row])
        link = _url("referrals:patient-open", row.link)
        return Sms(
            to=row.phone,
            text=f"Din kode er {row.code}. Vis eller læs den op, når du ringer. {link}",
        )


# --- to coordinators and managers -----------------------------------------------------------


@message("referrals.moderation")
def moderation(ids: Ids) -> Mail | None:
    with tenant(ACTOR, readonly=True):
        referral = _find(ids)
        user = User.objects.filter(pk=ids["user"], is_active=True).first()
        if user is None or referral is None or referral.status != State.AWAITING_MODERATION:
            return None
        return render_mail(
            "referrals/reminder_moderation",
            {
                "name": user.get_short_name(),
                "reference": referral.reference,
                "link": _url("referrals:moderation"),
            },
            to=user.email,
        )


@message("referrals.concern")
def concern(ids: Ids) -> Mail | None:
    user = User.objects.filter(pk=ids["user"], is_active=True).first()
    if user is None:
        return None
    return render_mail(
        "referrals/concern",
        {"name": user.get_short_name(), "link": _url("referrals:concerns")},
        to=user.email,
    )


@on_bounce
def mark_bounced(email: str) -> None:
    """A mail that bounced: the contact is marked, the deputy is next in turn, and the coordinator's
    list shows it the same day."""
    NamedHandler.objects.current().filter(email__iexact=email, bounced_at__isnull=True).update(
        bounced_at=clock.now()
    )
    Contact.objects.filter(email__iexact=email, bounced_at__isnull=True).update(
        bounced_at=clock.now()
    )
