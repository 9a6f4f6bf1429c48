"""Sessions from their upgrade on, through the HTTP analyser."""

from __future__ import annotations

import pytest
from support.steps import Step, events_of, in_pieces
from support.websocket import REQUEST, Deflater, frame, messages, response, session

from pcaptools.core.events import WebSocketMessage, WebSocketUpgrade


def upgrades(steps: list[Step]) -> list[list[str]]:
    return [event.violations for event in events_of(steps) if isinstance(event, WebSocketUpgrade)]


@pytest.mark.parametrize("size", [1, 13, 5000])
def test_frames_in_the_segment_of_the_101(size: int) -> None:
    steps: list[Step] = [
        ("send", REQUEST), ("recv", response() + frame(0x81, b"first")), ("send", frame(0x82, b"\0", mask=True)),
        ("recv", frame(0x88, b"\x03\xe9away")),
    ]  # fmt: skip
    events = events_of(in_pieces(steps, size))
    assert messages(events) == [
        ("recv", "text", b"first", 5, ""), ("send", "binary", b"\0", 1, ""), ("recv", "close", b"away", 6, ""),
    ]  # fmt: skip
    found = [event for event in events if isinstance(event, WebSocketMessage)]
    assert [(event.number, event.close_code) for event in found] == [(1, None), (1, None), (1, 1001)]


def test_a_wrong_accept_is_noted_and_the_frames_read() -> None:
    steps: list[Step] = [("send", REQUEST), ("recv", response(accept=b"AAAA") + frame(0x81, b"a"))]
    assert upgrades(steps) == [["wrong Sec-WebSocket-Accept"]]
    assert messages(events_of(steps)) == [("recv", "text", b"a", 1, "")]
    assert upgrades([("send", REQUEST), ("recv", response())]) == [[]]
    assert upgrades([("recv", response())]) == [["Sec-WebSocket-Accept to a request not seen"]]


@pytest.mark.parametrize(
    ("extensions", "server", "client"),
    [
        (b"permessage-deflate", Deflater(), Deflater()),
        (b"permessage-deflate; server_no_context_takeover; client_max_window_bits=9",
         Deflater(takeover=False), Deflater(bits=9)),
        (b"permessage-deflate; client_no_context_takeover; server_max_window_bits=10",
         Deflater(bits=10), Deflater(takeover=False)),
    ],
)  # fmt: skip
def test_compression_of_either_side(extensions: bytes, server: Deflater, client: Deflater) -> None:
    steps: list[Step] = []
    for _ in range(3):
        steps += [
            ("recv", frame(0xC1, server(b"server " * 9))),
            ("send", frame(0xC1, client(b"client " * 9), mask=True)),
        ]
    assert messages(session(steps, extensions)) == [
        ("recv", "text", b"server " * 9, 63, ""), ("send", "text", b"client " * 9, 63, ""),
    ] * 3  # fmt: skip


def test_a_head_that_is_cut_leaves_the_place_of_the_first_frame_unknown() -> None:
    steps: list[Step] = [("send", REQUEST), ("recv", response()[:60]), ("recv", 300), ("recv", frame(0x81, b"again"))]
    events = events_of(steps)
    assert messages(events) == [("recv", "text", b"again", 5, "")]
