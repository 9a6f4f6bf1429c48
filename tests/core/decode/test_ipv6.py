from pcaptools.core.decode import packet
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.sources.base import RawPacket

ADDRESSES = bytes.fromhex("20010db8" + "00" * 11 + "01" + "fe80" + "00" * 13 + "02")


def ip(length: int, following: int, payload: bytes) -> IPv6:
    data = bytes.fromhex("6f512345") + length.to_bytes(2, "big") + bytes([following, 64]) + ADDRESSES + payload
    got = packet(RawPacket(data, 0, 0, len(data), len(data), 229)).find(IPv6)
    assert got is not None
    return got


UDP = bytes.fromhex("0035003500090000") + b"x"


def test_header() -> None:
    got = ip(9, 17, UDP + bytes(3))
    assert (got.version, got.traffic_class, got.flow_label) == (6, 0xF5, 0x12345)
    assert (got.payload_length, got.next_header, got.hop_limit) == (9, 17, 64)
    assert (got.saddr, got.daddr) == ("2001:db8::1", "fe80::2")
    assert got.payload == UDP
    assert got.udp.sport == 53


def test_extension_headers() -> None:
    chain = bytes.fromhex("2b00 000000000000  3c00 0102030405ff  1101") + bytes(14)
    got = ip(len(chain + UDP), 0, chain + UDP)
    names = [(header.protocol_name, header.length) for header in got.extension_headers]
    assert names == [("HOPOPT", 8), ("IPv6-Route", 8), ("IPv6-Opts", 16)]
    assert got.extension_headers[1].body == bytes.fromhex("0102030405ff")
    assert (got.protocol, got.protocol_name, got.header_bytes) == (17, "UDP", 72)
    assert got.udp.dport == 53
    assert got.as_dict()["extension_headers"][1]["body"] == "0102030405ff"


def test_fragments() -> None:
    first = ip(17, 44, bytes.fromhex("1100000100000007") + UDP)
    assert first.is_fragment
    assert first.fragment is not None
    assert first.fragment[:4] == (0, 1, 7, 17)
    assert first.udp.dport == 53
    later = ip(17, 44, bytes.fromhex("1100000900000007") + UDP)
    assert later.udp is None
    assert later.child is not None
    assert "fragment from byte 8" in repr(later.child)


def test_atomic_fragment_is_none() -> None:  # RFC 6946
    got = ip(17, 44, bytes.fromhex("1100000000000007") + UDP)
    assert not got.is_fragment
    assert got.udp.dport == 53


def test_chain_that_leads_out_of_the_packet() -> None:
    got = ip(8, 60, bytes.fromhex("3c00000000000000"))
    assert got.malformed.reason == "IPv6-Opts header cut short"


def test_chain_without_end() -> None:
    chain = bytes.fromhex("3c00000000000000") * 1000
    assert ip(8000, 60, chain).malformed.reason == "more than 32 extension headers"
