from __future__ import annotations

import pytest
from support.crosscheck import Row, rows
from support.damage import survives_cuts

from pcaptools.core.decode import packet
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("udplite.pcap", {
    1: [
        ("link.ip.udplite.sport", 57044, "udp.srcport"),
        ("link.ip.udplite.dport", 7000, "udp.dstport"),
        ("link.ip.udplite.coverage", 17, "udp.checksum_coverage"),
        ("link.ip.udplite.checksum", 8117, "udp.checksum"),
    ],
    2: [
        ("link.ip.udplite.coverage", 12, "udp.checksum_coverage"),
    ],
    3: [
        ("link.ip.udplite.dport", 7000, "udp.dstport"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_cut_at_every_length() -> None:
    survives_cuts("udplite.pcap")


def carried(protocol: int, text: str, wire: int = 0) -> IPv4:
    payload = bytes.fromhex(text)
    total = 20 + (wire or len(payload))
    data = b"\x45\0" + total.to_bytes(2, "big") + bytes([0, 0, 0, 0, 64, protocol]) + bytes(10) + payload
    got = packet(RawPacket(data, 0, 0, len(data), total, 101)).find(IPv4)
    assert got is not None
    return got


def test_header() -> None:  # RFC 3828, 3.1: coverage where UDP has a length
    got = carried(136, "1389 c350 0008 abcd 6869").udplite
    assert (got.sport, got.dport, got.coverage, got.checksum, got.payload) == (5001, 50000, 8, 0xABCD, b"hi")
    assert got.as_dict() == {"sport": 5001, "dport": 50000, "coverage": 8, "checksum": 0xABCD, "payload": {"length": 2}}


def test_too_short() -> None:
    assert carried(136, "1389 c350").malformed.reason == "UDP-Lite header of 8 bytes in 4"
