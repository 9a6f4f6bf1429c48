"""A session joined in the middle."""

from __future__ import annotations

import random

import pytest
from support.steps import Step, events_of
from support.websocket import frame, messages

from pcaptools.core.protocols.websocket.analyser import GUESS
from pcaptools.core.protocols.websocket.guess import evidence


def test_both_directions_read_as_frames() -> None:
    steps: list[Step] = [
        ("recv", b"\xde\xad rest of a frame"), ("recv", frame(0x81, b"hello there")),
        ("send", frame(0x81, b"general", mask=True)), ("recv", frame(0x89)),
    ]  # fmt: skip
    found = messages(events_of(steps))
    assert found == [
        ("recv", "text", b"hello there", 11, GUESS), ("send", "text", b"general", 7, GUESS),
        ("recv", "ping", b"", 0, GUESS),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "steps",
    [
        [("recv", frame(0x81, b"hello there"))] * 9,  # one direction only
        [("recv", frame(0x81, b"hello there")), ("send", frame(0x81, b"general"))],  # nobody masks
        [("recv", frame(0x89)), ("send", frame(0x8A, mask=True))],  # too little to tell
    ],
)
def test_what_is_no_websocket_or_not_sure(steps: list[Step]) -> None:
    assert messages(events_of(steps)) == []


def test_random_bytes_are_none() -> None:
    rng = random.Random(3)
    for _ in range(300):
        steps: list[Step] = [(rng.choice(["send", "recv"]), rng.randbytes(rng.randint(1, 40))) for _ in range(60)]
        assert messages(events_of(steps)) == []


def test_evidence() -> None:
    assert evidence(frame(0x81, b"abcd"), masked=False) == 16
    assert evidence(frame(0x81, b"abcd")[:-1], masked=False) == 0
    assert evidence(frame(0x81, b"\xff"), masked=False) is None
    assert evidence(frame(0x88, b"\x00\x01"), masked=False) is None
    assert evidence(b"\x16\x03\x01\x00\x05", masked=False) is None
