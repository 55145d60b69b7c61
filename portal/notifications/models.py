from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.common import clock


class OutgoingMessageQuerySet(models.QuerySet["OutgoingMessage"]):
    def due(self) -> "OutgoingMessageQuerySet":
        """Waiting and due, or claimed by a worker that has not come back."""
        now = clock.now()
        return self.filter(
            Q(status="waiting", due_at__lte=now) | Q(status="claimed", claimed_until__lte=now)
        )


class OutgoingMessage(models.Model):
    """The outbox: what shall leave the building, written with the change that causes it.

    It stores a template and ids, never a rendered text: names and links are put together when it is
    sent. `key` says what it is (`referral:<id>:reminder:1`), so that running a job twice queues once.
    """

    class Channel(models.TextChoices):
        MAIL = "mail", _("E-mail")
        SMS = "sms", _("Sms")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Venter")
        CLAIMED = "claimed", _("Ved at blive sendt")
        SENT = "sent", _("Sendt")
        SUPPRESSED = "suppressed", _("Ikke længere nødvendig")
        FAILED = "failed", _("Kunne ikke sendes")

    key = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=4, choices=Channel.choices, default=Channel.MAIL)
    template = models.CharField(max_length=60)
    # Ids that the template's builder needs. Never names, addresses or text.
    ids = models.JSONField(default=dict)
    organisation_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(default=clock.now)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    # Class name of what went wrong, never its text, which may quote an address.
    last_error = models.CharField(max_length=80, blank=True)

    objects = OutgoingMessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="outgoing_sent_when", condition=~Q(status="sent") | Q(sent_at__isnull=False)
            ),
            models.CheckConstraint(
                name="outgoing_claimed_until",
                condition=~Q(status="claimed") | Q(claimed_until__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="outgoing_open",
                condition=Q(status__in=["waiting", "claimed"]),
            )
        ]

    def __str__(self) -> str:
        return self.key
