from typing import ClassVar

from django.db import models
from django.db.models import Q

from organisations.models import NamedHandler
from portal.common import clock
from referrals.models.referral import Referral


class ReplyLink(models.Model):
    """Lets one named handler answer one referral from a mail, without an account.

    Minted when the mail is sent. The token is random (128 bits) and stored hashed. The row holds no
    patient data and is looked up before a scope can be opened, so it has no wall of its own.
    """

    privacy: ClassVar[dict[str, str]] = {
        "controller": "modtageren",
        "purpose": "at kunne svare uden konto",
        "retention": "som henvisningen",
        "seen_by": "ingen; kun et aftryk af linket er gemt",
    }

    id = models.BigAutoField(primary_key=True)
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="reply_links")
    handler = models.ForeignKey(NamedHandler, on_delete=models.CASCADE, related_name="+")
    token_hash = models.BinaryField(unique=True)
    created_at = models.DateTimeField(default=clock.now)
    # The referral's next deadline plus seven days.
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    # The six-digit code to the registered phone: hashed, short-lived, few tries.
    phone_code_hash = models.BinaryField(null=True)
    phone_code_expires_at = models.DateTimeField(null=True, blank=True)
    phone_code_tries = models.PositiveSmallIntegerField(default=0)
    phone_code_sends = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="reply_link_phone_code_both",
                condition=Q(phone_code_hash__isnull=True, phone_code_expires_at__isnull=True)
                | Q(phone_code_hash__isnull=False, phone_code_expires_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None and clock.now() < self.expires_at


class PatientLink(models.Model):
    """The patient's own way to their referral: from the leaflet's QR, or a mail. Random 128 bits,
    stored hashed; a reissued code voids the link printed with the old one."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "afsenderen; fra modtagelsen også modtageren",
        "purpose": "at borgeren kan følge sin henvisning",
        "retention": "som henvisningen",
        "seen_by": "ingen; kun et aftryk af linket er gemt",
    }

    id = models.BigAutoField(primary_key=True)
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="patient_links")
    token_hash = models.BinaryField(unique=True)
    created_at = models.DateTimeField(default=clock.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.pk)
