"""Checksums of a packet's layers, computed and compared when somebody asks.

Limitations: of several packets in one frame only the first is looked at, and what an ICMP error quotes is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from socket import AF_INET, AF_INET6, inet_pton  # of socket, only the reading
from typing import Any, Literal, NamedTuple

from pcaptools.core.decode.internet_checksum import crc32c, ones_sum
from pcaptools.core.decode.ipv4 import IPv4
from pcaptools.core.decode.ipv6 import IPv6
from pcaptools.core.decode.ipv6_extensions import DESTINATION, ROUTING
from pcaptools.core.decode.layer import Layer

Status = Literal["good", "bad", "unverified"]

CUT = "cut short"
FRAGMENT = "a fragment"
ZERO = "zero: the sender computed none"
ZERO_IPV6 = "zero, which over IPv6 only tunnels may have"  # RFC 6935, 5
OFFLOAD = "only the pseudo-header is summed: the sender's network card does the rest"
WRONG_LENGTH = "the length is wrong"
HOME_ADDRESS = 201
SOURCE_ROUTES = (131, 137)
UDP = 17


class Checked(NamedTuple):
    """What became of a layer's checksum."""

    layer: Layer
    status: Status
    found: int
    """The checksum in the packet."""
    computed: int | None = None
    """What it should be; None where that cannot be told."""
    reason: str = ""
    """Why it is unverified."""


class _Check(NamedTuple):
    """How a protocol's checksum is made. Every name of a class is one that only its protocol has."""

    protocol: int | None
    """The number in the pseudo-header; None where there is none."""
    at: int
    """Offset of the checksum in the header."""
    covered: Callable[[Any], int] | None = None
    """How many bytes of the layer it covers, if not all; -1: the header says something that cannot be."""


def _udp_covered(udp: Any) -> int:
    """RFC 768; RFC 2675, 4 for length 0."""
    return -1 if udp.length > udp.end - udp.start else udp.payload_end - udp.start


def _udplite_covered(header: Any) -> int:
    """RFC 3828, 3.1: at least the header; 0 is all."""
    length: int = header.end - header.start
    if not header.coverage:
        return length
    return header.coverage if 8 <= header.coverage <= length else -1


def _dccp_covered(header: Any) -> int:
    """RFC 4340, 9: header and options, and so many 32-bit words of data, less one; 0 is all."""
    length: int = header.end - header.start
    if not header.coverage:
        return length
    covered: int = (header.data_offset + header.coverage - 1) * 4
    return covered if covered <= length else -1


CHECKS = {
    "TCP": _Check(6, 16),
    "UDP": _Check(UDP, 6, _udp_covered),
    "UDPLite": _Check(136, 6, _udplite_covered),
    "DCCP": _Check(33, 6, _dccp_covered),
    "ICMP": _Check(None, 2),
    "ICMPv6": _Check(58, 2),
    "IGMP": _Check(None, 2),
    "Mobility": _Check(135, 4),
}
"""By the name of the layer's class, so that no decoder is imported that no packet needs."""


def verify(layers: Iterable[Layer]) -> Iterator[Checked]:
    """Yield what is to say of the checksums of a packet's layers, outermost first."""
    ip: IPv4 | IPv6 | None = None
    for layer in layers:
        kind = type(layer).__name__
        if isinstance(layer, IPv4):
            yield _check_header(layer)
        if isinstance(layer, IPv4 | IPv6):
            ip = layer
        elif kind == "SCTP" and ip is not None:
            yield _check_sctp(layer, ip)
        elif kind in CHECKS and ip is not None:
            yield _check(CHECKS[kind], layer, ip)
        if layer.quotes:
            return


def _check_header(ip: IPv4) -> Checked:
    header = ip.data[ip.start : ip.start + ip.header_bytes]
    if len(header) < ip.header_bytes:
        return Checked(ip, "unverified", ip.header_checksum, reason=CUT)
    return _compared(ip, header, 10, 0)


def _check(check: _Check, layer: Any, ip: IPv4 | IPv6) -> Checked:
    found: int = layer.checksum
    if check.protocol == UDP and not found:
        return Checked(layer, "unverified", 0, reason=ZERO if ip.version == 4 else ZERO_IPV6)
    size = check.covered(layer) if check.covered else layer.end - layer.start
    unverified = _why_not(layer, ip, size)
    if unverified:
        return Checked(layer, "unverified", found, reason=unverified)
    data = layer.data[layer.start : layer.start + size]
    if check.protocol is None:
        return _compared(layer, data, check.at, 0)
    length = size if check.protocol == UDP else layer.end - layer.start
    tail = length.to_bytes(4, "big") + bytes((0, 0, 0, check.protocol))
    found_so = [_compared(layer, data, check.at, ones_sum(ends + tail)) for ends in _ends(_whole(ip, layer))]
    return next((checked for checked in found_so if checked.status != "bad"), found_so[0])


def _why_not(layer: Layer, ip: IPv4 | IPv6, size: int) -> str:
    """Return why a checksum over `size` bytes cannot be verified; "" if it can."""
    if ip.is_fragment and layer.data is ip.data:
        return FRAGMENT
    if size < 0:
        return WRONG_LENGTH
    return CUT if layer.start + size > len(layer.data) else ""


def _compared(layer: Layer, data: bytes, at: int, pseudo: int) -> Checked:
    """Compare the checksum at `at` in the data with what it should be, given the sum of the pseudo-header."""
    found = int.from_bytes(data[at : at + 2], "big")
    total = pseudo + ones_sum(data[:at] + b"\0\0" + data[at + 2 :])
    total = (total & 0xFFFF) + (total >> 16)
    computed = ~total & 0xFFFF
    if layer.key == "udp" and not computed:  # RFC 768: 0 would mean that there is none
        computed = 0xFFFF
    # 0 and 0xFFFF are the same number in ones' complement (RFC 1624, 3)
    if found == computed or {found, computed} == {0, 0xFFFF}:
        return Checked(layer, "good", found, computed)
    if pseudo and found == pseudo:
        return Checked(layer, "unverified", found, computed, OFFLOAD)
    return Checked(layer, "bad", found, computed)


def _check_sctp(layer: Any, ip: IPv4 | IPv6) -> Checked:
    """RFC 9260, 6.8: a CRC32c, whose bytes stand in the order of its computation."""
    found: int = layer.checksum
    unverified = _why_not(layer, ip, layer.end - layer.start)
    if unverified:
        return Checked(layer, "unverified", found, reason=unverified)
    data = layer.data[layer.start : layer.end]
    computed = int.from_bytes(crc32c(data[:8] + bytes(4) + data[12:]).to_bytes(4, "little"), "big")
    return Checked(layer, "good" if found == computed else "bad", found, computed)


def _whole(ip: IPv4 | IPv6, layer: Layer) -> IPv4 | IPv6:
    """Return the IP header that a layer belongs to: of the whole, where the packet is the last fragment of it."""
    return ip if layer.data is ip.data else type(ip)(layer.data, 0, len(layer.data), ip.depth)


def _ends(ip: IPv4 | IPv6) -> list[bytes]:
    """Return the addresses that the pseudo-header may have (RFC 9293, 3.1; RFC 8200, 8.1).

    Its length counts four bytes for IPv4, too: a packet that a card is to cut may have more than two can say.
    """
    if isinstance(ip, IPv6):
        return [_final6(ip)]
    routes = (option for option in ip.options if option.get("type") in SOURCE_ROUTES)
    final = [route["addresses"][-1] for route in routes if route.get("addresses")]
    routed = [ip.addresses[:4] + inet_pton(AF_INET, address) for address in final]
    return [*routed, ip.addresses]  # senders disagree: some take the next hop, which the header has


def _final6(ip: IPv6) -> bytes:
    """Return who sends and who receives in the end, whatever stands in the header on the way.

    The last address of a routing header (RFC 8200, 8.1; in a segment routing header that is the first in the
    list, RFC 8754, 2), and the home address of a mobile node (RFC 6275, 9.3.1).
    """
    source, destination = ip.addresses[:16], ip.addresses[16:]
    for header in ip.extension_headers:
        if header.protocol not in {ROUTING, DESTINATION}:
            continue
        content = header.content
        final = content.get("home_address") or next(iter(content.get("segments", ())), "")
        final = final or next(reversed(content.get("addresses", ())), "")
        if final and content["segments_left"]:
            destination = inet_pton(AF_INET6, final)
        for option in content.get("options", ()):
            if option.get("type") == HOME_ADDRESS and "home_address" in option:
                source = inet_pton(AF_INET6, option["home_address"])
    return source + destination
