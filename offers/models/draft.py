from typing import ClassVar

from django.conf import settings
from django.db import models

from offers.models.offer import Offer
from organisations.models import Organisation
from portal.access.actor import Actor
from portal.common import clock


class OfferDraftQuerySet(models.QuerySet["OfferDraft"]):
    def visible_to(self, actor: Actor) -> "OfferDraftQuerySet":
        if not actor.is_user:
            return self.none()
        return self.filter(author_id=actor.user_id, organisation_id=actor.organisation_id)


class OfferDraft(models.Model):
    """What an editor has typed and not saved, of an offer or of a new one. For its author alone,
    gone after 7 days; nobody is shown anything else because of it."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "organisationen bag tilbuddet",
        "purpose": "at intet går tabt, mens der skrives",
        "retention": "7 dage efter sidste ændring",
        "seen_by": "den, der har skrevet",
    }

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    offer = models.ForeignKey(Offer, null=True, on_delete=models.CASCADE, related_name="+")
    # Each field's values as the browser posted them, with the version that was written on.
    data = models.JSONField()
    saved_at = models.DateTimeField(default=clock.now)

    objects = OfferDraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["author", "organisation", "offer"],
                nulls_distinct=False,
                name="offer_draft_once",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
