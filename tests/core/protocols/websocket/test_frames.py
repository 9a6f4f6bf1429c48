"""The frame reader against wsproto's, and where no library goes: lengths of 2**62, bytes that are no frames."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.websocket import MASK, frame
from wsproto.frame_protocol import FrameDecoder

from pcaptools.core.protocols.websocket.frames import FRAME_END, FrameEnd, FrameReader, Header, read_header, unmask

Seen = list[tuple[int, bytes]]


def ours(pieces: list[bytes]) -> Seen:
    """(first byte, payload) of every whole frame."""
    reader, found, first, payload = FrameReader(), [], 0, b""
    for piece in pieces:
        for item in reader.read(piece):
            if isinstance(item, Header):
                first, payload = item.first, b""
            elif isinstance(item, FrameEnd):
                found.append((first, payload))
            else:
                payload += item
    return found


def theirs(data: bytes, *, client: bool) -> Seen:
    decoder = FrameDecoder(client=client, extensions=[])
    decoder.receive_bytes(data)
    found, payload = [], b""
    while (piece := decoder.process_buffer()) is not None:
        assert isinstance(piece.payload, bytes | bytearray)  # text is decoded one layer above
        payload += piece.payload
        if piece.frame_finished:
            found.append((piece.opcode | (0x80 if piece.message_finished else 0), payload))
            payload = b""
    return found


@given(
    st.lists(st.tuples(st.sampled_from([0x01, 0x81, 0x82, 0x02]), st.binary(max_size=300)), max_size=5),
    st.booleans(),
    st.integers(1, 400),
)
def test_frames_are_those_of_wsproto_however_they_are_cut(frames: Seen, masked: bool, size: int) -> None:
    data = b"".join(frame(first, payload, mask=masked) for first, payload in frames)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    # wsproto wants fragments in their order; each frame by itself has none
    expected = [
        one for first, payload in frames for one in theirs(frame(first, payload, mask=masked), client=not masked)
    ]
    assert ours(pieces) == expected == frames


@given(st.binary(max_size=400), st.integers(1, 50))
def test_any_bytes_are_read_the_same_in_any_pieces(data: bytes, size: int) -> None:
    assert ours([data]) == ours([data[at : at + size] for at in range(0, len(data), size)])


@given(st.binary(max_size=70), st.integers(0, 9))
def test_a_mask_is_undone_from_any_place(data: bytes, offset: int) -> None:
    assert unmask(data, MASK, offset) == bytes(byte ^ MASK[(at + offset) % 4] for at, byte in enumerate(data))


def test_the_examples_of_rfc_6455() -> None:  # 5.7
    hello = bytes.fromhex("818537fa213d7f9f4d5158")
    assert ours([bytes.fromhex("810548656c6c6f"), hello]) == [(0x81, b"Hello")] * 2


def test_a_length_of_2_to_62_costs_nothing() -> None:
    reader = FrameReader()
    (header, piece) = list(reader.read(b"\x82\x7f" + (1 << 62).to_bytes(8, "big") + b"abc"))
    assert isinstance(header, Header)
    assert (header.length, piece, reader.left) == (1 << 62, b"abc", (1 << 62) - 3)
    assert reader.skip(1 << 61)
    assert not reader.skip(1 << 62)
    assert reader.between


@pytest.mark.parametrize(
    ("data", "minimal"),
    [("8105", True), ("817e0005", False), ("817e007e", True), ("817f0000000000000005", False),
     ("817f0000000000010000", True), ("81fe007e00000000", True), ("81fe000500000000", False)],
)  # fmt: skip
def test_lengths_in_more_bytes_than_needed(data: str, minimal: bool) -> None:
    header = read_header(bytes.fromhex(data))
    assert header is not None
    assert header.minimal is minimal


def test_an_empty_frame_ends_at_once() -> None:
    assert list(FrameReader().read(b"\x89\x00"))[1:] == [FRAME_END]
