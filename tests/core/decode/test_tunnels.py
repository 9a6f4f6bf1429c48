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


def test_authentication_header() -> None:
    ah = carried(51, "04040000 00000001 00000002" + "00" * 12).link.ip.ah
    assert (ah.next_header, ah.spi, ah.sequence) == (4, 1, 2)
    assert ah.ip.tcp.dport == 2
    assert carried(51, "0604", b"").link.ip.malformed is not None
