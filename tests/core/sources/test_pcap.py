"""Invariant: whatever the bytes, every whole packet before the damage comes out, and only PcapToolsError is raised."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcaptools.core.errors import CaptureFileError, PcapToolsError, TruncatedFileError
from pcaptools.core.sources.base import Record
from pcaptools.core.sources.pcap import PcapReader, is_pcap

PACKETS = [(5, 7, 60, b"\x01" * 60), (5, 8, 1500, b"\x02" * 64), (0xFFFFFFFF, 999_999, 0, b"")]


def pcap(order: str = "<", magic: int = 0xA1B2C3D4, word: int = 1, extra: bytes = b"") -> bytes:
    parts = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, word)]
    for sec, fraction, wire_len, data in PACKETS:
        parts.append(struct.pack(order + "IIII", sec, fraction, len(data), wire_len) + extra + data)
    return b"".join(parts)


def read(data: bytes, step: int) -> tuple[list[Record], PcapToolsError | None]:
    reader = PcapReader()
    records: list[Record] = []
    try:
        for pos in range(0, len(data), step):
            for batch in reader.feed(data[pos : pos + step]):
                records += batch.records
        reader.finish()
    except PcapToolsError as error:
        return records, error
    return records, None


@pytest.mark.parametrize("step", [1, 7, 10_000])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("magic", "unit", "extra"),
    [(0xA1B2C3D4, 1000, b""), (0xA1B23C4D, 1, b""), (0xA1B2CD34, 1000, b"\xee" * 8)],
)
def test_byte_orders_and_resolutions(order: str, magic: int, unit: int, extra: bytes, step: int) -> None:
    data = pcap(order, magic, extra=extra)
    assert is_pcap(data[:4])
    expected = [(sec * 10**9 + fraction * unit, wire_len, packet) for sec, fraction, wire_len, packet in PACKETS]
    assert read(data, step) == (expected, None)


@pytest.mark.parametrize(
    ("word", "link_type", "lengths"),
    [
        (0x0000_0001, 1, [60, 64, 0]),
        (0x3000_0001, 1, [60, 64, 0]),  # upper bits without bit 26: nothing is said of the FCS
        (0x2400_0001, 1, [56, 64, 0]),  # an FCS of two 16-bit words; of the cut packet it was not captured
        (0x0000_000C, 101, [60, 64, 0]),  # DLT_RAW
    ],
)
def test_link_type_word(word: int, link_type: int, lengths: list[int]) -> None:
    (batch,) = PcapReader().feed(pcap(word=word))
    assert batch.link_type == link_type
    assert [len(data) for _, _, data in batch.records] == lengths


def test_fcs_captured_in_part() -> None:
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 0x2400_0001)
    (batch,) = PcapReader().feed(head + struct.pack("<IIII", 0, 0, 62, 64) + bytes(62))
    assert batch.records == [(0, 60, bytes(60))]


def test_absurd_length_names_its_offset() -> None:
    data = pcap() + struct.pack("<IIII", 0, 0, 262_145, 262_145) + bytes(400_000)
    records, error = read(data, 1 << 18)
    assert len(records) == 3
    assert type(error) is CaptureFileError
    assert f"byte {len(pcap())}" in str(error)


@given(st.integers(0, 24 + 3 * 16 + 124), st.integers(1, 200))
def test_truncation_keeps_whole_packets(length: int, step: int) -> None:
    ends = [24, 24 + 76, 24 + 76 + 80, 24 + 76 + 80 + 16]
    records, error = read(pcap()[:length], step)
    assert len(records) == max(sum(end <= length for end in ends) - 1, 0)
    assert (error is None) == (length in ends)
    assert error is None or isinstance(error, TruncatedFileError)


@given(st.lists(st.tuples(st.integers(4, 195), st.integers(0, 255)), max_size=6), st.integers(1, 300))
def test_mutations_raise_only_our_errors(changes: list[tuple[int, int]], step: int) -> None:
    data = bytearray(pcap())
    for index, value in changes:
        data[index] = value
    assert read(bytes(data), step)[0] == read(bytes(data), len(data))[0]
