"""Offers of an organisation that another takes over, and areas that cease to be (F151).

Called by `portal.succession` alone. A referral is tied to offer and receiver together, for ever, so
an offer that has referrals cannot change hands: its page, address and facts go on as the target's,
and the old row stays with its referrals, archived.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Exists, Model, OuterRef

from offers.models import (
    Offer,
    OfferCapacity,
    OfferCoverage,
    OfferDraft,
    OfferLocation,
    OfferSession,
    OfferStatus,
    OfferTranslation,
)
from offers.search.indexing import index_offers
from offers.services.mover import indexed_once, keep, new_event, show_in_search
from organisations.models import Organisation
from portal.access.actor import Actor
from portal.common.errors import NotAllowed
from portal.geography.models import AreaMembership, Region


@transaction.atomic
def transfer_offers(
    *,
    source: Organisation,
    target: Organisation,
    ids: Collection[int],
    with_referrals: Collection[int],
    actor: Actor,
) -> dict[int, int]:
    """Give the source's offers to the target; returns the new row's number for each old one.

    `with_referrals`: those that referrals are tied to. They are continued as a copy with the same
    address; what pointed at the old row as a template points at the copy.
    """
    if not actor.is_system:
        raise NotAllowed()
    rows = (
        Offer.objects.select_for_update(of=("self",))
        .select_related("organisation", "template")
        .filter(organisation=source, pk__in=ids)
        .order_by("pk")
    )
    new: dict[int, int] = {}
    with indexed_once():
        for offer in rows:
            if offer.pk in with_referrals:
                new[offer.pk] = _continue(offer, target, actor).pk
            else:
                offer.organisation = target
                offer.save(update_fields=["organisation"])
                _keep(offer, source, target, actor)
                new[offer.pk] = offer.pk
    _move_drafts(source, target, new)
    return new


def _move_drafts(source: Organisation, target: Organisation, new: Mapping[int, int]) -> None:
    """What an editor has typed and not saved is found again, at the offer and in the target."""
    for old, pk in new.items():
        if old != pk:
            OfferDraft.objects.filter(offer_id=old).update(offer_id=pk)
    there = OfferDraft.objects.filter(
        author=OuterRef("author"), organisation=target, offer__isnull=True
    )
    unsaved = OfferDraft.objects.filter(organisation=source, offer__isnull=True)
    unsaved.exclude(Exists(there)).update(organisation=target)
    OfferDraft.objects.filter(organisation=source, offer__in=new.values()).update(
        organisation=target
    )


def _keep(offer: Offer, source: Organisation, target: Organisation, actor: Actor) -> None:
    details = {"from": source.slug, "to": target.slug}
    keep(offer, new_event(offer, "transfer", actor, details=details), actor)
    show_in_search(offer)


def _continue(offer: Offer, target: Organisation, actor: Actor) -> Offer:
    source, slug, status = offer.organisation, offer.slug, offer.status
    offer.slug = f"{slug[:80]}-{uuid4().hex[:12]}"
    if status in (OfferStatus.PUBLISHED, OfferStatus.PAUSED):
        offer.status = OfferStatus.ARCHIVED
    offer.save(update_fields=["slug", "status"])
    copy = Offer.objects.get(pk=offer.pk)
    copy.pk, copy._state.adding = None, True
    copy.slug, copy.status, copy.organisation = slug, status, target
    copy.save(force_insert=True)
    for model in (OfferLocation, OfferCoverage, OfferSession, OfferTranslation, OfferCapacity):
        _copy_parts(model, offer, copy)
    Offer.objects.filter(template=offer).update(template=copy)
    details = {"from": source.slug, "to": target.slug, "copy": copy.slug}
    keep(offer, new_event(offer, "transfer", actor, old=status, details=details), actor)
    show_in_search(offer)
    _keep(copy, source, target, actor)
    return copy


def _copy_parts(model: type[Model], offer: Offer, copy: Offer) -> None:
    rows = list(model._default_manager.filter(offer=offer).order_by("pk"))
    for row in rows:
        row.pk, row._state.adding = None, True
        row.offer = copy  # type: ignore[attr-defined]
    model._default_manager.bulk_create(rows)


# --- areas --------------------------------------------------------------------------------------
Area = tuple[str, int]


@transaction.atomic
def move_coverage(*, regions: Mapping[int, Collection[int]], actor: Actor) -> int:
    """Offers that cover an ended region cover the same municipalities as on its last day.

    `regions`: ended region → the regions that take its place. A new region stands where all of its
    municipalities were covered; else the health councils that were, and the municipalities left
    over. Nobody is sent people from a place that the association did not choose.
    """
    if not actor.is_system:
        raise NotAllowed()
    ended = {row.pk: row for row in Region.objects.filter(pk__in=regions)}
    rows = OfferCoverage.objects.filter(region_id__in=ended)
    named: dict[int, set[int]] = defaultdict(set)
    for offer_id, region_id in rows.values_list("offer_id", "region_id"):
        named[offer_id].add(region_id)
    if not named:
        return 0
    towns = {pk: _municipalities(region) for pk, region in ended.items()}
    wholes = _wholes(ended.values(), {new for row in regions.values() for new in row})
    for offer_id, olds in named.items():
        covered = set().union(*(towns[old] for old in olds))
        for kind, pk in cover_with(covered, wholes):
            named_area: dict[str, Any] = {"type": kind, f"{kind}_id": pk}
            OfferCoverage.objects.get_or_create(offer_id=offer_id, **named_area)
    rows.delete()
    index_offers([*Offer.objects.filter(pk__in=named).only("pk")])
    return len(named)


def _municipalities(region: Region) -> set[int]:
    last = region.last_day
    rows = AreaMembership.objects.filter(region=region)
    rows = rows.filter(valid__contains=last) if last else rows
    return set(rows.values_list("municipality_id", flat=True))


def _wholes(ended: Iterable[Region], new: Collection[int]) -> list[tuple[Area, set[int]]]:
    """Areas that can stand for their municipalities on the day after, the large ones first."""
    days = [row.valid.upper for row in ended if row.valid.upper]
    rows = AreaMembership.objects.filter(region_id__in=new) | AreaMembership.objects.filter(
        health_council__isnull=False
    )
    if days:
        rows = rows.filter(valid__contains=max(days))
    found: dict[Area, set[int]] = defaultdict(set)
    for region, council, municipality in rows.values_list(
        "region_id", "health_council_id", "municipality_id"
    ):
        area = ("region", region) if region else ("health_council", council)
        found[area].add(municipality)
    return sorted(found.items(), key=lambda row: (row[0][0] != "region", row[0][1]))


def cover_with(covered: set[int], wholes: Iterable[tuple[Area, set[int]]]) -> list[Area]:
    """The fewest names for exactly these municipalities: whole areas first, then what is left."""
    left, names = set(covered), []
    for area, towns in wholes:
        if towns and towns <= left:
            names.append(area)
            left -= towns
    return names + [("municipality", pk) for pk in sorted(left)]
