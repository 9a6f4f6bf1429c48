"""Generic Routing Encapsulation (RFC 2784, 2890; with source routes RFC 1701; PPTP's version 1, RFC 2637)."""

from __future__ import annotations

from typing import NamedTuple

from pcaptools.core.decode.erspan import ERSPANTypeI
from pcaptools.core.decode.layer import Layer, Malformed, Next
from pcaptools.core.decode.loopback import by_version
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tables import ethertypes, gre_protocols, links

BRIDGING, WCCP, ERSPAN, EOIP = 0x6558, 0x883E, 0x88BE, 0x6400
ARUBA = frozenset(range(0x8200, 0x8380, 0x10))
"""Protocol types of Aruba's access points: an IEEE 802.11 frame without its check sequence."""
IEEE802_11 = 105
"""The link type whose decoder reads such a frame."""
MAX_ROUTES = 32

NAMES = {
    0: "keep-alive", 0x00FE: "OSI", 0x0800: "IPv4", 0x2000: "CDP", 0x2001: "NHRP", 0x22EB: "ERSPAN", 0x6400: "EoIP",
    0x6558: "Ethernet", 0x6559: "Frame Relay", 0x86DD: "IPv6", 0x880B: "PPP", 0x883E: "WCCP", 0x8847: "MPLS",
    0x8848: "MPLS", 0x88BE: "ERSPAN", 0x894F: "NSH", **dict.fromkeys(ARUBA, "Aruba 802.11"),
}  # fmt: skip
"""What the protocol types mean that are met in GRE; most of them are ethertypes."""


class GREFlags(NamedTuple):
    """Flag bits, each 0 or 1. `routing` and `strict_source_route` are RFC 1701's, `ack` is RFC 2637's."""

    checksum: int
    routing: int
    key: int
    sequence_number: int
    strict_source_route: int
    ack: int


class SourceRoute(NamedTuple):
    """A source route entry (RFC 1701): hops, in the form that the address family has for them."""

    address_family: int
    offset: int
    length: int
    information: bytes


class GRE(Layer):
    """A GRE header; a field whose flag is not set is None.

    In version 1 two numbers, `payload_length` and `call_id`, take the place of `gre_key`. Where Ethernet is
    carried, the key may be NVGRE's (RFC 7637): `vsid` and `flow_id` are its parts then.
    """

    __slots__ = (
        "_trouble", "ack_number", "call_id", "checksum", "flags", "gre_key", "offset", "payload_length",
        "payload_offset", "protocol", "recursion_control", "routing", "sequence_number", "version",
    )  # fmt: skip

    key = "gre"
    sparse = True
    fields = (
        "flags", "recursion_control", "version", "protocol", "protocol_name", "checksum", "offset", "gre_key",
        "vsid", "flow_id", "payload_length", "call_id", "sequence_number", "ack_number", "routing",
    )  # fmt: skip

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "GRE header")
        bits = read.u16()
        self.protocol = read.u16()
        self.version = bits & 7
        if self.version > 1:
            raise Malformed(f"GRE version {self.version}")
        self.flags = GREFlags(*(bits >> bit & 1 for bit in (15, 14, 13, 12, 11, 7)))
        self.recursion_control = bits >> 8 & 7
        self.checksum: int | None = None
        self.offset: int | None = None
        self.gre_key: int | None = None
        self.payload_length: int | None = None
        self.call_id: int | None = None
        self.sequence_number: int | None = None
        self.ack_number: int | None = None
        self.routing: list[SourceRoute] | None = None
        self._trouble: Malformed | None = None
        try:
            self._read_options(read)
        except Malformed as error:
            self._trouble = error
        self.payload_offset = read.at

    def _read_options(self, read: Reader) -> None:
        if self.flags.checksum or self.flags.routing:  # RFC 1701: either flag brings both fields
            self.checksum = read.u16()
            self.offset = read.u16()
        if self.flags.key and not self.version:
            self.gre_key = read.u32()
        elif self.flags.key:
            self.payload_length = read.u16()
            # MikroTik has its tunnel's number there, the lower byte first
            self.call_id = read.little(2) if self.protocol == EOIP else read.u16()
        if self.flags.sequence_number:
            self.sequence_number = read.u32()
        if self.version and self.flags.ack:
            self.ack_number = read.u32()
        if self.flags.routing:
            self.routing = []
            self._read_routing(read, self.routing)

    def _read_routing(self, read: Reader, routes: list[SourceRoute]) -> None:
        """Read source routes up to the empty one that ends them (RFC 1701)."""
        while True:
            family, offset, length = read.u16(), read.u8(), read.u8()
            if not family and not length:
                return
            if len(routes) == MAX_ROUTES:
                raise Malformed(f"more than {MAX_ROUTES} GRE source routes", read.at - 4)
            routes.append(SourceRoute(family, offset, length, read.take(length)))

    @property
    def protocol_name(self) -> str:
        """What the protocol type means, or its number."""
        return NAMES.get(self.protocol, f"{self.protocol:#06x}")

    @property
    def payload_end(self) -> int:
        """Where the payload ends: version 1 says it."""
        return self.end if self.payload_length is None else min(self.end, self.payload_offset + self.payload_length)

    @property
    def vsid(self) -> int | None:
        """NVGRE's virtual subnet (RFC 7637, 3.2)."""
        return self.gre_key >> 8 if self.protocol == BRIDGING and self.gre_key is not None else None

    @property
    def flow_id(self) -> int | None:
        """NVGRE's flow in the subnet."""
        return self.gre_key & 0xFF if self.protocol == BRIDGING and self.gre_key is not None else None

    def next(self) -> Next | None:
        """Look the protocol type up. A keep-alive carries nothing, nor does an acknowledgment of version 1."""
        if self._trouble is not None:
            raise self._trouble
        start, end = self.payload_offset, self.payload_end
        if start >= end:
            return None
        decoder: type[Layer] | None
        if self.protocol == WCCP and self.data[start : start + 1] and self.data[start] >> 4 in (4, 6):
            return by_version(self.data, start, end)  # WCCP version 1 has no redirect header
        if self.protocol == ERSPAN and not self.flags.sequence_number:
            decoder = ERSPANTypeI
        elif self.protocol in ARUBA:
            decoder = links.get(IEEE802_11)
        else:
            decoder = gre_protocols.get(self.protocol) or ethertypes.get(self.protocol)
        name = f" ({NAMES[self.protocol]})" if self.protocol in NAMES else ""
        reason = "" if decoder else f"no decoder for GRE protocol {self.protocol:#06x}{name}"
        return Next(decoder, start, end, reason)


class WCCPFlags(NamedTuple):
    """Flag bits, each 0 or 1; `valid` says, against its name, that the contents are to be ignored."""

    dynamic_service: int
    alternative_bucket_used: int
    redirect_header_valid: int


class WCCPRedirect(Layer):
    """The redirect header of WCCP version 2, before a packet that a router gives to a web cache."""

    __slots__ = ("alternative_bucket", "flags", "primary_bucket", "service_id")

    key = "wccp"
    fields = ("flags", "service_id", "alternative_bucket", "primary_bucket")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "WCCP redirect header")
        bits = read.u8()
        self.flags = WCCPFlags(bits & 1, bits >> 1 & 1, bits >> 2 & 1)
        self.service_id = read.u8()
        self.alternative_bucket = read.u8()
        self.primary_bucket = read.u8()

    def next(self) -> Next:
        """Tell IP by its version."""
        return by_version(self.data, self.start + 4, self.end)
