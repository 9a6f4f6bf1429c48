from __future__ import annotations

import pytest
from support.crosscheck import Row, rows
from support.damage import survives_cuts

from pcaptools.core.decode import packet
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("corpus:tcpdump/ipv6_mobility_1.pcap", {
    1: [
        ("link.ip.mipv6.next_header", 59, "mip6.proto"),
        ("link.ip.mipv6.type", 0, "mip6.mhtype"),
        ("link.ip.mipv6.checksum", 0, "mip6.csum"),
        ("link.ip.mipv6.type_name", "Binding Refresh Request", "tcpdump", "BRR"),
    ],
    2: [
        ("link.ip.mipv6.cookie", bytes.fromhex("0102030405060708"), "tcpdump", "HoTI"),
    ],
    4: [
        ("link.ip.mipv6.type", 3, "mip6.mhtype"),
        ("link.ip.mipv6.nonce_index", 2314, "mip6.hot.nindex"),
    ],
    10: [
        ("link.ip.mipv6.type", 5, "mip6.mhtype"),
        ("link.ip.mipv6.sequence", 1000, "mip6.bu.seqnr"),
        ("link.ip.mipv6.flags.acknowledge", 1, "mip6.bu.a_flag"),
        ("link.ip.mipv6.flags.home", 0, "mip6.bu.h_flag"),
        ("link.ip.mipv6.lifetime", 14400, "tcpdump", "lifetime=14400"),
        ("link.ip.mipv6.options[0].address", "2001:660:4701:f004:20d:54ff:fe98:bc93", "mip6.acoa.acoa"),
        ("link.ip.mipv6.options[1].home_nonce_index", 1234, "mip6.ni.hni"),
        ("link.ip.mipv6.options[1].care_of_nonce_index", 5678, "mip6.ni.cni"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_cut_at_every_length() -> None:
    survives_cuts("corpus:tcpdump/ipv6_mobility_1.pcap")


def carried(protocol: int, text: str, wire: int = 0) -> IPv4:
    payload = bytes.fromhex(text)
    total = 20 + (wire or len(payload))
    data = b"\x45\0" + total.to_bytes(2, "big") + bytes([0, 0, 0, 0, 64, protocol]) + bytes(10) + payload
    got = packet(RawPacket(data, 0, 0, len(data), total, 101)).find(IPv4)
    assert got is not None
    return got


def test_messages() -> None:  # RFC 6275, 6.1
    got = carried(135, "3b01 01 00 abcd 0000 0102030405060708").mipv6
    assert (got.next_header_name, got.header_length, got.type_name) == ("IPv6-NoNxt", 16, "Home Test Init")
    assert (got.checksum, got.cookie, got.options) == (0xABCD, bytes(range(1, 9)), [])
    got = carried(135, "3b02 03 00 0000 0007 0102030405060708 1112131415161718").mipv6
    assert (got.nonce_index, got.keygen_token.hex()) == (7, "1112131415161718")
    got = carried(135, "3b01 05 00 0000 03e8 c000 000a 0102 0000").mipv6
    assert (got.sequence, got.lifetime) == (1000, 40)
    assert [name for name, bit in got.flags.items() if bit] == ["acknowledge", "home"]
    got = carried(135, "3b01 06 00 0000 01 80 03e8 000a 0202 0005").mipv6
    assert (got.status, got.flags["key_management"], got.sequence, got.lifetime) == (1, 1, 1000, 40)
    assert got.options[0]["refresh_interval"] == 20
    got = carried(135, "3b02 07 00 0000 01 00 20010db8000000000000000000000001").mipv6
    assert (got.type_name, got.home_address) == ("Binding Error", "2001:db8::1")


def test_a_message_that_is_not_read_further() -> None:
    got = carried(135, "3b00 0d 00 0000 abcd").mipv6
    assert (got.type_name, got.content) == ("Heartbeat", b"\xab\xcd")
    assert carried(135, "3b00 63 00 0000 abcd").mipv6.type_name == "unknown"


def test_lengths_that_cannot_be() -> None:
    got = carried(135, "3b02 01 00 abcd 0000 0102030405060708").mipv6
    assert got.malformed.reason == "mobility header of 24 bytes in 16"
    got = carried(135, "3b00 05 00 0000 03e8").mipv6
    assert got.sequence == 1000
    assert got.malformed.reason == "mobility header: 2 bytes in 0"
