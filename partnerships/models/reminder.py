from django.db import models
from django.utils.translation import gettext_lazy as _

from partnerships.models.agreement import Agreement


class Reminder(models.Model):
    """A day that an agreement's people were reminded of, or that passed while nobody could be.

    The row is what keeps a reminder from going out twice: one for each agreement, kind, thing it is
    about, day and stage. After downtime the newest stage is sent and the older ones are recorded.
    """

    class Kind(models.TextChoices):
        END = "end", _("Aftalen slutter")
        NOTICE = "notice", _("Frist for opsigelse")
        MILESTONE = "milestone", _("Milepæl")
        DATA_PROTECTION = "data_protection", _("Databeskyttelse")
        CONTACT_GONE = "contact_gone", _("Kontakten er væk")
        UNSIGNED = "unsigned", _("Mangler underskrift")

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    # What it is about: a milestone, or a party and the contact who left. Empty for the whole.
    about = models.CharField(max_length=80, blank=True)
    due_on = models.DateField()
    # Days from `due_on` to the reminder itself; below zero is before it.
    offset = models.SmallIntegerField(default=0)
    sent = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="reminder_once", fields=["agreement", "kind", "about", "due_on", "offset"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}: {self.kind} {self.due_on} {self.offset}"
