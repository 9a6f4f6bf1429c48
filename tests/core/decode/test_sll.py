from pcaptools.core.decode import packet
from pcaptools.core.sources.base import RawPacket

IP = bytes.fromhex("45000014 00004000 40010000 01010101 02020202")


def test_sll() -> None:
    data = bytes.fromhex("0004 0001 0006 0a0b0c0d0e0f 0000 8100 0005 0800") + IP
    link = packet(RawPacket(data, 0, 0, len(data), len(data), 113)).link
    assert (link.packet_type, link.address_type, link.shost) == (4, 1, "0a:0b:0c:0d:0e:0f")
    assert link.vlan[0].id == 5
    assert link.ip.saddr == "1.1.1.1"


def test_sll2() -> None:
    data = bytes.fromhex("0800 0000 00000003 0001 04 06 0a0b0c0d0e0f 0000") + IP
    link = packet(RawPacket(data, 0, 0, len(data), len(data), 276)).link
    assert (link.interface_index, link.packet_type, link.address_type) == (3, 4, 1)
    assert link.shost == "0a:0b:0c:0d:0e:0f"
    assert link.ip.daddr == "2.2.2.2"


def test_an_address_length_beyond_the_field() -> None:
    data = bytes.fromhex("0004 0001 ffff 0a0b0c0d0e0f 0000 0800") + IP
    assert packet(RawPacket(data, 0, 0, len(data), len(data), 113)).link.shost == "0a:0b:0c:0d:0e:0f:00:00"
