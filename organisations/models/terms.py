from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.models.organisation import Organisation
from portal.access.actor import Actor
from portal.common import clock


class TermsAcceptance(models.Model):
    """A manager accepted one version of the receiver's terms. Only then does the organisation
    receive identified referrals. The text of a version is a file in `organisations/terms/`."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "organisationen selv",
        "purpose": "bevis for, at vilkårene er godkendt",
        "retention": "5 år efter samarbejdets ophør",
        "seen_by": "lederne i organisationen og driften",
    }

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="terms_acceptances"
    )
    version = models.CharField(max_length=20)
    accepted_at = models.DateTimeField(default=clock.now)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "version"], name="terms_accepted_once_per_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.version}"


class NamedHandlerQuerySet(models.QuerySet["NamedHandler"]):
    def visible_to(self, actor: Actor) -> "NamedHandlerQuerySet":
        return self.filter(organisation_id=actor.organisation_id)

    def current(self) -> "NamedHandlerQuerySet":
        return self.filter(ended_at__isnull=True)

    def in_turn(self) -> "NamedHandlerQuerySet":
        """First the contact, then the deputy; those whose mail bounced come last."""
        return self.current().order_by(
            models.F("bounced_at").asc(nulls_first=True), "is_deputy", "pk"
        )


class NamedHandler(models.Model):
    """A person who answers referrals for an association under the accepted terms.

    Reply links go to named handlers only; the phone gets the six-digit code. Private volunteers
    have no statutory duty of confidentiality, so each signs a promise.
    """

    privacy: ClassVar[dict[str, str]] = {
        "controller": "foreningen",
        "purpose": "at vide, hvem der svarer på henvisninger, og sende engangskoder",
        "retention": "1 år efter, at personen er stoppet",
        "seen_by": "lederne i foreningen; afsenderen ser navnet",
    }

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="named_handlers"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="handler_of",
    )
    name = models.CharField(_("navn"), max_length=120)
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("telefon til engangskode"), max_length=20)
    is_deputy = models.BooleanField(_("stedfortræder"), default=False)
    promised_at = models.DateTimeField(_("tavshedsløfte givet"))
    ended_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)

    objects = NamedHandlerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=models.Q(ended_at__isnull=True),
                name="named_handler_once_per_address",
            )
        ]

    def __str__(self) -> str:
        return self.name
