"""The Internet Protocol, version 4 (RFC 791)."""

from __future__ import annotations

from socket import AF_INET, inet_ntop  # of socket, only the formatting
from typing import NamedTuple

from pcaptools.core.decode.ip_names import dscp_name, ecn_name, protocol_name
from pcaptools.core.decode.ipv4_options import parse_options
from pcaptools.core.decode.layer import Layer, Malformed, Next, read_header
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tables import protocols
from pcaptools.core.decode.tlv import Fields


class IPFlags(NamedTuple):
    """Flag bits, each 0 or 1."""

    reserved: int
    df: int
    mf: int


def next_protocol(protocol: int, start: int, end: int) -> Next:
    """Look an IP protocol number up."""
    decoder = protocols.get(protocol)
    reason = "" if decoder else f"no decoder for IP protocol {protocol}"
    return Next(decoder, start, end, reason)


def inner_end(layer: Layer, end: int) -> int:
    """Return where the payload ends, given where IP's length says so.

    On a link IP's length rules: the frame may be padded, or its length in the file be wrong. In a tunnel the
    carrier has a length too, and what goes beyond it is the carrier's padding, not somebody's data.
    """
    return end if layer.depth <= 1 else min(end, layer.end)


def missing(layer: Layer, end: int) -> int:
    """Return how many bytes there are not up to `end`, where IP says that its packet ends."""
    return max(end - layer.end, 0)


class IPv4(Layer):
    """An IPv4 header. `header_length` counts 32-bit words as on the wire, `fragment_offset` bytes."""

    __slots__ = (
        "daddr", "diffserv", "flags", "fragment_offset", "header_checksum", "header_length",
        "identification", "payload_end", "protocol", "saddr", "total_length", "ttl", "version",
    )  # fmt: skip

    key = "ip"
    fields = (
        "version", "header_length", "diffserv", "dscp", "ecn", "total_length", "identification", "flags",
        "fragment_offset", "ttl", "protocol", "protocol_name", "header_checksum", "saddr", "daddr",
    )  # fmt: skip
    rare = ("options", "missing")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        import dpkt  # see read_header

        super().__init__(data, start, end, depth)
        header = read_header(dpkt.ip.IP, self, "IPv4 header")
        if header.v != 4:
            raise Malformed(f"IPv4 header with version {header.v}")
        if header.hl < 5:
            raise Malformed(f"IPv4 header length {header.hl} is less than 5")
        self.version = 4
        self.header_length: int = header.hl
        self.diffserv: int = header.tos
        self.total_length: int = header.len
        self.identification: int = header.id
        self.flags = IPFlags(header.rf, header.df, header.mf)
        self.fragment_offset: int = header.offset << 3
        self.ttl: int = header.ttl
        self.protocol: int = header.p
        self.header_checksum: int = header.sum
        self.saddr = inet_ntop(AF_INET, header.src)
        self.daddr = inet_ntop(AF_INET, header.dst)
        # 0 is what the sender's stack leaves for a card that segments: then the frame's length says it.
        self.payload_end = inner_end(self, start + header.len) if header.len else end

    @property
    def header_bytes(self) -> int:
        """The header's length in bytes."""
        return self.header_length << 2

    @property
    def protocol_name(self) -> str:
        """IANA's name of the protocol, or its number."""
        return protocol_name(self.protocol)

    @property
    def dscp(self) -> str:
        """The name of the differentiated services code point (`diffserv` >> 2), or its number."""
        return dscp_name(self.diffserv)

    @property
    def ecn(self) -> str:
        """The name of the two bits for congestion (`diffserv` & 3)."""
        return ecn_name(self.diffserv)

    @property
    def option_bytes(self) -> bytes:
        """The header's options, as far as they were captured."""
        return self.data[self.start + 20 : self.start + self.header_bytes]

    @property
    def options(self) -> list[Fields]:
        """The options with their content; empty for most packets."""
        if self.header_length == 5:
            return []
        return parse_options(Reader(self.data, self.start + 20, self.start + self.header_bytes, "IPv4 options"))

    @property
    def missing(self) -> int:
        """Bytes that the header promises and its carrier has not: the frame is shorter than the packet."""
        return missing(self, self.start + self.total_length)

    @property
    def addresses(self) -> bytes:
        """Source and destination as on the wire."""
        return self.data[self.start + 12 : self.start + 20]

    @property
    def is_fragment(self) -> bool:
        """More to come, or something before: only a part of a datagram."""
        return bool(self.flags.mf or self.fragment_offset)

    def next(self) -> Next:
        """Follow the protocol number; a fragment that is not the first has no header to follow to."""
        start = self.start + self.header_bytes
        if self.payload_end < start:
            raise Malformed(f"IPv4 total length {self.total_length} is less than the header's")
        if self.fragment_offset:
            return Next(None, start, self.payload_end, f"fragment from byte {self.fragment_offset} on")
        return next_protocol(self.protocol, start, self.payload_end)
