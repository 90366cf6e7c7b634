"""The parts of asking a host that are pure: base addresses, bodies that are unpacked, and pauses."""

from __future__ import annotations

import gzip
import itertools
import tracemalloc
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.fetch.body import read_body
from catalog.fetch.client import MOST_TRIES, parse_base_url
from catalog.fetch.faults import AnswerError, TryAgainError
from catalog.fetch.waits import LONGEST_WAIT, asked_wait, back_off

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


def test_packed_emptiness_without_end_is_refused() -> None:
    header, empty_block = gzip.compress(b"")[:10], b"\x00\x00\x00\xff\xff"
    pieces = itertools.chain([header], itertools.repeat(empty_block * 1000))

    with pytest.raises(AnswerError, match="larger than 1 MiB"):
        read_body(pieces, "gzip", 1 << 20)


def test_a_bomb_is_never_unpacked_whole() -> None:
    packed = gzip.compress(b" " * (64 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(AnswerError):
            read_body([packed], "gzip", 1 << 20)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@given(st.lists(st.binary(max_size=200), max_size=5), st.sampled_from(["", "gzip", "identity", "GZIP ", "zstd"]))
def test_any_bytes_are_content_or_a_reason(pieces: list[bytes], coding: str) -> None:
    try:
        content = read_body(pieces, coding, 300)
    except (AnswerError, TryAgainError):
        return
    assert len(content) <= 300


@given(st.binary(max_size=2000), st.integers(1, 50))
def test_packing_is_undone_however_it_is_cut_up(content: bytes, length: int) -> None:
    packed = gzip.compress(content)
    pieces = [packed[start : start + length] for start in range(0, len(packed), length)]

    assert read_body(pieces, "gzip", 2000) == content


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": " 17 "}, 17.0),
        ({"retry-after": "Sat, 21 Nov 2026 12:01:00 GMT"}, 60.0),
        ({"retry-after": "Sat, 21 Nov 2026 12:01:00"}, 60.0),
        ({"retry-after": "Sat, 21 Nov 2026 13:01:00 +0100"}, 60.0),
        ({"retry-after": "Sat, 21 Nov 2026 11:59:00 GMT"}, 0.0),
        ({"retry-after": "Fri, 31 Dec 9999 23:00:00 -0500"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": "\u0661\u0662"}, None),
        ({"ratelimit": '"api";r=0;t=55'}, 55.0),
        ({"ratelimit": '"api"; r=0; t = 7'}, 7.0),
        ({"ratelimit": '"api";r=0'}, None),
        ({"retry-after": "17", "ratelimit": '"api";r=0;t=55'}, 17.0),
        ({"retry-after": "soon", "ratelimit": '"api";r=0;t=55'}, 55.0),
    ],
)
def test_what_a_host_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(headers, NOW) == seconds


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_header_asks_for_a_time_or_for_none(retry_after: str, ratelimit: str) -> None:
    seconds = asked_wait({"retry-after": retry_after, "ratelimit": ratelimit}, NOW)
    assert seconds is None or seconds >= 0


@given(
    st.integers(0, 99999), st.integers(0, 99), st.integers(0, 9999999), st.integers(0, 99), st.integers(-99999, 99999)
)
def test_any_date_is_a_time_or_none(day: int, hour: int, year: int, second: int, zone: int) -> None:
    seconds = asked_wait({"retry-after": f"Sat, {day} Nov {year} {hour}:00:{second} {zone:+05d}"}, NOW)
    assert seconds is None or seconds >= 0


def test_the_pauses_double_and_are_spread() -> None:
    assert [back_off(tries, 0.5) for tries in range(1, 5)] == [1, 2, 4, 8]
    assert back_off(3, 0.0) == 2
    assert back_off(3, 0.999) < 6
    assert back_off(MOST_TRIES, 1.0) < LONGEST_WAIT


@pytest.mark.parametrize(
    "address",
    [
        "",
        "huggingface.co",
        "ftp://huggingface.co",
        "https://",
        "https://user:word@huggingface.co",
        "https://huggingface.co?q=1",
        "https://huggingface.co#papers",
        "https://hugging..face",
        "https://" + "a" * 64 + ".co",
        "https://xn--/",
        "https://hugging\x00face.co",
        "https://huggingface.co:0",
        "https://huggingface.co:99999",
        "https://hugging face.co",
        "https://h\udc80",
        "https://[::1",
    ],
)
def test_what_is_no_base_address(address: str) -> None:
    with pytest.raises(ValueError, match=r"huggingface\.co") as caught:
        parse_base_url(address)
    assert type(caught.value) is ValueError  # not one of its kind that says less
    assert len(str(caught.value).splitlines()) == 1


@given(st.text(max_size=30))
def test_any_base_address_is_one_or_is_not(text: str) -> None:
    for address in (text, f"https://{text}"):
        with suppress(ValueError):
            assert parse_base_url(address).scheme in ("http", "https")
