from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from partnerships.models.agreement import Agreement


class AgreementEvent(models.Model):
    """What happened to an agreement, and by whom. Rows are never changed or deleted by code."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "aftalens parter",
        "purpose": "aftalens historie; rummer id på den, der handlede",
        "retention": "som aftalen",
        "seen_by": "de samme som aftalen",
    }

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    verb = models.CharField(max_length=30)
    old = models.CharField(max_length=20, blank=True)
    new = models.CharField(max_length=20, blank=True)
    # What was said: a comment of a review, a justification, a refusal.
    comment = models.TextField(_("kommentar"), max_length=4000, blank=True)
    details = models.JSONField(default=dict)
    actor_name = models.CharField(max_length=120, blank=True)
    actor_kind = models.CharField(max_length=12)
    actor_user_id = models.BigIntegerField(null=True)
    actor_organisation_id = models.BigIntegerField(null=True)
    actor_role = models.CharField(max_length=80, blank=True)
    actor_link_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["agreement", "id"], name="event_of_agreement")]

    def __str__(self) -> str:
        return f"{self.agreement_id}: {self.verb}"


class AgreementChange(models.Model):
    """One fact of a section, before and after: who changed what. Never changed or deleted."""

    privacy: ClassVar[dict[str, str]] = AgreementEvent.privacy

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="changes")
    section = models.CharField(max_length=12)
    version = models.PositiveIntegerField()
    label = models.CharField(max_length=400)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=120, blank=True)
    organisation_name = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["agreement", "section"], name="change_of_section")]

    def __str__(self) -> str:
        return f"{self.agreement_id}: {self.label}"
