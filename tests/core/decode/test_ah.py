from __future__ import annotations

import pytest
from support.crosscheck import Row, rows
from support.damage import survives_cuts

from pcaptools.core.decode import packet
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("ipsec.pcap", {
    1: [
        ("link.ip.ah.next_header", 17, "ah.next_header"),
        ("link.ip.ah.spi", 8194, "ah.spi"),
        ("link.ip.ah.sequence", 1, "ah.sequence"),
        ("link.ip.ah.icv", bytes.fromhex("7daf9419111d71978cf1bebb20057d1c"),
         "ah.icv", "7daf9419111d71978cf1bebb20057d1c"),
        ("link.ip.ah.udp.dport", 9, "udp.dstport"),
    ],
    5: [
        ("link.ip.ah.spi", 8195, "ah.spi"),
        ("link.ip.ah.ip.saddr", "192.168.7.1", "ip.src[1]"),
        ("link.ip.ah.ip.icmp.sequence", 2, "icmp.seq"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_cut_at_every_length() -> None:
    survives_cuts("ipsec.pcap")


def carried(protocol: int, text: str, wire: int = 0) -> IPv4:
    payload = bytes.fromhex(text)
    total = 20 + (wire or len(payload))
    data = b"\x45\0" + total.to_bytes(2, "big") + bytes([0, 0, 0, 0, 64, protocol]) + bytes(10) + payload
    got = packet(RawPacket(data, 0, 0, len(data), total, 101)).find(IPv4)
    assert got is not None
    return got


def test_header() -> None:  # RFC 4302, 2
    got = carried(51, "11040000 00000001 00000002 0102030405060708090a0b0c 0035 0035 0008 0000").ah
    assert (got.next_header, got.next_header_name, got.length, got.spi, got.sequence) == (17, "UDP", 24, 1, 2)
    assert got.icv.hex() == "0102030405060708090a0b0c"
    assert got.udp.dport == 53


def test_lengths_that_cannot_be() -> None:
    got = carried(51, "11ff0000 00000001 00000002")
    assert got.ah.malformed.reason == "authentication header of 1028 bytes in 12"
    assert carried(51, "11040000 00000001").malformed.reason == "authentication header of 12 bytes in 8"


def test_cut_by_the_snap_length() -> None:
    got = carried(51, "11040000 00000001 00000002 0102", wire=60).ah
    assert got.truncated.protocol == "ah"
    assert got.icv == b"\1\2"
