"""Search rules, through `find`: what is found, in which order, and what never decides."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from offers.filters import Filters
from offers.models import (
    Offer,
    OfferCapacity,
    OfferCoverage,
    OfferLocation,
    OfferStatus,
    OfferTranslation,
    SearchRow,
    SearchTerm,
    Synonym,
)
from offers.search import compounds, indexing
from offers.search.finding import NEAREST, find
from offers.search.synonyms import forget_synonyms, load_synonyms
from organisations.models import Organisation
from portal.common import clock
from portal.geography.models import HealthCouncil, Municipality, Region
from portal.geography.places import resolve_place
from tests.factories.offers import OfferFactory
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def synonyms(db: None) -> None:
    load_synonyms()


def plain(slug: str, title: str, **fields: object) -> Offer:
    """An offer that says nothing but its title."""
    values = {"summary": "", "conditions": [], "target_groups": [], **fields}
    return OfferFactory(slug=slug, title=title, **values)


def found(query: str = "", place: str = "", **options: object) -> list[str]:
    results = find(query, place=resolve_place(place) if place else None, **options)
    slugs = dict(Offer.objects.values_list("pk", "slug"))
    return [slugs[hit.offer_id] for hit in results.hits]


# --- words ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "query",
    [
        "pårørendegruppe",
        "paaroerendegruppe",
        "PÅRØRENDEGRUPPE",
        "pårørende gruppe",
        "gruppe for pårørende",
    ],
)
def test_spelling_of_danish_letters_case_and_compounds_do_not_matter(
    world: World, query: str
) -> None:
    plain("gruppe", "Pårørendegruppe i Viborg")
    indexing.rebuild_index()

    assert found(query) == ["gruppe"]


def test_a_compound_in_the_query_finds_its_parts_in_the_offer(world: World) -> None:
    plain("vand", "Træning i varmt vand")
    indexing.rebuild_index()

    assert found("varmtvandstræning") == ["vand"]


def test_inflection_does_not_matter(world: World) -> None:
    plain("ensom", "For ensomme mænd")
    indexing.rebuild_index()

    for query in ("ensomhed", "ensom mand", "ensomme mænd", "mændene"):
        assert found(query) == ["ensom"], query


def test_synonyms_find_each_other_and_the_word_itself_comes_first(world: World) -> None:
    plain("sygt-sukker", "Sukkersyge og hverdag")
    plain("diabetes", "Diabetes og hverdag")
    indexing.rebuild_index()

    assert found("sukkersyge") == ["sygt-sukker", "diabetes"]
    assert found("diabetes") == ["diabetes", "sygt-sukker"]


def test_an_edited_synonym_is_used(world: World) -> None:
    plain("fod", "Fodterapi")
    Synonym.objects.create(group="x1", preferred="fodterapi", terms=["podologi"])
    forget_synonyms()
    indexing.rebuild_index()

    assert found("podologi") == ["fod"]


def test_loading_the_synonyms_again_keeps_what_an_editor_added(world: World) -> None:
    Synonym.objects.create(group="egen-1", preferred="fodterapi", terms=["podologi"])

    first, second = load_synonyms(), load_synonyms()

    assert first == second == Synonym.objects.count() - 1
    assert Synonym.objects.filter(group="egen-1").exists()


def test_a_misspelt_word_is_read_as_the_nearest_of_the_vocabulary(world: World) -> None:
    plain("kraeft", "Kræftrådgivning")
    indexing.rebuild_index()

    results = find("kræft rådgivnig")

    assert [c.meant for c in results.understood.corrections] == ["rådgivning"] or found(
        "kræft rådgivnig"
    ) == ["kraeft"]
    assert found("kræft rådgivnig") == ["kraeft"]
    assert find("kræftrådgivnig", literal=True).total == 0


def test_all_words_come_before_some_words(world: World) -> None:
    plain("begge", "Strik og sang")
    plain("kun-sang", "Sang, sang og atter sang")
    for number in range(5):
        plain(f"andet-{number}", "Brætspil")
    indexing.rebuild_index()

    results = find("strik sang")

    assert found("strik sang")[0] == "begge"
    assert [hit.complete for hit in results.hits] == [True, False]
    assert results.exact == 1


def test_some_words_are_left_out_when_enough_offers_have_all(world: World) -> None:
    for number in range(10):
        plain(f"begge-{number}", "Strik og sang")
    plain("kun-sang", "Sang")
    indexing.rebuild_index()

    assert find("strik sang").total == 10


def test_title_counts_more_than_description(world: World) -> None:
    plain("beskrevet", "Mødested", description="Her er også sang.")
    plain("titel", "Sang")
    indexing.rebuild_index()

    assert found("sang") == ["titel", "beskrevet"]


def test_translations_and_other_scripts_are_found(world: World) -> None:
    offer = plain("linjen", "Kræftlinjen")
    OfferTranslation.objects.create(offer=offer, language="ar", title="خط السرطان")
    OfferTranslation.objects.create(offer=offer, language="uk", title="Лінія допомоги")
    indexing.rebuild_index()

    assert found("سرطان") == ["linjen"]
    assert found("ДОПОМОГИ") == ["linjen"]


def test_a_copy_is_found_by_the_words_it_inherits(world: World) -> None:
    template = plain("skabelon", "Hjertemotion", summary="Cykling i hold.")
    plain("kopi", "Hold i Viborg", template=template)
    indexing.rebuild_index()

    assert set(found("cykling")) == {"skabelon", "kopi"}


def test_nothing_known_finds_nothing_rather_than_everything(world: World) -> None:
    plain("sang", "Sang")
    indexing.rebuild_index()

    assert find("xyzzy").total == 0
    assert find("").total == 1


# --- place ------------------------------------------------------------------------------------
def test_not_covering_comes_last_and_is_never_removed(world: World) -> None:
    plain("odense", "Sang sang sang", summary="sang", covers=[world.odense])
    plain("aarhus", "Mødested", description="sang", covers=[world.aarhus])
    indexing.rebuild_index()

    results = find("sang", place=resolve_place("8000"))

    assert found("sang", "8000") == ["aarhus", "odense"]
    assert [hit.covered for hit in results.hits] == [True, False]
    assert (results.total, results.covering) == (2, 1)


def test_an_online_offer_covers_the_country_unless_it_says_otherwise(world: World) -> None:
    plain("overalt", "Sang", mode="digital", covers=None)
    plain("kun-odense", "Sang", mode="digital", covers=[world.odense])
    plain("fysisk", "Sang", mode="fysisk", covers=None)
    indexing.rebuild_index()

    results = find("sang", place=resolve_place("8000"))

    assert results.covering == 1
    assert found("sang", "8000")[0] == "overalt"


def test_a_change_of_region_reindexes_nothing(world: World) -> None:
    """Roskilde is in Region Sjælland in 2026 and in Region Østdanmark from 2027."""
    old, new = Region.objects.get(slug="sjaelland"), Region.objects.get(slug="oestdanmark")
    for slug, region in (("gammel", old), ("ny", new)):
        offer = plain(slug, "Sang", covers=None)
        OfferCoverage.objects.create(offer=offer, type="region", region=region)
    indexing.rebuild_index()

    def covering(day: datetime) -> set[str]:
        with clock.at(day):
            Offer.objects.update(verified_at=day)
            indexing_free = find("sang", place=resolve_place("4000"))
            slugs = dict(Offer.objects.values_list("pk", "slug"))
            return {slugs[hit.offer_id] for hit in indexing_free.hits if hit.covered}

    SearchRow.objects.update(hidden_from=datetime(2030, 1, 1, tzinfo=UTC))
    assert covering(datetime(2026, 12, 30, 12, tzinfo=UTC)) == {"gammel"}
    # An ended region keeps the municipalities of its last day.
    assert covering(datetime(2027, 1, 2, 12, tzinfo=UTC)) == {"gammel", "ny"}


def test_a_health_council_covers_its_municipalities(world: World) -> None:
    council = HealthCouncil.objects.get(slug="fyn")
    offer = plain("fyn", "Sang", covers=None)
    OfferCoverage.objects.create(offer=offer, type="health_council", health_council=council)
    indexing.rebuild_index()

    assert find("sang", place=resolve_place("Odense")).covering == 1
    assert find("sang", place=resolve_place("Aarhus")).covering == 0


def test_distance_is_to_the_nearest_of_several_places(world: World) -> None:
    offer = plain("to-steder", "Sang")
    for municipality in (world.odense, world.aarhus):
        OfferLocation.objects.create(
            offer=offer,
            name="Salen",
            municipality=municipality,
            latitude=municipality.latitude,
            longitude=municipality.longitude,
        )
    indexing.rebuild_index()

    (hit,) = find("sang", place=resolve_place("0751")).hits

    assert hit.km is not None
    assert hit.km < 1


def test_nearest_first_orders_by_distance_and_offers_without_a_place_come_after(
    world: World,
) -> None:
    plain("uden-sted", "Sang sang", mode="telefon")
    plain("odense", "Sang", place=world.odense)
    plain("aarhus", "Sang", place=world.aarhus)
    indexing.rebuild_index()

    assert found("sang", "8000", order=NEAREST) == ["aarhus", "odense", "uden-sted"]


def test_a_place_among_the_words_is_a_place(world: World) -> None:
    plain("odense", "Gåtur", covers=[world.odense], place=world.odense)
    plain("aarhus", "Gåtur", covers=[world.aarhus], place=world.aarhus)
    indexing.rebuild_index()

    results = find("gåtur i Aarhus")

    assert found("gåtur i Aarhus")[0] == "aarhus"
    assert results.place is not None
    assert results.place_from_words
    assert found("gåtur i Aarhus", "Odense")[0] == "odense"


def test_a_town_that_is_a_common_word_is_a_place_only_when_it_looks_like_one(world: World) -> None:
    plain("ring", "Ring og tal")
    indexing.rebuild_index()

    assert find("jeg vil ringe til nogen").place is None
    assert find("café i Ringe").place is not None


# --- what is true now -------------------------------------------------------------------------
def test_open_comes_before_full_among_equals_only(world: World) -> None:
    plain("fuld", "Sang", capacity=OfferCapacity.Status.FULL)
    plain("venteliste", "Sang", capacity=OfferCapacity.Status.WAITING_LIST)
    plain("aaben", "Sang", capacity=OfferCapacity.Status.OPEN)
    plain("faa", "Sang", capacity=OfferCapacity.Status.FEW_PLACES)
    plain("svag", "Mødested", description="sang", capacity=OfferCapacity.Status.OPEN)
    indexing.rebuild_index()

    assert found("sang") == ["aaben", "faa", "venteliste", "fuld", "svag"]


def test_nothing_about_answers_ranks(world: World) -> None:
    for slug, days, count in (("a", None, 0), ("b", 30, 500), ("c", 0, 1)):
        plain(slug, "Sang", answer_days=days, answers_counted=count)
    indexing.rebuild_index()
    before = found("sang")

    Offer.objects.filter(slug=before[-1]).update(answer_days=1, answers_counted=900)
    Offer.objects.filter(slug=before[0]).update(answer_days=90, answers_counted=900)
    indexing.rebuild_index()

    assert found("sang") == before


def test_stale_offers_are_shown_as_not_confirmed_and_then_hidden_without_a_job(
    world: World,
) -> None:
    offer = plain("sang", "Sang")
    indexing.rebuild_index()
    interval = timedelta(days=offer.review_interval_days)
    confirmed = Filters({"status": ("bekraeftet",)})

    def at(days: int) -> tuple[int, int]:
        with clock.at(offer.verified_at + interval + timedelta(days=days)):
            return find("sang").total, find("sang", filters=confirmed).total

    assert at(29) == (1, 1)
    assert at(31) == (1, 0)
    assert at(89) == (1, 0)
    assert at(91) == (0, 0)


def test_an_offer_never_confirmed_is_not_shown(world: World) -> None:
    plain("sang", "Sang", verified_at=None)
    indexing.rebuild_index()

    assert find("sang").total == 0


@pytest.mark.parametrize("status", [s for s in OfferStatus if s != OfferStatus.PUBLISHED])
def test_only_published_offers_are_found(world: World, status: str) -> None:
    offer = plain("sang", "Sang")
    indexing.rebuild_index()

    Offer.objects.filter(pk=offer.pk).update(status=status)
    indexing.index_offers([offer])

    assert find("sang").total == 0
    assert not SearchRow.objects.exists()


def test_offers_of_a_closed_organisation_are_not_found(world: World) -> None:
    offer = plain("sang", "Sang")
    indexing.rebuild_index()

    Organisation.objects.filter(pk=offer.organisation_id).update(status="closed")
    indexing.rebuild_index()

    assert find("sang").total == 0


# --- the index --------------------------------------------------------------------------------
def test_indexing_twice_changes_nothing(world: World) -> None:
    OfferFactory.create_batch(3, place=world.aarhus)
    indexing.rebuild_index()
    before = list(SearchRow.objects.order_by("pk").values())
    terms = set(SearchTerm.objects.values_list("term", "occurrences"))

    indexing.rebuild_index()

    assert list(SearchRow.objects.order_by("pk").values()) == before
    assert set(SearchTerm.objects.values_list("term", "occurrences")) == terms


def test_the_number_of_statements_does_not_grow_with_the_offers(world: World) -> None:
    def statements(offers: list[Offer]) -> int:
        with CaptureQueriesContext(connection) as captured:
            indexing.index_offers(offers)
        return len(captured)

    few = OfferFactory.create_batch(2, place=world.aarhus)
    many = OfferFactory.create_batch(30, place=world.aarhus)

    assert statements(few) == statements(many)


def test_a_page_that_indexes_an_offer_loads_no_dictionary(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compounds, "load_dictionary", lambda: pytest.fail("dictionary loaded"))
    offer = plain("ny", "Hjertecafé for nybegyndere")

    indexing.index_offers([offer])

    assert found("nybegyndere") == ["ny"]
    assert found("hjertecafé") == ["ny"]


def test_an_indexed_offer_is_split_by_the_words_that_are_known(world: World) -> None:
    plain("a", "Sorg")
    plain("b", "Gruppe")
    indexing.rebuild_index()

    indexing.index_offers([plain("ny", "Sorggruppe")])

    assert "ny" in found("sorg")


def test_words_that_no_offer_says_any_more_leave_the_vocabulary(world: World) -> None:
    offer = plain("sang", "Kaproning")
    indexing.rebuild_index()
    assert SearchTerm.objects.filter(term="kaproning").exists()

    Offer.objects.filter(pk=offer.pk).update(title="Sang")
    indexing.rebuild_index()

    assert not SearchTerm.objects.filter(term="kaproning").exists()


def test_refreshing_the_vocabulary_alone_keeps_it_as_the_index_made_it(world: World) -> None:
    OfferFactory.create_batch(3, place=world.aarhus)
    indexing.rebuild_index()
    before = set(SearchTerm.objects.values_list("term", "folded", "occurrences"))

    indexing.refresh_vocabulary()

    after = set(SearchTerm.objects.values_list("term", "folded", "occurrences"))
    assert {t for t in before if t[0].startswith("=")} == {t for t in after if t[0].startswith("=")}


def test_every_municipality_is_reached_by_its_own_code(world: World) -> None:
    plain("sang", "Sang", covers=list(Municipality.objects.all()))
    indexing.rebuild_index()

    codes = Municipality.objects.values_list("code", flat=True)

    assert all(
        find("sang", place=resolve_place(code), with_facets=False).covering for code in codes
    )


def test_a_compound_that_nobody_says_is_found_by_the_part_that_somebody_says(world: World) -> None:
    plain("angst", "Angst og uro")
    plain("andet", "Strik")
    indexing.rebuild_index()

    assert found("helbredsangst") == ["angst"]


def test_a_place_that_no_offer_names_is_not_an_unknown_word(world: World) -> None:
    plain("sang", "Sang")
    indexing.rebuild_index()

    assert find("sang kbh").understood.unknown == ()
