from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partnerships.models.agreement import Agreement
from partnerships.models.document import Document
from partnerships.models.party import AgreementParty
from portal.access.actor import Actor
from portal.common import clock
from portal.common.models import UuidModel


class Initiative(UuidModel):
    """A part of an agreement that the yearly report speaks of by itself."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="initiatives")
    number = models.CharField(_("nummer"), max_length=12, blank=True)
    title = models.CharField(_("indsats"), max_length=300)
    subject = models.CharField(_("hvad det går ud på"), max_length=400, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()


class StatusReportQuerySet(models.QuerySet["StatusReport"]):
    def visible_to(self, actor: Actor) -> "StatusReportQuerySet":
        """A report is there for those for whom its agreement is there."""
        return self.filter(agreement__in=Agreement.objects.visible_to(actor).values("pk"))

    def public(self) -> "StatusReportQuerySet":
        """Published, of an agreement that every party wants in the public register. Signing a
        report off is the yes to publishing it, so nothing more is asked; it comes and goes with its
        agreement."""
        shown = Agreement.objects.public().values("pk")
        return self.filter(state=StatusReport.State.PUBLISHED, agreement__in=shown)

    def with_page_data(self) -> "StatusReportQuerySet":
        """Who has signed and who shall; rows are read by whoever shows them."""
        return self.select_related("agreement").prefetch_related(
            "signatures", "agreement__parties__organisation", "agreement__parties__contact"
        )


class StatusReport(UuidModel):
    """One year's report, written and signed off by the parties together."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "aftalens parter",
        "purpose": "årets status på aftalen",
        "retention": "som aftalen",
        "seen_by": "de samme som aftalen; når den er udgivet, alle med adressen til registret",
    }

    class State(models.TextChoices):
        WRITING = "writing", _("Skrives")
        AWAITING_SIGNATURE = "awaiting_signature", _("Til underskrift")
        PUBLISHED = "published", _("Udgivet")

    class Unit(models.TextChoices):
        """What the annex is printed in; amounts are stored in øre whatever it says."""

        KRONER = "kr", _("kr.")
        MILLIONS = "mio", _("mio. kr.")

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="status_reports"
    )
    period_from = models.DateField(_("fra"))
    period_to = models.DateField(_("til"))
    due_on = models.DateField(_("skal være færdig"))
    title = models.CharField(_("titel"), max_length=200)
    subtitle = models.CharField(_("undertitel"), max_length=300, blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.WRITING)
    version = models.PositiveIntegerField(default=0)
    narrative = models.TextField(_("fortælling"), max_length=20000, blank=True)
    cases = models.TextField(_("eksempler"), max_length=20000, blank=True)
    budget_unit = models.CharField(
        _("bilagets beløb er i"), max_length=3, choices=Unit.choices, default=Unit.KRONER
    )
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    updated_by_name = models.CharField(max_length=120, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = StatusReportQuerySet.as_manager()

    class Meta:
        ordering = ["-period_to", "-pk"]
        indexes = [
            models.Index(
                fields=["due_on"], name="report_not_in_yet", condition=~Q(state="published")
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "period_to"], name="one_report_a_period"),
            models.CheckConstraint(
                name="report_period_in_order", condition=Q(period_from__lte=F("period_to"))
            ),
            models.CheckConstraint(
                name="report_published_when",
                condition=Q(state="published", published_at__isnull=False, document__isnull=False)
                | (~Q(state="published") & Q(published_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ReportRow(UuidModel):
    """One initiative's economy, status and indicator. The status has a code and the reporting
    party's own wording, which is printed verbatim."""

    class Status(models.TextChoices):
        ON_SCHEDULE = "on_schedule", _("Følger tidsplanen")
        PARTLY = "partly", _("Følger delvist")
        DELAYED = "delayed", _("Forsinket")
        UNDER_WAY = "under_way", _("Under implementering")
        COMPLETED = "completed", _("Afsluttet")
        CONTINUED = "continued", _("Videreføres i ændret form")
        STOPPED = "stopped", _("Indstillet")

    report = models.ForeignKey(StatusReport, on_delete=models.CASCADE, related_name="rows")
    initiative = models.ForeignKey(
        Initiative, null=True, blank=True, on_delete=models.PROTECT, related_name="rows"
    )
    number = models.CharField(max_length=12, blank=True)
    title = models.CharField(_("indsats"), max_length=300)
    economy = models.TextField(_("økonomi"), max_length=2000, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, blank=True)
    status_words = models.CharField(_("status med egne ord"), max_length=300, blank=True)
    indicator = models.TextField(_("indikator"), max_length=2000, blank=True)
    # What the row was filled in from, such as `offer:12`. A word and no key: the agreement may move
    # on, and a published report may not change with it.
    source = models.CharField(max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="report_row_status_known",
                condition=Q(
                    status__in=[
                        "",
                        "on_schedule",
                        "partly",
                        "delayed",
                        "under_way",
                        "completed",
                        "continued",
                        "stopped",
                    ]
                ),
            )
        ]

    def __str__(self) -> str:
        return self.title


class ReportBudgetRow(UuidModel):
    """A line of the budget annex. Amounts are in øre; `total_ore` is what was published, even where
    the years add up to something else, and then the page says so."""

    class Level(models.TextChoices):
        GROUP = "group", _("Gruppe")
        LINE = "line", _("Post")
        PART = "part", _("Heraf")

    report = models.ForeignKey(StatusReport, on_delete=models.CASCADE, related_name="budget")
    level = models.CharField(max_length=5, choices=Level.choices)
    title = models.CharField(_("post"), max_length=300)
    in_hours = models.BooleanField(_("timer"), default=False)
    # {"2017": øre, or hours}; a year that is not there is the published dash.
    amounts = models.JSONField(default=dict)
    total_ore = models.BigIntegerField(_("i alt"), null=True, blank=True)
    lasting_ore = models.BigIntegerField(_("varigt"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="report_budget_level_known", condition=Q(level__in=["group", "line", "part"])
            )
        ]

    def __str__(self) -> str:
        return self.title


class ReportSignature(models.Model):
    """One party's yes to one version of the report."""

    privacy: ClassVar[dict[str, str]] = StatusReport.privacy

    report = models.ForeignKey(StatusReport, on_delete=models.CASCADE, related_name="signatures")
    party = models.ForeignKey(AgreementParty, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "party"], name="one_report_signature_a_party")
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.user_name}"
