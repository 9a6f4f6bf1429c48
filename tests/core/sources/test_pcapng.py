"""Invariant: whatever the bytes, every whole packet before the damage comes out, and only PcapToolsError is raised."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaptools.core.errors import CaptureFileError, PcapToolsError, TruncatedFileError
from pcaptools.core.sources.base import Batch
from pcaptools.core.sources.pcapng import PcapngReader


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) & 3)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def section(order: str = "<") -> bytes:
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def options(*values: tuple[int, bytes], order: str = "<") -> bytes:
    padded = (struct.pack(order + "HH", code, len(v)) + v + bytes(-len(v) & 3) for code, v in values)
    return b"".join(padded) + bytes(4)


def interface(link_type: int = 1, *values: tuple[int, bytes], order: str = "<", snaplen: int = 0) -> bytes:
    return block(1, struct.pack(order + "HHI", link_type, 0, snaplen) + options(*values, order=order), order)


def packet(
    data: bytes, ticks: int = 0, number: int = 0, *values: tuple[int, bytes], order: str = "<", wire: int = 0
) -> bytes:
    head = struct.pack(order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(data), wire or len(data))
    tail = options(*values, order=order) if values else b""
    return block(6, head + data + bytes(-len(data) & 3) + tail, order)


def read(data: bytes, step: int = 1 << 20) -> tuple[list[Batch], PcapToolsError | None]:
    reader = PcapngReader()
    batches: list[Batch] = []
    try:
        for pos in range(0, len(data), step):
            batches += reader.feed(data[pos : pos + step])
        reader.finish()
    except PcapToolsError as error:
        return batches, error
    return batches, None


def payloads(batches: list[Batch]) -> list[bytes]:
    return [data for batch in batches for _, _, data in batch.records]


@pytest.mark.parametrize(
    ("values", "ticks", "ns", "fine"),
    [
        ([], 1_700_000_000_123_456, 1_700_000_000_123_456_000, False),
        ([(9, b"\x09")], 1_700_000_000_123_456_789, 1_700_000_000_123_456_789, True),
        ([(9, b"\x03")], 1_700_000_000_123, 1_700_000_000_123_000_000, False),
        ([(9, b"\x0c")], 1_700_000_000_123_456_789, 1_700_000_000_123_456, True),
        ([(9, b"\xa0")], 3 << 31, 1_500_000_000, True),  # 2^-32
        ([(9, b"\x8a")], 1536, 1_500_000_000, False),  # 2^-10
        ([(14, struct.pack("<q", -100))], 101_000_000, 1_000_000_000, False),
    ],
)
def test_time(values: list[tuple[int, bytes]], ticks: int, ns: int, fine: bool) -> None:
    batches, error = read(section() + interface(1, *values) + packet(b"one", ticks) + packet(b"two", ticks))
    assert error is None
    assert [record[0] for batch in batches for record in batch.records] == [ns, ns]
    assert {batch.nanosecond for batch in batches} == {fine}


@pytest.mark.parametrize("step", [1, 5, 10_000])
def test_sections_of_either_byte_order_and_interfaces_of_any_link_type(step: int) -> None:
    data = section() + interface() + interface(113) + block(0xBAD, b"unknown")
    data += packet(b"a") + packet(b"b", 0, 1) + packet(b"c", 0, 1) + packet(b"d")
    data += section(">") + interface(101, order=">") + packet(b"e", order=">")
    batches, error = read(data, step)
    assert error is None
    kinds = [(batch.link_type, data) for batch in batches for _, _, data in batch.records]
    assert kinds == [(1, b"a"), (113, b"b"), (113, b"c"), (1, b"d"), (101, b"e")]


def test_comments_stay_with_their_packets() -> None:
    said = packet(b"b", 0, 0, (1, b"first"), (1, "zweitens ü".encode()), (1, b"\xff"))
    (batch,), _ = read(section() + interface() + packet(b"a") + said + packet(b"c"))
    assert batch.comments == {1: ("first", "zweitens ü", "\\xff")}


def test_simple_and_obsolete_packets() -> None:
    simple = block(3, struct.pack("<I", 100) + b"x" * 60)
    old = block(2, struct.pack("<HHIIII", 0, 7, 0, 5, 3, 9) + b"old")
    (batch,), _ = read(section() + interface(snaplen=60) + simple + old)
    assert batch.records == [(0, 100, b"x" * 60), (5000, 9, b"old")]


@pytest.mark.parametrize("length", [b"\x04", b"\x20"])
def test_fcs_in_bytes_or_bits(length: bytes) -> None:
    flags = (2, struct.pack("<I", 2 << 5))
    data = section() + interface(1, (13, length)) + packet(bytes(64)) + packet(bytes(64), 0, 0, flags)
    assert [len(p) for p in payloads(read(data)[0])] == [60, 62]


@pytest.mark.parametrize(
    "damage",
    [
        struct.pack("<II", 6, 8) + bytes(20),
        struct.pack("<II", 6, 1 << 25) + bytes(40),
        struct.pack("<IIIIIII", 6, 400_000, 0, 0, 0, 262_145, 0) + bytes(40),
        packet(b"x", 0, 9),
        block(6, bytes(4)),
        block(6, struct.pack("<IIIII", 0, 0, 0, 50, 50) + bytes(8)),
        block(0x0A0D0D0A, bytes(16)),
    ],
)
def test_damage_names_its_offset_after_all_packets(damage: bytes) -> None:
    good = section() + interface() + packet(b"a") + packet(b"b")
    batches, error = read(good + damage)
    assert payloads(batches) == [b"a", b"b"]
    assert type(error) is CaptureFileError
    assert f"byte {len(good)}:" in str(error)


def test_more_than_a_batch() -> None:
    data = section() + interface() + b"".join(packet(b"%d" % n) for n in range(10_000))
    assert payloads(read(data)[0]) == [b"%d" % n for n in range(10_000)]


WHOLE = section() + interface() + packet(b"abc", 1) + interface(113) + packet(b"d", 2, 1, (1, b"hi")) + packet(b"e")


@given(st.integers(0, len(WHOLE)), st.integers(1, 300))
def test_truncation(length: int, step: int) -> None:
    batches, error = read(WHOLE[:length], step)
    assert payloads(batches) == [b"abc", b"d", b"e"][: len(payloads(batches))]
    assert error is None or isinstance(error, TruncatedFileError)
    assert length < len(WHOLE) or (error is None and len(payloads(batches)) == 3)


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=6), st.integers(1, 300))
def test_mutations_raise_only_our_errors(changes: list[tuple[int, int]], step: int) -> None:
    data = bytearray(WHOLE)
    for index, value in changes:
        data[index] = value
    in_steps, at_once = read(bytes(data), step)[0], read(bytes(data))[0]
    assert payloads(in_steps) == payloads(at_once)
