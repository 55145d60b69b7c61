"""Writes the rows that search reads. A number of statements that does not grow with the offers.

A page that has changed an offer calls `index_offers([offer])`: compounds are then split against the
stored vocabulary, so no web process loads the dictionary. The nightly job and the command
`index_offers` call `rebuild_index()`, which uses the dictionary and counts the vocabulary anew.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from offers.coverage import ONLINE_MODES
from offers.models import Offer, OfferCapacity, OfferCoverage, OfferStatus, SearchRow, Synonym
from offers.models.offer import HIDDEN_AFTER, NOT_CONFIRMED_AFTER
from offers.search import compounds, vocabulary
from offers.search.document import Document, Splitter, document_of
from offers.search.folding import words
from offers.search.markers import COUNTRY, council_marker, region_marker
from offers.search.stemming import stem
from organisations.models import Organisation
from portal.common import clock
from portal.geography.models import AreaMembership, Municipality, PostalCode

BATCH: Final = 500
_UPDATED: Final = [f.name for f in SearchRow._meta.concrete_fields if not f.primary_key]


def index_offers(offers: Iterable[Offer], *, dictionary: compounds.Dictionary | None = None) -> int:
    """Bring the search rows of these offers up to date; those that may not be seen lose theirs.

    Idempotent. Safe inside the transaction that changed the offer. Returns the number of rows.
    """
    ids = sorted({offer.pk for offer in offers})
    written = 0
    for start in range(0, len(ids), BATCH):
        written += len(_index(ids[start : start + BATCH], dictionary, known_at_once=True))
    return written


def rebuild_index() -> int:
    """Index every public offer with the dictionary and write the vocabulary anew."""
    dictionary = compounds.load_dictionary()
    ids = list(Offer.objects.public().order_by("pk").values_list("pk", flat=True))
    spellings = _synonym_spellings()
    for start in range(0, len(ids), BATCH):
        for built in _index(ids[start : start + BATCH], dictionary, known_at_once=False):
            _count(spellings, built)
    SearchRow.objects.exclude(offer__in=Offer.objects.public()).delete()
    vocabulary.replace_vocabulary(_as_terms(spellings))
    return len(ids)


def rebuild_nightly() -> int:
    """The same, for a worker that goes on living: the dictionary is let go of afterwards."""
    try:
        return rebuild_index()
    finally:
        compounds.release_dictionary()


def refresh_vocabulary() -> int:
    """Count the vocabulary anew from the offers, without touching their rows."""
    spellings = _synonym_spellings()
    ids = list(SearchRow.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        for offer in _load(ids[start : start + BATCH]):
            _count(spellings, document_of(offer, (), lambda word: ()))
    return vocabulary.replace_vocabulary(_as_terms(spellings))


# --- one batch --------------------------------------------------------------------------------
@transaction.atomic
def _index(
    ids: Sequence[int], dictionary: compounds.Dictionary | None, *, known_at_once: bool
) -> list[Document]:
    offers = _load(ids)
    public = [offer for offer in offers if _is_public(offer)]
    areas = _Areas.load()
    points = _points(public)
    split: Splitter = dictionary.parts if dictionary else _splitter_for(public)
    documents = [document_of(offer, areas.names_of(offer), split) for offer in public]
    SearchRow.objects.bulk_create(
        [
            _row(offer, built, points.get(offer.pk))
            for offer, built in zip(public, documents, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["offer"],
        update_fields=_UPDATED,
    )
    SearchRow.objects.filter(pk__in=set(ids) - {offer.pk for offer in public}).delete()
    if known_at_once and documents:
        vocabulary.add_to_vocabulary(
            {written: folded for built in documents for written, folded in built.spellings.items()},
            dict.fromkeys(lexeme for built in documents for lexeme in built.stems),
        )
    return documents


def _load(ids: Sequence[int]) -> list[Offer]:
    return list(
        Offer.objects.filter(pk__in=ids)
        .select_related("organisation__parent", "template", "capacity")
        .prefetch_related("locations__municipality", "coverage__municipality", "translations")
        .order_by("pk")
    )


def _is_public(offer: Offer) -> bool:
    return (
        offer.status == OfferStatus.PUBLISHED
        and offer.organisation.status == Organisation.Status.ACTIVE
    )


def _row(offer: Offer, built: Document, point: tuple[float, float] | None) -> SearchRow:
    due = offer.review_due_at
    capacity: OfferCapacity | None = getattr(offer, "capacity", None)
    return SearchRow(
        offer=offer,
        words=built.as_tsvector(),
        covers=covered_by(offer),
        category=offer.category,
        mode=offer.mode,
        target_groups=offer.target_groups,
        participation=offer.participation,
        languages=offer.languages,
        accessibility=offer.accessibility,
        gender=offer.gender,
        age_min=offer.age_min,
        age_max=offer.age_max,
        free=offer.price_ore == 0,
        capacity=capacity.status if capacity else OfferCapacity.Status.OPEN,
        unconfirmed_from=due + NOT_CONFIRMED_AFTER if due else None,
        hidden_from=due + HIDDEN_AFTER if due else None,
        answer_days=offer.answer_days,
        latitude=point[0] if point else None,
        longitude=point[1] if point else None,
    )


def covered_by(offer: Offer) -> list[str]:
    """The markers of the areas that the offer takes people from (see `offers.search.markers`)."""
    kinds = OfferCoverage.Type
    found: set[str] = set()
    for row in offer.coverage.all():
        if row.type == kinds.NATIONAL:
            found.add(COUNTRY)
        elif row.municipality is not None:
            found.add(row.municipality.code)
        elif row.region_id is not None:
            found.add(region_marker(row.region_id))
        elif row.health_council_id is not None:
            found.add(council_marker(row.health_council_id))
    if not found and offer.mode in ONLINE_MODES:
        found.add(COUNTRY)
    return sorted(found)


@dataclass(frozen=True, slots=True)
class _Areas:
    """Names of municipalities by region and council, so that a search for a town finds who covers
    it."""

    regions: Mapping[int, list[str]]
    councils: Mapping[int, list[str]]

    @classmethod
    def load(cls) -> "_Areas":
        regions: dict[int, list[str]] = {}
        councils: dict[int, list[str]] = {}
        valid = AreaMembership.objects.filter(valid__contains=clock.today())
        rows: Iterable[tuple[int | None, int | None, str]] = valid.values_list(
            "region_id", "health_council_id", "municipality__name"
        )
        for region, council, name in rows:
            if region is not None:
                regions.setdefault(region, []).append(name)
            elif council is not None:
                councils.setdefault(council, []).append(name)
        return cls(regions, councils)

    def names_of(self, offer: Offer) -> list[str]:
        names: list[str] = []
        for row in offer.coverage.all():
            if row.municipality is not None:
                names.append(row.municipality.name)
            names += self.regions.get(row.region_id or 0, [])
            names += self.councils.get(row.health_council_id or 0, [])
        return names


def _points(offers: Sequence[Offer]) -> dict[int, tuple[float, float]]:
    """Where each offer is: its first place with a point, else that place's town or municipality."""
    codes = {place.postal_code for offer in offers for place in offer.locations.all()} - {""}
    towns = {
        code: (latitude, longitude)
        for code, latitude, longitude in PostalCode.objects.filter(code__in=codes).values_list(
            "code", "latitude", "longitude"
        )
    }
    found: dict[int, tuple[float, float]] = {}
    for offer in offers:
        for place in sorted(offer.locations.all(), key=lambda row: row.pk):
            area: Municipality = place.municipality
            if place.latitude is not None and place.longitude is not None:
                found[offer.pk] = place.latitude, place.longitude
                break
            found.setdefault(
                offer.pk, towns.get(place.postal_code, (area.latitude, area.longitude))
            )
    return found


# --- words ------------------------------------------------------------------------------------
def _splitter_for(offers: Sequence[Offer]) -> Splitter:
    """Splits against the stored vocabulary: one look-up for all words of these offers."""
    texts = [
        text
        for offer in offers
        for text in (offer.title, offer.shown_summary, offer.shown_description, *offer.conditions)
    ]
    folded = {word.folded for text in texts for word in words(text)}
    wanted = {part for word in folded for part in compounds.candidates(word)}
    known = vocabulary.look_up({stem(part) for part in wanted if compounds.is_part(part)})

    def knows(part: str) -> int:
        return 2 if part in compounds.HEADS else int(len(part) > 3 and stem(part) in known)

    return lambda word: compounds.split(word, knows)


def _synonym_spellings() -> Counter[tuple[str, str]]:
    """Words of the synonym table are right spellings too, though perhaps no offer says them."""
    groups = Synonym.objects.values_list("preferred", "terms")
    return Counter(
        {
            (word.text, word.folded): 1
            for preferred, terms in groups
            for term in (preferred, *terms)
            for word in words(term)
        }
    )


def _count(spellings: Counter[tuple[str, str]], built: Document) -> None:
    spellings.update(built.spellings.items())


def _as_terms(spellings: Counter[tuple[str, str]]) -> dict[str, tuple[str, int]]:
    return {written: (folded, count) for (written, folded), count in spellings.items()}
