"""Held pieces: sorted, no overlap, first seen wins — against a byte-by-byte model."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pcaptools.core.tcp.reassembly import PIECE_OVERHEAD, hold, overlapping, take
from pcaptools.core.tcp.session import Endpoint, Session

KEY = bytes([10, 0, 0, 1, 10, 0, 0, 2, 156, 64, 0, 80])


def endpoint() -> Endpoint:
    return Session(KEY, 0).send


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=25))
def test_first_seen_wins_and_nothing_overlaps(spans: list[tuple[int, int]]) -> None:
    model: dict[int, int] = {}
    side = endpoint()
    for value, (start, length) in enumerate(spans):
        new = [at for at in range(start, start + length) if at not in model]
        kept = hold(side, (start, start + length, bytes([value]) * length, 0, 0))
        assert kept == bool(new)
        model.update(dict.fromkeys(new, value))
    held = side.held or []
    assert {at: data[at - start] for start, end, data, *_ in held for at in range(start, end)} == model
    assert all(before[1] <= behind[0] for before, behind in pairwise(held))
    assert side.held_bytes == len(model) + PIECE_OVERHEAD * len(held)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=9), st.integers(0, 45), st.integers(1, 9))
def test_overlapping_finds_exactly_the_pieces_that_share_bytes(
    spans: list[tuple[int, int]], start: int, length: int
) -> None:
    side = endpoint()
    for at, size in spans:
        hold(side, (at, at + size, b"x" * size, 0, 0))
    expected = [piece for piece in side.held or [] if piece[0] < start + length and start < piece[1]]
    assert overlapping(side, start, start + length) == expected


def test_take_waits_for_the_hole_and_for_what_the_sender_had_seen() -> None:
    side = endpoint()
    hold(side, (5, 8, b"abc", 0, 0))
    assert take(side, 0) is None
    side.offset = 5
    assert take(side, 0) == (5, 8, b"abc", 0, 0)
    assert side.held_bytes == 0
    hold(side, (5, 8, b"abc", 0, 10))
    assert take(side, 9) is None
    assert take(side, 10) is not None


def test_a_cut_piece_stays_cut() -> None:
    side = endpoint()
    hold(side, (0, 10, b"abcd", 0, 0))
    assert take(side, 0) == (0, 10, b"abcd", 0, 0)
