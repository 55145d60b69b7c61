from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from partnerships.models.agreement import Agreement
from portal.access.actor import Actor
from portal.access.grants import PUBLIC_BODIES, allows
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.models import UuidModel


class Document(UuidModel):
    """A file of an agreement, in one version. Never changed: what is signed stays what it was.

    The bytes lie in the row, so that row and file commit together or not at all (FIL-4); agreements
    are few and their files small.
    """

    privacy: ClassVar[dict[str, str]] = {
        "controller": "aftalens parter",
        "purpose": "aftalens tekst og bilag, som de blev underskrevet eller lagt ind",
        "retention": "som aftalen",
        "seen_by": "de samme som aftalen",
    }

    class Kind(models.TextChoices):
        AGREEMENT_TEXT = "agreement_text", _("Aftalens tekst")
        AMENDMENT_TEXT = "amendment_text", _("Tillæggets tekst")
        SIGNED_COPY = "signed_copy", _("Underskrevet dokument")
        TERMINATION = "termination", _("Opsigelse")
        SUSPENSION = "suspension", _("Suspension")
        DATA_PROTECTION = "data_protection", _("Databehandleraftale eller afklaring")
        REPORT = "report", _("Statusrapport")
        APPENDIX = "appendix", _("Bilag")

    # What the parties lay in themselves; the others come of a step.
    LAID_IN: ClassVar[tuple[str, ...]] = (Kind.APPENDIX, Kind.DATA_PROTECTION)

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(_("slags"), max_length=16, choices=Kind.choices)
    title = models.CharField(_("titel"), max_length=200)
    # A new version of the same kind and title counts on.
    version = models.PositiveSmallIntegerField(default=1)
    content_type = models.CharField(max_length=80)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=120, blank=True)
    by_organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "kind", "title", "version"], name="document_version_once"
            ),
            models.CheckConstraint(
                name="document_fingerprint", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"

    def belongs_to(self, organisation_id: int | None) -> bool:
        """Whose file it is: who laid it in, or who took that organisation over."""
        whose = self.by_organisation
        return whose is not None and organisation_id in (whose.pk, whose.succeeded_by_id)


class ClauseQuerySet(models.QuerySet["Clause"]):
    def visible_to(self, actor: Actor) -> "ClauseQuerySet":
        """The general ones, the own, and those of the public owner above (a region's for its
        hospitals and their departments)."""
        if not allows(actor, Permission.AGREEMENT_VIEW):
            return self.none()
        own = actor.organisation_id
        owners = Organisation.objects.filter(
            Q(pk=own) | Q(children=own) | Q(children__children=own), kind__in=PUBLIC_BODIES
        ).values("pk")
        return self.filter(Q(owner__isnull=True) | Q(owner__in=owners))

    def in_use(self) -> "ClauseQuerySet":
        """What is offered: the newest wording of those that are not retired."""
        return self.filter(retired_at__isnull=True)


class Clause(UuidModel):
    """A clause or an appendix that can be taken into agreements. A public body keeps its own;
    those without an owner are for everybody. A new wording is a new version."""

    class Kind(models.TextChoices):
        CLAUSE = "clause", _("Vilkår")
        APPENDIX = "appendix", _("Bilag")

    owner = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="clauses"
    )
    key = models.SlugField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(_("slags"), max_length=8, choices=Kind.choices)
    title = models.CharField(_("titel"), max_length=200)
    text = models.TextField(_("tekst"), max_length=8000)
    # Which kinds of agreement it is offered for first; empty means all.
    kinds = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ClauseQuerySet.as_manager()

    class Meta:
        ordering = ["-kind", "title", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "key"],
                condition=Q(retired_at__isnull=True),
                name="one_clause_in_use",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["owner", "key", "version"],
                name="clause_version_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"


class AgreementClause(UuidModel):
    """A clause as it stands in one agreement: copied, so that the library may move on."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="clauses")
    clause = models.ForeignKey(
        Clause, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=8, choices=Clause.Kind.choices)
    title = models.CharField(_("titel"), max_length=200)
    text = models.TextField(_("tekst"), max_length=8000)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["kind", "position", "pk"]

    def __str__(self) -> str:
        return self.title
