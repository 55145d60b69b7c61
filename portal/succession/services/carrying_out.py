"""The day itself: everything in one transaction, or nothing."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from offers.services.transferring import move_coverage, transfer_offers
from organisations.models import Organisation
from organisations.services.succession import (
    cede_organisation,
    close_organisation,
    lock_organisations,
    move_region,
    transfer_children,
    transfer_contacts,
    transfer_members,
)
from partnerships.services.succession import transfer_agreements, transfer_collaboration
from portal.access.actor import Actor
from portal.audit import trail
from portal.common import clock
from portal.common.errors import NotAllowed
from portal.geography.models import Region
from portal.succession.assignment import Assignment, assign
from portal.succession.hindrances import hindrances
from portal.succession.models import Succession, SuccessionState
from portal.succession.services.approving import missing_approvals
from referrals.services.succession import (
    count_open_referrals,
    hand_over_concerns,
    offers_with_referrals,
)

# A referral that was on its way when the day began is counted before the doors are shut.
SETTLING: Final = timedelta(hours=24)


@transaction.atomic
def carry_out(*, succession_id: UUID, actor: Actor) -> Succession | None:
    """Do what was approved, with the rows of today. None when there is nothing to do: not approved,
    not due, done already, or being done by another worker.

    A plan that became impossible stays as it is and says why. Any error undoes the whole day.
    """
    if not actor.is_system:
        raise NotAllowed()
    row = (
        Succession.objects.due(clock.today())
        .select_for_update(of=("self",), skip_locked=True)
        .filter(pk=succession_id)
        .first()
    )
    if row is None:
        return None
    locked = lock_organisations({part.pk for part in row.parties})
    hindrance = next((f"{text} {advice}" for text, advice in hindrances(row)), "")
    if hindrance or missing_approvals(row):
        row.hindrance = hindrance[:400]
        row.save(update_fields=["hindrance"])
        return None
    found = assign(row)
    _lift_targets(found, actor)
    row.outcome = _move_everything(row, found, locked, actor)
    row.state, row.carried_out_at, row.hindrance = SuccessionState.CARRIED_OUT, clock.now(), ""
    row.save()
    counts = ",".join(f"{name}={count}" for name, count in row.outcome.items())
    trail.record(actor, "succession.carry_out", row, plan=row.fingerprint[:16], counts=counts)
    return row


def _move_everything(
    row: Succession, found: Assignment, locked: Mapping[int, Organisation], actor: Actor
) -> dict[str, int]:
    on, counts = row.effective_on, Counter[str]()
    offers: dict[int, int] = {}
    for (source, target), ids in sorted(found.children.items()):
        counts["children"] += transfer_children(
            source=locked[source], target=locked[target], ids=ids, actor=actor
        )
    for (source, target), ids in sorted(found.offers.items()):
        moved = transfer_offers(
            source=locked[source],
            target=locked[target],
            ids=ids,
            with_referrals=offers_with_referrals(source),
            actor=actor,
        )
        counts["offers"] += len(moved)
        offers.update(moved)
    counts["coverage"] = move_coverage(regions=found.regions, actor=actor)
    _move_regions(found, actor)
    counts["agreements"] = transfer_agreements(
        moves=found.agreements,
        on=on,
        actor=actor,
        lasting=row.lasting,
        regions=found.scopes,
        offers=offers,
    )
    for rule in found.rules:
        _move_the_rest(locked[rule.source.pk], locked[rule.rest.pk], on, offers, counts, actor)
    return {name: count for name, count in counts.items() if count}


def _move_the_rest(
    source: Organisation,
    target: Organisation,
    on: date,
    offers: Mapping[int, int],
    counts: Counter[str],
    actor: Actor,
) -> None:
    """What belongs to the organisation as a whole; then it ends."""
    counts.update(transfer_collaboration(source=source, target=target, on=on, actor=actor))
    counts["contacts"] += transfer_contacts(source=source, target=target, actor=actor)
    counts["concerns"] += hand_over_concerns(
        source_id=source.pk, target_id=target.pk, offers=offers, actor=actor
    )
    counts["members"] += transfer_members(source=source, target=target, actor=actor)
    cede_organisation(source=source, successor=target, actor=actor)


def _lift_targets(found: Assignment, actor: Actor) -> None:
    """A target that lay below a source comes to stand where the source stood."""
    sources = {rule.source.pk for rule in found.rules}
    parents: dict[int, int | None] = dict(Organisation.objects.values_list("pk", "parent_id"))
    for target in {row.pk for rule in found.rules for row in rule.targets}:
        above, new, seen = parents.get(target), parents.get(target), {target}
        while above is not None and above not in seen:
            seen.add(above)
            if above in sources:
                new = parents.get(above)
            above = parents.get(above)
        if new != parents.get(target):
            row = Organisation.objects.get(pk=target)
            row.parent_id = new
            row.save(update_fields=["parent"])
            trail.record(actor, "organisation.lift", row)


def _move_regions(found: Assignment, actor: Actor) -> None:
    """Where organisations lie: by municipality where a region was split."""
    regions: dict[int, Region] = Region.objects.in_bulk()
    for rule in found.rules:
        ended = rule.source.region
        if ended is None or ended.pk not in found.regions or rule.rest.region is None:
            continue
        for target in rule.targets:
            if target.pk != rule.rest.pk and target.region is not None:
                places = [pk for pk, row in rule.by_municipality.items() if row.pk == target.pk]
                move_region(ended=ended, new=target.region, municipality_ids=places, actor=actor)
        move_region(
            ended=regions[ended.pk], new=rule.rest.region, municipality_ids=None, actor=actor
        )


def close_what_is_finished(*, actor: Actor) -> int:
    """Close ceded organisations whose last open referral has ended; returns how many."""
    closed = 0
    for row in Organisation.objects.filter(status=Organisation.Status.CEDED).order_by("pk"):
        if _ended_at_least(row, SETTLING) and not count_open_referrals(row.pk):
            closed += close_organisation(organisation_id=row.pk, actor=actor)
    return closed


def _ended_at_least(row: Organisation, age: timedelta) -> bool:
    done = Succession.objects.filter(
        state=SuccessionState.CARRIED_OUT, parts__source=row, carried_out_at__gt=clock.now() - age
    )
    return not done.exists()
