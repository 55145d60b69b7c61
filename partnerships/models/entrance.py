from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from partnerships.models.agreement import Agreement
from portal.common.models import UuidModel


class Entrance(models.Model):
    """The one clear way in to a public body (indgang): who to write to, what it may and may not do,
    and what it asks of an association. Public."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "den offentlige organisation",
        "purpose": "at foreninger kan finde en navngiven kontakt",
        "retention": "til organisationen retter eller lukker siden",
        "seen_by": "alle",
    }

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="entrance"
    )
    is_open = models.BooleanField(_("siden er åben"), default=False)
    intro = models.TextField(_("kort fortalt"), max_length=1000, blank=True)
    may = models.TextField(_("det kan vi"), max_length=2000, blank=True)
    may_not = models.TextField(_("det må vi ikke"), max_length=2000, blank=True)
    requirements = models.TextField(_("det beder vi om"), max_length=2000, blank=True)
    contact_name = models.CharField(_("kontakt"), max_length=120, blank=True)
    contact_title = models.CharField(_("titel"), max_length=120, blank=True)
    contact_email = models.EmailField(_("e-mail"), blank=True)
    contact_phone = models.CharField(_("telefon"), max_length=20, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="open_entrance_names_a_contact",
                condition=Q(is_open=False) | (~Q(contact_name="") & ~Q(contact_email="")),
            )
        ]

    def __str__(self) -> str:
        return f"Indgang: {self.organisation_id}"


class EntrancePost(UuidModel):
    """A need, a room or a training place that a public body posts."""

    class Kind(models.TextChoices):
        NEED = "need", _("Behov")
        ROOM = "room", _("Lokale")
        TRAINING = "training", _("Plads på kursus")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="entrance_posts"
    )
    kind = models.CharField(_("slags"), max_length=8, choices=Kind.choices)
    title = models.CharField(_("titel"), max_length=160)
    text = models.TextField(_("beskrivelse"), max_length=2000, blank=True)
    from_on = models.DateField(_("fra"), null=True, blank=True)
    until_on = models.DateField(_("til"), null=True, blank=True)
    posted_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-posted_at"]

    def __str__(self) -> str:
        return self.title


class Enquiry(UuidModel):
    """Somebody knocks: the first words of an idea, with its answer clocks.

    Acknowledged within 2 and answered within 15 working days. From an association with an account,
    or from somebody without one, who then follows it by a link.
    """

    privacy: ClassVar[dict[str, str]] = {
        "controller": "den offentlige organisation",
        "purpose": "at svare på en henvendelse fra en forening",
        "retention": "som aftalen; uden aftale 1 år efter svaret",
        "seen_by": "den offentlige organisations koordinatorer og afsenderen",
    }

    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="enquiry")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="enquiries"
    )
    post = models.ForeignKey(
        EntrancePost, null=True, blank=True, on_delete=models.SET_NULL, related_name="enquiries"
    )
    # The association, when it is known to the portal; else what the writer says of itself.
    sender = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sender_name = models.CharField(_("forening"), max_length=160)
    contact_name = models.CharField(_("dit navn"), max_length=120)
    contact_email = models.EmailField(_("din e-mail"))
    contact_phone = models.CharField(_("din telefon"), max_length=20, blank=True)
    text = models.TextField(_("jeres idé"), max_length=4000)
    token_hash = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField()
    acknowledge_by = models.DateTimeField()
    answer_by = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(_("svar"), max_length=4000, blank=True)
    answered_by_name = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["received_at"]
        indexes = [
            models.Index(
                fields=["answer_by"],
                name="enquiry_unanswered",
                condition=Q(answered_at__isnull=True),
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="enquiry_answer_when",
                condition=Q(answered_at__isnull=True, answer="")
                | (Q(answered_at__isnull=False) & ~Q(answer="")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.sender_name}"
