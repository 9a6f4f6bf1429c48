"""The Encapsulating Security Payload (RFC 4303)."""

from __future__ import annotations

import struct

from pcaptools.core.decode.layer import Layer, Next, header_bytes


class ESP(Layer):
    """The two numbers in the clear. What follows is encrypted; that it might not be (RFC 2410) is not guessed."""

    __slots__ = ("sequence", "spi")

    key = "esp"
    fields = ("spi", "sequence")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        self.spi, self.sequence = struct.unpack(">II", header_bytes(self, 8, "ESP header"))

    def next(self) -> Next:
        """Only the length of the rest is known."""
        return Next(None, self.start + 8, self.end)
