from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from organisations.models.organisation import Organisation
from portal.access.actor import Actor
from portal.access.grants import GRANTS
from portal.common import clock


class Role(models.TextChoices):
    MANAGER = "manager", _("Leder")
    EDITOR = "editor", _("Redaktør")
    HANDLER = "handler", _("Modtager af henvisninger")
    CLINICIAN = "clinician", _("Kliniker")
    COORDINATOR = "coordinator", _("Koordinator")
    LAWYER = "lawyer", _("Jurist")
    DPO = "dpo", _("Databeskyttelsesrådgiver")
    ANALYST = "analyst", _("Analytiker")
    OPERATOR = "operator", _("Drift")


def _pairs() -> Q:
    """The closed list of (kind, role), straight from the grants table, as a check."""
    condition = Q(pk__in=[])
    by_kind: dict[str, list[str]] = {}
    for kind, role in GRANTS:
        by_kind.setdefault(kind, []).append(role)
    for position, (kind, roles) in enumerate(sorted(by_kind.items())):
        pair = Q(organisation_kind=kind, role__in=sorted(roles))
        condition = pair if position == 0 else condition | pair
    return condition


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, actor: Actor) -> "MembershipQuerySet":
        """Colleagues of the current organisation."""
        return self.filter(organisation_id=actor.organisation_id)

    def of_user(self, user_id: int) -> "MembershipQuerySet":
        """The person's own memberships, for switching between organisations."""
        return self.filter(user_id=user_id)

    def with_role(self, role: str) -> "MembershipQuerySet":
        held = MembershipRole.objects.filter(membership=models.OuterRef("pk"), role=role)
        return self.filter(models.Exists(held))


class Membership(models.Model):
    """Ties a person to one organisation with a set of roles.

    `organisation_kind` repeats the organisation's kind, tied by a composite foreign key, so that
    the closed list of (kind, role) can be a check constraint.
    """

    privacy: ClassVar[dict[str, str]] = {
        "controller": "brugerens organisation; Samspil er databehandler",
        "purpose": "at vide, hvem der handler for hvem",
        "retention": "til medlemskabet slutter",
        "seen_by": "lederne i organisationen og brugeren selv",
    }

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="memberships"
    )
    organisation_kind = models.CharField(max_length=20)
    created_at = models.DateTimeField(default=clock.now)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"], name="membership_once_per_organisation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} i {self.organisation_id}"


class MembershipRole(models.Model):
    privacy: ClassVar[dict[str, str]] = {
        "controller": "brugerens organisation; Samspil er databehandler",
        "purpose": "at vide, hvad den enkelte må",
        "retention": "til rollen tages fra",
        "seen_by": "lederne i organisationen og brugeren selv",
    }

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="roles")
    organisation_kind = models.CharField(max_length=20)
    role = models.CharField(max_length=12, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "role"], name="membership_role_once"),
            models.CheckConstraint(name="membership_role_fits_kind", condition=_pairs()),
        ]

    def __str__(self) -> str:
        return self.role


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, actor: Actor) -> "InvitationQuerySet":
        return self.filter(organisation_id=actor.organisation_id)

    def open(self) -> "InvitationQuerySet":
        return self.filter(
            accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=clock.now()
        )


class Invitation(models.Model):
    """A manager asks somebody to join. The link is a token, stored hashed, good for 14 days."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "organisationen, der inviterer",
        "purpose": "at invitere en kollega",
        "retention": "90 dage efter svar eller udløb",
        "seen_by": "lederne i organisationen",
    }

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("navn"), max_length=120)
    roles = ArrayField(models.CharField(max_length=12, choices=Role.choices))
    token_hash = models.BinaryField(unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_one_open_per_address",
            )
        ]

    def __str__(self) -> str:
        return self.email
