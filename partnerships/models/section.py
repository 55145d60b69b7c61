from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnerships.models.agreement import Agreement
from partnerships.models.party import AgreementParty
from portal.access.actor import Actor
from portal.common.models import UuidModel


class SectionKey(models.TextChoices):
    """The document's sections, in its order."""

    PURPOSE = "purpose", _("Formål og målgruppe")
    PARTIES = "parties", _("Parter")
    FRAME = "frame", _("Rammespørgsmål")
    GOALS = "goals", _("Mål og indikatorer")
    ACTIVITIES = "activities", _("Aktiviteter")
    BUDGET = "budget", _("Økonomi")
    VOLUNTEERS = "volunteers", _("Frivillige")
    GOVERNANCE = "governance", _("Styring og evaluering")
    RISKS = "risks", _("Risici")
    CLAUSES = "clauses", _("Vilkår og bilag")


class AgreementSection(models.Model):
    """How far one section is: its version, and who changed it last. Approvals are of a version."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "aftalens parter",
        "purpose": "at se, hvem der har skrevet og godkendt hvad",
        "retention": "som aftalen",
        "seen_by": "de samme som aftalen",
    }

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="sections")
    key = models.CharField(max_length=12, choices=SectionKey.choices)
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by_id = models.BigIntegerField(null=True, blank=True)
    changed_by_name = models.CharField(max_length=120, blank=True)
    changed_by_party = models.ForeignKey(
        AgreementParty, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "key"], name="agreement_section_once"),
            models.CheckConstraint(
                name="agreement_section_known", condition=Q(key__in=SectionKey.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}: {self.key}"


class SectionApproval(models.Model):
    """A party has read a section as it stands in `version` and agrees."""

    privacy: ClassVar[dict[str, str]] = AgreementSection.privacy

    section = models.ForeignKey(
        AgreementSection, on_delete=models.CASCADE, related_name="approvals"
    )
    party = models.ForeignKey(AgreementParty, on_delete=models.CASCADE, related_name="approvals")
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["section", "party"], name="one_approval_per_section_and_party"
            )
        ]

    def __str__(self) -> str:
        return f"{self.section_id}: {self.party_id} v{self.version}"


class SectionCommentQuerySet(models.QuerySet["SectionComment"]):
    def visible_to(self, actor: Actor) -> "SectionCommentQuerySet":
        """What is said about an agreement is for those who see it."""
        return self.filter(section__agreement__in=Agreement.objects.visible_to(actor).values("pk"))


class SectionComment(UuidModel):
    """What somebody says about a section. A suggestion also carries the facts it proposes, which
    the section's owner takes over or leaves."""

    privacy: ClassVar[dict[str, str]] = AgreementSection.privacy

    class Kind(models.TextChoices):
        COMMENT = "comment", _("Kommentar")
        SUGGESTION = "suggestion", _("Forslag")

    class Outcome(models.TextChoices):
        OPEN = "open", _("Åben")
        TAKEN = "taken", _("Taget ind")
        LEFT = "left", _("Ikke taget ind")
        SETTLED = "settled", _("Afklaret")

    section = models.ForeignKey(AgreementSection, on_delete=models.CASCADE, related_name="comments")
    party = models.ForeignKey(
        AgreementParty, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.TextField(_("kommentar"), max_length=2000, blank=True)
    # Of a suggestion: the whole section as proposed, and the version it was made from.
    facts = models.JSONField(null=True, blank=True)
    base_version = models.PositiveIntegerField(null=True, blank=True)
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=120)
    organisation_name = models.CharField(max_length=160, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.OPEN)
    outcome_at = models.DateTimeField(null=True, blank=True)
    outcome_by_name = models.CharField(max_length=120, blank=True)

    objects = SectionCommentQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="section_comment_outcome_when",
                condition=Q(outcome="open", outcome_at__isnull=True)
                | (~Q(outcome="open") & Q(outcome_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="section_suggestion_has_facts",
                condition=Q(kind="comment", facts__isnull=True)
                | Q(kind="suggestion", facts__isnull=False, base_version__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section_id}: {self.kind}"
