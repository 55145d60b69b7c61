"""The parts of search that touch no database: folding, stems, compounds, spelling, crisis words."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.search import compounds, spelling
from offers.search.crisis import mentions_crisis
from offers.search.folding import LONGEST_QUERY, clean_query, fold, words
from offers.search.statement import lexeme
from offers.search.stemming import stem
from offers.search.vocabulary import Spelling


@pytest.fixture(scope="module")
def dictionary() -> compounds.Dictionary:
    return compounds.load_dictionary()


# --- folding and stems ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Pårørende", "paaroerende"),
        ("KØBENHAVN", "koebenhavn"),
        ("Ærø", "aeroe"),
        ("café", "cafe"),
        ("A\u030arhus", "Århus"),
        ("Jürgen", "jyrgen"),
    ],
)
def test_spellings_of_one_word_are_equal(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text(max_size=300))
def test_folding_is_stable_and_gives_words_that_can_be_looked_up(text: str) -> None:
    for word in words(text):
        assert word.folded
        assert not word.folded.isascii() or fold(word.folded) == word.folded
        assert " " not in word.folded


@given(st.text())
def test_a_query_is_short_and_safe_to_store(text: str) -> None:
    cleaned = clean_query(text)

    assert len(cleaned) <= LONGEST_QUERY
    assert "\x00" not in cleaned
    cleaned.encode("utf-8")


@pytest.mark.parametrize(
    "forms",
    [
        "ensom ensomme ensomhed ensomheden",
        "mand mænd mændene manden",
        "barn børn børnene",
        "gruppe grupper gruppen grupperne",
        "pårørende pårørendes",
        "ryge ryger rygere rygning",
        "kræft kræften kræftens",
        "sygdom sygdomme syg syge",
        "træning træne træner træningen",
        "sårbar sårbare sårbart",
    ],
)
def test_forms_of_a_word_have_one_stem(forms: str) -> None:
    assert len({stem(fold(form)) for form in forms.split()}) == 1


@pytest.mark.parametrize(("one", "other"), [("ryge", "ryg"), ("demens", "dem"), ("sorg", "sort")])
def test_different_words_have_different_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=40))
def test_a_stem_is_never_empty(word: str) -> None:
    assert stem(word)


# --- compounds --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("kræftrådgivning", "kræft rådgivning"),
        ("hjertemotionshold", "hjerte motion hold"),
        ("varmtvandstræning", "varmt vand træning"),
        ("besøgsvenordning", "besøg ven ordning"),
        ("pårørendegruppe", "pårørende gruppe"),
        ("rygestopkursus", "ryge stop kursus"),
        ("sorggruppe", "sorg gruppe"),
        ("prostatakræft", "prostata kræft"),
        ("hospitalsklovne", "hospital klovne"),
        ("sygeplejeklinik", "sygepleje klinik"),
    ],
)
def test_compounds_are_taken_apart(dictionary: compounds.Dictionary, word: str, parts: str) -> None:
    found = {stem(part) for part in dictionary.parts(fold(word))}

    assert {stem(fold(part)) for part in parts.split()} <= found


@pytest.mark.parametrize(
    "word",
    "parkinson alzheimer diabetes depression foreningen frivillige behandlingen klubben bageren "
    "operationen sommeren lederen materialet naturen hospitalet".split(),
)
def test_words_that_are_no_compounds_stay_whole(
    dictionary: compounds.Dictionary, word: str
) -> None:
    assert dictionary.parts(fold(word)) == ()


def test_the_search_page_never_loads_the_dictionary() -> None:
    code = (
        "import django, os, sys; os.environ['DJANGO_SETTINGS_MODULE']='portal.settings.test';"
        "django.setup(); import offers.views.search; "
        "from offers.search.compounds import load_dictionary; "
        "sys.exit(load_dictionary.cache_info().misses)"
    )

    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0


# --- spelling ---------------------------------------------------------------------------------
def near(*written: str) -> list[Spelling]:
    return [Spelling(word, fold(word), 1) for word in written]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hjerteinfakt", "hjerteinfarkt"),
        ("raadgivnig", "rådgivning"),
        ("alzhimers", "alzheimers"),
        ("stommi", "stomi"),
        ("afassi", "afasi"),
        ("psykriatri", "psykiatri"),
        ("grupe", "gruppe"),
    ],
)
def test_a_slip_is_understood(typed: str, meant: str) -> None:
    found = spelling.best(typed, near(meant, "noget", "andet"))

    assert found is not None
    assert found.written == meant


@pytest.mark.parametrize(
    ("typed", "other"), [("begik", "begge"), ("kat", "kaf"), ("hansen", "hjerte"), ("1234", "1235")]
)
def test_another_word_is_not_a_slip(typed: str, other: str) -> None:
    assert spelling.best(typed, near(other)) is None


def test_the_commoner_of_two_equally_near_words_is_meant() -> None:
    rare, common = Spelling("kost", "kost", 1), Spelling("kort", "kort", 9)

    assert spelling.best("kott", [rare, common]) == common


@pytest.mark.parametrize(
    ("one", "other", "letters"),
    [("ab", "ab", 0), ("ab", "ba", 1), ("ab", "abc", 1), ("abc", "xyz", 3)],
)
def test_distance_counts_letters(one: str, other: str, letters: int) -> None:
    assert spelling.distance(one, other, 3) == letters


# --- crisis -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "selvmord",
        "Selvmordstanker",
        "jeg vil tage mit eget liv",
        "jeg vil ikke leve mere",
        "orker ikke at leve længere",
        "jeg har lyst til at dø",
        "hun skærer i sig selv",
        "SLÅ MIG SELV IHJEL",
        "jeg vil slå mig ihjel",
        "gøre en ende på det",
        "gør en ende på det hele",
        "min mand slår mig",
        "jeg kan ikke trække vejret",
        "overdosis",
        "har taget alle mine piller",
        "selv mord",
        "selvmrod",
        "I want to die",
        "انتحار",
        "самогубство",
        "samobójstwo",
        "selvskade\x00",
    ],
)
def test_words_of_crisis_are_seen(text: str) -> None:
    assert mentions_crisis(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ensom efter kræft",
        "selvhjælpsgruppe",
        "hvordan lever jeg med KOL",
        "tage livet roligt",
        "det gode liv",
        "mord og mysterier bogklub",
        "selvbestemmelse",
        "bange for at dø af kulde på cyklen er jeg ikke",
        "hjertestarter",
        "selv med smerter",
        "kan ikke få tid hos lægen",
    ],
)
def test_ordinary_words_are_no_crisis(text: str) -> None:
    assert not mentions_crisis(text)


def test_a_very_long_text_is_looked_at_quickly() -> None:
    assert not mentions_crisis("jeg vil gerne leve " * 50_000)


# --- safety -----------------------------------------------------------------------------------
@pytest.mark.parametrize("stem_", ["a'b", "a\\b", "a'); DROP", "x:*", "&", "!"])
def test_a_lexeme_is_quoted_whatever_it_holds(stem_: str) -> None:
    quoted = lexeme(stem_)

    assert quoted[0] == quoted[-1] == "'"
    assert "'" not in quoted[1:-1].replace("''", "")


def test_letters_that_changed_places_are_likelier_than_another_letter() -> None:
    often = Spelling("ansat", "ansat", 50)

    assert spelling.best("ansgt", [often, *near("angst")]) == near("angst")[0]
