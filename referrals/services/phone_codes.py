"""The six-digit code to the registered phone: it opens name, contact way and the patient's words
behind a reply link."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from portal.access.actor import Actor, ActorKind
from portal.audit import trail
from portal.common import clock
from portal.common.crypto import blind_index
from portal.common.errors import InvalidInput, NotAllowed, Throttled
from portal.common.ids import six_digits
from referrals import notifications
from referrals.models import ReplyLink

CODE_LIFE = timedelta(minutes=10)
TRIES = 5
SENDS = 5


def _hash(link_id: int, code: str) -> bytes:
    return blind_index(f"{link_id}:{code}", "reply-link-code")


@transaction.atomic
def ask_for_phone_code(*, actor: Actor) -> ReplyLink:
    """Send a code to the handler's registered phone. It is made when the text is sent, so it never
    stands in the outbox. A few times only. Raises `Throttled`."""
    link = _own_link(actor)
    if link.phone_code_sends >= SENDS:
        raise Throttled(_("Vi har sendt koden flere gange. Log ind, eller bed om et nyt link."))
    link.phone_code_sends += 1
    link.phone_code_tries = 0
    link.save(update_fields=["phone_code_sends", "phone_code_tries"])
    notifications.queue_phone_code(link_id=link.pk, code_number=link.phone_code_sends)
    return link


def make_phone_code(link: ReplyLink) -> str:
    """Called by the worker as it sends the text: stores the hash, returns the digits."""
    code = six_digits()
    link.phone_code_hash = _hash(link.pk, code)
    link.phone_code_expires_at = clock.now() + CODE_LIFE
    link.phone_code_tries = 0
    link.save(update_fields=["phone_code_hash", "phone_code_expires_at", "phone_code_tries"])
    return code


def give_phone_code(*, actor: Actor, code: str) -> None:
    """Raise `InvalidInput` or `Throttled` unless the code is right, fresh and not used before."""
    with transaction.atomic():
        link = _own_link(actor)
        if link.phone_code_tries >= TRIES:
            raise Throttled(_("Koden er skrevet forkert for mange gange. Bed om en ny kode."))
        right = (
            link.phone_code_hash is not None
            and link.phone_code_expires_at is not None
            and clock.now() < link.phone_code_expires_at
            and bytes(link.phone_code_hash) == _hash(link.pk, code.strip().replace(" ", ""))
        )
        if right:
            link.phone_code_hash, link.phone_code_expires_at = None, None
            trail.record(actor, "reply_link.phone_confirmed", link)
        else:
            link.phone_code_tries += 1
        link.save(update_fields=["phone_code_hash", "phone_code_expires_at", "phone_code_tries"])
    if not right:
        raise InvalidInput({"code": _("Koden passer ikke. Se efter i din sms, og prøv igen.")})


def _own_link(actor: Actor) -> ReplyLink:
    if actor.kind is not ActorKind.REPLY_LINK:
        raise NotAllowed()
    return ReplyLink.objects.select_for_update().get(pk__in=[actor.link_id])
