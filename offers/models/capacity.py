from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from offers.models.offer import Offer
from portal.common import clock


class OfferCapacity(models.Model):
    """The truth about now, always with its date. One row an offer; history is in `OfferEvent`."""

    class Status(models.TextChoices):
        OPEN = "open", _("Åben for nye")
        FEW_PLACES = "few_places", _("Få pladser")
        WAITING_LIST = "waiting_list", _("Venteliste")
        FULL = "full", _("Fuldt hold")

    offer = models.OneToOneField(Offer, on_delete=models.CASCADE, related_name="capacity")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN)
    places = models.PositiveSmallIntegerField(_("pladser"), null=True, blank=True)
    wait_weeks = models.PositiveSmallIntegerField(_("ventetid i uger"), null=True, blank=True)
    as_of = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="capacity_status_known",
                condition=Q(status__in=["open", "few_places", "waiting_list", "full"]),
            )
        ]

    def __str__(self) -> str:
        return self.get_status_display()
