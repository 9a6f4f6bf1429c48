from __future__ import annotations

import pytest
from support.crosscheck import Row, rows
from support.damage import survives_cuts

from pcaptools.core.decode import packet
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("ipsec.pcap", {
    3: [
        ("link.ip.esp.spi", 4097, "esp.spi"),
        ("link.ip.esp.sequence", 1, "esp.sequence"),
    ],
    4: [
        ("link.ip.esp.spi", 4097, "esp.spi"),
        ("link.ip.esp.sequence", 2, "esp.sequence"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:tcpdump/02-sunrise-sunset-esp.pcap", {
    2: [
        ("link.ip.esp.sequence", 2, "esp.sequence"),
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


def test_header() -> None:  # RFC 4303, 2
    got = carried(50, "00000100 00000007 45000028 0000").esp
    assert (got.spi, got.sequence) == (256, 7)
    assert got.ip is None  # whether it is encrypted is not guessed
    assert got.as_dict() == {"spi": 256, "sequence": 7, "payload": {"length": 6}}


def test_too_short() -> None:
    assert carried(50, "00000100 0000").malformed.reason == "ESP header of 8 bytes in 6"
    assert carried(50, "00000100 0000", wire=80).truncated.reason == "ESP header cut short: 6 of 8 bytes captured"
