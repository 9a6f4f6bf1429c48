"""Session Traversal Utilities for NAT (RFC 8489, before it 3489), and TURN (RFC 8656), which is built upon it."""

from __future__ import annotations

from typing import Any, ClassVar

from pcaptools.core.decode.layer import Layer, Malformed, Next
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.stunattributes import attribute

COOKIE = 0x2112A442
HEADER = 20
CLASSES = ("Request", "Indication", "Success Response", "Error Response")
METHODS = {
    0x001: "Binding", 0x002: "Shared Secret", 0x003: "Allocate", 0x004: "Refresh", 0x006: "Send", 0x007: "Data",
    0x008: "CreatePermission", 0x009: "Channel-Bind", 0x00A: "Connect", 0x00B: "ConnectionBind",
    0x00C: "ConnectionAttempt", 0x080: "GOOG-PING",
}  # fmt: skip


class STUN(Layer):
    """A message. `cookie` is None in the form of RFC 3489, of which `id` is 16 bytes.

    What TURN's channels carry has the same ports, and is a class of its own under the same key.
    """

    __slots__ = ("_contents", "_trouble", "cookie", "id", "length", "message_end", "type")

    key = "stun"
    fields: ClassVar[tuple[str, ...]] = (
        "type", "type_class", "type_class_name", "type_method", "type_method_name", "length", "cookie", "id",
        "attributes",
    )  # fmt: skip

    def __new__(cls, data: bytes, start: int, end: int, depth: int) -> Any:  # noqa: ARG004
        """Tell a message from channel data by the first two bits (RFC 8656, 12)."""
        is_channel = cls is STUN and start < len(data) and data[start] >> 6 == 1
        return super().__new__(ChannelData) if is_channel else super().__new__(cls)

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "STUN")
        self.type = read.u16()
        self.length = read.u16()
        cookie = read.u32()
        self.cookie = cookie if cookie == COOKIE else None
        self.id: bytes = data[start + 8 : start + HEADER] if self.cookie else data[start + 4 : start + HEADER]
        read.skip(12)
        if self.type >> 14:
            raise Malformed(f"STUN message of the type {self.type:#06x}")
        self.message_end = start + HEADER + self.length
        self._contents: list[tuple[int, Reader]] = []
        self._trouble: Malformed | None = None
        try:
            self._collect(read.part(self.length))
        except Malformed as error:
            self._trouble = error

    def _collect(self, read: Reader) -> None:
        while read:
            begin, kind, size = read.at, read.u16(), read.u16()
            try:
                content = read.part(size, "STUN attribute")
                if content.end > len(self.data):
                    content.skip(size)  # it raises
                self._contents.append((kind, content))
                read.skip(min(-size % 4, read.left))  # RFC 8489, 14: to a multiple of 4, which old ones leave out
            except Malformed as error:
                error.at = begin
                raise

    @property
    def type_class(self) -> int:
        """The class: the bits 4 and 8 of the type (RFC 8489, 5)."""
        return self.type >> 7 & 2 | self.type >> 4 & 1

    @property
    def type_class_name(self) -> str:
        """Request, indication, or what kind of response."""
        return CLASSES[self.type_class]

    @property
    def type_method(self) -> int:
        """The method: the other bits of the type."""
        return self.type & 0xF | (self.type & 0xE0) >> 1 | (self.type & 0x3E00) >> 2

    @property
    def type_method_name(self) -> str:
        """What is asked for."""
        return METHODS.get(self.type_method, "unknown")

    @property
    def attributes(self) -> list[dict[str, Any]]:
        """The attributes, each as type, name and value; `reason` says why a value is only bytes."""
        mask = self.data[self.start + 4 : self.start + HEADER]
        return [attribute(kind, Reader(one.data, one.at, one.end, one.what), mask) for kind, one in self._contents]

    def next(self) -> Next | None:
        """Tell what is wrong with the attributes."""
        if self._trouble is not None:
            raise self._trouble
        return (
            Next(None, self.message_end, self.end, "behind the STUN message") if self.message_end < self.end else None
        )

    @classmethod
    def recognises(cls, data: bytes, start: int, end: int) -> bool:
        """Take what has the cookie in its place, and the length of the datagram (RFC 8489, 5)."""
        if data[start + 4 : start + 8] != b"\x21\x12\xa4\x42" or data[start] >> 6:
            return False
        length = int.from_bytes(data[start + 2 : start + 4], "big")
        return length % 4 == 0 and start + HEADER + length == end


class ChannelData(STUN):
    """Data that a TURN server passes on over a channel (RFC 8656, 12.4)."""

    __slots__ = ("channel",)

    fields = ("channel", "length")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        Layer.__init__(self, data, start, end, depth)
        read = Reader.of(self, "TURN channel data")
        self.channel = read.u16()
        self.length = read.u16()
        self.message_end = read.at + self.length
        if self.message_end > end:
            raise Malformed(f"TURN channel data of {self.length} bytes in {read.left}", read.at)

    def next(self) -> Next | None:
        """Carry the data; nothing says what they are."""
        at = self.start + 4
        return Next(None, at, self.message_end) if self.length else None
