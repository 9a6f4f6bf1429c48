from __future__ import annotations

import pytest
from support.crosscheck import Row, rows
from support.layers import decode, every_cut

from pcaptools.core.decode.http2 import HTTP2, MAX_FRAMES, PREFACE

FRAMES = "link.ip.tcp.http2.frames"
CHECKS = rows("http2.pcap", {
    4: [
        ("link.ip.tcp.http2.preface", 1, "http2.magic", r"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        (FRAMES + "[0].type", 4, "http2.type"),
        (FRAMES + "[0].length", 18, "http2.length"),
        (FRAMES + "[0].flags", 0, "http2.flags"),
        (FRAMES + "[0].streamid", 0, "http2.streamid[1]"),
        (FRAMES + "[0].settings.max_concurrent_streams", 100, "http2.settings.max_concurrent_streams"),
        (FRAMES + "[0].settings.initial_window_size", 33554432, "http2.settings.initial_window_size"),
        (FRAMES + "[1].type", 8, "http2.type[1]"),
    ],
    8: [
        ("link.ip.tcp.http2.preface", 0, "http2.type", "4"),
        (FRAMES + "[0].length", 0, "http2.length"),
    ],
    11: [
        (FRAMES + "[0].flags", 1, "http2.flags"),
        (FRAMES + "[1].type", 1, "http2.type[1]"),
        (FRAMES + "[1].streamid", 1, "http2.streamid[1]"),
        (FRAMES + "[2].type", 0, "http2.type[2]"),
        (FRAMES + "[2].length", 9, "http2.length[2]"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def frame(kind: int, content: bytes = b"", flags: int = 0, stream: int = 0) -> bytes:
    return len(content).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + content


SETTINGS = frame(4, b"\0\3\0\0\0\x64\0\x4d\0\0\0\1")


def test_frames_by_name() -> None:
    layer = decode(HTTP2, PREFACE + SETTINGS + frame(0, b"data", stream=0x8000_0003) + frame(0x77, b"x"))
    assert [found["type_name"] for found in layer.frames] == ["SETTINGS", "DATA", "unknown"]
    assert layer.frames[0]["settings"] == {"max_concurrent_streams": 100, "0x004d": 1}
    assert layer.frames[1]["streamid"] == 3  # RFC 9113, 4.1: the highest bit is reserved


def test_a_frame_that_goes_on() -> None:
    layer = decode(HTTP2, SETTINGS + frame(0, b"x" * 100)[:20])
    assert [found["length"] for found in layer.frames] == [12, 100]
    assert layer.child is None


@pytest.mark.parametrize(
    ("data", "taken"),
    [
        (PREFACE, True),
        (PREFACE[:20], False),
        (SETTINGS, True),
        (frame(4), True),
        (frame(4, flags=1), True),
        (frame(4, b"\0" * 6, flags=1), False),  # RFC 9113, 6.5: an acknowledgement is empty
        (frame(4, b"\0" * 5), False),
        (frame(4, b"\0" * 6 * 33), False),
        (frame(4, stream=1), False),
        (frame(6, b"\0" * 8), False),
        (frame(4)[:8], False),
        (b"PUT / HTTP/1.1\r\n\r\n" + bytes(10), False),
    ],
)
def test_recognition(data: bytes, taken: bool) -> None:
    assert HTTP2.recognises(data, 0, len(data)) is taken


def test_every_cut() -> None:
    data = PREFACE + SETTINGS + frame(8, b"\0\0\1\0") + frame(6, bytes(8))
    counts = [len(layer.frames) for layer in every_cut(HTTP2, data) if layer.preface]
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, 3)


def test_bounds() -> None:
    layer = decode(HTTP2, frame(4) * (MAX_FRAMES + 1))
    assert len(layer.frames) == MAX_FRAMES
    assert layer.child.malformed
