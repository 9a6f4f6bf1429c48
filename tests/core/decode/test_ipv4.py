from pcaptools.core.decode import Packet, packet
from pcaptools.core.sources.base import RawPacket


def ip(text: str, tail: bytes = b"") -> Packet:
    data = bytes.fromhex(text) + tail
    return packet(RawPacket(data, 0, 0, len(data), len(data), 101))


def test_options_and_payload() -> None:
    got = ip("46000019 00004000 fe020000 01010101 e0000016 94040000", b"x" + bytes(9)).link.ip
    assert (got.header_length, got.header_bytes, got.options) == (6, 24, b"\x94\x04\x00\x00")
    assert (got.ttl, got.protocol_name) == (254, "IGMP")
    assert got.payload == b"x"


def test_fragment_offset_is_in_bytes() -> None:
    got = ip("45000016 12342001 40110000 01010101 02020202", b"xy").link.ip
    assert got.fragment_offset == 8
    assert got.flags == (0, 0, 1)
    assert got.is_fragment
    assert got.udp is None
    assert got.child.reason == "fragment from byte 8 on"


def test_unknown_protocol_has_its_number_for_a_name() -> None:
    got = ip("45000014 00000000 40fd0000 01010101 02020202").link.ip
    assert got.protocol_name == "253"
    assert got.child.reason == "no decoder for IP protocol 253"


def test_malformed() -> None:
    wrong = bytes(12) + bytes.fromhex("0800 65000014 00000000 40060000 01010101 02020202")
    assert packet(RawPacket(wrong, 0, 0, 34, 34, 1)).link.malformed.reason == "IPv4 header with version 6"
    assert ip("44000014 00000000 40060000 01010101 02020202").link.malformed.reason.endswith("less than 5")
    short = ip("45000013 00000000 40060000 01010101 02020202").link.ip
    assert short.saddr == "1.1.1.1"
    assert short.malformed.reason == "IPv4 total length 19 is less than the header's"
