"""Ids sort by time and are never permission; tokens and codes cannot be read back from what is
stored.
"""

import multiprocessing
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.queues import Queue
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.common import clock, ids
from tests.waiting import LONGEST

MOMENT = datetime(2026, 11, 22, 9, 30, 0, 123_000, tzinfo=UTC)


def milliseconds(key: UUID) -> int:
    return key.int >> 80


def test_an_id_is_a_uuid_of_version_7_with_the_clocks_time() -> None:
    with clock.at(MOMENT):
        key = ids.uuid7()

    assert key.version == 7
    assert key.variant == "specified in RFC 4122"
    assert milliseconds(key) == round(MOMENT.timestamp() * 1000)


def test_ids_rise_also_while_the_clock_stands_still() -> None:
    with clock.at(MOMENT):
        standing = [ids.uuid7() for _ in range(20_000)]
    running = [ids.uuid7() for _ in range(20_000)]

    assert standing == sorted(set(standing))
    assert running == sorted(set(running))
    assert {milliseconds(key) for key in standing} == {round(MOMENT.timestamp() * 1000)}


def test_a_machine_clock_set_back_does_not_break_the_order() -> None:
    before = ids.uuid7()
    try:
        clock.set_offset(timedelta(hours=-1))
        after = ids.uuid7()
    finally:
        clock.set_offset(timedelta())

    assert after > before


def test_rows_written_in_a_set_past_get_ids_of_that_past() -> None:
    now = ids.uuid7()
    with clock.at(MOMENT):
        later = ids.uuid7()
    with clock.at(MOMENT - timedelta(days=30)):
        earlier = ids.uuid7()

    assert earlier < later
    assert milliseconds(earlier) == round((MOMENT - timedelta(days=30)).timestamp() * 1000)
    assert ids.uuid7() > now


def test_threads_never_share_an_id() -> None:
    found: list[UUID] = []

    def work() -> None:
        mine = [ids.uuid7() for _ in range(2_000)]
        assert mine == sorted(mine)
        found.extend(mine)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(found)) == 8_000


def _put_id(answers: "Queue[UUID]") -> None:
    with clock.at(MOMENT):
        answers.put(ids.uuid7())


def test_forked_processes_do_not_count_on_from_the_same_number() -> None:
    fork = multiprocessing.get_context("fork")
    answers: Queue[UUID] = fork.Queue()
    with clock.at(MOMENT):
        parents = ids.uuid7()
        children = [fork.Process(target=_put_id, args=(answers,)) for _ in range(2)]
        for child in children:
            child.start()
        one, two = answers.get(timeout=LONGEST), answers.get(timeout=LONGEST)
        for child in children:
            child.join()

    # One step is below 2**32; three numbers this far apart were drawn, not counted.
    assert min(abs(one.int - two.int), abs(one.int - parents.int)) > 1 << 40


def test_a_token_has_128_bits_and_fits_an_address() -> None:
    tokens = {ids.new_token() for _ in range(1_000)}

    assert len(tokens) == 1_000
    assert {len(token) for token in tokens} == {22}
    assert all(token.replace("-", "a").replace("_", "a").isalnum() for token in tokens)


def test_a_stored_token_depends_on_the_key_and_on_its_purpose(settings: object) -> None:
    settings.BLIND_INDEX_KEY = b"a" * 32  # type: ignore[attr-defined]
    first = ids.hash_token("4K7M-X2PQ")
    code = ids.hash_code("4K7M-X2PQ")
    settings.BLIND_INDEX_KEY = b"b" * 32  # type: ignore[attr-defined]

    assert len(first) == 32
    assert first != ids.hash_token("4K7M-X2PQ")
    assert first != code


def test_a_code_is_two_groups_of_four_without_look_alikes() -> None:
    codes = [ids.new_code() for _ in range(2_000)]

    assert all(len(code) == 9 and code[4] == "-" for code in codes)
    # 16,000 drawn characters: each of the 32 is missed with a chance below 1e-200.
    assert set("".join(codes)) == {*"0123456789ABCDEFGHJKMNPQRSTVWXYZ", "-"}
    assert not set("".join(codes)) & set("ILOU")


@pytest.mark.parametrize(
    "typed",
    [
        "4K7M-X2PQ",
        "4k7m-x2pq",
        "4k7mx2pq",
        " 4K7M X2PQ ",
        "4K7M–X2PQ",
        "4 K 7 M X 2 P Q",
        "4K7M.X2PQ",
    ],
)
def test_a_code_is_found_however_it_is_typed(typed: str) -> None:
    assert ids.normalise_code(typed) == "4K7M-X2PQ"
    assert ids.hash_code(typed) == ids.hash_code("4K7M-X2PQ")


def test_letters_that_look_like_digits_become_digits() -> None:
    assert ids.normalise_code("oOiI-lL01") == "0011-1101"


@pytest.mark.parametrize("typed", ["", "4K7M", "4K7M-X2PQ9", "4K7M-X2PU", "ÆØÅM-X2PQ", "ß-123-456"])
def test_what_cannot_be_a_code_is_refused(typed: str) -> None:
    assert ids.normalise_code(typed) == ""
    with pytest.raises(ValueError, match="not a referral code"):
        ids.hash_code(typed)


@given(st.text(max_size=20))
def test_normalising_a_code_twice_changes_nothing(typed: str) -> None:
    once = ids.normalise_code(typed)

    assert ids.normalise_code(once) == once


@pytest.mark.parametrize("make", [ids.six_digits])
def test_a_one_time_code_keeps_its_leading_zeros(
    make: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.randbelow", lambda _limit: 7)

    assert make() == "000007"
