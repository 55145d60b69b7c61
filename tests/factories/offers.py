"""Offers as they stand after somebody has put them up. Moves are tested through the services."""

from datetime import date, time, timedelta
from typing import Any

import factory

from offers.models import (
    Offer,
    OfferCapacity,
    OfferCoverage,
    OfferLocation,
    OfferSession,
    OfferStatus,
)
from portal.common import clock
from portal.geography.models import Municipality
from tests.factories.organisations import OrganisationFactory


class OfferFactory(factory.django.DjangoModelFactory[Offer]):
    """A published offer, confirmed yesterday, with room, that covers the whole country.

    `covers=[municipality, ...]` narrows the area; `capacity="full"` says how much room there is;
    `place=municipality` gives it a place to meet; `covers=None` and `capacity=None` leave them out.
    """

    class Meta:
        model = Offer
        skip_postgeneration_save = True

    organisation = factory.SubFactory(OrganisationFactory)
    title = factory.Sequence(lambda n: f"Hjertecafé nummer {n}")
    slug = factory.Sequence(lambda n: f"hjertecafe-{n}")
    summary = "Kaffe og snak for dig, der har haft en blodprop i hjertet."
    category = "netvaerk"
    mode = "fysisk"
    target_groups = factory.LazyFunction(lambda: ["hjerte", "voksne"])
    conditions = factory.LazyFunction(lambda: ["blodprop"])
    subject_roles = factory.LazyFunction(lambda: ["patient"])
    languages = factory.LazyFunction(lambda: ["da"])
    price_ore = 0
    workforce = "volunteers"
    status = OfferStatus.PUBLISHED
    verified_at = factory.LazyFunction(lambda: clock.now() - timedelta(days=1))
    verified_method = factory.LazyAttribute(lambda row: "page" if row.verified_at else "")
    published_at = factory.LazyFunction(clock.now)

    @classmethod
    def _create(cls, model_class: type[Offer], *args: Any, **kwargs: Any) -> Offer:
        covers = kwargs.pop("covers", "everywhere")
        room = kwargs.pop("capacity", OfferCapacity.Status.OPEN)
        place: Municipality | None = kwargs.pop("place", None)
        offer = model_class.objects.create(**kwargs)
        if covers == "everywhere":
            OfferCoverage.objects.create(offer=offer, type=OfferCoverage.Type.NATIONAL)
        else:
            for municipality in covers or []:
                OfferCoverage.objects.create(
                    offer=offer,
                    type=OfferCoverage.Type.MUNICIPALITY,
                    municipality=municipality,
                )
        if room is not None:
            OfferCapacity.objects.create(offer=offer, status=room)
        if place is not None:
            OfferLocation.objects.create(
                offer=offer, name="Folkestedet", municipality=place, town=place.name
            )
        return offer


def add_weekly_session(offer: Offer, *, weekday: str = "TH") -> OfferSession:
    """Every week at 14, since long ago."""
    return OfferSession.objects.create(
        offer=offer,
        text="Torsdag kl. 14.00-16.00, hver uge",
        rrule=f"FREQ=WEEKLY;BYDAY={weekday}",
        starts_on=date(2026, 1, 1),
        start_time=time(14, 0),
        end_time=time(16, 0),
    )
