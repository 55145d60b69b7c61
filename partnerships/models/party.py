from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from partnerships.models.agreement import Agreement
from portal.accounts.models import User
from portal.common.models import UuidModel


class Side(models.TextChoices):
    PUBLIC = "public", _("Offentlig part")
    ASSOCIATION = "association", _("Forening")


class AgreementParty(UuidModel):
    """One organisation in an agreement, with its contact, its deputy and its own words."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "parten selv",
        "purpose": "at aftalens parter ved, hvem de skal tale med",
        "retention": "som aftalen",
        "seen_by": "de samme som aftalen",
    }

    class Role(models.TextChoices):
        LEAD = "lead", _("Ansvarlig part")
        PARTNER = "partner", _("Part")
        CONTRIBUTOR = "contributor", _("Bidrager")

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="agreement_parties"
    )
    side = models.CharField(max_length=12, choices=Side.choices)
    role = models.CharField(_("rolle"), max_length=12, choices=Role.choices, default=Role.PARTNER)
    position = models.PositiveSmallIntegerField(default=0)
    # The part that only this party writes.
    voice = models.TextField(_("med egne ord"), max_length=2000, blank=True)
    gives = models.TextField(_("giver"), max_length=2000, blank=True)
    contact = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    contact_title = models.CharField(_("kontaktens titel"), max_length=120, blank=True)
    deputy = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # An address of the contact's that came back: the deputy is written to while it is the same.
    bounced_email = models.EmailField(max_length=254, blank=True)
    # Yes to the public register; it is shown when every party has said so.
    public_consent_at = models.DateTimeField(null=True, blank=True)
    # Left by an amendment, or because another organisation took over its place. Null is what every
    # rule asks for that means "a party now".
    joined_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)
    # False for one that an amendment asks in: it has a row to sign with and is out (`left_on` is
    # the day it was proposed), so that no list, mail or right takes it for a party before the
    # amendment takes effect. It sees the agreement while it is asked to sign, and only then.
    # One that has been in and left keeps the agreement to read, as after a take-over: it signed
    # it, and has duties and accounts from its time; it writes nothing and is written to no more.
    has_been_in = models.BooleanField(default=True)
    # The party that took over its place, with its rights, duties and signatures.
    succeeded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="took_over_from"
    )

    class Meta:
        ordering = ["-side", "position", "pk"]
        indexes = [models.Index(fields=["organisation", "agreement"], name="agreement_of_party")]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "organisation"], name="agreement_party_once"
            ),
            models.CheckConstraint(
                name="agreement_party_side_known", condition=Q(side__in=Side.values)
            ),
            models.CheckConstraint(
                name="agreement_party_not_yet_in_is_out",
                condition=Q(has_been_in=True) | Q(left_on__isnull=False),
            ),
            models.CheckConstraint(
                name="agreement_party_succeeded_has_left",
                condition=Q(succeeded_by__isnull=True) | Q(left_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}: {self.organisation_id}"


class Obligation(UuidModel):
    """What one party has promised to do."""

    privacy: ClassVar[dict[str, str]] = AgreementParty.privacy

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="obligations")
    party = models.ForeignKey(AgreementParty, on_delete=models.CASCADE, related_name="obligations")
    text = models.CharField(_("opgave"), max_length=400)
    owner = models.CharField(_("ansvarlig"), max_length=120, blank=True)
    due_on = models.DateField(_("senest"), null=True, blank=True)
    done_on = models.DateField(_("gjort"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


class Signature(models.Model):
    """One party's yes to one frozen text: of the agreement, or of an amendment.

    A signature of an earlier round stays as history and counts no more (`voided_at`).
    """

    privacy: ClassVar[dict[str, str]] = {
        "controller": "aftalens parter",
        "purpose": "bevis for, hvem der har skrevet under, og på hvilken tekst",
        "retention": "som aftalen",
        "seen_by": "de samme som aftalen",
    }

    class Method(models.TextChoices):
        CONFIRMATION = "confirmation", _("Bekræftet på siden med to faktorer")
        UPLOAD = "upload", _("Underskrevet dokument lagt ind")
        EXTERNAL = "external", _("Ekstern underskriftstjeneste")

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    amendment = models.ForeignKey(
        "partnerships.Amendment",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="signatures",
    )
    party = models.ForeignKey(AgreementParty, on_delete=models.PROTECT, related_name="signatures")
    # The frozen text, and its fingerprint as it was when signed.
    document = models.ForeignKey(
        "partnerships.Document", on_delete=models.PROTECT, related_name="signatures"
    )
    sha256 = models.CharField(max_length=64)
    method = models.CharField(max_length=12, choices=Method.choices)
    # The uploaded document, or the answer of the outside service.
    proof = models.ForeignKey(
        "partnerships.Document", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    external_reference = models.CharField(max_length=120, blank=True)
    signed_on = models.DateField(_("underskrevet"))
    signer_name = models.CharField(_("navn"), max_length=120)
    signer_title = models.CharField(_("titel"), max_length=120, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by_id = models.BigIntegerField(null=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["signed_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_valid_signature_per_party_and_text",
                fields=["party", "document"],
                condition=Q(voided_at__isnull=True),
            ),
            models.CheckConstraint(
                name="signature_upload_has_proof",
                condition=~Q(method="upload") | Q(proof__isnull=False),
            ),
            models.CheckConstraint(
                name="signature_external_has_reference",
                condition=~Q(method="external") | ~Q(external_reference=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signer_name} {self.signed_on}"
