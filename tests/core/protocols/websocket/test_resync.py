"""Frames found where nobody knows where one begins."""

from __future__ import annotations

import random

from support.websocket import frame

from pcaptools.core.protocols.websocket.resync import Seeker, walk


def test_two_frames_or_one_to_the_end_are_enough() -> None:
    for data in (frame(0x81, b"abc"), frame(0x81, b"abc") * 2 + frame(0x82, b"x" * 300)[:50]):
        assert Seeker(masked=False, deflate=False).look(data) == 0
    assert Seeker(masked=False, deflate=False).look(frame(0x82, b"x" * 300)[:50]) is None
    assert Seeker(masked=True, deflate=False).look(frame(0x81, b"abc")) is None
    assert Seeker(masked=False, deflate=False).look(frame(0xC1, b"abc")) is None
    assert Seeker(masked=False, deflate=True).look(frame(0xC1, b"abc")) == 0


def test_a_large_frame_leads_to_the_next() -> None:
    seeker, data = Seeker(masked=True, deflate=False), frame(0x82, b"y" * 5000, mask=True) * 2
    at, found = 0, None
    while found is None:
        found = seeker.look(data[at : at + 1000])
        at += 1000
    assert at - 1000 + found == len(data) // 2


def test_random_bytes_are_seldom_frames() -> None:
    rng = random.Random(7)
    seeker = Seeker(masked=False, deflate=True)
    assert [seeker.look(rng.randbytes(1460)) for _ in range(2000)].count(None) >= 1999


def test_a_walk_ends_at_what_is_no_frame() -> None:
    found = walk(frame(0x81, b"abc") + b"\xff\xff", 0, masked=False, deflate=False)
    assert (found.whole, found.credible) == (1, False)
