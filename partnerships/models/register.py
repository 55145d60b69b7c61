from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from portal.access.actor import Actor
from portal.accounts.models import User
from portal.common import clock
from portal.common.models import UuidModel


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, actor: Actor) -> "SavedViewQuerySet":
        """The person's own, in the organisation that the person acts for."""
        return self.filter(user_id=actor.user_id or 0, organisation_id=actor.organisation_id)


class SavedView(UuidModel):
    """A named set of filters in the register, one person's own."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "brugerens organisation",
        "purpose": "at finde de samme aftaler igen",
        "retention": "til brugeren sletter den",
        "seen_by": "brugeren selv",
    }

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("navn"), max_length=80)
    # The address's own words after `?`, cleaned by the filter form.
    query = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "name"], name="saved_view_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def visible_to(self, actor: Actor) -> "CalendarFeedQuerySet":
        return self.filter(user_id=actor.user_id or 0, organisation_id=actor.organisation_id)


class CalendarFeed(models.Model):
    """One person's secret address of the agreements' dates, for a calendar program. The token is
    stored as a hash; a new one makes the old one void."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "brugerens organisation",
        "purpose": "at få aftalernes frister i egen kalender",
        "retention": "til brugeren lukker den",
        "seen_by": "brugeren selv",
    }

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="one_feed_per_membership")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.organisation_id}"
