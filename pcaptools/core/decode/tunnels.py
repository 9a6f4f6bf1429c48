"""The authentication header."""

from __future__ import annotations

import struct

from pcaptools.core.decode.ipv4 import next_protocol
from pcaptools.core.decode.layer import Layer, Next, header_bytes


class AH(Layer):
    """The authentication header (RFC 4302) in IPv4; in IPv6 it is one of the extension headers."""

    __slots__ = ("header_bytes", "next_header", "sequence", "spi")

    key = "ah"
    fields = ("next_header", "spi", "sequence")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        header = header_bytes(self, 12, "authentication header")
        self.next_header, words, self.spi, self.sequence = struct.unpack(">BBxxII", header)
        self.header_bytes = (words + 2) << 2  # RFC 4302, 2.2: in words, less two

    def next(self) -> Next:
        """Follow the protocol number."""
        return next_protocol(self.next_header, self.start + self.header_bytes, self.end)
