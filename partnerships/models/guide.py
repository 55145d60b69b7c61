from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from partnerships.models.agreement import Agreement
from portal.common import clock
from portal.common.models import UuidModel


class AnchoringAssessment(UuidModel):
    """A walk through the decision guide "when is civil society the right place?": answers, reasons
    and the recommendation as it was given. It informs; it does not decide."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "organisationen, der stillede spørgsmålene",
        "purpose": "begrundelsen for, hvor en indsats forankres",
        "retention": "som aftalen, eller 2 år uden en aftale",
        "seen_by": "organisationens ledere og koordinatorer; med aftalen også parterne",
    }

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="assessments"
    )
    title = models.CharField(_("behovet"), max_length=200)
    # {question: {"answer": yes|no|unsure, "reason": …, "together": yes|no|unsure}}
    answers = models.JSONField(default=dict)
    recommendation = models.TextField(blank=True)
    guide_version = models.CharField(max_length=12)
    created_at = models.DateTimeField(default=clock.now)
    created_by_id = models.BigIntegerField(null=True)
    created_by_name = models.CharField(max_length=120, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title
