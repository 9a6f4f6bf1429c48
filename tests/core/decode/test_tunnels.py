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


def test_authentication_header() -> None:
    ah = carried(51, "04040000 00000001 00000002" + "00" * 12).link.ip.ah
    assert (ah.next_header, ah.spi, ah.sequence) == (4, 1, 2)
    assert ah.ip.tcp.dport == 2
    assert carried(51, "0604", b"").link.ip.malformed is not None
