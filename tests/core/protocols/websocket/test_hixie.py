"""The protocols of 2010."""

from __future__ import annotations

import pytest
from support.steps import Step, events_of, in_pieces
from support.websocket import messages

from pcaptools.core.events import WebSocketUpgrade
from pcaptools.core.protocols.websocket.bounds import Budget
from pcaptools.core.protocols.websocket.hixie import HixieReader
from pcaptools.core.protocols.websocket.messages import Message, Trouble

# the example of hybi-00, 1.2
REQUEST_76 = (
    b"GET /demo HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nSec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n"
    b"Sec-WebSocket-Protocol: sample\r\nUpgrade: WebSocket\r\nSec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\n"
    b"Origin: http://example.com\r\n\r\n^n:ds[4U"
)
RESPONSE_76 = (
    b"HTTP/1.1 101 WebSocket Protocol Handshake\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Origin: http://example.com\r\nSec-WebSocket-Location: ws://example.com/demo\r\n\r\n8jKS'y:G*Co,Wxa-"
)
REQUEST_75 = b"GET /demo HTTP/1.1\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nHost: h\r\nOrigin: http://h\r\n\r\n"
RESPONSE_75 = (
    b"HTTP/1.1 101 Web Socket Protocol Handshake\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
    b"WebSocket-Origin: http://h\r\nWebSocket-Location: ws://h/demo\r\n\r\n"
)
TALK = b"\x00hello\xff\x00gr\xc3\xbc\xc3\x9fe\xff\x80\x03\x01\xff\x02\xff\x00"


@pytest.mark.parametrize(
    ("request_", "response", "protocol"),
    [(REQUEST_76, RESPONSE_76, "hixie-76"), (REQUEST_75, RESPONSE_75, "hixie-75")],
)
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_session(request_: bytes, response: bytes, protocol: str, size: int) -> None:
    steps: list[Step] = [("send", request_), ("recv", response + TALK), ("send", TALK)]
    events = events_of(in_pieces(steps, size), bodies=False)
    assert [(event.protocol, event.violations) for event in events if isinstance(event, WebSocketUpgrade)] == [
        (protocol, [])
    ]
    assert messages(events) == [
        (side, *message)
        for side in ("recv", "send")
        for message in (
            ("text", b"hello", 5, ""), ("text", b"gr\xc3\xbc\xc3\x9fe", 7, ""), ("binary", b"\x01\xff\x02", 3, ""),
            ("close", b"", 0, ""),
        )
    ]  # fmt: skip


def test_gaps() -> None:
    made = HixieReader(skip=16, budget=Budget())
    assert made.gap(10) == []
    (message,) = made.feed(b"123456\x00a\xff\x80\x05ab")
    assert isinstance(message, Message)
    (counted,) = made.gap(3)
    assert isinstance(counted, Message)
    assert (counted.data, counted.length, counted.notes) == (b"ab", 5, ["3 bytes missing"])
    (trouble,) = made.gap(9)
    assert trouble == Trouble("9 bytes missing: looking for the next frame")
    (found,) = made.feed(b"rest of a text\xff\x00b\xff")
    assert isinstance(found, Message)
    assert found.data == b"b"


def test_a_length_without_end() -> None:
    made = HixieReader(skip=0, budget=Budget())
    assert made.feed(b"\x80" + b"\xff" * 8) == []
    (trouble,) = made.feed(b"\xff")
    assert trouble == Trouble("a length of more than 63 bits: looking for the next frame")
    assert made.end("the connection ended") == []


def test_after_a_length_without_end_a_frame_is_found_in_the_same_segment() -> None:
    trouble, found = HixieReader(skip=0, budget=Budget()).feed(b"\x80" + b"\xff" * 9 + b"rubbish\xff\x00hello\xff")
    assert trouble == Trouble("a length of more than 63 bits: looking for the next frame")
    assert isinstance(found, Message)
    assert found.data == b"hello"
