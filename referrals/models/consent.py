from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from offers.models import Offer
from organisations.models import Organisation
from portal.access.actor import Actor
from portal.audit.models import PatientModel
from portal.common import clock
from portal.common.crypto import EncryptedTextField
from portal.common.ids import uuid7


class ConsentForm(models.TextChoices):
    WRITTEN = "written", _("Skriftligt")
    ORAL = "oral", _("Mundtligt")


class GivenBy(models.TextChoices):
    SELF = "self", _("Borgeren selv")
    CUSTODY_HOLDER = "custody_holder", _("Forældremyndighedens indehaver")
    GUARDIAN = "guardian", _("Værge")
    NEAREST_RELATIVE = "nearest_relative", _("Nærmeste pårørende")


class SubjectRole(models.TextChoices):
    PATIENT = "patient", _("Patient")
    RELATIVE = "relative", _("Pårørende")
    BEREAVED = "bereaved", _("Efterlevende")


class LegalBasis(models.TextChoices):
    SUL_43 = "sul_43", _("Sundhedslovens § 43")
    GDPR_9_2_A = "gdpr_9_2_a", _("Databeskyttelsesforordningens artikel 9, stk. 2, litra a")


class ConsentQuerySet(models.QuerySet["Consent"]):
    def visible_to(self, actor: Actor) -> "ConsentQuerySet":
        from referrals.models.referral import Referral

        if actor.is_system:
            return self.all()
        mine = Referral.objects.visible_to(actor).filter(consent=models.OuterRef("pk"))
        return self.filter(models.Exists(mine))


class Consent(PatientModel):
    """Proof of consent under sundhedsloven §§ 43-44 (or GDPR 9(2)(a)): patient, purpose, exact
    receiver and offer, data categories, who took it, when, form, text shown. It ends by itself
    after one year at the latest (§ 44(2)). Three consents in one conversation: (1) sending, which
    the row itself is, (2) feedback to the clinician, (3) follow-up.
    """

    privacy: ClassVar[dict[str, str]] = {
        "controller": "afsenderen; ved selvhenvendelse modtageren",
        "purpose": "bevis for samtykket",
        "retention": "2 år efter afslutning",
        "seen_by": "afsenderens klinikere, modtagerens henvisningsmodtagere, borgeren selv",
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sender = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        "referrals.ReferralPatient", on_delete=models.PROTECT, related_name="consents"
    )
    purpose = models.CharField(max_length=40)
    data_categories = ArrayField(models.CharField(max_length=20))
    form = models.CharField(max_length=8, choices=ConsentForm.choices)
    oral_reason = EncryptedTextField(blank=True)
    given_by = models.CharField(max_length=20, choices=GivenBy.choices)
    subject_role = models.CharField(max_length=10, choices=SubjectRole.choices)
    legal_basis = models.CharField(max_length=10, choices=LegalBasis.choices)
    text_version = models.CharField(max_length=20)
    # The sentence as it was read out; it names receiver and offer, so it is sealed with the rest.
    text_shown = EncryptedTextField()
    feedback = models.BooleanField()
    follow_up = models.BooleanField()
    taken_by_id = models.BigIntegerField(null=True)
    taken_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by_kind = models.CharField(max_length=12, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["id", "offer", "receiver"], name="consent_names_offer_and_receiver"
            ),
            models.CheckConstraint(
                name="consent_expires_after_taking", condition=Q(expires_at__gt=F("taken_at"))
            ),
            models.CheckConstraint(
                name="consent_withdrawn_who_and_when",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by_kind="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by_kind="")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_valid(self) -> bool:
        return self.withdrawn_at is None and clock.now() < self.expires_at
