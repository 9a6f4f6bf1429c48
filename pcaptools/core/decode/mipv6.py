"""The mobility header of Mobile IPv6 (RFC 6275, 6.1)."""

from __future__ import annotations

from collections.abc import Callable

from pcaptools.core.decode.bodied import Bodied, Fill
from pcaptools.core.decode.ip_names import protocol_name
from pcaptools.core.decode.layer import Malformed
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import Fields, Kind, read_options

TYPES = (
    "Binding Refresh Request", "Home Test Init", "Care-of Test Init", "Home Test", "Care-of Test", "Binding Update",
    "Binding Acknowledgement", "Binding Error", "Fast Binding Update", "Fast Binding Acknowledgment",
    "Fast Neighbor Advertisement", "Experimental Mobility Header", "Home Agent Switch", "Heartbeat",
    "Handover Initiate", "Handover Acknowledge", "Binding Revocation", "Localized Routing Initiation",
    "Localized Routing Acknowledgment", "Update Notification", "Update Notification Acknowledgement",
    "Flow Binding", "Subscription Query", "Subscription Response",
)  # fmt: skip
"""IANA's mobility header types, from 0."""
OPTIONS = (
    "Pad1", "PadN", "Binding Refresh Advice", "Alternate Care-of Address", "Nonce Indices", "Authorization Data",
    "Mobile Network Prefix", "Mobility Header Link-Layer Address", "Mobile Node Identifier", "AUTH", "MESG-ID",
    "CGA Parameters Request", "CGA Parameters", "Signature", "Permanent Home Keygen Token", "Care-of Test Init",
    "Care-of Test", "DNS-UPDATE-TYPE", "Experimental", "Vendor Specific", "Service Selection",
    "Binding Authorization Data for FMIPv6", "Home Network Prefix", "Handoff Indicator", "Access Technology Type",
    "Mobile Node Link-layer Identifier", "Link-local Address", "Timestamp", "Restart Counter", "IPv4 Home Address",
    "IPv4 Address Acknowledgement", "NAT Detection", "IPv4 Care-of Address", "GRE Key",
    "Mobility Header IPv6 Address/Prefix", "Binding Identifier", "IPv4 Home Address Request",
    "IPv4 Home Address Reply", "IPv4 Default-Router Address", "IPv4 DHCP Support Mode", "Context Request",
    "Local Mobility Anchor Address", "Mobile Node Link-local Address Interface Identifier", "Transient Binding",
    "Flow Summary", "Flow Identification", "Redirect-Capability", "Redirect", "Load Information",
    "Alternate IPv4 Care-of Address", "Mobile Node Group Identifier", "MAG IPv6 Address",
    "Access Network Identifier",
)  # fmt: skip
"""IANA's mobility options, from 0."""
UPDATE_FLAGS = ("acknowledge", "home", "link_local", "key_management", "map", "router", "proxy", "udp", "tlv", "bulk")
"""From the highest bit on (RFC 6275, 6.1.7, and RFCs 4140, 3963, 5213, 5844, 6602)."""
ACK_FLAGS = ("key_management", "router", "proxy", "tlv", "bulk")
MAX_OPTIONS = 128


class Mobility(Bodied):
    """A mobility header. `header_length` is in bytes; `next_header` is 59, nothing, so far."""

    __slots__ = ("checksum", "header_length", "next_header", "type")

    key = "mipv6"
    fields = ("next_header", "next_header_name", "header_length", "type", "type_name", "checksum")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "mobility header")
        self.next_header = read.u8()
        self.header_length = (read.u8() + 1) << 3  # RFC 6275, 6.1.1: in units of eight bytes, less the first
        self.type = read.u8()
        read.skip(1)
        self.checksum = read.u16()
        self.read_body(self._read, read)

    @property
    def next_header_name(self) -> str:
        """IANA's name of what follows."""
        return protocol_name(self.next_header)

    @property
    def type_name(self) -> str:
        """IANA's name of the message."""
        return TYPES[self.type] if self.type < len(TYPES) else "unknown"

    def _read(self, read: Reader, body: Fields) -> None:
        if self.header_length > self.end - self.start:
            raise Malformed(f"mobility header of {self.header_length} bytes in {self.end - self.start}", read.at)
        part = read.part(self.header_length - 6)
        if self.type not in BODIES:
            body["content"] = part.take(part.left)
            return
        BODIES[self.type](part, body)
        body["options"] = read_options(part, KINDS, limit=MAX_OPTIONS)


def _nothing(read: Reader, body: Fields) -> None:  # noqa: ARG001
    read.skip(2)


def _init(read: Reader, body: Fields) -> None:
    read.skip(2)
    body["cookie"] = read.take(8)


def _test(read: Reader, body: Fields) -> None:
    body["nonce_index"] = read.u16()
    body["cookie"] = read.take(8)
    body["keygen_token"] = read.take(8)


def _update(read: Reader, body: Fields) -> None:
    body["sequence"] = read.u16()
    bits = read.u16()
    body["flags"] = {name: bits >> 15 - at & 1 for at, name in enumerate(UPDATE_FLAGS)}
    body["lifetime"] = read.u16() * 4  # RFC 6275, 6.1.7: in units of four seconds


def _acknowledgement(read: Reader, body: Fields) -> None:
    body["status"] = read.u8()
    bits = read.u8()
    body["flags"] = {name: bits >> 7 - at & 1 for at, name in enumerate(ACK_FLAGS)}
    body["sequence"] = read.u16()
    body["lifetime"] = read.u16() * 4


def _error(read: Reader, body: Fields) -> None:
    body["status"] = read.u8()
    read.skip(1)
    body["home_address"] = read.ipv6()


BODIES: dict[int, Fill] = {
    0: _nothing, 1: _init, 2: _init, 3: _test, 4: _test, 5: _update, 6: _acknowledgement, 7: _error,
}  # fmt: skip

CONTENTS: dict[str, Callable[[Reader], Fields]] = {
    "Binding Refresh Advice": lambda read: {"refresh_interval": read.u16() * 4},
    "Alternate Care-of Address": lambda read: {"address": read.ipv6()},
    "Nonce Indices": lambda read: {"home_nonce_index": read.u16(), "care_of_nonce_index": read.u16()},
}
KINDS = {number: Kind(name, CONTENTS.get(name)) for number, name in enumerate(OPTIONS)}
