from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from offers.models import Offer
from organisations.models import Organisation
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.ids import uuid7


class AgreementState(models.TextChoices):
    IDEA = "idea", _("Idé og afklaring")
    DRAFT = "draft", _("Udkast")
    INTERNAL_REVIEW = "internal_review", _("Intern høring (faglig og juridisk)")
    NEGOTIATION = "negotiation", _("Forhandling")
    AWAITING_SIGNATURE = "awaiting_signature", _("Til underskrift")
    SIGNED = "signed", _("Underskrevet")
    ACTIVE = "active", _("Aktiv")
    SUSPENDED = "suspended", _("Suspenderet")
    EXPIRED = "expired", _("Udløbet")
    TERMINATED = "terminated", _("Opsagt")
    CLOSED = "closed", _("Afsluttet")
    CANCELLED = "cancelled", _("Annulleret")


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, actor: Actor) -> "AgreementQuerySet":
        """An agreement exists for its parties' people, and for nobody else until it is public."""
        if not allows(actor, Permission.AGREEMENT_VIEW):
            return self.none()
        party = AgreementParty.objects.filter(
            agreement=models.OuterRef("pk"), organisation_id=actor.organisation_id
        )
        return self.filter(models.Exists(party))

    def with_list_data(self) -> "AgreementQuerySet":
        return self.prefetch_related("parties__organisation")

    def with_page_data(self) -> "AgreementQuerySet":
        return self.prefetch_related(
            "parties__organisation",
            "obligations",
            "goals",
            "budget__paid_by",
            "linked_offers__offer",
        )


class Agreement(models.Model):
    """A partnership agreement. In this first form it is read only: `import_agreement` writes it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    status = models.CharField(max_length=20, choices=AgreementState.choices)
    purpose = models.TextField(max_length=4000, blank=True)
    target_group = models.CharField(max_length=400, blank=True)
    target_groups = models.JSONField(default=list)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    notice_months = models.PositiveSmallIntegerField(null=True, blank=True)
    volunteers_statement = models.TextField(max_length=4000, blank=True)
    frame_answers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("samarbejdsaftale")
        verbose_name_plural = _("samarbejdsaftaler")
        constraints = [
            models.CheckConstraint(
                name="agreement_dates_in_order",
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(starts_on__lte=F("ends_on")),
            ),
            models.CheckConstraint(
                name="agreement_status_known", condition=Q(status__in=AgreementState.values)
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AgreementParty(models.Model):
    class Side(models.TextChoices):
        PUBLIC = "public", _("Offentlig part")
        ASSOCIATION = "association", _("Forening")

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="agreement_parties"
    )
    side = models.CharField(max_length=12, choices=Side.choices)
    voice = models.TextField(max_length=2000, blank=True)
    signed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "organisation"], name="agreement_party_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}: {self.organisation_id}"


class Obligation(models.Model):
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="obligations")
    side = models.CharField(max_length=12, choices=AgreementParty.Side.choices)
    text = models.CharField(max_length=400)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["side", "position"]

    def __str__(self) -> str:
        return self.text


class Goal(models.Model):
    """A goal and the indicator it is measured by. Values stay as the parties wrote them."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="goals")
    text = models.CharField(max_length=300)
    indicator = models.CharField(max_length=200)
    baseline = models.CharField(max_length=80, blank=True)
    target = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.text


class BudgetLine(models.Model):
    class Kind(models.TextChoices):
        MONEY = "money", _("Penge")
        IN_KIND = "in_kind", _("Naturalier")
        VOLUNTEER_HOURS = "volunteer_hours", _("Frivillige timer")

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="budget")
    text = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    amount_ore_per_year = models.BigIntegerField(null=True, blank=True)
    hours_per_year = models.PositiveIntegerField(null=True, blank=True)
    paid_by = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.text


class AgreementOffer(models.Model):
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="linked_offers")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="agreements")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "offer"], name="agreement_offer_once")
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}: {self.offer_id}"
