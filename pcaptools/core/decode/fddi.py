"""The Fiber Distributed Data Interface (ANSI X3T9.5): an LLC frame behind frame control and two addresses."""

from __future__ import annotations

from pcaptools.core.decode.layer import Layer, Next, octets
from pcaptools.core.decode.llc import LLC
from pcaptools.core.decode.reader import Reader

FRAME_KINDS = {
    0x00: "void", 0x40: "SMT", 0x50: "LLC", 0x60: "implementer", 0x70: "reserved", 0x80: "token", 0xC0: "MAC",
}  # fmt: skip
"""By the class, length and format bits of frame control."""


class FDDI(Layer):
    """An FDDI header, with its addresses in Ethernet's bit order, as captures have them."""

    __slots__ = ("dhost", "fc", "shost")

    key = "link"
    fields = ("fc", "fc_name", "dhost", "shost")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "FDDI header")
        self.fc = read.u8()
        self.dhost = octets(read.take(6))
        self.shost = octets(read.take(6))

    @property
    def fc_name(self) -> str:
        """The kind of frame."""
        return FRAME_KINDS.get(self.fc & 0xF0, "unknown")

    def next(self) -> Next:
        """Go on with LLC; the frames of the ring itself go to nobody."""
        at = self.start + 13
        if self.fc_name == "LLC":
            return Next(LLC, at, self.end)
        return Next(None, at, self.end, f"FDDI {self.fc_name} frame")
