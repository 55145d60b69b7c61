"""Codes, and the link that a patient gets with one. Both leave once and are stored as hashes."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from portal.access.actor import Actor
from portal.access.grants import require
from portal.access.permissions import Permission
from portal.audit import trail
from portal.common import clock
from portal.common.errors import InvalidInput, NotAllowed, WrongState
from portal.common.ids import hash_code, hash_token, new_code, new_token
from referrals import notifications
from referrals.models import CodeSms, Kind, PatientLink, Referral, State
from referrals.services.mover import lock_referral
from referrals.services.people import checked_phone

CODE_LIFE = timedelta(days=90)
# A code drawn by GET lives in a signed field of the form; the POST stores its hash.
_CODE_SALT = "referral-code"
_CODE_FIELD_AGE = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCode:
    """A code on its one way out: leaflet, QR or SMS. Neither is stored in the clear."""

    referral: Referral
    code: str
    link_token: str


def draw_code() -> tuple[str, str]:
    """A fresh code and its signed form value. Nothing is stored before the POST."""
    code = new_code()
    return code, signing.dumps(code, salt=_CODE_SALT)


def read_code(signed: str) -> str:
    """The code of a form field. Raises `InvalidInput` when it is not ours or too old."""
    try:
        code: str = signing.loads(signed, salt=_CODE_SALT, max_age=_CODE_FIELD_AGE)
    except signing.BadSignature as error:
        raise InvalidInput(
            {"code": _("Koden på siden er for gammel. Genindlæs siden for at få en ny.")}
        ) from error
    return code


def new_patient_link(referral: Referral) -> str:
    token = new_token()
    PatientLink.objects.create(referral=referral, token_hash=hash_token(token))
    return token


def queue_code_sms(referral: Referral, *, actor: Actor, phone: str, code: str, token: str) -> None:
    sms = CodeSms(
        referral=referral,
        sender_id=actor.organisation_id,
        phone=checked_phone(phone, "sms_to"),
        code=code,
        link=token,
    )
    sms.save(force_insert=True)
    notifications.queue_code_sms(sms_id=str(sms.pk))


@transaction.atomic
def reissue_code(*, actor: Actor, referral_id: UUID) -> SentCode:
    """A lost code: a new one, and the old one and its printed link are void. Before redemption
    only. Raises `WrongState`, `NotAllowed`."""
    referral = lock_referral(referral_id=referral_id, actor=actor)
    require(actor, Permission.REFERRAL_SEND)
    if referral.sender_id != actor.organisation_id:
        raise NotAllowed()
    if referral.kind != Kind.CODE or referral.status != State.SENT:
        raise WrongState(_("Koden er allerede brugt eller udløbet. Lav en ny henvisning."))
    code = new_code()
    referral.code_hash = hash_code(code)
    referral.updated_at = clock.now()
    referral.save(update_fields=["code_hash", "updated_at"])
    PatientLink.objects.filter(referral=referral, revoked_at__isnull=True).update(
        revoked_at=clock.now()
    )
    trail.record(actor, "referral.reissue_code", referral)
    return SentCode(referral=referral, code=code, link_token=new_patient_link(referral))
