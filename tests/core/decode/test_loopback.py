import pytest
from support.crosscheck import Row, rows
from support.cuts import survive_cuts

from pcaptools.core.decode import packet
from pcaptools.core.sources.base import RawPacket

CHECKS = rows("corpus:zeek/redis/set.pcap", {
    1: [("link.family", 2, "null.family"), ("link.ip.tcp.dport", 6379, "tcp.dstport")],
}) + rows("corpus:tcpdump/icmpv6-RFC2894-RR.pcap", {
    1: [("link.family", 28, "null.family"), ("link.ip.version", 6, "ipv6.version")],
}) + rows("corpus:tcpdump/LINKTYPE_RAW_ipv6.pcap", {
    1: [("link.ip.saddr", "2001:db8::1", "ipv6.src"), ("link.ip.udp.dport", 53, "udp.dstport")],
}) + rows("corpus:tcpdump/LINKTYPE_IPV4.pcap", {
    1: [("link.ip.daddr", "9.9.9.9", "ip.dst"), ("link.ip.udp.dport", 53, "udp.dstport")],
}) + rows("corpus:tcpdump/LINKTYPE_IPV4_invalid.pcap", {  # the version rules, whatever the link type says
    1: [("link.ip.version", 6, "tcpdump", "2001:db8::1")],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


def test_cut() -> None:
    survive_cuts("corpus:zeek/redis/set.pcap", 1)


IP4 = bytes.fromhex("45000014 00004000 40010000 01010101 02020202")
IP6 = bytes.fromhex("60000000 0000 3b 40" + "00" * 15 + "01" + "00" * 15 + "02")


@pytest.mark.parametrize("link_type", [0, 108])
@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize(("family", "address"), [(2, "1.1.1.1"), (10, "::1"), (24, "::1"), (28, "::1"), (30, "::1")])
def test_families(link_type: int, order: str, family: int, address: str) -> None:
    word = family.to_bytes(4, "little" if order == "little" else "big")
    data = word + (IP4 if family == 2 else IP6)
    link = packet(RawPacket(data, 0, 0, len(data), len(data), link_type)).link
    assert link.family == family
    assert link.ip.saddr == address


@pytest.mark.parametrize("link_type", [12, 14, 101, 228])
def test_bare_ip(link_type: int) -> None:
    assert packet(RawPacket(IP4, 0, 0, 20, 20, link_type)).link.ip.version == 4


def test_no_ip() -> None:
    assert packet(RawPacket(b"", 0, 0, 0, 20, 101)).link.child.reason == "no IP header captured"
    assert packet(RawPacket(b"\x10", 0, 0, 1, 1, 101)).link.child.reason == "no decoder for IP version 1"
    assert packet(RawPacket(b"\x02\0", 0, 0, 2, 2, 0)).link.malformed is True
    assert "address family 7 (OSI)" in packet(RawPacket(b"\x07\0\0\0", 0, 0, 4, 4, 0)).link.child.reason
