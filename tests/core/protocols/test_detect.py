"""Protocols are told by their first bytes, on any port, also in the middle of a session."""

from __future__ import annotations

import pytest
from support.steps import KEY, events_of, words

from pcaptools.core.protocols.base import Data, End, Gap
from pcaptools.core.protocols.detect import Analysers, Detector
from pcaptools.core.protocols.http.framing import ENDLESS
from pcaptools.core.tcp.session import Session

GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
# RFC 8446, 5.1 and 4: a handshake record of version 3.1 with a ClientHello in it
CLIENT_HELLO = bytes.fromhex("1603010200010001fc0303") + bytes(50)


def detector() -> tuple[Detector, Analysers]:
    analysers = Analysers()
    return Detector(Session(KEY, 0), analysers), analysers


@pytest.mark.parametrize(
    ("first", "name"),
    [
        (CLIENT_HELLO, "TLS"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(20), "HTTP/2"),
        (b"220 mail ESMTP\r\n", "unknown"),
        (b"\x00\x01\x02\x03", "unknown"),
        (GET, "HTTP"),
        (b"\x05\x01\x00", "SOCKS"),
    ],
)
def test_a_session_is_counted_as_what_it_speaks(first: bytes, name: str) -> None:
    made, analysers = detector()
    made.feed("send", Data(first, 0))
    assert +analysers.spoken == {name: 1}


def test_what_nobody_reads_need_not_be_delivered() -> None:
    made, _ = detector()
    made.feed("send", Data(CLIENT_HELLO, 0))
    assert made.skippable("recv") == made.skippable("send") == 0  # the rest of the hello, and the server's
    made.feed("recv", Data(bytes.fromhex("15030300020228"), 0))  # an alert, RFC 8446, 6
    assert made.skippable("recv") == made.skippable("send") == ENDLESS
    made.skip("send", 100)
    assert list(made.feed("recv", Data(GET, 1))) == []


def test_a_start_line_in_several_segments_and_both_directions_in_order() -> None:
    steps = [("send", b"GE"), ("send", b"T / HT"), ("recv", b"HTT"), ("send", b"TP/1.1\r\nHost: h\r\n\r\n")]
    steps.append(("recv", OK[3:]))
    assert words(events_of(steps, bodies=False)) == [  # type: ignore[arg-type]
        "send request 1 GET / 1.1", "send request_complete 1 0", "recv response 1 200 GET",
        "recv response_complete 1 2",
    ]  # fmt: skip


def test_http_after_something_else_is_found_at_the_start_of_a_segment() -> None:
    made, analysers = detector()
    assert list(made.feed("send", Data(b"\x00binary\x00", 0))) == []
    assert [event.name for event in made.feed("send", Data(GET, 1))] == ["http_request", "http_request_complete"]
    assert +analysers.spoken == {"HTTP": 1}


def test_an_undecided_session_is_unknown_at_its_end() -> None:
    made, analysers = detector()
    made.feed("send", Data(b"XGET", 0))
    made.feed("send", Gap(5, 1))
    made.feed("send", Data(b"HEAD", 2))
    made.feed("send", End("fin", 3))
    assert analysers.spoken == {"unknown": 1}


def test_a_long_line_without_an_end_is_bounded() -> None:
    made, analysers = detector()
    for number in range(100):
        made.feed("send", Data(b"G" * 1000, number))
    assert analysers.spoken == {"unknown": 1}


@pytest.mark.parametrize(
    "header",
    [
        b"PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n",
        b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + bytes(12),
        b"\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00",
    ],
)
def test_a_proxy_header_before_the_first_request_is_passed_over(header: bytes) -> None:
    for steps in ([("send", header + GET)], [("send", header), ("send", GET)]):
        assert words(events_of(steps, bodies=False)) == ["send request 1 GET / 1.1", "send request_complete 1 0"]  # type: ignore[arg-type]
