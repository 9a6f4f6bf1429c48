import itertools
import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcaptools.core.decode import Packet, packet
from pcaptools.core.decode.fragments import FragmentTable
from pcaptools.core.sources.base import RawPacket

SECOND = 1_000_000_000
DATA = bytes(range(250)) * 4


def fragment4(
    offset: int, piece: bytes, more: bool, *, ident: int = 1, now: int = 0, caplen: int | None = None
) -> Packet:
    bits = offset // 8 | more << 13
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(piece), ident, bits, 64, 17, 0, b"\1" * 4, b"\2" * 4)
    data = (header + piece)[:caplen]
    return packet(RawPacket(data, now // SECOND, now % SECOND, len(data), 20 + len(piece), 101))


def fragment6(offset: int, piece: bytes, more: bool, *, ident: int = 1, before: bytes = b"") -> Packet:
    fragment = struct.pack(">BxHI", 17, offset | more, ident)
    first = 0 if before else 44
    payload = before + fragment + piece
    data = struct.pack(">IHBB", 6 << 28, len(payload), first, 64) + b"\1" * 16 + b"\2" * 16 + payload
    return packet(RawPacket(data, 5, 0, len(data), len(data), 101))


def pieces(data: bytes, size: int) -> list[tuple[int, bytes, bool]]:
    return [(at, data[at : at + size], at + size < len(data)) for at in range(0, len(data), size)]


def feed(table: FragmentTable, packets: list[Packet]) -> list[Packet]:
    return [whole for whole in map(table.add, packets) if whole is not None]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_ipv4_in_any_order(order: tuple[int, ...]) -> None:
    table = FragmentTable()
    parts = pieces(DATA, 400)
    times = [fragment4(*parts[i], now=(n + 1) * SECOND) for n, i in enumerate(order)]
    (whole,) = feed(table, times)
    ip = whole.link.ip
    assert ip.payload == DATA
    assert (ip.total_length, ip.is_fragment, ip.identification) == (1020, False, 1)
    assert whole.link_type == "LINKTYPE_RAW"
    assert whole.pcap_header.tv_sec == 3
    header = whole.raw.data[:20]
    total = sum(struct.unpack(">10H", header))
    assert (total & 0xFFFF) + (total >> 16) == 0xFFFF  # RFC 791: what a right checksum sums up to
    assert (len(table), table.held_bytes, table.dropped) == (0, 0, {})


def test_ipv6_header_says_what_follows() -> None:
    before = bytes([44, 0]) + bytes(6)  # hop-by-hop
    (whole,) = feed(FragmentTable(), [fragment6(*part, before=before) for part in pieces(DATA, 504)])
    ip = whole.link.ip
    assert [header.protocol for header in ip.extension_headers] == [0]
    assert (ip.protocol, ip.payload, ip.payload_length) == (17, DATA, 1008)


def test_not_a_fragment() -> None:
    assert FragmentTable().add(fragment4(0, b"whole", False)) is None


def test_datagrams_do_not_mix() -> None:
    parts = [(i, *part) for part in pieces(DATA, 80) for i in range(3)]
    wholes = feed(FragmentTable(), [fragment4(*part, ident=i) for i, *part in parts])  # type: ignore[arg-type]
    assert [whole.link.ip.payload for whole in wholes] == [DATA] * 3


def test_ipv4_overlap_first_one_stays() -> None:
    table = FragmentTable()
    sent = [fragment4(0, b"A" * 16, True), fragment4(8, b"B" * 16, True), fragment4(24, b"C", False)]
    (whole,) = feed(table, sent)
    assert whole.link.ip.payload == b"A" * 16 + b"B" * 8 + b"C"
    assert table.dropped == {"overlap": 1}


def test_ipv4_overlap_that_bridges_others() -> None:
    table = FragmentTable()
    sent = [
        fragment4(8, b"A" * 8, True), fragment4(24, b"B" * 8, True), fragment4(0, b"C" * 40, True),
        fragment4(40, b"D", False),
    ]  # fmt: skip
    (whole,) = feed(table, sent)
    assert whole.link.ip.payload == b"C" * 8 + b"A" * 8 + b"C" * 8 + b"B" * 8 + b"C" * 8 + b"D"


def test_ipv6_overlap_drops_the_datagram() -> None:  # RFC 5722, 4
    table = FragmentTable()
    sent = [fragment6(0, b"A" * 16, True), fragment6(8, b"B" * 16, True), fragment6(24, b"C", False)]
    sent += [fragment6(0, b"A" * 16, True), fragment6(16, b"B" * 8, True)]
    assert feed(table, sent) == []
    assert table.dropped == {"overlap": 1}
    assert table.held_bytes == 0


@pytest.mark.parametrize("make", [fragment4, fragment6])
def test_a_copy_is_no_overlap(make: type[Packet]) -> None:
    table = FragmentTable()
    sent = [make(0, b"A" * 16, True), make(0, b"A" * 16, True), make(16, b"C", False)]  # type: ignore[call-arg,arg-type]
    (whole,) = feed(table, sent)
    assert whole.link.ip.payload == b"A" * 16 + b"C"
    assert table.dropped == {}


def test_teardrop() -> None:  # the second fragment ends inside the first
    table = FragmentTable()
    assert feed(table, [fragment4(0, b"A" * 40, True), fragment4(24, b"B" * 4, False)]) == []
    assert table.dropped == {"malformed": 1}


def test_two_ends() -> None:
    table = FragmentTable()
    sent = [fragment4(16, b"B", False), fragment4(24, b"X", False), fragment4(32, b"Y" * 8, True)]
    (whole,) = feed(table, [*sent, fragment4(0, b"A" * 16, True)])
    assert whole.link.ip.payload == b"A" * 16 + b"B"
    assert table.dropped == {"malformed": 2}


def test_fragments_of_no_use() -> None:
    table = FragmentTable()
    sent = [
        fragment4(65528, b"A" * 16, False), fragment4(0, b"A" * 15, True), fragment4(8, b"", False),
        fragment4(0, b"A" * 16, True, caplen=30),
    ]  # fmt: skip
    assert feed(table, sent) == []
    assert table.dropped == {"oversize": 1, "malformed": 2, "cut short": 1}
    assert len(table) == 0


def test_too_long_only_with_its_header() -> None:
    table = FragmentTable()
    sent = [fragment4(*part) for part in pieces(bytes(65528), 32760)]
    assert feed(table, sent) == []
    assert table.dropped == {"oversize": 1}


def test_timeout_by_the_capture_s_clock() -> None:
    table = FragmentTable(timeout_ns=30 * SECOND)
    table.add(fragment4(0, b"A" * 8, True, now=100 * SECOND))
    table.add(fragment4(0, b"A" * 8, True, ident=2, now=131 * SECOND))
    assert table.dropped == {"timeout": 1}
    assert table.add(fragment4(8, b"B", False, now=131 * SECOND)) is None
    assert len(table) == 2


def test_bounds() -> None:
    table = FragmentTable(max_datagrams=3)
    for ident in range(5):
        table.add(fragment4(0, b"A" * 8, True, ident=ident))
    assert len(table) == 3
    assert table.dropped == {"too many datagrams": 2}
    table = FragmentTable(max_bytes=200_000)
    for ident in range(10):
        table.add(fragment4(65520, b"A" * 8, True, ident=ident))  # eight bytes that need room for 65,528
    assert table.held_bytes <= 200_000
    assert table.dropped["too many bytes"] == 8


def test_many_fragments_cost_no_more_each() -> None:
    one = [fragment4(at, b"A" * 8, True) for at in range(0, 65_504, 8)]
    started = time.perf_counter()
    table = FragmentTable()
    feed(table, one[::-1])
    feed(table, [fragment4(0, b"B" * 1480, True) for _ in range(65_535 - len(one))])
    assert time.perf_counter() - started < 60
    assert len(table) == 1


@given(st.binary(min_size=9, max_size=600), st.integers(1, 10), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_what_goes_in_comes_out(data: bytes, blocks: int, random: object) -> None:
    parts = pieces(data, blocks * 8)
    if len(parts) == 1:
        return
    random.shuffle(parts)  # type: ignore[attr-defined]
    for make in (fragment4, fragment6):
        (whole,) = feed(FragmentTable(), [make(*part) for part in parts])
        assert whole.link.ip.payload == data
