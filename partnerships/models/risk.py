from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnerships.models.agreement import Agreement
from portal.common.models import UuidModel


class Risk(UuidModel):
    class Level(models.IntegerChoices):
        LOW = 1, _("Lille")
        MIDDLE = 2, _("Middel")
        HIGH = 3, _("Stor")

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="risks")
    text = models.CharField(_("risiko"), max_length=300)
    likelihood = models.PositiveSmallIntegerField(_("sandsynlighed"), choices=Level.choices)
    consequence = models.PositiveSmallIntegerField(_("konsekvens"), choices=Level.choices)
    action = models.CharField(_("det gør vi"), max_length=400, blank=True)
    owner = models.CharField(_("ansvarlig"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="risk_levels_known",
                condition=Q(likelihood__in=[1, 2, 3], consequence__in=[1, 2, 3]),
            )
        ]

    def __str__(self) -> str:
        return self.text
