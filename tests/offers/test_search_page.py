"""The search page as people meet it."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from offers.models import OfferCapacity, SearchLog
from offers.search import indexing
from offers.search.synonyms import load_synonyms
from portal.common import clock
from tests.factories.offers import OfferFactory, add_weekly_session
from tests.world import World, client_for

pytestmark = pytest.mark.django_db

URL = "/tilbud/"


@pytest.fixture(autouse=True)
def synonyms(db: None) -> None:
    load_synonyms()


def index(*offers: object) -> None:
    indexing.rebuild_index()


def get(client: Client, **params: object):
    return client.get(URL, params)


def slugs(response) -> list[str]:
    return re.findall(r'<article class="offer" data-offer="([^"]+)"', response.content.decode())


def text_of(response) -> str:
    bare = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", bare.replace("\u00a0", " "))


def test_address_of_the_list_is_fixed() -> None:
    assert reverse("offers:list") == URL


def test_text_and_postal_code_find_the_offer_near(client: Client, world: World) -> None:
    OfferFactory(slug="cafe-aarhus", title="Hjertecafé", place=world.aarhus, covers=[world.aarhus])
    OfferFactory(slug="strik", title="Strikkeklub", summary="Garn og te.", conditions=[])
    index()

    response = get(client, q="hjertecafe", sted="8000")

    assert slugs(response) == ["cafe-aarhus"]
    assert "1 tilbud" in text_of(response)


@pytest.mark.parametrize("sted", ["Aarhus", "0751", "8000", "aarhus kommune", "8000 Aarhus C"])
def test_place_takes_a_postal_code_a_name_or_a_code(
    client: Client, world: World, sted: str
) -> None:
    OfferFactory(slug="nord", title="Hjertecafé", covers=[world.aarhus])
    OfferFactory(slug="syd", title="Hjertecafé", covers=[world.odense])
    index()

    response = get(client, q="hjertecafé", sted=sted)

    # The one that does not cover the place comes last and is never removed.
    assert slugs(response) == ["nord", "syd"]
    assert "Dækker ikke" in text_of(response)


def test_unknown_place_is_said_and_what_was_typed_stays(client: Client, world: World) -> None:
    OfferFactory(slug="cafe", title="Hjertecafé")
    index()

    response = get(client, q="hjertecafé", sted="Langtbortistan")

    assert response.status_code == 200
    assert "Vi kender ikke stedet »Langtbortistan«" in text_of(response)
    assert 'value="Langtbortistan"' in response.content.decode()
    assert slugs(response) == ["cafe"]


def test_spelling_guess_is_acted_on_said_and_can_be_undone(client: Client, world: World) -> None:
    OfferFactory(slug="infarkt", title="Efter hjerteinfarkt")
    index()

    response = get(client, q="hjerteinfakt")
    undo = re.search(r'href="([^"]+)">Fortryd', response.content.decode())
    literal = client.get(undo.group(1).replace("&amp;", "&"))

    assert slugs(response) == ["infarkt"]
    assert "Vi søgte på hjerteinfarkt" in text_of(response)
    assert slugs(literal) == []
    assert "Vi søgte på" not in text_of(literal)


def test_filters_narrow_and_every_count_is_what_the_filter_gives(
    client: Client, world: World
) -> None:
    OfferFactory(slug="gaa", title="Hjertehold", category="bevaegelse", mode="fysisk")
    OfferFactory(slug="ring", title="Hjertelinje", category="raadgivning", mode="telefon")
    OfferFactory(
        slug="fuld", title="Hjertekor", category="netvaerk", capacity=OfferCapacity.Status.FULL
    )
    index()

    everything = get(client, q="hjerte")
    counts = {
        (name, value): int(count)
        for name, value, count in re.findall(
            r'name="([a-z]+)" value="([^"]+)"(?: checked)?>.*?, </span>(\d+)<',
            everything.content.decode(),
        )
    }

    assert len(slugs(everything)) == 3
    assert counts[("status", "plads")] == 2
    assert counts[("hjaelp", "bevaegelse")] == 1
    assert counts[("hjaelp", "overgang")] == 0
    for (name, value), count in counts.items():
        narrowed = get(client, q="hjerte", **{name: value})
        assert len(slugs(narrowed)) == count, (name, value)


def test_zero_counts_are_shown_and_groups_keep_their_order(client: Client, world: World) -> None:
    OfferFactory(slug="gaa", title="Hjertehold")
    index()

    page = get(client, q="hjertehold").content.decode()
    legends = re.findall(r"<legend[^>]*>([^<]+)", page)

    assert legends == ["Status", "Slags hjælp", "Hvordan", "Pris", "Til hvem", "Sprog", "Adgang"]
    assert 'value="so"' in page


def test_filter_in_use_is_a_chip_with_a_link_that_takes_it_away(
    client: Client, world: World
) -> None:
    OfferFactory(slug="gaa", title="Hjertehold", category="bevaegelse")
    index()

    page = get(client, q="hjertehold", sted="8000", hjaelp="bevaegelse", pris="gratis")
    links = re.findall(r'<a class="chip" href="([^"]+)">', page.content.decode())

    assert links == [
        "/tilbud/?q=hjertehold&amp;sted=8000&amp;pris=gratis",
        "/tilbud/?q=hjertehold&amp;sted=8000&amp;hjaelp=bevaegelse",
    ]


def test_unknown_filter_values_are_ignored(client: Client, world: World) -> None:
    OfferFactory(slug="gaa", title="Hjertehold")
    index()

    response = get(client, q="hjertehold", hjaelp="findes-ikke", status="'; DROP TABLE")

    assert slugs(response) == ["gaa"]


def test_card_says_what_somebody_chooses_by(client: Client, world: World) -> None:
    with clock.at(datetime(2026, 11, 23, 9, tzinfo=clock.COPENHAGEN)):
        offer = OfferFactory(
            slug="cafe",
            title="Hjertecafé i Aarhus",
            organisation__name="Hjertet Aarhus",
            place=world.aarhus,
            answer_days=2,
            verified_at=clock.now() - timedelta(days=11),
            target_groups=["voksne"],
        )
        add_weekly_session(offer)
        index()

        shown = text_of(get(client, q="hjertecafé", sted="8000"))

    for words in (
        "Hjertecafé i Aarhus",
        "Hjertet Aarhus",
        "Kaffe og snak",
        "Aarhus, ",
        " km",
        "Torsdag 26. november kl. 14",
        "Gratis",
        "Voksne",
        "Åben for nye",
        "Svarer typisk på 2 dage",
        "Bekræftet 12. november",
        "Se tilbud",
    ):
        assert words in shown, words


def test_clinician_gets_the_refer_button_and_others_do_not(client: Client, world: World) -> None:
    OfferFactory(slug="cafe", title="Hjertecafé")
    index()

    for_gp = get(client_for(world.gp), q="hjertecafé", sted="8000").content.decode()
    for_all = get(client, q="hjertecafé", sted="8000").content.decode()
    for_receiver = get(client_for(world.receiver_handler), q="hjertecafé").content.decode()

    if reverse_exists("referrals:create"):
        assert "/henvisninger/ny/?tilbud=cafe&amp;kommune=0751" in for_gp
    for page in (for_all, for_receiver):
        assert "/henvisninger/ny/" not in page
        assert "Se tilbud" in page


def reverse_exists(name: str) -> bool:
    from offers.addresses import url_or_nothing

    return bool(url_or_nothing(name))


def test_htmx_gets_the_part_that_changes_and_history_restore_the_whole(
    client: Client, world: World
) -> None:
    OfferFactory(slug="cafe", title="Hjertecafé")
    index()

    whole = client.get(URL, {"q": "hjertecafé"})
    part = client.get(URL, {"q": "hjertecafé"}, headers={"HX-Request": "true"})
    restored = client.get(
        URL,
        {"q": "hjertecafé"},
        headers={"HX-Request": "true", "HX-History-Restore-Request": "true"},
    )

    assert "<html" in whole.content.decode()
    assert "<html" not in part.content.decode()
    assert "<html" in restored.content.decode()
    assert slugs(whole) == slugs(part) == slugs(restored) == ["cafe"]
    for response in (whole, part):
        assert "HX-Request" in response["Vary"]
        assert "Cookie" in response["Vary"]


@pytest.mark.parametrize(
    "query",
    [
        "\x00",
        "kræft\x00\x00angst",
        "\ud800\udfff",
        "👩🏽‍⚕️🫀" * 40,
        "a" * 145_000,
        "hjerte " * 20_000,
        "' | & ! ( ) :* <-> \\",
        "%%%s %(x)s {0}",
        "\u202e\u202dtfarts",
        "e\u0301" * 500,
        "1" * 5_000,
        "ـ" * 50,
        "¹²³ Ⅷ ½",
    ],
    ids=range(13),
)
def test_no_text_breaks_the_page(client: Client, world: World, query: str) -> None:
    OfferFactory(slug="cafe", title="Hjertecafé")
    index()

    for params in ({"q": query}, {"sted": query}, {"q": query, "side": query, "sortering": query}):
        safe = {name: value.encode("utf-8", "surrogatepass") for name, value in params.items()}
        response = client.get(URL, safe)
        # A null byte is refused for the whole site; anything else is searched for.
        assert response.status_code == (400 if "\x00" in query else 200), params


@pytest.mark.parametrize("side", ["0", "-1", "999", "x", "9" * 5000, "²", "1e3"])
def test_a_wrong_page_number_gives_the_nearest_page(
    client: Client, world: World, side: str
) -> None:
    OfferFactory(slug="cafe", title="Hjertecafé")
    index()

    assert slugs(get(client, q="hjertecafé", side=side)) == ["cafe"]


def test_pages_are_numbered_and_hold_every_offer_once(client: Client, world: World) -> None:
    OfferFactory.create_batch(23)
    index()

    first, second, third = (slugs(get(client, q="hjertecafé", side=side)) for side in (1, 2, 3))

    assert [len(first), len(second), len(third)] == [10, 10, 3]
    assert len({*first, *second, *third}) == 23
    assert 'aria-current="page"' in get(client, q="hjertecafé", side=2).content.decode()


def statements(client: Client, **params: object) -> list[str]:
    get(client, **params)
    with CaptureQueriesContext(connection) as captured:
        response = get(client, **params)
    assert response.status_code == 200
    return [query["sql"] for query in captured.captured_queries]


def test_the_page_asks_as_often_for_one_result_as_for_twenty(client: Client, world: World) -> None:
    offer = OfferFactory(title="Hjertecafé", place=world.aarhus)
    add_weekly_session(offer)
    index()
    one = statements(client, q="hjertecafé", sted="8000")

    for more in OfferFactory.create_batch(19, title="Hjertecafé", place=world.aarhus):
        add_weekly_session(more)
    index()
    twenty = statements(client, q="hjertecafé", sted="8000")

    assert len(one) == len(twenty), twenty
    # place, vocabulary, search, cards, and the count of the search
    assert len(twenty) == 5, twenty


def test_nothing_found_offers_a_way_for_each_demand_and_a_person(
    client: Client, world: World
) -> None:
    OfferFactory(slug="dansk", title="Samtalegruppe om diabetes", category="netvaerk")
    OfferFactory(
        slug="bro",
        title="Brobygger i Aarhus",
        summary="Finder vej.",
        conditions=[],
        takes_navigator_referrals=True,
        covers=[world.aarhus],
    )
    index()

    response = get(client, q="samtalegruppe diabetes", sted="8000", sprog="so")
    shown = text_of(response)
    way = re.search(r'<h3><a href="([^"]+)">samtalegruppe diabetes', response.content.decode())

    assert "0 tilbud" not in shown.replace(" , 0 tilbud", "")
    assert "Der er ikke et tilbud, der passer" in shown
    assert "Uden kravet »Somali«" in shown
    assert slugs(client.get(way.group(1).replace("&amp;", "&"))) == ["dansk"]
    assert "Et menneske kan også finde vej" in shown
    assert slugs(response) == ["bro"]


def test_words_of_crisis_show_help_above_everything_and_are_kept_nowhere(
    client: Client, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    OfferFactory(slug="cafe", title="Hjertecafé")
    index()

    with caplog.at_level("DEBUG"):
        response = get(client, q="jeg vil tage mit eget liv")
    page = response.content.decode()

    assert page.index('class="acute"') < page.index('id="soeg"')
    assert "70 201 201" in page
    assert not SearchLog.objects.exists()
    assert not [record for record in caplog.records if "eget liv" in record.getMessage()]


def test_searches_are_counted_by_known_words_only(client: Client, world: World) -> None:
    OfferFactory(slug="cafe", title="Hjertecafé")
    index()

    get(client, q="hjertecafé", sted="8000")
    get(client, q="hjertecafé", sted="8000")
    get(client, q="Birthe Krogh Andersen", sted="8000")

    rows = {(row.query, row.municipality_code): row for row in SearchLog.objects.all()}
    assert set(rows) == {("hjertecafé", "0751"), ("", "0751")}
    assert rows["hjertecafé", "0751"].searches == 2
    assert rows["hjertecafé", "0751"].without_result == 0
    assert rows["", "0751"].without_result == 1


def test_narrowing_and_paging_are_not_new_searches(client: Client, world: World) -> None:
    OfferFactory.create_batch(12)
    index()

    get(client, q="hjertecafé", side=2)
    get(client, q="hjertecafé", pris="gratis")
    get(client)

    assert not SearchLog.objects.exists()


def test_nearest_first_is_an_order_with_an_address(client: Client, world: World) -> None:
    OfferFactory(slug="odense", title="Hjertecafé", place=world.odense)
    OfferFactory(slug="aarhus", title="Hjertecafé", place=world.aarhus)
    index()

    page = get(client, q="hjertecafé", sted="5000", sortering="naermest")
    from_aarhus = get(client, q="hjertecafé", sted="8000", sortering="naermest")

    assert slugs(page) == ["odense", "aarhus"]
    assert slugs(from_aarhus) == ["aarhus", "odense"]
    assert "sortering=naermest" in page.content.decode()


def test_the_page_needs_no_script_for_its_filters(client: Client, world: World) -> None:
    OfferFactory(slug="cafe", title="Hjertecafé")
    index()

    page = get(client, q="hjertecafé", sted="8000").content.decode()
    facets = page[page.index('id="afgraens"') : page.index("</aside>", page.index('id="afgraens"'))]

    assert '<form class="stack t" action="/tilbud/"' in facets
    assert '<input type="hidden" name="q" value="hjertecafé">' in facets
    assert 'name="sted" value="8000"' in facets
    assert 'type="submit"' in facets
    assert "<script>" not in page
    assert "style=" not in page


def test_star_puts_an_offer_on_the_list_and_leads_back_to_the_search(
    client: Client, world: World
) -> None:
    OfferFactory(slug="cafe", title="Hjertecafé")
    index()
    page = get(client, q="hjertecafé", sted="8000").content.decode()
    back = re.search(r'name="next" value="([^"]+)"', page).group(1).replace("&amp;", "&")

    answer = client.post("/tilbud/cafe/gem/", {"next": back})
    after = get(client, q="hjertecafé", sted="8000").content.decode()

    assert back == "/tilbud/?q=hjertecaf%C3%A9&sted=8000"
    assert answer["Location"] == back
    assert 'aria-pressed="false"' in page
    assert 'aria-pressed="true"' in after
    assert "1 tilbud på listen" in after
    assert "/tilbud/liste.pdf" in after


def test_a_card_leads_to_the_page_of_the_offer_and_keeps_the_place(
    client: Client, world: World
) -> None:
    OfferFactory(slug="cafe", title="Hjertecafé")
    index()

    page = get(client, q="hjertecafé", sted="8000").content.decode()

    assert '<a href="/tilbud/cafe/?sted=8000">Hjertecafé</a>' in page
    assert client.get("/tilbud/cafe/?sted=8000").status_code == 200
