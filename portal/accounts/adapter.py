"""How allauth is told our rules: nobody signs up without an invitation, guessing is slow, mail goes
through the outbox, and a session knows how sure it is of the person."""

import base64
import logging
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.accounts import outgoing, sessions, throttle
from portal.accounts.models import User
from portal.common import crypto

log = logging.getLogger("portal.accounts")

TOO_MANY = _("Der er prøvet for mange gange. Vent et kvarter, og prøv igen.")
WRONG_CODE = _("Koden passer ikke. Vent på den næste kode, og prøv igen.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("Kontoen er spærret."),
        "email_password_mismatch": _("E-mail eller adgangskode passer ikke. Prøv igen."),
        "enter_current_password": _("Adgangskoden passer ikke. Skriv den, du bruger nu."),
        "incorrect_password": _("Adgangskoden passer ikke. Prøv igen."),
        "incorrect_code": WRONG_CODE,
        "invalid_password_reset": _("Linket gælder ikke længere. Bed om et nyt."),
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    # --- guessing (AUT-5) ---------------------------------------------------------------------
    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Called before any password is looked at; the reply is the same for an unknown account."""
        account = throttle.account_bucket(str(credentials.get("email", "")))
        address = throttle.address_bucket(self.get_client_ip(request))
        if not throttle.take_try(account, throttle.TRIES_PER_ACCOUNT) or not throttle.take_try(
            address, throttle.TRIES_PER_ADDRESS
        ):
            log.warning("sign-in throttled")
            raise ValidationError(TOO_MANY, code="too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is not None:
            throttle.forget_tries(throttle.account_bucket(str(credentials.get("email", ""))))
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        log.warning("sign-in refused")

    def get_client_ip(self, request: HttpRequest) -> str:
        """A web server on a Unix socket names no address; all who come so count as one."""
        return get_client_ip(request) or "0.0.0.0"  # noqa: S104 - nothing is bound to it

    # --- the session (AUT-2, AUT-7) -----------------------------------------------------------
    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        assert isinstance(user, User)  # noqa: S101 - the only user model there is
        records = get_authentication_records(request, user)
        super().login(request, user)
        level = (
            sessions.STRONG if _two_factors(records) and user.identity_checked_at else sessions.LOW
        )
        sessions.stamp(request.session, level)
        log.info("signed in", extra={"level_of_session": level})

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who signed in a moment ago need not type the password again to set up a factor."""
        request = self.request
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        gone = sessions.seconds_since_proof(request, request.user)
        return bool(gone > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)

    # --- mail ---------------------------------------------------------------------------------
    def send_password_reset_mail(
        self, user: AbstractBaseUser, email: str, context: dict[str, Any]
    ) -> None:
        """The link itself is made when the mail is sent; the outbox holds no key."""
        outgoing.queue(outgoing.RESET, user.pk)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        kind = outgoing.NOTICES.get(template_prefix)
        if kind:
            outgoing.queue(kind, user.pk)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Everything that allauth would send by itself: nothing. Unknown addresses get no mail."""

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """A new password ends all sessions: Django compares its hash on every request."""
        user.set_password(password)
        user.save(update_fields=["password"])


def _two_factors(records: list[dict[str, Any]]) -> bool:
    return any(record["method"] == "mfa" for record in records)


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("Sæt en anden faktor op først. Du skal altid have én."),
        "cannot_generate_recovery_codes": _("Sæt først en app eller en sikkerhedsnøgle op."),
        "incorrect_code": WRONG_CODE,
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(crypto.seal(text, "mfa.authenticator")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.open_sealed(base64.b64decode(encrypted_text), "mfa.authenticator")

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """One second factor must be left: else one stolen session could take it away."""
        others = Authenticator.objects.filter(
            user=authenticator.user, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        ).exclude(pk=authenticator.pk)
        return bool(others.exists())

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": "Samspil"}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return str(_("Sikkerhedsnøgle %(number)d") % {"number": number})
