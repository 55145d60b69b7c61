"""A dated, approved plan: who takes over from whom, and what became of it."""

import hashlib
import json
from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.models import UuidModel
from portal.geography.models import Municipality


class SuccessionState(models.TextChoices):
    DRAFT = "draft", _("Forberedes")
    APPROVED = "approved", _("Godkendt")
    CARRIED_OUT = "carried_out", _("Gennemført")
    CANCELLED = "cancelled", _("Annulleret")


OPEN = (SuccessionState.DRAFT, SuccessionState.APPROVED)


class SuccessionQuerySet(models.QuerySet["Succession"]):
    def visible_to(self, actor: Actor) -> "SuccessionQuerySet":
        """The people of the organisations that it is about, and the operator."""
        if actor.is_system or allows(actor, Permission.OPERATE):
            return self.all()
        if not (
            allows(actor, Permission.SUCCESSION_PREPARE)
            or allows(actor, Permission.SUCCESSION_APPROVE)
        ):
            return self.none()
        own = SuccessionPart.objects.filter(succession=OuterRef("pk")).filter(
            Q(source_id=actor.organisation_id) | Q(target_id=actor.organisation_id)
        )
        return self.filter(Exists(own))

    def open(self) -> "SuccessionQuerySet":
        return self.filter(state__in=OPEN)

    def due(self, today: date) -> "SuccessionQuerySet":
        return self.filter(state=SuccessionState.APPROVED, effective_on__lte=today)

    def with_list_data(self) -> "SuccessionQuerySet":
        return self.prefetch_related("parts__source", "parts__target")


class Succession(UuidModel):
    """On `effective_on`, from midnight in Copenhagen, the targets stand in the sources' place.

    `plan` is what managers approve: the day, the parts, and which frame agreements go on. Its
    fingerprint stands on every approval, so a changed plan is not approved. The rows that move are
    found by the plan's rules on the day, so what came after the approval moves too.
    """

    privacy: ClassVar[dict[str, str]] = {
        "controller": "de organisationer, der lægges sammen eller deles",
        "purpose": "hvem der har forberedt og godkendt overdragelsen",
        "retention": "10 år efter gennemførelsen",
        "seen_by": "ledere og koordinatorer i organisationerne, og driften",
    }

    state = models.CharField(
        max_length=12, choices=SuccessionState.choices, default=SuccessionState.DRAFT
    )
    effective_on = models.DateField(_("gælder fra"))
    reason = models.CharField(_("grundlag"), max_length=400, blank=True)
    # Frame agreements chosen to go on where two would meet: keys of agreements.
    lasting = ArrayField(models.UUIDField(), default=list, blank=True)
    prepared_at = models.DateTimeField(default=clock.now)
    prepared_by_id = models.BigIntegerField(null=True)
    prepared_by_name = models.CharField(max_length=120, blank=True)
    changed_at = models.DateTimeField(default=clock.now)
    # The dry run: written by a job, which may count what no page may see. Fingerprint of the plan
    # that it was made of; empty while a new one is wanted.
    report = models.JSONField(default=dict, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    reported_plan = models.CharField(max_length=64, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    # Why the day's job could not carry it out yet, as a sentence.
    hindrance = models.CharField(max_length=400, blank=True)
    carried_out_at = models.DateTimeField(null=True, blank=True)
    outcome = models.JSONField(default=dict, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by_name = models.CharField(max_length=120, blank=True)
    cancel_reason = models.CharField(_("begrundelse"), max_length=400, blank=True)

    objects = SuccessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("sammenlægning")
        verbose_name_plural = _("sammenlægninger")
        ordering = ["effective_on", "pk"]
        indexes = [
            models.Index(
                fields=["effective_on"], name="succession_due", condition=Q(state="approved")
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="succession_state_known", condition=Q(state__in=SuccessionState.values)
            ),
            models.CheckConstraint(
                name="succession_approved_when",
                condition=Q(state="draft", approved_at__isnull=True)
                | Q(state="cancelled")
                | Q(state__in=["approved", "carried_out"], approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="succession_carried_out_when",
                condition=Q(state="carried_out", carried_out_at__isnull=False)
                | (~Q(state="carried_out") & Q(carried_out_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="succession_cancelled_when",
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effective_on}: {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_reported(self) -> bool:
        """Whether the dry run is of the plan as it stands."""
        return bool(self.reported_plan) and self.reported_plan == self.fingerprint

    @property
    def sources(self) -> list[Organisation]:
        return list({part.source_id: part.source for part in self.parts.all()}.values())

    @property
    def targets(self) -> list[Organisation]:
        return list({part.target_id: part.target for part in self.parts.all()}.values())

    @property
    def parties(self) -> list[Organisation]:
        """Whose managers must approve."""
        return [*self.sources, *self.targets]

    @property
    def fingerprint(self) -> str:
        plan = {
            "on": self.effective_on.isoformat(),
            "lasting": sorted(str(pk) for pk in self.lasting),
            "parts": sorted(
                [
                    part.source_id,
                    part.target_id,
                    sorted(row.code for row in part.municipalities.all()),
                ]
                for part in self.parts.all()
            ),
        }
        return hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()


class SuccessionPart(models.Model):
    """One arrow. Without municipalities it takes everything that no other arrow from the same
    source takes, and all people; with some it takes what lies in those."""

    succession = models.ForeignKey(Succession, on_delete=models.CASCADE, related_name="parts")
    source = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("fra")
    )
    target = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("til")
    )
    takes_rest = models.BooleanField(default=True)
    municipalities = models.ManyToManyField(
        Municipality, blank=True, related_name="+", verbose_name=_("kun det, der ligger i")
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["succession", "source", "target"], name="succession_arrow_once"
            ),
            models.UniqueConstraint(
                fields=["succession", "source"],
                name="succession_one_takes_the_rest",
                condition=Q(takes_rest=True),
            ),
            models.CheckConstraint(
                name="succession_not_to_itself", condition=~Q(source=models.F("target"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"


class SuccessionApproval(models.Model):
    """One organisation's yes, by one of its managers, to one plan. A changed plan voids it; the row
    stays."""

    privacy: ClassVar[dict[str, str]] = Succession.privacy

    succession = models.ForeignKey(Succession, on_delete=models.CASCADE, related_name="approvals")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    plan = models.CharField(max_length=64)
    # When the dry run that was read had been made.
    reported_at = models.DateTimeField()
    at = models.DateTimeField()
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=120)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["succession", "organisation"],
                name="succession_one_approval_each",
                condition=Q(voided_at__isnull=True),
            ),
            # Nobody approves for two of them.
            models.UniqueConstraint(
                fields=["succession", "user_id"],
                name="succession_one_approval_a_person",
                condition=Q(voided_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.user_name}"
