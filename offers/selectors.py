"""Reads that answer a question about offers rather than return the rows of one page."""

from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Power, Sqrt

from offers.coverage import ONLINE_MODES
from offers.models import Offer, OfferCapacity, OfferCoverage, OfferEvent, OfferLocation
from offers.models.offer import HIDDEN_AFTER, NOT_CONFIRMED_AFTER, OfferQuerySet, OfferStatus
from organisations.models import Membership, Organisation, OrganisationKind, Role
from portal.common import clock
from portal.geography.models import AreaMembership, Municipality

# One degree of latitude in metres, and how much shorter a degree of longitude is in Denmark.
_METRES = 111_195.0
_NARROWING = 0.557

_WITHOUT_ROOM = (OfferCapacity.Status.WAITING_LIST, OfferCapacity.Status.FULL)


def review_due() -> Expression:
    """The moment an offer should be confirmed anew, in SQL; null where it never was confirmed."""
    interval = ExpressionWrapper(
        F("review_interval_days") * Value(timedelta(days=1)), output_field=DurationField()
    )
    return ExpressionWrapper(F("verified_at") + interval, output_field=DateTimeField())


def covering(offers: OfferQuerySet, municipality: Municipality, on: date) -> OfferQuerySet:
    """The offers that take citizens of this municipality: `offers.coverage.covers`, in SQL."""
    ended = Q(
        region__valid__fully_lt=DateRange(on, None),
        valid__endswith=F("region__valid__endswith"),
    )
    areas = AreaMembership.objects.filter(Q(valid__contains=on) | ended, municipality=municipality)
    rows = OfferCoverage.objects.filter(offer=OuterRef("pk"))
    covered = rows.filter(
        Q(type=OfferCoverage.Type.NATIONAL)
        | Q(municipality=municipality)
        | Q(region__in=areas.filter(region__isnull=False).values("region"))
        | Q(health_council__in=areas.filter(health_council__isnull=False).values("health_council"))
    )
    online = Q(mode__in=ONLINE_MODES) & ~Exists(rows)
    return offers.filter(Exists(covered) | online)


def _metres_to(municipality: Municipality) -> Subquery:
    """From the nearest place of an offer; null where nobody has to go anywhere."""
    # A place without a point of its own stands in the middle of its municipality.
    latitude = Coalesce(F("latitude"), F("municipality__latitude"))
    longitude = Coalesce(F("longitude"), F("municipality__longitude"))
    metres = (
        Sqrt(
            Power(latitude - Value(municipality.latitude), 2)
            + Power((longitude - Value(municipality.longitude)) * Value(_NARROWING), 2)
        )
        * _METRES
    )
    nearest = (
        OfferLocation.objects.filter(offer=OuterRef("pk"))
        .order_by()
        .values("offer")
        .annotate(metres=Min(metres, output_field=FloatField()))
        .values("metres")
    )
    return Subquery(nearest, output_field=FloatField())


def alternatives_to(offer: Offer, municipality: Municipality, limit: int = 3) -> list[Offer]:
    """Other offers that a citizen of `municipality` could be referred to now instead of this one.

    They give the same kind of help or meet the same people, cover the municipality, take referrals,
    have room and are confirmed recently enough. The most alike come first, then the nearest;
    nothing about how an association answers counts. One statement. Each has organisation and
    capacity loaded and `distance_m`, which is None for offers that nobody travels to.
    """
    shared = [
        When(category=offer.category, then=1),
        When(target_groups__overlap=offer.target_groups, then=1),
        When(conditions__overlap=offer.conditions, then=1),
    ]
    likeness = sum(
        (Case(when, default=0, output_field=IntegerField()) for when in shared), start=Value(0)
    )
    rows = (
        covering(Offer.objects.public(), municipality, clock.today())
        .filter(Q(category=offer.category) | Q(target_groups__overlap=offer.target_groups))
        .filter(organisation__takes_referrals=True)
        .exclude(pk=offer.pk)
        .exclude(capacity__status__in=_WITHOUT_ROOM)
        .alias(due=review_due())
        .filter(due__gte=clock.now() - HIDDEN_AFTER)
        .annotate(likeness=likeness, distance_m=_metres_to(municipality))
        .order_by("-likeness", F("distance_m").asc(nulls_last=True), "slug")
        .select_related("organisation", "capacity", "template")
    )
    return list(rows[:limit])


def offers_of(organisation: Organisation) -> OfferQuerySet:
    """The offers on an organisation's public page, with what a card shows. Three statements."""
    return (
        Offer.objects.public()
        .filter(organisation=organisation)
        .alias(due=review_due())
        .filter(due__gte=clock.now() - HIDDEN_AFTER)
        .select_related("organisation", "capacity", "template")
        .prefetch_related("locations", "sessions")
        .order_by("title", "pk")
    )


def stale_offers_in(area: tuple[int, ...]) -> OfferQuerySet:
    """Published offers that nobody has confirmed for too long, the longest first, for the
    coordinator of `area` (ids of municipalities): by where they meet, else by the association."""
    here = Exists(OfferLocation.objects.filter(offer=OuterRef("pk"), municipality__in=area))
    anywhere = Exists(OfferLocation.objects.filter(offer=OuterRef("pk")))
    return (
        Offer.objects.public()
        .filter(here | Q(~anywhere, organisation__municipality__in=area))
        .annotate(due=review_due())
        .filter(Q(due__isnull=True) | Q(due__lt=clock.now() - NOT_CONFIRMED_AFTER))
        .select_related("organisation")
        .order_by(F("due").asc(nulls_first=True), "pk")
    )


def offers_to_review_in(area: tuple[int, ...]) -> OfferQuerySet:
    """First listings that wait for the coordinator of `area`, the oldest first."""
    return (
        Offer.objects.filter(status=OfferStatus.IN_REVIEW, organisation__municipality__in=area)
        .select_related("organisation")
        .order_by("updated_at", "pk")
    )


def edits_to_review_in(area: tuple[int, ...]) -> QuerySet[OfferEvent]:
    """The newest unanswered edit of each offer of an unverified organisation, oldest first."""
    answered = OfferEvent.objects.filter(
        offer=OuterRef("offer"),
        pk__gt=OuterRef("pk"),
        verb__in=["edit_waits", "edit_taken", "edit_refused"],
    )
    return (
        OfferEvent.objects.filter(
            ~Exists(answered), verb="edit_waits", offer__organisation__municipality__in=area
        )
        .select_related("offer__organisation")
        .order_by("pk")
    )


def coordinators_of(organisation: Organisation) -> list[int]:
    """User ids of the coordinators of the area in which an organisation lies: its municipality's,
    its council's and its region's. Empty for one that lies nowhere."""
    if organisation.municipality_id is None:
        return []
    areas = AreaMembership.objects.filter(
        municipality_id=organisation.municipality_id, valid__contains=clock.today()
    )
    kinds = OrganisationKind
    theirs = (
        Q(organisation__kind=kinds.MUNICIPALITY)
        & Q(organisation__municipality_id=organisation.municipality_id)
        | Q(organisation__kind=kinds.REGION, organisation__region__in=areas.values("region"))
        | Q(
            organisation__kind=kinds.HEALTH_COUNCIL,
            organisation__health_council__in=areas.values("health_council"),
        )
    )
    return list(
        Membership.objects.filter(theirs, organisation__status=Organisation.Status.ACTIVE)
        .with_role(Role.COORDINATOR)
        .order_by("user_id")
        .values_list("user_id", flat=True)
        .distinct()
    )
