from typing import ClassVar

from django.conf import settings
from django.db import models

from organisations.models import Organisation
from partnerships.models.agreement import Agreement
from partnerships.models.amendment import Amendment
from partnerships.models.report import StatusReport
from partnerships.models.section import SectionKey
from portal.access.actor import Actor
from portal.common import clock


class SectionDraftQuerySet(models.QuerySet["SectionDraft"]):
    def visible_to(self, actor: Actor) -> "SectionDraftQuerySet":
        if not actor.is_user:
            return self.none()
        return self.filter(author_id=actor.user_id, organisation_id=actor.organisation_id)


class SectionDraft(models.Model):
    """What somebody has typed in a section, or in a suggestion to it, and not saved. For its author
    alone, gone after 7 days; nobody is shown anything else because of it."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "den part, der skriver",
        "purpose": "at intet går tabt, mens der skrives",
        "retention": "7 dage efter sidste ændring",
        "seen_by": "den, der har skrevet",
    }

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="+")
    # What is typed for one amendment is nothing to the next one, nor to the agreement itself.
    amendment = models.ForeignKey(
        Amendment, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    key = models.CharField(max_length=12, choices=SectionKey.choices)
    is_suggestion = models.BooleanField(default=False)
    # Each field's values as the browser posted them, with the version that was written on.
    data = models.JSONField()
    saved_at = models.DateTimeField(default=clock.now)

    objects = SectionDraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["author", "organisation", "agreement", "amendment", "key", "is_suggestion"],
                name="section_draft_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}: {self.key}"


class ReportDraftQuerySet(models.QuerySet["ReportDraft"]):
    def visible_to(self, actor: Actor) -> "ReportDraftQuerySet":
        if not actor.is_user:
            return self.none()
        return self.filter(author_id=actor.user_id, organisation_id=actor.organisation_id)


class ReportDraft(models.Model):
    """The same of a status report: typed, not saved, and its author's alone."""

    privacy: ClassVar[dict[str, str]] = SectionDraft.privacy

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    report = models.ForeignKey(StatusReport, on_delete=models.CASCADE, related_name="+")
    # As a browser posted it, with the version that was written on.
    data = models.JSONField()
    saved_at = models.DateTimeField(default=clock.now)

    objects = ReportDraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["author", "organisation", "report"], name="report_draft_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.report_id)
