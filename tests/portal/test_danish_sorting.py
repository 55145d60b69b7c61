import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.common.sorting import DanishSortKey, danish_sort_key
from portal.geography.models import HealthCouncil, Region

IN_ORDER = [
    "112",
    "Allerød",
    "Ballerup",
    "Høje-Taastrup",
    "Højer",
    "Ishøj",
    "Lyngby-Taarbæk",
    "Lyø",
    "Oneida",
    "O'Neill",
    "Thy",
    "Tübingen",
    "Tønder",
    "Tårnby",
    "zebra",
    "Æblehaven",
    "Ære",
    "Ærø",
    "Ørsted",
    "øst",
    "Aabenraa",
    "Aabybro",
    "Åbyhøj",
    "Aalborg",
    "Aarhus",
    "Århus N",
]


def sorted_by_database(
    names: list[str], order: str = 'danish_sort_key(n) COLLATE "C"'
) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT n FROM unnest(%s::text[]) n ORDER BY {order}", [names])
        return [name for (name,) in cursor.fetchall()]


def test_python_sorts_in_danish_order():
    assert sorted(reversed(IN_ORDER), key=danish_sort_key) == IN_ORDER


def test_the_database_sorts_in_danish_order(db):
    assert sorted_by_database(IN_ORDER[::-1]) == IN_ORDER


def test_plain_order_would_be_another_so_the_function_does_something(db):
    assert sorted_by_database(IN_ORDER[::-1], order="n") != IN_ORDER


def test_queryset_sorts_in_danish_order(db):
    region = Region.objects.create(slug="r", name="R", valid=("2020-01-01", None))
    for place, name in enumerate(reversed(IN_ORDER)):
        HealthCouncil.objects.create(slug=f"c{place}", name=name, region=region)

    ours = HealthCouncil.objects.filter(region=region)  # a parallel test may have loaded the rest

    assert [row.name for row in ours.order_by(DanishSortKey("name"))] == IN_ORDER
    assert [row.name for row in ours.in_danish_order()] == IN_ORDER


@pytest.mark.parametrize(
    ("one", "other"),
    [("Århus", "aarhus"), ("ÆBLE", "æble"), ("Ägir", "ægir"), ("Öst", "øst"), ("Müller", "Myller"),
     ("Café", "cafe"), ("Nord-Als", "nord als")],
)  # fmt: skip
def test_spellings_that_sort_as_one(one, other):
    assert danish_sort_key(one) == danish_sort_key(other)


_QUIETLY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=200, suppress_health_check=_QUIETLY)
@given(
    text=st.text(
        st.one_of(
            st.characters(min_codepoint=32, max_codepoint=126),
            st.sampled_from("æøåäöüéÆØÅÄÖÜÉaA-'"),
        )
    )
)
def test_the_database_and_python_have_the_same_key(db, text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT danish_sort_key(%s)", [text])

        assert cursor.fetchone()[0] == danish_sort_key(text)


def test_the_function_may_stand_in_an_index(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT provolatile FROM pg_proc WHERE proname = 'danish_sort_key'")

        assert cursor.fetchone()[0] == "i"
