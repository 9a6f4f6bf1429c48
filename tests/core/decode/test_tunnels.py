from pcaptools.core.decode import Packet, packet
from pcaptools.core.sources.base import RawPacket

INNER = bytes.fromhex("45000028 00004000 40060000 03030303 04040404 0001 0002 00000003 00000004 5010 0005 0000 0000")
MACS = bytes(12)


def carried(protocol: int, header: str, inner: bytes = INNER) -> Packet:
    payload = bytes.fromhex(header) + inner
    ip = b"\x45\0" + (20 + len(payload)).to_bytes(2, "big") + b"\0\0\0\0\x40" + bytes([protocol]) + bytes(10)
    data = ip + payload
    return packet(RawPacket(data, 0, 0, len(data), len(data), 101))


def framed(header: str, inner: bytes = INNER, link_type: int = 1) -> Packet:
    data = (MACS if link_type == 1 else b"") + bytes.fromhex(header) + inner
    return packet(RawPacket(data, 0, 0, len(data), len(data), link_type))


def test_ip_in_ip() -> None:
    assert carried(4, "").link.ip.ip.tcp.dport == 2


def test_gre_with_every_optional_field() -> None:  # RFC 2890: checksum, key, sequence number
    gre = carried(47, "b000 0800 00000000 00000001 00000002").link.ip.gre
    assert (gre.version, gre.protocol) == (0, 0x0800)
    assert gre.ip.tcp.dport == 2


def test_gre_bridging() -> None:
    assert carried(47, "0000 6558" + "00" * 12 + "8100 0001 0800").link.ip.gre.link.ip.tcp.dport == 2


def test_gre_of_pptp() -> None:  # RFC 2637, 4.1: key, sequence and acknowledgment number; then PPP
    gre = carried(47, "3081 880b 002c0001 00000001 00000002 ff03 0021").link.ip.gre
    assert gre.ppp.ip.tcp.dport == 2


def test_gre_that_is_none() -> None:
    assert carried(47, "0002 0800").link.ip.malformed.reason == "GRE version 2"
    assert carried(47, "4000 0800").link.ip.malformed.reason.startswith("GRE with source routes")
    assert carried(47, "0000 9000").link.ip.gre.child.reason == "no decoder for GRE protocol 0x9000"


def test_mpls() -> None:  # RFC 3032, 2.1: label 20 bits, class 3, bottom 1, time to live 8
    mpls = framed("8847 00064a40 000c81ff").link.mpls
    assert [tuple(label) for label in mpls.labels] == [(100, 5, 0, 64), (200, 0, 1, 255)]
    assert mpls.ip.tcp.dport == 2


def test_mpls_pseudowire() -> None:  # RFC 4448: control word, then Ethernet
    assert framed("8847 00064140 00000000" + "00" * 12 + "0800").link.mpls.link.ip.tcp.dport == 2


def test_mpls_without_bottom() -> None:
    assert framed("8847" + "00000040" * 40).link.malformed.reason == "more than 32 MPLS labels"
    assert framed("8847 00000040", b"").link.malformed.reason == "MPLS label of 4 bytes in 0"


def test_pppoe() -> None:
    pppoe = framed("8864 11 00 0007 002a 0021", INNER + bytes(6)).link.pppoe
    assert (pppoe.version, pppoe.code, pppoe.session_id, pppoe.length) == (1, 0, 7, 42)
    assert pppoe.ppp.protocol == 0x21
    assert pppoe.ppp.ip.tcp.dport == 2
    assert framed("8864 11 a7 0007 0000", b"").link.pppoe.child.reason == "PPPoE code 0xa7"


def test_ppp() -> None:
    assert framed("ff03 0021", link_type=9).link.ip.tcp.dport == 2
    assert framed("21", link_type=9).link.ip.tcp.dport == 2  # RFC 1661, 6.5: compressed protocol field
    assert framed("c021", link_type=9).link.child.reason == "no decoder for PPP protocol 0xc021"
    assert framed("ff03", b"", link_type=9).link.malformed is True
