"""The Internet Control Message Protocol (RFC 792) and its later messages."""

from __future__ import annotations

import struct

from pcaptools.core.decode.icmp_extensions import read_extensions
from pcaptools.core.decode.layer import Malformed
from pcaptools.core.decode.quotes import Quoting
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import UNKNOWN, Fields, Kind, content

ECHO_REPLY, UNREACHABLE, QUENCH, REDIRECT, ECHO = 0, 3, 4, 5, 8
TIME_EXCEEDED, PARAMETER_PROBLEM = 11, 12
ERRORS = frozenset((UNREACHABLE, QUENCH, REDIRECT, TIME_EXCEEDED, PARAMETER_PROBLEM, 31, 40))
EXTENDED = frozenset((UNREACHABLE, TIME_EXCEEDED, PARAMETER_PROBLEM))
"""Errors with a length and extensions (RFC 4884, 4)."""

TYPES = {
    0: "Echo Reply", 1: "Reserved", 2: "Reserved", 3: "Destination Unreachable", 4: "Source Quench",
    5: "Redirect", 6: "Alternate Host Address", 7: "Reserved", 8: "Echo Request", 9: "Router Advertisement",
    10: "Router Solicitation", 11: "Time Exceeded", 12: "Parameter Problem", 13: "Timestamp",
    14: "Timestamp Reply", 15: "Information Request", 16: "Information Reply", 17: "Address Mask Request",
    18: "Address Mask Reply", 19: "Reserved for Security", 30: "Traceroute", 31: "Datagram Conversion Error",
    32: "Mobile Host Redirect", 33: "IPv6 Where-Are-You", 34: "IPv6 I-Am-Here", 35: "Mobile Registration Request",
    36: "Mobile Registration Reply", 37: "Domain Name Request", 38: "Domain Name Reply", 39: "SKIP",
    40: "Photuris", 41: "Experimental Mobility", 42: "Extended Echo Request", 43: "Extended Echo Reply",
    253: "RFC3692-style Experiment 1", 254: "RFC3692-style Experiment 2",
}  # fmt: skip
"""node_pcap's words where it has some, else IANA's."""
CODES = {
    3: (
        "Destination Network Unreachable", "Destination Host Unreachable", "Destination Protocol Unreachable",
        "Destination Port Unreachable", "Fragmentation required, and DF flag set", "Source route failed",
        "Destination network unknown", "Destination host unknown", "Source host isolated",
        "Network administratively prohibited", "Host administratively prohibited", "Network unreachable for TOS",
        "Host unreachable for TOS", "Communication administratively prohibited", "Host precedence violation",
        "Precedence cutoff in effect",
    ),
    5: ("Redirect Network", "Redirect Host", "Redirect TOS and Network", "Redirect TOS and Host"),
    11: ("TTL expired in transit", "Fragment reassembly time exceeded"),
    12: (
        "Parameter Problem: pointer indicates the error", "Parameter Problem: missing a required option",
        "Parameter Problem: bad length",
    ),
    30: ("Traceroute: packet forwarded", "Traceroute: no route, packet discarded"),
    40: (
        "Photuris: bad SPI", "Photuris: authentication failed", "Photuris: decompression failed",
        "Photuris: decryption failed", "Photuris: need authentication", "Photuris: need authorization",
    ),
    43: (
        "Extended Echo Reply", "Extended Echo Reply: malformed query", "Extended Echo Reply: no such interface",
        "Extended Echo Reply: no such table entry", "Extended Echo Reply: multiple interfaces satisfy query",
    ),
}  # fmt: skip
"""Types whose codes say what it is about, by code."""
REACHABILITY = ("Reserved", "Incomplete", "Reachable", "Stale", "Delay", "Probe", "Failed")
"""States in an extended echo reply (RFC 8335, 3)."""
MAX_EXTENSIONS = 64


class ICMP(Quoting):
    """An ICMP message. `type_desc` says type and code in node_pcap's words; the further fields are its type's."""

    __slots__ = ("checksum", "code", "type")

    key = "icmp"
    fields = ("type", "code", "type_desc", "checksum")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "ICMP")
        self.type = read.u8()
        self.code = read.u8()
        self.checksum = read.u16()
        self.read_body(self._read, read)

    @property
    def type_desc(self) -> str:
        """What the message is, by its type and code."""
        return describe(self.type, self.code)

    def _read(self, read: Reader, body: Fields) -> None:
        if self.type in ERRORS:
            self._read_error(read, body)
        elif self.type in {42, 43}:
            read_extended_echo(read, body, request=self.type == 42)
            if read and self.type == 42:
                body["extensions"] = read_extensions(self.data, read.at, self.end)
                read.at = self.end
        elif self.type in BODIES:
            BODIES[self.type](read, body)

    def _read_error(self, read: Reader, body: Fields) -> None:
        length = 0
        if self.type == REDIRECT:
            body["gateway"] = read.ipv4()
        elif self.type in EXTENDED:
            first, words = read.u8(), read.u8()
            if self.type == PARAMETER_PROBLEM:
                body["pointer"] = first
            if words:
                body["length"] = words
            length = words * 4
            rest = read.u16()
            if self.type == UNREACHABLE and self.code == 4:
                body["mtu"] = rest  # RFC 1191, 4
        else:
            rest = read.u32()
            if self.type != QUENCH:
                body["pointer"] = rest  # RFC 1475, 4.1; RFC 2521, 2
        self.quote_with_extensions(read.at, length if self.type in EXTENDED else 0)
        read.at = self.end


def describe(number: int, code: int) -> str:
    """Return what a message is; "type 45 code 0" where nobody knows."""
    codes = CODES.get(number)
    if codes is not None and code < len(codes):
        return codes[code]
    if codes is not None:
        return f"{TYPES[number]} (unknown code {code})"
    return TYPES.get(number, f"type {number} code {code}")


def read_echo(read: Reader, body: Fields) -> None:
    """Read identifier and sequence number; the data that follow are the payload."""
    body["id"] = read.u16()
    body["sequence"] = read.u16()


def read_extended_echo(read: Reader, body: Fields, *, request: bool) -> None:
    """Read what RFC 8335, 2 and 3 have: the same in ICMPv6."""
    body["id"] = read.u16()
    body["sequence"] = read.u8()
    bits = read.u8()
    if request:
        body["local"] = bits & 1
        return
    state = bits >> 5
    body["state"] = state
    body["state_name"] = REACHABILITY[state] if state < len(REACHABILITY) else "unknown"
    body["flags"] = {"active": bits >> 2 & 1, "ipv4": bits >> 1 & 1, "ipv6": bits & 1}


def _timestamp(read: Reader, body: Fields) -> None:
    """Milliseconds since midnight UT."""
    read_echo(read, body)
    for name in ("originate_timestamp", "receive_timestamp", "transmit_timestamp"):
        body[name] = read.u32()


def _mask(read: Reader, body: Fields) -> None:
    """RFC 950, appendix I."""
    read_echo(read, body)
    body["address_mask"] = read.ipv4()


def _reserved(read: Reader, body: Fields) -> None:  # noqa: ARG001
    read.skip(4)


def _traceroute(read: Reader, body: Fields) -> None:
    """RFC 1393, 2.3."""
    body["id"] = read.u16()
    read.skip(2)
    body["outbound_hops"] = read.u16()
    body["return_hops"] = read.u16()
    body["link_speed"] = read.u32()
    body["link_mtu"] = read.u32()


def _advertisement(read: Reader, body: Fields) -> None:
    """RFC 1256, 3; what follows is Mobile IP's (RFC 5944, 2.1)."""
    body["num_addrs"] = count = read.u8()
    body["addr_entry_size"] = size = read.u8()
    body["lifetime"] = read.u16()
    routers: list[Fields] = []
    body["routers"] = routers
    if size < 2 and count:
        raise Malformed(f"router advertisement with entries of {size} words", read.at)
    for _ in range(count):
        part = read.part(size * 4, "router address")
        address, (preference,) = part.ipv4(), struct.unpack(">i", part.take(4))
        routers.append({"address": address, "preference_level": preference})
    if read:
        extensions: list[Fields] = []
        body["mobile_extensions"] = extensions
        while read:
            if len(extensions) == MAX_EXTENSIONS:
                raise Malformed(f"more than {MAX_EXTENSIONS} extensions", read.at)
            extensions.append(_mobile_extension(read))


def _mobile_extension(read: Reader) -> Fields:
    number = read.u8()
    kind = MOBILE.get(number, UNKNOWN)
    fields: Fields = {"type": number, "type_name": kind.name}
    if not number:
        return fields
    length = read.u8()
    return {**fields, "length": length, **content(kind.parse, read.part(length, f"{kind.name} extension"))}


def _agent(read: Reader) -> Fields:
    """RFC 5944, 2.1.1; the last bits are those of RFC 3519 (U), RFC 3543 (X) and RFC 5177 (I)."""
    names = (
        "registration_required", "busy", "home_agent", "foreign_agent", "minimal_encapsulation", "gre", "reserved",
        "reverse_tunneling", "udp_tunneling", "revocation", "foreign_agent_interface",
    )  # fmt: skip
    fields: Fields = {"sequence": read.u16(), "registration_lifetime": read.u16()}
    bits = read.u16()
    fields["flags"] = {name: bits >> 15 - at & 1 for at, name in enumerate(names)}
    return fields | {"care_of_addresses": [read.ipv4() for _ in range(read.left // 4)]}


def _prefixes(read: Reader) -> Fields:
    return {"prefix_lengths": list(read.take(read.left))}


MOBILE = {
    0: Kind("One-byte Padding"),
    16: Kind("Mobility Agent Advertisement", _agent),
    19: Kind("Prefix-Lengths", _prefixes),
    24: Kind("Challenge"),
}

BODIES = {
    0: read_echo, 8: read_echo, 9: _advertisement, 10: _reserved, 13: _timestamp, 14: _timestamp, 15: read_echo,
    16: read_echo, 17: _mask, 18: _mask, 30: _traceroute, 37: read_echo, 38: read_echo,
}  # fmt: skip
