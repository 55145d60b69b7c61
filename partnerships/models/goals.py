from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partnerships.models.agreement import Agreement
from portal.access.actor import Actor
from portal.common.models import UuidModel


class Goal(UuidModel):
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="goals")
    text = models.CharField(_("mål"), max_length=300)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    def visible_to(self, actor: Actor) -> "IndicatorQuerySet":
        """An indicator is there for those for whom its agreement is there."""
        return self.filter(agreement__in=Agreement.objects.visible_to(actor).values("pk"))


class Indicator(UuidModel):
    """What a goal is measured by. `measure` says where values come from: written by hand, or
    counted from the referrals of the linked offers (`portal/reporting`)."""

    class Direction(models.TextChoices):
        UP = "up", _("Skal op")
        DOWN = "down", _("Skal ned")

    class Measure(models.TextChoices):
        BY_HAND = "by_hand", _("Skrives af parterne")
        RECEIVED = "received", _("Henvisninger modtaget")
        ACCEPTED = "accepted", _("Henvisninger, der blev taget imod")
        ACCEPTED_SHARE = "accepted_share", _("Andel, der blev taget imod")
        COMPLETED = "completed", _("Henvisninger afsluttet")
        COMPLETED_SHARE = "completed_share", _("Andel, der blev afsluttet")

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="indicators")
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="indicators")
    name = models.CharField(_("indikator"), max_length=200)
    unit = models.CharField(_("enhed"), max_length=40, blank=True)
    baseline = models.DecimalField(_("før"), max_digits=14, decimal_places=2, null=True, blank=True)
    target = models.DecimalField(
        _("mål for tallet"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    direction = models.CharField(
        _("retning"), max_length=4, choices=Direction.choices, default=Direction.UP
    )
    source = models.CharField(_("kilde"), max_length=200, blank=True)
    disaggregation = models.CharField(_("opdeles efter"), max_length=200, blank=True)
    measure = models.CharField(
        _("tallet kommer fra"), max_length=16, choices=Measure.choices, default=Measure.BY_HAND
    )
    position = models.PositiveSmallIntegerField(default=0)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="indicator_measure_known",
                condition=Q(
                    measure__in=[
                        "by_hand",
                        "received",
                        "accepted",
                        "accepted_share",
                        "completed",
                        "completed_share",
                    ]
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name


class IndicatorValue(models.Model):
    """A measured value on a day. Live ones are stored by the reporting job; `value` is null where a
    count of persons under five is hidden from those outside."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "aftalens parter",
        "purpose": "at følge aftalens mål; rummer navnet på den, der skrev tallet",
        "retention": "som aftalen",
        "seen_by": "de samme som aftalen",
    }

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="values")
    on = models.DateField(_("opgjort"))
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    # A count of persons under the threshold, or one from which such a count could be worked out.
    hidden = models.BooleanField(default=False)
    live = models.BooleanField(default=False)
    note = models.CharField(_("bemærkning"), max_length=300, blank=True)
    by_name = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "on"], name="one_value_a_day"),
            models.CheckConstraint(
                name="indicator_value_or_hidden",
                condition=Q(hidden=True, value__isnull=True) | Q(hidden=False, value__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id}: {self.on}"


class Activity(UuidModel):
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="activities")
    text = models.CharField(_("aktivitet"), max_length=300)
    starts_on = models.DateField(_("fra"), null=True, blank=True)
    ends_on = models.DateField(_("til"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="activity_dates_in_order",
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(starts_on__lte=F("ends_on")),
            )
        ]

    def __str__(self) -> str:
        return self.text


class Milestone(UuidModel):
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="milestones")
    # Of the same agreement: a foreign key of both columns holds that (0002_agreement_guards). It
    # outlives its activity, since it may be reached already.
    activity = models.ForeignKey(
        Activity, null=True, blank=True, on_delete=models.SET_NULL, related_name="milestones"
    )
    text = models.CharField(_("milepæl"), max_length=300)
    due_on = models.DateField(_("senest"))
    done_on = models.DateField(_("nået"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(
                fields=["due_on"], name="milestone_open", condition=Q(done_on__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.text
