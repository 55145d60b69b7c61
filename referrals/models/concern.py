from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from offers.models import Offer
from organisations.models import Organisation
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.crypto import EncryptedTextField
from portal.common.ids import uuid7
from portal.geography.models import Municipality
from referrals.models.referral import Referral


class ConcernQuerySet(models.QuerySet["Concern"]):
    def visible_to(self, actor: Actor) -> "ConcernQuerySet":
        """The receiver's manager and handlers, and the coordinator of the area."""
        if actor.is_system:
            return self.all()
        seen = Q(pk__in=[])
        if allows(actor, Permission.CONCERN_HANDLE) or allows(actor, Permission.MEMBERS_MANAGE):
            seen |= Q(organisation_id=actor.organisation_id)
        if allows(actor, Permission.REFERRAL_OVERSEE):
            seen |= Q(municipality_id__in=actor.area)
        return self.filter(seen)


class Concern(models.Model):
    """*Meld en bekymring*: reaches the receiver's manager and the coordinator, tracked to its end.

    The words are sealed; who wrote is not asked.
    """

    privacy: ClassVar[dict[str, str]] = {
        "controller": "modtageren af henvisningen",
        "purpose": "at følge en bekymring til ende",
        "retention": "2 år efter afslutning",
        "seen_by": "modtagerens leder og henvisningsmodtagere, områdets koordinator",
    }

    class Status(models.TextChoices):
        NEW = "new", _("Ny")
        IN_HAND = "in_hand", _("Bliver behandlet")
        CLOSED = "closed", _("Afsluttet")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    municipality = models.ForeignKey(
        Municipality, null=True, on_delete=models.PROTECT, related_name="+"
    )
    referral = models.ForeignKey(
        Referral, null=True, blank=True, on_delete=models.PROTECT, related_name="concerns"
    )
    text = EncryptedTextField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.NEW)
    reported_at = models.DateTimeField(default=clock.now)
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by_id = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by_id = models.BigIntegerField(null=True)
    conclusion = EncryptedTextField(blank=True)

    objects = ConcernQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="concern_closed_who_and_when",
                condition=~Q(status="closed")
                | Q(closed_at__isnull=False, closed_by_id__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
