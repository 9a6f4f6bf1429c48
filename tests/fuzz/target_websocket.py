"""Frames give the same messages in any pieces, those wsproto reads, and give back all that they were lent."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.choices import Choices, pieces
from support.websocket import Deflater, frame
from wsproto.frame_protocol import FrameProtocol, Opcode, ParseFailed

from pcaptools.core.protocols.websocket.bounds import MAX_HELD, MAX_MESSAGE, Budget
from pcaptools.core.protocols.websocket.deflate import Inflater
from pcaptools.core.protocols.websocket.hixie import HixieReader
from pcaptools.core.protocols.websocket.messages import Found, Message, MessageReader, Reader


def check(data: bytes) -> None:
    """Read the rest of `data` as one direction of each version of the protocol."""
    choices = Choices(data)
    style, size, gap_at, gap = choices.number(), 1 + choices.number(), choices.number(2), choices.number(2)
    wire = choices.rest()
    for hixie in (False, True):
        whole = _read(style, wire, 0, hixie=hixie)
        cut = _read(style, wire, size, hixie=hixie)
        lost = _lost(whole)  # from there on a frame is found at a segment's start, too
        assert cut[:lost] == whole[:lost], f"in pieces of {size} the messages are others"
        assert lost is not None or len(cut) == len(whole), f"in pieces of {size} there are more messages"
        at = gap_at % (len(wire) + 1)
        _read(style, wire[:at], size, hixie=hixie, gap=gap, then=wire[at:])
    if not style & 2:
        _as_wsproto(style, wire)


def _lost(found: list[Found]) -> int | None:
    """Return how many findings there are up to where the place is lost, None where it is not."""
    lost = (at for at, item in enumerate(found, 1) if not isinstance(item, Message) and "looking for" in item.error)
    return next(lost, None)


def _read(style: int, wire: bytes, size: int, *, hixie: bool, gap: int = -1, then: bytes = b"") -> list[Found]:
    """Return what is found, after checking that it is in proportion, and that nothing is kept."""
    budget = Budget(MAX_HELD if style & 8 else 5000)
    before = budget.left
    reader: Reader
    if hixie:
        reader = HixieReader(skip=16 if style & 4 else 0, budget=budget)
    else:
        inflater = Inflater(takeover=bool(style & 4), budget=budget) if style & 2 else None
        reader = MessageReader(masked=bool(style & 1), inflater=inflater, budget=budget)
    found: list[Found] = []
    for piece in pieces(wire, size):
        found += reader.feed(piece)
        assert budget.left >= 0, "more is kept than may be"
    if gap >= 0:
        found += reader.gap(gap)
        for piece in pieces(then, size):
            found += reader.feed(piece)
    found += reader.end("the connection ended")
    assert budget.left == before, f"{before - budget.left} bytes were not given back"
    for item in found:
        if isinstance(item, Message):
            assert len(item.data) <= MAX_MESSAGE
            assert len(item.data) <= item.length
            if not item.notes and item.opcode != "close":
                assert len(item.data) == item.length, "a message cut without a word"
        else:
            assert item.error.isprintable()
    return found


def _as_wsproto(style: int, wire: bytes) -> None:
    """Every message that wsproto reads, before it refuses something, is read here, too."""
    theirs: list[tuple[str, bytes]] = []
    protocol = FrameProtocol(client=not style & 1, extensions=[])
    protocol.receive_bytes(wire)
    partial = b""
    names = {Opcode.TEXT: "text", Opcode.BINARY: "binary", Opcode.PING: "ping", Opcode.PONG: "pong"}
    try:
        for part in protocol.received_frames():
            if part.opcode == Opcode.CLOSE:
                break
            payload = part.payload.encode() if isinstance(part.payload, str) else bytes(part.payload)  # type: ignore[arg-type]
            if part.opcode in (Opcode.PING, Opcode.PONG):
                theirs.append((names[part.opcode], payload))
                continue
            partial += payload
            if part.message_finished:
                theirs.append((names[part.opcode], partial))
                partial = b""
    except ParseFailed:
        pass
    ours = [(item.opcode, item.data) for item in _read(style | 8, wire, 0, hixie=False) if isinstance(item, Message)]
    assert ours[: len(theirs)] == theirs, f"{ours[: len(theirs)]} where wsproto reads {theirs}"


def seeds() -> Iterator[bytes]:
    """Yield what both sides say, compressed and plain, and of the drafts."""
    for style in (0, 1, 2, 3, 6, 7, 8, 12):
        deflate, mask = Deflater(takeover=bool(style & 4)), bool(style & 1)
        first = 0x41 if style & 2 else 0x01
        said = b"hello hello hello hello " * 9
        packed = deflate(said) if style & 2 else said
        talk = [
            frame(first, packed[:5], mask=mask), frame(0x89, b"?", mask=mask), frame(0x80, packed[5:], mask=mask),
            frame(0xC2 if style & 2 else 0x82, deflate(said) if style & 2 else bytes(200), mask=mask),
            frame(0x81, b'{"a": [1, 2]}', mask=mask), frame(0x88, b"\3\xe8bye", mask=mask),
        ]  # fmt: skip
        yield bytes([style, 6, 0, 9, 0, 4]) + b"".join(talk)
        yield bytes([style, 0, 0, 30, 1, 0]) + b"".join(reversed(talk))
    yield bytes([0, 3, 0, 9, 0, 2]) + b"\0hello\xff\0{}\xff\x80\x05abcde\x80\x81\x01" + bytes(129) + b"\xff\0"
    yield bytes([0, 3, 0, 9, 0, 2]) + b"\x82\x7f\x3f\xff\xff\xff\xff\xff\xff\xffabc"
