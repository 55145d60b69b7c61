import shutil
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.common.reference_csv import BadReferenceFile
from portal.geography.folding import fold, search_keys
from portal.geography.loading import REFERENCE, load_geography
from portal.geography.models import (
    AreaMembership,
    HealthCouncil,
    Municipality,
    PostalCode,
    PostalCodeMunicipality,
    Region,
)
from portal.geography.places import resolve_place, suggest_places
from portal.geography.selectors import area_codes, council_of, region_of

LAST_OLD_DAY = date(2026, 12, 31)
FIRST_NEW_DAY = date(2027, 1, 1)


@pytest.fixture(scope="module")
def _geography_for_module(django_db_setup, django_db_blocker):
    """Loaded once for this file and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_geography()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def geography(_geography_for_module, db):
    return None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REFERENCE, tmp_path / "reference"))


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def empty_tables() -> None:
    for model in (
        PostalCodeMunicipality, PostalCode, AreaMembership, HealthCouncil, Municipality, Region,
    ):  # fmt: skip
        model.objects.all().delete()


# --- what is loaded --------------------------------------------------------------------------


def test_everything_is_there(geography):
    assert Municipality.objects.count() == 98
    assert Region.objects.count() == 6
    assert HealthCouncil.objects.count() == 17
    assert PostalCode.objects.count() == 1111


def test_238_postal_codes_lie_in_several_areas_and_one_of_those_is_no_municipality(geography):
    several_areas = PostalCode.objects.filter(area_codes__len__gt=1)
    several_municipalities = PostalCode.objects.annotate(found=Count("municipalities")).filter(
        found__gt=1
    )

    assert several_areas.count() == 238
    assert several_municipalities.count() == 237
    assert set(several_areas) - set(several_municipalities) == {
        PostalCode.objects.get(name="Gudhjem")
    }


def test_every_postal_code_has_one_primary_municipality_and_it_is_named_first(geography):
    links = PostalCodeMunicipality.objects.select_related("postal_code", "municipality")
    by_code: dict[str, set[str]] = {}
    primary: dict[str, str] = {}
    for link in links:
        by_code.setdefault(link.postal_code.code, set()).add(link.municipality.code)
        if link.is_primary:
            primary[link.postal_code.code] = link.municipality.code

    for postal_code in PostalCode.objects.all():
        codes = postal_code.municipality_codes
        assert set(codes) == by_code[postal_code.code]
        assert codes[0] == primary[postal_code.code]


def test_region_oestdanmark_has_no_code_and_is_found_by_its_slug(geography):
    region = Region.objects.get(slug="oestdanmark")

    assert region.code is None
    assert region.first_day == FIRST_NEW_DAY
    assert region.last_day is None


# --- validity --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "slugs"),
    [
        (
            LAST_OLD_DAY,
            {"nordjylland", "midtjylland", "syddanmark", "hovedstaden", "sjaelland"},
        ),
        (FIRST_NEW_DAY, {"nordjylland", "midtjylland", "syddanmark", "oestdanmark"}),
    ],
)
def test_there_are_five_regions_on_the_last_day_of_2026_and_four_on_the_next(geography, at, slugs):
    assert set(Region.objects.valid_at(at).values_list("slug", flat=True)) == slugs


@pytest.mark.parametrize("at", [LAST_OLD_DAY, FIRST_NEW_DAY])
def test_every_municipality_is_in_exactly_one_region_and_one_council(geography, at):
    rows = AreaMembership.objects.valid_at(at)

    in_regions = list(rows.filter(region__isnull=False).values_list("municipality", flat=True))
    in_councils = list(
        rows.filter(health_council__isnull=False).values_list("municipality", flat=True)
    )

    everyone = set(Municipality.objects.values_list("pk", flat=True))
    assert len(in_regions) == len(in_councils) == len(everyone) == 98
    assert set(in_regions) == set(in_councils) == everyone


def test_no_municipality_is_in_a_region_that_does_not_exist_on_that_day(geography):
    for membership in AreaMembership.objects.filter(region__isnull=False).select_related("region"):
        assert membership.region.valid.lower <= membership.valid.lower
        assert membership.region.valid.upper in (None, membership.valid.upper)


def test_helsingoer_moves_from_hovedstaden_to_oestdanmark_over_new_year(geography):
    helsingoer = Municipality.objects.get(code="0217")

    assert region_of(helsingoer, LAST_OLD_DAY).slug == "hovedstaden"
    assert region_of(helsingoer, FIRST_NEW_DAY).slug == "oestdanmark"
    assert council_of(helsingoer, LAST_OLD_DAY).slug == "nordsjaelland"
    assert council_of(helsingoer, FIRST_NEW_DAY).slug == "nordsjaelland"


def test_nobody_was_in_a_region_before_there_were_regions(geography):
    assert region_of(Municipality.objects.get(code="0751"), date(2006, 12, 31)) is None


def test_an_ended_region_keeps_the_municipalities_of_its_last_day(geography):
    hovedstaden = Region.objects.get(slug="hovedstaden")
    on_last_day = set(Municipality.objects.in_region(hovedstaden, LAST_OLD_DAY))

    later = set(Municipality.objects.in_region(hovedstaden, date(2030, 6, 1)))

    assert len(on_last_day) == 29
    assert later == on_last_day


def test_a_region_that_has_not_begun_has_no_municipalities(geography):
    oestdanmark = Region.objects.get(slug="oestdanmark")

    assert Municipality.objects.in_region(oestdanmark, LAST_OLD_DAY).count() == 0
    assert Municipality.objects.in_region(oestdanmark, FIRST_NEW_DAY).count() == 46


def test_the_councils_of_a_region_hold_exactly_its_municipalities(geography):
    for region in Region.objects.valid_at(FIRST_NEW_DAY):
        of_councils = {
            municipality
            for council in region.health_councils.all()
            for municipality in Municipality.objects.in_council(council, FIRST_NEW_DAY)
        }
        assert of_councils == set(Municipality.objects.in_region(region, FIRST_NEW_DAY))


@pytest.mark.parametrize("at", [LAST_OLD_DAY, FIRST_NEW_DAY, date(2031, 2, 3)])
def test_area_codes_says_the_same_as_the_querysets_in_one_statement(geography, at):
    with CaptureQueriesContext(
        connection,
    ) as statements:
        codes = area_codes(at)

    assert len(statements) == 1
    for region in Region.objects.all():
        expected = Municipality.objects.in_region(region, at).values_list("code", flat=True)
        assert codes.regions.get(region.slug, frozenset()) == set(expected), region
    for council in HealthCouncil.objects.all():
        expected = Municipality.objects.in_council(council, at).values_list("code", flat=True)
        assert codes.councils[council.slug] == set(expected), council


# --- the database as the last guard ----------------------------------------------------------

INSERT_MEMBERSHIP = """
    INSERT INTO geography_areamembership (municipality_id, region_id, health_council_id, valid)
    SELECT m.id,
           (SELECT id FROM geography_region WHERE slug = %s),
           (SELECT id FROM geography_healthcouncil WHERE slug = %s),
           %s::daterange
    FROM geography_municipality m WHERE m.code = '0751'
"""


@pytest.mark.parametrize(
    ("region", "council", "valid", "constraint"),
    [
        ("syddanmark", None, "[2030-01-01,)", "area_membership_one_region_at_a_time"),
        ("midtjylland", None, "[2006-12-31,2007-01-02)", "area_membership_one_region_at_a_time"),
        (None, "horsens", "[2026-12-31,2027-01-01)", "area_membership_one_council_at_a_time"),
        ("syddanmark", "horsens", "[2000-01-01,2000-02-01)", "area_membership_exactly_one_area"),
        (None, None, "[2000-01-01,2000-02-01)", "area_membership_exactly_one_area"),
        ("syddanmark", None, "empty", "area_membership_valid_not_empty"),
        ("syddanmark", None, "(,2000-01-01)", "area_membership_valid_not_empty"),
    ],
)
def test_the_database_refuses_a_membership(geography, region, council, valid, constraint):
    with (
        connection.cursor() as cursor,
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
    ):
        cursor.execute(INSERT_MEMBERSHIP, [region, council, valid])


def test_the_database_takes_a_membership_that_touches_no_other(geography):
    with connection.cursor() as cursor:
        cursor.execute(INSERT_MEMBERSHIP, ["syddanmark", None, "[2000-01-01,2007-01-01)"])

        assert cursor.rowcount == 1


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            "UPDATE geography_municipality SET code = '75x1' WHERE code = '0751'",
            "municipality_code_is_four_digits",
        ),
        (
            "UPDATE geography_municipality SET latitude = longitude WHERE code = '0751'",
            "municipality_point_in_box",
        ),
        (
            "UPDATE geography_postalcode SET code = '800' WHERE code = '8000'",
            "postal_code_is_four_digits",
        ),
        (
            "UPDATE geography_postalcode SET coordinate_source = 'guess' WHERE code = '8000'",
            "postal_code_coordinate_source_known",
        ),
        (
            "UPDATE geography_postalcodemunicipality SET is_primary = true",
            "one_primary_municipality_per_postal_code",
        ),
        (
            "UPDATE geography_region SET valid = 'empty' WHERE slug = 'midtjylland'",
            "region_valid_not_empty",
        ),
    ],
)
def test_the_database_refuses_a_change(geography, statement, constraint):
    with (
        connection.cursor() as cursor,
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
    ):
        cursor.execute(statement)


# --- the loader ------------------------------------------------------------------------------


def test_a_second_load_changes_no_row_and_writes_nothing(geography):
    with CaptureQueriesContext(connection) as statements:
        changed = load_geography()

    assert set(changed.values()) == {0}
    written = [s["sql"] for s in statements if not s["sql"].startswith(("SELECT", "SAVEPOINT"))]
    assert [sql for sql in written if not sql.startswith("RELEASE")] == []


def test_the_number_of_statements_does_not_grow_with_the_rows(geography, folder):
    lines = (folder / "postnumre.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "postnumre.csv").write_text("".join(lines[:3]), encoding="utf-8")

    empty_tables()
    with CaptureQueriesContext(connection) as few:
        load_geography(folder)
    empty_tables()
    with CaptureQueriesContext(connection) as many:
        load_geography()

    assert PostalCode.objects.count() == 1111
    assert len(few) == len(many) <= 25


def test_a_changed_name_changes_that_row_alone(geography, folder):
    pk = PostalCode.objects.get(code="8220").pk
    edit(folder, "postnumre.csv", "8220,Brabrand,", "8220,Brabrand Sø,")

    changed = load_geography(folder)

    assert {table: rows for table, rows in changed.items() if rows} == {"postal_codes": 1}
    assert PostalCode.objects.get(pk=pk).name == "Brabrand Sø"


def test_a_municipality_that_changes_council_is_moved_not_doubled(geography, folder):
    edit(folder, "omraader.csv", "0741,sundhedsraad,aarhus,", "0741,sundhedsraad,horsens,")

    changed = load_geography(folder)

    samsoe = Municipality.objects.get(code="0741")
    assert changed["area_memberships"] == 2
    assert council_of(samsoe, FIRST_NEW_DAY).slug == "horsens"


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        (
            "kommuner.csv",
            "0751,Aarhus,",
            "751,Aarhus,",
            "kommuner.csv, linje {line}, kolonne »kode«",
        ),
        (
            "kommuner.csv",
            "55.68237,12.57448",
            "x,12.57448",
            "linje 2, kolonne »lat«: »x« er ikke et tal.",
        ),
        ("kommuner.csv", "55.68237,12.57448", "12.57448,55.68237", "linje 2, kolonne »lat«"),
        ("kommuner.csv", "55.68237,12.57448", "nan,12.57448", "linje 2, kolonne »lat«"),
        (
            "kommuner.csv",
            "0101,København,",
            "0147,København,",
            "linje 3, kolonne »kode«: »0147« står også i linje 2.",
        ),
        ("kommuner.csv", "0101,København,", "0101,,", "linje 2, kolonne »navn«: Feltet er tomt."),
        ("kommuner.csv", "0101,København,", "0101, København,", "linje 2, kolonne »navn«"),
        ("kommuner.csv", "0101,København,", f"0101,{'K' * 61},", "linje 2, kolonne »navn«"),
        ("kommuner.csv", "0101,København,", "0101,Køben\x07havn,", "linje 2, kolonne »navn«"),
        ("kommuner.csv", ",koebenhavn,", ",København,", "linje 2, kolonne »slug«"),
        ("kommuner.csv", "0101,København,", "0101,", "linje 2: Der er 9 felter. Der skal være 10."),
        ("kommuner.csv", "kode,navn,", "navn,kode,", "linje 1: Kolonnerne skal være: kode, navn,"),
        ("kommuner.csv", "0101,København,", '0101,"København,', "er ikke gyldig CSV."),
        (
            "regioner.csv",
            "2027-01-01",
            "1. januar",
            "linje 7, kolonne »gyldig_fra«: »1. januar« er ikke en dato",
        ),
        (
            "regioner.csv",
            "Hovedstaden,2007-01-01,2026-12-31",
            "Hovedstaden,2007-01-01,2006-12-31",
            "linje 5, kolonne »gyldig_til«",
        ),
        (
            "sundhedsraad.csv",
            "aarhus,Sundhedsråd Aarhus,midtjylland",
            "aarhus,Sundhedsråd Aarhus,jylland",
            "kolonne »region«: »jylland« kendes ikke.",
        ),
        (
            "omraader.csv",
            "0101,region,oestdanmark,2027-01-01,",
            "0101,region,oestdanmark,2026-12-31,",
            "linje 3, kolonne »gyldig_fra«: Perioden ligger uden for regionens egen.",
        ),
        (
            "omraader.csv",
            "0101,region,oestdanmark,2027-01-01,",
            "0101,region,syddanmark,2026-06-01,",
            "linje 3, kolonne »gyldig_fra«: Perioden overlapper",
        ),
        (
            "omraader.csv",
            "0101,region,oestdanmark,",
            "0102,region,oestdanmark,",
            "linje 3, kolonne »kommunekode«: »0102« kendes ikke.",
        ),
        (
            "omraader.csv",
            "0101,region,oestdanmark,",
            "0101,amt,oestdanmark,",
            "linje 3, kolonne »art«",
        ),
        (
            "postnumre.csv",
            "8000,Aarhus C,0751,0751",
            "8000,Aarhus C,0751,0461",
            "kolonne »primaer_kommunekode«: Kommunen står ikke blandt",
        ),
        (
            "postnumre.csv",
            "8000,Aarhus C,0751,0751",
            "8000,Aarhus C,0751,0751 0750",
            "kolonne »kommunekoder«: Kommunen »0750« kendes ikke.",
        ),
        (
            "postnumre.csv",
            "8000,Aarhus C,0751,0751",
            "8000,Aarhus C,0751,0751 0751",
            "kolonne »kommunekoder«: En kommune står to gange.",
        ),
        (
            "postnumre.csv",
            "8000,Aarhus C,",
            "800,Aarhus C,",
            "kolonne »postnr«: »800«: Der skal være fire cifre.",
        ),
    ],
)
def test_a_bad_file_is_refused_with_line_and_column_and_changes_nothing(
    geography, folder, file, old, new, complaint
):
    edit(folder, file, old, new)
    edit(folder, "regioner.csv", "Region Midtjylland", "Region Midt")
    if "{line}" in complaint:
        lines = (REFERENCE / file).read_text(encoding="utf-8").splitlines()
        complaint = complaint.format(line=next(i for i, s in enumerate(lines, 1) if old in s))

    with pytest.raises(CommandError) as refusal:
        call_command("load_geography", folder=folder)

    assert complaint in str(refusal.value)
    assert file in str(refusal.value)
    assert Region.objects.get(slug="midtjylland").name == "Region Midtjylland"


def test_a_file_that_is_not_utf8_is_refused_with_its_line(geography, folder):
    path = folder / "sundhedsraad.csv"
    path.write_bytes(path.read_bytes().replace("Nordsjælland".encode(), b"Nordsj\xe6lland"))

    with pytest.raises(BadReferenceFile, match=r"sundhedsraad.csv, linje 4: .*UTF-8"):
        load_geography(folder)


@pytest.mark.parametrize("content", ["", "slug,navn,region\n"])
def test_an_empty_file_is_refused(geography, folder, content):
    (folder / "sundhedsraad.csv").write_text(content, encoding="utf-8")

    with pytest.raises(BadReferenceFile, match=r"sundhedsraad.csv, linje 1"):
        load_geography(folder)


def test_a_missing_file_is_refused(geography, folder):
    (folder / "omraader.csv").unlink()

    with pytest.raises(BadReferenceFile, match=r"omraader.csv findes ikke"):
        load_geography(folder)


# --- the search field *sted* -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("8000", "8000 Aarhus C"),
        (" 8000 ", "8000 Aarhus C"),
        ("8000 Aarhus C", "8000 Aarhus C"),
        ("8000 århus", "8000 Aarhus C"),
        ("DK-8000", "8000 Aarhus C"),
        ("Aarhus C 8000", "8000 Aarhus C"),
        ("Aarhus", "Aarhus Kommune"),
        ("aarhus", "Aarhus Kommune"),
        ("AARHUS", "Aarhus Kommune"),
        ("Århus", "Aarhus Kommune"),
        ("A\u030arhus", "Aarhus Kommune"),
        ("Arhus", "Aarhus Kommune"),
        ("Aarhus Kommune", "Aarhus Kommune"),
        ("Aarhus-kommune", "Aarhus Kommune"),
        ("0751", "Aarhus Kommune"),
        ("751", "Aarhus Kommune"),
        ("Ålborg", "Aalborg Kommune"),
        ("Aalborg", "Aalborg Kommune"),
        ("Åbenrå", "Aabenraa Kommune"),
        ("0217", "Helsingør Kommune"),
        ("Helsingør", "Helsingør Kommune"),
        ("helsingoer", "Helsingør Kommune"),
        ("helsingor", "Helsingør Kommune"),
        ("København", "Københavns Kommune"),
        ("Københavns Kommune", "Københavns Kommune"),
        ("København Kommune", "Københavns Kommune"),
        ("Kobenhavn", "Københavns Kommune"),
        ("Copenhagen", "Københavns Kommune"),
        ("Høje-Taastrup", "Høje-Taastrup Kommune"),
        ("høje taastrup", "Høje-Taastrup Kommune"),
        ("hoeje-taastrup", "Høje-Taastrup Kommune"),
        ("Høje Tåstrup", "Høje-Taastrup Kommune"),
        ("Bornholms Regionskommune", "Bornholms Regionskommune"),
        ("bornholm", "Bornholms Regionskommune"),
        ("Vesthimmerland", "Vesthimmerlands Kommune"),
        ("Ærø", "Ærø Kommune"),
        ("aeroe", "Ærø Kommune"),
        ("Brabrand", "8220 Brabrand"),
        ("brabrand!", "8220 Brabrand"),
        ("Skagen", "9990 Skagen"),
        ("Viby J", "8260 Viby J"),
        ("Viby Jylland", "8260 Viby J"),
        ("Nykøbing Falster", "4800 Nykøbing F"),
        ("Nykøbing F", "4800 Nykøbing F"),
        ("Ans", "8643 Ans By"),
        ("København K", "København K"),
    ],
)
def test_a_place_is_understood(geography, typed, label):
    place = resolve_place(typed)

    assert place is not None
    assert place.label == label


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "9999",
        "0000",
        "0411",
        "800",
        "80000",
        "8000 9000",
        "Atlantis",
        "Nykøbing",  # three towns
        "Viby",  # two towns
        "a",
        "-",
        "%",
        "_rhus",
        "Aarhus 1",
        "'; DROP TABLE geography_region; --",
        "\x00",
        "Aarhus\x00Aalborg",
        "\ud800",
        "𝟠𝟘𝟘𝟘",
        "å" * 81,
        "8000" + " " * 100_000,
        "👩‍⚕️",
    ],
)
def test_what_is_no_place_is_none_and_no_error(geography, typed):
    assert resolve_place(typed) is None


_QUIETLY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=200, suppress_health_check=_QUIETLY)
@given(typed=st.text(max_size=100))
def test_no_text_makes_the_place_field_fail(geography, typed):
    place = resolve_place(typed)
    suggestions = suggest_places(typed)

    assert place is None or place.municipality_codes
    assert len(suggestions) <= 10


def test_a_postal_code_means_all_its_municipalities_the_primary_one_first(geography):
    place = resolve_place("2750")

    assert place.municipality_codes == ("0151", "0165", "0240")
    assert place.municipality_code == "0151"
    assert place.postal_code == "2750"
    assert (place.latitude, place.longitude) == (55.73237, 12.36647)


def test_christiansoe_is_no_municipality_of_a_postal_code(geography):
    assert resolve_place("3760").municipality_codes == ("0400",)


def test_a_town_with_many_postal_codes_has_no_single_one(geography):
    place = resolve_place("Frederiksberg C")

    assert place.postal_code is None
    assert place.municipality_codes == ("0147", "0101")


def test_a_municipality_has_its_own_point_and_no_postal_code(geography):
    place = resolve_place("Aarhus")

    assert place.postal_code is None
    assert place.municipality_codes == ("0751",)
    assert (place.latitude, place.longitude) == (56.16291, 10.1002)


@pytest.mark.parametrize(
    ("typed", "statements"),
    [("8000", 1), ("0751", 1), ("Aarhus", 1), ("Brabrand", 2), ("x" * 90, 0)],
)
def test_a_place_costs_at_most_two_statements(
    geography, typed, statements, django_assert_num_queries
):
    with django_assert_num_queries(statements):
        resolve_place(typed)


def test_every_municipality_is_found_by_name_full_name_slug_and_code(geography):
    for municipality in Municipality.objects.all():
        for typed in (
            municipality.name, municipality.full_name, municipality.slug, municipality.code,
        ):  # fmt: skip
            place = resolve_place(typed)
            assert place is not None, typed
            assert place.municipality_codes == (municipality.code,), typed


def test_every_postal_code_is_found_by_its_own_line(geography):
    for postal_code in PostalCode.objects.all():
        assert resolve_place(str(postal_code)).postal_code == postal_code.code


def test_every_suggestion_leads_to_the_place_that_it_names(geography):
    seen = set()
    for letter in "abcdefghijklmnopqrstuvwxyzæøå123456789":
        for label in suggest_places(letter, 2000):
            seen.add(label)
            assert resolve_place(label).label == label

    assert {"8000 Aarhus C", "Aarhus Kommune", "København K", "9990 Skagen"} <= seen
    assert len(seen) > 98 + 600


@pytest.mark.parametrize(
    ("prefix", "first"),
    [
        ("aar", ["Aarhus Kommune", "8000 Aarhus C"]),
        ("år", ["Aarhus Kommune", "8000 Aarhus C"]),
        ("82", ["8200 Aarhus N", "8210 Aarhus V"]),
        ("nyk", ["4800 Nykøbing F", "7900 Nykøbing M"]),
        ("fredericia", ["Fredericia Kommune"]),
        ("\x00", []),
        ("", []),
        ("xyz", []),
    ],
)
def test_suggestions_start_with_what_is_typed(geography, prefix, first):
    found = suggest_places(prefix)

    assert found[: len(first)] == first
    assert len(found) <= 10
    assert bool(found) == bool(first)


# --- folding ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Høje-Taastrup", "hoeje taastrup"),
        ("ÅLBORG", "aalborg"),
        ("  Ærø   Kommune ", "aeroe kommune"),
        ("Orø (ø)", "oroe oe"),
        ("Café", "cafe"),
        ("Übersee", "ybersee"),
        ("\x00\n%_", ""),
    ],
)
def test_folding(text, folded):
    assert fold(text) == folded


def test_keys_of_a_name_have_the_true_spelling_first():
    assert search_keys("Åbyhøj") == ["aabyhoej", "abyhoj"]


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)
