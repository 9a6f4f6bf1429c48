"""The fast path from a captured frame to its TCP segment: one `struct` call, no object but a tuple.

It answers only where it is sure. Whatever is rare (fragments, tunnels, damaged headers) it leaves to the
general way through the layers (`general.py`); tests show that the two agree wherever both answer.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Literal

# A plain tuple: a NamedTuple of nine fields costs 0.2 µs more to build, half as much as all the parsing.
Segment = tuple[bytes, int, int, int, int, int, int, int, int]
"""(key, seq, ack, flags, window, l3, l4, start, length)

key      source address + destination address + source port + destination port as on the wire, in the
         direction the segment travels: 12 bytes for IPv4, 36 for IPv6
flags    fin 1, syn 2, rst 4, psh 8, ack 16, urg 32, ece 64, cwr 128
window   as on the wire, not scaled
l3, l4   offsets of the IP header and of the TCP header in the data
start    offset of the TCP payload in the data
length   of the TCP payload on the wire, by IP's own length: the captured part is
         data[start : start + length], which is shorter where the snap length cut it
"""

Parsed = Segment | None | Literal[False]
"""A segment; False: surely nothing for a TCP tracker; None: this path cannot tell, take the general way."""

Parser = Callable[[bytes, int], Parsed]
"""(captured bytes, length on the wire) → what is in them."""

IPV4, IPV6, TAG, ELSEWHERE = 4, 6, 0, -1
"""What comes next: an IP header, a VLAN tag, something that only the general way knows."""

ETHERTYPES = {
    b"\x08\x00": IPV4,
    b"\x86\xdd": IPV6,
    b"\x81\x00": TAG,  # IEEE 802.1Q
    b"\x88\xa8": TAG,  # IEEE 802.1ad (QinQ)
    b"\x91\x00": TAG,  # the same before it was a standard
    b"\x88\x47": ELSEWHERE,  # MPLS
    b"\x88\x48": ELSEWHERE,  # MPLS with upstream-assigned label (RFC 5332)
    b"\x88\x64": ELSEWHERE,  # PPPoE session
    b"\x88\x0b": ELSEWHERE,  # PPP
    b"\x65\x58": ELSEWHERE,  # Ethernet
    **{bytes((0x82 + number // 16, number % 16 << 4)): ELSEWHERE for number in range(24)},  # 802.11, as Aruba has it
}

AF_INET = 2
AF_INET6 = (10, 24, 28, 30)  # Linux; NetBSD, OpenBSD; FreeBSD; macOS
FAMILIES = {
    family.to_bytes(4, order): IPV4 if family == AF_INET else IPV6
    for family in (AF_INET, *AF_INET6)
    for order in ("little", "big")  # NULL is in the order of whoever captured, LOOP in network order
}
"""The first four bytes of a loopback frame → what follows."""

VERSIONS_4 = {bytes((0x40 | low,)): IPV4 for low in range(16)}
VERSIONS_6 = {bytes((0x60 | low,)): IPV6 for low in range(16)}

TCP, UDP = 6, 17
CARRIERS = frozenset((4, 41, 47, 51, 137))
"""IP protocols that may have TCP inside: IP-in-IP, 6in4, GRE, AH, MPLS."""
UDP_PORTS = {
    port.to_bytes(2, "big") for port in (1701, 2123, 2152, 3386, 3544, 4754, 4789, 4790, 5072, 6081, 6635, 8472)
}
"""Ports, of either side, of UDP that may have TCP inside; `look_into` adds some."""
GENEVE_TYPES = frozenset((0x0800, 0x86DD, 0x6558))
"""The third and fourth byte of what may be Geneve on another port (IPv4, IPv6, Ethernet inside)."""
TEREDO_PREFIX = b"\x20\x01\0\0"
"""One of the addresses in what may be Teredo on another port: an IPv6 packet."""
CHAINED = frozenset((0, 43, 60))
"""IPv6 extension headers of the common format (RFC 8200, 4.3, 4.4, 4.6): hop-by-hop, routing, destination."""
FRAGMENT, AUTHENTICATION = 44, 51
MAX_EXTENSION_HEADERS = 32
"""RFC 8200, 4.1 allows seven; a frame filled with empty ones must not cost more than it is worth."""

LLC_SNAP = b"\xaa\xaa"
FOREIGN_DEVICES = {number.to_bytes(2, "big") for number in (770, 801, 802, 803)}
"""ARPHRD_ numbers of devices whose frames begin with a header of their own, in cooked captures: Frame Relay, 802.11."""

# version+IHL, total length, flags+fragment offset with TTL and protocol, key; then TCP. A key in one piece: without
# options the ports follow the addresses. The last four bytes (checksum, urgent pointer) must be there too.
unpack_ipv4 = struct.Struct(">BxH2xI2x12sIIHH4x").unpack_from
WHOLE = 0x3FFF_00FF
"""Of those four bytes: fragment offset and "more fragments", which are 0 in a whole packet, and the protocol."""
# version+class, payload length, next header, key; then TCP
unpack_ipv6 = struct.Struct(">BxxxHBx36sIIHH4x").unpack_from
_unpack_tcp = struct.Struct(">4sIIHH4x").unpack_from


def segment(data: bytes, wire_len: int, link_type: int) -> Parsed:
    """Return the TCP segment in a frame; see `Parsed`. In a loop, take `segment_parser` once instead."""
    return segment_parser(link_type)(data, wire_len)


def segment_parser(link_type: int) -> Parser:
    """Return the parser for one LINKTYPE_ number; for an unknown one it always answers None."""
    return _PARSERS.get(link_type, _cannot_tell)


def look_into(port: int) -> None:
    """Leave UDP from or to a port to the general way, from now on: somebody says that it is a tunnel."""
    UDP_PORTS.add(port.to_bytes(2, "big"))


def _cannot_tell(data: bytes, wire_len: int) -> Parsed:  # noqa: ARG001
    return None


def _make_parser(
    low: int, high: int, offset: int, kinds: dict[bytes, int], foreign: Callable[[bytes, int], Parsed] | None = None
) -> Parser:
    """Make the parser of a link whose data[low:high] says what begins at `offset`; `foreign` judges the rest."""
    kind_of = kinds.get

    def parse(data: bytes, wire_len: int) -> Parsed:
        l3 = offset
        kind = kind_of(data[low:high])
        while kind == TAG:
            l3 += 4
            kind = kind_of(data[l3 - 2 : l3])
        try:
            if kind == IPV4:
                version, total, word, key, seq, ack, bits, window = unpack_ipv4(data, l3)
                if version == 0x45 and word & WHOLE == TCP:
                    header = bits >> 10 & 0x3C
                    l4 = l3 + 20
                    start = l4 + header
                    length = total - 20 - header
                    if length >= 0 and header >= 20 and start <= len(data):
                        return key, seq, ack, bits & 0xFF, window, l3, l4, start, length
                elif version == 0x45 and word & WHOLE == UDP:
                    return _datagram(data, l3 + 20, key[8:10], key[10:], ack)
            elif kind == IPV6:
                version, total, protocol, key, seq, ack, bits, window = unpack_ipv6(data, l3)
                if version >> 4 == 6 and protocol == TCP:
                    header = bits >> 10 & 0x3C
                    l4 = l3 + 40
                    start = l4 + header
                    length = total - header
                    if length >= 0 and header >= 20 and start <= len(data):
                        return key, seq, ack, bits & 0xFF, window, l3, l4, start, length
                elif version >> 4 == 6 and protocol == UDP:
                    return _datagram(data, l3 + 40, key[32:34], key[34:], ack)
        except struct.error:
            pass
        if kind is None and foreign is not None:
            return foreign(data, l3)
        return _carefully(data, wire_len, l3, kind)

    return parse


def _carefully(data: bytes, wire_len: int, l3: int, kind: int | None) -> Parsed:
    """Look at a frame that has not the common shape: options, extension headers, another protocol."""
    wire_len = max(wire_len, len(data))  # less is damage to the file
    if kind == IPV4:
        return _ipv4(data, wire_len, l3)
    if kind == IPV6:
        return _ipv6(data, wire_len, l3)
    return None


def _ipv4(data: bytes, wire_len: int, l3: int) -> Parsed:
    if len(data) < l3 + 20:
        return None
    version, protocol = data[l3], data[l3 + 9]
    header = (version & 15) << 2
    if version >> 4 != IPV4 or header < 20:
        return None
    if protocol not in (TCP, UDP):
        return None if protocol in CARRIERS else False
    if int.from_bytes(data[l3 + 6 : l3 + 8], "big") & 0x3FFF:  # an offset, or more fragments
        return None
    if protocol == UDP:
        return _udp(data, l3 + header)
    # Segmentation offload: the sender's stack leaves the length to the card, so the capture has 0 there.
    total = int.from_bytes(data[l3 + 2 : l3 + 4], "big") or wire_len - l3
    return _tcp(data, l3, l3 + header, l3 + total, data[l3 + 12 : l3 + 20])


def _ipv6(data: bytes, wire_len: int, l3: int) -> Parsed:
    if len(data) < l3 + 40 or data[l3] >> 4 != IPV6:
        return None
    payload = int.from_bytes(data[l3 + 4 : l3 + 6], "big")
    protocol, at = data[l3 + 6], l3 + 40
    if not payload and not protocol:
        return None  # a jumbogram (RFC 2675), whose length stands in a hop-by-hop option
    # Offload (Linux "BIG TCP") leaves 0; the frame's length is the only one that fits.
    end = l3 + 40 + payload if payload else wire_len
    for _ in range(MAX_EXTENSION_HEADERS):
        if protocol == TCP:
            return _tcp(data, l3, at, end, data[l3 + 8 : l3 + 40])
        if protocol == UDP:
            return _udp(data, at)
        size = _extension_size(data, protocol, at)
        if not size:
            return None if size is None or protocol in CARRIERS else False
        protocol, at = data[at], at + size
    return None


def _extension_size(data: bytes, protocol: int, at: int) -> int | None:
    """Return the length of the extension header, 0 if it is none, None if it cannot be walked over."""
    if protocol not in CHAINED and protocol not in (FRAGMENT, AUTHENTICATION):
        return 0
    if len(data) < at + 8:
        return None
    if protocol == FRAGMENT:  # RFC 6946: offset 0 and nothing to follow is a whole packet
        return None if int.from_bytes(data[at + 2 : at + 4], "big") & 0xFFF9 else 8
    if protocol == AUTHENTICATION:  # RFC 4302, 2.2: in words, less two
        return (data[at + 1] + 2) << 2
    return (data[at + 1] + 1) << 3


def _tcp(data: bytes, l3: int, l4: int, end: int, addresses: bytes) -> Segment | None:
    if len(data) < l4 + 20:
        return None
    ports, seq, ack, bits, window = _unpack_tcp(data, l4)
    header = bits >> 10 & 0x3C
    start = l4 + header
    if header < 20 or start > len(data) or start > end:
        return None
    return addresses + ports, seq, ack, bits & 0xFF, window, l3, l4, start, end - start


def _udp(data: bytes, l4: int) -> Literal[False] | None:
    head = int.from_bytes(data[l4 + 8 : l4 + 12], "big")
    return _datagram(data, l4, data[l4 : l4 + 2], data[l4 + 2 : l4 + 4], head)


def _datagram(data: bytes, l4: int, sport: bytes, dport: bytes, head: int) -> Literal[False] | None:
    """Look for a tunnel: a port of one, or what may be Geneve or Teredo, whatever the ports.

    `head` are the first four bytes of the payload: they stand where TCP has its acknowledgment number.
    """
    if sport in UDP_PORTS or dport in UDP_PORTS or head & 0xFFFF in GENEVE_TYPES:
        return None
    if head >> 28 == IPV6 and TEREDO_PREFIX in (data[l4 + 16 : l4 + 20], data[l4 + 32 : l4 + 36]):
        return None
    return False


def _foreign(data: bytes, l3: int) -> Parsed:
    """Judge an ethertype that is not listed: ARP, LLDP, … or an IEEE 802.3 length with LLC behind it."""
    if len(data) < l3 or data[l3 : l3 + 2] == LLC_SNAP:  # RFC 1042: SNAP has an ethertype of its own
        return None
    return False


def _cooked(protocol: int, device: int) -> Callable[[bytes, int], Parsed]:
    """Make the judge of a cooked header: low numbers are no ethertypes, and some devices have headers of their own."""

    def foreign(data: bytes, l3: int) -> Parsed:
        if data[protocol : protocol + 1] < b"\x06" or data[device : device + 2] in FOREIGN_DEVICES:
            return None
        return _foreign(data, l3)

    return foreign


_RAW = (0, 1, 0, VERSIONS_4 | VERSIONS_6)

LINKS: dict[int, tuple[int, int, int, dict[bytes, int]]] = {
    0: (0, 4, 4, FAMILIES),  # NULL
    1: (12, 14, 14, ETHERTYPES),  # Ethernet
    12: _RAW,  # DLT_RAW of most systems, found in files though LINKTYPE_RAW is 101
    14: _RAW,  # DLT_RAW of OpenBSD
    101: _RAW,
    108: (0, 4, 4, FAMILIES),  # LOOP
    113: (14, 16, 16, ETHERTYPES),  # SLL ("cooked" Linux)
    228: (0, 1, 0, VERSIONS_4),
    229: (0, 1, 0, VERSIONS_6),
    276: (0, 2, 20, ETHERTYPES),  # SLL2
}
"""LINKTYPE_ number → (low, high, offset, kinds): kinds[data[low:high]] says what begins at `offset`."""
_FOREIGN = {1: _foreign, 113: _cooked(14, 2), 276: _cooked(0, 8)}
_PARSERS: dict[int, Parser] = {number: _make_parser(*link, _FOREIGN.get(number)) for number, link in LINKS.items()}
