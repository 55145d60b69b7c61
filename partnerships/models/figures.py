from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from offers.models import Offer
from partnerships.models.agreement import Agreement
from portal.common.models import UuidModel


class OfferFigures(UuidModel):
    """How many referrals a linked offer got in one year of the agreement, as far as that year has
    come. Counted by the reporting job (`portal/reporting`), read by pages and reports.

    What is null is hidden: fewer than five persons, or a number from which such a one could be
    worked out.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="offer_figures")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    # The agreement's year; `until` is the last whole day that is counted.
    since = models.DateField(_("fra"))
    until = models.DateField(_("til"))
    received = models.PositiveIntegerField(_("modtaget"), null=True, blank=True)
    accepted = models.PositiveIntegerField(_("taget imod"), null=True, blank=True)
    completed = models.PositiveIntegerField(_("afsluttet"), null=True, blank=True)
    counted_at = models.DateTimeField()

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "offer", "since"], name="offer_figures_once_a_year"
            ),
            models.CheckConstraint(
                name="offer_figures_days_in_order", condition=Q(since__lte=F("until"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}: {self.offer_id} {self.since}"
