import csv
import re

import pytest
from django.utils import translation

from offers import vocabularies
from offers.vocabularies import (
    ACCESSIBILITY,
    AGE_BANDS,
    CATEGORIES,
    DIMENSIONS,
    FORMS,
    ICPC_CHAPTERS,
    LANGUAGES,
    PARTICIPATION,
    REFERENCE,
    TARGET_GROUPS,
    Term,
    target_groups_by_dimension,
)

ALL = [
    CATEGORIES, TARGET_GROUPS, FORMS, PARTICIPATION, LANGUAGES, ACCESSIBILITY, ICPC_CHAPTERS,
    AGE_BANDS, DIMENSIONS,
]  # fmt: skip


@pytest.mark.parametrize(
    ("vocabulary", "size"),
    [
        (CATEGORIES, 17),
        (TARGET_GROUPS, 32),
        (FORMS, 7),
        (PARTICIPATION, 9),
        (LANGUAGES, 21),
        (ACCESSIBILITY, 15),
        (ICPC_CHAPTERS, 17),
        (AGE_BANDS, 6),
        (DIMENSIONS, 7),
    ],
)
def test_every_vocabulary_is_whole(vocabulary, size):
    assert len(vocabulary) == size
    assert len({term.label_da for term in vocabulary.values()}) == size
    assert len({term.label_en for term in vocabulary.values()}) == size


def test_the_codes_are_those_of_the_files_in_their_order():
    with (REFERENCE / "tilbudskategorier.csv").open(encoding="utf-8") as file:
        in_file = [row["kode"] for row in csv.DictReader(file)]

    assert list(CATEGORIES.codes) == in_file
    assert in_file[0] == "sociale-aktiviteter"
    assert in_file[-1] == "foelgeskab"


def test_every_file_in_the_folder_is_read():
    assert {path.stem for path in REFERENCE.glob("*.csv")} >= {
        vocabulary.name for vocabulary in ALL if vocabulary not in (AGE_BANDS, DIMENSIONS)
    }


def test_the_age_bands_meet_without_gap_or_overlap():
    bands = list(AGE_BANDS.values())

    assert AGE_BANDS.codes == ("0-14", "15-29", "30-49", "50-64", "65-79", "80+")
    assert bands[0].first == 0
    assert bands[-1].last is None
    for band, following in zip(bands, bands[1:], strict=False):
        assert band.last is not None
        assert band.last + 1 == following.first


def test_a_label_follows_the_readers_language():
    with translation.override("da"):
        danish = str(CATEGORIES["netvaerk"])
        danish_choices = CATEGORIES.choices()
    with translation.override("en"):
        english = str(CATEGORIES["netvaerk"])
        english_choices = CATEGORIES.choices()
    with translation.override(None):
        without = CATEGORIES["netvaerk"].label

    assert danish == without == "Netværksaktiviteter"
    assert english == "Networking activities"
    assert danish_choices[1] == ("netvaerk", "Netværksaktiviteter")
    assert english_choices[1] == ("netvaerk", "Networking activities")


def test_every_target_group_stands_under_its_dimension_once():
    grouped = target_groups_by_dimension()

    assert list(grouped) == list(DIMENSIONS)
    assert sum(len(groups) for groups in grouped.values()) == 32
    assert [group.code for group in grouped["rolle"]] == [
        "patienter", "paaroerende", "efterlevende", "fagpersonale",
    ]  # fmt: skip
    assert all(groups for groups in grouped.values())


def test_icpc_chapters_are_the_seventeen_letters_and_no_titles_from_the_classification():
    assert "".join(ICPC_CHAPTERS) == "ABDFHKLNPRSTUWXYZ"


def test_languages_written_from_the_right_say_so():
    assert {code for code, language in LANGUAGES.items() if language.direction == "rtl"} == {
        "ar", "fa", "ur",
    }  # fmt: skip
    assert LANGUAGES["uk"].native == "українська"


def test_codes_are_checked_put_in_order_and_made_unique():
    assert FORMS.check(["telefon", "fysisk", "telefon"]) == ["fysisk", "telefon"]
    assert FORMS.check([]) == []
    with pytest.raises(KeyError, match="tilbudsformer: brevdue"):
        FORMS.check(["fysisk", "brevdue"])
    assert FORMS.unknown(["fysisk", "brevdue"]) == ["brevdue"]


def test_a_code_that_is_gone_is_shown_as_it_is():
    assert FORMS.labels(["telefon", "brevdue"]) == ["Telefon", "brevdue"]


def test_terms_cannot_be_changed():
    with pytest.raises(AttributeError):
        FORMS["fysisk"].label_da = "Noget andet"


@pytest.mark.parametrize("vocabulary", ALL)
def test_codes_need_no_quoting_in_an_address(vocabulary):
    for code, term in vocabulary.items():
        assert isinstance(term, Term)
        assert term.code == code
        assert re.fullmatch(r"[A-Za-z0-9+-]+", code)


def test_repr_names_the_vocabulary():
    assert repr(vocabularies.FORMS) == "<Vocabulary tilbudsformer: 7 terms>"
