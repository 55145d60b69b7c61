from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from offers.models import Offer
from organisations.models import Organisation
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common import clock
from portal.common.models import UuidModel
from portal.geography.models import HealthCouncil, Municipality, Region


class AgreementKind(models.TextChoices):
    FRAME = "frame", _("Rammeaftale")
    LOCAL = "local", _("Lokal aftale")
    PROJECT = "project", _("Projektaftale")
    PARTNERSHIP = "partnership", _("Partnerskabsaftale")
    LETTER_OF_INTENT = "letter_of_intent", _("Hensigtserklæring")


class AgreementState(models.TextChoices):
    IDEA = "idea", _("Idé og afklaring")
    DRAFT = "draft", _("Udkast")
    INTERNAL_REVIEW = "internal_review", _("Intern høring (faglig og juridisk)")
    NEGOTIATION = "negotiation", _("Forhandling")
    AWAITING_SIGNATURE = "awaiting_signature", _("Til underskrift")
    SIGNED = "signed", _("Underskrevet")
    ACTIVE = "active", _("Aktiv")
    SUSPENDED = "suspended", _("Suspenderet")
    EXPIRED = "expired", _("Udløbet")
    TERMINATED = "terminated", _("Opsagt")
    CLOSED = "closed", _("Afsluttet")
    CANCELLED = "cancelled", _("Annulleret")


class ScopeLevel(models.TextChoices):
    REGION = "region", _("Region")
    HEALTH_COUNCIL = "health_council", _("Sundhedsråd")
    MUNICIPALITY = "municipality", _("Kommune")
    HOSPITAL = "hospital", _("Hospital")
    DEPARTMENT = "department", _("Afdeling")


class Degree(models.TextChoices):
    """How closely the parties work together."""

    INFORM = "inform", _("Vi kender og fortæller om hinanden")
    REFER = "refer", _("Vi henviser til hinanden")
    COORDINATE = "coordinate", _("Vi tilpasser vores indsatser til hinanden")
    JOINT = "joint", _("Vi løser opgaven sammen")


S = AgreementState
# Nothing of these is binding yet: any party may end them by cancelling.
BEFORE_SIGNATURE = (S.IDEA, S.DRAFT, S.INTERNAL_REVIEW, S.NEGOTIATION, S.AWAITING_SIGNATURE)
IN_FORCE = (S.SIGNED, S.ACTIVE, S.SUSPENDED)
# What the public register may show: it runs, or it has run.
SHOWN_IN_PUBLIC = (S.ACTIVE, S.SUSPENDED, S.EXPIRED, S.TERMINATED, S.CLOSED)


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, actor: Actor) -> "AgreementQuerySet":
        """An agreement exists for its parties' people, for the public owner above a public party
        (the region of a hospital, the hospital of a department) and for those asked to review it.
        An association's umbrella sees nothing of its branches' agreements."""
        if not allows(actor, Permission.AGREEMENT_VIEW):
            return self.none()
        return self.filter(pk__in=keys_visible_to(actor))

    def of_party(self, actor: Actor) -> "AgreementQuerySet":
        """Those that the actor's own organisation is a party of."""
        return self.filter(pk__in=_of_party(actor))

    def public(self) -> "AgreementQuerySet":
        """Shown in the public register: in force or ended, and every party has said yes."""
        from partnerships.models.party import AgreementParty

        present = AgreementParty.objects.filter(agreement=OuterRef("pk"), left_on__isnull=True)
        silent = present.filter(public_consent_at__isnull=True)
        return self.filter(Exists(present), ~Exists(silent), status__in=SHOWN_IN_PUBLIC)

    def in_force(self) -> "AgreementQuerySet":
        return self.filter(status__in=IN_FORCE)

    def with_list_data(self) -> "AgreementQuerySet":
        return self.prefetch_related("parties__organisation")


def keys_visible_to(actor: Actor) -> "models.QuerySet[models.Model]":
    """The keys behind `visible_to`, for questions about what hangs on agreements. One list, not
    three alternatives: those would make PostgreSQL read every agreement."""
    return _of_party(actor).union(_of_owner(actor), _of_review(actor))


def _of_party(actor: Actor) -> "models.QuerySet[models.Model]":
    from partnerships.models.party import AgreementParty

    rows = AgreementParty.objects.filter(_may_read(), organisation_id=actor.organisation_id)
    return rows.order_by().values("agreement_id")  # type: ignore[return-value]


def _may_read() -> Q:
    """Parties, those that have been, and those that an amendment asks to sign now: nobody signs
    what they cannot read. While it is a draft, or when it was taken back, they see nothing."""
    from partnerships.models.amendment import PartyChange

    asked = PartyChange.objects.filter(
        party=OuterRef("pk"),
        way=PartyChange.Way.JOINS,
        amendment__state__in=["awaiting_signature", "signed"],
        amendment__agreement__status__in=IN_FORCE,
    )
    return Q(has_been_in=True) | Q(Exists(asked))


def _of_owner(actor: Actor) -> "models.QuerySet[models.Model]":
    from partnerships.models.party import AgreementParty, Side

    own = actor.organisation_id
    owned = Organisation.objects.filter(Q(parent_id=own) | Q(parent__parent_id=own)).values("pk")
    # A place that another organisation took over is looked at from above the new one.
    rows = AgreementParty.objects.filter(
        _may_read(), side=Side.PUBLIC, organisation_id__in=owned, succeeded_by__isnull=True
    )
    return rows.order_by().values("agreement_id")  # type: ignore[return-value]


def _of_review(actor: Actor) -> "models.QuerySet[models.Model]":
    from partnerships.models.review import Review

    rows = Review.objects.filter(organisation_id=actor.organisation_id)
    return rows.order_by().values("agreement_id")  # type: ignore[return-value]


class Agreement(UuidModel):
    """A partnership agreement (samarbejdsaftale). Its sections are read and written as facts
    (`partnerships/facts`); only `services.mover` writes `status`."""

    privacy: ClassVar[dict[str, str]] = {
        "controller": "aftalens parter",
        "purpose": "at vide, hvad parterne har aftalt",
        "retention": "10 år efter aftalens slutning",
        "seen_by": "parternes ledere og koordinatorer, og dem, der bedes gennemgå aftalen",
    }

    # To speak of it by, such as 2026-014. It opens nothing.
    number = models.CharField(_("nummer"), max_length=12, unique=True)
    # What a file that brought it here called it, so that loading again changes nothing.
    external_id = models.CharField(max_length=80, blank=True)
    kind = models.CharField(_("slags"), max_length=20, choices=AgreementKind.choices)
    title = models.CharField(_("titel"), max_length=200)
    status = models.CharField(
        max_length=20, choices=AgreementState.choices, default=AgreementState.IDEA
    )
    status_changed_at = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)

    # section: purpose
    purpose = models.TextField(_("formål"), max_length=4000, blank=True)
    background = models.TextField(_("baggrund"), max_length=4000, blank=True)
    target_group = models.CharField(_("målgruppe"), max_length=400, blank=True)
    target_groups = models.JSONField(_("målgrupper"), default=list, blank=True)
    target_group_found = models.TextField(
        _("sådan blev målgruppen fundet"), max_length=2000, blank=True
    )
    place = models.CharField(_("sted"), max_length=200, blank=True)
    degree = models.CharField(
        _("grad af samarbejde"), max_length=12, choices=Degree.choices, blank=True
    )
    scope_level = models.CharField(
        _("gælder for"), max_length=16, choices=ScopeLevel.choices, blank=True
    )
    scope_region = models.ForeignKey(
        Region, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    scope_council = models.ForeignKey(
        HealthCouncil, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    scope_municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    scope_organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    starts_on = models.DateField(_("begynder"), null=True, blank=True)
    ends_on = models.DateField(_("slutter"), null=True, blank=True)
    notice_months = models.PositiveSmallIntegerField(
        _("opsigelsesvarsel i måneder"), null=True, blank=True
    )

    # section: frame. What decides whether a lawyer or a data protection officer must look.
    shares_personal_data = models.BooleanField(_("deler personoplysninger"), null=True, blank=True)
    involves_minors = models.BooleanField(_("arbejder med børn og unge"), null=True, blank=True)
    home_visits = models.BooleanField(_("besøg i borgeres hjem"), null=True, blank=True)
    data_protection = models.TextField(
        _("afklaring af databeskyttelse"), max_length=4000, blank=True
    )
    data_protection_looked_at_on = models.DateField(null=True, blank=True)
    time_limited = models.BooleanField(_("tidsbegrænsede projektpenge"), null=True, blank=True)
    after_end = models.TextField(_("planen for dagen efter"), max_length=2000, blank=True)

    # section: volunteers, the association's own
    volunteers_statement = models.TextField(_("frivilliges rolle"), max_length=4000, blank=True)
    volunteer_training = models.TextField(_("oplæring"), max_length=2000, blank=True)
    volunteer_supervision = models.TextField(_("supervision"), max_length=2000, blank=True)

    # section: governance
    steering_group = models.TextField(_("styregruppe"), max_length=2000, blank=True)
    meeting_rhythm = models.CharField(_("mødes"), max_length=200, blank=True)
    evaluation_plan = models.TextField(_("evaluering"), max_length=2000, blank=True)
    archive_reference = models.CharField(_("journalnummer"), max_length=80, blank=True)

    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    renews = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="renewals"
    )
    # The text that is signed, frozen; each round of signing has its own.
    frozen = models.ForeignKey(
        "partnerships.Document", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signing_round = models.PositiveSmallIntegerField(default=0)
    # As it was when the agreement was sent to review, so that the database can hold it to it.
    legal_threshold_ore = models.BigIntegerField(null=True, blank=True)
    signed_on = models.DateField(null=True, blank=True)
    # Notice has been given: a job ends it on that day.
    terminates_on = models.DateField(_("opsagt til"), null=True, blank=True)
    termination_document = models.ForeignKey(
        "partnerships.Document", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    final_evaluation = models.TextField(_("afsluttende evaluering"), max_length=8000, blank=True)
    public_summary = models.TextField(_("kort om aftalen"), max_length=1000, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("samarbejdsaftale")
        verbose_name_plural = _("samarbejdsaftaler")
        indexes = [
            models.Index(fields=["status", "ends_on"], name="agreement_by_state_and_end"),
            models.Index(fields=["ends_on", "id"], name="agreement_by_end"),
            models.Index(fields=["status", "starts_on"], name="agreement_by_start"),
        ]
        constraints = [
            models.CheckConstraint(
                name="agreement_status_known", condition=Q(status__in=AgreementState.values)
            ),
            models.CheckConstraint(
                name="agreement_kind_known", condition=Q(kind__in=AgreementKind.values)
            ),
            models.CheckConstraint(
                name="agreement_dates_in_order",
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(starts_on__lte=F("ends_on")),
            ),
            models.UniqueConstraint(
                name="agreement_external_id_once",
                fields=["external_id"],
                condition=~Q(external_id=""),
            ),
            models.CheckConstraint(
                name="agreement_past_signing_has_signature_day",
                condition=~Q(
                    status__in=["signed", "active", "suspended", "expired", "terminated", "closed"]
                )
                | Q(signed_on__isnull=False, starts_on__isnull=False, ends_on__isnull=False),
            ),
            models.CheckConstraint(
                name="agreement_starts_after_last_signature",
                condition=Q(signed_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(signed_on__lte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="agreement_awaiting_has_frozen_text",
                condition=~Q(status__in=["awaiting_signature", "signed"]) | Q(frozen__isnull=False),
            ),
            models.CheckConstraint(
                name="agreement_termination_has_document",
                condition=Q(terminates_on__isnull=True, termination_document__isnull=True)
                | Q(terminates_on__isnull=False, termination_document__isnull=False),
            ),
            models.CheckConstraint(
                name="agreement_terminated_was_given_notice",
                condition=~Q(status="terminated") | Q(terminates_on__isnull=False),
            ),
            models.CheckConstraint(
                name="agreement_closed_has_evaluation",
                condition=~Q(status="closed") | ~Q(final_evaluation=""),
            ),
            models.CheckConstraint(
                name="agreement_reviewed_with_threshold",
                condition=Q(status__in=["idea", "draft", "cancelled"])
                | Q(legal_threshold_ore__isnull=False),
            ),
            models.CheckConstraint(name="agreement_not_own_parent", condition=~Q(parent=F("id"))),
            models.CheckConstraint(
                name="agreement_scope_names_its_area",
                condition=Q(scope_level="")
                | Q(scope_level="region", scope_region__isnull=False)
                | Q(scope_level="health_council", scope_council__isnull=False)
                | Q(scope_level="municipality", scope_municipality__isnull=False)
                | Q(scope_level__in=["hospital", "department"], scope_organisation__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def audit_labels(self) -> dict[str, str]:
        return {"number": self.number}

    @property
    def is_before_signature(self) -> bool:
        return self.status in BEFORE_SIGNATURE

    @property
    def is_in_force(self) -> bool:
        return self.status in IN_FORCE

    @property
    def up_for_renewal(self) -> bool:
        """A flag, not a gap in validity: it ends within half a year."""
        if self.status not in (S.ACTIVE, S.SUSPENDED) or self.ends_on is None:
            return False
        return (self.ends_on - clock.today()).days <= 180


class AgreementOffer(models.Model):
    """An offer that runs under an agreement; its referrals count towards the indicators."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="linked_offers")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="agreements")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "offer"], name="agreement_offer_once")
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}: {self.offer_id}"


class FramePair(models.Model):
    """One public party and one association under a frame agreement that is signed or in force.

    The rows exist for the constraint: one active frame agreement per pair and kind. A database
    trigger writes them with the agreement's state, so no code can forget them.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="frame_pairs")
    kind = models.CharField(max_length=20, choices=AgreementKind.choices)
    public = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    association = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    period = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_active_frame_agreement_per_pair",
                expressions=[
                    ("kind", RangeOperators.EQUAL),
                    ("public", RangeOperators.EQUAL),
                    ("association", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}: {self.public_id} - {self.association_id}"
