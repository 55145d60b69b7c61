"""The readability number that labels and help are held to."""

import pytest

from portal.common.lix import hard_texts, lix


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("86 12 34 56", 0),
        ("Kom og vær med.", 4),
        ("Kom og vær med. Det er frit.", 4),  # 7 words in 2 sentences: 3.5, to even
        ("Kom og vær med\nDet er frit\nTag en ven med", 4),
        ("Samarbejdsaftale", 101),
        ("Vi glæder os meget til forårets fællesspisning.", 7 + round(100 * 2 / 7)),
    ],
)
def test_lix_is_words_per_sentence_plus_share_of_long_words(text: str, number: int) -> None:
    assert lix(text) == number


def test_a_full_stop_in_a_time_of_day_does_not_end_a_sentence() -> None:
    assert lix("Kom klokken 14.30 hver dag") == lix("Kom klokken 14 hver dag")


def test_hard_texts_come_hardest_first_and_short_ones_are_passed_over() -> None:
    plain = "Du må gerne tage en ven med, når du kommer her."
    middle = "Foreningens repræsentanter skriver hvert år om samarbejdet til kommunens koordinator."
    hard = (
        "Organisationens repræsentanter forpligtes vedvarende til dokumentation af samarbejdets"
        " resultater gennem årlige statusrapporter."
    )

    found = hard_texts([plain, middle, "Samarbejdsaftale", hard])

    assert [text for _, text in found] == [hard, middle]
