import pytest
from support.crosscheck import Row, rows
from support.cuts import framed, survive_cuts

CHECKS = rows("multilink.pcap", {
    1: [("link.ppp.protocol_name", "LCP", "tcpdump")],
    3: [
        ("link.ppp.protocol", 0x3D, "ppp.protocol"),
        ("link.ppp.mp.beginning", 1, "mp.first"),
        ("link.ppp.mp.ending", 1, "mp.last"),
        ("link.ppp.mp.sequence", 0, "mp.seq"),
        ("link.ppp.mp.ppp.protocol", 0x8021, "ppp.protocol[1]"),
    ],
    5: [("link.ppp.mp.sequence", 4, "mp.seq"), ("link.ppp.mp.beginning", 1, "mp.first"),
         ("link.ppp.mp.ending", 0, "mp.last")],
    6: [("link.ppp.mp.sequence", 5, "mp.seq"), ("link.ppp.mp.beginning", 0, "mp.first"),
         ("link.ppp.mp.ending", 1, "mp.last")],
}) + rows("corpus:tcpdump/bgp_vpn_attrset.pcap", {
    1: [("link.protocol", 0x21, "ppp.protocol"), ("link.ip.tcp.dport", 179, "tcp.dstport")],
}) + rows("corpus:tcpdump/ppp_ip_udp_dns.pcap", {  # address 0xff with a control byte that is none
    1: [("link.ppp.protocol", 0x7E08, "ppp.protocol")],
})  # fmt: skip


@pytest.mark.parametrize("row", CHECKS, ids=str)
def test_as_tshark_reads_it(row: Row) -> None:
    row.check()


IP = "45000014 00004000 40fd0000 01010101 02020202"


def test_framing() -> None:
    assert framed(f"ff03 0021 {IP}", 9).link.ip.daddr == "2.2.2.2"
    assert framed(f"21 {IP}", 9).link.ip.daddr == "2.2.2.2"  # RFC 1661, 6.5: compressed protocol field
    assert framed("c227", 9).link.child.reason == "no decoder for PPP protocol 0xc227 (EAP)"
    assert framed("ff03", 9).link.malformed is True


@pytest.mark.parametrize(
    ("link_type", "header", "direction"),
    [
        (50, "ff03 0021", None),
        (50, "0021", None),
        (50, "0f00 0800", None),  # RFC 1547, 4.3.1: Cisco's HDLC
        (166, "0003 0021", "in"),
        (166, "0103 0021", "out"),
        (204, "00 ff03 0021", "in"),
        (204, "01 0021", "out"),
    ],
)
def test_serial_links(link_type: int, header: str, direction: str | None) -> None:
    packet = framed(f"{header} {IP}", link_type)
    assert packet.link.direction == direction
    assert packet.link.ip.daddr == "2.2.2.2"


def test_a_fragment_is_not_decoded() -> None:  # RFC 1990, 3
    packet = framed(f"ff03 003d 80000007 0021 {IP}", 9)
    assert packet.link.mp.sequence == 7
    assert packet.link.mp.child.reason == "fragment of a multilink packet"
    assert framed(f"ff03 003d c0000008 0021 {IP}", 9).link.mp.ip.daddr == "2.2.2.2"


ETHERNET = "0a0b0c0d0e0f 000102030405 0800"


def test_bridged_ethernet() -> None:  # RFC 3518, 4.2: flags and pads, kind of frame, LAN identification
    assert framed(f"ff03 0031 00 01 {ETHERNET} {IP}", 9).link.bridged.link.ip.daddr == "2.2.2.2"
    packet = framed(f"ff03 0031 c2 01 00000005 {ETHERNET} {IP} 01020304 0000", 9)
    assert packet.link.bridged.lan_id == "00:00:00:05"
    assert packet.link.bridged.link.end == len(packet.raw.data) - 6
    packet = framed("ff03 0031 00 03 00", 9)
    assert packet.link.bridged.child.reason == "no decoder for bridged token ring"


def test_cut() -> None:
    survive_cuts("multilink.pcap", 3, 5)
