"""The receiver's answers, from the inbox or from a reply link, and what becomes of them."""

from datetime import date, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import NamedHandler
from portal.access.actor import Actor
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.cpr import refuse_cpr
from portal.common.errors import InvalidInput, NotAllowed, NotFound, WrongState
from portal.common.ids import hash_code, normalise_code
from referrals.models import Consent, Kind, Message, Outcome, Referral, State
from referrals.permissions import can_undo, is_sender, require_move
from referrals.reasons import DeclineReason, GiveUpReason
from referrals.services.mover import keep, lock_referral, locked, move, turn
from referrals.throttle import forget_guessing, refuse_guessing
from referrals.workflow import FINAL

REVIEW_AT_MOST = timedelta(days=30)


def accept(*, actor: Actor, referral_id: UUID) -> Referral:
    """*Modtaget*. For a code, redeeming it is the acceptance: see `redeem_code`."""
    return move(referral_id=referral_id, verb="accept", actor=actor)


@transaction.atomic
def redeem_code(*, actor: Actor, typed: str) -> Referral:
    """The patient came with a code: it opens once, for a handler of exactly the receiving
    organisation, and from then on for that organisation alone (CON-5).

    Guessing is throttled per organisation. A wrong code, another organisation's code and one that
    is void all get the same sentence. Raises `InvalidInput`, `Throttled`, `NotAllowed`.
    """
    require(actor, Permission.REFERRAL_ANSWER)
    refuse_guessing(actor.organisation_id)
    referral = None
    if normalise_code(typed):
        referral = (
            Referral.objects.filter(
                code_hash=hash_code(typed),
                kind=Kind.CODE,
                receiver_id=actor.organisation_id,
            )
            .select_related("offer", "receiver", "sender")
            .select_for_update(of=("self",))
            .first()
        )
    if referral is None:
        raise InvalidInput(
            {"code": _("Vi kender ikke koden. Se efter, om den er skrevet rigtigt af.")}
        )
    if referral.redeemed_at is not None:
        raise WrongState(_("Koden er allerede brugt. Du finder henvisningen i indbakken."))
    if referral.status != State.SENT:
        raise WrongState(_("Koden gælder ikke længere. Bed borgeren om at få en ny."))
    referral.redeemed_at = clock.now()
    event = turn(referral, "accept", actor)
    keep(referral, event, actor)
    forget_guessing(actor.organisation_id)
    return referral


@transaction.atomic
def decline(*, actor: Actor, referral_id: UUID, reason: str, text: str = "") -> Referral:
    """*Afvist*, with a coded reason. A no is normal and costs nothing; it can be undone for 30
    minutes, and the clinician hears of it when they are over."""
    if reason not in DeclineReason.values:
        raise InvalidInput({"reason": _("Vælg, hvorfor I siger nej.")})
    if reason == DeclineReason.OTHER and not text.strip():
        raise InvalidInput({"text": _("Skriv kort, hvorfor I siger nej.")})
    referral = move(referral_id=referral_id, verb="decline", actor=actor, reason=reason)
    if text.strip():
        _write(referral, actor, text)
    return referral


@transaction.atomic
def waitlist(*, actor: Actor, referral_id: UUID, expected_on: date, review_on: date) -> Referral:
    """*Venteliste*, with the day a place is expected and the day we ask again (30 days at most)."""
    today = clock.today()
    errors = {}
    if expected_on < today:
        errors["expected_on"] = _("Vælg en dag, der ikke er gået.")
    if not today < review_on <= today + REVIEW_AT_MOST:
        errors["review_on"] = _("Vælg en dag inden for de næste 30 dage.")
    if errors:
        raise InvalidInput(errors)
    referral = lock_referral(referral_id=referral_id, actor=actor)
    event = turn(referral, "waitlist", actor)
    referral.waitlist_expected_on, referral.waitlist_review_on = expected_on, review_on
    keep(referral, event, actor)
    return referral


@transaction.atomic
def keep_waiting(*, actor: Actor, referral_id: UUID, review_on: date) -> Referral:
    """Still waiting: a new day to ask again. Not a move; the state stays."""
    today = clock.today()
    if not today < review_on <= today + REVIEW_AT_MOST:
        raise InvalidInput({"review_on": _("Vælg en dag inden for de næste 30 dage.")})
    referral = lock_referral(referral_id=referral_id, actor=actor)
    require_move(actor, "waitlist", referral)
    if referral.status != State.WAITLISTED:
        raise WrongState()
    referral.waitlist_review_on = review_on
    referral.updated_at = clock.now()
    referral.save(update_fields=["waitlist_review_on", "updated_at"])
    trail.record(actor, "referral.keep_waiting", referral)
    return referral


def start(*, actor: Actor, referral_id: UUID) -> Referral:
    """*I gang*: contact has been made."""
    return move(referral_id=referral_id, verb="start", actor=actor)


@transaction.atomic
def complete(
    *,
    actor: Actor,
    referral_id: UUID,
    result: str,
    still_takes_part: str = "",
    has_helped: str = "",
) -> Referral:
    """*Afsluttet*, with an outcome and two questions that may stay unanswered."""
    errors = {}
    if result not in Outcome.Result.values:
        errors["result"] = _("Vælg, hvordan det gik.")
    for name, value in (("still_takes_part", still_takes_part), ("has_helped", has_helped)):
        if value and value not in Outcome.Answer.values:
            errors[name] = _("Vælg et af svarene.")
    if errors:
        raise InvalidInput(errors)
    referral = lock_referral(referral_id=referral_id, actor=actor)
    event = turn(referral, "complete", actor)
    keep(referral, event, actor)
    Outcome.objects.update_or_create(
        referral=referral,
        defaults={
            "sender_id": referral.sender_id,
            "receiver_id": referral.receiver_id,
            "result": result,
            "still_takes_part": still_takes_part,
            "has_helped": has_helped,
            "reported_at": clock.now(),
        },
    )
    return referral


@transaction.atomic
def give_up(*, actor: Actor, referral_id: UUID, reason: str, text: str = "") -> Referral:
    """*Ikke gennemført*, with a coded reason. Two reasons are the system's own."""
    allowed = {value for value, _label in GiveUpReason.for_people()}
    if actor.is_system:
        allowed = set(GiveUpReason.values)
    if reason not in allowed:
        raise InvalidInput({"reason": _("Vælg, hvorfor det ikke blev til noget.")})
    referral = move(referral_id=referral_id, verb="give_up", actor=actor, reason=reason)
    if text.strip():
        _write(referral, actor, text)
    return referral


@transaction.atomic
def undo(*, actor: Actor, referral_id: UUID) -> Referral:
    """Back to the state before, by who answered, within 30 minutes. Nobody has been told yet."""
    referral = lock_referral(referral_id=referral_id, actor=actor)
    require_move(actor, "undo", referral)
    if not can_undo(referral):
        raise WrongState(_("De 30 minutter er gået, så svaret kan ikke fortrydes."))
    last = referral.events.order_by("-id").first()
    mine = last is not None and (last.actor_user_id, last.actor_link_id) == (
        actor.user_id,
        actor.link_id,
    )
    if not mine:
        raise NotAllowed(_("Kun den, der svarede, kan fortryde."))
    before = State(referral.undo_state)
    event = turn(referral, "undo", actor, target=before)
    if before == State.SENT:
        referral.answered_at = None
    keep(referral, event, actor)
    Outcome.objects.filter(referral=referral).delete()
    return referral


@transaction.atomic
def assign_handler(*, actor: Actor, referral_id: UUID, handler_id: int | None) -> Referral:
    """Give a referral to one of the organisation's named handlers, or to nobody."""
    require(actor, Permission.REFERRAL_ANSWER)
    rows = Referral.objects.received_by(actor)
    referral = locked(rows, referral_id)
    handler = None
    if handler_id is not None:
        handler = NamedHandler.objects.visible_to(actor).current().filter(pk=handler_id).first()
        if handler is None:
            raise NotFound()
    referral.handler = handler
    referral.updated_at = clock.now()
    referral.save(update_fields=["handler", "updated_at"])
    trail.record(actor, "referral.assign", referral)
    return referral


@transaction.atomic
def write_message(*, actor: Actor, referral_id: UUID, text: str) -> Message:
    """A line between sender and receiver about one referral; sealed, and free of CPR numbers."""
    referral = lock_referral(referral_id=referral_id, actor=actor)
    if referral.kind == Kind.CODE:
        raise InvalidInput({"text": _("En henvisning med kode har ingen beskeder.")})
    consented = Consent.objects.filter(referrals=referral, feedback=True).exists()
    if referral.status in FINAL and not consented and not is_sender(actor, referral):
        # Without consent (2) the clinician learns that it ended, and no more.
        raise InvalidInput({"text": _("Borgeren har ikke sagt ja til, at afsenderen får besked.")})
    return _write(referral, actor, text)


def _write(referral: Referral, actor: Actor, text: str) -> Message:
    try:
        refuse_cpr(text)
    except ValidationError as error:
        raise InvalidInput({"text": error.messages[0]}) from error
    sides = {referral.receiver_id, referral.sender_id}
    from_receiver = actor.link_id is not None or (actor.organisation_id == referral.receiver_id)
    if actor.organisation_id not in sides:
        raise NotAllowed()
    message = Message(
        referral=referral,
        sender_id=referral.sender_id,
        receiver_id=referral.receiver_id,
        written_by_id=actor.user_id,
        from_receiver=from_receiver,
        body=text.strip(),
        at=clock.now(),
    )
    message.save(force_insert=True)
    trail.record(actor, "referral.message", referral, covers=[message])
    return message
