from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.access.actor import Actor
from portal.access.grants import ASSOCIATIONS
from portal.common import clock
from portal.common.sorting import DanishSortKey
from portal.geography.models import HealthCouncil, Municipality, Region


class OrganisationKind(models.TextChoices):
    ASSOCIATION = "association", _("Forening")
    UMBRELLA = "umbrella", _("Paraplyorganisation")
    LOCAL_BRANCH = "local_branch", _("Lokalafdeling")
    VOLUNTEER_CENTRE = "volunteer_centre", _("Frivilligcenter")
    PRACTICE = "practice", _("Praksis")
    HOSPITAL = "hospital", _("Hospital")
    HOSPITAL_DEPARTMENT = "hospital_department", _("Hospitalsafdeling")
    MUNICIPALITY = "municipality", _("Kommune")
    REGION = "region", _("Region")
    HEALTH_COUNCIL = "health_council", _("Sundhedsråd")
    OTHER_PUBLIC = "other_public", _("Anden offentlig organisation")
    OPERATOR = "operator", _("Drift")


class Workforce(models.TextChoices):
    """Who carries the work. Civil society is not the same as volunteers."""

    VOLUNTEERS = "volunteers", _("Frivillige")
    EMPLOYEES = "employees", _("Ansatte")
    BOTH = "both", _("Frivillige og ansatte")
    UNKNOWN = "unknown", _("Ikke oplyst")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def public(self) -> "OrganisationQuerySet":
        """Organisations that everybody may see in the registry."""
        return self.filter(status=Organisation.Status.ACTIVE)

    def visible_to(self, actor: Actor) -> "OrganisationQuerySet":
        """The registry is open; only closed organisations are for their own members alone."""
        own = Q(pk=actor.organisation_id) if actor.organisation_id else Q(pk__in=[])
        return self.filter(Q(status=Organisation.Status.ACTIVE) | own)

    def open_to(self, actor: Actor) -> "OrganisationQuerySet":
        """Those whose page opens: what another took over keeps its address, which points on."""
        return self.filter(succeeded_by__isnull=False) | self.visible_to(actor)

    def now_part_of(self, organisation_id: int) -> "OrganisationQuerySet":
        """The organisation and those that it has taken over."""
        return self.filter(Q(pk=organisation_id) | Q(succeeded_by_id=organisation_id))

    def run_by(self, actor: Actor) -> "OrganisationQuerySet":
        """The one organisation that the actor acts for."""
        return self.filter(pk=actor.organisation_id)

    def associations(self) -> "OrganisationQuerySet":
        return self.filter(kind__in=ASSOCIATIONS)

    def in_danish_order(self) -> "OrganisationQuerySet":
        return self.order_by(DanishSortKey("name"), "pk")


class Organisation(models.Model):
    """One tenant of any kind. What a kind has of its own goes in a one-to-one profile."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "organisationen selv",
        "purpose": "at kunne finde og skrive til organisationen",
        "retention": "så længe organisationen er med",
        "seen_by": "alle",
    }

    class Status(models.TextChoices):
        ACTIVE = "active", _("Aktiv")
        # Another has taken over; its people finish the referrals that were open on that day.
        CEDED = "ceded", _("Nedlagt, gør de sidste henvisninger færdige")
        CLOSED = "closed", _("Nedlagt")

    kind = models.CharField(_("slags"), max_length=20, choices=OrganisationKind.choices)
    name = models.CharField(_("navn"), max_length=160)
    slug = models.SlugField(_("kort navn"), max_length=80, unique=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    cvr = models.CharField(_("CVR-nummer"), max_length=8, blank=True)
    sor = models.CharField(_("SOR-kode"), max_length=18, blank=True)
    description = models.TextField(_("beskrivelse"), max_length=4000, blank=True)
    website = models.URLField(_("hjemmeside"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telefon"), max_length=20, blank=True)
    # Where it is. A public body also *has* an area, named by its kind: a municipality its own, a
    # region or a health council the one below. The owner region of a hospital may differ from the
    # region it lies in.
    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.PROTECT, related_name="organisations"
    )
    region = models.ForeignKey(
        Region, null=True, blank=True, on_delete=models.PROTECT, related_name="organisations"
    )
    health_council = models.ForeignKey(
        HealthCouncil, null=True, blank=True, on_delete=models.PROTECT, related_name="organisations"
    )
    # Referrals from unverified senders, and first listings, wait for a coordinator.
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by_id = models.BigIntegerField(null=True, blank=True)
    takes_referrals = models.BooleanField(_("modtager henvisninger"), default=True)
    # Who has taken over most of it; a split has more, which its succession names.
    succeeded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )
    created_at = models.DateTimeField(default=clock.now)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisationer")
        constraints = [
            models.CheckConstraint(
                name="organisation_kind_known",
                condition=Q(kind__in=OrganisationKind.values),
            ),
            models.CheckConstraint(
                name="organisation_verified_who_and_when",
                condition=Q(verified_at__isnull=True, verified_by_id__isnull=True)
                | Q(verified_at__isnull=False, verified_by_id__isnull=False),
            ),
            models.CheckConstraint(
                name="organisation_kind_has_its_area",
                condition=~Q(kind__in=["municipality", "region", "health_council"])
                | Q(kind="municipality", municipality__isnull=False)
                | Q(kind="region", region__isnull=False)
                | Q(kind="health_council", health_council__isnull=False),
            ),
            models.CheckConstraint(
                name="organisation_not_own_parent", condition=~Q(parent=models.F("id"))
            ),
            models.CheckConstraint(
                name="organisation_status_known",
                condition=Q(status__in=["active", "ceded", "closed"]),
            ),
            # An active one is nobody's past, and what was ceded was ceded to somebody.
            models.CheckConstraint(
                name="organisation_succeeded_when_ended",
                condition=Q(succeeded_by__isnull=True, status__in=["active", "closed"])
                | (Q(succeeded_by__isnull=False) & ~Q(status="active")),
            ),
            models.CheckConstraint(
                name="organisation_not_own_successor",
                condition=~Q(succeeded_by=models.F("id")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE

    @property
    def is_association(self) -> bool:
        return self.kind in ASSOCIATIONS

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None


# Somebody may act for these: active, or ended with open referrals to finish.
IN_USE = (Organisation.Status.ACTIVE, Organisation.Status.CEDED)


class OrganisationProfile(models.Model):
    """What an association says of itself."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="profile"
    )
    workforce = models.CharField(
        max_length=12, choices=Workforce.choices, default=Workforce.UNKNOWN
    )
    volunteer_support = models.TextField(
        _("oplæring og supervision af frivillige"), max_length=2000, blank=True
    )
    funding_note = models.TextField(_("økonomi"), max_length=2000, blank=True)
    disease_area = models.CharField(_("område"), max_length=160, blank=True)
    languages = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return f"Profil: {self.organisation_id}"


class ContactQuerySet(models.QuerySet["Contact"]):
    def reachable(self) -> "ContactQuerySet":
        return self.filter(bounced_at__isnull=True)


class Contact(models.Model):
    """A named person to write to. The deputy is asked when the first does not answer."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "organisationen selv",
        "purpose": "at have en navngiven person at skrive til",
        "retention": "til organisationen retter eller sletter den",
        "seen_by": "alle, når kontakten er offentlig; ellers organisationen og dem, der "
        "samarbejder med den",
    }

    class Purpose(models.TextChoices):
        GENERAL = "general", _("Generel kontakt")
        REFERRALS = "referrals", _("Henvisninger")
        AGREEMENTS = "agreements", _("Samarbejdsaftaler")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="contacts"
    )
    purpose = models.CharField(max_length=12, choices=Purpose.choices, default=Purpose.GENERAL)
    is_deputy = models.BooleanField(_("stedfortræder"), default=False)
    name = models.CharField(_("navn"), max_length=120)
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("telefon"), max_length=20, blank=True)
    # A mail that bounced marks the contact; the deputy is used until somebody corrects it.
    bounced_at = models.DateTimeField(null=True, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "purpose", "is_deputy"], name="contact_one_per_purpose"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ClosingPeriod(models.Model):
    """Announced days on which the organisation answers nobody. They pause the answer clocks and are
    shown before sending. Both days are closed."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="closing_periods"
    )
    first_day = models.DateField(_("første lukkedag"))
    last_day = models.DateField(_("sidste lukkedag"))

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="closing_period_in_order",
                condition=Q(first_day__lte=models.F("last_day")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_day}–{self.last_day}"

    def as_pause(self) -> tuple[date, date]:
        return self.first_day, self.last_day
