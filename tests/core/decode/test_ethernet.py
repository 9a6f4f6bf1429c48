import pytest
from support.crosscheck import Row, rows

from pcaptools.core.decode import Packet, packet
from pcaptools.core.sources.base import RawPacket

TAGGED = rows("qinq.pcap", {
    1: [
        ("link.vlan[0].tpid", 0x88A8, "tcpdump", "ethertype 802.1Q-QinQ (0x88a8)"),
        ("link.vlan[0].id", 7, "ieee8021ad.id"),
        ("link.ip.daddr", "ff02::16", "ipv6.dst"),
    ],
    5: [
        ("link.vlan[0].id", 7, "ieee8021ad.id"),
        ("link.vlan[1].id", 8, "vlan.id"),
        ("link.vlan[1].priority", 5, "vlan.priority"),
        ("link.vlan[1].dei", 0, "vlan.dei"),
        ("link.ethertype", 0x0800, "tcpdump", "ethertype IPv4"),
    ],
}) + rows("corpus:zeek/vlan-qinqinq.pcap", {
    1: [("link.vlan[0].id", 30, "vlan.id"), ("link.vlan[2].id", 10, "vlan.id[2]")],
}) + rows("corpus:tcpdump/kday4.pcap", {3: [("link.length", 512, "eth.len")]})  # fmt: skip


@pytest.mark.parametrize("row", TAGGED, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


MACS = bytes.fromhex("010203040506 0a0b0c0d0e0f")
IP = bytes.fromhex("45000014 00004000 40010000 01010101 02020202")


def frame(rest: str, tail: bytes = IP) -> Packet:
    data = MACS + bytes.fromhex(rest) + tail
    return packet(RawPacket(data, 0, 0, len(data), len(data), 1))


def test_tags_outermost_first() -> None:
    link = frame("88a8 2064 8100 f0c8 0800").link  # IEEE 802.1Q, 9.6: priority 3 bits, DEI 1, id 12
    assert [tuple(tag) for tag in link.vlan] == [(0x88A8, 1, 0, 100), (0x8100, 7, 1, 200)]
    assert link.ethertype == 0x0800
    assert link.ip.saddr == "1.1.1.1"
    assert link.as_dict()["vlan"][1] == {"tpid": 0x8100, "priority": 7, "dei": 1, "id": 200}


def test_a_tag_cut_short_is_malformed() -> None:
    got = frame("8100 00", b"")
    assert got.link.reason == "VLAN tag of 4 bytes in 1"
    assert got.link.malformed is True


def test_unknown_ethertype() -> None:
    link = frame("88e5", b"\x02\x07").link
    assert link.child.reason == "no decoder for ethertype 0x88e5 (MACsec)"
    assert link.payload == b"\x02\x07"
    assert link.as_dict()["payload"] == {"length": 2}


def test_snap_has_an_ethertype() -> None:  # RFC 1042
    assert frame("001c aaaa03 000000 0800", IP + bytes(18)).link.ip.daddr == "2.2.2.2"


def test_llc_without_snap_and_its_length() -> None:
    link = frame("0003 f0f003", b"\0\0\0\0").link
    assert (link.ethertype, link.length) == (None, 3)
    assert link.llc.child.reason == "no decoder for LLC SAP 0xf0 (NetBIOS)"
    assert link.payload == b"\xf0\xf0\x03"
    assert link.as_dict()["length"] == 3
    assert "ethertype" not in link.as_dict()


def test_novell_and_cisco_before_llc() -> None:
    assert frame("0004 ffff 0000", b"").link.child.reason == "no decoder for IPX without LLC"
    data = bytes.fromhex("01000c000000 0a0b0c0d0e0f 0003 aaaa03")
    link = packet(RawPacket(data, 0, 0, len(data), len(data), 1)).link
    assert link.child.reason == "no decoder for ISL"


def test_neither_a_length_nor_an_ethertype() -> None:  # IEEE 802.3, 3.2.6
    link = frame("05dd", b"\0\0").link
    assert link.child.reason == "neither a length nor an ethertype: 0x05dd"


def test_length_beyond_the_frame() -> None:
    assert frame("0040 aaaa03 000000 0800").link.child.malformed is True


def test_cisco_snap_is_no_ethertype_space() -> None:
    assert frame("001c aaaa03 00000c 0800").link.ip is None
