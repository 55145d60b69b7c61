from typing import ClassVar

from django.conf import settings
from django.db import models

from offers.models import Offer
from organisations.models import Organisation
from portal.access.actor import Actor
from portal.audit.models import PatientModel
from portal.common import clock
from portal.common.crypto import EncryptedJSONField
from portal.common.ids import uuid7


class ReferralDraftQuerySet(models.QuerySet["ReferralDraft"]):
    def visible_to(self, actor: Actor) -> "ReferralDraftQuerySet":
        if not actor.is_user:
            return self.none()
        return self.filter(author_id=actor.user_id, organisation_id=actor.organisation_id)


class ReferralDraft(PatientModel):
    """What a clinician has typed and not sent. For its author alone, sealed, gone after 7 days."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "afsenderen",
        "purpose": "at intet går tabt, mens der skrives",
        "retention": "7 dage efter sidste ændring",
        "seen_by": "den, der har skrevet",
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="+")
    # The running referral of the citizen that a navigator sends for.
    parent = models.ForeignKey(
        "referrals.Referral", null=True, on_delete=models.CASCADE, related_name="+"
    )
    data = EncryptedJSONField()
    saved_at = models.DateTimeField(default=clock.now)

    objects = ReferralDraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["author", "organisation", "offer", "parent"],
                nulls_distinct=False,
                name="draft_once_per_offer",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
