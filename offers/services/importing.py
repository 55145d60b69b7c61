"""From a plain record to an offer, through the same services, in the past where it says so.

The record is a line of `offers.jsonl`: its `id` becomes the slug, its `organisation` is a slug,
days are counted back from now. An offer that is there already is left alone, so a file may be read
again.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from offers.facts import FIELDS, SUBJECT_ROLES
from offers.models import Offer, OfferEvent, OfferStatus, Verification
from offers.services.freshness import set_capacity, verify
from offers.services.mover import (
    indexed_once,
    keep,
    lock_offer,
    new_event,
    show_in_search,
)
from offers.services.publishing import archive, pause, publish, submit_for_review
from offers.services.writing import create_offer
from organisations.models import Organisation
from portal.access.actor import Actor
from portal.common import clock
from portal.common.errors import NotAllowed, NotFound

Record = Mapping[str, Any]


def import_offers(*, actor: Actor, records: Iterable[Record]) -> list[Offer]:
    """Import in order, each in a transaction of its own: a template before its copies."""
    with indexed_once():
        return [import_offer(actor=actor, record=record) for record in records]


def import_offer(*, actor: Actor, record: Record) -> Offer:
    """Bring one record in as a job would have, had it been here at the time.

    Raises `InvalidInput` for facts that cannot be used, `NotFound` for an unknown organisation or
    template, `NotAllowed` for anybody but a job.
    """
    if not actor.is_system:
        raise NotAllowed()
    slug = str(record["id"])
    existing = Offer.objects.filter(slug=slug).first()
    if existing is not None:
        return existing
    with transaction.atomic(), indexed_once():
        return _import(actor, slug, record)


def _import(actor: Actor, slug: str, record: Record) -> Offer:
    now = clock.now()
    room = record.get("capacity") or {}
    days = [record.get(name) for name in ("created_days_ago", "verified_days_ago")] + [
        room.get("as_of_days_ago")
    ]
    oldest = max((day for day in days if day is not None), default=0)
    with clock.at(now - timedelta(days=oldest + 1)):
        offer = _create(actor, slug, record)
        _publish(actor, offer, str(record.get("status") or OfferStatus.DRAFT))
    if record.get("verified_days_ago") is not None:
        with clock.at(now - timedelta(days=record["verified_days_ago"])):
            _confirm(actor, offer.pk)
    if room:
        with clock.at(now - timedelta(days=room.get("as_of_days_ago") or 0)):
            set_capacity(
                actor=actor,
                offer_id=offer.pk,
                status=room["status"],
                places=room.get("places"),
                wait_weeks=room.get("wait_weeks"),
            )
    with clock.at(now - timedelta(days=1)):
        _leave(actor, offer, str(record.get("status")))
    offer.refresh_from_db()
    return offer


def _create(actor: Actor, slug: str, record: Record) -> Offer:
    owner = Organisation.objects.filter(slug=record["organisation"]).only("pk").first()
    if owner is None:
        raise NotFound()
    template = None
    if record.get("template"):
        template = Offer.objects.filter(slug=record["template"]).only("pk").first()
        if template is None:
            raise NotFound()
    return create_offer(
        actor=actor,
        organisation_id=owner.pk,
        slug=slug,
        facts=_facts(record),
        template_id=template.pk if template else None,
        overrides=list(record.get("overrides") or []),
    )


def _facts(record: Record) -> dict[str, Any]:
    facts: dict[str, Any] = {name: record[name] for name in FIELDS if name in record}
    facts["subject_roles"] = [role for role in record.get("role") or [] if role in SUBJECT_ROLES]
    price = record.get("price")
    facts["price_ore"] = None if price is None else int(price) * 100
    facts["places"] = [
        {
            "name": place["name"],
            "address": place.get("address", ""),
            "postal_code": place.get("postal_code", ""),
            "municipality": place.get("municipality_code", ""),
        }
        for place in record.get("places") or []
    ]
    facts["coverage"] = [
        {"type": area["type"], "area": code}
        for area in record.get("coverage") or []
        for code in area["codes"] or [""]
    ]
    facts["sessions"] = [
        {
            "text": session["text"],
            "rrule": session.get("rrule") or "",
            # The rule says which days; it begins to count when the offer is put up.
            "starts_on": clock.today().isoformat() if session.get("rrule") else None,
            "start_time": session.get("start_time"),
            "end_time": session.get("end_time"),
        }
        for session in record.get("sessions") or []
    ]
    facts["translations"] = [
        {"language": language, "title": text["title"], "summary": text.get("summary", "")}
        for language, text in (record.get("translations") or {}).items()
    ]
    return facts


def _publish(actor: Actor, offer: Offer, status: str) -> None:
    """As far along the table as the record says it came."""
    if status == OfferStatus.IN_REVIEW:
        submit_for_review(actor=actor, offer_id=offer.pk)
    elif status in {OfferStatus.PUBLISHED, OfferStatus.PAUSED, OfferStatus.ARCHIVED}:
        publish(actor=actor, offer_id=offer.pk)


def _confirm(actor: Actor, offer_id: int) -> None:
    """A draft may have been confirmed too: by whoever wrote it."""
    offer = lock_offer(offer_id=offer_id, actor=actor)
    verify(offer, actor, Verification.Method.IMPORT)
    event: OfferEvent = new_event(offer, "confirm", actor, details={"method": "import"})
    keep(offer, event, actor)
    show_in_search(offer)


def _leave(actor: Actor, offer: Offer, status: str) -> None:
    if status == OfferStatus.PAUSED:
        pause(actor=actor, offer_id=offer.pk)
    elif status == OfferStatus.ARCHIVED:
        archive(actor=actor, offer_id=offer.pk)
