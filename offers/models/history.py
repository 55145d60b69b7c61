from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from offers.models.offer import Offer


class OfferEvent(models.Model):
    """What happened to an offer, and by whom. Rows are never changed or deleted by code."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "organisationen bag tilbuddet",
        "purpose": "tilbuddets historie; rummer id på den, der handlede",
        "retention": "så længe tilbuddet findes",
        "seen_by": "organisationen bag tilbuddet og koordinatoren",
    }

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    verb = models.CharField(max_length=20)
    old = models.CharField(max_length=12, blank=True)
    new = models.CharField(max_length=12, blank=True)
    details = models.JSONField(default=dict)
    actor_kind = models.CharField(max_length=12)
    actor_user_id = models.BigIntegerField(null=True)
    actor_organisation_id = models.BigIntegerField(null=True)
    actor_role = models.CharField(max_length=80, blank=True)
    actor_link_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["offer", "-id"], name="offer_event_of_offer")]

    def __str__(self) -> str:
        return f"{self.offer_id}: {self.verb}"


class Verification(models.Model):
    """Somebody said that an offer is still correct."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "organisationen bag tilbuddet",
        "purpose": "bevis for, at oplysningerne er bekræftet",
        "retention": "så længe tilbuddet findes",
        "seen_by": "organisationen bag tilbuddet og koordinatoren",
    }

    class Method(models.TextChoices):
        PAGE = "page", _("på siden")
        LINK = "link", _("fra en mail")
        IMPORT = "import", _("ved indlæsning")
        COORDINATOR = "coordinator", _("af en koordinator")

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="verifications")
    at = models.DateTimeField()
    method = models.CharField(max_length=12, choices=Method.choices)
    user_id = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.offer_id}: {self.at:%Y-%m-%d}"
