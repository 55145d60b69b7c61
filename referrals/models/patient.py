from typing import ClassVar

from django.db import models

from organisations.models import Organisation
from portal.access.actor import Actor, ActorKind
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.audit.models import PatientModel
from portal.common import clock
from portal.common.crypto import EncryptedTextField
from portal.common.ids import uuid7
from referrals.models.referral import Kind, Referral


class ReferralPatientQuerySet(models.QuerySet["ReferralPatient"]):
    def visible_to(self, actor: Actor) -> "ReferralPatientQuerySet":
        """The person behind a referral: the sender's clinicians, the receiver's handlers while the
        reason lasts, the patient, and a reply link that has given the code to the phone."""
        if actor.is_system:
            return self.all()
        mine = Referral.objects.filter(patient=models.OuterRef("pk"))
        linked = mine.filter(pk__in=[actor.referral_id])
        # The consent ends by itself, to the second; the job that closes the referral comes later.
        still_open = mine.filter(
            patient_open=True,
            consent__withdrawn_at__isnull=True,
            consent__expires_at__gt=clock.now(),
        )
        if actor.kind is ActorKind.PATIENT_LINK:
            return self.filter(models.Exists(linked))
        if actor.kind is ActorKind.REPLY_LINK:
            if not actor.phone_confirmed:
                return self.none()
            return self.filter(models.Exists(still_open.filter(pk__in=[actor.referral_id])))
        seen = models.Q()
        if allows(actor, Permission.REFERRAL_FOLLOW):
            sent = mine.filter(sender_id=actor.organisation_id).exclude(kind=Kind.SELF)
            seen |= models.Q(models.Exists(sent))
        if allows(actor, Permission.REFERRAL_RECEIVE):
            received = still_open.filter(receiver_id=actor.organisation_id)
            seen |= models.Q(models.Exists(received))
        return self.filter(seen) if seen else self.none()


class ReferralPatient(PatientModel):
    """Name, one contact way and what the association must know; each sealed by itself.

    Controller: the sending organisation until acceptance, then the association for its copy.
    Purpose: to make contact. Erased 90 days after the end. Seen by: `visible_to`.
    The blind indexes find one person's rows (dedupe, export) without opening any.
    """

    privacy: ClassVar[dict[str, str]] = {
        "controller": "afsenderen; fra modtagelsen foreningen for sin kopi",
        "purpose": "at foreningen kan få kontakt med borgeren",
        "retention": "90 dage efter afslutning slettes felterne",
        "seen_by": "afsenderens klinikere, modtagerens henvisningsmodtagere, borgeren selv",
    }

    class PreferredContact(models.TextChoices):
        PHONE = "phone", "Telefon"
        EMAIL = "email", "E-mail"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = EncryptedTextField()
    phone = EncryptedTextField(blank=True)
    email = EncryptedTextField(blank=True)
    call_times = EncryptedTextField(blank=True)
    message = EncryptedTextField(blank=True)
    phone_index = models.BinaryField(null=True)
    email_index = models.BinaryField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = ReferralPatientQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["phone_index"], name="patient_by_phone"),
            models.Index(fields=["email_index"], name="patient_by_email"),
        ]
        constraints = [
            # The target of the referral's composite foreign key (tenancy-and-audit.md, 13).
            models.UniqueConstraint(fields=["id", "owner"], name="patient_with_owner"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, actor: Actor) -> "MessageQuerySet":
        return self.filter(
            models.Exists(
                Referral.objects.visible_to(actor).filter(pk=models.OuterRef("referral_id"))
            )
        )


class Message(PatientModel):
    """A line between sender and receiver about one referral, sealed."""

    privacy: ClassVar[dict[str, str]] = ReferralPatient.privacy

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="messages")
    sender = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    written_by_id = models.BigIntegerField(null=True)
    from_receiver = models.BooleanField()
    body = EncryptedTextField()
    at = models.DateTimeField(default=clock.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["referral", "id"], name="message_of_referral")]

    def __str__(self) -> str:
        return str(self.pk)


class CodeSms(PatientModel):
    """A code on its way to a patient's phone: number and code, sealed, deleted when delivered.

    The outbox holds this row's id alone, so the number never stands anywhere else.
    """

    privacy: ClassVar[dict[str, str]] = {
        "controller": "afsenderen",
        "purpose": "at sende koden som sms",
        "retention": "slettes, når sms'en er afleveret, senest efter 1 dag",
        "seen_by": "ingen",
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="+")
    sender = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    phone = EncryptedTextField()
    code = EncryptedTextField()
    link = EncryptedTextField()
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return str(self.pk)
