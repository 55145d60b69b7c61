"""Patient fields cannot be read, moved, swapped or changed in the database without it being
noticed.
"""

import json
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.core.serializers import serialize
from django.db import connection, models
from django.db.models.functions import Lower
from django.test.utils import CaptureQueriesContext, isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from portal.common import crypto
from portal.common.crypto import EncryptedJSONField, EncryptedTextField, SealBroken, rotate
from portal.common.ids import uuid7

OLD, NEW = b"\x01" * 32, b"\x02" * 32

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keys(settings: Any) -> None:
    settings.FIELD_KEYS = {1: OLD}
    settings.BLIND_INDEX_KEY = b"k" * 32


@pytest.fixture
def person(db: None) -> Any:
    with isolate_apps("portal.common"):

        class Person(models.Model):  # noqa: DJ008
            id = models.UUIDField(primary_key=True, default=uuid7)
            name = EncryptedTextField(max_length=40)
            note = EncryptedTextField(null=True)
            facts = EncryptedJSONField(default=dict)
            town = models.TextField(default="Aarhus")

            class Meta:
                app_label = "common"
                db_table = "test_sealed_person"

    with connection.schema_editor(atomic=False) as editor:
        editor.create_model(Person)
    return Person


def stored(row: Any, column: str = "name") -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM test_sealed_person WHERE id = %s', [row.pk])
        return bytes(cursor.fetchone()[0])


def overwrite(row: Any, value: bytes, column: str = "name") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE test_sealed_person SET "{column}" = %s WHERE id = %s', [value, row.pk]
        )


def test_what_is_saved_comes_back(person: Any) -> None:
    facts = {"mål": ["gå ture", 3], "når": None}
    row = person.objects.create(name="Zoë Ærø-Ågård 🌻", note="", facts=facts)

    again = person.objects.get(pk=row.pk)

    assert (again.name, again.note, again.facts) == ("Zoë Ærø-Ågård 🌻", "", facts)


def test_null_stays_null_and_can_be_asked_for(person: Any) -> None:
    row = person.objects.create(name="A", note=None)
    person.objects.create(name="B", note="x")

    assert person.objects.get(note__isnull=True) == row
    assert person.objects.get(pk=row.pk).note is None


def test_the_table_holds_no_readable_byte(person: Any) -> None:
    row = person.objects.create(name="Kanariefugl", facts={"k": "Kanariefugl"})

    assert b"anarie" not in stored(row) + stored(row, "facts")
    assert stored(row)[:2] == bytes((crypto.VERSION, 1))


def test_equal_values_are_stored_as_different_bytes(person: Any) -> None:
    one, two = person.objects.create(name="Kim"), person.objects.create(name="Kim")

    assert stored(one) != stored(two)


def test_every_flipped_bit_is_noticed(person: Any) -> None:
    row = person.objects.create(name="Kim")
    good = stored(row)

    for place in range(len(good)):
        for bit in range(8):
            bad = bytearray(good)
            bad[place] ^= 1 << bit
            overwrite(row, bytes(bad))
            with pytest.raises(SealBroken):
                person.objects.get(pk=row.pk).name  # noqa: B018


@pytest.mark.parametrize("length", [0, 1, 13, 14, 20])
def test_a_shortened_value_is_noticed(person: Any, length: int) -> None:
    row = person.objects.create(name="Kim")
    overwrite(row, stored(row)[:length])

    with pytest.raises(SealBroken):
        person.objects.get(pk=row.pk).name  # noqa: B018


def test_a_value_moved_to_another_row_does_not_open(person: Any) -> None:
    one, two = person.objects.create(name="Kim"), person.objects.create(name="Bo")
    overwrite(two, stored(one))

    with pytest.raises(SealBroken):
        person.objects.get(pk=two.pk).name  # noqa: B018


def test_a_value_moved_to_another_column_does_not_open(person: Any) -> None:
    row = person.objects.create(name="Kim", note="ringer selv")
    overwrite(row, stored(row), "note")

    with pytest.raises(SealBroken):
        person.objects.get(pk=row.pk).note  # noqa: B018


def test_a_value_sealed_with_an_unknown_key_does_not_open(person: Any, settings: Any) -> None:
    row = person.objects.create(name="Kim")
    settings.FIELD_KEYS = {2: NEW}

    with pytest.raises(SealBroken, match="not in FIELD_KEYS"):
        person.objects.get(pk=row.pk).name  # noqa: B018


def test_the_error_names_the_place_and_not_the_value(person: Any) -> None:
    row = person.objects.create(name="Kim")
    overwrite(row, b"\x01\x01" + b"Kim" * 20)

    with pytest.raises(SealBroken) as caught:
        person.objects.get(pk=row.pk).name  # noqa: B018

    assert str(caught.value).startswith(f"test_sealed_person.name.{row.pk}")
    assert "Kim" not in str(caught.value)


def test_nothing_is_opened_before_somebody_reads(
    person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = person.objects.create(name="Kim", note="x")
    opened: list[str] = []
    real = crypto.open_sealed
    monkeypatch.setattr(
        crypto, "open_sealed", lambda data, place: (opened.append(place), real(data, place))[1]
    )

    again = person.objects.get(pk=row.pk)
    assert opened == []
    assert (again.name, again.name) == ("Kim", "Kim")
    assert opened == [f"test_sealed_person.name.{row.pk}"]


def test_a_deferred_field_is_fetched_and_opened(person: Any) -> None:
    row = person.objects.create(name="Kim", note="x")

    again = person.objects.only("town").get(pk=row.pk)
    with CaptureQueriesContext(connection) as queries:
        assert again.name == "Kim"

    assert len(queries) == 1


def test_refreshing_reads_what_another_wrote(person: Any) -> None:
    row = person.objects.create(name="Kim")
    other = person.objects.get(pk=row.pk)
    other.name = "Bo"
    other.save(update_fields=["name"])

    row.refresh_from_db()

    assert row.name == "Bo"


def test_values_show_that_something_is_there_and_no_more(person: Any) -> None:
    row = person.objects.create(name="Kim")

    shown = person.objects.values("name", "note").get(pk=row.pk)

    assert (str(shown["name"]), repr(shown["name"]), shown["note"]) == (
        "<sealed>",
        "<sealed>",
        None,
    )
    with pytest.raises(TypeError):
        json.dumps(shown)


@pytest.mark.parametrize(
    "lookup", ["name", "name__exact", "name__in", "name__icontains", "name__gt", "facts__key"]
)
def test_filtering_is_refused(person: Any, lookup: str) -> None:
    with pytest.raises(FieldError, match="encrypted"):
        list(person.objects.filter(**{lookup: ["Kim"]}))


def test_excluding_is_refused(person: Any) -> None:
    with pytest.raises(FieldError, match="encrypted"):
        list(person.objects.exclude(name="Kim"))


@pytest.mark.parametrize("value", ["Kim", b"Kim", crypto.Sealed(b"x"), models.Value("Kim")])
def test_update_is_refused(person: Any, value: object) -> None:
    person.objects.create(name="Kim")

    with pytest.raises(FieldError, match="encrypted"):
        person.objects.update(name=value)


def test_update_may_erase(person: Any) -> None:
    row = person.objects.create(name="Kim", note="x")

    person.objects.filter(pk=row.pk).update(note=None)

    assert person.objects.get(pk=row.pk).note is None


def test_bulk_update_is_refused(person: Any) -> None:
    row = person.objects.create(name="Kim")
    row.name = "Bo"

    with pytest.raises(FieldError, match="encrypted"):
        person.objects.bulk_update([row], ["name"])


def test_a_database_expression_is_refused(person: Any) -> None:
    with pytest.raises(FieldError, match="expression"):
        person.objects.create(name=Lower(models.Value("KIM")))


def test_bulk_create_seals_each_row_for_itself(person: Any) -> None:
    rows = person.objects.bulk_create(person(name=f"Kim {n}", facts={"n": n}) for n in range(5))

    again = {row.pk: (row.name, row.facts) for row in person.objects.all()}

    assert again == {row.pk: (f"Kim {n}", {"n": n}) for n, row in enumerate(rows)}
    assert len({stored(row) for row in rows}) == 5


def test_a_key_given_as_text_seals_for_the_same_row(person: Any) -> None:
    key = "01930000-0000-7000-8000-00000000000A"
    person.objects.create(id=key, name="Kim")

    assert person.objects.get(pk=UUID(key)).name == "Kim"


def test_a_row_without_key_is_not_saved(person: Any) -> None:
    row = person(name="Kim")
    row.pk = None
    column = person._meta.get_field("name")

    with pytest.raises(FieldError, match="needs its key"):
        column.pre_save(row, True)


def test_a_loaded_row_cannot_be_saved_under_another_key(person: Any) -> None:
    row = person.objects.get(pk=person.objects.create(name="Kim").pk)
    row.pk = uuid7()

    with pytest.raises(SealBroken):
        row.save(force_insert=True)


def test_rows_are_not_serialised_in_clear(person: Any) -> None:
    row = person.objects.create(name="Kim")

    with pytest.raises(FieldError, match="not serialised"):
        serialize("json", [row])


def test_the_length_is_checked_before_sealing(person: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        person(name="x" * 41).full_clean(exclude=["note", "facts"])

    assert set(caught.value.error_dict) == {"name"}


def test_an_index_or_a_late_key_is_found_by_the_system_check() -> None:
    with isolate_apps("portal.common"):

        class Wrong(models.Model):  # noqa: DJ008
            name = EncryptedTextField(unique=True)

            class Meta:
                app_label = "common"

        found = {error.id for error in Wrong._meta.get_field("name").check()}

    assert found == {"crypto.E001", "crypto.E002"}


def test_a_field_survives_a_migration_file() -> None:
    field = EncryptedTextField(max_length=40, null=True)
    _, path, args, kwargs = field.deconstruct()

    assert path == "portal.common.crypto.EncryptedTextField"
    assert (args, kwargs) == ([], {"max_length": 40, "null": True})


# --- changing keys ---------------------------------------------------------------------------


def test_the_highest_key_seals_and_every_key_opens(person: Any, settings: Any) -> None:
    old = person.objects.create(name="Kim")
    settings.FIELD_KEYS = {1: OLD, 2: NEW}
    new = person.objects.create(name="Bo")

    assert (stored(old)[1], stored(new)[1]) == (1, 2)
    assert {row.name for row in person.objects.all()} == {"Kim", "Bo"}


def test_rotation_leaves_nothing_under_the_old_key(person: Any, settings: Any) -> None:
    rows = person.objects.bulk_create(
        person(name=f"Kim {n}", note="x" if n % 2 else None) for n in range(25)
    )
    settings.FIELD_KEYS = {1: OLD, 2: NEW}

    done = rotate(person, batch=4)

    assert done == crypto.Rotation(resealed=25 + 12 + 25)
    assert rotate(person) == crypto.Rotation()
    settings.FIELD_KEYS = {2: NEW}
    assert {row.pk: row.name for row in person.objects.all()} == {
        row.pk: f"Kim {n}" for n, row in enumerate(rows)
    }


def test_rotation_names_a_broken_value_and_goes_on(person: Any, settings: Any) -> None:
    bad, good = person.objects.create(name="Kim"), person.objects.create(name="Bo")
    overwrite(bad, stored(bad)[:-1] + b"?")
    before = stored(bad)
    settings.FIELD_KEYS = {1: OLD, 2: NEW}

    done = rotate(person, batch=1)

    assert len(done.broken) == 1
    assert str(bad.pk) in done.broken[0]
    assert stored(bad) == before
    assert stored(good)[1] == 2


def test_rotation_never_overwrites_a_change_made_meanwhile(
    person: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = person.objects.create(name="Kim")
    settings.FIELD_KEYS = {1: OLD, 2: NEW}
    real = crypto.open_sealed

    def somebody_saves_first(data: bytes, place: str) -> str:
        text = real(data, place)
        if place.startswith("test_sealed_person.name"):
            overwrite(row, crypto.seal("Ny", place))
        return text

    monkeypatch.setattr(crypto, "open_sealed", somebody_saves_first)
    done = rotate(person)
    monkeypatch.undo()
    settings.FIELD_KEYS = {1: OLD, 2: NEW}
    settings.BLIND_INDEX_KEY = b"k" * 32

    assert done.resealed == 1  # the facts; the name was changed by somebody else
    assert person.objects.get(pk=row.pk).name == "Ny"


def test_a_batch_of_nothing_is_refused(person: Any) -> None:
    with pytest.raises(ValueError, match="at least one"):
        rotate(person, batch=0)


# --- blind indexes ----------------------------------------------------------------------------


def test_a_blind_index_finds_equal_values_of_one_purpose_only(settings: Any) -> None:
    phone = crypto.blind_index("+4586123456", "phone")

    assert phone == crypto.blind_index("+4586123456", "phone")
    assert phone != crypto.blind_index("+4586123457", "phone")
    assert phone != crypto.blind_index("+4586123456", "mail")
    settings.BLIND_INDEX_KEY = b"q" * 32
    assert phone != crypto.blind_index("+4586123456", "phone")


@given(st.text())
def test_any_text_opens_as_it_was_sealed(text: str) -> None:
    assert crypto.open_sealed(crypto.seal(text, "t.c.1"), "t.c.1") == text
