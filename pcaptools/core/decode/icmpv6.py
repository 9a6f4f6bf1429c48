"""The Internet Control Message Protocol for IPv6 (RFC 4443) and what is built on it."""

from __future__ import annotations

from pcaptools.core.decode import mld, ndp, nodeinfo
from pcaptools.core.decode.bodied import Fill
from pcaptools.core.decode.icmp import read_echo, read_extended_echo
from pcaptools.core.decode.icmp_extensions import read_extensions
from pcaptools.core.decode.ndp_options import redirected_packet
from pcaptools.core.decode.quotes import Quoting
from pcaptools.core.decode.reader import Reader
from pcaptools.core.decode.tlv import Fields

UNREACHABLE, TOO_BIG, TIME_EXCEEDED, PARAMETER_PROBLEM = 1, 2, 3, 4
ECHO, ECHO_REPLY, REDIRECT, QUERY, REPLY = 128, 129, 137, 139, 140
EXTENDED_ECHO, EXTENDED_ECHO_REPLY = 160, 161

TYPES = {
    1: "Destination Unreachable", 2: "Packet Too Big", 3: "Time Exceeded", 4: "Parameter Problem",
    100: "Private Experimentation", 101: "Private Experimentation", 127: "Reserved for Error Messages",
    128: "Echo Request", 129: "Echo Reply", 130: "Multicast Listener Query", 131: "Multicast Listener Report",
    132: "Multicast Listener Done", 133: "Router Solicitation", 134: "Router Advertisement",
    135: "Neighbor Solicitation", 136: "Neighbor Advertisement", 137: "Redirect", 138: "Router Renumbering",
    139: "Node Information Query", 140: "Node Information Reply",
    141: "Inverse Neighbor Discovery Solicitation", 142: "Inverse Neighbor Discovery Advertisement",
    143: "Multicast Listener Report v2", 144: "Home Agent Address Discovery Request",
    145: "Home Agent Address Discovery Reply", 146: "Mobile Prefix Solicitation",
    147: "Mobile Prefix Advertisement", 148: "Certification Path Solicitation",
    149: "Certification Path Advertisement", 150: "Experimental Mobility", 151: "Multicast Router Advertisement",
    152: "Multicast Router Solicitation", 153: "Multicast Router Termination", 154: "FMIPv6", 155: "RPL",
    156: "ILNPv6 Locator Update", 157: "Duplicate Address Request", 158: "Duplicate Address Confirmation",
    159: "MPL Control", 160: "Extended Echo Request", 161: "Extended Echo Reply", 200: "Private Experimentation",
    201: "Private Experimentation", 255: "Reserved for Informational Messages",
}  # fmt: skip
"""IANA's names."""
CODES = {
    1: {
        0: "no route", 1: "administratively prohibited", 2: "beyond scope of source address",
        3: "address unreachable", 4: "port unreachable", 5: "source address failed ingress/egress policy",
        6: "reject route", 7: "error in source routing header", 8: "headers too long",
    },
    3: {0: "hop limit exceeded in transit", 1: "fragment reassembly time exceeded"},
    4: {
        0: "erroneous header field", 1: "unrecognized next header", 2: "unrecognized option",
        3: "first fragment has incomplete header chain", 4: "SR upper-layer header error",
        5: "next header unrecognized by intermediate node", 6: "extension header too big",
        7: "extension header chain too long", 8: "too many extension headers",
        9: "too many options in extension header", 10: "option too big",
    },
    138: {0: "command", 1: "result", 255: "sequence number reset"},
    140: {1: "refused", 2: "unknown query type"},
    155: {
        0x00: "DODAG Information Solicitation", 0x01: "DODAG Information Object",
        0x02: "Destination Advertisement Object", 0x03: "Destination Advertisement Object Acknowledgment",
        0x04: "P2P Discovery Reply Object", 0x05: "P2P Discovery Reply Object Acknowledgment",
        0x06: "Measurement Request", 0x07: "Destination Cleanup Object",
        0x08: "Destination Cleanup Object Acknowledgment", 0x80: "Secure DODAG Information Solicitation",
        0x81: "Secure DODAG Information Object", 0x82: "Secure Destination Advertisement Object",
        0x83: "Secure Destination Advertisement Object Acknowledgment",
        0x84: "Secure P2P Discovery Reply Object", 0x85: "Secure P2P Discovery Reply Object Acknowledgment",
        0x87: "Secure Destination Cleanup Object", 0x88: "Secure Destination Cleanup Object Acknowledgment",
        0x8A: "Consistency Check",
    },
    161: {
        1: "malformed query", 2: "no such interface", 3: "no such table entry",
        4: "multiple interfaces satisfy query",
    },
}  # fmt: skip
"""What codes say beside the type; where 0 is missing it says nothing."""


class ICMPv6(Quoting):
    """An ICMPv6 message. `type_desc` says type and code; the further fields are its type's."""

    __slots__ = ("checksum", "code", "type")

    key = "icmpv6"
    fields = ("type", "code", "type_desc", "checksum")

    def __init__(self, data: bytes, start: int, end: int, depth: int) -> None:
        super().__init__(data, start, end, depth)
        read = Reader.of(self, "ICMPv6")
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
        elif self.type == REDIRECT:
            options = self.start + 40
            packet = redirected_packet(self.data, options, self.end)
            if packet is not None:
                self.quote(*packet)
            ndp.read_redirect(read, body)
        elif self.type in {EXTENDED_ECHO, EXTENDED_ECHO_REPLY}:
            read_extended_echo(read, body, request=self.type == EXTENDED_ECHO)
            if read and self.type == EXTENDED_ECHO:
                body["extensions"] = read_extensions(self.data, read.at, self.end)
                read.at = self.end
        elif self.type == QUERY:
            nodeinfo.read_query(read, body, self.code)
        elif self.type == REPLY:
            nodeinfo.read_reply(read, body, self.code)
        elif self.type in BODIES:
            BODIES[self.type](read, body)

    def _read_error(self, read: Reader, body: Fields) -> None:
        """RFC 4443, 3; the length in units of eight bytes is RFC 4884's, 4.4 and 4.5."""
        length = 0
        if self.type in {UNREACHABLE, TIME_EXCEEDED}:
            words = read.u8()
            if words:
                body["length"] = words
            length = words * 8
            read.skip(3)
            self.quote_with_extensions(read.at, length)
        else:
            body["mtu" if self.type == TOO_BIG else "pointer"] = read.u32()
            self.quote(read.at, self.end)
        read.at = self.end


def describe(number: int, code: int) -> str:
    """Return what a message is; "type 45 code 0" where nobody knows."""
    name = TYPES.get(number)
    if name is None:
        return f"type {number} code {code}"
    codes = CODES.get(number)
    if codes is None or (not code and code not in codes):
        return name
    return f"{name}: {codes[code]}" if code in codes else f"{name} (unknown code {code})"


def _renumbering(read: Reader, body: Fields) -> None:
    """RFC 2894, 3.1."""
    body["sequence"] = read.u32()
    body["segment"] = read.u8()
    bits = read.u8()
    names = ("test", "result", "all_interfaces", "site_specific", "processed")
    body["flags"] = {name: bits >> 7 - at & 1 for at, name in enumerate(names)}
    body["max_delay"] = read.u16()
    read.skip(4)


ERRORS = frozenset((UNREACHABLE, TOO_BIG, TIME_EXCEEDED, PARAMETER_PROBLEM))
BODIES: dict[int, Fill] = {
    128: read_echo,
    129: read_echo,
    130: mld.read_query,
    131: mld.read_report,
    132: mld.read_report,
    133: ndp.read_solicitation,
    134: ndp.read_router,
    135: ndp.read_neighbor_solicitation,
    136: ndp.read_neighbor,
    138: _renumbering,
    141: ndp.read_solicitation,
    142: ndp.read_solicitation,
    143: mld.read_report_v2,
    144: ndp.read_home_agents,
    145: ndp.read_home_agents,
    146: ndp.read_home_agents,
    147: ndp.read_mobile_prefix,
    148: ndp.read_path_solicitation,
    149: ndp.read_path,
    151: mld.read_router_advertisement,
    157: ndp.read_duplicate_address,
    158: ndp.read_duplicate_address,
}
