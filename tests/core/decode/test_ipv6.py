import pytest
from support.crosscheck import Row, rows
from support.damage import survives_cuts

from pcaptools.core.decode import packet
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("ipv6-extensions.pcap", {
    9: [
        ("link.ip.version", 6, "ipv6.version"),
        ("link.ip.traffic_class", 184, "ipv6.tclass"),
        ("link.ip.dscp", "EF", "tcpdump", "class 0xb8"),
        ("link.ip.flow_label", 74565, "ipv6.flow"),
        ("link.ip.payload_length", 24, "ipv6.plen"),
        ("link.ip.next_header", 43, "ipv6.nxt"),
        ("link.ip.hop_limit", 64, "ipv6.hlim"),
        ("link.ip.saddr", "fd01::10", "ipv6.src"),
        ("link.ip.daddr", "fd02::10", "ipv6.dst"),
        ("link.ip.udp.dport", 9, "udp.dstport"),
    ],
    13: [
        ("link.ip.next_header", 59, "ipv6.nxt"),
        ("link.ip.protocol_name", "IPv6-NoNxt", "tcpdump", "no next header"),
    ],
})  # fmt: skip
CHECKS += rows("fragments.pcap", {
    5: [
        ("link.ip.extension_headers[0].content.more", 1, "ipv6.fraghdr.more"),
        ("link.ip.extension_headers[0].content.identification", 2961277168, "ipv6.fraghdr.ident"),
    ],
    6: [
        ("link.ip.extension_headers[0].content.offset", 1448, "tcpdump", "frag (0xb08180f0:1448|160)"),
        ("link.ip.icmpv6.sequence", 1, "icmpv6.echo.sequence_number"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:tcpdump/ipv6_jumbogram_1.pcap", {
    1: [
        ("link.ip.payload_length", 0, "ipv6.plen"),
        ("link.ip.extension_headers[0].content.options[0].payload_length", 65536, "ipv6.opt.jumbo"),
    ],
})  # fmt: skip
CHECKS += rows("corpus:zeek/ipv6-fragmented-dns.pcap", {
    4: [
        ("link.ip.extension_headers[0].content.identification", 1, "ipv6.fraghdr.ident"),
    ],
    8: [
        ("link.ip.udp.length", 3238, "udp.length"),
    ],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_cut_at_every_length() -> None:
    survives_cuts("ipv6-extensions.pcap")


ADDRESSES = bytes.fromhex("20010db8" + "00" * 11 + "01" + "fe80" + "00" * 13 + "02")


def ip(length: int, following: int, payload: bytes) -> IPv6:
    data = bytes.fromhex("6f512345") + length.to_bytes(2, "big") + bytes([following, 64]) + ADDRESSES + payload
    got = packet(RawPacket(data, 0, 0, len(data), len(data), 229)).find(IPv6)
    assert got is not None
    return got


UDP = bytes.fromhex("0035003500090000") + b"x"


def test_header() -> None:
    got = ip(9, 17, UDP + bytes(3))
    assert (got.version, got.traffic_class, got.flow_label) == (6, 0xF5, 0x12345)
    assert (got.payload_length, got.next_header, got.hop_limit) == (9, 17, 64)
    assert (got.saddr, got.daddr) == ("2001:db8::1", "fe80::2")
    assert got.payload == UDP
    assert got.udp.sport == 53


def test_extension_headers() -> None:
    chain = bytes.fromhex("2b00 000000000000  3c00 0102030405ff  1101") + bytes(14)
    got = ip(len(chain + UDP), 0, chain + UDP)
    names = [(header.protocol_name, header.length) for header in got.extension_headers]
    assert names == [("HOPOPT", 8), ("IPv6-Route", 8), ("IPv6-Opts", 16)]
    assert got.extension_headers[1].body == bytes.fromhex("0102030405ff")
    assert (got.protocol, got.protocol_name, got.header_bytes) == (17, "UDP", 72)
    assert got.udp.dport == 53
    assert got.as_dict()["extension_headers"][1]["body"] == "0102030405ff"


def test_fragments() -> None:
    first = ip(17, 44, bytes.fromhex("1100000100000007") + UDP)
    assert first.is_fragment
    assert first.fragment is not None
    assert first.fragment[:4] == (0, 1, 7, 17)
    assert first.udp.dport == 53
    later = ip(17, 44, bytes.fromhex("1100000900000007") + UDP)
    assert later.udp is None
    assert later.child is not None
    assert "fragment from byte 8" in repr(later.child)


def test_atomic_fragment_is_none() -> None:  # RFC 6946
    got = ip(17, 44, bytes.fromhex("1100000000000007") + UDP)
    assert not got.is_fragment
    assert got.udp.dport == 53


def test_chain_that_leads_out_of_the_packet() -> None:
    got = ip(8, 60, bytes.fromhex("3c00000000000000"))
    assert got.malformed.reason == "IPv6-Opts header of 8 bytes in 0"


def test_chain_that_the_snap_length_cut() -> None:
    head = bytes.fromhex("60000000 0010 3c 40") + ADDRESSES
    for text, reason in (("", "0 of 8"), ("3c000104", "4 of 8"), ("3c00010400000000", "0 of 8")):
        tail = bytes.fromhex(text)
        raw = RawPacket(head + tail, 0, 0, 40 + len(tail), 56, 229)
        assert packet(raw).link.ip.truncated.reason == f"IPv6-Opts header cut short: {reason} bytes captured"


def test_header_that_is_longer_than_the_packet() -> None:
    got = ip(16, 60, bytes.fromhex("1105 c910") + ADDRESSES[:12])
    assert got.malformed.reason == "IPv6-Opts header of 48 bytes in 16"
    (option,) = got.extension_headers[0].content["options"]
    assert option["type_name"] == "Home Address"
    assert option["truncated"] == "option 201 cut short: 12 of 16 bytes captured"


def test_chain_without_end() -> None:
    chain = bytes.fromhex("3c00000000000000") * 1000
    assert ip(8000, 60, chain).malformed.reason == "more than 32 extension headers"


def test_total_length_is_node_pcaps() -> None:
    assert ip(9, 17, UDP).total_length == 49
    assert ip(9, 17, UDP).as_dict()["total_length"] == 49


def test_jumbogram() -> None:  # RFC 2675, 2: the length counts what follows the IPv6 header
    hop_by_hop = bytes.fromhex("11 00 c2 04 00000011")
    got = ip(0, 0, hop_by_hop + UDP + b"padding")
    assert (got.payload_length, got.total_length) == (0, 57)
    assert got.payload == UDP
    assert got.udp.sport == 53
    assert ip(0, 0, bytes.fromhex("11 00 c2 05 00000011") + UDP).payload == UDP  # a wrong one does not count


def test_no_next_header() -> None:  # RFC 8200, 4.7: what follows is to be ignored
    got = ip(4, 59, b"what")
    assert got.child is not None
    assert (got.child.key, got.payload) == ("payload", b"what")


def test_names_of_the_traffic_class() -> None:
    got = ip(9, 17, UDP)
    assert (got.dscp, got.ecn) == ("61", "ECT(1)")


def test_a_frame_that_is_shorter_than_the_packet() -> None:
    assert ip(11, 17, UDP).missing == 2
    assert "missing" not in ip(9, 17, UDP).as_dict()
