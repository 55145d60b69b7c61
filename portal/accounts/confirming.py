"""Who binds an organisation shows the second factor for it: a browser left open signs nothing."""

from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts import kept_forms, sessions
from portal.accounts.models import User

LASTS: Final = timedelta(minutes=15)


def confirm_first(request: HttpRequest) -> HttpResponse | None:
    """None where the second factor was shown within `LASTS`; else the way to it and back here.

    What was typed is kept for an hour, and one button sends it on. In the demo a persona has no
    second factor to show, and is not asked.
    """
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - the view's permission has asked for sign-in
    if sessions.seconds_since_proof(request, user, "mfa") <= LASTS.total_seconds():
        return None
    factors = sessions.second_factors(user)
    if not factors:
        return None if settings.DEMO else redirect("mfa_index")
    back = request.get_full_path()
    if request.method == "POST":
        kept = kept_forms.keep(request, user, request.session.get(sessions.ASSURANCE, ""))
        if kept is not None:
            back = reverse("account_kept_form", args=[kept.pk])
    messages.info(request, _("Bekræft først, at det er dig. Så kan du skrive under."))
    return redirect(way_to_confirm(factors, back))


def way_to_confirm(factors: set[str], back: str) -> str:
    """The page that asks for one of these second factors (`sessions.second_factors`) and then goes
    to `back`: for a code where there is an app, else for the security key."""
    by_key = factors == {Authenticator.Type.WEBAUTHN.value}
    page = "mfa_reauthenticate_webauthn" if by_key else "mfa_reauthenticate"
    return f"{reverse(page)}?{urlencode({'next': back})}"
