"""UDP-Lite (RFC 3828): UDP whose checksum may cover only the first bytes."""

from __future__ import annotations

import struct

from pcaptools.core.decode.layer import Layer, header_bytes
from pcaptools.core.decode.udp import UDP


class UDPLite(UDP):
    """A UDP-Lite header; `coverage` 0 means all. Its length is what IP has left for it."""

    __slots__ = ("coverage",)

    key = "udplite"
    fields = ("sport", "dport", "coverage", "checksum")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        Layer.__init__(self, data, start, end, depth)
        header = struct.unpack(">HHHH", header_bytes(self, 8, "UDP-Lite header"))
        self.sport, self.dport, self.coverage, self.checksum = header
        self.length = end - start
        self.payload_end = end
