from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.common import clock


class OutgoingMessageQuerySet(models.QuerySet["OutgoingMessage"]):
    def due(self) -> "OutgoingMessageQuerySet":
        """Waiting and due, or claimed by a worker that has not come back."""
        now = clock.now()
        return self.filter(
            Q(status="waiting", due_at__lte=now) | Q(status="claimed", claimed_until__lte=now)
        )

    def failed(self) -> "OutgoingMessageQuerySet":
        return self.filter(status="failed")

    def oldest_first(self) -> "OutgoingMessageQuerySet":
        return self.order_by("due_at", "pk")


class OutgoingMessage(models.Model):
    """The outbox: what shall leave the building, written with the change that causes it.

    It stores a template and ids, never a rendered text: names and links are put together when it
    is sent. `key` says what it is (`referral:<id>:reminder:1`), so that running a job twice queues
    once.
    """

    privacy: ClassVar[dict[str, str]] = {
        "controller": "brugerens organisation; Samspil er databehandler",
        "purpose": "at sende beskeder én gang og kun én gang; rummer id'er, aldrig navne",
        "retention": "90 dage efter afsendelse",
        "seen_by": "ingen; driften ser antal og fejl",
    }

    class Channel(models.TextChoices):
        MAIL = "mail", _("E-mail")
        SMS = "sms", _("Sms")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Venter")
        CLAIMED = "claimed", _("Ved at blive sendt")
        SENT = "sent", _("Sendt")
        SUPPRESSED = "suppressed", _("Ikke længere nødvendig")
        FAILED = "failed", _("Kunne ikke sendes")

    key = models.CharField(_("nøgle"), max_length=120, unique=True)
    channel = models.CharField(
        _("kanal"), max_length=4, choices=Channel.choices, default=Channel.MAIL
    )
    template = models.CharField(_("skabelon"), max_length=60)
    # Ids that the template's builder needs. Never names, addresses or text.
    ids = models.JSONField(default=dict)
    organisation_id = models.BigIntegerField(null=True)
    # The request or job that queued it, so that one id follows the message to the mail itself.
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(_("oprettet"), default=clock.now)
    due_at = models.DateTimeField(_("skal sendes"), default=clock.now)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.WAITING
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    # How often a worker took it, and how often that worker was never heard of again.
    attempts = models.PositiveSmallIntegerField(_("forsøg"), default=0)
    losses = models.PositiveSmallIntegerField(default=0)
    # Of a message to several: digests of those who have it already, until it is done.
    done = models.JSONField(default=list)
    sent_at = models.DateTimeField(_("sendt"), null=True, blank=True)
    # Class name of what went wrong, never its text, which may quote an address.
    last_error = models.CharField(_("seneste fejl"), max_length=80, blank=True)

    objects = OutgoingMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("udgående besked")
        verbose_name_plural = _("udgående beskeder")
        constraints = [
            models.CheckConstraint(
                name="outgoing_sent_when",
                condition=Q(status="sent", sent_at__isnull=False)
                | (~Q(status="sent") & Q(sent_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="outgoing_claimed_until",
                condition=Q(status="claimed", claimed_until__isnull=False)
                | (~Q(status="claimed") & Q(claimed_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="outgoing_losses_are_attempts", condition=Q(losses__lte=F("attempts"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="outgoing_open",
                condition=Q(status__in=["waiting", "claimed"]),
            ),
            models.Index(fields=["id"], name="outgoing_failed", condition=Q(status="failed")),
        ]

    def __str__(self) -> str:
        return self.key
