"""The Internet Protocol, version 6 (RFC 8200), and its extension headers."""

from __future__ import annotations

from socket import AF_INET6, inet_ntop  # of socket, only the formatting
from typing import NamedTuple

from pcaptools.core.decode.ip_names import dscp_name, ecn_name, protocol_name
from pcaptools.core.decode.ipv4 import inner_end, missing, next_protocol
from pcaptools.core.decode.ipv6_extensions import (
    AUTHENTICATION,
    DESTINATION,
    FRAGMENT,
    HOP_BY_HOP,
    ROUTING,
    ExtensionHeader,
    jumbo_length,
)
from pcaptools.core.decode.layer import Cut, Layer, Malformed, Next, read_header

CHAINED = frozenset((HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION))
MAX_EXTENSION_HEADERS = 32
"""RFC 8200, 4.1 allows seven; a frame filled with empty ones must not cost more than it is worth."""
NO_NEXT_HEADER = 59


class Fragment(NamedTuple):
    """A fragment header (RFC 8200, 4.5): `offset` in bytes; `start` of what it cuts, in the data."""

    offset: int
    more: int
    identification: int
    next_header: int
    start: int


class IPv6(Layer):
    """An IPv6 header. `protocol` is the upper layer's, behind the extension headers."""

    __slots__ = (
        "_next_header_at", "_trouble", "daddr", "extension_headers", "flow_label", "fragment", "hop_limit",
        "next_header", "payload_end", "payload_length", "payload_offset", "protocol", "saddr", "total_length",
        "traffic_class", "version",
    )  # fmt: skip

    key = "ip"
    fields = (
        "version", "traffic_class", "dscp", "ecn", "flow_label", "payload_length", "total_length", "next_header",
        "hop_limit", "protocol", "protocol_name", "saddr", "daddr", "extension_headers",
    )  # fmt: skip
    rare = ("missing",)

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        import dpkt  # see read_header

        super().__init__(data, start, end, depth)
        header = read_header(dpkt.ip6.IP6, self, "IPv6 header")
        if header.v != 6:
            raise Malformed(f"IPv6 header with version {header.v}")
        self.version = 6
        self.traffic_class: int = header.fc
        self.flow_label: int = header.flow
        self.payload_length: int = header.plen
        self.next_header: int = header.nxt
        self.hop_limit: int = header.hlim
        self.saddr = inet_ntop(AF_INET6, header.src)
        self.daddr = inet_ntop(AF_INET6, header.dst)
        self.total_length: int = 40 + (header.plen or self._jumbo())
        # Else 0 is offload (Linux "BIG TCP"): only the frame's length says how much.
        self.payload_end = inner_end(self, start + self.total_length) if self.total_length > 40 else end
        self.extension_headers: list[ExtensionHeader] = []
        self.fragment: Fragment | None = None
        self._trouble: Malformed | None = None
        self._walk_extension_headers()

    @property
    def protocol_name(self) -> str:
        """IANA's name of the upper-layer protocol, or its number."""
        return protocol_name(self.protocol)

    @property
    def dscp(self) -> str:
        """The name of the differentiated services code point (`traffic_class` >> 2), or its number."""
        return dscp_name(self.traffic_class)

    @property
    def ecn(self) -> str:
        """The name of the two bits for congestion (`traffic_class` & 3)."""
        return ecn_name(self.traffic_class)

    @property
    def missing(self) -> int:
        """Bytes that the header promises and its carrier has not: the frame is shorter than the packet."""
        return missing(self, self.start + self.total_length)

    @property
    def header_bytes(self) -> int:
        """The length of the header and of its extension headers in bytes."""
        return self.payload_offset - self.start

    @property
    def addresses(self) -> bytes:
        """Source and destination as on the wire."""
        return self.data[self.start + 8 : self.start + 40]

    @property
    def is_fragment(self) -> bool:
        """Only a part of a datagram; with offset 0 and nothing to follow it is whole (RFC 6946)."""
        return self.fragment is not None and bool(self.fragment.offset or self.fragment.more)

    @property
    def unfragmentable(self) -> bytes:
        """The header up to the fragment header, told what comes after it (RFC 8200, 4.5)."""
        if self.fragment is None:
            return self.data[self.start : self.payload_offset]
        header = bytearray(self.data[self.start : self.fragment.start - 8])
        header[self._next_header_at - self.start] = self.fragment.next_header
        return bytes(header)

    def next(self) -> Next:
        """Follow the upper-layer protocol number."""
        if self._trouble is not None:
            raise self._trouble
        start = self.payload_offset
        if self.fragment is not None and self.fragment.offset:
            return Next(None, start, self.payload_end, f"fragment from byte {self.fragment.offset} on")
        if self.protocol == NO_NEXT_HEADER:
            return Next(None, start, self.payload_end, "no next header")
        return next_protocol(self.protocol, start, self.payload_end)

    def _jumbo(self) -> int:
        """Return the payload's length by the hop-by-hop option for that; 0 without one."""
        return jumbo_length(self.data, self.start + 40) if self.next_header == HOP_BY_HOP else 0

    def _walk_extension_headers(self) -> None:
        self.protocol = self.next_header
        self.payload_offset = self.start + 40
        pointer = self.start + 6
        while self.protocol in CHAINED:
            at = self.payload_offset
            try:
                size = self._extension_size(at)
            except Malformed as error:
                self._trouble = error
                break
            body = self.data[at + 2 : min(at + size, self.payload_end)]
            destination = self.data[self.start + 24 : self.start + 40]
            name = f"{self.protocol_name} header"
            self.extension_headers.append(ExtensionHeader(self.protocol, self.data[at], size, body, destination))
            is_fragment = self.protocol == FRAGMENT
            self.protocol = self.data[at]
            self.payload_offset = at + size
            if self.payload_offset > self.payload_end:
                self._trouble = Malformed(f"{name} of {size} bytes in {self.payload_end - at}", at)
                break
            if is_fragment and self._read_fragment(body, pointer):
                break
            pointer = at

    def _extension_size(self, at: int) -> int:
        if len(self.extension_headers) >= MAX_EXTENSION_HEADERS:
            raise Malformed(f"more than {MAX_EXTENSION_HEADERS} extension headers", at)
        name, left = f"{self.protocol_name} header", self.payload_end - at
        if left < 8:
            raise Malformed(f"{name} of 8 bytes in {max(left, 0)}", at)
        captured = len(self.data) - at
        if captured < 8:
            raise Cut(f"{name} cut short: {max(captured, 0)} of 8 bytes captured", at)
        if self.protocol == FRAGMENT:
            return 8
        if self.protocol == AUTHENTICATION:  # RFC 4302, 2.2: in words, less two
            return (self.data[at + 1] + 2) << 2
        return (self.data[at + 1] + 1) << 3

    def _read_fragment(self, body: bytes, pointer: int) -> bool:
        """Keep the fragment header; true if it ends the chain, as everything but the first one does."""
        if self.is_fragment:
            return False  # a fragment header inside the first fragment belongs to the datagram
        bits = int.from_bytes(body[:2], "big")
        ident = int.from_bytes(body[2:6], "big")
        self.fragment = Fragment(bits & 0xFFF8, bits & 1, ident, self.protocol, self.payload_offset)
        self._next_header_at = pointer
        return self.fragment.offset > 0
