"""SOCKS handshakes as RFC 1928 and RFC 1929 lay them out, whole and byte by byte."""

from __future__ import annotations

import pytest
from support.steps import Step, events_of, in_pieces, words

from pcaptools.core.protocols.socks import starts_socks

GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
EXPECTED = [
    "send request 1 GET / 1.1", "send request_complete 1 0", "recv response 1 200 GET", "recv response_complete 1 2",
]  # fmt: skip
REPLY = b"\x05\x00\x00\x01\x7f\x00\x00\x01\x1f\x90"
HANDSHAKES: dict[str, list[Step]] = {
    "5, no authentication, host name": [
        ("send", b"\x05\x01\x00"), ("recv", b"\x05\x00"),
        ("send", b"\x05\x01\x00\x03\x0bexample.com\x00\x50"), ("recv", REPLY),
    ],
    "5, user and password, IPv4": [
        ("send", b"\x05\x02\x00\x02"), ("recv", b"\x05\x02"),
        ("send", b"\x01\x04user\x06secret"), ("recv", b"\x01\x00"),
        ("send", b"\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50"), ("recv", REPLY),
    ],
    "5, IPv6": [
        ("send", b"\x05\x01\x00"), ("recv", b"\x05\x00"),
        ("send", b"\x05\x01\x00\x04" + bytes(15) + b"\x01\x00\x50"), ("recv", b"\x05\x00\x00\x04" + bytes(18)),
    ],
    "4": [("send", b"\x04\x01\x00\x50\x7f\x00\x00\x01user\x00"), ("recv", b"\x00\x5a\x00\x50\x7f\x00\x00\x01")],
    "4a": [("send", b"\x04\x01\x00\x50\x00\x00\x00\x01\x00example.com\x00"), ("recv", b"\x00\x5a" + bytes(6))],
}  # fmt: skip


@pytest.mark.parametrize("name", HANDSHAKES)
def test_the_tunnel_behind_the_handshake_is_read(name: str) -> None:
    steps = [*HANDSHAKES[name], ("send", GET), ("recv", OK)]
    assert words(events_of(steps, bodies=False)) == EXPECTED


@pytest.mark.parametrize("name", HANDSHAKES)
def test_what_follows_the_greeting_may_come_in_any_pieces(name: str) -> None:
    first, *rest = [*HANDSHAKES[name], ("send", GET), ("recv", OK)]
    assert words(events_of([first, *in_pieces(rest, 1)], bodies=False)) == EXPECTED  # type: ignore[list-item, arg-type]


def test_other_beginnings_are_no_greeting() -> None:
    for data in (
        b"",
        b"\x05",
        b"\x05\x01",
        b"\x05\x01\x00\x00",
        b"\x05\x00\x00",
        b"\x04\x01\x00\x50",
        GET,
        bytes([4] * 20),
    ):
        assert not starts_socks(data)
