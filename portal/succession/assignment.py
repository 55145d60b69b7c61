"""Which rows go where: the plan's rules on today's rows. The dry run counts exactly what the day
moves, because both ask here."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from offers.models import Offer
from organisations.models import Membership, Organisation
from partnerships.models import Agreement
from partnerships.services.succession import agreements_of
from portal.succession.models import Succession


@dataclass(frozen=True, slots=True)
class Rule:
    """One source's arrows: who takes the rest, and who takes what lies in a municipality."""

    source: Organisation
    rest: Organisation
    by_municipality: Mapping[int, Organisation]

    def target_of(self, municipality_id: int | None) -> Organisation:
        return self.by_municipality.get(municipality_id or 0, self.rest)

    @property
    def targets(self) -> list[Organisation]:
        every = {self.rest.pk: self.rest, **{row.pk: row for row in self.by_municipality.values()}}
        return list(every.values())


@dataclass(slots=True)
class Assignment:
    """Keys of rows by source and target. Of everything else, all goes to the one with the rest."""

    rules: list[Rule]
    children: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    offers: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    agreements: dict[tuple[UUID, int], int] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=dict)
    # Regions that have ended by the day → those of their successors, and by agreement.
    regions: dict[int, list[int]] = field(default_factory=dict)
    scopes: dict[tuple[UUID, int], int] = field(default_factory=dict)


def rules_of(succession: Succession) -> list[Rule]:
    by_source: dict[int, Rule] = {}
    parts = list(
        succession.parts.select_related("source__region", "target__region").prefetch_related(
            "municipalities"
        )
    )
    for part in parts:
        if part.takes_rest:
            by_source[part.source_id] = Rule(part.source, part.target, {})
    for part in parts:
        if not part.takes_rest and part.source_id in by_source:
            rule = by_source[part.source_id]
            places = {row.pk: part.target for row in part.municipalities.all()}
            by_source[part.source_id] = Rule(
                rule.source, rule.rest, {**rule.by_municipality, **places}
            )
    return [by_source[pk] for pk in sorted(by_source)]


def assign(succession: Succession) -> Assignment:
    """Everything that moves if the plan is carried out now. A constant number of statements for
    each source, whatever the number of rows."""
    found = Assignment(rules_of(succession))
    sources = {rule.source.pk for rule in found.rules}
    for rule in found.rules:
        _children(found, rule, sources)
        _offers(found, rule)
        _agreements(found, rule)
        _regions(found, rule, succession)
        found.members[rule.source.pk] = list(
            Membership.objects.filter(organisation=rule.source)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
    return found


def _children(found: Assignment, rule: Rule, sources: set[int]) -> None:
    rows = Organisation.objects.filter(parent=rule.source, status=Organisation.Status.ACTIVE)
    # A source or target below another keeps its own place.
    targets = {row.pk for row in rule.targets}
    rows = rows.exclude(Q(pk__in=sources) | Q(pk__in=targets))
    grouped: dict[tuple[int, int], list[int]] = defaultdict(list)
    for pk, municipality_id in rows.order_by("pk").values_list("pk", "municipality_id"):
        grouped[rule.source.pk, rule.target_of(municipality_id).pk].append(pk)
    found.children.update(grouped)


def _offers(found: Assignment, rule: Rule) -> None:
    rows = (
        Offer.objects.filter(organisation=rule.source)
        .prefetch_related("locations", "coverage")
        .order_by("pk")
    )
    grouped: dict[tuple[int, int], list[int]] = defaultdict(list)
    for offer in rows:
        grouped[rule.source.pk, rule.target_of(_place_of(offer)).pk].append(offer.pk)
    found.offers.update(grouped)


def _place_of(offer: Offer) -> int | None:
    """Where it meets, else the one municipality that it covers."""
    for place in sorted(offer.locations.all(), key=lambda row: row.pk):
        return place.municipality_id
    covered = [row.municipality_id for row in offer.coverage.all()]
    return covered[0] if len(covered) == 1 else None


def _agreements(found: Assignment, rule: Rule) -> None:
    rows = agreements_of(rule.source.pk).select_related("scope_organisation")
    for agreement in rows.order_by("pk"):
        found.agreements[agreement.pk, rule.source.pk] = rule.target_of(_scope_of(agreement)).pk


def _scope_of(agreement: Agreement) -> int | None:
    if agreement.scope_municipality_id:
        return agreement.scope_municipality_id
    about = agreement.scope_organisation
    return about.municipality_id if about is not None else None


def _regions(found: Assignment, rule: Rule, succession: Succession) -> None:
    """Only a region that has ended by then hands over its area: else its map still holds."""
    old = rule.source.region if rule.source.kind == "region" else None
    if old is None or old.last_day is None or old.last_day >= succession.effective_on:
        return
    new = {
        row.pk: row.region
        for row in rule.targets
        if row.kind == "region" and row.region is not None and row.region_id != old.pk
    }
    if rule.rest.pk not in new:
        return
    found.regions[old.pk] = [region.pk for region in new.values()]
    rows = Agreement.objects.filter(scope_region=old).select_related("scope_organisation")
    for agreement in rows.order_by("pk"):
        target = new.get(rule.target_of(_scope_of(agreement)).pk, new[rule.rest.pk])
        found.scopes[agreement.pk, old.pk] = target.pk
