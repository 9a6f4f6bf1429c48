"""The authentication header (RFC 4302)."""

from __future__ import annotations

import struct

from pcaptools.core.decode.ip_names import protocol_name
from pcaptools.core.decode.ipv4 import next_protocol
from pcaptools.core.decode.layer import Cut, Layer, Malformed, Next, header_bytes


class AH(Layer):
    """The authentication header in IPv4; in IPv6 it is one of the extension headers. `length` is in bytes."""

    __slots__ = ("length", "next_header", "sequence", "spi")

    key = "ah"
    fields = ("next_header", "next_header_name", "length", "spi", "sequence", "icv")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        header = header_bytes(self, 12, "authentication header")
        self.next_header, words, self.spi, self.sequence = struct.unpack(">BBxxII", header)
        self.length = (words + 2) << 2  # RFC 4302, 2.2: in words, less two

    @property
    def next_header_name(self) -> str:
        """IANA's name of what follows."""
        return protocol_name(self.next_header)

    @property
    def icv(self) -> bytes:
        """The integrity check value, as far as captured."""
        return self.data[self.start + 12 : min(self.start + self.length, self.end)]

    def next(self) -> Next:
        """Follow the protocol number."""
        at = self.start + self.length
        if at > self.end:
            raise Malformed(f"authentication header of {self.length} bytes in {self.end - self.start}", self.start + 12)
        if at > len(self.data):
            raise Cut("authentication header cut short", self.start + 12)
        return next_protocol(self.next_header, at, self.end)
