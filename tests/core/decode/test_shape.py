"""A shape is found in the first frames, with their VLAN tags, and takes apart what segment.py takes apart."""

from __future__ import annotations

import pytest
from support.build import ACK, CLIENT, SERVER, tcp_frame

from pcaptools.core.decode.segment import segment
from pcaptools.core.decode.shape import FRAMES_TRIED, shape_of
from pcaptools.core.sources.base import Batch

FRAME = tcp_frame(CLIENT, SERVER, 1000, 2000, ACK, b"data" * 20)
IP = FRAME[14:]
TAG = b"\x81\x00\x20\x05"
ARP = b"\xff" * 12 + b"\x08\x06" + bytes(64)


def batch_of(link_type: int, *frames: bytes) -> Batch:
    buffer, places = b"..", []
    for frame in frames:
        places.append((0, len(frame), len(buffer), len(buffer) + len(frame)))
        buffer += frame
    return Batch(link_type, buffer=buffer + b"..", places=places)


@pytest.mark.parametrize(
    ("link_type", "frame"),
    [
        (1, FRAME),
        (1, FRAME[:12] + TAG + FRAME[12:]),
        (1, FRAME[:12] + b"\x88\xa8\x00\x07" + TAG + FRAME[12:]),
        (0, b"\x02\0\0\0" + IP),
        (108, b"\0\0\0\x02" + IP),
        (101, IP),
        (113, bytes(14) + b"\x08\x00" + IP),
        (276, b"\x08\x00" + bytes(18) + IP),
    ],
)
def test_it_takes_apart_what_the_parser_does(link_type: int, frame: bytes) -> None:
    batch = batch_of(link_type, frame)
    shape, expected = shape_of(batch), segment(frame, len(frame), link_type)
    assert shape is not None
    assert expected
    assert len(frame) >= shape.size
    link, version, total, word, key, seq, ack, bits, window = shape.unpack(batch.buffer, 2)
    assert (link, version & shape.version_mask, word & shape.word_mask) == (shape.link, shape.version, 6)
    l3, start = shape.ip, shape.ip + shape.header + (bits >> 10 & 0x3C)
    length = shape.ip + shape.uncounted + total - start
    assert (key, seq, ack, bits & 0xFF, window, l3, l3 + shape.header, start, length) == expected


def test_the_first_that_has_one_counts() -> None:
    assert shape_of(batch_of(1, ARP, ARP, FRAME)) == shape_of(batch_of(1, FRAME))
    assert shape_of(batch_of(1, *[ARP] * FRAMES_TRIED, FRAME)) is None


def test_nothing_has_no_shape() -> None:
    assert shape_of(batch_of(1)) is None
    assert shape_of(batch_of(1, b"", FRAME[:20])) is None
    assert shape_of(batch_of(147, FRAME)) is None
    assert shape_of(Batch(1, [(0, len(FRAME), FRAME)])) is None
