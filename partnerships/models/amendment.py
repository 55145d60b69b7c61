from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnerships.models.agreement import Agreement
from portal.common import clock
from portal.common.models import UuidModel


class Amendment(UuidModel):
    """A numbered change of a signed agreement. It holds the sections it changes as facts before and
    after; they are written into the agreement when it takes effect."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "aftalens parter",
        "purpose": "hvad der er ændret i aftalen, hvornår og af hvem",
        "retention": "som aftalen",
        "seen_by": "de samme som aftalen",
    }

    class Kind(models.TextChoices):
        EXTENSION = "extension", _("Forlængelse")
        ECONOMY = "economy", _("Økonomi")
        CONTENT = "content", _("Indhold")
        PARTIES = "parties", _("Parter")
        OTHER = "other", _("Andet")

    class State(models.TextChoices):
        DRAFT = "draft", _("Udkast")
        AWAITING_SIGNATURE = "awaiting_signature", _("Til underskrift")
        SIGNED = "signed", _("Underskrevet")
        IN_FORCE = "in_force", _("Gælder")
        WITHDRAWN = "withdrawn", _("Trukket tilbage")

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(_("slags"), max_length=12, choices=Kind.choices)
    title = models.CharField(_("titel"), max_length=200)
    reason = models.TextField(_("begrundelse"), max_length=2000)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    effective_on = models.DateField(_("gælder fra"))
    # {section: facts}, as they were when the amendment was begun and as they shall be.
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    # {section: {"number": how often it was saved, "by": who saved it last, "writers": everybody who
    # has written what stands there, each with the organisation}}. A save names the number that it
    # was made from; it never counts down, also when a section is taken out again.
    versions = models.JSONField(default=dict)
    # What trying it out showed when it was last written (`services.rehearsal.Trial`).
    outcome = models.JSONField(default=dict)
    document = models.ForeignKey(
        "partnerships.Document", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)
    created_by_name = models.CharField(max_length=120, blank=True)
    in_force_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="amendment_number_once"),
            models.UniqueConstraint(
                name="one_open_amendment",
                fields=["agreement"],
                condition=Q(state__in=["draft", "awaiting_signature", "signed"]),
            ),
            models.CheckConstraint(
                name="amendment_awaiting_has_document",
                condition=~Q(state__in=["awaiting_signature", "signed", "in_force"])
                | Q(document__isnull=False),
            ),
            models.CheckConstraint(
                name="amendment_in_force_when",
                condition=Q(state="in_force", in_force_at__isnull=False)
                | (~Q(state="in_force") & Q(in_force_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}: {self.number}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.DRAFT, self.State.AWAITING_SIGNATURE, self.State.SIGNED)

    def version_of(self, key: str) -> int:
        return int(self.versions.get(key, {}).get("number", 0))

    def writer_of(self, key: str) -> str:
        return str(self.versions.get(key, {}).get("by", ""))

    def writers_of(self, key: str) -> list[dict[str, str]]:
        """Name and organisation of each, the last one last."""
        return list(self.versions.get(key, {}).get("writers", []))


class PartyChange(models.Model):
    """One organisation that an amendment takes in or lets go. Written while the amendment is a
    draft; a trigger holds it to that, since the frozen text says the same."""

    class Way(models.TextChoices):
        JOINS = "joins", _("Kommer med")
        LEAVES = "leaves", _("Går ud")

    amendment = models.ForeignKey(Amendment, on_delete=models.PROTECT, related_name="party_changes")
    # One that joins has its row from when it is proposed: it signs with it (`has_been_in`).
    party = models.ForeignKey(
        "partnerships.AgreementParty", on_delete=models.PROTECT, related_name="changes"
    )
    way = models.CharField(max_length=6, choices=Way.choices)

    class Meta:
        ordering = ["way", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["amendment", "party"], name="party_changes_once"),
            models.CheckConstraint(
                name="party_change_way_known", condition=Q(way__in=["joins", "leaves"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.way}"
