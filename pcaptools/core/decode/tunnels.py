"""Headers that wrap a packet in another: GRE and the authentication header."""

from __future__ import annotations

import struct

import dpkt

from pcaptools.core.decode.ipv4 import next_protocol
from pcaptools.core.decode.layer import Layer, Malformed, Next, header_bytes, read_header
from pcaptools.core.decode.tables import ethertypes


class GRE(Layer):
    """Generic Routing Encapsulation (RFC 2784 and 2890; version 1, PPTP's, RFC 2637)."""

    __slots__ = ("flags", "payload_offset", "protocol", "version")

    key = "gre"
    fields = ("flags", "version", "protocol")

    CHECKSUM, ROUTING, KEY, SEQUENCE, ACKNOWLEDGMENT = 0x8000, 0x4000, 0x2000, 0x1000, 0x0080

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        header = read_header(dpkt.gre.GRE, self, "GRE header")
        self.flags: int = header.flags
        self.version: int = header.v
        self.protocol: int = header.p
        if self.version > 1:
            raise Malformed(f"GRE version {self.version}")
        if self.flags & self.ROUTING:
            raise Malformed("GRE with source routes (RFC 1701), which RFC 2784 took out")
        words = [self.flags & self.KEY, self.flags & self.SEQUENCE]
        words.append(self.flags & (self.ACKNOWLEDGMENT if self.version else self.CHECKSUM))
        self.payload_offset = start + 4 + 4 * sum(map(bool, words))

    def next(self) -> Next:
        """Look the protocol type up, which is an ethertype. A keep-alive (0) carries nothing."""
        decoder = ethertypes.get(self.protocol)
        reason = "" if decoder else f"no decoder for GRE protocol {self.protocol:#06x}"
        return Next(decoder, self.payload_offset, self.end, reason)


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
