import struct

import pytest

from pcaptools.core.decode.segment import UDP_PORTS, Parsed, look_into, segment, segment_parser

# RFC 9293, 3.1: ports 8080 and 50000, seq 1, ack 0x12345678, data offset 8, PSH+ACK, window 501
TCP = bytes.fromhex("1f90c350 00000001 12345678 8018 01f5 beef 0000 0101080a0000000100000002") + b"hello"
SRC4, DST4 = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])
SRC6, DST6 = bytes.fromhex("20010db8" + "00" * 11 + "01"), bytes.fromhex("20010db8" + "00" * 11 + "02")
PORTS = bytes.fromhex("1f90c350")
MACS = b"\x02" * 6 + b"\x04" * 6
ATOMIC = bytes.fromhex("06 00 0000 00000001")


def ip4(
    payload: bytes = TCP, *, protocol: int = 6, total: int | None = None, fragment: int = 0, options: bytes = b""
) -> bytes:
    header = 20 + len(options)
    total = header + len(payload) if total is None else total
    fixed = struct.pack(">BBHHHBBH", 0x40 | header // 4, 0, total, 1, fragment, 64, protocol, 0)
    return fixed + SRC4 + DST4 + options + payload


def ip6(payload: bytes = TCP, *, following: int = 6, length: int | None = None) -> bytes:
    length = len(payload) if length is None else length
    return struct.pack(">IHBB", 6 << 28, length, following, 64) + SRC6 + DST6 + payload


def ethernet(packet: bytes, ethertype: int = 0x0800, tags: str = "") -> bytes:
    return MACS + bytes.fromhex(tags) + ethertype.to_bytes(2, "big") + packet


def expected(key: bytes, l3: int, l4: int, length: int = 5) -> Parsed:
    return key, 1, 0x12345678, 0x18, 501, l3, l4, l4 + 32, length


KEY4, KEY6 = SRC4 + DST4 + PORTS, SRC6 + DST6 + PORTS


def parse(data: bytes, link_type: int = 1) -> Parsed:
    return segment(data, len(data), link_type)


@pytest.mark.parametrize(
    ("link_type", "header"),
    [
        (1, MACS + b"\x08\x00"),
        (1, MACS + bytes.fromhex("810000010800")),
        (1, MACS + bytes.fromhex("88a80001810000020800")),
        (1, MACS + bytes.fromhex("910000018100000281000003 0800")),
        (113, bytes.fromhex("0000 0001 0006 0202020202020000 0800")),
        (113, bytes.fromhex("0000 0001 0006 0202020202020000 8100 0001 0800")),
        (276, bytes.fromhex("0800 0000 00000002 0001 00 06 0202020202020000")),
        (276, bytes.fromhex("8100 0000 00000002 0001 00 06 0202020202020000 0001 0800")),
        (0, bytes.fromhex("02000000")),
        (0, bytes.fromhex("00000002")),
        (108, bytes.fromhex("00000002")),
        (108, bytes.fromhex("02000000")),
        (101, b""),
        (12, b""),
        (14, b""),
        (228, b""),
    ],
)
def test_links_with_ipv4(link_type: int, header: bytes) -> None:
    at = len(header)
    assert parse(header + ip4(), link_type) == expected(KEY4, at, at + 20)


@pytest.mark.parametrize(
    ("link_type", "header"),
    [
        (1, MACS + b"\x86\xdd"),
        (1, MACS + bytes.fromhex("8100000186dd")),
        (113, bytes.fromhex("0000 0001 0006 0202020202020000 86dd")),
        (276, bytes.fromhex("86dd 0000 00000002 0001 00 06 0202020202020000")),
        (101, b""),
        (229, b""),
        *((link, bytes([family, 0, 0, 0])) for link in (0, 108) for family in (10, 24, 28, 30)),
        *((link, bytes([0, 0, 0, family])) for link in (0, 108) for family in (10, 24, 28, 30)),
    ],
)
def test_links_with_ipv6(link_type: int, header: bytes) -> None:
    at = len(header)
    assert parse(header + ip6(), link_type) == expected(KEY6, at, at + 40)


def test_padding_of_ethernet_is_no_payload() -> None:
    assert parse(ethernet(ip4() + bytes(20))) == expected(KEY4, 14, 34)
    assert parse(ethernet(ip6() + bytes(20), 0x86DD)) == expected(KEY6, 14, 54)


def test_ipv4_options() -> None:
    assert parse(ethernet(ip4(options=b"\x01" * 8))) == expected(KEY4, 14, 42)


def test_flags_are_the_low_byte_and_window_is_as_on_the_wire() -> None:
    header = struct.pack(">HHIIHHHH", 1, 2, 3, 4, 0x5FFF, 65535, 0, 0)
    assert parse(ip4(header), 101) == (SRC4 + DST4 + b"\0\1\0\2", 3, 4, 0xFF, 65535, 0, 20, 40, 0)


def test_length_zero_of_segmentation_offload_is_taken_from_the_frame() -> None:
    assert parse(ethernet(ip4(total=0))) == expected(KEY4, 14, 34)
    assert parse(ethernet(ip6(length=0), 0x86DD)) == expected(KEY6, 14, 54)
    cut = ethernet(ip4(total=0))
    assert segment(cut, len(cut) + 60000, 1) == expected(KEY4, 14, 34, 60005)


def test_snap_length_cuts_the_payload_but_not_its_length() -> None:
    whole = ethernet(ip4(TCP + bytes(1000)))
    assert segment(whole[:66], len(whole), 1) == expected(KEY4, 14, 34, 1005)


@pytest.mark.parametrize(
    "headers",
    [
        [(0, bytes(6))],
        [(0, bytes(6)), (43, b"\0" * 6), (60, b"\x01" * 6)],
        [(60, bytes(14))],
    ],
)
def test_ipv6_extension_headers_are_walked(headers: list[tuple[int, bytes]]) -> None:
    payload, following = TCP, 6
    for protocol, body in reversed(headers):
        payload = bytes([following, (len(body) + 2) // 8 - 1]) + body + payload
        following = protocol
    assert parse(ip6(payload, following=following), 101) == expected(KEY6, 0, 40 + len(payload) - len(TCP))


def test_ipv6_authentication_header() -> None:
    header = bytes([6, 4]) + bytes(22)  # RFC 4302, 2.2: (4 + 2) words
    assert parse(ip6(header + TCP, following=51), 101) == expected(KEY6, 0, 64)


def test_atomic_fragment_is_whole() -> None:  # RFC 6946
    assert parse(ip6(ATOMIC + TCP, following=44), 101) == expected(KEY6, 0, 48)


@pytest.mark.parametrize(
    "packet",
    [
        ip4(fragment=0x2000),  # more to come
        ip4(fragment=0x0001),  # offset 8
        ip6(bytes.fromhex("0600000100000001") + TCP, following=44),
        ip6(bytes.fromhex("0600000800000001") + TCP, following=44),
        *(ip4(protocol=carrier) for carrier in (4, 41, 47, 51, 137)),
        *(ip6(following=carrier) for carrier in (4, 41, 47, 137)),
        ip4(TCP[:12] + b"\x40" + TCP[13:]),  # data offset 4
        ip4(TCP[:12] + b"\xf0" + TCP[13:]),  # header longer than the segment
        ip4(TCP[:19]),
        ip4(total=39),
        ip4(total=51),  # one byte less than the headers
        ip6(length=31),
        b"\x44" + ip4()[1:],  # header length 4
        b"\x55" + ip4()[1:],  # version 5
        ip4()[:19],
        ip4()[:39],
        ip4()[:51],  # options cut
        ip6()[:39],
        ip6(bytes([60, 0]) + bytes(6), following=60),  # the chain leads out of the packet
        ip6((bytes([60, 0]) + bytes(6)) * 40 + TCP, following=60),
        b"",
    ],
)
def test_what_it_cannot_tell(packet: bytes) -> None:
    assert parse(packet, 101) is None


@pytest.mark.parametrize("ethertype", [0x8847, 0x8848, 0x8864, 0x880B, 0x6558, 0x8200, 0x82F0, 0x8370])
def test_tunnels_on_ethernet_go_the_general_way(ethertype: int) -> None:
    assert parse(ethernet(ip4(), ethertype)) is None
    assert parse(ethernet(ip4(), ethertype, "81000001")) is None


@pytest.mark.parametrize("protocol", ["0003", "0004", "0007"])
def test_low_numbers_of_cooked_headers_go_the_general_way(protocol: str) -> None:
    assert parse(bytes(14) + bytes.fromhex(protocol) + bytes(60), 113) is None
    assert parse(bytes.fromhex(protocol) + bytes(18) + bytes(60), 276) is None


@pytest.mark.parametrize("device", [770, 801, 802, 803])
def test_devices_with_a_header_of_their_own_go_the_general_way(device: int) -> None:
    number = device.to_bytes(2, "big")
    assert parse(bytes(2) + number + bytes(10) + b"\x99\x99" + bytes(60), 113) is None
    assert parse(b"\x99\x99" + bytes(6) + number + bytes(10) + bytes(60), 276) is None


def test_other_ethertypes_of_cooked_headers_have_no_tcp() -> None:
    assert parse(bytes(2) + b"\0\1" + bytes(10) + b"\x99\x99" + bytes(60), 113) is False


@pytest.mark.parametrize("control", [b"\x03", b"\x13"])  # with the poll bit it is the same frame
def test_snap_goes_the_general_way(control: bytes) -> None:
    assert parse(MACS + b"\x00\x50" + b"\xaa\xaa" + control + b"\0\0\0\x08\x00" + ip4()) is None


@pytest.mark.parametrize("length", range(14))
def test_frames_shorter_than_a_link_header(length: int) -> None:
    assert parse(ethernet(ip4())[:length]) is None
    assert parse((bytes(14) + b"\x08\x00")[:length], 113) is None
    assert parse(ethernet(ip4(), tags="81000001")[:length]) is None


@pytest.mark.parametrize(
    "data",
    [
        ethernet(bytes(46), 0x0806),
        ethernet(bytes(46), 0x88CC),
        ethernet(ip4(protocol=17)),
        ethernet(ip4(b"", protocol=1)),
        ethernet(ip4(protocol=1, fragment=0x2000)),
        ethernet(ip6(following=58), 0x86DD),
        ethernet(ip6(following=17), 0x86DD, "81000001"),
        ethernet(ip6(bytes([58, 0]) + bytes(6), following=0), 0x86DD),
        MACS + b"\x00\x26" + b"\x42\x42\x03" + bytes(43),  # spanning tree in LLC
    ],
)
def test_surely_no_tcp(data: bytes) -> None:
    assert parse(data) is False


DNS = bytes.fromhex("1234 0100 0001 0000 0000 0000 03777777 03636f6d 00 0001 0001")
GENEVE = bytes.fromhex("0000 6558 00000500")
TEREDO = bytes.fromhex("60000000 0000 3b 40") + SRC6 + bytes.fromhex("20010000") + bytes(12)


def udp(sport: int, dport: int, payload: bytes = DNS) -> bytes:
    return struct.pack(">HHHH", sport, dport, 8 + len(payload), 0) + payload


def around(datagram: bytes) -> list[bytes]:
    """A datagram in IPv4 and IPv6, also behind options and an extension header."""
    return [
        ip4(datagram, protocol=17),
        ip4(datagram, protocol=17, options=b"\x01" * 4),
        ip6(datagram, following=17),
        ip6(bytes([17, 0]) + bytes(6) + datagram, following=60),
    ]


@pytest.mark.parametrize(
    "datagram",
    [
        *(udp(port, 50000) for port in (1701, 2123, 2152, 3386, 3544, 4754, 4789, 4790, 5072, 6081, 6635, 8472)),
        *(udp(50000, port) for port in (1701, 2123, 2152, 3386, 3544, 4754, 4789, 4790, 5072, 6081, 6635, 8472)),
        udp(50000, 4789, b""),
        udp(50000, 50001, GENEVE),
        udp(50000, 50001, bytes.fromhex("0000 0800 00000500 4500")),
        udp(50000, 50001, bytes.fromhex("0000 86dd 00000500 6000")),
        udp(50000, 50001, TEREDO),
        udp(50000, 50001, TEREDO[:8] + TEREDO[24:] + SRC6),
    ],
)
def test_udp_that_may_be_a_tunnel_goes_the_general_way(datagram: bytes) -> None:
    assert [parse(packet, 101) for packet in around(datagram)] == [None] * 4


@pytest.mark.parametrize(
    "datagram",
    [
        udp(50000, 53),
        udp(53, 50000),
        udp(50000, 53, b""),
        udp(50000, 53, b"abc"),
        udp(50000, 50001, b"\x60" + bytes(60)),  # as one packet of QUIC in four begins
        udp(50000, 50001, TEREDO[:24]),
        udp(50000, 50001, b"\x40" + TEREDO[1:]),
        udp(50000, 53)[:7],
        b"",
    ],
)
def test_other_udp_is_none(datagram: bytes) -> None:
    assert [parse(packet, 101) for packet in around(datagram)] == [False] * 4


def test_fragments_of_udp_go_the_general_way() -> None:
    # only the first has ports, and whether the whole is a tunnel nothing else tells
    for fragment in (0x2000, 0x0001, 0x2001):
        assert parse(ip4(udp(50000, 53), protocol=17, fragment=fragment), 101) is None
        assert parse(ip4(udp(50000, 53), protocol=17, fragment=fragment, options=b"\x01" * 4), 101) is None


def test_icmp_that_quotes_a_tunnel_is_none() -> None:
    quoted = ip4(bytes.fromhex("03010000 00000000") + ip4(udp(50000, 4789), protocol=17), protocol=1)
    assert parse(quoted, 101) is False


def test_ports_can_be_added() -> None:
    packets = around(udp(50000, 9999)) + around(udp(9999, 50000))
    assert [parse(packet, 101) for packet in packets] == [False] * 8
    try:
        look_into(9999)
        assert [parse(packet, 101) for packet in packets] == [None] * 8
    finally:
        UDP_PORTS.discard((9999).to_bytes(2, "big"))


def test_ethernet_says_ipv4_but_it_is_not() -> None:
    assert parse(ethernet(ip6(), 0x0800)) is None


def test_link_types_that_fix_the_version() -> None:
    assert parse(ip6(), 228) is None
    assert parse(ip4(), 229) is None


def test_unknown_link_type_and_family() -> None:
    assert parse(ethernet(ip4()), 105) is None
    assert parse(b"\x07\0\0\0" + ip4(), 0) is None


def test_one_parser_a_batch() -> None:
    assert segment_parser(1) is segment_parser(1)
    frame = ethernet(ip4())
    assert segment_parser(1)(frame, len(frame)) == expected(KEY4, 14, 34)
