"""People who sign in."""

import time
from typing import Any

import factory
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp

from portal.accounts.models import User
from portal.common import clock

# Long enough, on no list, and the same for everybody in the tests.
PASSWORD = "skovsti-lanterne-72"


class UserFactory(factory.django.DjangoModelFactory[User]):
    """A person whose identity has been checked, with the password `PASSWORD`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person Nummer{n}")
    email = factory.Sequence(lambda n: f"person{n}@samspil.example")
    identity_checked_at = factory.LazyFunction(clock.now)

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(password=kwargs.pop("password", PASSWORD), **kwargs)


def give_app(user: User) -> str:
    """An authenticator app for the person; answers its secret."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str) -> str:
    """The code that the app shows, with seconds left to type it in."""
    left = 30 - time.time() % 30
    if left < 8:
        time.sleep(left)
    counter = int(time.time()) // 30
    return totp.format_hotp_value(totp.hotp_value(secret, counter))
