from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from offers.models import Offer
from organisations.models import NamedHandler, Organisation
from portal.access.actor import Actor, ActorKind
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.ids import uuid7
from portal.geography.models import Municipality


class Kind(models.TextChoices):
    CODE = "code", _("Henvisning med kode")
    IDENTIFIED = "identified", _("Henvisning med oplysninger")
    NAVIGATOR = "navigator", _("Brobygning")
    SELF = "self", _("Selvhenvendelse")


class State(models.TextChoices):
    DRAFT = "draft", _("Kladde")
    AWAITING_MODERATION = "awaiting_moderation", _("Afventer godkendelse")
    SENT = "sent", _("Sendt")
    ACCEPTED = "accepted", _("Modtaget")
    WAITLISTED = "waitlisted", _("Venteliste")
    IN_PROGRESS = "in_progress", _("I gang")
    COMPLETED = "completed", _("Afsluttet")
    NOT_COMPLETED = "not_completed", _("Ikke gennemført")
    DECLINED = "declined", _("Afvist")
    WITHDRAWN = "withdrawn", _("Trukket tilbage")
    EXPIRED = "expired", _("Udløbet")
    ENTERED_IN_ERROR = "entered_in_error", _("Fejloprettet")


class AgeBand(models.TextChoices):
    """Never an exact age."""

    AGE_0_14 = "0-14", _("0-14 år")
    AGE_15_29 = "15-29", _("15-29 år")
    AGE_30_49 = "30-49", _("30-49 år")
    AGE_50_64 = "50-64", _("50-64 år")
    AGE_65_79 = "65-79", _("65-79 år")
    AGE_80 = "80+", _("80 år eller mere")


# Before these, nobody but the sender and the moderator knows of the referral.
NOT_YET_SENT = (State.DRAFT, State.AWAITING_MODERATION)


class ReferralQuerySet(models.QuerySet["Referral"]):
    def visible_to(self, actor: Actor) -> "ReferralQuerySet":
        """The first wall: the rows that exist for this actor (workflows.md, "Who sees a referral").

        Received and sent are asked for separately on lists; here they are joined for single rows.
        """
        if actor.is_system:
            return self.all()
        if actor.kind is ActorKind.REPLY_LINK:
            return self.filter(pk__in=[actor.referral_id]).exclude(status__in=NOT_YET_SENT)
        if actor.kind is ActorKind.PATIENT_LINK:
            # The leaflet is in the patient's hand while a coordinator still looks at the sender.
            return self.filter(pk__in=[actor.referral_id]).exclude(status=State.DRAFT)
        seen = Q()
        if allows(actor, Permission.REFERRAL_FOLLOW):
            seen |= self._sent_by(actor)
        if allows(actor, Permission.REFERRAL_RECEIVE):
            seen |= self._received_by(actor)
            # The children that a navigator (brobygger) has sent on somebody's behalf.
            seen |= Q(sender_id=actor.organisation_id, parent__isnull=False)
        if not seen:
            return self.none()
        return self.filter(seen)

    def sent_by(self, actor: Actor) -> "ReferralQuerySet":
        """The sending unit's list. A self-referral has no sending clinician."""
        if not allows(actor, Permission.REFERRAL_FOLLOW):
            return self.none()
        return self.filter(self._sent_by(actor))

    def received_by(self, actor: Actor) -> "ReferralQuerySet":
        """The receiver's inbox. A code stays out of it until it is redeemed."""
        if not allows(actor, Permission.REFERRAL_RECEIVE):
            return self.none()
        return self.filter(self._received_by(actor))

    def overseen_by(self, actor: Actor) -> "ReferralQuerySet":
        """A coordinator's area: offer, state and ages of states; never patient data."""
        if not allows(actor, Permission.REFERRAL_OVERSEE):
            return self.none()
        return self.filter(municipality_id__in=actor.area).exclude(status=State.DRAFT)

    def moderated_by(self, actor: Actor) -> "ReferralQuerySet":
        """What waits for a coordinator of the sender's region."""
        if not allows(actor, Permission.REFERRAL_MODERATE) or actor.organisation_kind != "region":
            return self.none()
        return self.filter(status=State.AWAITING_MODERATION, sender_municipality_id__in=actor.area)

    @staticmethod
    def _sent_by(actor: Actor) -> Q:
        return Q(sender_id=actor.organisation_id) & ~Q(kind=Kind.SELF)

    @staticmethod
    def _received_by(actor: Actor) -> Q:
        unredeemed = Q(kind=Kind.CODE, redeemed_at__isnull=True)
        return Q(receiver_id=actor.organisation_id) & ~Q(status__in=NOT_YET_SENT) & ~unredeemed

    def awaiting_answer(self) -> "ReferralQuerySet":
        return self.filter(status=State.SENT).exclude(kind=Kind.CODE)

    def open(self) -> "ReferralQuerySet":
        return self.filter(
            status__in=[State.SENT, State.ACCEPTED, State.WAITLISTED, State.IN_PROGRESS]
        )

    def with_list_data(self) -> "ReferralQuerySet":
        """What a row of a list shows, in one statement."""
        return self.select_related(
            "offer", "receiver", "sender", "municipality", "handler", "sent_by"
        )

    def with_page_data(self) -> "ReferralQuerySet":
        """What one referral's own page shows, in one statement."""
        return self.with_list_data().select_related(
            "outcome", "offer__capacity", "replaces", "parent"
        )


class Referral(models.Model):
    """A social referral. Only `referrals.services` writes `status`.

    `sender`, `receiver` and `patient` stand as plain columns so that the database's wall can
    compare them; composite foreign keys (in the migration) tie the patient to its owner, the
    consent to offer and receiver, and the offer to its organisation.
    """

    privacy: ClassVar[dict[str, str]] = {
        "controller": "afsenderen; fra modtagelsen også modtageren",
        "purpose": "at få borgeren godt videre og følge op; rummer koder, aldrig navn",
        "retention": "2 år efter afslutning, derefter kun tal",
        "seen_by": "afsenderens klinikere, modtagerens henvisningsmodtagere, borgeren selv; "
        "koordinatoren ser tilbud og status",
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    status_changed_at = models.DateTimeField(default=clock.now)
    reference = models.CharField(_("nummer"), max_length=12, unique=True)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="referrals")
    receiver = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="received_referrals"
    )
    sender = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="sent_referrals"
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    handler = models.ForeignKey(
        NamedHandler, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    patient = models.ForeignKey(
        "referrals.ReferralPatient", null=True, on_delete=models.PROTECT, related_name="referrals"
    )
    consent = models.ForeignKey(
        "referrals.Consent", null=True, on_delete=models.PROTECT, related_name="referrals"
    )
    code_hash = models.BinaryField(null=True, unique=True)
    # A new referral after a "no" points back at the old one; a navigator's children at theirs.
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )

    # Coded facts that make coverage visible without a person.
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="referrals"
    )
    # Where the sending unit lies: a coordinator of that region moderates an unverified sender.
    sender_municipality = models.ForeignKey(
        Municipality, null=True, on_delete=models.PROTECT, related_name="+"
    )
    needs = ArrayField(models.CharField(max_length=40), default=list)
    target_groups = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    age_band = models.CharField(max_length=5, choices=AgeBand.choices, blank=True)
    # Why it was sent although the offer does not cover the municipality: a code, no free text.
    outside_area_reason = models.CharField(max_length=20, blank=True)

    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    redeemed_at = models.DateTimeField(null=True, blank=True)
    # The first real answer and who may still undo it; a second answer never overwrites the first.
    answered_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=24, blank=True)
    waitlist_expected_on = models.DateField(null=True, blank=True)
    waitlist_review_on = models.DateField(null=True, blank=True)
    # What `undo` returns to, and until when.
    undo_state = models.CharField(max_length=20, choices=State.choices, blank=True)
    undo_until = models.DateTimeField(null=True, blank=True)
    # The receiver may open the patient's row. False again as soon as a withdrawal, an expiry or a
    # lapsed consent takes the reason away; the database's wall reads it.
    patient_open = models.BooleanField(default=False)
    # The last event, and how long the referral has waited in total: the 180 days do not count it.
    last_event_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("henvisning")
        verbose_name_plural = _("henvisninger")
        constraints = [
            models.CheckConstraint(
                name="referral_status_known", condition=Q(status__in=State.values)
            ),
            models.CheckConstraint(name="referral_kind_known", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(
                name="referral_has_consent",
                condition=Q(kind="code") | Q(status="draft") | Q(consent__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_code_carries_no_person",
                condition=~Q(kind="code") | Q(patient__isnull=True, consent__isnull=True),
            ),
            models.CheckConstraint(
                name="referral_code_only_on_code",
                condition=Q(kind="code") | Q(code_hash__isnull=True, redeemed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="referral_self_has_no_clinician",
                condition=~Q(kind="self") | Q(sent_by__isnull=True, sender=models.F("receiver")),
            ),
            models.CheckConstraint(
                name="referral_sent_when",
                condition=Q(
                    status__in=["draft", "awaiting_moderation", "withdrawn", "entered_in_error"]
                )
                | Q(sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_accepted_code_is_redeemed",
                condition=~Q(kind="code")
                | ~Q(
                    status__in=[
                        "accepted",
                        "waitlisted",
                        "in_progress",
                        "completed",
                        "not_completed",
                    ]
                )
                | Q(redeemed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_reason_where_needed",
                condition=~Q(status__in=["declined", "not_completed", "expired"]) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="referral_waitlist_has_review",
                condition=~Q(status="waitlisted") | Q(waitlist_review_on__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_undo_both",
                condition=Q(undo_state="", undo_until__isnull=True)
                | (~Q(undo_state="") & Q(undo_until__isnull=False)),
            ),
            models.CheckConstraint(
                name="referral_age_band_known",
                condition=Q(age_band="") | Q(age_band__in=AgeBand.values),
            ),
        ]
        indexes = [
            models.Index(fields=["receiver", "-id"], name="referral_received"),
            models.Index(fields=["sender", "-id"], name="referral_sent"),
            models.Index(fields=["receiver", "id"], include=["sender"], name="referral_wall"),
            models.Index(fields=["municipality", "status"], name="referral_area"),
            models.Index(
                fields=["status", "last_event_at"],
                name="referral_open",
                condition=Q(
                    status__in=[
                        "awaiting_moderation",
                        "sent",
                        "accepted",
                        "waitlisted",
                        "in_progress",
                    ]
                ),
            ),
            models.Index(fields=["offer", "sent_at"], name="referral_of_offer"),
            models.Index(
                fields=["patient"], name="referral_patient", condition=Q(patient__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_final(self) -> bool:
        from referrals.workflow import FINAL

        return self.status in FINAL

    def audit_labels(self) -> dict[str, str]:
        """What the trail says of a referral besides its key: a number to speak of it by, and the
        two organisations whose data protection officers may ask."""
        return {
            "reference": self.reference,
            "sender": str(self.sender_id),
            "receiver": str(self.receiver_id),
        }

    @property
    def needs_consent(self) -> bool:
        return self.kind != Kind.CODE


class SignpostCount(models.Model):
    """*Anvisning*: told about an offer, nothing more. A counter, not a referral."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    needs = ArrayField(models.CharField(max_length=40), default=list)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "organisation", "municipality", "needs", "day"],
                name="signpost_count_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.count}"
