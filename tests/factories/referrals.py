"""Offers and referrals for tests of referrals: made through the services, so each is reachable."""

from datetime import timedelta
from typing import Any

from offers.models import Offer, OfferCapacity, OfferCoverage, OfferStatus
from organisations.models import Organisation
from portal.access.actor import ANONYMOUS, Actor
from portal.audit.scope import tenant, unguarded
from portal.common import clock
from referrals import services
from referrals.models import Referral
from tests.world import World

_count = 0


def make_offer(organisation: Organisation, **fields: Any) -> Offer:
    """A published, fresh offer with room that covers the whole country."""
    global _count
    _count += 1
    national = fields.pop("national", True)
    capacity = fields.pop("capacity", OfferCapacity.Status.OPEN)
    offer = Offer.objects.create(
        organisation=organisation,
        **{
            "slug": f"tilbud-{_count}",
            "title": f"Hjertecafé {_count}",
            "summary": "Kaffe og snak.",
            "category": "netvaerk",
            "mode": "fysisk",
            "status": OfferStatus.PUBLISHED,
            "published_at": clock.now(),
            "verified_at": clock.now() - timedelta(days=3),
            "verified_method": "page",
            **fields,
        },
    )
    OfferCapacity.objects.create(offer=offer, status=capacity)
    if national:
        OfferCoverage.objects.create(offer=offer, type="national")
    return offer


def facts(world: World, **fields: Any) -> services.CodedFacts:
    return services.CodedFacts(
        **{"municipality": world.aarhus, "needs": ["netvaerk"], "age_band": "50-64", **fields}
    )


def person(**fields: Any) -> services.PatientDetails:
    return services.PatientDetails(
        **{
            "name": "Karen Prøve",
            "phone": "00 00 00 77",
            "message": "Vil gerne møde andre. Lidt nervøs første gang.",
            **fields,
        }
    )


def consent(**fields: Any) -> services.ConsentGiven:
    return services.ConsentGiven(
        **{
            "form": "written",
            "given_by": "self",
            "subject_role": "patient",
            "feedback": True,
            **fields,
        }
    )


def sent_code(world: World, offer: Offer, actor: Actor | None = None) -> services.SentCode:
    sender = actor or world.gp.actor()
    _code, signed = services.draw_code()
    with tenant(sender):
        return services.send_code(actor=sender, offer=offer, facts=facts(world), signed_code=signed)


def sent_identified(
    world: World, offer: Offer, actor: Actor | None = None, **fields: Any
) -> Referral:
    sender = actor or world.gp.actor()
    with tenant(sender):
        return services.send_identified(
            actor=sender,
            offer=offer,
            facts=fields.pop("facts", None) or facts(world),
            patient=fields.pop("patient", None) or person(),
            consent=fields.pop("consent", None) or consent(),
            **fields,
        )


def sent_self(world: World, offer: Offer, **fields: Any) -> tuple[Referral, str]:
    actor = form_actor(offer)
    with tenant(actor):
        return services.send_self(
            actor=actor, offer=offer, facts=facts(world), patient=person(**fields)
        )


def form_actor(offer: Offer) -> Actor:
    return ANONYMOUS.for_organisation(offer.organisation_id)


def act(verb: str, actor: Actor, referral: Referral, **arguments: Any) -> Referral:
    """One service in its own scope, as a page would call it."""
    with tenant(actor):
        service = getattr(services, verb)
        return service(actor=actor, referral_id=referral.pk, **arguments)


def again(referral: Referral) -> Referral:
    """The row as it stands in the database."""
    with unguarded():
        return Referral.objects.get(pk=referral.pk)
