"""One statement for everything that the page of an offer shows."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject

from offers.models import (
    Offer,
    OfferCoverage,
    OfferLocation,
    OfferSession,
    OfferTranslation,
)
from offers.models.offer import OfferQuerySet
from portal.access.actor import Actor


def load_page(slug: str, actor: Actor) -> Offer | None:
    """The offer with all that its page shows, if its page opens for this actor. One statement."""
    return with_page_facts(Offer.objects.open_to(actor).filter(slug=slug)).first()


def with_page_facts(offers: OfferQuerySet) -> OfferQuerySet:
    """The same offers, each with all that its page and its leaflet show. Still one statement."""

    def rows(model: type[Any]) -> Any:
        return model.objects.filter(offer=OuterRef("pk")).order_by("pk")

    def as_json(model: type[Any], **fields: str) -> ArraySubquery:
        shown = JSONObject(**{name: F(source) for name, source in fields.items()})
        return ArraySubquery(rows(model).values(json=shown))

    related = ("organisation", "organisation__profile", "capacity", "template")
    return offers.select_related(*related).annotate(
        page_places=as_json(
            OfferLocation,
            name="name",
            address="address",
            postal_code="postal_code",
            town="town",
            municipality="municipality__name",
            latitude="latitude",
            longitude="longitude",
        ),
        page_coverage=as_json(
            OfferCoverage,
            type="type",
            region="region__name",
            council="health_council__name",
            municipality="municipality__name",
            code="municipality__code",
        ),
        page_sessions=as_json(
            OfferSession,
            text="text",
            rrule="rrule",
            starts_on="starts_on",
            start_time="start_time",
            end_time="end_time",
        ),
        page_translations=as_json(
            OfferTranslation, language="language", title="title", summary="summary"
        ),
    )
