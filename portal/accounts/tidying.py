"""What is left of sign-ins when nobody needs it any more."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from portal.accounts import kept_forms, throttle
from portal.common import clock


def tidy() -> None:
    """Forget forms that nobody came back for, tries that no longer count, and sessions that are
    over. Safe to run twice."""
    kept_forms.forget_old()
    throttle.forget_old_tries()
    Session.objects.filter(expire_date__lt=clock.now()).delete()
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.filter(~Exists(alive)).delete()
