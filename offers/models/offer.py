from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation, Workforce
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common import clock

# Days after the review interval (workflows.md, "Offer"): shown as not confirmed; hidden from search
# and closed for referrals.
NOT_CONFIRMED_AFTER = timedelta(days=30)
HIDDEN_AFTER = timedelta(days=90)


class OfferStatus(models.TextChoices):
    DRAFT = "draft", _("Kladde")
    IN_REVIEW = "in_review", _("Til gennemsyn")
    PUBLISHED = "published", _("Offentlig")
    PAUSED = "paused", _("På pause")
    ARCHIVED = "archived", _("Arkiveret")


class Gender(models.TextChoices):
    ALL = "all", _("Alle")
    MEN = "men", _("Mænd")
    WOMEN = "women", _("Kvinder")


class OfferQuerySet(models.QuerySet["Offer"]):
    def public(self) -> "OfferQuerySet":
        """Offers that everybody may see: published ones of active organisations."""
        return self.filter(
            status=OfferStatus.PUBLISHED, organisation__status=Organisation.Status.ACTIVE
        )

    def visible_to(self, actor: Actor) -> "OfferQuerySet":
        """Public ones and the own; for a coordinator also what may wait for an answer in the area:
        first listings, and paused offers whose edit waits. A job sees all."""
        if actor.is_system:
            return self.all()
        seen = Q(status=OfferStatus.PUBLISHED, organisation__status=Organisation.Status.ACTIVE)
        if actor.organisation_id:
            seen |= Q(organisation_id=actor.organisation_id)
        if actor.area and allows(actor, Permission.OFFER_MODERATE):
            seen |= Q(
                status__in=[OfferStatus.IN_REVIEW, OfferStatus.PAUSED],
                organisation__municipality_id__in=actor.area,
            )
        return self.filter(seen)

    def open_to(self, actor: Actor) -> "OfferQuerySet":
        """Offers whose page opens: what paused, ended or went stale keeps its page, with a notice.
        Drafts are for those who may see them."""
        kept = [OfferStatus.PUBLISHED, OfferStatus.PAUSED, OfferStatus.ARCHIVED]
        return self.filter(status__in=kept) | self.visible_to(actor)

    def owned_by(self, actor: Actor) -> "OfferQuerySet":
        return self.filter(organisation_id=actor.organisation_id)

    def with_page_data(self) -> "OfferQuerySet":
        """What the offer's page and its card show, in a constant number of statements."""
        return self.select_related(
            "organisation",
            "organisation__profile",
            "organisation__municipality",
            "capacity",
            "template",
        ).prefetch_related("locations__municipality", "coverage", "sessions", "translations")


class Offer(models.Model):
    """Something an association runs that a person can join. Its address is its slug."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "organisationen bag tilbuddet",
        "purpose": "at vise tilbuddet; rummer id på den, der sidst bekræftede det",
        "retention": "så længe tilbuddet findes",
        "seen_by": "alle; id'et ser ingen",
    }

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="offers")
    # A national association keeps a template; local copies inherit and override named fields.
    template = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="copies"
    )
    overrides = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    slug = models.SlugField(max_length=100, unique=True)
    status = models.CharField(max_length=10, choices=OfferStatus.choices, default=OfferStatus.DRAFT)

    title = models.CharField(_("titel"), max_length=160)
    summary = models.CharField(_("kort om tilbuddet"), max_length=400, blank=True)
    description = models.TextField(_("beskrivelse"), max_length=8000, blank=True)
    category = models.CharField(_("slags hjælp"), max_length=40)
    target_groups = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    conditions = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    icpc_chapters = ArrayField(models.CharField(max_length=1), default=list, blank=True)
    # Whom it is for: patient, relative, bereaved.
    subject_roles = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    age_min = models.PositiveSmallIntegerField(_("yngste alder"), null=True, blank=True)
    age_max = models.PositiveSmallIntegerField(_("ældste alder"), null=True, blank=True)
    gender = models.CharField(max_length=5, choices=Gender.choices, default=Gender.ALL)
    peer_led = models.BooleanField(_("ledet af nogen med egne erfaringer"), default=False)
    workforce = models.CharField(
        max_length=12, choices=Workforce.choices, default=Workforce.UNKNOWN
    )
    mode = models.CharField(_("form"), max_length=20)
    participation = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    price_ore = models.PositiveIntegerField(_("pris i øre"), null=True, blank=True)
    price_note = models.CharField(_("om prisen"), max_length=200, blank=True)
    languages = ArrayField(models.CharField(max_length=5), default=list, blank=True)
    accessibility = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    how_to_join_citizen = models.TextField(_("sådan kommer du med"), max_length=1000, blank=True)
    how_to_join_professional = models.TextField(_("sådan henviser du"), max_length=1000, blank=True)
    not_for = models.CharField(_("ikke for"), max_length=400, blank=True)
    bring = models.CharField(_("tag med"), max_length=400, blank=True)
    needs_from_public = models.CharField(
        _("brug for fra det offentlige"), max_length=400, blank=True
    )
    # The offer's title reveals an illness, so mails and leaflets do not carry it.
    title_reveals_condition = models.BooleanField(default=True)
    takes_navigator_referrals = models.BooleanField(_("modtager brobygning"), default=False)
    max_referrals_per_month = models.PositiveSmallIntegerField(null=True, blank=True)

    # Verification is its own fact, never `updated_at` (workflows.md).
    review_interval_days = models.PositiveSmallIntegerField(default=182)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by_id = models.BigIntegerField(null=True, blank=True)
    verified_method = models.CharField(max_length=12, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    # The association's typical answer time in working days and how many it says yes to, refreshed
    # by the nightly job of referrals through `offers.services.store_answer_figures`. Shown before
    # choosing; never used for ranking.
    answer_days = models.PositiveSmallIntegerField(null=True, blank=True)
    answers_counted = models.PositiveIntegerField(default=0)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("tilbud")
        verbose_name_plural = _("tilbud")
        constraints = [
            models.CheckConstraint(
                name="offer_status_known", condition=Q(status__in=OfferStatus.values)
            ),
            models.CheckConstraint(
                name="offer_ages_in_order",
                condition=Q(age_min__isnull=True)
                | Q(age_max__isnull=True)
                | Q(age_min__lte=F("age_max")),
            ),
            models.CheckConstraint(
                name="offer_published_when",
                condition=~Q(status="published") | Q(published_at__isnull=False),
            ),
            models.CheckConstraint(name="offer_not_own_template", condition=~Q(template=F("id"))),
            models.CheckConstraint(
                name="offer_verified_how_and_when",
                condition=Q(verified_at__isnull=True, verified_method="")
                | (Q(verified_at__isnull=False) & ~Q(verified_method="")),
            ),
            # The referral's composite foreign keys point here: offer and its organisation together.
            models.UniqueConstraint(fields=["id", "organisation"], name="offer_with_organisation"),
        ]
        indexes = [
            models.Index(fields=["organisation", "status"], name="offer_of_organisation"),
        ]

    def __str__(self) -> str:
        return self.title

    # A copy inherits text fields of its template that it does not override.
    def inherited(self, field: str) -> str:
        own: str = getattr(self, field)
        if own or self.template is None or field in self.overrides:
            return own
        inherited: str = getattr(self.template, field)
        return inherited

    @property
    def shown_summary(self) -> str:
        return self.inherited("summary")

    @property
    def shown_description(self) -> str:
        return self.inherited("description")

    @property
    def review_due_at(self) -> datetime | None:
        if self.verified_at is None:
            return None
        return self.verified_at + timedelta(days=self.review_interval_days)

    @property
    def is_confirmed(self) -> bool:
        return self._verified_within(NOT_CONFIRMED_AFTER)

    @property
    def is_hidden_as_stale(self) -> bool:
        return not self._verified_within(HIDDEN_AFTER)

    def _verified_within(self, grace: timedelta) -> bool:
        if self.verified_at is None:
            return False
        return clock.now() <= self.verified_at + timedelta(days=self.review_interval_days) + grace
