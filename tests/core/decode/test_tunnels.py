from pcaptools.core.decode import Packet, packet
from pcaptools.core.sources.base import RawPacket

INNER = bytes.fromhex("45000028 00004000 40060000 03030303 04040404 0001 0002 00000003 00000004 5010 0005 0000 0000")


def carried(protocol: int, header: str, inner: bytes = INNER) -> Packet:
    payload = bytes.fromhex(header) + inner
    ip = b"\x45\0" + (20 + len(payload)).to_bytes(2, "big") + b"\0\0\0\0\x40" + bytes([protocol]) + bytes(10)
    data = ip + payload
    return packet(RawPacket(data, 0, 0, len(data), len(data), 101))


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


def test_authentication_header() -> None:
    ah = carried(51, "04040000 00000001 00000002" + "00" * 12).link.ip.ah
    assert (ah.next_header, ah.spi, ah.sequence) == (4, 1, 2)
    assert ah.ip.tcp.dport == 2
    assert carried(51, "0604", b"").link.ip.malformed is not None
