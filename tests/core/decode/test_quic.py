from __future__ import annotations

import pytest
from support.crosscheck import Row, packets, rows
from support.layers import decode, every_cut

from pcaptools.core.decode.layer import Raw
from pcaptools.core.decode.quic import MAX_PACKETS, QUIC, version_name
from pcaptools.core.decode.registry import DECODE_AS, decode_as
from pcaptools.core.decode.tables import Table
from pcaptools.core.decode.udp import UDP

QUIC_ = "link.ip.udp.quic.packets"

CHECKS = [
    *rows("quic-retry.pcap", {
        1: [
            (QUIC_ + "[0].header_form", 1, "quic.header_form"),
            (QUIC_ + "[0].fixed_bit", 1, "quic.fixed_bit"),
            (QUIC_ + "[0].packet_type", 0, "quic.long.packet_type"),
            (QUIC_ + "[0].packet_type_name", "Initial", "_ws.col.Info",
             "Initial, DCID=8d764947d4bbea0c, SCID=c8cd9d3f8565fd5e, PKN: 0, CRYPTO"),
            (QUIC_ + "[0].version", 1, "quic.version"),
            (QUIC_ + "[0].dcil", 8, "quic.dcil"),
            (QUIC_ + "[0].dcid", "8d764947d4bbea0c", "quic.dcid"),
            (QUIC_ + "[0].scil", 8, "quic.scil"),
            (QUIC_ + "[0].scid", "c8cd9d3f8565fd5e", "quic.scid"),
            (QUIC_ + "[0].token_length", 0, "quic.token_length"),
            (QUIC_ + "[0].length", 506, "quic.length"),
        ],
        2: [
            (QUIC_ + "[0].packet_type", 3, "quic.long.packet_type"),
            (QUIC_ + "[0].scid", "026981a868f7a1cf", "quic.scid"),
            (QUIC_ + "[0].retry_integrity_tag", "6a827e1434623ba9d0155026edd2b512", "quic.retry_integrity_tag"),
        ],
        3: [(QUIC_ + "[0].token_length", 61, "quic.token_length")],
        4: [
            (QUIC_ + "[0].packet_type", 0, "quic.long.packet_type"),
            (QUIC_ + "[0].length", 151, "quic.length"),
            (QUIC_ + "[1].packet_type", 2, "quic.long.packet_type[1]"),
            (QUIC_ + "[1].dcid", "c8cd9d3f8565fd5e", "quic.dcid[1]"),
            (QUIC_ + "[1].length", 784, "quic.length[1]"),
        ],
        5: [(QUIC_ + "[2].header_form", 0, "quic.header_form[2]")],
    }),
    *rows("quic-vn.pcap", {
        1: [(QUIC_ + "[0].version", 0x1A2A3A4A, "quic.version")],
        2: [
            (QUIC_ + "[0].version", 0, "quic.version"),
            (QUIC_ + "[0].dcid", "10b48adf0bceb01b", "quic.dcid"),
            (QUIC_ + "[0].supported_versions[0]", 1, "quic.supported_version"),
            (QUIC_ + "[0].supported_versions[1]", 0x6B3343CF, "quic.supported_version[1]"),
        ],
    }),
    *rows("quic-v2.pcap", {
        1: [
            (QUIC_ + "[0].version", 0x6B3343CF, "quic.version"),
            (QUIC_ + "[0].packet_type_name", "Initial", "quic.long.packet_type_v2", "1"),
            (QUIC_ + "[0].length", 502, "quic.length"),
        ],
        2: [(QUIC_ + "[1].packet_type_name", "Handshake", "quic.long.packet_type_v2[1]", "3")],
    }),
    *rows("corpus:tcpdump/quic_vn.pcap", {
        2: [(QUIC_ + "[0].supported_versions[1]", 0x1A2A3A4A, "quic.supported_version[1]")],
    }),
    *rows("corpus:zeek/quic/quic-39264-rand.pcap", {
        3: [(QUIC_ + "[1].packet_type", 1, "quic.long.packet_type[1]")],
    }),
]  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


IDS = b"\4dcid\4scid"
ONE = b"\0\0\0\1"


def initial(payload: bytes = b"x" * 20, token: bytes = b"tok", first: int = 0xC0, version: bytes = ONE) -> bytes:
    size = len(payload)
    return (
        bytes((first,)) + version + IDS + bytes((len(token),)) + token + bytes((0x40 | size >> 8, size & 255)) + payload
    )


def kinds(layer: QUIC) -> list[str]:
    return [packet.get("packet_type_name", "") for packet in layer.packets]


@pytest.mark.parametrize(
    ("version", "names"),
    [
        (1, ["Initial", "0-RTT", "Handshake", "Retry"]),  # RFC 9000, 17.2
        (0xFF00001D, ["Initial", "0-RTT", "Handshake", "Retry"]),
        (0x6B3343CF, ["Retry", "Initial", "0-RTT", "Handshake"]),  # RFC 9369, 3.2
    ],
)
def test_types(version: int, names: list[str]) -> None:
    found = [
        decode(QUIC, bytes((0xC0 | kind << 4,)) + version.to_bytes(4, "big") + IDS + b"\0" * 20).packets[0]
        for kind in range(4)
    ]
    assert [packet["packet_type_name"] for packet in found] == names


def test_an_initial_and_its_token() -> None:
    packet = decode(QUIC, initial()).packets[0]
    assert (packet["token_length"], packet["token"], packet["length"]) == (3, "746f6b", 20)
    assert (packet["dcid"], packet["scid"]) == ("64636964", "73636964")


@pytest.mark.parametrize(
    ("number", "value"),  # RFC 9000, A.1
    [("c2197c5eff14e88c", 151288809941952652), ("9d7f3e7d", 494878333), ("7bbd", 15293), ("25", 37), ("4025", 37)],
)
def test_integers_of_variable_length(number: str, value: int) -> None:
    layer = decode(QUIC, b"\xe0" + ONE + IDS + bytes.fromhex(number))
    assert layer.packets[0]["length"] == value
    assert layer.child.malformed


def test_packets_in_one_datagram() -> None:  # RFC 9000, 12.2
    handshake = b"\xe0" + ONE + IDS + b"\x05hello"
    assert kinds(decode(QUIC, initial() + handshake + b"\x40" + bytes(30))) == ["Initial", "Handshake", "1-RTT"]


@pytest.mark.parametrize("behind", [bytes(600), b"\x80" + bytes(50), b"\xc0\x12\x34\x56\x78" + bytes(50)])
def test_what_cannot_be_read_ends_the_datagram(behind: bytes) -> None:
    layer = decode(QUIC, initial() + behind)
    assert kinds(layer) == ["Initial"]
    assert (layer.child.key, layer.child.start) == ("payload", len(initial()))


def test_a_retry_ends_with_its_tag() -> None:  # RFC 9000, 17.2.5
    packet = decode(QUIC, b"\xf0" + ONE + IDS + b"token" + b"T" * 16).packets[0]
    assert (packet["retry_token"], packet["retry_integrity_tag"]) == (b"token".hex(), "54" * 16)


def test_of_an_unknown_version_the_invariants() -> None:  # RFC 8999, 5.1
    packet = decode(QUIC, b"\x81\x12\x34\x56\x78" + b"\x15" + b"d" * 21 + b"\1s" + bytes(9)).packets[0]
    assert (packet["version"], packet["version_name"], packet["dcil"], packet["scid"]) == (
        0x12345678,
        "unknown",
        21,
        "73",
    )
    assert "packet_type" not in packet


def test_a_short_header_only_where_somebody_says_so() -> None:
    assert not QUIC.recognises(b"\x40" + bytes(30), 0, 31)
    assert decode(QUIC, b"\x60" + bytes(30)).packets == [
        {"header_form": 0, "fixed_bit": 1, "spin_bit": 1, "packet_type_name": "1-RTT"}
    ]
    assert decode(QUIC, bytes(30)).reason == "QUIC short header without the fixed bit"


def test_short_headers_on_a_port_that_somebody_named(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = Table()
    monkeypatch.setattr("pcaptools.core.decode.udp.udp_ports", ports)
    monkeypatch.setitem(DECODE_AS, "udp.port", ports)
    decode_as("udp.port", 4433, "quic")
    udp = b"\x11\x51\xc3\x50\0\x1c\0\0" + b"\x40" + bytes(19)  # 4433 to 50000
    found = decode(UDP, udp).quic
    assert [packet["header_form"] for packet in found.packets] == [0]


NEGOTIATION = b"\x8f\0\0\0\0" + IDS


@pytest.mark.parametrize(
    ("data", "taken"),
    [
        (initial(), True),
        (initial(first=0x80), False),  # RFC 9000, 17.2: the fixed bit is set
        (initial(version=b"\xff\0\0\x1d"), True),
        (initial(version=b"\xff\0\0\x10"), False),  # drafts that had another header
        (initial(version=b"\0\0\0\3"), False),
        (initial(version=b"\x1a\x2a\x3a\x4a"), False),  # too short for what it may be
        (b"\xc0\x1a\x2a\x3a\x4a\x08" + bytes(1194), True),
        (b"\xc0\x1a\x2a\x3a\x4a\x04" + bytes(1194), False),
        (b"\xc0" + ONE + b"\x15" + bytes(30), False),  # RFC 9000, 17.2: 20 bytes at most
        (NEGOTIATION + ONE, True),
        (NEGOTIATION + b"\x0a\x1a\x2a\x3a" + ONE, True),
        (NEGOTIATION + b"\x0a\x1a\x2a\x3a", False),
        (NEGOTIATION + ONE + b"x", False),
        (NEGOTIATION, False),
        (b"\xc0" + ONE + b"\1", False),
    ],
)
def test_recognition(data: bytes, taken: bool) -> None:
    assert QUIC.recognises(data, 0, len(data)) is taken


@pytest.mark.parametrize(
    ("version", "name"),
    [(1, "1"), (0x6B3343CF, "2"), (0xFF00001D, "draft 29"), (0xFAFAFAFA, "GREASE"), (0x51303433, "unknown")],
)
def test_version_names(version: int, name: str) -> None:
    assert version_name(version) == name


def test_every_cut_keeps_what_came_before() -> None:
    data = initial() + b"\xe0" + ONE + IDS + b"\x05hello" + b"\x40abc"
    counts = [len(layer.packets) for layer in every_cut(QUIC, data) if not isinstance(layer, Raw)]
    assert counts == sorted(counts)
    assert set(counts) == {1, 2, 3}


def test_bounds() -> None:
    layer = decode(QUIC, (b"\xe0" + ONE + b"\0\0\0") * (MAX_PACKETS + 1))
    assert len(layer.packets) == MAX_PACKETS
    assert layer.child.reason == f"more than {MAX_PACKETS} QUIC packets"
    assert decode(QUIC, NEGOTIATION + ONE * 200).child.reason == "more than 128 versions"


def test_nothing_is_found_but_where_a_packet_begins() -> None:
    data = packets("quic-retry.pcap")[3].link.ip.udp.payload
    second = 1 + 4 + 1 + 8 + 1 + 8 + 1 + 2 + 151  # an initial packet without a token, whose length is 151
    assert [at for at in range(len(data)) if QUIC.recognises(data, at, len(data))] == [0, second]
