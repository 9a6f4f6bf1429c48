"""TLS sessions named, from recorded hellos and hellos cut anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from support.steps import Step, events_of, in_pieces
from support.tap import Tapped

from pcaptools.core.events import TlsSession
from pcaptools.core.protocols.tls import MAX_HELLO, starts_ssl2, starts_tls
from pcaptools.core.sources.files import FileSource

CAPTURES = Path(__file__).parents[2] / "captures"


@dataclass
class Told:
    sni: str | None
    alpn: str | None
    offered: int
    version: str | None
    cipher: str | None
    notes: str = ""


def steps_of(name: str) -> list[Step]:
    tapped = Tapped()
    with FileSource([CAPTURES / name]) as source:
        for batch in source.batches():
            tapped.tracker.track_batch(batch)
    tapped.tracker.finish()
    return tapped.taps[0].units


def told(steps: list[Step]) -> list[Told]:
    return [
        Told(event.sni, event.alpn, len(event.alpn_offered), event.version, event.cipher, event.notes)
        for event in events_of(steps)
        if isinstance(event, TlsSession)
    ]


# as tshark reads them: tls.handshake.extensions_server_name, _alpn_str, supported_version and ciphersuite
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tls13", Told("www.example.com", None, 2, "TLS 1.3", "TLS_AES_256_GCM_SHA384")),
        ("tls12", Told("rsa.example.com", "http/1.1", 1, "TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")),
        ("tls13-retry", Told("www.example.com", None, 0, "TLS 1.3", "TLS_AES_256_GCM_SHA384")),
        ("tls-alert", Told("old.example.com", None, 0, None, None, "refused: protocol_version")),
    ],
)
@pytest.mark.parametrize("size", [1, 100, 100_000])
def test_recorded_sessions(name: str, expected: Told, size: int) -> None:
    assert told(in_pieces(steps_of(f"{name}.pcap"), size)) == [expected]


def test_a_hello_whose_answer_was_not_seen_and_the_reverse() -> None:
    steps = steps_of("tls12.pcap")
    client = [step for step in steps if step[0] == "send"]
    server = [step for step in steps if step[0] == "recv"]
    assert told([*client, ("send", "fin")])[0].notes == "the server's hello was not seen"
    (only,) = told([*server, ("recv", "fin")])
    assert (only.sni, only.version, only.notes) == (None, "TLS 1.2", "the client's hello was not seen")


CHALLENGE = bytes(range(16))
SSL2_HELLO = (
    b"\x80\x2b\x01\x03\x01\x00\x12\x00\x00\x00\x10"
    + bytes.fromhex("00002f 000035 00000a 010080 0700c0 030080")
    + CHALLENGE
)
"""RFC 5246, E.2: length, client_hello, TLS 1.0, lengths of cipher suites, session id and challenge."""
OLD = "the client's hello is in the format of SSL 2.0"


def test_a_client_hello_in_the_format_of_ssl_2() -> None:
    assert told([("send", SSL2_HELLO), ("send", "fin")]) == [
        Told(None, None, 0, None, None, f"{OLD}, the server's hello was not seen")
    ]
    server = [step for step in steps_of("tls12.pcap") if step[0] == "recv"]
    (found,) = told([("send", SSL2_HELLO), *server])
    assert (found.version, found.notes) == ("TLS 1.2", OLD)
    (found,) = told([*server[:1], ("send", SSL2_HELLO), ("send", "fin"), ("recv", "fin")])
    assert found.notes == "the client's hello was not seen"  # told at the server's, nobody waits for it
    # draft-hickman-netscape-ssl-00, 2.6: SERVER-HELLO is message 4
    (found,) = told([("send", SSL2_HELLO), ("recv", b"\x80\x20\x04\x00\x01\x00\x02" + bytes(27))])
    assert (found.version, found.notes) == (None, f"{OLD}, answered in SSL 2.0")


def test_what_begins_like_one_is_none() -> None:
    for data in (SSL2_HELLO[:-1], SSL2_HELLO.replace(b"\x03\x01", b"\x03\x07", 1), b"\x81\x05\x01\x03\x01hello", b""):
        assert not starts_ssl2(data)
        assert told([("send", data), ("send", "fin")]) == []


CONNECT: list[Step] = [
    ("send", b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"), ("recv", b"HTTP/1.1 200 OK\r\n\r\n")
]  # fmt: skip
SOCKS: list[Step] = [
    ("send", b"\x05\x01\x00"), ("recv", b"\x05\x00"),
    ("send", b"\x05\x01\x00\x03\x01a\x01\xbb"), ("recv", b"\x05\x00\x00\x01" + bytes(6)),
]  # fmt: skip


@pytest.mark.parametrize("tunnel", [CONNECT, SOCKS], ids=["CONNECT", "SOCKS"])
@pytest.mark.parametrize("name", ["tls12", "tls13", "tls-alert"])
@pytest.mark.parametrize("size", [1, 100_000])
def test_in_a_tunnel_it_is_told_as_outside_of_it(tunnel: list[Step], name: str, size: int) -> None:
    inside = steps_of(f"{name}.pcap")
    greeting = tunnel[:1]  # SOCKS is known by the segment of its greeting
    assert told([*greeting, *in_pieces([*tunnel[1:], *inside], size)]) == told(inside)


def test_joined_in_the_middle() -> None:
    record = b"\x17\x03\x03\x00\x20" + bytes(32)
    (found,) = told([("recv", record * 2)])
    assert found == Told(None, None, 0, None, None, "joined in the middle: its handshake was not seen")
    assert not starts_tls(record, midway=False)
    assert not starts_tls(b"\x17\x03\x03\x00\x20" + bytes(32) + b"rubbish", midway=True)


def test_a_gap_in_a_hello_is_told() -> None:
    direction, data = next(step for step in steps_of("tls12.pcap") if step[0] == "send")
    assert isinstance(data, bytes)
    found = told([(direction, data[:120]), (direction, 80), (direction, data[200:]), (direction, "fin")])
    assert len(found) == 1
    assert "80 bytes of its handshake are missing" in found[0].notes


def test_a_hello_without_end_is_bounded() -> None:
    start = b"\x16\x03\x01\x40\x00\x01\xff\xff\xff\x03\x03" + bytes(16378)
    more = b"\x16\x03\x01\x40\x00" + bytes(1 << 14)
    steps: list[Step] = [("send", start)]
    steps += [("send", more) for _ in range(9)]
    steps.append(("send", "fin"))
    assert len(start) + 9 * len(more) > MAX_HELLO
    (found,) = told(steps)
    assert found.notes
