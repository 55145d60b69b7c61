from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from partnerships.models.agreement import Agreement
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.accounts.models import User
from portal.common import clock
from portal.common.models import UuidModel

_PRIVACY: dict[str, str] = {
    "controller": "sundhedsrådet",
    "purpose": "samarbejdet i sundhedsrådets forum",
    "retention": "5 år efter mødet",
    "seen_by": "forummets medlemmer",
}


class ForumQuerySet(models.QuerySet["Forum"]):
    def visible_to(self, actor: Actor) -> "ForumQuerySet":
        """For the managers and coordinators of the council and of the organisations that have a
        seat today."""
        if not allows(actor, Permission.FORUM_TAKE_PART):
            return self.none()
        seat = ForumMember.objects.filter(
            forum=OuterRef("pk"), organisation_id=actor.organisation_id, until__isnull=True
        )
        return self.filter(Q(organisation_id=actor.organisation_id) | Exists(seat))

    def run_by(self, actor: Actor) -> "ForumQuerySet":
        """Those that the actor may set up, call and write minutes of."""
        if not allows(actor, Permission.FORUM_RUN):
            return self.none()
        return self.filter(organisation_id=actor.organisation_id)


class Forum(UuidModel):
    """A collaboration forum of a health council: members, meetings, decisions, action points."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="forums", verbose_name=_("sundhedsråd")
    )
    name = models.CharField(_("navn"), max_length=160)
    purpose = models.TextField(_("formål"), max_length=2000, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ForumQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="forum_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class ForumMemberQuerySet(models.QuerySet["ForumMember"]):
    def visible_to(self, actor: Actor) -> "ForumMemberQuerySet":
        return self.filter(forum__in=Forum.objects.visible_to(actor))

    def seated(self) -> "ForumMemberQuerySet":
        return self.filter(until__isnull=True)


class ForumMember(UuidModel):
    """An organisation's seat. Its managers and coordinators, and the named person, take part."""

    privacy: ClassVar[dict[str, str]] = _PRIVACY

    forum = models.ForeignKey(Forum, on_delete=models.CASCADE, related_name="members")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_chair = models.BooleanField(_("forperson"), default=False)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    objects = ForumMemberQuerySet.as_manager()

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.CheckConstraint(
                name="forum_seat_in_order",
                condition=Q(until__isnull=True) | Q(since__lte=F("until")),
            ),
            models.UniqueConstraint(
                name="forum_seat_once",
                fields=["forum", "organisation"],
                condition=Q(until__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.forum_id}: {self.organisation_id}"


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, actor: Actor) -> "MeetingQuerySet":
        return self.filter(forum__in=Forum.objects.visible_to(actor))

    def run_by(self, actor: Actor) -> "MeetingQuerySet":
        return self.filter(forum__in=Forum.objects.run_by(actor))


class Meeting(UuidModel):
    privacy: ClassVar[dict[str, str]] = _PRIVACY

    class State(models.TextChoices):
        PLANNED = "planned", _("Planlagt")
        HELD = "held", _("Afholdt")
        APPROVED = "approved", _("Referat godkendt")
        CALLED_OFF = "called_off", _("Aflyst")

    forum = models.ForeignKey(Forum, on_delete=models.CASCADE, related_name="meetings")
    title = models.CharField(_("titel"), max_length=160)
    begins_at = models.DateTimeField(_("begynder"))
    ends_at = models.DateTimeField(_("slutter"), null=True, blank=True)
    place = models.CharField(_("sted"), max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    minutes = models.TextField(_("referat"), max_length=20000, blank=True)
    minutes_by_name = models.CharField(max_length=120, blank=True)
    agenda_sent_at = models.DateTimeField(null=True, blank=True)
    minutes_sent_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by_name = models.CharField(max_length=120, blank=True)
    # Counts the changes of its own minutes, so that of two writers none loses a word.
    version = models.PositiveIntegerField(default=0)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["begins_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="meeting_in_order",
                condition=Q(ends_at__isnull=True) | Q(begins_at__lt=F("ends_at")),
            ),
            models.CheckConstraint(
                name="meeting_approved_when",
                condition=Q(state="approved", approved_at__isnull=False)
                | (~Q(state="approved") & Q(approved_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AgendaItemQuerySet(models.QuerySet["AgendaItem"]):
    def visible_to(self, actor: Actor) -> "AgendaItemQuerySet":
        return self.filter(meeting__forum__in=Forum.objects.visible_to(actor))


class AgendaItem(UuidModel):
    privacy: ClassVar[dict[str, str]] = _PRIVACY

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(_("punkt"), max_length=200)
    text = models.TextField(_("baggrund"), max_length=4000, blank=True)
    proposed_by = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    minutes = models.TextField(_("referat af punktet"), max_length=8000, blank=True)
    decision = models.TextField(_("beslutning"), max_length=2000, blank=True)
    version = models.PositiveIntegerField(default=0)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class MinutesCommentQuerySet(models.QuerySet["MinutesComment"]):
    def visible_to(self, actor: Actor) -> "MinutesCommentQuerySet":
        return self.filter(meeting__forum__in=Forum.objects.visible_to(actor))


class MinutesComment(UuidModel):
    """What a member says of minutes that were sent and are not approved yet."""

    privacy: ClassVar[dict[str, str]] = _PRIVACY

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="comments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=120)
    text = models.TextField(_("bemærkning"), max_length=2000)
    at = models.DateTimeField(default=clock.now)

    objects = MinutesCommentQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.user_name}"


class ActionPointQuerySet(models.QuerySet["ActionPoint"]):
    def visible_to(self, actor: Actor) -> "ActionPointQuerySet":
        """Of a forum or an agreement that exists for the actor."""
        return self.filter(
            Q(forum__in=Forum.objects.visible_to(actor))
            | Q(agreement__in=Agreement.objects.visible_to(actor))
        )

    def open(self) -> "ActionPointQuerySet":
        return self.filter(done_on__isnull=True)


class ActionPoint(UuidModel):
    """Something that somebody shall do. Of a forum, or of an agreement (F96)."""

    privacy: ClassVar[dict[str, str]] = _PRIVACY

    forum = models.ForeignKey(
        Forum, null=True, blank=True, on_delete=models.CASCADE, related_name="action_points"
    )
    meeting = models.ForeignKey(
        Meeting, null=True, blank=True, on_delete=models.SET_NULL, related_name="action_points"
    )
    agreement = models.ForeignKey(
        "partnerships.Agreement",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="action_points",
    )
    text = models.CharField(_("opgave"), max_length=400)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    due_on = models.DateField(_("senest"))
    done_on = models.DateField(_("gjort"), null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = ActionPointQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(
                fields=["due_on"], name="action_point_open", condition=Q(done_on__isnull=True)
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="action_point_of_forum_or_agreement",
                condition=Q(forum__isnull=False, agreement__isnull=True)
                | Q(forum__isnull=True, agreement__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.text
