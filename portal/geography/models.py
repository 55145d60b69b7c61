"""Where things are: regions, health councils, municipalities and postal codes.

Membership of an area has dates: Region Hovedstaden and Region Sjælland end on 2026-12-31, Region
Østdanmark begins on 2027-01-01. Everything that asks "which region?" therefore says "on which day".
All of it is public reference data, loaded by `manage.py load_geography`; nobody edits it by hand.
"""

from datetime import date, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    DateRangeField,
    RangeOperators,
)
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from portal.common.sorting import DanishSortKey

# Christiansø is run by the Ministry of Defence and is no municipality, but has a code.
OUTSIDE_ANY_MUNICIPALITY = frozenset({"0411"})


class RegionQuerySet(models.QuerySet["Region"]):
    def valid_at(self, at: date) -> "RegionQuerySet":
        return self.filter(valid__contains=at)

    def in_danish_order(self) -> "RegionQuerySet":
        return self.order_by(DanishSortKey("name"), "pk")


class Region(models.Model):
    # Null: no source gives Region Østdanmark a code yet. The slug is the key everywhere.
    code = models.CharField(  # noqa: DJ001 - null, not "", so that two unknown codes are not equal
        _("kode"), max_length=4, null=True, blank=True, unique=True
    )
    slug = models.SlugField(_("kort navn"), unique=True)
    name = models.CharField(_("navn"), max_length=60)
    iso = models.CharField(_("ISO 3166-2"), max_length=6, blank=True)
    valid = DateRangeField(_("gælder"))

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regioner")
        constraints = [
            models.CheckConstraint(
                name="region_valid_not_empty",
                condition=Q(valid__isempty=False) & Q(valid__lower_inf=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def first_day(self) -> date:
        first: date = self.valid.lower  # never None: region_valid_not_empty
        return first

    @property
    def last_day(self) -> date | None:
        """None while nobody knows of an end. The range itself is half-open."""
        upper = self.valid.upper
        return upper - timedelta(days=1) if upper else None

    def day_to_look_at(self, at: date) -> date:
        """An ended region means the municipalities of its last day, until a transfer moves what
        covered it; else every offer in the old region would lose its area over night."""
        return min(at, self.last_day) if self.last_day else at


class HealthCouncilQuerySet(models.QuerySet["HealthCouncil"]):
    def in_danish_order(self) -> "HealthCouncilQuerySet":
        return self.order_by(DanishSortKey("name"), "pk")


class HealthCouncil(models.Model):
    slug = models.SlugField(_("kort navn"), unique=True)
    name = models.CharField(_("navn"), max_length=60, unique=True)
    # The region of 2027, in which the councils work.
    region = models.ForeignKey(
        Region,
        on_delete=models.PROTECT,
        related_name="health_councils",
        verbose_name=_("region"),
    )

    objects = HealthCouncilQuerySet.as_manager()

    class Meta:
        verbose_name = _("sundhedsråd")
        verbose_name_plural = _("sundhedsråd")

    def __str__(self) -> str:
        return self.name


class MunicipalityQuerySet(models.QuerySet["Municipality"]):
    def in_region(self, region: Region, at: date) -> "MunicipalityQuerySet":
        """The region's municipalities on that day; of an ended region, those of its last day."""
        return self._in(at=region.day_to_look_at(at), region=region)

    def in_council(self, council: HealthCouncil, at: date) -> "MunicipalityQuerySet":
        return self._in(at=at, health_council=council)

    def _in(self, *, at: date, **area: models.Model) -> "MunicipalityQuerySet":
        memberships = AreaMembership.objects.filter(
            municipality=OuterRef("pk"), valid__contains=at, **area
        )
        return self.filter(Exists(memberships))

    def in_danish_order(self) -> "MunicipalityQuerySet":
        return self.order_by(DanishSortKey("name"), "pk")


class Municipality(models.Model):
    code = models.CharField(_("kommunekode"), max_length=4, unique=True)
    name = models.CharField(_("navn"), max_length=60, unique=True)
    full_name = models.CharField(_("fuldt navn"), max_length=80)
    slug = models.SlugField(_("kort navn"), unique=True)
    # A point that surely lies inside the municipality, which the middle of its outline need not.
    latitude = models.FloatField(_("breddegrad"))
    longitude = models.FloatField(_("længdegrad"))
    west = models.FloatField(_("vest"))
    south = models.FloatField(_("syd"))
    east = models.FloatField(_("øst"))
    north = models.FloatField(_("nord"))
    search_keys = ArrayField(models.CharField(max_length=80), verbose_name=_("søgeord"))

    objects = MunicipalityQuerySet.as_manager()

    class Meta:
        verbose_name = _("kommune")
        verbose_name_plural = _("kommuner")
        constraints = [
            models.CheckConstraint(
                name="municipality_code_is_four_digits", condition=Q(code__regex=r"^[0-9]{4}$")
            ),
            models.CheckConstraint(
                name="municipality_point_in_box",
                condition=Q(latitude__gte=F("south"))
                & Q(latitude__lte=F("north"))
                & Q(longitude__gte=F("west"))
                & Q(longitude__lte=F("east")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        return self.west, self.south, self.east, self.north


class CoordinateSource(models.TextChoices):
    POSTAL_CODE = "postal_code", _("Postnummerets område")
    MUNICIPALITY = "municipality", _("Kommunens punkt")


class PostalCode(models.Model):
    code = models.CharField(_("postnummer"), max_length=4, unique=True)
    name = models.CharField(_("by"), max_length=60)
    # As in the source, the primary one first. May hold Christiansø, which is no municipality.
    area_codes = ArrayField(models.CharField(max_length=4), verbose_name=_("områdekoder"))
    municipalities = models.ManyToManyField(
        Municipality,
        through="PostalCodeMunicipality",
        related_name="postal_codes",
        verbose_name=_("kommuner"),
    )
    # Good to "which town", not to "which street".
    latitude = models.FloatField(_("breddegrad"))
    longitude = models.FloatField(_("længdegrad"))
    coordinate_source = models.CharField(
        _("punkt fra"), max_length=12, choices=CoordinateSource.choices
    )
    search_keys = ArrayField(models.CharField(max_length=80), verbose_name=_("søgeord"))

    class Meta:
        verbose_name = _("postnummer")
        verbose_name_plural = _("postnumre")
        indexes = [GinIndex(fields=["search_keys"], name="postal_code_search_keys")]
        constraints = [
            models.CheckConstraint(
                name="postal_code_is_four_digits", condition=Q(code__regex=r"^[0-9]{4}$")
            ),
            models.CheckConstraint(
                name="postal_code_coordinate_source_known",
                condition=Q(coordinate_source__in=CoordinateSource.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def municipality_codes(self) -> tuple[str, ...]:
        """The same set as `municipalities`, the primary one first, without a statement."""
        return tuple(code for code in self.area_codes if code not in OUTSIDE_ANY_MUNICIPALITY)


class PostalCodeMunicipality(models.Model):
    """A postal code lies in a *set* of municipalities; the primary one holds most of it."""

    postal_code = models.ForeignKey(PostalCode, on_delete=models.CASCADE, related_name="links")
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="postal_code_links"
    )
    is_primary = models.BooleanField(_("vigtigste"))

    class Meta:
        verbose_name = _("postnummer i kommune")
        verbose_name_plural = _("postnumre i kommuner")
        constraints = [
            models.UniqueConstraint(
                fields=["postal_code", "municipality"], name="postal_code_once_per_municipality"
            ),
            models.UniqueConstraint(
                fields=["postal_code"],
                condition=Q(is_primary=True),
                name="one_primary_municipality_per_postal_code",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.postal_code_id} - {self.municipality_id}"


class AreaMembershipQuerySet(models.QuerySet["AreaMembership"]):
    def valid_at(self, at: date) -> "AreaMembershipQuerySet":
        return self.filter(valid__contains=at)


class AreaMembership(models.Model):
    """A municipality in a region, or in a health council, for a time.

    The councils begin their work on 2027-01-01, but were formed politically in 2026, and they plan
    and map before they begin. Their memberships are therefore valid from 2026-01-01.
    """

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="area_memberships"
    )
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    health_council = models.ForeignKey(
        HealthCouncil, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    valid = DateRangeField(_("gælder"))

    objects = AreaMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("kommune i område")
        verbose_name_plural = _("kommuner i områder")
        indexes = [
            models.Index(fields=["region", "municipality"], name="area_membership_region"),
            models.Index(fields=["health_council", "municipality"], name="area_membership_council"),
        ]
        constraints = [
            models.CheckConstraint(
                name="area_membership_exactly_one_area",
                condition=Q(region__isnull=False, health_council__isnull=True)
                | Q(region__isnull=True, health_council__isnull=False),
            ),
            models.CheckConstraint(
                name="area_membership_valid_not_empty",
                condition=Q(valid__isempty=False) & Q(valid__lower_inf=False),
            ),
            ExclusionConstraint(
                name="area_membership_one_region_at_a_time",
                expressions=[
                    ("municipality", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=Q(region__isnull=False),
            ),
            ExclusionConstraint(
                name="area_membership_one_council_at_a_time",
                expressions=[
                    ("municipality", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=Q(health_council__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality_id} - {self.region_id or self.health_council_id}"
