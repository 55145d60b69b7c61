from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from partnerships.models.agreement import Agreement
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.models import UuidModel


class AssessmentQuerySet(models.QuerySet["AnchoringAssessment"]):
    def visible_to(self, actor: Actor) -> "AssessmentQuerySet":
        """The own organisation's; those that led to an agreement also to who sees that one."""
        if not allows(actor, Permission.AGREEMENT_VIEW):
            return self.none()
        agreements = Agreement.objects.visible_to(actor).values("pk")
        return self.filter(
            models.Q(organisation_id=actor.organisation_id) | models.Q(agreement__in=agreements)
        )


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
    # {question: {"answer", "together", "across": yes|no|unsure, "reason": …}}
    answers = models.JSONField(default=dict)
    recommendation = models.TextField(blank=True)
    guide_version = models.CharField(max_length=12)
    created_at = models.DateTimeField(default=clock.now)
    created_by_id = models.BigIntegerField(null=True)
    created_by_name = models.CharField(max_length=120, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title
