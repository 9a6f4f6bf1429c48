import pytest

from pcaptools.core.decode import packet
from pcaptools.core.sources.base import RawPacket

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
    assert "address family 7" in packet(RawPacket(b"\x07\0\0\0", 0, 0, 4, 4, 0)).link.child.reason
