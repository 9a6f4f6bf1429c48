from support.damage import survives_cuts

from pcaptools.core.decode import packet
from pcaptools.core.decode.icmpv6 import ICMPv6
from pcaptools.core.decode.layer import Layer
from pcaptools.core.sources.base import RawPacket

ADDRESSES = bytes.fromhex("20010db8" + "00" * 11 + "01" + "20010db8" + "00" * 11 + "02")
UDP = bytes.fromhex("9c400035 00290000")


def ip(length: int, following: int, payload: bytes) -> bytes:
    return bytes.fromhex("60000000") + length.to_bytes(2, "big") + bytes([following, 64]) + ADDRESSES + payload


def error(message: bytes, trailer: bytes = b"", link_type: int = 229) -> ICMPv6:
    data = ip(len(message), 58, message) + trailer
    found: Layer = packet(RawPacket(data, 0, 0, len(data), len(data), link_type)).link.ip.icmpv6
    assert isinstance(found, ICMPv6)
    return found


def test_the_end_of_a_quotation_is_its_own_length() -> None:
    got = error(bytes.fromhex("0104 0000 00000000") + ip(41, 17, UDP + b"ab"))
    udp = got.ip.udp
    assert (udp.sport, udp.dport, udp.length) == (40000, 53, 41)
    assert udp.payload == b"ab"
    assert udp.as_dict()["payload"] == {"length": 33}
    assert got.malformed is None


def test_padding_of_the_frame_is_no_part_of_a_quotation() -> None:
    got = error(bytes.fromhex("0104 0000 00000000") + ip(41, 17, UDP + b"ab"), trailer=b"padding" * 9)
    assert got.ip.udp.payload == b"ab"


def test_a_quotation_behind_which_extensions_stand() -> None:  # RFC 4884, 4.5: the length counts eight bytes
    quoted = ip(41, 17, UDP).ljust(64, b"\0")
    got = error(bytes.fromhex("0300 0000 08000000") + quoted + bytes.fromhex("20000000 00080101 00010140"))
    assert got.extensions["objects"][0]["labels"][0]["label"] == 16
    assert got.ip.udp.dport == 53
    assert len(got.ip.udp.payload) == 16


def test_a_fault_beside_a_quotation_is_told() -> None:
    redirect = bytes.fromhex("8900 0000 00000000") + ADDRESSES
    packet_option = bytes.fromhex("04 07 000000000000") + ip(0, 59, b"").ljust(48, b"\0")
    got = error(redirect + packet_option + bytes.fromhex("0100 000000000000"))
    assert got.ip.protocol == 59
    assert got.body["malformed"] == "option 1 with length 0"


def test_who_quotes_says_so() -> None:
    assert error(bytes.fromhex("0104 0000 00000000") + ip(41, 17, UDP)).quotes
    assert not error(bytes.fromhex("8000 0000 00010001")).quotes


def test_cut_at_every_length() -> None:
    survives_cuts("corpus:zeek/icmp/icmp6-destunreach-ip6ext-udp.pcap")
