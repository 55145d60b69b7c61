"""A session: how sure it is of the person, how long it lives, how all of a person's end at once.

The level lies in the session under `assurance`. It is `strong` when the session was made with a
second factor and somebody has checked who the person is; else `low` (AUT-2). It only rises by
signing in or by `step_up`, and each time the session gets a new key (AUT-7).
"""

import math
import time
from datetime import timedelta
from typing import Final

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import F
from django.http import HttpRequest

from portal.accounts.models import User
from portal.common import clock

ASSURANCE: Final = "assurance"  # organisations.current reads it by the same name
LOW: Final = "low"
STRONG: Final = "strong"
SIGNED_IN_AT: Final = "signed_in_at"
SEEN_AT: Final = "seen_at"

LONGEST: Final = timedelta(hours=12)
# Writing the session on every request would cost a statement; once a minute is exact enough.
_NOTE_EVERY: Final = timedelta(minutes=1)

_BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"
_SECOND_FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


# --- level ------------------------------------------------------------------------------------
def second_factors(user: User) -> set[str]:
    """The types that the person has set up. Emergency codes alone are none."""
    rows = Authenticator.objects.filter(user=user, type__in=_SECOND_FACTORS)
    return set(rows.values_list("type", flat=True))


def has_second_factor(user: User) -> bool:
    return bool(second_factors(user))


def used_second_factor(request: HttpRequest, user: User) -> bool:
    """Whether this session was made, or later confirmed, with the second factor."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, user))


def seconds_since_proof(request: HttpRequest, user: User, method: str = "") -> float:
    """How long ago the person proved in this session who it is; by `method` where one is named.
    Infinite where that has not been. The moments are allauth's own, of the real clock."""
    records = get_authentication_records(request, user)
    moments = [row["at"] for row in records if method in ("", row["method"])]
    return time.time() - max(moments) if moments else math.inf


def level_earned(request: HttpRequest, user: User) -> str:
    return STRONG if used_second_factor(request, user) and user.identity_checked_at else LOW


def open_session(request: HttpRequest, user: User, level: str) -> None:
    """Sign `user` in at `level`. The key is new; what an earlier session of another person held is
    gone."""
    login(request, user, backend=_BACKEND)
    stamp(request.session, level)
    list_this_one(request)


def list_this_one(request: HttpRequest) -> None:
    """Keep the person's own list of sessions true: a session that began or changed its key."""
    UserSession.objects.create_from_request(request)


def stamp(session: SessionBase, level: str) -> None:
    """Note the level and the start of a session that was just made."""
    session[ASSURANCE] = level
    session[SIGNED_IN_AT] = session[SEEN_AT] = _now()


def step_up(request: HttpRequest, user: User) -> bool:
    """Raise the session to `strong` if it has earned that meanwhile; a new key then. Says whether
    the session is strong now."""
    if request.session.get(ASSURANCE) == STRONG:
        return True
    if level_earned(request, user) != STRONG:
        return False
    request.session.cycle_key()
    request.session[ASSURANCE] = STRONG
    list_this_one(request)
    return True


def note_second_factor(request: HttpRequest, user: User) -> bool:
    """The person has just shown the second factor; raise the session if that is enough."""
    record_authentication(request, user, "mfa")
    return step_up(request, user)


# --- limits -----------------------------------------------------------------------------------
def _now() -> int:
    return int(clock.now().timestamp())


def has_run_out(session: SessionBase) -> bool:
    """Idle for too long, or simply too old. A session without its times counts as just begun."""
    now = _now()
    idle = timedelta(minutes=settings.SESSION_IDLE_MINUTES)
    return bool(
        now - session.get(SEEN_AT, now) >= idle.total_seconds()
        or now - session.get(SIGNED_IN_AT, now) >= LONGEST.total_seconds()
    )


def note_activity(session: SessionBase) -> None:
    """Somebody is still there. Rounded to the minute, always to the strict side."""
    now = _now()
    if SIGNED_IN_AT not in session:
        session[SIGNED_IN_AT] = now
    if now - session.get(SEEN_AT, 0) >= _NOTE_EVERY.total_seconds():
        session[SEEN_AT] = now


# --- the end ----------------------------------------------------------------------------------
def end_sessions(user_id: int) -> None:
    """End every session of a person, on the very next request: disabled, other roles, or somebody
    pressed the button."""
    User.objects.filter(pk=user_id).update(session_epoch=F("session_epoch") + 1)


def end_other_sessions(request: HttpRequest, user: User) -> None:
    """End all but this one, which goes on under a new key."""
    end_sessions(user.pk)
    user.refresh_from_db(fields=["session_epoch"])
    update_session_auth_hash(request, user)
    list_this_one(request)


def open_after_invitation(request: HttpRequest, user: User, *, new: bool) -> None:
    """A person who just joined: signed in with the new password, or on with the own session. Both
    get a new key, and every other session is over."""
    if new:
        open_session(request, user, LOW)
        record_authentication(request, user, method="password", email=user.email)
        return
    level = request.session.get(ASSURANCE, LOW)
    update_session_auth_hash(request, user)
    request.session[ASSURANCE] = level
    list_this_one(request)
