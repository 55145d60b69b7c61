from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from portal.common import clock
from portal.common.crypto import EncryptedJSONField
from portal.common.models import UuidModel


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. What they may do comes from memberships, never from here."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "brugerens organisation; Samspil er databehandler",
        "purpose": "at kunne logge ind og handle for en organisation",
        "retention": "til kontoen slettes",
        "seen_by": "brugeren selv, lederne i brugerens organisationer, driften",
    }

    # Unique as it stands for Django's own check, and in lower case by the constraint below.
    email = models.EmailField(_("E-mail"), max_length=254, unique=True)
    name = models.CharField(_("Navn"), max_length=120)
    title = models.CharField(_("Titel"), max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=clock.now)
    # The person's identity has been checked by their organisation: without it a second factor alone
    # does not reach the level `strong` (AUT-2).
    identity_checked_at = models.DateTimeField(null=True, blank=True)
    # Raised to end every session of this person at once (AUT-7).
    session_epoch = models.PositiveIntegerField(default=0)
    # The organisation chosen last, so that a person with several comes back to the same one.
    last_organisation_id = models.BigIntegerField(null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """What every session carries and Django compares on each request. The epoch is part of it,
        so raising it ends all sessions of this person, wherever they are stored."""
        value = f"{self.password}:{self.session_epoch}"
        digest = salted_hmac("portal.accounts.session", value, secret=secret, algorithm="sha256")
        return digest.hexdigest()


class SignInTries(models.Model):
    """When somebody last tried a password, per account name and per address. Both are keyed hashes:
    the table tells nobody who tried (AUT-5)."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "brugerens organisation; Samspil er databehandler",
        "purpose": "at bremse gæt på adgangskoder",
        "retention": "1 døgn efter sidste forsøg",
        "seen_by": "ingen",
    }

    bucket = models.BinaryField(primary_key=True)
    tries = ArrayField(models.DateTimeField())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="sign_in_tries_not_empty", condition=models.Q(tries__len__gte=1)
            )
        ]

    def __str__(self) -> str:
        return f"{len(self.tries)} forsøg"


class KeptForm(UuidModel):
    """What a person had typed when the session ran out, kept for an hour and offered back to the
    same person after sign-in (A11Y-5). Encrypted, because it may speak of a patient."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "brugerens organisation; Samspil er databehandler",
        "purpose": "at intet går tabt, når en session udløber under skrivning",
        "retention": "1 time",
        "seen_by": "den, der har skrevet",
    }

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=400)
    # [[name, value], …] in the order of the form.
    data = EncryptedJSONField()
    # The level of the session that ran out: no lower one may see it again.
    assurance = models.CharField(max_length=12)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="kept_form_for_a_while",
                condition=models.Q(expires_at__gt=models.F("created_at")),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
