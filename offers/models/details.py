from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from offers.models.offer import Offer
from portal.geography.models import HealthCouncil, Municipality, Region


class OfferLocation(models.Model):
    """Where people meet. Not the same as the area the offer covers."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="locations")
    name = models.CharField(_("sted"), max_length=160)
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    postal_code = models.CharField(_("postnummer"), max_length=4, blank=True)
    town = models.CharField(_("by"), max_length=80, blank=True)
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="offer_locations"
    )
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class OfferCoverage(models.Model):
    """Whom the offer takes, by area: the whole country, or one area a row."""

    class Type(models.TextChoices):
        NATIONAL = "national", _("Hele landet")
        REGION = "region", _("Region")
        HEALTH_COUNCIL = "health_council", _("Sundhedsråd")
        MUNICIPALITY = "municipality", _("Kommune")

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="coverage")
    type = models.CharField(max_length=14, choices=Type.choices)
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT)
    health_council = models.ForeignKey(
        HealthCouncil, null=True, blank=True, on_delete=models.PROTECT
    )
    municipality = models.ForeignKey(Municipality, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="coverage_names_its_area",
                condition=Q(
                    type="national",
                    region__isnull=True,
                    health_council__isnull=True,
                    municipality__isnull=True,
                )
                | Q(
                    type="region",
                    region__isnull=False,
                    health_council__isnull=True,
                    municipality__isnull=True,
                )
                | Q(
                    type="health_council",
                    region__isnull=True,
                    health_council__isnull=False,
                    municipality__isnull=True,
                )
                | Q(
                    type="municipality",
                    region__isnull=True,
                    health_council__isnull=True,
                    municipality__isnull=False,
                ),
            ),
            models.UniqueConstraint(
                fields=["offer", "type", "region", "health_council", "municipality"],
                nulls_distinct=False,
                name="coverage_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id}: {self.type}"


class OfferSession(models.Model):
    """When it takes place: a sentence for people and, where it repeats, an iCalendar rule.

    `starts_on` anchors the rule; the next date is computed from it, never stored.
    """

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="sessions")
    text = models.CharField(_("hvornår"), max_length=200)
    rrule = models.CharField(max_length=200, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    start_time = models.TimeField(null=True, blank=True)
    end_time = models.TimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="session_rule_has_start", condition=Q(rrule="") | Q(starts_on__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.text


class OfferTranslation(models.Model):
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="translations")
    language = models.CharField(max_length=5)
    title = models.CharField(max_length=160)
    summary = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "language"], name="translation_once")
        ]

    def __str__(self) -> str:
        return f"{self.language}: {self.title}"
