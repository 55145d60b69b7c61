from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation, OrganisationKind
from partnerships.models.agreement import Agreement
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.models import UuidModel

# The public bodies that have an entrance each (workflows.md).
ENTRANCE_KINDS = (
    OrganisationKind.REGION,
    OrganisationKind.HEALTH_COUNCIL,
    OrganisationKind.MUNICIPALITY,
    OrganisationKind.HOSPITAL,
)


class EntranceQuerySet(models.QuerySet["Entrance"]):
    def public(self) -> "EntranceQuerySet":
        """Open, of a public body that is there."""
        return self.filter(
            is_open=True,
            organisation__status=Organisation.Status.ACTIVE,
            organisation__kind__in=ENTRANCE_KINDS,
        )

    def run_by(self, actor: Actor) -> "EntranceQuerySet":
        return self.filter(organisation_id=actor.organisation_id)


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

    objects = EntranceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="open_entrance_names_a_contact",
                condition=Q(is_open=False) | (~Q(contact_name="") & ~Q(contact_email="")),
            )
        ]

    def __str__(self) -> str:
        return f"Indgang: {self.organisation_id}"


class EntrancePostQuerySet(models.QuerySet["EntrancePost"]):
    def public(self) -> "EntrancePostQuerySet":
        """Still open, and so is the entrance it hangs on."""
        return self.filter(
            Q(until_on__isnull=True) | Q(until_on__gte=clock.today()),
            closed_at__isnull=True,
            organisation__in=Entrance.objects.public().values("organisation_id"),
        )

    def run_by(self, actor: Actor) -> "EntrancePostQuerySet":
        return self.filter(organisation_id=actor.organisation_id)


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

    objects = EntrancePostQuerySet.as_manager()

    class Meta:
        ordering = ["-posted_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="entrance_post_dates_in_order",
                condition=Q(from_on__isnull=True)
                | Q(until_on__isnull=True)
                | Q(from_on__lte=F("until_on")),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_closed(self) -> bool:
        over = self.until_on is not None and self.until_on < clock.today()
        return over or self.closed_at is not None


class EnquiryQuerySet(models.QuerySet["Enquiry"]):
    def visible_to(self, actor: Actor) -> "EnquiryQuerySet":
        """For the managers and coordinators of both ends. Nobody above or beside them."""
        if not allows(actor, Permission.AGREEMENT_WRITE):
            return self.none()
        own = actor.organisation_id
        return self.filter(Q(organisation_id=own) | Q(sender_id=own))

    def received_by(self, actor: Actor) -> "EnquiryQuerySet":
        return self.visible_to(actor).filter(organisation_id=actor.organisation_id)

    def sent_by(self, actor: Actor) -> "EnquiryQuerySet":
        return self.visible_to(actor).filter(sender_id=actor.organisation_id)

    def unanswered(self) -> "EnquiryQuerySet":
        return self.filter(answered_at__isnull=True)

    def with_list_data(self) -> "EnquiryQuerySet":
        return self.select_related("agreement", "organisation", "sender", "post")


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

    class Outcome(models.TextChoices):
        ONWARD = "onward", _("Vi vil gerne videre")
        DECLINED = "declined", _("Det bliver ikke til noget")

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
    # Written by somebody who was signed in for `sender`: reads the answer there, without a link.
    has_account = models.BooleanField(default=False)
    # Drawn with the form, so that sending the same form twice is one enquiry.
    form_key = models.UUIDField(unique=True)
    received_at = models.DateTimeField()
    acknowledge_by = models.DateTimeField()
    answer_by = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by_name = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(_("svar"), max_length=4000, blank=True)
    answered_by_name = models.CharField(max_length=120, blank=True)
    outcome = models.CharField(_("udfald"), max_length=8, choices=Outcome.choices, blank=True)

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        ordering = ["received_at", "pk"]
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
                condition=Q(answered_at__isnull=True, answer="", outcome="")
                | (
                    Q(answered_at__isnull=False, outcome__in=["onward", "declined"]) & ~Q(answer="")
                ),
            ),
            models.CheckConstraint(
                name="enquiry_answered_is_acknowledged",
                condition=Q(answered_at__isnull=True) | Q(acknowledged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="enquiry_with_account_has_sender",
                condition=Q(has_account=False) | Q(sender__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.sender_name}"

    def audit_labels(self) -> dict[str, str]:
        return {"number": self.agreement.number}

    @property
    def is_overdue(self) -> bool:
        """Later than promised: the acknowledgement, or the answer."""
        now = clock.now()
        if self.answered_at is not None:
            return False
        return self.answer_by < now or (self.acknowledged_at is None and self.acknowledge_by < now)


class EnquiryLink(models.Model):
    """Lets somebody without an account follow one enquiry. Each mail has its own, minted when the
    mail is sent; the token is random and stored hashed."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "den offentlige organisation",
        "purpose": "at kunne følge sin henvendelse uden konto",
        "retention": "1 år",
        "seen_by": "ingen; kun et aftryk af linket er gemt",
    }

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="links")
    token_hash = models.BinaryField(unique=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="enquiry_link_lives", condition=Q(created_at__lt=F("expires_at"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.enquiry_id}"
