"""Reply links and patients' own links: minting, opening, and the cookie scoped to one referral.

A mail holds `/svar/<token>/`. GET swaps the token for a signed cookie that reaches `/svar/` alone
and redirects to a clean address, so the token stays out of history, logs and referrers. Opening
changes nothing else.
"""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse

from portal.access.actor import Actor, ActorKind
from portal.common import clock
from portal.common.ids import hash_token, new_token
from referrals.models import PatientLink, Referral, ReplyLink

REPLY_PATH = "/svar/"
PATIENT_PATH = "/min-henvisning/"
_REPLY_COOKIE = "svar"
_PATIENT_COOKIE = "min-henvisning"
_PHONE_COOKIE = "svar-kode"
COOKIE_AGE = timedelta(hours=2)
PHONE_CONFIRMED_AGE = timedelta(minutes=30)  # the idle limit of pages with health rows (AUT-7)
AFTER_DEADLINE = timedelta(days=7)


def mint_reply_link(referral: Referral, *, handler_id: int, deadline: datetime) -> str:
    """A new link for one handler, good until the referral's next deadline plus 7 days. Returns the
    token: the only moment it exists in the clear."""
    token = new_token()
    ReplyLink.objects.create(
        referral=referral,
        handler_id=handler_id,
        token_hash=hash_token(token),
        expires_at=deadline + AFTER_DEADLINE,
    )
    return token


def mint_patient_link(referral: Referral) -> str:
    """A new own link for the patient; earlier ones are void, as a reissued code is."""
    PatientLink.objects.filter(referral=referral, revoked_at__isnull=True).update(
        revoked_at=clock.now()
    )
    token = new_token()
    PatientLink.objects.create(referral=referral, token_hash=hash_token(token))
    return token


def open_reply_link(token: str) -> ReplyLink | None:
    link = ReplyLink.objects.filter(token_hash=hash_token(token)).first()
    return link if link is not None and link.is_valid else None


def open_patient_link(token: str) -> PatientLink | None:
    return PatientLink.objects.filter(token_hash=hash_token(token), revoked_at__isnull=True).first()


def _set_cookie(
    request: HttpRequest, response: HttpResponse, name: str, value: str, path: str, age: timedelta
) -> None:
    response.set_signed_cookie(
        name,
        value,
        salt=name,
        max_age=age,
        path=path,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def remember_reply_link(request: HttpRequest, response: HttpResponse, link: ReplyLink) -> None:
    _set_cookie(request, response, _REPLY_COOKIE, str(link.pk), REPLY_PATH, COOKIE_AGE)
    response.delete_cookie(_PHONE_COOKIE, path=REPLY_PATH)


def remember_phone_code(request: HttpRequest, response: HttpResponse, link_id: int) -> None:
    """The six-digit code was right: this browser may see name, contact and words for a while."""
    _set_cookie(request, response, _PHONE_COOKIE, str(link_id), REPLY_PATH, PHONE_CONFIRMED_AGE)


def remember_patient_link(request: HttpRequest, response: HttpResponse, link: PatientLink) -> None:
    _set_cookie(request, response, _PATIENT_COOKIE, str(link.pk), PATIENT_PATH, COOKIE_AGE)


def _signed(request: HttpRequest, name: str, age: timedelta) -> str:
    value = request.get_signed_cookie(name, default="", salt=name, max_age=age)
    return value or ""


def actor_of_cookie(request: HttpRequest) -> Actor | None:
    """The actor of a link page, or None. Other pages never look at these cookies."""
    if request.path.startswith(REPLY_PATH):
        return _reply_actor(request)
    if request.path.startswith(PATIENT_PATH):
        return _patient_actor(request)
    return None


def _reply_actor(request: HttpRequest) -> Actor | None:
    value = _signed(request, _REPLY_COOKIE, COOKIE_AGE)
    if not value:
        return None
    link = ReplyLink.objects.select_related("handler").filter(pk=value).first()
    if link is None or not link.is_valid or link.handler.ended_at is not None:
        return None
    confirmed = _signed(request, _PHONE_COOKIE, PHONE_CONFIRMED_AGE) == value
    return Actor(
        kind=ActorKind.REPLY_LINK,
        name=link.handler.name,
        organisation_id=link.handler.organisation_id,
        link_id=link.pk,
        referral_id=link.referral_id,
        phone_confirmed=confirmed,
    )


def _patient_actor(request: HttpRequest) -> Actor | None:
    value = _signed(request, _PATIENT_COOKIE, COOKIE_AGE)
    if not value:
        return None
    link = PatientLink.objects.filter(pk=value, revoked_at__isnull=True).first()
    if link is None:
        return None
    return Actor(kind=ActorKind.PATIENT_LINK, link_id=link.pk, referral_id=link.referral_id)
