from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from portal.access.actor import Actor
from referrals.models.referral import Referral, State


class ReferralEventQuerySet(models.QuerySet["ReferralEvent"]):
    def visible_to(self, actor: Actor) -> "ReferralEventQuerySet":
        return self.filter(
            models.Exists(
                Referral.objects.visible_to(actor).filter(pk=models.OuterRef("referral_id"))
            )
        )


class ReferralEvent(models.Model):
    """One thing that happened to a referral. Rows are never changed or deleted by code; the
    timeline on the page reads them. `note` is a code, never somebody's words."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "afsenderen; fra modtagelsen også modtageren",
        "purpose": "henvisningens historie",
        "retention": "som henvisningen",
        "seen_by": "de samme som henvisningen",
    }

    id = models.BigAutoField(primary_key=True)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="events")
    sender = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    verb = models.CharField(max_length=24)
    old = models.CharField(max_length=20, choices=State.choices, blank=True)
    new = models.CharField(max_length=20, choices=State.choices)
    reason = models.CharField(max_length=24, blank=True)
    actor_kind = models.CharField(max_length=12)
    actor_user_id = models.BigIntegerField(null=True)
    actor_organisation_id = models.BigIntegerField(null=True)
    actor_role = models.CharField(max_length=80, blank=True)
    actor_link_id = models.BigIntegerField(null=True)

    objects = ReferralEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="referral_event_actor_fits",
                condition=Q(
                    actor_kind="user",
                    actor_user_id__isnull=False,
                    actor_organisation_id__isnull=False,
                    actor_link_id__isnull=True,
                )
                | Q(
                    actor_kind__in=["reply_link", "patient_link"],
                    actor_user_id__isnull=True,
                    actor_link_id__isnull=False,
                )
                | Q(
                    actor_kind__in=["system", "anonymous"],
                    actor_user_id__isnull=True,
                    actor_link_id__isnull=True,
                )
                | Q(actor_kind="api_client", actor_user_id__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["referral", "id"], name="event_of_referral")]

    def __str__(self) -> str:
        return f"{self.verb}: {self.old} → {self.new}"


class Outcome(models.Model):
    """What became of it, in one code and two optional questions."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "afsenderen; fra modtagelsen også modtageren",
        "purpose": "at afsenderen kan se, hvordan det gik",
        "retention": "som henvisningen",
        "seen_by": "de samme som henvisningen",
    }

    class Result(models.TextChoices):
        STILL_TAKES_PART = "still_takes_part", _("Deltager stadig")
        COMPLETED = "completed", _("Forløbet er afsluttet")
        PARTLY = "partly", _("Delvist gennemført")
        BRIDGED_ONWARD = "bridged_onward", _("Fulgt videre til noget andet")

    class Answer(models.TextChoices):
        YES = "yes", _("Ja")
        PARTLY = "partly", _("Delvist")
        NO = "no", _("Nej")
        UNKNOWN = "unknown", _("Ved ikke")

    referral = models.OneToOneField(Referral, on_delete=models.CASCADE, related_name="outcome")
    sender = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(max_length=20, choices=Result.choices)
    still_takes_part = models.CharField(max_length=8, choices=Answer.choices, blank=True)
    has_helped = models.CharField(max_length=8, choices=Answer.choices, blank=True)
    reported_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.result
