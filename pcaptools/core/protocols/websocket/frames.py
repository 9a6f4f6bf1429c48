"""Frames of RFC 6455, 5.2, read from one direction's bytes: whatever they are, in whatever pieces they come.

Nothing is judged here and nothing is kept: a frame's header is told as soon as it is whole, its payload piece by piece
with the mask undone. So a length of 2**62 costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
MAX_CONTROL = 125
"""Payload bytes of a control frame (RFC 6455, 5.5)."""
FIN, RSV1, RESERVED, OPCODE = 0x80, 0x40, 0x70, 0x0F
MASKED, LENGTH = 0x80, 0x7F


class Header(NamedTuple):
    """A frame's header. `length` is that of the payload, `size` that of the header itself."""

    first: int
    """FIN, the three reserved bits and the opcode, as on the wire."""
    key: bytes
    """Of the mask; empty without one."""
    length: int
    size: int

    @property
    def fin(self) -> bool:
        """It is the last frame of its message."""
        return self.first >= FIN

    @property
    def opcode(self) -> int:
        """What it is."""
        return self.first & OPCODE

    @property
    def control(self) -> bool:
        """It is a control frame (RFC 6455, 5.5)."""
        return bool(self.first & 8)

    @property
    def minimal(self) -> bool:
        """Its length is written in as few bytes as it can be, as RFC 6455, 5.2 wants it."""
        bits = self.size - (4 if self.key else 0)
        return bits == 2 or self.length > (125 if bits == 4 else 0xFFFF)


def read_header(data: bytes | bytearray, at: int = 0) -> Header | None:
    """Return the header that begins at `at`; None when it is not all there."""
    if len(data) < at + 2:
        return None
    length, masked = data[at + 1] & LENGTH, data[at + 1] & MASKED
    end = at + 2
    if length > 125:
        end += 2 if length == 126 else 8
        length = int.from_bytes(data[at + 2 : end], "big")
    key = b""
    if masked:
        key = bytes(data[end : end + 4])
        end += 4
    if len(data) < end:
        return None
    return Header(data[at], key, length, end - at)


def unmask(data: bytes, key: bytes, offset: int = 0) -> bytes:
    """Undo the mask (RFC 6455, 5.3) of payload bytes of which the first is the `offset`th."""
    size = len(data)
    turn = offset & 3
    if turn:
        key = key[turn:] + key[:turn]
    mask = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "little") ^ int.from_bytes(mask, "little")).to_bytes(size, "little")


class FrameEnd:
    """Stands behind the last piece of a frame's payload."""

    __slots__ = ()


FRAME_END: Final = FrameEnd()
Item = Header | bytes | FrameEnd


class FrameReader:
    """Reads one direction. `header` is the frame that the next byte belongs to, None between frames."""

    __slots__ = ("_begun", "header", "left")

    def __init__(self) -> None:
        self.header: Header | None = None
        self.left = 0
        """Payload bytes of it to come."""
        self._begun = b""
        """A header of which the rest is not here."""

    @property
    def between(self) -> bool:
        """No frame has begun that has not ended."""
        return self.header is None and not self._begun

    def read(self, data: bytes) -> Iterator[Item]:
        """Take the next bytes: tell headers, pieces of payload, and the end of each frame."""
        at = 0
        if self._begun:
            data = self._begun + data
            self._begun = b""
        while True:
            header = self.header
            if header is None:
                if at == len(data):
                    return
                header = read_header(data, at)
                if header is None:
                    self._begun = data[at:]
                    return
                at += header.size
                self.header, self.left = header, header.length
                yield header
            if self.left:
                piece = data[at : at + self.left]
                if not piece:
                    return
                offset = header.length - self.left
                at += len(piece)
                self.left -= len(piece)
                yield unmask(piece, header.key, offset) if header.key else piece
            if not self.left:
                self.header = None
                yield FRAME_END

    def skip(self, count: int) -> bool:
        """Pass over bytes that are missing; False when they are not all inside one payload: the place is lost."""
        if self.header is None or count > self.left:
            self.lose()
            return False
        self.left -= count
        return True

    def lose(self) -> None:
        """Forget the place."""
        self.header, self.left, self._begun = None, 0, b""
