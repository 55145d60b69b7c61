from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from partnerships.models.agreement import Agreement
from partnerships.models.amendment import Amendment
from portal.common.models import UuidModel


class Review(UuidModel):
    """One named person's look at one version of an agreement before it leaves the public side, or
    at an amendment of it before it is sent to signature.

    Sent to review again, an agreement starts a new round; the old decisions stay as history. The
    rounds of its amendments count on from its own: by then those are over.
    """

    privacy: ClassVar[dict[str, str]] = {
        "controller": "den offentlige part",
        "purpose": "hvem der har vurderet aftalen, og hvad de sagde",
        "retention": "som aftalen",
        "seen_by": "aftalens offentlige side og den, der gennemgår",
    }

    class Kind(models.TextChoices):
        PROFESSIONAL = "professional", _("Faglig")
        LEGAL = "legal", _("Juridisk")
        DATA_PROTECTION = "data_protection", _("Databeskyttelse")

    class Decision(models.TextChoices):
        PENDING = "pending", _("Venter")
        APPROVED = "approved", _("Godkendt")
        SENT_BACK = "sent_back", _("Sendt tilbage")

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="reviews")
    amendment = models.ForeignKey(
        Amendment, null=True, blank=True, on_delete=models.CASCADE, related_name="reviews"
    )
    round = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    # Whose lawyer, data protection officer or coordinator: the public party, or its owner.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    reviewer_id = models.BigIntegerField(null=True)
    reviewer_name = models.CharField(max_length=120, blank=True)
    asked_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, default=Decision.PENDING)
    comment = models.TextField(_("kommentar"), max_length=4000, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by_id = models.BigIntegerField(null=True)
    # What the decision was about, as it stood then (`guards.facts_for_review`); null until decided.
    seen = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["round", "pk"]
        indexes = [
            models.Index(
                fields=["organisation", "kind"],
                name="review_waiting",
                condition=Q(decision="pending"),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "round", "kind"], name="one_review_per_kind_and_round"
            ),
            models.CheckConstraint(
                name="review_decided_who_and_when",
                condition=Q(decision="pending", decided_at__isnull=True, decided_by_id__isnull=True)
                | Q(
                    decision__in=["approved", "sent_back"],
                    decided_at__isnull=False,
                    decided_by_id__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="review_sent_back_says_why",
                condition=~Q(decision="sent_back") | ~Q(comment=""),
            ),
            models.CheckConstraint(
                name="review_approved_says_what_was_seen",
                condition=~Q(decision="approved") | Q(seen__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}: {self.kind} {self.round}"
